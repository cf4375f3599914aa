"""Working time as pure rules: how long a span is, and when so much of it is over, between the hours of a calendar."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.moments import is_reckoned
from sla.states import WORKED

Hours = tuple[tuple[time, time], ...]
MIDNIGHT = time(0)
DAY = timedelta(days=1)
# No promise is counted further: beyond it a goal is a slip of the pen, and looking on would never end.
FARTHEST_DAYS = 366 * 50


@dataclass(frozen=True)
class WorkingTime:
    """When people work: the hours of each weekday (Monday is 0), and of single days in their stead.

    A holiday is a day without hours, a make-up workday one with hours. Hours are of the local day, in order and apart;
    an end at midnight is the day's end.
    """

    zone: ZoneInfo
    week: Mapping[int, Hours]
    days: Mapping[date, Hours]

    def hours(self, day: date) -> Hours:
        """The hours of a day; none where nobody works."""
        return self.days.get(day, self.week.get(day.weekday(), ()))


def _spans(cal: WorkingTime, day: date) -> list[tuple[datetime, datetime]]:
    """The working spans of a local day in UTC, as long as they really are when the clocks change."""
    found: list[tuple[datetime, datetime]] = []
    for first, until in sorted(_moments(cal, day, begins, ends) for begins, ends in cal.hours(day)):
        # An hour that the clocks leave out must not be counted with the one it falls on.
        if found and first < found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        elif first < until:
            found.append((first, until))
    return found


def _moments(cal: WorkingTime, day: date, begins: time, ends: time) -> tuple[datetime, datetime]:
    last = day + DAY if ends == MIDNIGHT else day
    return (
        datetime.combine(day, begins, cal.zone).astimezone(UTC),
        datetime.combine(last, ends, cal.zone).astimezone(UTC),
    )


def is_working(cal: WorkingTime, moment: datetime) -> bool:
    """Say whether people work at a moment: the first instant of the hours belongs to them, the last does not."""
    return any(first <= moment < until for first, until in _spans(cal, moment.astimezone(cal.zone).date()))


def _ahead(cal: WorkingTime, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """What is left of the working spans from a moment on."""
    day = start.astimezone(cal.zone).date()
    for _n in range(FARTHEST_DAYS):
        for first, until in _spans(cal, day):
            if until > start:
                yield max(first, start), until
        day += DAY


def _too_far() -> Invalid:
    return Invalid(_("The working calendar has not that much working time within fifty years."))


def add(cal: WorkingTime, start: datetime, length: timedelta) -> datetime:
    """The first moment at which `length` of working time is over since `start`; `start` itself for no length.

    What is over at closing time is due then, not at the next opening. Raises `Invalid` where the calendar has not that
    much working time within fifty years.
    """
    left = length
    if left <= timedelta(0):
        return start
    for first, until in _ahead(cal, start):
        if left <= until - first:
            return (first + left).astimezone(start.tzinfo)
        left -= until - first
    raise _too_far()


def elapsed(cal: WorkingTime, start: datetime, end: datetime) -> timedelta:
    """The working time between two moments; none where the second is not the later one."""
    total = timedelta(0)
    for first, until in _ahead(cal, start):
        if first >= end:
            break
        total += min(until, end) - first
        if until >= end:
            break
    return total


def back(cal: WorkingTime, end: datetime, length: timedelta) -> datetime:
    """The first moment from which `length` of working time is left until `end`; `end` itself for no length.

    Raises `Invalid` like `add`.
    """
    left = length
    if left <= timedelta(0):
        return end
    day = end.astimezone(cal.zone).date()
    for _n in range(FARTHEST_DAYS):
        for first, until in reversed(_spans(cal, day)):
            last = min(until, end)
            if first >= end:
                continue
            if left < last - first:
                return (last - left).astimezone(end.tzinfo)
            left -= last - first
        day -= DAY
    raise _too_far()


@dataclass(frozen=True)
class CountedDay:
    """What of a local day's working time lies between two moments; none of it on a day off."""

    day: date
    spans: tuple[tuple[datetime, datetime], ...]

    @property
    def counted(self) -> timedelta:
        """How much it is."""
        return sum((until - first for first, until in self.spans), timedelta(0))


def days_between(cal: WorkingTime, start: datetime, end: datetime) -> list[CountedDay]:
    """Every local day from the one moment to the other with what of it counts; it adds up to `elapsed`."""
    day, last = start.astimezone(cal.zone).date(), end.astimezone(cal.zone).date()
    found = []
    while day <= last:
        within = ((max(first, start), min(until, end)) for first, until in _spans(cal, day))
        found.append(CountedDay(day, tuple((first, until) for first, until in within if first < until)))
        day += DAY
    return found


def add_days(cal: WorkingTime, start: datetime, count: int) -> datetime:
    """When the working hours of the `count`-th working day after the start's day end; `start` itself for none.

    The day of the start is not counted, and the last day ends with its business hours.
    Source: 民法典 第二百零一条, 第二百零三条. Raises `Invalid` like `add`.
    """
    if count <= 0:
        return start
    day = start.astimezone(cal.zone).date()
    left = count
    for _n in range(FARTHEST_DAYS):
        day += DAY
        spans = _spans(cal, day)
        left -= bool(spans)
        if left == 0:
            return spans[-1][1].astimezone(start.tzinfo)
    raise _too_far()


def read_hours(raw: Sequence[Sequence[str]]) -> Hours:
    """Hours out of a calendar's JSON: `[["09:00", "12:00"], …]`; `24:00` is the day's end.

    Raises `Invalid` for what is no time, for an end before its beginning, and for hours out of order or overlapping.
    """
    hours = []
    before = MIDNIGHT
    for number, (begins, ends) in enumerate(raw):
        first, until = _read_time(begins), _read_time(ends)
        if (number and (first < before or before == MIDNIGHT)) or (until != MIDNIGHT and until <= first):
            raise Invalid(_("Hours come in order and do not overlap: 09:00-12:00, 13:30-18:00."))
        hours.append((first, until))
        before = until
    return tuple(hours)


def _read_time(raw: str) -> time:
    if raw == "24:00":
        return MIDNIGHT
    try:
        found = time.fromisoformat(raw)
    except ValueError:
        found = None
    if found is None or len(raw) != len("00:00"):
        raise Invalid(_("“%(raw)s” is no time of day; write 09:00.") % {"raw": raw})
    return found


def check_calendar(week: Mapping[str, Any], days: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a calendar that cannot be counted on: `Invalid` for hours that make no sense, or a week without any."""
    hours_of_week = [read_hours(hours) for hours in week.values()]
    if not any(hours_of_week):
        raise Invalid(_("A calendar needs working hours on at least one day of the week."))
    for day, row in days.items():
        if not is_reckoned(date.fromisoformat(day)):
            raise Invalid(_("%(day)s lies too far away.") % {"day": day})
        if bool(read_hours(row["hours"])) != (row["kind"] in WORKED):
            raise Invalid(_("%(day)s: a day off has no hours, a workday has some.") % {"day": day})


def read_working_time(
    zone: ZoneInfo, week: Mapping[str, Sequence[Sequence[str]]], days: Mapping[str, Mapping[str, Any]]
) -> WorkingTime:
    """A calendar out of its JSON: hours by weekday (`"0"` is Monday) and by ISO date."""
    return WorkingTime(
        zone=zone,
        week={int(day): read_hours(hours) for day, hours in week.items()},
        days={date.fromisoformat(day): read_hours(row["hours"]) for day, row in days.items()},
    )
