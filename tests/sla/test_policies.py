"""How rules change: proposed, approved by a leader, in force for what starts afterwards; applied only on purpose."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from accounts.states import Role
from core.errors import Invalid, NotAllowed, NotNow
from notifications.models import Message
from records.models import AuditEntry
from sla.actions import approve, extend, propose, refuse, sweep_clocks, withdraw
from sla.actions.applying import plan
from sla.models import Clock, PolicyVersion
from sla.states import ClockState, VersionState
from tests.cast import NOON, Cast
from tests.sla.trial import apply_now, clock_of, make_case, make_version, occur

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SHORTER = {"goal_seconds": 1800}
LONGER = {"goal_seconds": 4 * 3600}


def proposed(cast: Cast, old: PolicyVersion, **changes: Any) -> PolicyVersion:
    return propose(policy=old.policy, changes=changes or SHORTER, reason=" too slow ", by=cast.admin, at=NOON)


def in_force(cast: Cast, old: PolicyVersion, **changes: Any) -> PolicyVersion:
    return approve(version=proposed(cast, old, **changes), by=cast.gm, at=NOON)


def asked(cast: Cast, at: Any = NOON, **rest: Any) -> Clock:
    case = make_case(cast.project, at=at, handler=cast.technician, **rest)
    occur(case, "trial.asked", at)
    return clock_of(case)


# --- proposing and deciding ------------------------------------------------------------------------------------------
@pytest.mark.req("SLA-1")
def test_a_proposal_holds_for_nothing_until_a_leader_approves_it(cast: Cast) -> None:
    old = make_version()
    new = proposed(cast, old)
    assert (new.number, new.state, new.reason, new.created_by) == (2, VersionState.PROPOSED, "too slow", cast.admin)
    assert {**new.rule, "goal_seconds": 3600} == old.rule, "what was not changed is as it was"
    assert asked(cast).due_at == NOON + HOUR
    approve(version=new, by=cast.gm, at=NOON + MINUTE)
    assert asked(cast).due_at == NOON + HOUR / 2
    old.refresh_from_db()
    assert (old.state, old.replaced_at) == (VersionState.REPLACED, NOON + MINUTE)
    assert list(PolicyVersion.objects.in_force().filter(policy=old.policy)) == [new]


@pytest.mark.req("SLA-1")
def test_a_leader_is_told_in_the_inbox_and_the_proposer_of_the_decision(cast: Cast) -> None:
    new = proposed(cast, make_version())
    told = Message.objects.get(template="rule.proposed", channel="in_app")
    assert (told.user, told.project, told.case, told.data["page"]) == (
        cast.gm,
        cast.project,
        None,
        ["rule", "trial.answer"],
    )
    refuse(version=new, reason="not now", by=cast.gm, at=NOON)
    answer = Message.objects.get(template="rule.refused", channel="in_app")
    assert (answer.user, answer.data["reason"]) == (cast.admin, "not now")
    entries = AuditEntry.objects.filter(target="trial.answer").order_by("pk")
    assert [(e.action, e.by, e.reason) for e in entries] == [
        ("rule.proposed", cast.admin, "too slow"),
        ("rule.refused", cast.gm, "not now"),
    ]


@pytest.mark.parametrize("role", ["frontdesk", "technician", "head", "supervisor", "gm", "quality", "resident"])
def test_only_administrators_propose(cast: Cast, role: str) -> None:
    with pytest.raises(NotAllowed):
        propose(policy=make_version().policy, changes=SHORTER, reason="x", by=cast.users[role], at=NOON)


@pytest.mark.parametrize("role", ["frontdesk", "technician", "head", "supervisor", "admin", "quality", "resident"])
def test_only_a_leader_decides(cast: Cast, role: str) -> None:
    new = proposed(cast, make_version())
    with pytest.raises(NotAllowed):
        approve(version=new, by=cast.users[role], at=NOON)
    with pytest.raises(NotAllowed):
        refuse(version=new, reason="x", by=cast.users[role], at=NOON)


@pytest.mark.req("SLA-1")
def test_nobody_approves_the_own_proposal(cast: Cast) -> None:
    Membership.objects.create(user=cast.admin, role=Role.GM, project=cast.project)
    new = proposed(cast, make_version())
    with pytest.raises(NotAllowed, match=r"another leader|另一位"):
        approve(version=new, by=cast.admin, at=NOON)


def test_a_later_proposal_takes_the_place_of_one_that_waits(cast: Cast) -> None:
    old = make_version()
    first = proposed(cast, old)
    second = proposed(cast, old, **LONGER)
    first.refresh_from_db()
    assert (first.state, first.withdrawn_by, second.number) == (VersionState.WITHDRAWN, cast.admin, 3)
    with pytest.raises(NotNow):
        approve(version=first, by=cast.gm, at=NOON)
    withdraw(version=second, by=cast.admin, at=NOON)
    with pytest.raises(NotNow):
        refuse(version=second, reason="x", by=cast.gm, at=NOON)
    assert old.policy.versions.in_force().get() == old


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts": ["no.such_event"]}, "starts"),
        ({"stops": []}, "stops"),
        ({"case_kinds": ["unheard"]}, "case_kinds"),
        ({"case_kinds": []}, "case_kinds"),
        ({"goal_seconds": 0}, "goal_seconds"),
        ({"goal": "someday"}, "goal"),
        ({"goal": "field", "goal_field": ""}, "goal_field"),
        ({"goal": "months", "goal_months": 121}, "goal_months"),
        ({"goal": "months", "goal_months": 0}, "goal_months"),
        ({"goal": "months", "goal_months": 3, "goal_more_days": 3661}, "goal_more_days"),
        # What the goal does not count is kept with the rule all the same.
        ({"goal": "end_of_day", "goal_seconds": 3661 * 86400}, "goal_seconds"),
        ({"goal_months": 40_000}, "goal_months"),
        ({"goal_days": 40_000}, "goal_days"),
        ({"goal_field": "pk"}, "goal_field"),
        ({"goal_urgent_seconds": 3661 * 86400}, "goal_urgent_seconds"),
        ({"goal_by_category": {"leak": 0}}, "goal_by_category"),
        ({"steps": [{"to": []}]}, "steps"),
        ({"steps": [{"to": ["the mayor"]}]}, "steps"),
        ({"steps": [{"to": ["head"], "percent": 101}]}, "steps"),
        ({"steps": [{"to": ["head"]}] * 21}, "steps"),
    ],
)
def test_what_does_not_exist_is_refused_beside_its_field(cast: Cast, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        proposed(cast, make_version(), **changes)
    assert field in refusal.value.fields


def test_a_proposal_says_why_and_changes_something(cast: Cast) -> None:
    old = make_version()
    with pytest.raises(Invalid) as refusal:
        propose(policy=old.policy, changes=SHORTER, reason=" ", by=cast.admin, at=NOON)
    assert "reason" in refusal.value.fields
    with pytest.raises(Invalid):
        proposed(cast, old, goal_seconds=3600)


# --- clocks that run -------------------------------------------------------------------------------------------------
changes_of = st.fixed_dictionaries(
    {"goal_seconds": st.integers(60, 900_000)},
    optional={
        "goal_urgent_seconds": st.integers(0, 9000),
        "stops": st.just(["trial.visited"]),
        "pauses": st.just([]),
        "steps": st.lists(st.builds(lambda n: {"to": ["gm"], "offset": n}, st.integers(-999, 9999)), max_size=3),
    },
)


@pytest.mark.req("SLA-4")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=changes_of, minutes=st.integers(1, 200))
def test_approving_whatever_change_leaves_clocks_that_run_as_they_are(
    cast: Cast, changes: dict[str, Any], minutes: int
) -> None:
    PolicyVersion.objects.filter(case_kinds=["trial"]).update(case_kinds=[])
    old = make_version(f"trial.{PolicyVersion.objects.count()}")
    case = make_case(cast.project)
    occur(case, "trial.asked", NOON)
    key = old.policy.key
    before = Clock.objects.filter(case=case).values().get()
    if old.rule | changes != old.rule:
        in_force(cast, old, **changes)
    assert Clock.objects.filter(case=case).values().get() == before
    sweep_clocks(at=NOON + minutes * MINUTE)
    assert clock_of(case, key).breached_at == (NOON + HOUR if minutes > 60 else None)


@pytest.mark.req("SLA-4")
def test_applied_on_purpose_a_rule_moves_running_clocks_from_their_own_start(cast: Cast) -> None:
    old = make_version()
    clock = asked(cast)
    new = in_force(cast, old, **LONGER)
    before = plan(version=new, by=cast.admin, at=NOON)
    assert (before.moving, before.staying, before.overdue) == (1, 0, 0)
    assert [(m.clock.case.number, m.clock.due_at, m.due) for m in before.samples] == [
        (clock.case.number, NOON + HOUR, NOON + 4 * HOUR)
    ]
    at = NOON + 10 * MINUTE
    assert apply_now(version=new, reason="agreed", by=cast.admin, at=at) == {"moved": 1, "stayed": 0}
    clock.refresh_from_db()
    assert (clock.due_at, clock.version, clock.goal_seconds) == (NOON + 4 * HOUR, new, 4 * 3600)
    moved = clock.events.get(kind="moved")
    assert (moved.by, moved.at, moved.data["reason"]) == (cast.admin, at, "agreed")
    assert (moved.data["former"], moved.data["version"]) == (1, 2)
    told = clock.case.events.get(kind="clock.moved")
    assert (told.by, told.text) == (cast.admin, "agreed")
    clock.case.refresh_from_db()
    assert clock.case.due_at == NOON + 4 * HOUR
    assert AuditEntry.objects.filter(action="rule.applied").count() == 1
    assert apply_now(version=new, reason="again", by=cast.admin, at=at)["moved"] == 0
    assert clock.events.filter(kind="moved").count() == 1


@pytest.mark.req("SLA-4")
def test_a_breach_never_disappears_found_or_not(cast: Cast) -> None:
    old = make_version()
    found, unfound = asked(cast), asked(cast, NOON + MINUTE)
    sweep_clocks(at=NOON + HOUR + MINUTE / 2)
    new = in_force(cast, old, **LONGER)
    at = NOON + 2 * HOUR
    apply_now(version=new, reason="x", by=cast.admin, at=at)
    for clock, due in ((found, NOON + HOUR), (unfound, NOON + HOUR + MINUTE)):
        clock.refresh_from_db()
        assert (clock.state, clock.breached_at) == (ClockState.MISSED, due)
        assert clock.events.filter(kind="breached").count() == 1
        assert clock.due_at == clock.started_at + 4 * HOUR
    sweep_clocks(at=NOON + 9 * HOUR)
    assert found.events.filter(kind="breached").count() == 1


@pytest.mark.req("SLA-4")
def test_pauses_and_extensions_keep_their_length(cast: Cast) -> None:
    old = make_version()
    clock = asked(cast)
    occur(clock.case, "trial.held", NOON + 10 * MINUTE)
    occur(clock.case, "trial.resumed", NOON + 30 * MINUTE)
    extend(clock=clock, by_hours=2, reason="parts", by=cast.gm, at=NOON + 31 * MINUTE)
    apply_now(version=in_force(cast, old), reason="x", by=cast.admin, at=NOON + 32 * MINUTE)
    clock.refresh_from_db()
    assert clock.due_at == NOON + HOUR / 2 + 20 * MINUTE + 2 * HOUR


def test_a_clock_at_rest_moves_and_runs_on_by_what_is_left(cast: Cast) -> None:
    old = make_version()
    clock = asked(cast)
    occur(clock.case, "trial.held", NOON + 10 * MINUTE)
    new = in_force(cast, old, **LONGER)
    apply_now(version=new, reason="x", by=cast.admin, at=NOON + 20 * MINUTE)
    clock.refresh_from_db()
    assert (clock.state, clock.next_at, clock.due_at) == (ClockState.PAUSED, None, NOON + 4 * HOUR)
    occur(clock.case, "trial.resumed", NOON + 40 * MINUTE)
    assert clock_of(clock.case).due_at == NOON + 4 * HOUR + 30 * MINUTE


def test_one_that_nothing_would_let_run_again_stays(cast: Cast) -> None:
    old = make_version()
    clock = asked(cast)
    occur(clock.case, "trial.held", NOON + 10 * MINUTE)
    new = in_force(cast, old, pauses=[], resumes=[])
    assert plan(version=new, by=cast.admin, at=NOON).staying == 1
    assert apply_now(version=new, reason="x", by=cast.admin, at=NOON) == {"moved": 0, "stayed": 1}
    assert clock_of(clock.case).version == old


@pytest.mark.req("SLA-3")
def test_nobody_is_told_twice_and_whoever_is_new_is_told(cast: Cast) -> None:
    old = make_version()
    clock = asked(cast)
    sweep_clocks(at=NOON + 50 * MINUTE)  # the warning has gone to the technician
    steps = [{"to": ["handler"], "percent": 50}, {"to": ["gm"], "percent": 60}, {"to": ["supervisor"], "offset": 0}]
    new = in_force(cast, old, steps=steps)
    apply_now(version=new, reason="x", by=cast.admin, at=NOON + 51 * MINUTE)
    sweep_clocks(at=NOON + 52 * MINUTE)
    sweep_clocks(at=NOON + HOUR + MINUTE)
    told = Message.objects.filter(case=clock.case, channel="in_app").order_by("pk")
    assert [message.user.username for message in told if message.user] == ["technician", "gm", "supervisor"]


def test_what_would_be_overdue_at_once_is_said_before_and_found_at_its_true_moment(cast: Cast) -> None:
    old = make_version()
    clock = asked(cast)
    new = in_force(cast, old)
    at = NOON + 45 * MINUTE
    assert plan(version=new, by=cast.admin, at=at).overdue == 1
    apply_now(version=new, reason="x", by=cast.admin, at=at)
    sweep_clocks(at=at + MINUTE)
    clock.refresh_from_db()
    assert (clock.breached_at, clock.breach_found_at) == (NOON + HOUR / 2, at + MINUTE)


def test_a_moment_that_the_starting_event_named_is_kept(cast: Cast) -> None:
    old = make_version(goal="field", goal_field="event.until")
    case = make_case(cast.project)
    occur(case, "trial.asked", NOON, data={"until": (NOON + 5 * HOUR).isoformat()})
    new = in_force(cast, old, steps=[])
    apply_now(version=new, reason="x", by=cast.admin, at=NOON + MINUTE)
    clock = clock_of(case)
    assert (clock.due_at, clock.version) == (NOON + 5 * HOUR, new)


def test_who_applies_what_where(cast: Cast) -> None:
    old = make_version()
    here, there = asked(cast), make_case(cast.other_project)
    occur(there, "trial.asked", NOON)
    waiting = proposed(cast, old)
    with pytest.raises(NotNow):
        apply_now(version=waiting, reason="x", by=cast.admin, at=NOON)
    approve(version=waiting, by=cast.gm, at=NOON)
    with pytest.raises(NotAllowed):
        apply_now(version=waiting, reason="x", by=cast.gm, at=NOON)
    with pytest.raises(Invalid):
        apply_now(version=waiting, reason=" ", by=cast.admin, at=NOON)
    assert apply_now(version=waiting, reason="x", by=cast.admin, at=NOON)["moved"] == 1
    assert (clock_of(here.case).version, clock_of(there).version) == (waiting, old)


def test_many_move_in_batches_at_a_cost_that_does_not_grow_with_each(
    cast: Cast, django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sla.actions.application.BATCH", 5)
    old = make_version()
    for _ in range(12):
        asked(cast)
    new = in_force(cast, old)
    with django_assert_max_num_queries(75):  # what each of three batches costs, and asking, and the end
        assert apply_now(version=new, reason="x", by=cast.admin, at=NOON)["moved"] == 12


@pytest.mark.req("SLA-4")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hours=st.floats(0.01, 2160), minutes=st.integers(0, 300))
def test_an_extension_never_shortens(cast: Cast, hours: float, minutes: int) -> None:
    PolicyVersion.objects.filter(case_kinds=["trial"]).update(case_kinds=[])
    make_version(key := f"trial.{PolicyVersion.objects.count()}")
    case = make_case(cast.project)
    occur(case, "trial.asked", NOON)
    before, at = clock_of(case, key), NOON + minutes * MINUTE
    after = extend(clock=before, by_hours=hours, reason="x", by=cast.gm, at=at)
    assert after.due_at > before.due_at
    assert (after.breached_at is not None) == (before.due_at < at)
