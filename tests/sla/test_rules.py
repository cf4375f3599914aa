"""The rules of deadlines, alone: no clock of the machine, no database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.rules import (
    GoalSpec,
    StepSpec,
    Ticking,
    add_months,
    advance,
    due_time,
    end_of_day,
    first_look,
    read_steps,
    unheard,
)
from sla.states import Goal

pytestmark = pytest.mark.pure

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
YEARS = (datetime(2011, 1, 1), datetime(2040, 1, 1))  # noqa: DTZ001  hypothesis wants them bare and adds the zone
moments = st.datetimes(*YEARS, timezones=st.just(UTC))
zones = st.sampled_from([SHANGHAI, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")])


def local(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# --- when a clock is due ---------------------------------------------------------------------------------------------
@pytest.mark.req("SLA-2")
def test_days_are_natural_hours_from_the_start() -> None:
    assert due_time(GoalSpec(Goal.DURATION, seconds=2 * 86400), start=START, zone=SHANGHAI) == START + timedelta(days=2)


def test_two_days_over_the_change_of_clocks_are_still_48_hours() -> None:
    start = local("2026-03-07 12:00", NEW_YORK)
    due = due_time(GoalSpec(Goal.DURATION, seconds=2 * 86400), start=start.astimezone(UTC), zone=NEW_YORK)
    assert due is not None
    assert due - start.astimezone(UTC) == timedelta(hours=48)
    assert due.astimezone(NEW_YORK).hour == 13


@pytest.mark.parametrize(
    ("start", "hours_left"),
    [("2026-11-23 00:00", 24.0), ("2026-11-23 23:59", 1 / 60), ("2026-03-08 00:00", 23.0), ("2026-11-01 00:00", 25.0)],
    ids=["from midnight", "a minute before", "the short day", "the long day"],
)
def test_the_same_day_ends_at_local_midnight_however_long_it_is(start: str, hours_left: float) -> None:
    moment = local(start, NEW_YORK).astimezone(UTC)
    end = end_of_day(moment, NEW_YORK)
    assert (end - moment).total_seconds() == pytest.approx(hours_left * 3600)
    assert end.astimezone(NEW_YORK).strftime("%H:%M") == "00:00"


@pytest.mark.parametrize("start", ["2026-11-01 01:30", "2026-11-01 01:30 again"])
def test_the_hour_that_comes_twice_belongs_to_one_day(start: str) -> None:
    moment = local(start.removesuffix(" again"), NEW_YORK).replace(fold=int(start.endswith("again")))
    end = end_of_day(moment.astimezone(UTC), NEW_YORK)
    assert end == local("2026-11-02 00:00", NEW_YORK)


@given(moments, zones)
def test_a_day_ends_after_now_and_within_25_hours(moment: datetime, zone: ZoneInfo) -> None:
    end = end_of_day(moment, zone)
    assert timedelta(0) < end - moment <= timedelta(hours=25)
    assert end.astimezone(zone).date() == moment.astimezone(zone).date() + timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-01-31 10:00", 1, "2026-02-28 10:00"),
        ("2028-01-31 10:00", 1, "2028-02-29 10:00"),
        ("2026-11-30 10:00", 3, "2027-02-28 10:00"),
        ("2024-02-29 10:00", 36, "2027-02-28 10:00"),
        ("2026-10-31 23:59", 3, "2027-01-31 23:59"),
        ("2026-08-23 00:00", 3, "2026-11-23 00:00"),
    ],
)
def test_months_keep_the_day_or_take_the_last_one(start: str, months: int, expected: str) -> None:
    assert add_months(local(start, SHANGHAI).astimezone(UTC), months, SHANGHAI) == local(expected, SHANGHAI)


def test_a_month_over_the_change_of_clocks_keeps_the_wall_time() -> None:
    due = add_months(local("2026-02-20 09:00", NEW_YORK).astimezone(UTC), 1, NEW_YORK)
    assert due.astimezone(NEW_YORK).strftime("%m-%d %H:%M") == "03-20 09:00"


@given(moments, st.integers(0, 48), zones)
def test_months_never_run_past_the_end_of_the_month_meant(moment: datetime, months: int, zone: ZoneInfo) -> None:
    before, after = moment.astimezone(zone), add_months(moment, months, zone).astimezone(zone)
    assert after.year * 12 + after.month == before.year * 12 + before.month + months
    assert after.day <= before.day


def test_urgency_beats_the_category_and_the_category_the_default() -> None:
    goal = GoalSpec(Goal.DURATION, seconds=72 * 3600, by_category={"leak": 24 * 3600}, urgent_seconds=4 * 3600)
    assert due_time(goal, start=START, zone=SHANGHAI) == START + 72 * HOUR
    assert due_time(goal, start=START, zone=SHANGHAI, category="leak") == START + 24 * HOUR
    assert due_time(goal, start=START, zone=SHANGHAI, category="leak", urgent=True) == START + 4 * HOUR


def test_urgent_at_once_is_zero_seconds_not_no_goal() -> None:
    goal = GoalSpec(Goal.DURATION, seconds=180, urgent_seconds=0)
    assert due_time(goal, start=START, zone=SHANGHAI, urgent=True) == START


def test_a_promised_time_wins_and_its_absence_starts_no_clock() -> None:
    goal = GoalSpec(Goal.FIELD, field="promised_at")
    assert due_time(goal, start=START, zone=SHANGHAI, promised=START + HOUR) == START + HOUR
    assert due_time(goal, start=START, zone=SHANGHAI) is None
    falls_back = GoalSpec(Goal.DURATION, seconds=3600, field="promised_at")
    assert due_time(falls_back, start=START, zone=SHANGHAI) == START + HOUR


# --- what is due now -------------------------------------------------------------------------------------------------
STEPS = [StepSpec(0, ("handler",), percent=80), StepSpec(1, ("head",)), StepSpec(2, ("supervisor",), offset=3600)]
CLOCK = Ticking(started=START, due=START + HOUR, goal=HOUR, done=frozenset(), breached=False)
JUST = timedelta(microseconds=1)


@pytest.mark.req("SLA-3")
def test_exactly_at_due_is_still_in_time() -> None:
    assert not advance(CLOCK, STEPS, CLOCK.due).breach
    assert advance(CLOCK, STEPS, CLOCK.due + JUST).breach


def test_the_warning_comes_once_four_fifths_are_over() -> None:
    at_80 = START + timedelta(minutes=48)
    assert advance(CLOCK, STEPS, at_80).fire is None
    found = advance(CLOCK, STEPS, at_80 + JUST)
    assert found.fire == STEPS[0]
    assert found.next_at == CLOCK.due


# --- news that an outage swallowed -----------------------------------------------------------------------------------
NEWS = StepSpec(0, ("gm",), percent=0)
HALF_WAY = StepSpec(1, ("gm",), percent=50)
AFTER = StepSpec(2, ("quality",))


@pytest.mark.req("CMP-3")
@pytest.mark.parametrize(
    ("fire", "skip", "heard_late"),
    [
        (AFTER, (NEWS, HALF_WAY), (NEWS,)),
        (AFTER, (HALF_WAY,), ()),
        (HALF_WAY, (NEWS,), ()),
        (StepSpec(2, ("quality", "gm")), (NEWS,), ()),
        (AFTER, (StepSpec(0, ("gm", "quality"), percent=0),), (StepSpec(0, ("gm", "quality"), percent=0),)),
        (AFTER, (StepSpec(0, ("handler",), percent=80), StepSpec(1, ("head",))), ()),
        (None, (), ()),
    ],
    ids=["lost", "told before", "the next tells them", "told together", "one of two", "reminders", "nothing"],
)
def test_news_is_told_late_rather_than_never_and_reminders_are_passed_over(
    fire: StepSpec | None, skip: tuple[StepSpec, ...], heard_late: tuple[StepSpec, ...]
) -> None:
    assert unheard(fire, skip) == heard_late


@pytest.mark.req("SLA-3")
def test_after_an_outage_the_highest_step_is_sent_and_the_lower_ones_are_skipped() -> None:
    found = advance(CLOCK, STEPS, START + timedelta(days=7))
    assert found.fire == STEPS[2]
    assert found.skip == (STEPS[0], STEPS[1])
    assert found.breach
    assert found.next_at is None


def test_a_step_that_was_done_is_not_done_again() -> None:
    later = Ticking(started=START, due=START + HOUR, goal=HOUR, done=frozenset({0, 1}), breached=True)
    found = advance(later, STEPS, START + HOUR + timedelta(minutes=30))
    assert (found.fire, found.skip, found.breach) == (None, (), False)
    assert found.next_at == START + 2 * HOUR


def test_steps_written_out_of_order_fire_by_time_and_equal_ones_by_their_number() -> None:
    steps = [StepSpec(0, ("gm",), offset=3600), StepSpec(1, ("head",)), StepSpec(2, ("supervisor",))]
    found = advance(CLOCK, steps, START + HOUR + JUST)
    assert found.fire == steps[2]
    assert found.skip == (steps[1],)
    assert found.next_at == START + 2 * HOUR


def test_what_passed_before_the_start_is_looked_at_first() -> None:
    soon = Ticking(started=START, due=START + timedelta(minutes=10), goal=HOUR / 6, done=frozenset(), breached=False)
    steps = [StepSpec(0, ("handler",), offset=-1800), StepSpec(1, ("head",))]
    assert first_look(soon, steps) == START - timedelta(minutes=20)
    gone = Ticking(started=START, due=START - HOUR, goal=timedelta(0), done=frozenset(), breached=False)
    assert first_look(gone, []) == START - HOUR


def test_a_clock_with_nothing_left_is_never_looked_at() -> None:
    assert first_look(Ticking(START, START, HOUR, frozenset({0}), breached=True), [STEPS[0]]) is None


specs = st.lists(
    st.one_of(
        st.builds(lambda p: {"to": ["head"], "percent": p}, st.integers(0, 100)),
        st.builds(lambda o: {"to": ["head"], "offset": o}, st.integers(-7200, 7200)),
    ),
    max_size=5,
)
looks = st.lists(st.integers(-100, 20_000), min_size=1, max_size=30)


def watch(steps: list[StepSpec], seconds: list[int]) -> tuple[set[int], list[int], list[int]]:
    """Follow a clock of one hour through sweeps at the given seconds: what was done, sent, and when it was breached."""
    done: set[int] = set()
    sent: list[int] = []
    breaches: list[int] = []
    for second in sorted(seconds):
        found = advance(
            Ticking(START, START + HOUR, HOUR, frozenset(done), bool(breaches)),
            steps,
            START + timedelta(seconds=second),
        )
        if found.breach:
            breaches.append(second)
        for step in (*found.skip, *([found.fire] if found.fire else [])):
            assert step.number not in done
            done.add(step.number)
        sent += [found.fire.number] if found.fire else []
        assert found.next_at is None or found.next_at >= START + timedelta(seconds=second)
    return done, sent, breaches


@given(specs, looks)
def test_however_often_one_looks_every_step_is_done_once_and_the_breach_found_once(
    raw: list[dict[str, object]], seconds: list[int]
) -> None:
    steps = read_steps(raw)
    done, sent, breaches = watch(steps, seconds)
    last = START + timedelta(seconds=max(seconds))
    passed = {s.number for s in steps if s.at(started=START, due=START + HOUR, goal=HOUR) < last}
    assert done == passed
    assert len(breaches) == int(max(seconds) > 3600)
    if passed:
        assert sent[-1] == max(passed, key=lambda n: (steps[n].at(started=START, due=START + HOUR, goal=HOUR), n)), (
            "the highest step passed is among those sent"
        )


@given(specs, looks)
def test_the_next_look_is_never_too_late(raw: list[dict[str, object]], seconds: list[int]) -> None:
    steps = read_steps(raw)
    clock = Ticking(START, START + HOUR, HOUR, frozenset(), breached=False)
    now = START + timedelta(seconds=seconds[0])
    found = advance(clock, steps, now)
    ahead = [s.at(started=START, due=START + HOUR, goal=HOUR) for s in steps]
    ahead = [moment for moment in [*ahead, START + HOUR] if moment >= now]
    assert found.next_at == min(ahead, default=None)
