"""What is to be charged of a meter: what the readings that stand say was used, less what standing bills charged."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from billing.rules.exact import FOUR_PLACES
from billing.rules.metering import Taken, step
from billing.rules.periods import Period
from billing.states import LeftOut


@dataclass(frozen=True)
class Charged:
    """What a standing bill charges of a meter, in its units: the days after `since` up to `until`, and how much."""

    since: date
    until: date
    quantity: Decimal
    multiplier: Decimal


@dataclass(frozen=True)
class Due:
    """What a bill is to charge. `made_up`: how much of it makes up for readings put right after they were charged."""

    since: date
    until: date
    opening: Decimal
    closing: Decimal
    quantity: Decimal
    made_up: Decimal


class Course:
    """How far a meter had gone on a day, by the readings that stand, oldest first: changes and wraps are counted in.

    What it shows says that only until it is changed, or begins again; how far it went is one scale for all its days.
    """

    def __init__(self, readings: Sequence[Taken], digits: int) -> None:
        self.readings = readings
        self.days = [one.day for one in readings]
        self.gone = [Decimal(0)]
        for before, taken in pairwise(readings):
            self.gone.append(self.gone[-1] + step(before.value, taken, digits))

    def last(self, day: date) -> Taken | None:
        """The last reading up to a day."""
        place = bisect_right(self.days, day)
        return self.readings[place - 1] if place else None

    def between(self, since: date, until: date) -> Decimal:
        """How far it went from one day to another, in its own steps."""
        return self._until(until) - self._until(since)

    def _until(self, day: date) -> Decimal:
        return self.gone[max(bisect_right(self.days, day), 1) - 1]


def due(course: Course, charged: Sequence[Charged], period: Period, multiplier: Decimal) -> Due | LeftOut:
    """What is to be charged with the days of a period: from what was charged last to the last reading in it.

    Where nothing was charged yet it begins at the last reading before the period, or at the first of all. A period in
    which nothing was read is charged with the next one. What the days that were charged used by now, other than they
    were charged for, is made up for, so that all bills together charge what was used; it may be below zero.
    """
    last = course.last(period.end)
    if last is None:
        return LeftOut.NO_READING
    if any(one.since < last.day <= one.until for one in charged):
        return LeftOut.BILLED if last.day >= period.start else LeftOut.NO_READING
    opening = _opening(course, charged, last.day, period)
    if last.day <= opening.day:
        return LeftOut.NO_READING
    mine = (course.between(opening.day, last.day) * multiplier).quantize(FOUR_PLACES)
    wrong = sum((course.between(one.since, one.until) * one.multiplier - one.quantity for one in charged), Decimal(0))
    made_up = wrong.quantize(FOUR_PLACES)
    return Due(opening.day, last.day, opening.value, last.value, mine + made_up, made_up)


def _opening(course: Course, charged: Sequence[Charged], day: date, period: Period) -> Taken:
    """The reading from which on nothing was charged up to a day that was read."""
    ends = [one.until for one in charged if one.until < day]
    known = course.last(max(ends)) if ends else None
    earlier = [one for one in course.readings if one.day < period.start]
    return known or (earlier[-1] if earlier else course.readings[0])
