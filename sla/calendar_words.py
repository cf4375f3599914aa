"""Calendars in words: hours, single days in runs, and what one version changes of another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from sla.models import CalendarVersion
from sla.states import DayKind

DAY = timedelta(days=1)
# The calendar keeps the notice's own names; readers of English know these feasts by others.
FEASTS: dict[str, Promise] = {
    "元旦": gettext_lazy("New Year’s Day"),
    "春节": gettext_lazy("Spring Festival"),
    "清明节": gettext_lazy("Tomb-Sweeping Day"),
    "劳动节": gettext_lazy("Labour Day"),
    "端午节": gettext_lazy("Dragon Boat Festival"),
    "中秋节": gettext_lazy("Mid-Autumn Festival"),
    "国庆节": gettext_lazy("National Day"),
}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    """Days in a row that are the same: from the first to the last, what they are called, and their hours."""

    first: date
    last: date
    kind: str
    name: str
    hours: Sequence[Sequence[str]]

    @property
    def span(self) -> str:
        """The days in words."""
        return span_words(self.first, self.last)

    @property
    def title(self) -> str:
        """What kind of days, and which feast."""
        return title_words(self.kind, self.name)

    @property
    def hours_said(self) -> str:
        """Their hours; nothing where nobody works, which the kind says."""
        return hours_words(self.hours) if self.hours else ""


@dataclass(frozen=True)
class Change:
    """Days, or a weekday, that a version makes different."""

    what: str
    before: str
    after: str


def hours_words(hours: Sequence[Sequence[str]]) -> str:
    """Hours as one writes them: 09:00–12:00, 13:30–18:00."""
    if not hours:
        return pgettext("no working hours on a day", "closed")
    return pgettext("between names", ", ").join(f"{begins}–{ends}" for begins, ends in hours)


def span_words(first: date, last: date) -> str:
    """One day, or the first and the last of several."""
    if first == last:
        return date_format(first, "DATE_FORMAT")
    return _("%(first)s to %(last)s") % {
        "first": date_format(first, "DATE_FORMAT"),
        # Django's own format of a month and a day has a nought before the month: 01月3日.
        "last": date_format(last, pgettext("format of a month and a day", "F j"))
        if first.year == last.year
        else date_format(last, "DATE_FORMAT"),
    }


def week_words(week: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each weekday with its hours."""
    return [(str(WEEKDAYS[day]), hours_words(week.get(str(day), []))) for day in range(7)]


def runs_of(days: Mapping[str, Row], *, since: date | None = None) -> list[Run]:
    """Single days in runs, in order; only those that end on `since` or later where it is given."""
    runs: list[Run] = []
    for iso, row in sorted(days.items()):
        day = date.fromisoformat(iso)
        alike = (row["kind"], row.get("name", ""), row["hours"])
        before = runs[-1] if runs else None
        if before and day - before.last == DAY and (before.kind, before.name, before.hours) == alike:
            runs[-1] = Run(before.first, day, *alike)
        else:
            runs.append(Run(day, day, *alike))
    return [run for run in runs if since is None or run.last >= since]


def differences(old: CalendarVersion | None, new: CalendarVersion) -> list[Change]:
    """What the new version makes different: weekdays first, then days in runs, then years that became certain."""
    before = old or CalendarVersion()
    return [*_of_the_week(before, new), *_of_days(before, new), *_of_years(before, new)]


def _of_the_week(old: CalendarVersion, new: CalendarVersion) -> Iterable[Change]:
    for (weekday, before), (_same, after) in zip(week_words(old.week), week_words(new.week), strict=True):
        if before != after:
            yield Change(weekday, before, after)


def _of_days(old: CalendarVersion, new: CalendarVersion) -> list[Change]:
    touched = [
        date.fromisoformat(iso) for iso in sorted({*old.days, *new.days}) if old.days.get(iso) != new.days.get(iso)
    ]
    said = [(day, _day_words(old, day), _day_words(new, day)) for day in touched]
    changes: list[Change] = []
    first = 0
    for n, (here, ahead) in enumerate(pairwise([*said, None])):
        if here is not None and (ahead is None or ahead[0] - here[0] != DAY or ahead[1:] != here[1:]):
            changes.append(Change(span_words(said[first][0], here[0]), here[1], here[2]))
            first = n + 1
    return changes


def _day_words(version: CalendarVersion, day: date) -> str:
    row = version.days.get(day.isoformat())
    if row is None:
        return _("as usual: %(hours)s") % {"hours": hours_words(version.week.get(str(day.weekday()), []))}
    title = title_words(row["kind"], row.get("name", ""))
    return f"{title} {hours_words(row['hours'])}" if row["hours"] else title


def _of_years(old: CalendarVersion, new: CalendarVersion) -> Iterable[Change]:
    estimated, certain = _("estimated"), _("announced, or not kept")
    for year in sorted({*old.provisional_years} ^ {*new.provisional_years}):
        now_open = year in new.provisional_years
        what = _("Public holidays of %(year)s") % {"year": year}
        yield Change(what, certain if now_open else estimated, estimated if now_open else certain)


def title_words(kind: str, name: str) -> str:
    """What kind of day, and which feast."""
    label = str(DayKind(kind).label) if kind in DayKind.values else kind
    return f"{label} · {FEASTS.get(name, name)}" if name else label
