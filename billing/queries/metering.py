"""Meters with what was read from them and what of it was charged."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from billing.models import Meter, Reading, Usage
from billing.rules.exact import FOUR_PLACES
from billing.rules.metering import Taken
from billing.rules.periods import Period
from billing.rules.usage import Charged, Course, Due, due
from billing.states import LeftOut


@dataclass(frozen=True)
class Used(Due):
    """What a bill charges of one meter."""

    meter: int
    multiplier: Decimal


@dataclass
class Log:
    """A meter's readings that stand, oldest first, and what standing bills charged of it."""

    meter: Meter
    readings: list[Taken] = field(default_factory=list)
    charged: list[Charged] = field(default_factory=list)

    def up_to(self, period: Period) -> Used | LeftOut:
        """What is to be charged with the days of a period, as `billing.rules.usage.due` says."""
        course, multiplier = Course(self.readings, self.meter.digits), self.meter.multiplier
        found = due(course, self.charged, period, multiplier)
        return Used(**vars(found), meter=self.meter.pk, multiplier=multiplier) if isinstance(found, Due) else found

    def is_over(self, period: Period) -> bool:
        """Whether it was taken down and nothing is to be read from it for the days of a period.

        What it showed at the end may still be to be charged, with whatever month comes next.
        """
        ended = self.meter.ended_on
        return ended is not None and (ended < period.start or any(one.until >= ended for one in self.charged))

    def charge(self, use: Used) -> None:
        """Remember what the bills in hand charge."""
        self.charged.append(Charged(use.since, use.until, use.quantity, use.multiplier))

    def within(self, period: Period) -> Decimal:
        """What was used between the last reading before a period, or the first in it, and the last in it, multiplied.

        Nothing where there are not two readings.
        """
        up_to = [one.day for one in self.readings if one.day <= period.end]
        earlier = [day for day in up_to if day < period.start]
        if not up_to:
            return Decimal(0)
        start = earlier[-1] if earlier else up_to[0]
        steps = Course(self.readings, self.meter.digits).between(start, period.end)
        return (steps * self.meter.multiplier).quantize(FOUR_PLACES)


def logs_of(meters: Iterable[Meter]) -> dict[int, Log]:
    """The logs of meters by their keys, in two statements."""
    found = {meter.pk: Log(meter) for meter in meters}
    standing = Reading.objects.filter(meter__in=list(found), replaced_by=None).order_by("day")
    rows = standing.values_list("meter", "day", "value", "how", "old_final", "new_start")
    for meter, day, value, how, old_final, new_start in rows:
        found[meter].readings.append(Taken(day, value, how, old_final, new_start))
    charged = Usage.objects.filter(meter__in=list(found), bill__voided_at=None).order_by("until")
    for meter, since, until, quantity, by in charged.values_list("meter", "since", "until", "quantity", "multiplier"):
        log = found[meter]
        log.charged.append(Charged(since, until, quantity, log.meter.multiplier if by is None else by))
    return found


def logs_by_charge(units: Iterable[int], items: Iterable[int]) -> dict[tuple[int, int], list[Log]]:
    """The logs of units' meters, by unit and the charge item they are charged by, in three statements."""
    found: dict[tuple[int, int], list[Log]] = defaultdict(list)
    meters = Meter.objects.filter(unit__in=list(units), item__in=list(items)).order_by("pk")
    for log in logs_of(meters).values():
        if log.meter.unit_id is not None and log.meter.item_id is not None:
            found[log.meter.unit_id, log.meter.item_id].append(log)
    return found
