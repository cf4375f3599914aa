"""Which days of a charge are billed already under another first day: by a former system, or by a bill of part of them.

A run charges for what is left of a stretch, so that nobody pays twice for a day: of an item, for a home or one of its
vehicles or spaces, by whichever charge or price it was billed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from billing.models import Bill
from billing.queries.chains import Chain, Charge, Piece
from billing.queries.drafts import Thing
from billing.rules.periods import Period, without
from billing.rules.running import is_about
from records.bulk import among, one_of

NONE: dict[date, date] = {}


@dataclass(frozen=True)
class _Opening:
    period: Period
    vehicle: int | None
    space: int | None

    def is_of(self, thing: Thing | None) -> bool:
        """Whether it is about the vehicle or space."""
        return is_about((self.vehicle, self.space), (thing.vehicle, thing.space) if thing else None)


# A vehicle and a parking space, by their keys.
Things = dict[tuple[int | None, int | None], list[tuple[int, Period]]]


@dataclass
class Taken:
    """What the bills of a run charge so far, those of its batches before too: a preview writes none of them."""

    by_charge: dict[int, dict[date, date]] = field(default_factory=lambda: defaultdict(dict))
    by_thing: Things = field(default_factory=lambda: defaultdict(list))


@dataclass
class Covered:
    """The billed days of the charges of a batch: two statements, and one for the vehicles and spaces in it.

    `beside`: of charges whose home bears the same by others too, no chain of theirs, the keys of all.
    """

    # By the charge's key, first days with last ones: of a long history few are ever looked at.
    by_charge: dict[int, dict[date, date]] = field(default_factory=lambda: defaultdict(dict))
    by_thing: Things = field(default_factory=lambda: defaultdict(list))
    beside: Mapping[int, Collection[int]] = field(default_factory=dict)
    taken: Taken = field(default_factory=Taken)
    openings: dict[tuple[int, int], list[_Opening]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, charges: Collection[int], units: Collection[int], since: date) -> "Covered":
        """Read what stands of charges from a day on, and what was taken over of units, under whichever item; all keys.

        Keys and no query that finds them: joined, the database would read on from the first charge each time. Of
        an item it would read all that is billed; what was taken over of a unit is little.
        """
        found = cls()
        standing = Bill.objects.standing().filter(period_end__gte=since)
        of_charges = standing.filter(one_of("charge", charges), vehicle=None, space=None)
        billed: QuerySet[Any, Any] = of_charges.values_list("charge_id", "period_start", "period_end")
        for charge, start, end in billed.iterator():
            found.by_charge[charge][start] = end
        old = standing.opening().filter(unit__in=among(units))
        taken_over: QuerySet[Any, Any] = old.values(
            "unit_id", "item_id", "vehicle_id", "space_id", "period_start", "period_end"
        )
        for bill in taken_over:
            period = Period(bill["period_start"], bill["period_end"])
            found.openings[bill["unit_id"], bill["item_id"]].append(
                _Opening(period, bill["vehicle_id"], bill["space_id"])
            )
        return found

    def read_things(self, things: Iterable[Thing], items: Iterable[int], since: date) -> None:
        """Read what vehicles and spaces are billed for some items, for whichever home, from a day on."""
        held = list(things)
        standing = Bill.objects.standing().filter(
            Q(vehicle__in=[one.vehicle for one in held if one.vehicle])
            | Q(space__in=[one.space for one in held if one.space]),
            item__in=list(items),
            tariff__isnull=False,
            period_end__gte=since,
        )
        billed: QuerySet[Any, Any] = standing.values("item_id", "vehicle_id", "space_id", "period_start", "period_end")
        for row in billed:
            period = Period(row["period_start"], row["period_end"])
            self.by_thing[row["vehicle_id"], row["space_id"]].append((row["item_id"], period))

    def take(self, charge: Charge, period: Period) -> None:
        """Remember what the bills in hand charge of a home that bears the item by another charge too."""
        if charge.pk in self.beside:
            self.taken.by_charge[charge.pk][period.start] = period.end

    def take_thing(self, item: int, thing: Thing, period: Period) -> None:
        """Remember what the bills in hand charge of a vehicle or space."""
        self.taken.by_thing[thing.vehicle, thing.space].append((item, period))

    def left(self, chain: Chain, pieces: Sequence[Piece], thing: Thing | None = None) -> Sequence[Piece]:
        """What of the pieces is not billed: for the home as a whole, or for one of its vehicles or spaces.

        A bill of any charge of the item counts, however its days were cut: the day from which the home bears it, or
        the months of a bill, may have been put right since.
        """
        first, last = pieces[0].period.start, pieces[-1].period.end
        mine = self.openings.get((chain[0].unit_id, chain[0].tariff.item_id), ())
        taken = [one.period for one in mine if one.is_of(thing)]
        if thing is None:
            for start, end in self._of_home(chain):
                if start <= first and end >= last:  # all of it, as where a run is made again
                    return []
                if start <= last and end >= first:
                    taken.append(Period(start, end))
        else:
            item, key = chain[0].tariff.item_id, (thing.vehicle, thing.space)
            known_here = (*self.by_thing.get(key, ()), *self.taken.by_thing.get(key, ()))
            taken += [period for of, period in known_here if of == item]
        if not taken:
            return pieces
        return [Piece(piece.charge, part) for piece in pieces for part in without(piece.period, taken)]

    def _of_home(self, chain: Chain) -> Collection[tuple[date, date]]:
        """First and last days that charges of the home's item have billed."""
        beside = self.beside.get(chain[0].pk)
        if beside is None and len(chain) == 1:
            return self.by_charge.get(chain[0].pk, NONE).items()
        kept = (self.by_charge, self.taken.by_charge) if beside else (self.by_charge,)
        keys = beside or [charge.pk for charge in chain]
        return [days for key in keys for by_charge in kept for days in by_charge.get(key, NONE).items()]
