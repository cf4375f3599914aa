"""Whether a rule makes sense: what is refused outright, and what is said in plain sentences before somebody decides."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.states import Role
from cases.registry import kinds
from core.errors import Invalid
from sla.models import MOST_STEPS, PolicyVersion
from sla.queries import AUDIENCES, ROLE_OF, Held
from sla.states import Audience, Counting, Goal
from sla.vocabulary import all_events, audience_words, base_of, event_words, events_for
from sla.wording import DAY, length_words

LONGEST = 3660 * DAY
MOST_MONTHS = 120
# About a year of work, in days and in hours.
MOST_DAYS = 250
MOST_WORKED = 2000 * 3600
EVENT_FIELDS = ("starts", "stops", "pauses", "resumes", "cancels")
# Moments of a matter that a goal may name: a field of the case, or what the starting event says.
GOAL_FIELDS = ("", "promised_at", "event.until")


def require_sound(draft: PolicyVersion) -> None:
    """Raise `Invalid`, with what is wrong beside each field, for a rule that names what does not exist."""
    problems = _names(draft) | _goal(draft) | _lengths(draft) | _steps(draft)
    if problems:
        raise Invalid(_("This rule cannot be proposed as it stands."), fields=problems)


def _names(draft: PolicyVersion) -> dict[str, str]:
    problems = {}
    registered = {kind.key for kind in kinds()}
    strange = [name for name in draft.case_kinds if base_of(name) not in registered]
    if not draft.case_kinds or strange:
        problems["case_kinds"] = _no_such(strange) if strange else _("Say which cases it is about.")
    known = all_events()
    for field in EVENT_FIELDS:
        strange = [name for name in getattr(draft, field) if name not in known]
        if strange:
            problems[field] = _no_such(strange)
    for field in ("starts", "stops"):
        if not getattr(draft, field):
            problems[field] = _("Choose at least one event.")
    return problems


def _no_such(names: Iterable[str]) -> str:
    return _("There is no such thing: %(names)s.") % {"names": pgettext("between names", ", ").join(names)}


def _goal(draft: PolicyVersion) -> dict[str, str]:
    problems = {}
    if draft.goal not in Goal.values:
        problems["goal"] = _("Choose one of those offered.")
    if not _least(draft, Goal.MONTHS) <= draft.goal_months <= MOST_MONTHS:
        problems["goal_months"] = _("From 1 to 120 months.")
    if not 0 <= draft.goal_more_days <= LONGEST // DAY:
        problems["goal_more_days"] = _("At most 3,660 days.")
    if not _least(draft, Goal.WORKING_DAYS) <= draft.goal_days <= MOST_DAYS:
        problems["goal_days"] = _("From 1 to 250 working days.")
    if draft.counts not in Counting.values:
        problems["counts"] = _("Choose one of those offered.")
    if draft.goal_field not in GOAL_FIELDS or (draft.goal == Goal.FIELD and not draft.goal_field):
        problems["goal_field"] = _("Say which promised time.")
    return problems


def _least(draft: PolicyVersion, goal: str) -> int:
    """How much of something there is at least: what the goal counts is more than nothing."""
    return 1 if draft.goal == goal else 0


def _lengths(draft: PolicyVersion) -> dict[str, str]:
    problems = {}
    if not _least(draft, Goal.DURATION) <= draft.goal_seconds <= LONGEST:
        problems["goal_seconds"] = _("More than nothing, at most 3,660 days.")
    if draft.goal_urgent_seconds is not None and not 0 <= draft.goal_urgent_seconds <= LONGEST:
        problems["goal_urgent_seconds"] = _("At most 3,660 days.")
    if not all(isinstance(n, int) and 0 < n <= LONGEST for n in draft.goal_by_category.values()):
        problems["goal_by_category"] = _("More than nothing, at most 3,660 days.")
    if not problems and draft.counts == Counting.WORKING and max(goals_of(draft), default=0) > MOST_WORKED:
        problems["goal_seconds"] = _("At most 2,000 hours of working time.")
    return problems


def _steps(draft: PolicyVersion) -> dict[str, str]:
    if len(draft.steps) > MOST_STEPS:
        return {"steps": _("At most %(count)s steps.") % {"count": MOST_STEPS}}
    if not all(_is_step(raw) for raw in draft.steps):
        return {
            "steps": _("Each step tells somebody, at 0 to 100 per cent of the time or within 3,660 days of its end.")
        }
    return {}


def _is_step(raw: Mapping[str, Any]) -> bool:
    to = raw.get("to") or []
    if not to or not AUDIENCES.issuperset(to):
        return False
    percent: int | None = raw.get("percent")
    offset: int = raw.get("offset", 0)
    return 0 <= percent <= 100 if percent is not None else abs(offset) <= LONGEST


def conflicts(draft: PolicyVersion, *, others: Sequence[PolicyVersion] = (), held: Collection[Held] = ()) -> list[str]:
    """What is odd about a sound rule, in sentences for whoever proposes it and whoever decides. Reads nothing.

    `others` are the rules in force of other policies; `held` says which roles somebody has in which project.
    """
    return [*_counting(draft), *_too_short(draft), *_never(draft), *_untold(draft, held), *_twice(draft, others)]


def goals_of(draft: PolicyVersion) -> list[int]:
    """The lengths of time that the rule gives, in seconds: usual, urgent, by category; none for a moment."""
    if draft.goal != Goal.DURATION:
        return []
    urgent = [] if draft.goal_urgent_seconds is None else [draft.goal_urgent_seconds]
    return [draft.goal_seconds, *urgent, *draft.goal_by_category.values()]


def _counting(draft: PolicyVersion) -> Iterator[str]:
    """Where what the rule counts and what it is counted in do not go together."""
    if draft.goal == Goal.WORKING_DAYS and draft.counts == Counting.NATURAL:
        yield _("Working days are those of the calendar, although the rule says natural time.")
    if draft.goal not in (Goal.WORKING_DAYS, Goal.DURATION) and draft.counts == Counting.WORKING:
        yield _("Working time is counted for a length of time only: “%(goal)s” stays natural.") % {
            "goal": Goal(draft.goal).label
        }
    if draft.counts == Counting.WORKING and any(seconds % DAY == 0 for seconds in goals_of(draft) if seconds):
        yield _("A day of working time is 24 working hours, about three days at work. Were working days meant?")


def _too_short(draft: PolicyVersion) -> Iterator[str]:
    goals = [seconds for seconds in goals_of(draft) if seconds > 0]
    for step in draft.step_specs:
        if goals and step.percent is None and -step.offset >= min(goals):
            yield _("The warning %(before)s before the end comes before the start: the time is only %(goal)s.") % {
                "before": length_words(-step.offset),
                "goal": length_words(min(goals), draft.counts),
            }


def _never(draft: PolicyVersion) -> Iterator[str]:
    possible = set(events_for(draft.case_kinds))
    for field, pattern in (
        ("starts", _("“%(event)s” never happens to these cases, so it starts nothing.")),
        ("stops", _("“%(event)s” never happens to these cases, so nobody can keep the promise by it.")),
        ("pauses", _("“%(event)s” never happens to these cases, so it pauses nothing.")),
        ("resumes", _("“%(event)s” never happens to these cases, so it resumes nothing.")),
        ("cancels", _("“%(event)s” never happens to these cases, so it cancels nothing.")),
    ):
        for event in getattr(draft, field):
            if event not in possible:
                yield pattern % {"event": event_words(event)}
    if draft.pauses and not draft.resumes:
        yield _("It can pause, but nothing lets it run again.")
    for event in draft.starts:
        if event in draft.stops and not draft.restarts and draft.starts == draft.stops:
            yield _("“%(event)s” both starts and meets it.") % {"event": event_words(event)}


def _untold(draft: PolicyVersion, held: Collection[Held]) -> Iterator[str]:
    steps = draft.step_specs
    if all(step.is_warning for step in steps):
        yield _("Nobody is told once it is overdue.")
    for audience in dict.fromkeys(one for step in steps for one in step.to):
        role = Role.HEAD if audience == Audience.HEAD else ROLE_OF.get(Audience(audience), "")
        empty = [one.project for one in held if role and role not in one.roles]
        if empty:
            yield _("Nobody is “%(audience)s” in %(projects)s: the next one up is told instead.") % {
                "audience": audience_words(audience),
                "projects": pgettext("between names", ", ").join(empty),
            }


def _twice(draft: PolicyVersion, others: Sequence[PolicyVersion]) -> Iterator[str]:
    for other in others:
        if other.policy_id == draft.policy_id:
            continue
        alike = _overlap(draft.case_kinds, other.case_kinds)
        if alike and set(draft.starts) & set(other.starts) and set(draft.stops) == set(other.stops):
            yield _("“%(other)s” promises the same for the same cases.") % {"other": other.policy.name}


def _overlap(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Whether a case can be meant by both: the same name, or one names the kind and the other a part of it."""
    pairs = ((a, b) for a in ours for b in theirs)
    return any(a == b or (base_of(a) == base_of(b) and (":" not in a or ":" not in b)) for a, b in pairs)
