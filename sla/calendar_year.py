"""A year of a calendar as one hangs it on a wall: months of weeks, each day with its letter."""

from calendar import Calendar as Weeks
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from sla.calendar_words import Run, hours_words, runs_of, title_words
from sla.models import CalendarVersion
from sla.states import DayKind

WEEKS = Weeks()  # they begin on Monday
# Paper calendars print these beside the number; whoever sees no colours reads the letter.
LETTERS = {
    DayKind.HOLIDAY: pgettext_lazy("letter of a public holiday in a calendar", "H"),
    DayKind.MAKE_UP: pgettext_lazy("letter of a make-up workday in a calendar", "W"),
    DayKind.CLOSED: pgettext_lazy("letter of a day on which we are closed", "C"),
    DayKind.OPEN: pgettext_lazy("letter of a day on which we are open", "O"),
}
INITIALS = (
    pgettext_lazy("Monday in one letter", "M"),
    pgettext_lazy("Tuesday in one letter", "T"),
    pgettext_lazy("Wednesday in one letter", "W"),
    pgettext_lazy("Thursday in one letter", "T"),
    pgettext_lazy("Friday in one letter", "F"),
    pgettext_lazy("Saturday in one letter", "S"),
    pgettext_lazy("Sunday in one letter", "S"),
)


@dataclass(frozen=True)
class Cell:
    """A day of a month: its number, how it looks, its letter and what it is in words."""

    number: int
    look: str
    letter: str = ""
    title: str = ""
    is_today: bool = False


@dataclass(frozen=True)
class Month:
    """A month of weeks; None for the days of its neighbours."""

    name: str
    weeks: Sequence[Sequence[Cell | None]]


@dataclass(frozen=True)
class Year:
    """A year of a calendar: its months, its single days in runs, and whether its holidays are an estimate."""

    number: int
    months: Sequence[Month]
    runs: Sequence[Run]
    is_estimate: bool
    is_missing: bool


def weekday_heads() -> list[tuple[str, str]]:
    """The weekdays in one letter and in full."""
    return [(str(initial), str(WEEKDAYS[day])) for day, initial in enumerate(INITIALS)]


def key_of_letters() -> list[tuple[str, str, str]]:
    """What the letters mean: look, letter, words."""
    return [(str(kind.value), str(LETTERS[kind]), str(kind.label)) for kind in DayKind]


def year_of(version: CalendarVersion, number: int, today: date) -> Year:
    """One year as the version has it. Without any single day nobody has entered its holidays yet."""
    days = {iso: row for iso, row in version.days.items() if iso.startswith(f"{number}-")}
    return Year(
        number=number,
        months=[_month(version, number, month, today) for month in range(1, 13)],
        runs=runs_of(days),
        is_estimate=number in version.provisional_years,
        is_missing=not days and number not in version.provisional_years,
    )


def _month(version: CalendarVersion, year: int, month: int, today: date) -> Month:
    weeks = [
        [_cell(version, day, today) if day.month == month else None for day in week]
        for week in WEEKS.monthdatescalendar(year, month)
    ]
    return Month(str(MONTHS[month]), weeks)


def _cell(version: CalendarVersion, day: date, today: date) -> Cell:
    row = version.days.get(day.isoformat())
    if row is None:
        look = "usual" if version.week.get(str(day.weekday())) else "off"
        return Cell(day.day, look, is_today=day == today)
    title = title_words(row["kind"], row.get("name", ""))
    if row["hours"]:
        title = f"{title} {hours_words(row['hours'])}"
    letter = str(LETTERS[DayKind(row["kind"])]) if row["kind"] in DayKind.values else ""
    return Cell(day.day, row["kind"], letter, title, day == today)


def week_lines(week: Mapping[str, Any]) -> list[str]:
    """The hours of a week with weekdays alike in one line: Monday to Friday 09:00–18:00."""
    hours = [(day, hours_words(week.get(str(day), []))) for day in range(7)]
    return [_line([day for day, _words in group], words) for words, group in _runs(hours)]


def _runs(hours: Sequence[tuple[int, str]]) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    for words, group in groupby(hours, key=lambda one: one[1]):
        yield words, list(group)


def _line(days: Sequence[int], words: str) -> str:
    first, last = WEEKDAYS[days[0]], WEEKDAYS[days[-1]]
    if len(days) == 1:
        named = str(first)
    elif len(days) == 2:
        named = pgettext("between names", ", ").join([str(first), str(last)])
    else:
        named = _("%(first)s to %(last)s") % {"first": first, "last": last}
    return _("%(days)s: %(hours)s") % {"days": named, "hours": words}
