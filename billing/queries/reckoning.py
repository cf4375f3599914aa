"""The charges of a batch priced, by what was read for all of them at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q

from billing.models import Bill, UnitCharge
from billing.queries.chains import Chain, Piece, borne_in, in_force
from billing.queries.covered import Covered
from billing.queries.drafts import Batch, Draft, Thing
from billing.queries.metering import Log, Used, logs_by_charge
from billing.queries.owed import Liable, liable_for
from billing.queries.tariffs import terms_of
from billing.rules.periods import Period
from billing.rules.pricing import Priced, price_period
from billing.rules.running import borne
from billing.states import Basis, LeftOut
from estate.models import HouseholdMember, ParkingSpace, Vehicle

Counts = Mapping[str, Mapping[int, int]]
# By these one bill is raised for each vehicle or space, where the price has no part that is the whole home's.
EACH = {Basis.VEHICLE: "vehicles", Basis.SPACE: "spaces"}


class Reckoner:
    """Prices the charges of a batch; none of their stretches begins before `since`."""

    def __init__(self, charges: Sequence[UnitCharge], chains: Mapping[int, Chain], since: date) -> None:
        self.chains = chains
        borne_here = {one.pk: one for charge in charges for one in chains.get(charge.pk, (charge,))}
        units = {charge.unit_id for charge in charges}
        self.liable = liable_for(units)
        self.terms = {charge.tariff_id: terms_of(charge.tariff) for charge in borne_here.values()}
        names = frozenset().union(*(terms.reckoned().names for terms in self.terms.values()))
        self.counts = _counts(names, units, self.liable)
        self.things = _things(names, units, self.liable)
        items = {charge.tariff.item_id for charge in charges}
        self.logs = logs_by_charge(units, items) if "reading" in names else {}
        self.covered = Covered.of(borne_here.values(), since)
        self.taken = self._taken() if self.things else set()
        # Homes of the same size cost the same: most of a run is reckoned already.
        self.priced: dict[tuple[object, ...], tuple[Priced, ...]] = {}

    def _taken(self) -> set[tuple[int, int | None, int | None, object]]:
        """Vehicles and spaces that are billed by these tariffs, for whichever home."""
        things = [one for held in self.things.values() for one in held]
        known = Bill.objects.standing().filter(
            Q(vehicle__in=[one.vehicle for one in things if one.vehicle])
            | Q(space__in=[one.space for one in things if one.space]),
            tariff__in=list(self.terms),
        )
        return set(known.values_list("tariff_id", "vehicle_id", "space_id", "period_start"))

    def add(self, batch: Batch, charge: UnitCharge, stretch: Period) -> None:
        """Draft the bills of a stretch, or say why there is none. A stretch of a chain is its first charge's."""
        held = borne_in(self.chains.get(charge.pk, (charge,)), stretch)
        if not held or held[0].charge.pk != charge.pk:
            return
        pieces = in_force(held)
        if not pieces:
            batch.leave_out(charge, LeftOut.NO_TARIFF)
        elif self.covered.starts(charge, pieces):
            batch.leave_out(charge, LeftOut.BILLED)
        elif (each := self._each(pieces)) is not None:
            self._draft_each(batch, charge, pieces, each)
        elif left := self.covered.left(charge, pieces):
            self._draft(batch, charge, left)
        else:
            batch.leave_out(charge, LeftOut.BILLED)

    def add_once(self, batch: Batch, charge: UnitCharge) -> None:
        """Draft the bill of something charged once, on the day from which it is borne."""
        self.add(batch, charge, Period(charge.starts_on, charge.starts_on))

    def _each(self, pieces: Sequence[Piece]) -> str | None:
        """What one bill each is raised for; None where the home has one bill."""
        tariffs = [piece.charge.tariff for piece in pieces]
        bases = {tariff.basis for tariff in tariffs}
        if len(bases) != 1 or any(tariff.fixed_amount for tariff in tariffs):
            return None
        return EACH.get(Basis(bases.pop()))

    def _draft_each(self, batch: Batch, charge: UnitCharge, pieces: Sequence[Piece], each: str) -> None:
        drafted = 0
        for thing in self.things.get((each, charge.unit_id), ()):
            mine = [Piece(one.charge, cut) for one in pieces if (cut := _held(thing, one.period))]
            if not mine:
                continue
            drafted += 1
            left = self.covered.left(charge, mine, thing)
            keys = {
                (one[0].charge.tariff_id, thing.vehicle, thing.space, one[0].period.start)
                for one in (mine, left)
                if one
            }
            if not left or keys & self.taken:
                batch.leave_out(charge, LeftOut.BILLED)
                continue
            draft = self._made(charge, left, {each: Decimal(1)}, thing=thing)
            if draft.amount <= 0:
                batch.leave_out(charge, LeftOut.NOTHING)
                continue
            self.taken |= keys
            batch.drafts.append(draft)
        if not drafted:
            batch.leave_out(charge, LeftOut.NOTHING)

    def _draft(self, batch: Batch, charge: UnitCharge, pieces: Sequence[Piece]) -> None:
        names = frozenset().union(*(self.terms[one.charge.tariff_id].reckoned().names for one in pieces))
        quantities = self._quantities(charge)
        if "area" in names and "area" not in quantities:
            batch.leave_out(charge, LeftOut.NO_AREA)
            return
        logs = self.logs.get((charge.unit_id, charge.tariff.item_id), [])
        uses = _read(logs, Period(pieces[0].period.start, pieces[-1].period.end)) if "reading" in names else ()
        if isinstance(uses, LeftOut):
            batch.leave_out(charge, uses)
            return
        if uses:
            quantities["reading"] = sum((use.quantity for use in uses), Decimal(0))
        draft = self._made(charge, pieces, quantities, uses=uses)
        if draft.amount <= 0:
            batch.leave_out(charge, LeftOut.NOTHING)
            return
        batch.drafts.append(draft)
        by_meter = {log.meter.pk: log for log in logs}
        for use in uses:
            by_meter[use.meter].charge(use)

    def _made(
        self,
        charge: UnitCharge,
        pieces: Sequence[Piece],
        quantities: Mapping[str, Decimal],
        *,
        thing: Thing | None = None,
        uses: tuple[Used, ...] = (),
    ) -> Draft:
        return Draft(
            charge=charge,
            tariffs=tuple((one.period.start, one.charge.tariff_id) for one in pieces),
            period=Period(pieces[0].period.start, pieces[-1].period.end),
            lines=self._price(pieces, quantities),
            liable=self.liable.get(charge.unit_id, Liable()),
            thing=thing,
            uses=uses,
        )

    def _quantities(self, charge: UnitCharge) -> dict[str, Decimal]:
        found = {name: Decimal(counted.get(charge.unit_id, 0)) for name, counted in self.counts.items()}
        return found if charge.unit.area is None else found | {"area": charge.unit.area}

    def _price(self, pieces: Sequence[Piece], quantities: Mapping[str, Decimal]) -> tuple[Priced, ...]:
        spans = tuple((one.charge.tariff_id, one.period) for one in pieces)
        key = (spans, *sorted(quantities.items()))
        if key not in self.priced:
            terms = [
                replace(self.terms[tariff], starts_on=period.start, ends_on=period.end) for tariff, period in spans
            ]
            period = Period(spans[0][1].start, spans[-1][1].end)
            self.priced[key] = tuple(price_period(terms, quantities, period))
        return self.priced[key]


