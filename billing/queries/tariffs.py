"""A project's prices as they are published: by charge, each with its versions and a worked example."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Max, Min, Q

from accounts.models import Project, User
from billing.models import Bill, BillLine, ChargeItem, Tariff, UnitCharge
from billing.rules.periods import Period, month_of
from billing.rules.pricing import SUPPOSED, Priced, TariffTerms, price_period
from billing.states import Rhythm, TariffState
from billing.wording import price_words
from core.errors import Invalid
from estate.models import Unit


@dataclass(frozen=True)
class Example:
    """A tariff worked out for a home and a month by the rule that bills go by; or the sentence why it cannot be.

    `unit` is None where an imagined home of 100 m² stands in.
    """

    unit: Unit | None
    month: Period
    line: Priced | None = None
    problem: str = ""
    supposed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Version:
    """One price of a charge for a time."""

    tariff: Tariff
    state: TariffState
    example: Example
    before: Tariff | None = None

    @property
    def words(self) -> str:
        """What one pays."""
        return price_words(self.tariff)

    @property
    def before_words(self) -> str:
        """What one paid before; empty where this is the first price."""
        return price_words(self.before) if self.before else ""


@dataclass
class Published:
    """A charge with its prices: in force and to come, oldest first, and what held before, newest first."""

    item: ChargeItem
    current: list[Version] = field(default_factory=list)
    past: list[Version] = field(default_factory=list)


def terms_of(tariff: Tariff) -> TariffTerms:
    """What of a tariff decides about the price."""
    return TariffTerms(
        basis=tariff.basis,
        unit_price=tariff.unit_price,
        fixed_amount=tariff.fixed_amount,
        starts_on=tariff.starts_on,
        ends_on=tariff.ends_on,
        formula=tariff.formula,
        once=tariff.rhythm == Rhythm.ONCE,
    )


def state_of(tariff: Tariff, today: date) -> TariffState:
    """Whether the price is in force, to come or over."""
    if tariff.ends_on is not None and tariff.ends_on < today:
        return TariffState.OVER
    return TariffState.TO_COME if tariff.starts_on > today else TariffState.IN_FORCE


def example_of(tariff: Tariff, unit: Unit | None, today: date) -> Example:
    """Work the tariff out for a home and a whole month in which it holds, as a billing run would."""
    month = month_of(max(today, tariff.starts_on))
    if tariff.ends_on is not None and tariff.ends_on < month.end:
        month = month_of(tariff.ends_on)
    terms = terms_of(tariff)
    known = {"area": unit.area} if unit is not None and unit.area is not None else {}
    try:
        supposed = tuple(sorted(name for name in terms.reckoned().names if name in SUPPOSED and name not in known))
        lines = price_period([terms], {**SUPPOSED, **known}, month)
    except Invalid as error:
        return Example(unit, month, problem=str(error))
    return Example(unit, month, line=lines[0] if lines else None, supposed=supposed)


def published(project: Project, reader: User, *, today: date, own: Sequence[Unit] | None = None) -> list[Published]:
    """The prices of a project's charges, by name; examples for `own` homes, else for the first that bears each.

    Two statements, and two more for the homes of the examples.
    """
    rows = Tariff.objects.visible_to(reader).filter(project=project).select_related("item")
    tariffs = list(rows.order_by("item__name", "starts_on", "pk"))
    homes = _bearers(tariffs, own)
    found: dict[int, Published] = {}
    for tariff in tariffs:
        listed = found.setdefault(tariff.item_id, Published(tariff.item))
        version = Version(
            tariff, state_of(tariff, today), example_of(tariff, homes.get(tariff.pk), today), _before(tariff, tariffs)
        )
        if version.state == TariffState.OVER:
            listed.past.insert(0, version)
        else:
            listed.current.append(version)
    return list(found.values())


def _before(tariff: Tariff, tariffs: Iterable[Tariff]) -> Tariff | None:
    """The price that ended the day before this one began; none where several did."""
    ended = [
        one
        for one in tariffs
        if one.item_id == tariff.item_id and one.ends_on is not None and (tariff.starts_on - one.ends_on).days == 1
    ]
    return ended[0] if len(ended) == 1 else None


def following(tariff: Tariff) -> Tariff | None:
    """The price of the same charge that began the day after one ended; None where none or several did."""
    if tariff.ends_on is None:
        return None
    rows = Tariff.objects.filter(item=tariff.item_id, starts_on=tariff.ends_on + timedelta(days=1))
    after = list(rows.order_by("pk")[:2])
    return after[0] if len(after) == 1 else None


def _bearers(tariffs: Sequence[Tariff], own: Sequence[Unit] | None) -> dict[int, Unit]:
    """A home that bears each tariff, by the tariff's key."""
    borne = UnitCharge.objects.filter(tariff__in=[tariff.pk for tariff in tariffs], ended_on=None)
    if own is not None:
        borne = borne.filter(unit__in=[unit.pk for unit in own])
    first = dict(borne.values("tariff").annotate(unit=Min("unit")).values_list("tariff", "unit"))
    units = {unit.pk: unit for unit in own} if own is not None else Unit.objects.in_bulk(set(first.values()))
    return {tariff: units[unit] for tariff, unit in first.items()}


def bearer_of(tariff: Tariff) -> Unit | None:
    """A home that bears the tariff; None where none does."""
    return _bearers([tariff], None).get(tariff.pk)


def billed_until(tariff: Tariff) -> date | None:
    """The last day that a bill by this tariff covers; None where none was raised for a time."""
    last: date | None = Bill.objects.standing().filter(tariff=tariff).aggregate(last=Max("period_end"))["last"]
    # Bills that began under the price before this one have lines of it, and lines under the one after it.
    lines = BillLine.objects.filter(bill__voided_at=None, tariff=tariff)
    latest: date | None = lines.aggregate(last=Max("period_end"))["last"]
    return max((day for day in (last, latest) if day is not None), default=None)


def charged_until(charge: UnitCharge) -> date | None:
    """The last day that a standing bill by a charge on a unit covers; None where there is none."""
    last: date | None = Bill.objects.standing().filter(charge=charge).aggregate(last=Max("period_end"))["last"]
    return last


def billed_ever(tariffs: Iterable[Tariff]) -> set[int]:
    """The keys of those by which a bill was ever raised, void ones too."""
    keys = [tariff.pk for tariff in tariffs]
    bills = Bill.objects.filter(tariff__in=keys).values_list("tariff", flat=True).distinct()
    lines = BillLine.objects.filter(tariff__in=keys).values_list("tariff", flat=True).distinct()
    return {pk for pk in (*bills, *lines) if pk is not None}


def borne_from(tariff: Tariff, day: date) -> Q:
    """Charges on units that still bear a tariff on a day or later."""
    return Q(tariff=tariff) & (Q(ended_on=None) | Q(ended_on__gte=day))
