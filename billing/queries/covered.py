"""Which days of a charge are billed already under another first day: by a former system, or by a bill of part of them.

A run charges for what is left of a stretch, so that nobody pays twice for a day.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from billing.models import Bill, UnitCharge
from billing.queries.chains import Piece
from billing.queries.drafts import Thing
from billing.rules.periods import Period, without
from billing.rules.running import is_about


@dataclass(frozen=True)
class _Opening:
    period: Period
    vehicle: int | None
    space: int | None

    def is_of(self, thing: Thing | None) -> bool:
        """Whether it is about the vehicle or space."""
        return is_about((self.vehicle, self.space), (thing.vehicle, thing.space) if thing else None)


@dataclass
class Covered:
    """The billed days of the charges of a batch: two statements."""

    # By the charge's key, first days with last ones: of a long history few are ever looked at.
    by_charge: dict[int, dict[date, date]] = field(default_factory=lambda: defaultdict(dict))
    openings: dict[tuple[int, int], list[_Opening]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, charges: Iterable[UnitCharge], since: date) -> "Covered":
        """Read what stands of the charges from a day on, and what was taken over of their units."""
        found, borne = cls(), list(charges)
        standing = Bill.objects.standing().filter(period_end__gte=since)
        of_charges = standing.filter(charge__in=borne, vehicle=None, space=None)
        billed: QuerySet[Any, Any] = of_charges.values("charge_id", "period_start", "period_end")
        for row in billed.iterator():
            found.by_charge[row["charge_id"]][row["period_start"]] = row["period_end"]
        units, items = {one.unit_id for one in borne}, {one.tariff.item_id for one in borne}
        old = standing.opening().filter(unit__in=units, item__in=items)
        taken_over: QuerySet[Any, Any] = old.values(
            "unit_id", "item_id", "vehicle_id", "space_id", "period_start", "period_end"
        )
        for bill in taken_over:
            period = Period(bill["period_start"], bill["period_end"])
            found.openings[bill["unit_id"], bill["item_id"]].append(
                _Opening(period, bill["vehicle_id"], bill["space_id"])
            )
        return found

    def starts(self, charge: UnitCharge, pieces: Sequence[Piece]) -> bool:
        """Whether a bill of the charge begins with the pieces."""
        return pieces[0].period.start in self.by_charge.get(charge.pk, {})

    def left(self, charge: UnitCharge, pieces: Sequence[Piece], thing: Thing | None = None) -> list[Piece]:
        """What of the pieces is not billed: for the home as a whole, or for one of its vehicles or spaces."""
        mine = self.openings.get((charge.unit_id, charge.tariff.item_id), ())
        taken = [one.period for one in mine if one.is_of(thing)]
        if thing is None:
            first, last = pieces[0].period.start, pieces[-1].period.end
            for piece in pieces:
                known = self.by_charge.get(piece.charge.pk, {}).items()
                taken += [Period(start, end) for start, end in known if start <= last and end >= first]
        if not taken:
            return list(pieces)
        return [Piece(piece.charge, part) for piece in pieces for part in without(piece.period, taken)]