def _held(thing: Thing, period: Period) -> Period | None:
    """The days of a period on which a vehicle or space was the home's."""
    return borne(period, thing.since or period.start, thing.until)


def _read(logs: Sequence[Log], period: Period) -> tuple[Used, ...] | LeftOut:
    """What a home's meters are charged with; why not, where one of them was not read."""
    found = [log.up_to(period) for log in logs if log.meter.ended_on is None or log.meter.ended_on >= period.start]
    missing = [one for one in found if isinstance(one, LeftOut)]
    if missing or not found:
        return missing[0] if missing else LeftOut.NO_READING
    uses = tuple(one for one in found if isinstance(one, Used))
    # A reading put right may stand below what was charged: the next one makes up for it.
    return LeftOut.NOTHING if sum(use.quantity for use in uses) < 0 else uses


def _counts(names: frozenset[str], units: set[int], liable: Mapping[int, Liable]) -> Counts:
    """What is counted per unit, as far as one of the tariffs asks for it: vehicles, residents, parking spaces."""
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


def _holders(liable: Mapping[int, Liable]) -> set[int]:
    return {owes.person for owes in liable.values() if owes.person is not None}


def _spaces(liable: Mapping[int, Liable]) -> dict[int, int]:
    spaces = ParkingSpace.objects.filter(holder__in=_holders(liable), ended_on=None).order_by()
    held = dict(spaces.values_list("holder").annotate(Count("pk")))
    return {unit: held.get(owes.person, 0) for unit, owes in liable.items()}


def _things(names: frozenset[str], units: set[int], liable: Mapping[int, Liable]) -> dict[tuple[str, int], list[Thing]]:
    """Each vehicle and parking space of the units, ended ones too: the days before count."""
    found: dict[tuple[str, int], list[Thing]] = defaultdict(list)
    if "vehicles" in names:
        cars = Vehicle.objects.filter(unit__in=units).order_by("pk")
        for pk, unit, plate, ended in cars.values_list("pk", "unit", "plate", "ended_on"):
            found["vehicles", unit].append(Thing(vehicle=pk, space=None, words=plate, since=None, until=ended))
    if "spaces" in names:
        homes: dict[int | None, list[int]] = defaultdict(list)
        for unit in sorted(liable):
            homes[liable[unit].person].append(unit)
        spaces = ParkingSpace.objects.filter(holder__in=_holders(liable)).order_by("pk")
        for pk, holder, code, since, until in spaces.values_list("pk", "holder", "code", "started_on", "ended_on"):
            for unit in homes[holder]:
                found["spaces", unit].append(Thing(vehicle=None, space=pk, words=code, since=since, until=until))
    return found
