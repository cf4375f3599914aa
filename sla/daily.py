"""Working time added up day by day, so that anybody can check a due time with a paper calendar."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sla.calendar_words import title_words
from sla.calendars import CountedDay, days_between
from sla.models import CalendarVersion
from sla.states import Counting
from sla.wording import span_words

DAY = timedelta(days=1)
SATURDAY = 5
# More rows than a page wants: what lies between the first and the last ones is said in one.
MOST_ROWS = 40
HEAD, TAIL = 24, 12


@dataclass(frozen=True)
class CountRow:
    """Days in a row that count alike: which, what of them counts or why nothing does, how much, and the sum so far."""

    days: str
    what: str
    time: str = ""
    total: str = ""


@dataclass(frozen=True)
class _Day:
    """One day before it is put together with those like it."""

    counted: CountedDay
    what: str

    @property
    def day(self) -> date:
        return self.counted.day


def count_rows(version: CalendarVersion, zone: ZoneInfo, start: datetime, due: datetime) -> list[CountRow]:
    """The working time from one moment to another on a calendar: its sum is that time."""
    days = days_between(version.working_time(zone), start, due)
    alike = _alike(_described(version, zone, one) for one in days)
    return list(_with_sums(_shortened(alike)))


def working_day_rows(version: CalendarVersion, zone: ZoneInfo, start: datetime, due: datetime) -> list[CountRow]:
    """The working days after the one of the start, up to the last one; the day of the start is not counted.

    Source: 民法典 第二百零一条.
    """
    known = version.working_time(zone)
    first, *rest = days_between(known, start, due)
    rows = [CountRow(_days_words(first.day, first.day), _("the day on which it begins does not count"))]
    number = 0
    for group in _alike(_whole(version, one, works=bool(known.hours(one.day))) for one in rest):
        here = len(group) if known.hours(group[0].day) else 0
        number += here
        said = ngettext("%(count)s working day", "%(count)s working days", here) % {"count": here} if here else ""
        sum_said = ngettext("%(count)s working day", "%(count)s working days", number) % {"count": number}
        rows.append(CountRow(_days_words(group[0].day, group[-1].day), group[0].what, said, sum_said if here else ""))
    return rows


def _whole(version: CalendarVersion, one: CountedDay, *, works: bool) -> _Day:
    title = _title(version, one.day)
    return _Day(one, title or (_("as usual") if works else _off(one.day)))


def _described(version: CalendarVersion, zone: ZoneInfo, one: CountedDay) -> _Day:
    title = _title(version, one.day)
    if one.spans:
        hours = pgettext("between names", ", ").join(_hours(first, until, zone) for first, until in one.spans)
        return _Day(one, f"{title} {hours}" if title else hours)
    if version.working_time(zone).hours(one.day):
        return _Day(one, _("outside the working hours: does not count"))
    return _Day(one, _("%(what)s: does not count") % {"what": title or _off(one.day)})


def _title(version: CalendarVersion, day: date) -> str:
    row = version.days.get(day.isoformat())
    return title_words(row["kind"], row.get("name", "")) if row else ""


def _off(day: date) -> str:
    return _("weekend") if day.weekday() >= SATURDAY else _("no working hours on this weekday")


def _hours(first: datetime, until: datetime, zone: ZoneInfo) -> str:
    return f"{_clock(first.astimezone(zone))}–{_clock(until.astimezone(zone), ends=True)}"


def _clock(moment: datetime, *, ends: bool = False) -> str:
    words = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
    return "24:00" if ends and words == "00:00" else words


def _alike(days: Iterable[_Day]) -> list[list[_Day]]:
    """Days in a row that are said alike, those of different weeks apart."""
    grouped = groupby(days, key=lambda one: (one.what, one.counted.counted, _week(one)))
    return [list(group) for _key, group in grouped]


def _week(one: _Day) -> object:
    """Working days are put together by the week, as a paper calendar shows them; days off however long they last."""
    return one.day.isocalendar()[:2] if one.counted.spans else ()


def _shortened(groups: Sequence[list[_Day]]) -> list[list[_Day]]:
    if len(groups) <= MOST_ROWS:
        return list(groups)
    middle = [day for group in groups[HEAD:-TAIL] for day in group]
    words = _("and so on")
    return [*groups[:HEAD], [_Day(day.counted, words) for day in middle], *groups[-TAIL:]]


def _with_sums(groups: Iterable[Sequence[_Day]]) -> Iterator[CountRow]:
    total = timedelta(0)
    for group in groups:
        here = sum((one.counted.counted for one in group), timedelta(0))
        total += here
        days = _days_words(group[0].day, group[-1].day)
        if not here:
            yield CountRow(days, group[0].what)
            continue
        yield CountRow(days, group[0].what, _times(group, here), span_words(total, Counting.WORKING))


def _times(group: Sequence[_Day], here: timedelta) -> str:
    each = {one.counted.counted for one in group}
    if len(group) == 1 or len(each) > 1:
        return span_words(here, Counting.WORKING)
    return _("%(count)s × %(each)s = %(all)s") % {
        "count": len(group),
        "each": span_words(each.pop(), Counting.WORKING),
        "all": span_words(here, Counting.WORKING),
    }


def _days_words(first: date, last: date) -> str:
    if first == last:
        return _day_words(first)
    return _("%(first)s to %(last)s") % {"first": _day_words(first), "last": _day_words(last)}


def _day_words(day: date) -> str:
    return _("%(weekday)s, %(date)s") % {
        "weekday": WEEKDAYS[day.weekday()],
        "date": date_format(day, "DATE_FORMAT"),
    }
