"""Meters with what was read from them and what of it was charged."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.models import Meter, Reading, Usage
from billing.rules.metering import Taken, used
from billing.rules.periods import Period
from billing.states import LeftOut

FOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Used:
    """What a bill charges of one meter. `quantity` is multiplied."""

    meter: int
    since: date
    until: date
    opening: Decimal
    closing: Decimal
    quantity: Decimal


@dataclass
class Log:
    """A meter's readings that stand, and what standing bills charged of it, both oldest first."""

    meter: Meter
    readings: list[Taken] = field(default_factory=list)
    charged: list[tuple[date, date, Decimal]] = field(default_factory=list)

    def up_to(self, period: Period) -> "Used | LeftOut":
        """What is to be charged with the days of a period: from what was charged last to the last reading in it.

        Where nothing was charged yet it begins at the last reading before the period, or at the first of all. A
        period in which nothing was read is charged with the next one, so that nothing is lost.
        """
        within = [one for one in self.readings if one.day <= period.end]
        if not within:
            return LeftOut.NO_READING
        last = within[-1]
        if any(since < last.day <= until for since, until, _closing in self.charged):
            return LeftOut.BILLED if last.day >= period.start else LeftOut.NO_READING
        since, opening = self._opening(within, period)
        if last.day <= since:
            return LeftOut.NO_READING
        steps = used(opening, [one for one in within if one.day > since], self.meter.digits)
        quantity = (steps * self.meter.multiplier).quantize(FOUR_PLACES)
        return Used(self.meter.pk, since, last.day, opening, last.value, quantity)

    def is_over(self, period: Period) -> bool:
        """Whether it was taken down and nothing is to be read from it for the days of a period.

        What it showed at the end may still be to be charged, with whatever month comes next.
        """
        ended = self.meter.ended_on
        return ended is not None and (
            ended < period.start or any(until >= ended for _since, until, _closing in self.charged)
        )

    def _opening(self, within: Sequence[Taken], period: Period) -> tuple[date, Decimal]:
        before = [(until, closing) for _since, until, closing in self.charged if until < within[-1].day]
        if before:
            return before[-1]
        earlier = [one for one in within if one.day < period.start]
        first = earlier[-1] if earlier else within[0]
        return first.day, first.value

    def charge(self, use: Used) -> None:
        """Remember what the bills in hand charge."""
        self.charged = sorted([*self.charged, (use.since, use.until, use.closing)])

    def within(self, period: Period) -> Decimal:
        """What was used between the last reading before a period, or the first in it, and the last in it, multiplied.

        Nothing where there are not two readings.
        """
        up_to = [one for one in self.readings if one.day <= period.end]
        earlier = [one for one in up_to if one.day < period.start]
        start = earlier[-1] if earlier else up_to[0] if up_to else None
        if start is None:
            return Decimal(0)
        steps = used(start.value, [one for one in up_to if one.day > start.day], self.meter.digits)
        return (steps * self.meter.multiplier).quantize(FOUR_PLACES)


def logs_of(meters: Iterable[Meter]) -> dict[int, Log]:
    """The logs of meters by their keys, in two statements."""
    found = {meter.pk: Log(meter) for meter in meters}
    standing = Reading.objects.filter(meter__in=list(found), replaced_by=None).order_by("day")
    rows = standing.values_list("meter", "day", "value", "how", "old_final", "new_start")
    for meter, day, value, how, old_final, new_start in rows:
        found[meter].readings.append(Taken(day, value, how, old_final, new_start))
    charged = Usage.objects.filter(meter__in=list(found), bill__voided_at=None).order_by("until")
    for meter, since, until, closing in charged.values_list("meter", "since", "until", "closing"):
        found[meter].charged.append((since, until, closing))
    return found


def logs_by_charge(units: Iterable[int], items: Iterable[int]) -> dict[tuple[int, int], list[Log]]:
    """The logs of units' meters, by unit and the charge item they are charged by, in three statements."""
    found: dict[tuple[int, int], list[Log]] = defaultdict(list)
    meters = Meter.objects.filter(unit__in=list(units), item__in=list(items)).order_by("pk")
    for log in logs_of(meters).values():
        if log.meter.unit_id is not None and log.meter.item_id is not None:
            found[log.meter.unit_id, log.meter.item_id].append(log)
    return found
