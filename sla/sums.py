"""Due times as sums, in natural time or day by day on a calendar, so that somebody who doubts one can follow it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla.calendars import WorkingTime, elapsed
from sla.daily import CountRow, count_rows, working_day_rows
from sla.models import CalendarVersion, PolicyVersion
from sla.states import Counting, Goal
from sla.vocabulary import part_names
from sla.wording import DAY, count_words, length_words, moment_in_full, span_words, sum_words, worked_words


@dataclass(frozen=True)
class OnCalendar:
    """What a clock is counted on: a version of a calendar, in the zone of the case."""

    version: CalendarVersion
    zone: ZoneInfo

    @property
    def time(self) -> WorkingTime:
        """As the rules read it."""
        return self.version.working_time(self.zone)

    @property
    def name(self) -> str:
        """Whose calendar, and which version of it."""
        said = {"calendar": self.version.calendar, "number": self.version.number}
        return _("working calendar of %(calendar)s, version %(number)s") % said


@dataclass(frozen=True)
class Reckoned:
    """A sum in words, and in working time day by day."""

    words: str
    days: list[CountRow] = field(default_factory=list)
    calendar: str = ""


def basis(version: PolicyVersion, start: datetime, due: datetime, on: OnCalendar | None = None) -> Reckoned:
    """How a rule makes the due time from the start; `on` is the calendar on which the clock was counted."""
    if on is None:
        return Reckoned(_natural(version, start, due))
    if version.goal == Goal.WORKING_DAYS:
        count = version.goal_days
        length = ngettext("%(count)s working day", "%(count)s working days", count) % {"count": count}
        return Reckoned(sum_words(start, length, due), working_day_rows(on.version, on.zone, start, due), on.name)
    length = _length(version, elapsed(on.time, start, due), Counting.WORKING)
    return Reckoned(sum_words(start, length, due), count_rows(on.version, on.zone, start, due), on.name)


def added(start: datetime, due: datetime, on: OnCalendar | None, *, why: str = "") -> Reckoned:
    """Time given or left: working time on a calendar, natural time without one."""
    length = length_between(start, due, on)
    words = _("%(length)s (%(why)s)") % {"length": length, "why": why} if why else length
    if on is None:
        return Reckoned(sum_words(start, words, due))
    return Reckoned(sum_words(start, words, due), count_rows(on.version, on.zone, start, due), on.name)


def length_between(start: datetime, end: datetime, on: OnCalendar | None) -> str:
    """The time between two moments in words."""
    return span_words(end - start) if on is None else worked_words(elapsed(on.time, start, end))


def _natural(version: PolicyVersion, start: datetime, due: datetime) -> str:
    if version.goal == Goal.END_OF_DAY:
        return _("%(start)s → the end of that day: %(due)s") % _both(start, due)
    if version.goal == Goal.MONTHS and not _is_promised(version, start, due):
        length = ngettext("%(count)s month", "%(count)s months", version.goal_months) % {"count": version.goal_months}
        if version.goal_more_days:
            length += " + " + count_words(version.goal_more_days, DAY)
        return sum_words(start, length, due)
    if version.goal == Goal.FIELD or _is_promised(version, start, due):
        return _("The time that was promised: %(due)s") % _both(start, due)
    return sum_words(start, _length(version, due - start), due)


def _both(start: datetime, due: datetime) -> dict[str, str]:
    return {"start": moment_in_full(start), "due": moment_in_full(due)}


def _is_promised(version: PolicyVersion, start: datetime, due: datetime) -> bool:
    """A rule that prefers a promised time gave it where the length is none of its own."""
    if not version.goal_field:
        return False
    return version.goal != Goal.DURATION or (due - start).total_seconds() not in _lengths(version)


def _lengths(version: PolicyVersion) -> dict[float, str]:
    """The rule's own lengths, each with the case that it is for."""
    names = part_names(version.case_kinds) if version.goal_by_category else {}
    found = {float(n): names.get(code, code) for code, n in version.goal_by_category.items()}
    if version.goal_urgent_seconds is not None:
        found[float(version.goal_urgent_seconds)] = _("urgent")
    return found | {float(version.goal_seconds): ""}


def _length(version: PolicyVersion, length: timedelta, counts: str = Counting.NATURAL) -> str:
    why = _lengths(version).get(length.total_seconds(), "")
    words = length_words(int(length.total_seconds()), counts)
    return _("%(length)s (%(why)s)") % {"length": words, "why": why} if why else words
