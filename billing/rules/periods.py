"""Spans of days that are charged for: calendar months, parts of them, and steps from month to month."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from fractions import Fraction

from django.utils.translation import gettext as _

from core.errors import Invalid

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Period:
    """A span of days, both ends included. Raises `Invalid` where it ends before it starts."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise Invalid(_("The period ends before it starts."))

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    def common(self, other: "Period") -> "Period | None":
        """The days that both have, None where there are none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start <= end else None


def month_of(day: date) -> Period:
    """The calendar month of a day."""
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def months(period: Period) -> Iterator[Period]:
    """The whole calendar months that the period touches, in order."""
    month = month_of(period.start)
    yield month
    while month.end < period.end:
        month = month_of(month.end + DAY)
        yield month


def share(part: Period, whole: Period) -> Fraction:
    """How much of `whole` the days of `part` are, 0 to 1."""
    common = part.common(whole)
    return Fraction(common.days, whole.days) if common else Fraction(0)


def split_at(period: Period, days: Iterable[date]) -> list[Period]:
    """The period cut before each of the days that lie in it: each of them begins a stretch."""
    starts = sorted({period.start, *(day for day in days if period.start < day <= period.end)})
    ends = [day - DAY for day in starts[1:]] + [period.end]
    return [Period(start, end) for start, end in zip(starts, ends, strict=True)]


def without(period: Period, taken: Iterable[Period]) -> list[Period]:
    """The days of a period that none of `taken` has, as stretches in order; none where they have all of it."""
    left, start = [], period.start
    for gone in sorted(one for one in taken if one.common(period)):
        if gone.start > start:
            left.append(Period(start, gone.start - DAY))
        start = max(start, gone.end + DAY)
    return [*left, Period(start, period.end)] if start <= period.end else left


def step(start: date, months: int) -> date:
    """The same day so many months on, the month's last day where it is shorter.

    Steps are counted from the first day, not from step to step: 31 January, 28 February, 31 March. Raises `Invalid`
    beyond the calendar.
    """
    count = start.year * 12 + start.month - 1 + months
    year, month = divmod(count, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise Invalid(_("No calendar reaches that far."))
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
