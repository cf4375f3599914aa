"""The preview of a rule: what would have been, and that what is in force previews as what was."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.actions import lock
from cases.models import Case, Event
from core.errors import DomainError
from sla.actions import extend, happen, sweep_clocks
from sla.actions.policies import draft_of
from sla.checking import conflicts
from sla.histories import facts_of, histories, preview
from sla.models import Clock, PolicyVersion
from sla.preview import Counts, replay
from sla.queries import Held, roles_held, versions_in_force
from sla.states import Counting, Goal
from tests.cast import NOON, Cast
from tests.sla.trial import make_case, make_version, occur

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

words = st.sampled_from(
    ["asked", "answered", "held", "resumed", "dropped", "closed", "reopened", "extend", "undo", "since", "sweep"]
)
scripts = st.lists(st.tuples(words, st.integers(1, 100), st.sampled_from(["", "", "a", "b"])), max_size=14)
rules = st.fixed_dictionaries(
    {
        "goal_seconds": st.integers(60, 9000),
        "restarts": st.booleans(),
        "starts": st.sampled_from([["trial.asked"], ["trial.asked", "trial.reopened"]]),
        "counts": st.sampled_from(Counting.values),
        "goal": st.sampled_from([Goal.DURATION, Goal.DURATION, Goal.WORKING_DAYS]),
        "goal_days": st.integers(1, 3),
    }
)


def play(cast: Cast, script: list[tuple[str, int, str]]) -> tuple[Case, datetime]:
    """Let a script happen to a case, with sweeps in between; returns the case and the moment of its end."""
    case, at = make_case(cast.project, handler=cast.technician), NOON
    past: list[Event] = []
    for number, (word, minutes, subject) in enumerate(script):
        at += minutes * MINUTE + timedelta(seconds=number)
        try:
            with transaction.atomic():
                past += _one(cast, case, word, at, subject, past)
        except DomainError:
            continue
    sweep_clocks(at=(end := at + HOUR))
    return case, end


def _one(cast: Cast, case: Case, word: str, at: datetime, subject: str, past: list[Event]) -> list[Event]:
    if word == "sweep":
        sweep_clocks(at=at)
        return []
    if word == "extend":
        clock = Clock.objects.live().filter(case=case).first()
        if clock is not None:
            extend(clock=clock, by_hours=1.5, reason="x", by=cast.gm, at=at)
        return []
    return _happen(lock(case), word, at, subject, past)


def _happen(here: Case, word: str, at: datetime, subject: str, past: list[Event]) -> list[Event]:
    kind, more = f"trial.{word}", dict[str, Any]()
    if word == "undo":
        if not past:
            return []
        kind, more = "trial.dropped_it", {"takes_back": past.pop()}
    elif word == "since":
        kind, more = "trial.asked", {"since": at - 30 * MINUTE}
    elif word in ("closed", "reopened"):
        if (here.state == "done") == (word == "closed"):
            return []
        more = {"state": "done" if word == "closed" else "open"}
    done = happen(case=here, kind=kind, at=at, by=None, subject=subject, **more)
    # What took something back is not taken back itself: that is refused.
    return [] if word == "undo" else [done]


@pytest.mark.req("SLA-1")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=scripts, rule=rules)
def test_the_rule_in_force_previews_as_what_was_recorded(
    cast: Cast, script: list[tuple[str, int, str]], rule: dict[str, Any]
) -> None:
    PolicyVersion.objects.filter(case_kinds=["trial"]).update(case_kinds=[])
    version = make_version(f"trial.{PolicyVersion.objects.count()}", **rule)
    case, end = play(cast, script)
    (history,) = histories(Case.objects.filter(pk=case.pk), version.policy.key)
    recorded = facts_of([case.pk], version.policy.key)[case.pk]
    replayed = replay(history, version, end)
    bare = [(f.subject, f.cycle, f.started, f.due, f.missed, f.ended, f.met) for f in recorded]
    assert [(f.subject, f.cycle, f.started, f.due, f.missed, f.ended, f.met) for f in replayed] == bare
    assert all(would.told >= was.told for would, was in zip(replayed, recorded, strict=True)), "an ideal sweep"


def test_playing_back_writes_nothing(cast: Cast, django_assert_num_queries: Any) -> None:
    version = make_version()
    case, end = play(cast, [("asked", 1, ""), ("held", 5, ""), ("resumed", 9, "")])
    (history,) = histories(Case.objects.filter(pk=case.pk), version.policy.key)
    with django_assert_num_queries(0):
        replay(history, version, end)


@pytest.mark.req("SLA-1")
def test_a_shorter_rule_would_have_missed_what_was_kept(cast: Cast) -> None:
    version = make_version()
    kept, late = (make_case(cast.project, handler=cast.technician) for _ in range(2))
    for case, minutes in ((kept, 40), (late, 70)):
        occur(case, "trial.asked", NOON)
        occur(case, "trial.answered", NOON + minutes * MINUTE)
    draft = draft_of(version.policy, {"goal_seconds": 1800})
    found = preview(draft, version, reader=cast.admin, at=NOON + 3 * HOUR)
    assert found.was == Counts(started=2, met=1, missed=1, told=1)
    assert (found.would.missed, found.would.met, found.newly_missed, found.no_longer_missed) == (2, 0, 1, 0)
    assert found.samples[0].number == kept.number, "newly missed first"
    assert (found.cases, found.more) == (2, False)
    longer = draft_of(version.policy, {"goal_seconds": 7200})
    found = preview(longer, version, reader=cast.admin, at=NOON + 3 * HOUR)
    assert (found.newly_missed, found.no_longer_missed) == (0, 1)
    assert list(Clock.objects.values_list("version", flat=True)) == [version.pk] * 2, "a preview starts no clocks"


def test_it_counts_the_last_ninety_days_and_only_what_one_sees(cast: Cast) -> None:
    version = make_version()
    old, foreign = make_case(cast.project, at=NOON - timedelta(days=91)), make_case(cast.other_project)
    occur(old, "trial.asked", NOON - timedelta(days=91))
    occur(foreign, "trial.asked", NOON)
    draft = draft_of(version.policy, {"goal_seconds": 60})
    found = preview(draft, version, reader=cast.admin, at=NOON + HOUR)
    assert (found.was.started, found.would.started, found.samples) == (0, 0, ())


@pytest.mark.parametrize("cases", [1, 3])
def test_it_asks_as_much_for_many_cases_as_for_one(cast: Cast, cases: int, django_assert_num_queries: Any) -> None:
    version = make_version()
    for _ in range(cases):
        occur(make_case(cast.project), "trial.asked", NOON)
    draft = draft_of(version.policy, {"goal_seconds": 60})
    reader = cast.admin
    assert reader.active_memberships
    with django_assert_num_queries(6):
        found = preview(draft, version, reader=reader, at=NOON + HOUR)
    assert found.would.missed == cases


def test_it_stops_at_a_limit_and_says_so(cast: Cast) -> None:
    version = make_version()
    for _ in range(3):
        occur(make_case(cast.project), "trial.asked", NOON)
    found = preview(version, version, reader=cast.admin, at=NOON, most=2)
    assert (found.cases, found.more) == (2, True)


# --- what is odd about a rule ----------------------------------------------------------------------------------------
ODD: list[tuple[dict[str, Any], str]] = [
    ({"steps": [{"to": ["head"], "offset": -7200}, {"to": ["gm"]}]}, "comes before the start"),
    ({"goal_urgent_seconds": 60, "steps": [{"to": ["gm"], "offset": -90}, {"to": ["gm"]}]}, "only 1 minute"),
    ({"stops": ["ticket.completed"]}, "nobody can keep the promise by it"),
    ({"starts": ["ticket.opened"]}, "it starts nothing"),
    ({"steps": [{"to": ["head"], "percent": 80}]}, "Nobody is told once it is overdue"),
    ({"steps": []}, "Nobody is told once it is overdue"),
    ({"pauses": ["trial.held"], "resumes": []}, "nothing lets it run again"),
    ({"steps": [{"to": ["quality"]}]}, "Nobody is “quality department” in Empty"),
]


@pytest.mark.req("SLA-1")
@pytest.mark.parametrize(("changes", "part"), ODD)
def test_what_is_odd_is_said_in_a_plain_sentence(cast: Cast, changes: dict[str, Any], part: str) -> None:
    draft = draft_of(make_version().policy, changes)
    held = [Held("Full", frozenset({"gm", "head", "quality", "supervisor"})), Held("Empty", frozenset({"gm", "head"}))]
    with translation.override("en"):
        assert any(part in words for words in conflicts(draft, held=held))


def test_two_promises_of_the_same_are_named(cast: Cast) -> None:
    twin = make_version("trial.twin", case_kinds=["trial:leak"])
    draft = draft_of(make_version().policy, {"goal_seconds": 60})
    with translation.override("en"):
        assert any("Trial trial.twin” promises the same" in words for words in conflicts(draft, others=[twin]))
    apart = draft_of(twin.policy, {"case_kinds": ["callback:leak"]})
    assert not any("Trial" in words for words in conflicts(apart, others=[draft]))


@pytest.mark.req("SLA-1")
def test_the_default_rules_contradict_nothing(cast: Cast) -> None:
    for version in (versions := versions_in_force()):
        found = conflicts(version, others=versions, held=roles_held()[:1])
        assert not found, (version.policy.key, found)


@pytest.mark.req("SLA-1", "SLA-5")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"goal": Goal.WORKING_DAYS, "goal_days": 3}, ["Working days are those of the calendar"]),
        ({"goal": Goal.WORKING_DAYS, "goal_days": 3, "counts": Counting.WORKING}, []),
        ({"goal": Goal.END_OF_DAY, "counts": Counting.WORKING}, ["Working time is counted for a length of time only"]),
        ({"goal_seconds": 2 * 86400, "counts": Counting.WORKING}, ["A day of working time is 24 working hours"]),
        ({"goal_seconds": 4 * 3600, "counts": Counting.WORKING}, []),
    ],
)
def test_counting_that_does_not_fit_the_goal_is_said(changes: dict[str, object], said: list[str]) -> None:
    steps = [{"to": ["gm"], "offset": 0}]
    given: dict[str, Any] = {"case_kinds": ["trial"], "starts": ["trial.asked"], "stops": ["trial.answered"]}
    draft = PolicyVersion(number=1, steps=steps, **({"goal_seconds": 3600} | given | changes))
    with translation.override("en"):
        found = conflicts(draft)
    assert [any(one.startswith(start) for one in found) for start in said] == [True] * len(said)
    assert len(found) == len(said)


@pytest.mark.req("SLA-1", "SLA-5")
def test_counted_in_working_time_what_came_on_friday_evening_would_have_been_in_time(cast: Cast) -> None:
    version = make_version(goal_seconds=8 * 3600)
    case = make_case(cast.project, handler=cast.technician)
    friday = NOON - 3 * 24 * HOUR
    occur(case, "trial.asked", friday + 5 * HOUR)  # 17:00, an hour before closing
    occur(case, "trial.answered", NOON)
    draft = draft_of(version.policy, {"counts": Counting.WORKING})
    found = preview(draft, version, reader=cast.admin, at=NOON + HOUR)
    assert (found.newly_missed, found.no_longer_missed) == (0, 1)
    assert found.samples[0].would is not None
    assert found.samples[0].would.due == NOON + 4 * HOUR


@pytest.mark.req("SLA-5")
@pytest.mark.parametrize("count", [1, 6])
def test_the_preview_reads_a_projects_calendar_once(cast: Cast, count: int) -> None:
    version = make_version()
    for _n in range(count):
        occur(make_case(cast.project), "trial.asked", NOON)
    draft = draft_of(version.policy, {"counts": Counting.WORKING})
    with CaptureQueriesContext(connection) as asked:
        preview(draft, version, reader=cast.admin, at=NOON + HOUR)
    calendars = [one for one in asked.captured_queries if "sla_calendarversion" in one["sql"]]
    assert len(calendars) == 1
