"""The charges of a batch priced, by what was read for all of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import Count

from billing.models import Tariff
from billing.queries.chains import Chain, Charge, Piece, beside_each_other, borne_in, in_force, unbroken
from billing.queries.covered import Covered, Taken
from billing.queries.drafts import Batch, Draft, Thing
from billing.queries.metering import Log, Used, logs_by_charge
from billing.queries.owed import NOBODY, Liable, Owners
from billing.queries.parking import Homes, counted_spaces, counted_vehicles, homes_of, spaces_of, vehicles_of
from billing.queries.tariffs import terms_of
from billing.rules.formula import NoPrice
from billing.rules.periods import Period
from billing.rules.pricing import Priced, TariffTerms, price_period
from billing.rules.running import borne, each_of
from billing.states import LeftOut
from estate.models import HouseholdMember
from records.bulk import among

Counts = Mapping[str, Mapping[int, int]]
# The lines of a bill, and what they come to.
Sums = tuple[tuple[Priced, ...], Decimal]


class Prices:
    """What was reckoned already in a run: homes of the same size cost the same. `taken`: what its bills charge."""

    # What meters show is seldom the same twice.
    MOST = 20_000

    def __init__(self) -> None:
        self.terms: dict[int, TariffTerms] = {}
        self.names: dict[int, frozenset[str]] = {}
        self.known: dict[tuple[object, ...], Sums] = {}
        self.taken = Taken()

    def look_at(self, tariffs: Mapping[int, Tariff]) -> None:
        """Go on with some tariffs as they stand now; where one was changed since, nothing counts any more."""
        terms = {pk: terms_of(tariff) for pk, tariff in tariffs.items()}
        if any(self.terms.get(pk, term) != term for pk, term in terms.items()):
            self.terms, self.names, self.known = {}, {}, {}
        for pk in terms.keys() - self.terms.keys():
            self.terms[pk], self.names[pk] = terms[pk], terms[pk].reckoned().names

    def of(self, pieces: Sequence[Piece], quantities: Mapping[str, Decimal]) -> Sums:
        """The lines of the bill of some pieces without a gap, and their sum in yuan."""
        spans = tuple([(one.charge.tariff_id, one.period.start, one.period.end) for one in pieces])
        key = (spans, *quantities.items())
        known = self.known.get(key)
        if known is None:
            terms = [replace(self.terms[tariff], starts_on=start, ends_on=end) for tariff, start, end in spans]
            lines = tuple(price_period(terms, quantities, Period(spans[0][1], spans[-1][2])))
            if len(self.known) >= self.MOST:
                self.known.clear()
            known = self.known[key] = lines, sum((line.amount for line in lines), Decimal("0.00"))
        return known


class Reckoner:
    """Prices the charges of a batch; none of their stretches begins before the months of the run.

    `others`: what their homes bear beside them by tariffs of the run.
    """

    def __init__(
        self,
        charges: Sequence[Charge],
        others: Sequence[Charge],
        chains: Mapping[int, Chain],
        months: Period,
        prices: Prices,
        today: date,
    ) -> None:
        self.chains, self.prices = chains, prices
        units = {charge.unit_id for charge in charges}
        chained = {one.pk: one for chain in chains.values() for one in chain}
        self.owners = Owners.of(units, since=months.start, today=today)
        self.liable = self.owners.now()
        tariffs = {charge.tariff_id: charge.tariff for charge in (*charges, *chained.values())}
        self.each = {pk: each_of(tariff.basis, tariff.fixed_amount) for pk, tariff in tariffs.items()}
        prices.look_at(tariffs)
        names = frozenset().union(*(prices.names[pk] for pk in tariffs))
        homes = homes_of(units, self.liable) if names & {"vehicles", "spaces"} else {}
        self.counts = _counts(names, units, self.liable, homes, months)
        self.things = _things(names, units, homes)
        items = {tariff.item_id for tariff in tariffs.values()}
        self.logs = logs_by_charge(units, items) if "reading" in names else {}
        beside = beside_each_other([*charges, *others], chains)
        keys = {charge.pk for charge in charges}.union(chained, *beside.values())
        self.covered = Covered.of(keys, units, months.start)
        self.covered.beside, self.covered.taken = beside, prices.taken
        if self.things:
            held = [one for these in self.things.values() for one in these]
            self.covered.read_things(held, items, months.start)
        self.alike: dict[tuple[object, ...], list[Period] | None] = {}

    def add(self, batch: Batch, charge: Charge, stretch: Period) -> None:
        """Draft the bills of a stretch, or say why there is none. A stretch of a chain is its first charge's."""
        pieces = self._pieces(charge, stretch)
        if pieces is None:
            return
        if not pieces:
            batch.leave_out(charge, LeftOut.NO_TARIFF)
        elif (each := self._each(pieces)) is not None:
            self._draft_each(batch, charge, pieces, each)
        elif left := self.covered.left(self._chain(charge), pieces):
            for part in unbroken(left):
                self._draft(batch, charge, part)
        else:
            batch.leave_out(charge, LeftOut.BILLED)

    def _chain(self, charge: Charge) -> Chain:
        return self.chains.get(charge.pk, (charge,))

    def _pieces(self, charge: Charge, stretch: Period) -> list[Piece] | None:
        """What of a stretch is borne under a tariff in force; None where it is none of the charge's."""
        if charge.pk in self.chains:
            held = borne_in(self.chains[charge.pk], stretch)
            return in_force(held) if held and held[0].charge.pk == charge.pk else None
        # Most homes bear the same tariff since the same day.
        key = (charge.starts_on, charge.ended_on, charge.tariff_id, stretch)
        if key not in self.alike:
            held = borne_in((charge,), stretch)
            self.alike[key] = [piece.period for piece in in_force(held)] if held else None
        periods = self.alike[key]
        return None if periods is None else [Piece(charge, period) for period in periods]

    def add_once(self, batch: Batch, charge: Charge) -> None:
        """Draft the bill of something charged once, on the day from which it is borne."""
        self.add(batch, charge, Period(charge.starts_on, charge.starts_on))

    def _each(self, pieces: Sequence[Piece]) -> str | None:
        """What one bill each is raised for; None where the home has one bill."""
        first = self.each[pieces[0].charge.tariff_id]
        return first if all(self.each[piece.charge.tariff_id] == first for piece in pieces[1:]) else None

    def _draft_each(self, batch: Batch, charge: Charge, pieces: Sequence[Piece], each: str) -> None:
        drafted = 0
        for thing in self.things.get((each, charge.unit_id), ()):
            mine = [Piece(one.charge, cut) for one in pieces if (cut := _held(thing, one.period))]
            if not mine:
                continue
            drafted += 1
            left = self.covered.left(self._chain(charge), mine, thing)
            if not left:
                batch.leave_out(charge, LeftOut.BILLED)
                continue
            for part in unbroken(left):
                draft = self._made(charge, part, {each: Decimal(1)}, thing=thing)
                if isinstance(draft, LeftOut):
                    batch.leave_out(charge, draft)
                    continue
                self.covered.take_thing(charge.tariff.item_id, thing, draft.period)
                self._take(batch, draft)
        if not drafted:
            batch.leave_out(charge, LeftOut.NOTHING)

    def _draft(self, batch: Batch, charge: Charge, pieces: Sequence[Piece]) -> None:
        names = self._names(pieces)
        quantities = self._quantities(charge)
        if "area" in names and "area" not in quantities:
            batch.leave_out(charge, LeftOut.NO_AREA)
            return
        uses: tuple[Used, ...] = ()
        logs: Sequence[Log] = ()
        if "reading" in names:
            logs = self.logs.get((charge.unit_id, charge.tariff.item_id), [])
            found = _read(logs, Period(pieces[0].period.start, pieces[-1].period.end))
            if isinstance(found, LeftOut):
                batch.leave_out(charge, found)
                return
            uses, quantities["reading"] = found, sum((use.quantity for use in found), Decimal(0))
        draft = self._made(charge, pieces, quantities, uses=uses)
        if isinstance(draft, LeftOut):
            batch.leave_out(charge, draft)
            return
        self._take(batch, draft)
        self.covered.take(charge, draft.period)
        by_meter = {log.meter.pk: log for log in logs}
        for use in uses:
            by_meter[use.meter].charge(use)

    def _take(self, batch: Batch, draft: Draft) -> None:
        batch.drafts.append(draft)
        if self.owners.changed(draft.charge.unit_id, draft.period.start, draft.period.end):
            batch.point_out(draft.charge)

    def _names(self, pieces: Sequence[Piece]) -> frozenset[str]:
        """What the prices of the pieces speak of."""
        if len(pieces) == 1:
            return self.prices.names[pieces[0].charge.tariff_id]
        return frozenset().union(*(self.prices.names[one.charge.tariff_id] for one in pieces))

    def _made(
        self,
        charge: Charge,
        pieces: Sequence[Piece],
        quantities: Mapping[str, Decimal],
        *,
        thing: Thing | None = None,
        uses: tuple[Used, ...] = (),
    ) -> Draft | LeftOut:
        """The bill of some pieces; why there is none, where a formula cannot be worked out for this home alone."""
        try:
            lines, amount = self.prices.of(pieces, quantities)
        except NoPrice:
            return LeftOut.NO_PRICE
        if amount <= 0:
            return LeftOut.NOTHING
        alone = pieces[0].period if len(pieces) == 1 else None
        period = alone or Period(pieces[0].period.start, pieces[-1].period.end)
        return Draft(
            charge=charge,
            tariffs=tuple([(one.period.start, one.charge.tariff_id) for one in pieces]),
            period=period,
            lines=lines,
            amount=amount,
            liable=self._owes(charge.unit_id, period, thing),
            thing=thing,
            uses=uses,
        )

    def _quantities(self, charge: Charge) -> dict[str, Decimal]:
        found = {name: Decimal(counted.get(charge.unit_id, 0)) for name, counted in self.counts.items()}
        if charge.area is not None:
            found["area"] = charge.area
        return found

    def _owes(self, unit: int, period: Period, thing: Thing | None) -> Liable:
        """Who owes a bill of a time: whoever holds what it is for, where that is not of the owner's household."""
        holder = thing.liable if thing else None
        if holder is not None and holder.household != self.liable.get(unit, NOBODY).household:
            return holder
        return self.owners.on(unit, period.end, since=period.start)


