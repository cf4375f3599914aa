"""Rules of deadlines as sentences: what starts a promise, how long it runs, who hears of it when."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sla.models import PolicyVersion
from sla.rules import StepSpec
from sla.states import Audience, Counting, Goal

UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


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
    size, unit = next((size, unit) for size, unit in units if seconds % size == 0)
    count = seconds // size
    words = {
        "day": ngettext("%(count)s day", "%(count)s days", count),
        "hour": ngettext("%(count)s hour", "%(count)s hours", count),
        "minute": ngettext("%(count)s minute", "%(count)s minutes", count),
        "second": ngettext("%(count)s second", "%(count)s seconds", count),
    }
    return words[unit] % {"count": count}


def goal_words(version: PolicyVersion) -> str:
    """When a promise is due."""
    if version.goal == Goal.FIELD:
        return _("by the time that was promised")
    if version.goal == Goal.END_OF_DAY:
        return _("by the end of the day")
    if version.goal == Goal.MONTHS:
        return ngettext("within %(count)s month", "within %(count)s months", version.goal_months) % {
            "count": version.goal_months
        }
    if version.goal == Goal.WORKING_DAYS:
        return ngettext("within %(count)s working day", "within %(count)s working days", version.goal_days) % {
            "count": version.goal_days
        }
    words = _("within %(time)s") % {"time": length_words(version.goal_seconds, version.counts)}
    if version.goal_urgent_seconds is not None:
        words += _(", urgent: %(time)s") % {"time": length_words(version.goal_urgent_seconds, version.counts)}
    if version.goal_field:
        words += _(", or by the time that was promised")
    return words


def step_words(step: StepSpec) -> str:
    """Who is told when."""
    people = pgettext("between names", ", ").join(
        str(Audience(one).label) if one in Audience.values else one for one in step.to
    )
    if step.percent is not None:
        when = _("when %(percent)s %% of the time is over") % {"percent": step.percent}
    elif step.offset < 0:
        when = _("%(time)s before") % {"time": length_words(-step.offset)}
    elif step.offset > 0:
        when = _("%(time)s after") % {"time": length_words(step.offset)}
    else:
        when = _("when due")
    return f"{when}: {people}"


def rule_words(version: PolicyVersion) -> str:
    """The whole rule in one sentence."""
    sentence = _("From %(starts)s, %(goal)s, met by %(stops)s.") % {
        "starts": " / ".join(version.starts),
        "goal": goal_words(version),
        "stops": " / ".join(version.stops),
    }
    if version.pauses:
        sentence += " " + _("Rests from %(pauses)s to %(resumes)s.") % {
            "pauses": " / ".join(version.pauses),
            "resumes": " / ".join(version.resumes),
        }
    steps = "; ".join(step_words(step) for step in version.step_specs)
    return f"{sentence} {_('Told')}: {steps}." if steps else sentence
