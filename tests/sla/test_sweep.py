"""The sweep: found once, told once, however often it runs and whatever interrupts it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import Membership
from accounts.states import Role
from cases.models import Case
from notifications.models import Message
from sla import periodic
from sla.actions import beat, sweep_clocks, sweeping
from sla.health import last_beat, late_beat
from sla.models import Clock, FiredStep, Heartbeat
from sla.queries import set_aside
from sla.sweeps import GRACE, run
from tests.cast import NOON, Cast, make_user
from tests.sla.trial import clock_of, facts, make_case, make_version, occur

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
JUST = timedelta(milliseconds=1)


def many(cast: Cast, count: int, **rest: Any) -> list[Case]:
    """Cases asked one second after another."""
    cases = []
    for second in range(count):
        case = make_case(cast.project, handler=cast.technician, department=cast.departments["maintenance"], **rest)
        occur(case, "trial.asked", NOON + timedelta(seconds=second))
        cases.append(case)
    return cases


def people_told(case: Case) -> set[str]:
    return set(Message.objects.filter(case=case, channel="in_app").values_list("user__username", flat=True))


@pytest.mark.req("SLA-3")
def test_nothing_due_does_nothing(cast: Cast) -> None:
    make_version()
    many(cast, 3)
    assert set(sweep_clocks(at=NOON + 10 * MINUTE).values()) == {0}


@pytest.mark.req("SLA-3")
def test_each_step_tells_its_own_people_once(cast: Cast) -> None:
    make_version()
    (case,) = many(cast, 1)
    seen = []
    for minute in range(0, 180, 5):
        sweep_clocks(at=NOON + minute * MINUTE)
        seen.append(people_told(case))
    assert [names for at, names in enumerate(seen) if at == 0 or names != seen[at - 1]] == [
        set(),
        {"technician"},
        {"technician", "head"},
        {"technician", "head", "supervisor"},
    ]
    assert Message.objects.filter(case=case, channel="in_app").count() == 3
    assert FiredStep.objects.filter(skipped=False).count() == 3


@pytest.mark.req("SLA-3")
def test_asleep_for_a_week_it_ends_in_the_same_breach_and_the_highest_step(cast: Cast) -> None:
    make_version()
    (case,) = many(cast, 1)
    woke = NOON + WEEK
    counts = sweep_clocks(at=woke)
    assert counts == {"clocks": 1, "breaches": 1, "steps": 3, "messages": 1, "parked": 0}
    clock = clock_of(case)
    assert (clock.breached_at, clock.breach_found_at) == (NOON + HOUR, woke)
    assert people_told(case) == {"supervisor"}
    assert dict(clock.fired.values_list("step", "skipped")) == {0: True, 1: True, 2: False}
    assert [(e.kind, e.at, e.recorded_at) for e in clock.events.all()] == [
        ("started", NOON, NOON),
        ("breached", NOON + HOUR, woke),
        ("skipped", NOON + 48 * MINUTE, woke),
        ("skipped", NOON + HOUR, woke),
        ("warned", NOON + 2 * HOUR, woke),
    ]


@pytest.mark.req("SLA-3")
def test_running_twice_or_five_times_gives_the_same_facts(cast: Cast) -> None:
    make_version()
    many(cast, 4)
    sweep_clocks(at=NOON + 90 * MINUTE)
    once = facts()
    for _ in range(4):
        assert set(sweep_clocks(at=NOON + 90 * MINUTE).values()) == {0}
    assert facts() == once


def test_more_than_a_batch_is_swept_in_one_pass(cast: Cast) -> None:
    make_version()
    many(cast, 7)
    assert sweep_clocks(at=NOON + WEEK, batch=2)["breaches"] == 7
    assert not Clock.objects.filter(next_at__lt=NOON + WEEK).exists()


def test_what_it_costs_follows_what_is_due_not_what_exists(cast: Cast, django_assert_num_queries: Any) -> None:
    make_version()
    many(cast, 12)
    with django_assert_num_queries(3):  # begin, what is due: nothing, commit
        sweep_clocks(at=NOON + MINUTE)


def test_set_wise_three_clocks_cost_what_one_does(cast: Cast) -> None:
    make_version()
    costs = []
    for count in (1, 3):
        many(cast, count)
        with connection.execute_wrapper(counter := Counter()):
            sweep_clocks(at=NOON + WEEK)
        costs.append(counter.seen)
    assert costs[0] == costs[1]


# --- interrupted -----------------------------------------------------------------------------------------------------
class Killed(BaseException):
    """What a `kill` looks like to Python code: no `except Exception` sees it."""


class Counter:
    """Counts statements; the one numbered `fatal` raises instead of running."""

    def __init__(self, fatal: int = 0, error: BaseException | None = None) -> None:
        self.fatal, self.error, self.seen = fatal, error or Killed(), 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        if self.seen == self.fatal:
            raise self.error
        return execute(sql, params, many, context)


@pytest.mark.req("SLA-3")
@pytest.mark.parametrize("error", [Killed(), OperationalError("the database went away")], ids=["killed", "database"])
def test_killed_at_any_statement_the_next_sweep_ends_in_the_same_facts(
    real_transactions: None, cast: Cast, error: BaseException
) -> None:
    make_version()
    many(cast, 3)
    before = facts()
    deaths = 0
    while True:
        try:
            with connection.execute_wrapper(Counter(deaths + 1, error)):
                sweep_clocks(at=NOON + WEEK)
            break
        except type(error):
            deaths += 1
            now = facts()
            assert now == before or whole(now), f"killed at statement {deaths}, something stayed half done"
    assert deaths >= 8
    assert whole(facts())
    assert FiredStep.objects.count() == 9
    assert (
        sorted(Message.objects.filter(channel="in_app").values_list("user__username", flat=True)) == ["supervisor"] * 3
    )


def whole(found: dict[Any, dict[str, Any]]) -> bool:
    """Say whether every clock is breached, has its three steps, and its one person told."""
    return all(
        fact["breached"] and len(fact["fired"]) == 3 and len(fact["messages"]) == 1 and fact["next"] is None
        for fact in found.values()
    )


# --- what cannot be carried out --------------------------------------------------------------------------------------
@pytest.mark.req("SLA-3")
def test_a_step_that_fails_is_parked_and_holds_up_nobody(cast: Cast) -> None:
    make_version()
    first, broken, last = many(cast, 3)
    clock = clock_of(broken)
    # The database itself will refuse this clock's step: the row that makes it happen once is already there.
    FiredStep.objects.create(clock=clock, step=2, due_at=clock.due_at, fired_at=NOON)
    counts = sweep_clocks(at=NOON + WEEK)
    assert (counts["breaches"], counts["parked"]) == (2, 1)
    assert people_told(first) == people_told(last) == {"supervisor"}
    clock.refresh_from_db()
    assert clock.next_at == NOON + WEEK + HOUR
    assert "IntegrityError" in clock.parked_error
    assert clock.events.filter(kind="parked").count() == 1
    assert not people_told(broken)
    assert set(sweep_clocks(at=NOON + WEEK + HOUR).values()) == {0}


def no_good(*_args: object, **_given: object) -> None:
    """A mistake in the code, mended meanwhile."""
    message = "no good"
    raise ValueError(message)


@pytest.mark.req("SLA-3")
def test_what_was_set_aside_is_tried_again_every_hour_until_it_can_be_carried_out(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_version()
    (broken,) = many(cast, 1)
    clock = clock_of(broken)
    with monkeypatch.context() as broken_code:
        broken_code.setattr(sweeping, "catch_up", no_good)
        for minutes, parked in ((0, 1), (60, 0), (61, 1)):
            assert sweep_clocks(at=NOON + WEEK + minutes * MINUTE)["parked"] == parked, minutes
    assert set_aside() == 1
    assert clock.events.filter(kind="parked").count() == 1, "the same error again is no news"
    counts = sweep_clocks(at=NOON + WEEK + 4 * HOUR)
    assert (counts["breaches"], counts["parked"], set_aside()) == (1, 0, 0)
    assert people_told(broken) == {"supervisor"}
    clock.refresh_from_db()
    assert (clock.parked_error, clock.breached_at) == ("", clock.due_at)


def test_an_audience_that_nobody_knows_reaches_the_supervisor(cast: Cast) -> None:
    make_version(steps=[{"to": ["the neighbours"]}])
    (case,) = many(cast, 1)
    sweep_clocks(at=NOON + WEEK)
    assert people_told(case) == {"supervisor"}


def test_one_part_of_the_sweep_that_fails_stops_neither_the_others_nor_the_heartbeat(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(at: Any) -> dict[str, int]:
        raise ValueError

    monkeypatch.setitem(periodic._JOBS, "broken", broken)
    make_version(steps=[{"to": ["supervisor"]}])
    many(cast, 1)
    beat(name="calendars", at=NOON + HOUR, data={})  # it was looked at today whether next year's holidays are known
    counts = run(NOON + 2 * HOUR)
    assert counts["broken"] == {"failed": 1}
    assert counts["clocks"]["breaches"] == 1
    assert counts["outbox"]["sent"] == 1
    assert Heartbeat.objects.get(name="sweep").data["broken"] == {"failed": 1}


# --- whom it tells ---------------------------------------------------------------------------------------------------
def test_nobody_is_told_of_a_case_taken_over_from_elsewhere(cast: Cast) -> None:
    make_version()
    (case,) = many(cast, 1, is_history=True)
    sweep_clocks(at=NOON + WEEK)
    clock = clock_of(case)
    assert clock.breached_at == NOON + HOUR
    assert clock.fired.count() == 3
    assert not Message.objects.exists()
    assert not case.events.filter(kind="clock.told").exists()


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ([], {"technician"}),
        (["technician"], {"head"}),
        (["technician", "head"], {"supervisor"}),
        (["technician", "head", "supervisor"], {"gm"}),
        (["technician", "head", "supervisor", "gm"], {"quality"}),
        (["technician", "head", "supervisor", "gm", "quality"], {"admin"}),
    ],
)
def test_where_there_is_nobody_to_tell_the_next_one_up_hears_it(cast: Cast, gone: list[str], told: set[str]) -> None:
    make_version(steps=[{"to": ["handler"]}])
    (case,) = many(cast, 1)
    for name in gone:
        user = cast.users[name]
        user.is_active = False
        user.save(update_fields=["is_active"])
    sweep_clocks(at=NOON + WEEK)
    assert people_told(case) == told


def test_whoever_left_the_project_is_not_told(cast: Cast) -> None:
    make_version(steps=[{"to": ["supervisor"]}])
    make_user("supervisor2", Role.SUPERVISOR, cast.project)
    Membership.objects.filter(user=cast.supervisor).update(ended_at=NOON)
    (case,) = many(cast, 1)
    sweep_clocks(at=NOON + WEEK)
    assert people_told(case) == {"supervisor2"}


def test_the_other_projects_people_hear_nothing(cast: Cast) -> None:
    make_version(steps=[{"to": ["desk", "supervisor", "gm", "quality"]}])
    make_user("supervisor3", Role.SUPERVISOR, cast.other_project)
    (case,) = many(cast, 1)
    sweep_clocks(at=NOON + WEEK)
    assert people_told(case) == {"frontdesk", "supervisor", "gm", "quality"}


def test_a_free_colleague_is_another_than_the_one_who_is_busy(cast: Cast) -> None:
    make_version(steps=[{"to": ["free_colleague"]}])
    make_user("colleague", Role.FRONTDESK, cast.project)
    case = make_case(cast.project, handler=cast.frontdesk)
    occur(case, "trial.asked", NOON)
    sweep_clocks(at=NOON + WEEK)
    assert people_told(case) == {"colleague"}


# --- the heartbeat ---------------------------------------------------------------------------------------------------
def test_the_command_does_one_pass_and_says_in_json_what_it_did(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sweep")
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert '"clocks": {"breaches": 0' in last
    assert not late_beat(last_beat().at, timezone.now())


@pytest.mark.parametrize(("minutes", "red"), [(0, False), (1, False), (3, True), (-1, False), (-3, True)])
def test_a_stale_heartbeat_and_one_from_the_future_show_red(cast: Cast, minutes: int, red: bool) -> None:
    Heartbeat.objects.create(name="sweep", at=NOON - minutes * MINUTE)
    assert bool(late_beat(last_beat().at, NOON)) is red


def test_a_sweep_that_never_ran_shows_red(cast: Cast) -> None:
    assert late_beat(last_beat().at, NOON)


@pytest.mark.req("SLA-3")
def test_beat_calls_nobody_late_who_acted_in_time_and_waits_for_a_lock(cast: Cast) -> None:
    """The answer carries the moment of the press; it is written when the lock is free, a second after the due time."""
    make_version()
    (case,) = many(cast, 1)
    due, pressed = NOON + HOUR, NOON + HOUR - JUST
    run(due + timedelta(seconds=1), grace=GRACE)
    occur(case, "trial.answered", pressed)
    run(due + 10 * MINUTE, grace=GRACE)
    clock = clock_of(case)
    assert (clock.state, clock.breached_at, clock.met_at) == ("met", None, pressed)
    assert people_told(case) == {"technician"}


@pytest.mark.req("SLA-3")
def test_what_beat_finds_two_seconds_later_fell_due_when_it_did(cast: Cast) -> None:
    make_version()
    (case,) = many(cast, 1)
    due = NOON + HOUR
    run(due + GRACE, grace=GRACE)
    assert clock_of(case).breached_at is None
    found = due + GRACE + JUST
    run(found, grace=GRACE)
    clock = clock_of(case)
    assert (clock.state, clock.breached_at, clock.breach_found_at) == ("missed", due, found)
    assert [(e.kind, e.at, e.recorded_at) for e in clock.events.all()][-2:] == [
        ("breached", due, found),
        ("warned", due, found),
    ]
    assert set(clock.fired.values_list("step", "fired_at")) == {(0, due + GRACE), (1, found)}
    assert set(Message.objects.filter(template="clock.breach").values_list("created_at", flat=True)) == {found}


@pytest.mark.req("SLA-3")
def test_beat_is_late_by_its_interval_and_two_seconds_at_most(cast: Cast, settings: Any) -> None:
    """Woken every few seconds from any moment on, each step is carried out by the first pass after its grace."""
    make_version()
    many(cast, 7)
    at = NOON
    while at < NOON + 3 * HOUR:
        for moment in (48 * MINUTE, HOUR, 2 * HOUR):  # only near the steps: the passes between find nothing
            if abs(at - NOON - moment) < MINUTE:
                run(at, grace=GRACE)
        at += timedelta(seconds=settings.SWEEP_SECONDS)
    late = [
        fired.fired_at
        - clock.version.step_specs[fired.step].at(
            started=clock.started_at, due=clock.due_at, goal=timedelta(seconds=clock.goal_seconds)
        )
        for clock in Clock.objects.select_related("version")
        for fired in clock.fired.all()
    ]
    assert len(late) == 21
    assert timedelta(0) < min(late)
    assert max(late) <= timedelta(seconds=settings.SWEEP_SECONDS) + GRACE
    assert not FiredStep.objects.filter(skipped=True).exists()