def _held(thing: Thing, period: Period) -> Period | None:
    """The days of a period on which a vehicle or space was the home's."""
    return borne(period, thing.since or period.start, thing.until)


def _read(logs: Sequence[Log], period: Period) -> tuple[Used, ...] | LeftOut:
    """What a home's meters are charged with; why not, where one of them was not read."""
    read = [(log, log.up_to(period)) for log in logs]
    found = [use for log, use in read if isinstance(use, Used) or not log.is_over(period)]
    missing = [one for one in found if isinstance(one, LeftOut)]
    if missing or not found:
        return missing[0] if missing else LeftOut.NO_READING
    uses = tuple(one for one in found if isinstance(one, Used))
    # A reading put right may stand below what was charged: the next one makes up for it.
    return LeftOut.CHARGED_MORE if sum(use.quantity for use in uses) < 0 else uses


def _counts(names: frozenset[str], units: set[int], liable: Mapping[int, Liable], homes: Homes, at: Period) -> Counts:
    """What is counted per unit, as far as one of the tariffs asks for it: vehicles, residents, parking spaces."""
    found: dict[str, Mapping[int, int]] = {}
    if "vehicles" in names:
        found["vehicles"] = counted_vehicles(units, at)
    if "heads" in names:
        people = HouseholdMember.objects.current().filter(household__unit__in=among(units), household__lives_here=True)
        found["heads"] = dict(people.order_by().values_list("household__unit").annotate(Count("person", distinct=True)))
    if "spaces" in names:
        found["spaces"] = counted_spaces(homes, liable, at)
    return found


def _things(names: frozenset[str], units: set[int], homes: Homes) -> dict[tuple[str, int], list[Thing]]:
    """Each vehicle and parking space of the units, as far as one of the tariffs asks for it."""
    found: dict[tuple[str, int], list[Thing]] = {}
    if "vehicles" in names:
        found |= {("vehicles", unit): things for unit, things in vehicles_of(units, homes).items()}
    if "spaces" in names:
        found |= {("spaces", unit): things for unit, things in spaces_of(homes).items()}
    return found
