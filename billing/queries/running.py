"""What a billing run would raise: charge by charge, in batches, each in a constant number of statements."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from billing.models import Bill, BillingRun, UnitCharge
from billing.queries.owed import Liable, liable_for
from billing.queries.tariffs import terms_of
from billing.rules.periods import Period
from billing.rules.pricing import Priced, price_period
from billing.rules.running import borne, stretches
from billing.states import LeftOut, Rhythm
from estate.models import HouseholdMember, ParkingSpace, Vehicle

BATCH = 5000
SAMPLES = 20
Counts = Mapping[str, Mapping[int, int]]


@dataclass(frozen=True)
class Draft:
    """A bill that a run raises: which charge for which days, reckoned line by line, and who is liable."""

    charge: UnitCharge
    period: Period
    lines: tuple[Priced, ...]
    liable: Liable

    @property
    def amount(self) -> Decimal:
        """What it comes to, in yuan."""
        return sum((line.amount for line in self.lines), Decimal("0.00"))


@dataclass
class Batch:
    """Some of a run's charges: the bills they make, and what is left out, with some of the rooms."""

    drafts: list[Draft] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    rooms: dict[str, list[str]] = field(default_factory=dict)
    last: int = 0
    size: int = 0

    def leave_out(self, charge: UnitCharge, why: LeftOut) -> None:
        """Say why a stretch of a charge makes no bill."""
        self.left_out[why.value] += 1
        rooms = self.rooms.setdefault(why.value, [])
        if len(rooms) < SAMPLES and charge.unit.number not in rooms:
            rooms.append(charge.unit.number)

    def add(self, other: "Batch") -> None:
        """Take over what another batch leaves out."""
        self.left_out += other.left_out
        for why, rooms in other.rooms.items():
            mine = self.rooms.setdefault(why, [])
            mine += [room for room in rooms if room not in mine][: SAMPLES - len(mine)]


def charges_of(run: BillingRun) -> QuerySet[UnitCharge]:
    """The recurring charges of the run's items that are borne in its months, by key."""
    return (
        UnitCharge.objects.filter(
            Q(ended_on=None) | Q(ended_on__gte=run.period_start),
            unit__project=run.project,
            tariff__item__in=run.items.all(),
            tariff__rhythm=Rhythm.RECURRING,
            starts_on__lte=run.period_end,
        )
        .select_related("unit", "tariff__item")
        .order_by("pk")
    )


def batch_of(run: BillingRun, *, after: int, size: int = BATCH) -> Batch | None:
    """The next charges of a run behind the key `after`; None behind the last."""
    charges = list(charges_of(run).filter(pk__gt=after)[:size])
    if not charges:
        return None
    months = Period(run.period_start, run.period_end)
    reckoner = _Reckoner(charges)
    batch = Batch(last=charges[-1].pk, size=len(charges))
    for charge in charges:
        for stretch in stretches(charge.starts_on, charge.tariff.period_months, months):
            reckoner.add(batch, charge, stretch)
    return batch


class _Reckoner:
    """Prices the charges of a batch by what was read for all of them at once."""

    def __init__(self, charges: Sequence[UnitCharge]) -> None:
        units = {charge.unit_id for charge in charges}
        self.liable = liable_for(units)
        self.counts = _counts(charges, units, self.liable)
        known = Bill.objects.standing().filter(charge__in=[charge.pk for charge in charges], vehicle=None, space=None)
        self.billed = set(known.values_list("charge_id", "period_start"))
        self.terms = {charge.tariff_id: terms_of(charge.tariff) for charge in charges}
        # Homes of the same size cost the same: most of a run is reckoned already.
        self.priced: dict[tuple[object, ...], tuple[Priced, ...]] = {}

    def add(self, batch: Batch, charge: UnitCharge, stretch: Period) -> None:
        """Draft the bill of a stretch, or say why there is none."""
        period = borne(stretch, charge.starts_on, charge.ended_on)
        if period is None:
            return
        period = borne(period, charge.tariff.starts_on, charge.tariff.ends_on)
        if period is None:
            batch.leave_out(charge, LeftOut.NO_TARIFF)
        elif (charge.pk, period.start) in self.billed:
            batch.leave_out(charge, LeftOut.BILLED)
        else:
            self._draft(batch, charge, period)

    def _draft(self, batch: Batch, charge: UnitCharge, period: Period) -> None:
        names = self.terms[charge.tariff_id].reckoned().names
        quantities = self._quantities(charge)
        for name, why in (("area", LeftOut.NO_AREA), ("reading", LeftOut.NO_READING)):
            if name in names and name not in quantities:
                batch.leave_out(charge, why)
                return
        lines = self._price(charge, quantities, period)
        draft = Draft(charge, period, lines, self.liable.get(charge.unit_id, Liable()))
        if draft.amount > 0:
            batch.drafts.append(draft)
        else:
            batch.leave_out(charge, LeftOut.NOTHING)

    def _quantities(self, charge: UnitCharge) -> dict[str, Decimal]:
        found = {name: Decimal(counted.get(charge.unit_id, 0)) for name, counted in self.counts.items()}
        return found if charge.unit.area is None else found | {"area": charge.unit.area}

    def _price(self, charge: UnitCharge, quantities: dict[str, Decimal], period: Period) -> tuple[Priced, ...]:
        key = (charge.tariff_id, period, *sorted(quantities.items()))
        if key not in self.priced:
            self.priced[key] = tuple(price_period([self.terms[charge.tariff_id]], quantities, period))
        return self.priced[key]


def _counts(charges: Sequence[UnitCharge], units: set[int], liable: Mapping[int, Liable]) -> Counts:
    """What is counted per unit, as far as one of the tariffs asks for it: vehicles, residents, parking spaces."""
    names = frozenset().union(*(terms_of(charge.tariff).reckoned().names for charge in charges))
    found: dict[str, Mapping[int, int]] = {}
    if "vehicles" in names:
        cars = Vehicle.objects.filter(unit__in=units, ended_on=None).order_by()
        found["vehicles"] = dict(cars.values_list("unit").annotate(Count("pk")))
    if "heads" in names:
        people = HouseholdMember.objects.current().filter(household__unit__in=units, household__lives_here=True)
        found["heads"] = dict(people.order_by().values_list("household__unit").annotate(Count("person", distinct=True)))
    if "spaces" in names:
        found["spaces"] = _spaces(liable)
    return found


def _spaces(liable: Mapping[int, Liable]) -> dict[int, int]:
    holders = {owes.person for owes in liable.values() if owes.person is not None}
    spaces = ParkingSpace.objects.filter(holder__in=holders, ended_on=None).order_by()
    held = dict(spaces.values_list("holder").annotate(Count("pk")))
    return {unit: held.get(owes.person, 0) for unit, owes in liable.items()}


def batches_of(run: BillingRun, *, size: int = BATCH) -> Iterator[Batch]:
    """All of a run, batch by batch, as it stands now."""
    after = 0
    while (batch := batch_of(run, after=after, size=size)) is not None:
        after = batch.last
        yield batch
