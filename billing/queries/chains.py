"""Charges that follow each other on a unit: a price that changed within a period is one bill with a line for each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from billing.models import ChargeItem, Tariff, UnitCharge
from billing.rules.periods import DAY, Period
from billing.rules.running import borne
from billing.states import Rhythm

Chain = tuple[UnitCharge, ...]


@dataclass(frozen=True)
class Piece:
    """The days of a stretch on which one of the charges of a chain is borne and its tariff in force."""

    charge: UnitCharge
    period: Period


def chains_of(charges: Sequence[UnitCharge], items: QuerySet[ChargeItem]) -> dict[int, Chain]:
    """The chain that each charge belongs to, by the charge's key, oldest first; at most two statements.

    A charge that nothing follows and that follows none is a chain of its own, and left out of the answer.
    """
    units = {charge.unit_id for charge in charges}
    rows = UnitCharge.objects.filter(tariff__item__in=items, tariff__rhythm=Rhythm.RECURRING)
    rows = rows.select_related("unit", "tariff__item").order_by("pk")
    ended = list(rows.filter(unit__in=units, ended_on__isnull=False))
    if not ended:
        return {}
    running = list(rows.filter(unit__in={charge.unit_id for charge in ended}, ended_on=None))
    found: dict[int, Chain] = {}
    for chain in _linked([*ended, *running]):
        found |= dict.fromkeys((charge.pk for charge in chain), chain)
    return found


def _linked(charges: Iterable[UnitCharge]) -> list[Chain]:
    """Chains of two charges or more."""
    by_kind: dict[tuple[int, int, int], list[UnitCharge]] = defaultdict(list)
    for charge in charges:
        by_kind[charge.unit_id, charge.tariff.item_id, charge.tariff.period_months].append(charge)
    made: list[list[UnitCharge]] = []
    for borne_here in by_kind.values():
        chains: list[list[UnitCharge]] = []
        for charge in sorted(borne_here, key=lambda one: (one.starts_on, one.pk)):
            before = [chain for chain in chains if _follows(charge, chain[-1])]
            # Of two prices of one charge that changed on the same day each is followed by its own kind.
            before.sort(key=lambda chain: chain[-1].tariff.basis != charge.tariff.basis)
            if before:
                before[0].append(charge)
            else:
                chains.append([charge])
        made += [chain for chain in chains if len(chain) > 1]
    return [tuple(chain) for chain in made]


def _follows(charge: UnitCharge, before: UnitCharge) -> bool:
    next_day = before.ended_on is not None and charge.starts_on == before.ended_on + DAY
    ends = before.tariff.ends_on
    return next_day and ends is not None and charge.tariff.starts_on == ends + DAY


def successions(tariffs: Iterable[Tariff]) -> dict[int, tuple[Tariff, ...]]:
    """Each of a project's tariffs with the prices that followed it on the page of prices, by its key, oldest first.

    A tariff with a number of its own from a former system follows none: it is another charge's.
    """
    ordered = sorted(tariffs, key=lambda one: (one.starts_on, one.pk))
    after: dict[int, Tariff] = {}
    for tariff in ordered:
        before = [one for one in ordered if one.pk not in after and not tariff.reference and _replaces(tariff, one)]
        if before:
            after[min(before, key=lambda one: (one.basis != tariff.basis, one.pk)).pk] = tariff
    found: dict[int, tuple[Tariff, ...]] = {}
    for tariff in reversed(ordered):
        following = after.get(tariff.pk)
        found[tariff.pk] = (tariff, *(found[following.pk] if following else ()))
    return found


def _replaces(tariff: Tariff, before: Tariff) -> bool:
    alike = all(getattr(tariff, name) == getattr(before, name) for name in ("item_id", "rhythm", "period_months"))
    return alike and before.ends_on is not None and tariff.starts_on == before.ends_on + DAY


def borne_in(chain: Chain, stretch: Period) -> list[Piece]:
    """The days of a stretch on which each charge of a chain is borne, whether its tariff is in force or not."""
    found = ((charge, borne(stretch, charge.starts_on, charge.ended_on)) for charge in chain)
    return [Piece(charge, period) for charge, period in found if period is not None]


def in_force(pieces: Iterable[Piece]) -> list[Piece]:
    """What of the pieces their tariffs cover."""
    found = ((one, borne(one.period, one.charge.tariff.starts_on, one.charge.tariff.ends_on)) for one in pieces)
    return [Piece(one.charge, period) for one, period in found if period is not None]
