"""Who bears how much of a common cost."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from billing.models import Meter, Share, SharedCost
from billing.queries.metering import logs_of
from billing.rules.exact import NOTHING
from billing.rules.periods import Period
from billing.states import RunState, ShareBy
from estate.models import HouseholdMember, Unit


@dataclass(frozen=True)
class Weights:
    """What each unit counts, by its key, in the order of the rooms; and the numbers of the units that count nothing."""

    counted: Mapping[int, Decimal]
    without: list[str]


def typed_before(cost: SharedCost) -> SharedCost | None:
    """The cost as which the same bill of a supplier seems to be typed already: item, days and words alike."""
    rows = SharedCost.objects.filter(project=cost.project_id, item=cost.item_id, words__iexact=cost.words)
    same = rows.filter(period_start=cost.period_start, period_end=cost.period_end).exclude(pk=cost.pk)
    # Several buildings may each have a bill of their own for the same days.
    here = same if cost.building_id is None else same.filter(Q(building=None) | Q(building=cost.building_id))
    return here.exclude(state=RunState.CANCELLED).order_by("pk").first()


def units_of(cost: SharedCost) -> QuerySet[Unit]:
    """The units that a cost is shared over, in the order of the rooms."""
    units = Unit.objects.filter(project_id=cost.project_id)
    if cost.building_id is not None:
        units = units.filter(building_id=cost.building_id)
    return units.order_by("building__code", "entrance", "floor", "number", "pk")


def weights_of(cost: SharedCost) -> Weights:
    """What each unit counts in a cost: m², people who live there, or what its meters say was used. Three statements."""
    units = list(units_of(cost).values_list("pk", "number", "area"))
    known = _known(cost, units)
    counted = {pk: known[pk] for pk, _number, _area in units if known.get(pk, NOTHING) > 0}
    return Weights(counted, [number for pk, number, _area in units if pk not in counted])


def _known(cost: SharedCost, units: Iterable[tuple[int, str, Decimal | None]]) -> Mapping[int, Decimal]:
    if cost.by == ShareBy.AREA:
        return {pk: area for pk, _number, area in units if area is not None}
    if cost.by == ShareBy.HEAD:
        people = HouseholdMember.objects.current().filter(
            household__unit__in=units_of(cost).order_by().values("pk"), household__lives_here=True
        )
        rows = people.order_by().values_list("household__unit").annotate(Count("person", distinct=True))
        return {pk: Decimal(count) for pk, count in rows}
    period, used = Period(cost.period_start, cost.period_end), defaultdict[int, Decimal](Decimal)
    meters = Meter.objects.filter(unit__in=units_of(cost).order_by().values("pk"), kind=cost.meter_kind)
    for log in logs_of(meters).values():
        if log.meter.unit_id is not None:
            used[log.meter.unit_id] += log.within(period)
    return used


def shares_of(cost: SharedCost) -> QuerySet[Share]:
    """The shares of a cost in the order of the rooms, with their bills."""
    return cost.shares.select_related("unit__project", "bill").order_by("pk")


def bills_to_come(cost: SharedCost) -> int:
    """How many bills raising a cost makes: a room whose share comes to less than a cent gets none."""
    return cost.shares.filter(amount__gt=0, bill=None).count()
