"""Rules of deadlines as sentences: what starts a promise, how long it runs, who hears of it when."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sla.models import PolicyVersion
from sla.rules import StepSpec
from sla.states import ClockState, Counting, Goal
from sla.vocabulary import audience_words, part_names, quoted

DAY = 86400
UNITS = ((DAY, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def length_words(seconds: int, counts: str = Counting.NATURAL) -> str:
    """A length of time as one says it: 2 days, 72 hours only where it is no whole number of days.

    Working time is said in hours at most: 24 of them are no day.
    """
    if seconds == 0:
        return _("at once")
    if counts == Counting.WORKING:
        return _("%(time)s of working time") % {"time": _in_units(seconds, UNITS[1:])}
    return _in_units(seconds, UNITS)


def _in_units(seconds: int, units: Sequence[tuple[int, str]]) -> str:
    size = next(size for size, _unit in units if seconds % size == 0)
    return count_words(seconds // size, size)


def count_words(count: int, size: int) -> str:
    """So many units of `size` seconds."""
    words = {
        "day": ngettext("%(count)s day", "%(count)s days", count),
        "hour": ngettext("%(count)s hour", "%(count)s hours", count),
        "minute": ngettext("%(count)s minute", "%(count)s minutes", count),
        "second": ngettext("%(count)s second", "%(count)s seconds", count),
    }
    return words[dict(UNITS)[size]] % {"count": count}


def goal_words(version: PolicyVersion) -> str:
    """When a promise is due."""
    if version.goal == Goal.FIELD:
        return _("by the time that was promised")
    if version.goal == Goal.END_OF_DAY:
        return _("by the end of the day")
    if version.goal == Goal.MONTHS:
        words = ngettext("within %(count)s month", "within %(count)s months", version.goal_months) % {
            "count": version.goal_months
        }
        more = version.goal_more_days
        return _("%(months)s and %(days)s") % {"months": words, "days": count_words(more, DAY)} if more else words
    if version.goal == Goal.WORKING_DAYS:
        return ngettext("within %(count)s working day", "within %(count)s working days", version.goal_days) % {
            "count": version.goal_days
        }
    words = _("within %(time)s") % {"time": length_words(version.goal_seconds, version.counts)}
    if version.goal_urgent_seconds is not None:
        words += _(", urgent: %(time)s") % {"time": length_words(version.goal_urgent_seconds, version.counts)}
    names = part_names(version.case_kinds) if version.goal_by_category else {}
    for code, seconds in version.goal_by_category.items():
        time = length_words(seconds, version.counts)
        words += _(", %(what)s: %(time)s") % {"what": names.get(code, code), "time": time}
    if version.goal_field:
        words += _(", or by the time that was promised")
    return words


def step_words(step: StepSpec) -> str:
    """Who is told when."""
    people = pgettext("between names", ", ").join(audience_words(one) for one in step.to)
    if step.percent == 0:
        when = _("when it begins")
    elif step.percent is not None:
        when = _("when %(percent)s %% of the time is over") % {"percent": step.percent}
    elif step.offset < 0:
        when = _("%(time)s before") % {"time": length_words(-step.offset)}
    elif step.offset > 0:
        when = _("%(time)s after") % {"time": length_words(step.offset)}
    else:
        when = _("when due")
    return _("%(when)s: %(people)s") % {"when": when, "people": people}


def rule_words(version: PolicyVersion) -> str:
    """The whole rule in one sentence."""
    sentences = [
        _("From %(starts)s, %(goal)s, met by %(stops)s.")
        % {"starts": quoted(version.starts), "goal": goal_words(version), "stops": quoted(version.stops)}
    ]
    if version.pauses:
        rests = {"pauses": quoted(version.pauses), "resumes": quoted(version.resumes)}
        sentences.append(_("Rests from %(pauses)s to %(resumes)s.") % rests)
    if version.cancels:
        sentences.append(_("No longer owed after %(cancels)s.") % {"cancels": quoted(version.cancels)})
    if version.restarts:
        sentences.append(_("A repeated start sets it anew."))
    steps = pgettext("between steps", "; ").join(step_words(step) for step in version.step_specs)
    if steps:
        sentences.append(_("Told: %(steps)s.") % {"steps": steps})
    return " ".join(sentences)


def span_words(length: timedelta, counts: str = Counting.NATURAL) -> str:
    """Any length of time to the second: 1 day 3 hours 20 minutes; what is less than a second is not said.

    Working time is said in hours at most, like lengths.
    """
    seconds, parts = int(abs(length).total_seconds()), []
    for size, _name in UNITS[1:] if counts == Counting.WORKING else UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(count_words(count, size))
    return pgettext("between parts of a length of time", " ").join(parts) or _("less than a second")


def worked_words(length: timedelta) -> str:
    """A length of working time, said to be one: 27 hours 30 minutes of working time."""
    return _("%(time)s of working time") % {"time": span_words(length, Counting.WORKING)}


def moment_in_full(moment: datetime) -> str:
    """A moment to the second, in the active zone: 2026-11-23 10:00:05."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")


def standing_words(state: str, met_at: datetime | None) -> str:
    """How a promise stands that does not tick any more; nothing for one that is still owed, missed or not."""
    if state == ClockState.MISSED and met_at is not None:
        return _("Late")
    words = {
        ClockState.MET.value: _("On time"),
        ClockState.PAUSED.value: _("Paused"),
        ClockState.CANCELLED.value: _("No longer counted"),
    }
    return words.get(state, "")


def sum_words(start: datetime, length: str, due: datetime) -> str:
    """A sum that anybody can check: 2026-11-23 10:00:00 + 2 days = 2026-11-25 10:00:00."""
    return _("%(start)s + %(length)s = %(due)s") % {
        "start": moment_in_full(start),
        "length": length,
        "due": moment_in_full(due),
    }
