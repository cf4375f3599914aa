"""What events do to the clocks of a case: start, meet, miss, pause, cancel, extend."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from core.errors import Invalid, NotAllowed, NotNow
from sla.actions import extend, sweep_clocks
from sla.models import Clock, Policy, PolicyVersion
from sla.states import ClockState
from tests.cast import NOON, Cast
from tests.sla.trial import clock_of, make_case, make_version, occur

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
JUST = timedelta(microseconds=1)


def kinds(clock: Clock) -> list[str]:
    return list(clock.events.values_list("kind", flat=True))


def asked(cast: Cast, at: datetime = NOON, **rest: Any) -> Clock:
    """The clock of a case that was just asked."""
    case = make_case(cast.project, at=at, handler=cast.technician, **rest)
    occur(case, "trial.asked", at)
    return clock_of(case)


@pytest.mark.req("SLA-2")
def test_several_promises_of_one_case_run_beside_each_other(cast: Cast) -> None:
    make_version()
    make_version("trial.visit", goal_seconds=7200, stops=["trial.visited"])
    case = make_case(cast.project)
    occur(case, "trial.asked", NOON)
    assert {c.key: c.due_at for c in case.clocks.all()} == {
        "trial.answer": NOON + HOUR,
        "trial.visit": NOON + 2 * HOUR,
    }
    occur(case, "trial.answered", NOON + 30 * MINUTE)
    assert clock_of(case).state == ClockState.MET
    assert clock_of(case, "trial.visit").state == ClockState.RUNNING
    case.refresh_from_db()
    assert case.due_at == NOON + 2 * HOUR


def test_stopped_exactly_at_due_is_met(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    occur(clock.case, "trial.answered", clock.due_at)
    clock.refresh_from_db()
    assert (clock.state, clock.breached_at, clock.met_at) == (ClockState.MET, None, clock.due_at)


@pytest.mark.req("SLA-3")
def test_stopped_late_before_any_sweep_is_missed_at_the_true_moment(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    late = clock.due_at + JUST
    occur(clock.case, "trial.answered", late)
    clock.refresh_from_db()
    assert clock.state == ClockState.MISSED
    assert clock.breached_at == clock.due_at
    assert clock.breach_found_at == clock.met_at == clock.ended_at == late
    assert kinds(clock) == ["started", "breached", "skipped", "warned", "stopped"]
    breach = clock.events.get(kind="breached")
    assert (breach.at, breach.recorded_at) == (clock.due_at, late)


@pytest.mark.req("SLA-3")
def test_nothing_is_told_of_the_time_after_it_was_kept_before_it_came_into_being(cast: Cast) -> None:
    """Kept half an hour too late; what an hour would have brought upon it never came."""
    make_version(starts=["trial.visited"])
    case = make_case(cast.project, handler=cast.technician)
    occur(case, "trial.answered", NOON + 90 * MINUTE)
    occur(case, "trial.visited", NOON + 5 * HOUR, since=NOON)
    clock = clock_of(case)
    assert (clock.state, clock.breached_at, clock.met_at) == (ClockState.MISSED, NOON + HOUR, NOON + 90 * MINUTE)
    assert clock.breach_found_at == NOON + 5 * HOUR
    assert dict(clock.fired.values_list("step", "skipped")) == {0: True, 1: False}


def test_a_missed_promise_that_is_kept_later_stays_missed(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    sweep_clocks(at=NOON + 90 * MINUTE)
    occur(clock.case, "trial.answered", NOON + 100 * MINUTE)
    clock.refresh_from_db()
    assert (clock.state, clock.met_at) == (ClockState.MISSED, NOON + 100 * MINUTE)
    assert clock.next_at is None
    assert sweep_clocks(at=NOON + 10 * HOUR)["clocks"] == 0


# --- pausing ---------------------------------------------------------------------------------------------------------
def test_a_pause_adds_exactly_its_length(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    occur(clock.case, "trial.held", NOON + 10 * MINUTE)
    assert clock_of(clock.case).next_at is None
    assert sweep_clocks(at=NOON + 5 * HOUR)["clocks"] == 0
    occur(clock.case, "trial.resumed", NOON + 5 * HOUR + 7 * JUST)
    clock.refresh_from_db()
    assert clock.due_at == NOON + HOUR + (5 * HOUR + 7 * JUST - 10 * MINUTE)
    assert clock.next_at == clock.due_at - 12 * MINUTE
    assert clock.state == ClockState.RUNNING


def test_pausing_twice_and_resuming_twice_counts_once(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    for minute, event in ((10, "held"), (20, "held"), (30, "resumed"), (40, "resumed")):
        occur(clock.case, f"trial.{event}", NOON + minute * MINUTE)
    clock.refresh_from_db()
    assert clock.due_at == NOON + HOUR + 20 * MINUTE
    assert kinds(clock) == ["started", "paused", "resumed"]


def test_a_second_pause_beyond_the_old_due_time_breaches_nothing(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    occur(clock.case, "trial.held", NOON + 10 * MINUTE)
    occur(clock.case, "trial.held", NOON + 3 * HOUR)
    assert sweep_clocks(at=NOON + 4 * HOUR)["clocks"] == 0
    occur(clock.case, "trial.resumed", NOON + 5 * HOUR)
    clock.refresh_from_db()
    assert (clock.state, clock.breached_at) == (ClockState.RUNNING, None)
    assert clock.due_at == NOON + HOUR + (5 * HOUR - 10 * MINUTE)


def test_nobody_gives_more_of_a_time_that_the_law_sets(cast: Cast) -> None:
    version = make_version()
    Policy.objects.filter(pk=version.policy_id).update(source="law")
    with pytest.raises(NotNow):
        extend(clock=asked(cast), by_hours=1, reason="x", by=cast.gm, at=NOON)


def test_a_warning_sent_before_the_pause_is_not_sent_again_after_it(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    sweep_clocks(at=NOON + 50 * MINUTE)
    occur(clock.case, "trial.held", NOON + 55 * MINUTE)
    occur(clock.case, "trial.resumed", NOON + 2 * HOUR)
    sweep_clocks(at=NOON + 2 * HOUR + 6 * MINUTE)
    assert list(clock.fired.order_by("step").values_list("step", flat=True)) == [0, 1]


def test_an_overdue_promise_cannot_be_paused_away(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    occur(clock.case, "trial.held", NOON + 2 * HOUR)
    clock.refresh_from_db()
    assert clock.state == ClockState.MISSED
    assert clock.breached_at == NOON + HOUR
    assert clock.paused_at is None


def test_stopping_a_paused_promise_meets_it(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    occur(clock.case, "trial.held", NOON + 10 * MINUTE)
    occur(clock.case, "trial.answered", NOON + 48 * HOUR)
    assert clock_of(clock.case).state == ClockState.MET


# --- cycles and subjects ---------------------------------------------------------------------------------------------
def test_asking_again_while_it_runs_changes_nothing(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    occur(clock.case, "trial.asked", NOON + 10 * MINUTE)
    assert clock.case.clocks.count() == 1


def test_asking_again_after_the_answer_begins_a_new_cycle(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    occur(clock.case, "trial.answered", NOON + MINUTE)
    occur(clock.case, "trial.asked", NOON + HOUR)
    assert list(clock.case.clocks.order_by("cycle").values_list("cycle", "state", "due_at")) == [
        (1, "met", NOON + HOUR),
        (2, "running", NOON + 2 * HOUR),
    ]


def test_where_the_policy_says_so_a_repeated_start_sets_it_anew(cast: Cast) -> None:
    make_version(restarts=True)
    clock = asked(cast)
    occur(clock.case, "trial.asked", NOON + 10 * MINUTE)
    assert list(clock.case.clocks.order_by("cycle").values_list("cycle", "state", "due_at")) == [
        (1, "cancelled", NOON + HOUR),
        (2, "running", NOON + HOUR + 10 * MINUTE),
    ]


def test_an_undo_of_a_repeated_start_is_not_undone_itself(cast: Cast) -> None:
    """The clock that the undo let go on, and the one that it ended, would else run side by side."""
    make_version(restarts=True)
    clock = asked(cast)
    again = occur(clock.case, "trial.asked", NOON + 10 * MINUTE)
    undone = occur(clock.case, "trial.visited", NOON + 11 * MINUTE, takes_back=again)
    stands = list(clock.case.clocks.order_by("cycle").values_list("cycle", "state", "due_at"))
    assert stands == [(1, "running", NOON + HOUR), (2, "cancelled", NOON + HOUR + 10 * MINUTE)]
    with pytest.raises(NotNow, match="was itself an undo"), translation.override("en"):
        occur(clock.case, "trial.visited", NOON + 12 * MINUTE, takes_back=undone)
    assert list(clock.case.clocks.order_by("cycle").values_list("cycle", "state", "due_at")) == stands
    assert clock.case.events.count() == 3


def test_setting_an_overdue_promise_anew_keeps_the_breach(cast: Cast) -> None:
    make_version(restarts=True)
    clock = asked(cast)
    occur(clock.case, "trial.asked", NOON + 3 * HOUR)
    clock.refresh_from_db()
    assert (clock.state, clock.breached_at) == (ClockState.MISSED, NOON + HOUR)


def test_each_subject_has_a_clock_of_its_own(cast: Cast) -> None:
    make_version()
    case = make_case(cast.project)
    for subject in ("one", "two"):
        occur(case, "trial.asked", NOON, subject=subject)
    occur(case, "trial.answered", NOON + MINUTE, subject="two")
    assert dict(case.clocks.values_list("subject", "state")) == {"one": "running", "two": "met"}


def test_a_policy_about_one_category_leaves_others_alone(cast: Cast) -> None:
    make_version(case_kinds=["trial:leak"])
    leak, other = (make_case(cast.project, category=category) for category in ("leak", "power"))
    for case in (leak, other):
        occur(case, "trial.asked", NOON)
    assert (leak.clocks.count(), other.clocks.count()) == (1, 0)


def test_a_promised_time_without_a_promise_starts_nothing(cast: Cast) -> None:
    make_version(goal="field", goal_field="event.until")
    case = make_case(cast.project)
    occur(case, "trial.asked", NOON)
    assert not case.clocks.exists()
    occur(case, "trial.asked", NOON, data={"until": (NOON + 3 * HOUR).isoformat()})
    assert clock_of(case).due_at == NOON + 3 * HOUR


def test_a_promise_for_a_moment_gone_by_is_overdue_at_the_next_sweep(cast: Cast) -> None:
    make_version(goal="field", goal_field="event.until", steps=[{"to": ["supervisor"]}])
    case = make_case(cast.project)
    occur(case, "trial.asked", NOON, data={"until": (NOON - HOUR).isoformat()})
    assert sweep_clocks(at=NOON + JUST)["breaches"] == 1
    clock = clock_of(case)
    assert (clock.breached_at, clock.breach_found_at) == (NOON - HOUR, NOON + JUST)


def test_an_appointment_sooner_than_its_warning_is_warned_of_at_once(cast: Cast) -> None:
    steps = [{"to": ["handler"], "offset": -1800}, {"to": ["head"]}]
    make_version(goal="field", goal_field="event.until", steps=steps)
    case = make_case(cast.project, handler=cast.technician)
    occur(case, "trial.asked", NOON, data={"until": (NOON + 10 * MINUTE).isoformat()})
    assert sweep_clocks(at=NOON + JUST)["steps"] == 1
    assert list(clock_of(case).fired.values_list("step", flat=True)) == [0]


# --- ending ----------------------------------------------------------------------------------------------------------
def test_closing_the_case_ends_every_clock(cast: Cast) -> None:
    make_version()
    make_version("trial.paused", pauses=["trial.asked_back"], starts=["trial.asked"])
    clock = asked(cast)
    occur(clock.case, "trial.asked_back", NOON + MINUTE)
    occur(clock.case, "trial.closed", NOON + 2 * MINUTE, state="done")
    assert set(clock.case.clocks.values_list("state", "next_at")) == {("cancelled", None)}
    clock.case.refresh_from_db()
    assert (clock.case.due_at, clock.case.closed_at) == (None, NOON + 2 * MINUTE)


def test_closing_an_overdue_case_does_not_wash_the_breach_away(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    occur(clock.case, "trial.closed", NOON + 2 * HOUR, state="done")
    clock.refresh_from_db()
    assert (clock.state, clock.breached_at) == (ClockState.MISSED, NOON + HOUR)


def test_the_event_that_closes_may_also_meet(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    occur(clock.case, "trial.answered", NOON + MINUTE, state="done")
    assert clock_of(clock.case).state == ClockState.MET


# --- extending -------------------------------------------------------------------------------------------------------
@pytest.mark.req("SLA-4")
def test_an_extension_says_who_why_and_from_when_to_when(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    extend(clock=clock, by_hours=1.5, reason=" parts are late ", by=cast.supervisor, at=NOON + MINUTE)
    clock.refresh_from_db()
    assert clock.due_at == NOON + HOUR + 90 * MINUTE
    told = clock.events.get(kind="extended")
    assert told.by == cast.supervisor
    assert told.data == {
        "from": (NOON + HOUR).isoformat(),
        "to": (NOON + HOUR + 90 * MINUTE).isoformat(),
        "seconds": 5400.0,
        "reason": "parts are late",
    }
    event = clock.case.events.get(kind="clock.extended")
    assert (event.text, event.by) == ("parts are late", cast.supervisor)
    clock.case.refresh_from_db()
    assert clock.case.due_at == clock.due_at


@pytest.mark.req("SLA-4")
def test_an_extension_keeps_the_breach_and_arms_the_steps_again(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    sweep_clocks(at=NOON + 61 * MINUTE)
    extend(clock=clock, by_hours=2, reason="agreed with the resident", by=cast.supervisor, at=NOON + 62 * MINUTE)
    clock.refresh_from_db()
    assert (clock.state, clock.breached_at) == (ClockState.MISSED, NOON + HOUR)
    assert clock.steps_done == []
    assert sweep_clocks(at=NOON + 90 * MINUTE)["steps"] == 0
    sweep_clocks(at=NOON + 3 * HOUR + JUST)
    assert sorted(clock.fired.values_list("step", "due_at", "skipped")) == [
        (0, NOON + HOUR, True),
        (0, NOON + 3 * HOUR, True),
        (1, NOON + HOUR, False),
        (1, NOON + 3 * HOUR, False),
    ]
    assert clock.events.filter(kind="breached").count() == 1


@pytest.mark.req("SLA-4")
def test_extending_what_is_overdue_but_not_yet_found_undoes_no_breach(cast: Cast) -> None:
    make_version()
    clock = asked(cast)
    extend(clock=clock, by_hours=24, reason="asked too late", by=cast.gm, at=NOON + 90 * MINUTE)
    clock.refresh_from_db()
    assert (clock.state, clock.breached_at, clock.breach_found_at) == (
        ClockState.MISSED,
        NOON + HOUR,
        NOON + 90 * MINUTE,
    )
    assert clock.due_at == NOON + 25 * HOUR


@pytest.mark.parametrize("hours", [0, -1, 2160.1, float("nan"), float("inf")])
def test_an_extension_of_no_sensible_length_is_refused(cast: Cast, hours: float) -> None:
    make_version()
    with pytest.raises(Invalid) as refusal:
        extend(clock=asked(cast), by_hours=hours, reason="x", by=cast.supervisor, at=NOON)
    assert "by_hours" in refusal.value.fields


@pytest.mark.parametrize("reason", ["  ", "长" * 501])
def test_an_extension_without_a_reason_that_can_be_kept_is_refused(cast: Cast, reason: str) -> None:
    make_version()
    with pytest.raises(Invalid) as refusal:
        extend(clock=asked(cast), by_hours=1, reason=reason, by=cast.supervisor, at=NOON)
    assert "reason" in refusal.value.fields


@pytest.mark.parametrize("role", ["frontdesk", "technician", "cashier", "guard", "quality", "admin", "resident"])
def test_who_does_the_work_does_not_move_its_deadline(cast: Cast, role: str) -> None:
    make_version()
    with pytest.raises(NotAllowed):
        extend(clock=asked(cast), by_hours=1, reason="x", by=cast.users[role], at=NOON)


def test_a_head_gives_the_own_department_no_more_time(cast: Cast) -> None:
    make_version()
    own = asked(cast, department=cast.departments["maintenance"])
    with pytest.raises(NotAllowed):
        extend(clock=own, by_hours=1, reason="x", by=cast.head, at=NOON)


@pytest.mark.parametrize("event", ["trial.answered", "trial.held"])
def test_what_has_ended_or_rests_is_not_extended(cast: Cast, event: str) -> None:
    make_version()
    clock = asked(cast)
    occur(clock.case, event, NOON + MINUTE)
    with pytest.raises(NotNow):
        extend(clock=clock, by_hours=1, reason="x", by=cast.supervisor, at=NOON + 2 * MINUTE)


# --- rules that change -----------------------------------------------------------------------------------------------
@pytest.mark.req("SLA-4")
def test_a_new_version_of_a_rule_leaves_running_clocks_as_they_were(cast: Cast) -> None:
    old = make_version()
    clock = asked(cast)
    PolicyVersion.objects.filter(pk=old.pk).update(replaced_at=NOON)
    PolicyVersion.objects.create(
        policy=old.policy,
        number=2,
        case_kinds=["trial"],
        starts=["trial.asked"],
        stops=["trial.answered"],
        goal_seconds=60,
        created_at=NOON,
        approved_at=NOON,
    )
    sweep_clocks(at=NOON + 30 * MINUTE)
    clock.refresh_from_db()
    assert (clock.due_at, clock.version, clock.breached_at) == (NOON + HOUR, old, None)
    assert asked(cast, NOON + HOUR).due_at == NOON + HOUR + MINUTE


def test_a_version_that_no_leader_approved_starts_nothing(cast: Cast) -> None:
    version = make_version()
    PolicyVersion.objects.filter(pk=version.pk).update(approved_at=None)
    case = make_case(cast.project)
    occur(case, "trial.asked", NOON)
    assert not case.clocks.exists()
