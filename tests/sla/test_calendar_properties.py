"""Working time holds its promises whatever the hours, the holidays, the zone and the moment.

`CALENDAR_EXAMPLES` sets how many calendars each property is tried on (200); a long form takes thousands.
"""

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from sla.calendars import (
    Hours,
    WorkingTime,
    add,
    add_days,
    back,
    days_between,
    elapsed,
    read_hours,
    read_working_time,
)
from sla.rules import GoalSpec, StepSpec, Ticking, due_after_pause, due_time, later
from sla.states import Counting, Goal

pytestmark = [pytest.mark.pure, pytest.mark.req("SLA-5")]
EXAMPLES = int(os.environ.get("CALENDAR_EXAMPLES", "200"))
often = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SHANGHAI, BERLIN, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
ZONES = (SHANGHAI, BERLIN, NEW_YORK, ZoneInfo("Australia/Lord_Howe"))
OFFICE = ((time(9), time(12)), (time(13, 30), time(18)))
NONE: Hours = ()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
JUST = timedelta(microseconds=1)
# Month ends, the turn of a year, 29 February and the nights on which clocks change are drawn more often than others.
EDGES = [
    date(2026, 12, 31),
    date(2028, 2, 28),
    date(2028, 2, 29),
    date(2027, 2, 28),
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 11, 1),
    date(2026, 9, 30),
]
# No working hours begin or end in the hour that a zone leaves out or has twice; some go through it.
MARKS = [time(0), time(4), time(7, 30), time(9), time(12), time(13, 30), time(18), time(21, 45), time(0)]


@st.composite
def some_hours(draw: Any) -> Hours:
    picked = sorted(draw(st.sets(st.integers(0, len(MARKS) - 1), min_size=2, max_size=6)))
    return tuple((MARKS[a], MARKS[b]) for a, b in zip(picked[::2], picked[1::2], strict=False))


days_near = st.one_of(
    st.sampled_from(EDGES).flatmap(lambda day: st.integers(-3, 3).map(lambda n: day + n * DAY)),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
)


@st.composite
def calendars(draw: Any) -> WorkingTime:
    open_days = draw(st.sets(st.integers(0, 6), min_size=1))
    return WorkingTime(
        zone=draw(st.sampled_from(ZONES)),
        week={day: draw(some_hours()) for day in open_days},
        days=draw(st.dictionaries(days_near, st.one_of(st.just(NONE), some_hours()), max_size=12)),
    )


seconds = st.integers(0, 86399).map(lambda n: timedelta(seconds=n))
moments = st.tuples(days_near, st.one_of(st.just(timedelta(0)), seconds)).map(
    lambda pair: datetime.combine(pair[0], time(0), UTC) + pair[1]
)
lengths = st.one_of(
    st.integers(0, 60 * 86400).map(lambda n: timedelta(seconds=n)),
    st.integers(0, 200).map(lambda n: n * HOUR),
    st.integers(0, 3).map(lambda n: n * JUST),
)


def office(zone: ZoneInfo = SHANGHAI, days: Mapping[date, Hours] | None = None) -> WorkingTime:
    """Monday to Friday, but for the days given."""
    return WorkingTime(zone, dict.fromkeys(range(5), OFFICE), days or {})


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


# --- what holds always -----------------------------------------------------------------------------------------------
@often
@given(calendars(), moments, lengths)
@example(office(), local("2026-09-30 18:00"), HOUR)
@example(office(NEW_YORK), local("2026-03-06 17:59", NEW_YORK), 20 * HOUR)
def test_what_was_added_has_passed(cal: WorkingTime, start: datetime, length: timedelta) -> None:
    due = add(cal, start, length)
    assert elapsed(cal, start, due) == length
    assert due >= start + length


@often
@given(calendars(), moments, lengths)
def test_it_is_due_as_soon_as_so_much_has_passed(cal: WorkingTime, start: datetime, length: timedelta) -> None:
    due = add(cal, start, length)
    if length:
        assert elapsed(cal, start, due - JUST) == length - JUST


@often
@given(calendars(), moments, lengths, lengths)
def test_adding_in_two_parts_is_adding_at_once(
    cal: WorkingTime, start: datetime, first: timedelta, second: timedelta
) -> None:
    assert add(cal, add(cal, start, first), second) == add(cal, start, first + second)


@often
@given(calendars(), moments, seconds, lengths, lengths)
def test_a_later_start_and_a_longer_time_are_never_due_sooner(
    cal: WorkingTime, start: datetime, wait: timedelta, length: timedelta, more: timedelta
) -> None:
    assert add(cal, start + wait, length) >= add(cal, start, length)
    assert add(cal, start, length + more) >= add(cal, start, length)
    if more:
        assert add(cal, start, length + more) > add(cal, start, length)


@often
@given(calendars(), moments, lengths, lengths)
def test_spans_add_up(cal: WorkingTime, start: datetime, first: timedelta, second: timedelta) -> None:
    middle, end = start + first, start + first + second
    assert elapsed(cal, start, middle) + elapsed(cal, middle, end) == elapsed(cal, start, end)
    assert elapsed(cal, end, start) == timedelta(0)


@often
@given(calendars(), moments, lengths)
@example(office(BERLIN), local("2026-10-24 12:00", BERLIN), 48 * HOUR)
@example(office(), local("2028-02-28 23:59"), 25 * HOUR)
def test_day_by_day_it_adds_up(cal: WorkingTime, start: datetime, length: timedelta) -> None:
    end = start + length
    days = days_between(cal, start, end)
    assert sum((one.counted for one in days), timedelta(0)) == elapsed(cal, start, end)
    first, last = start.astimezone(cal.zone).date(), end.astimezone(cal.zone).date()
    assert [one.day for one in days] == [first + n * DAY for n in range((last - first).days + 1)]
    assert all(one.spans == () for one in days if not cal.hours(one.day))


@often
@given(calendars(), days_near, lengths)
def test_local_midnight_belongs_to_the_day_that_it_begins(cal: WorkingTime, day: date, length: timedelta) -> None:
    midnight = datetime.combine(day, time(0), cal.zone).astimezone(UTC)
    before = elapsed(cal, midnight - 12 * HOUR, midnight)
    assert before + elapsed(cal, midnight, midnight + length) == elapsed(cal, midnight - 12 * HOUR, midnight + length)
    whole = WorkingTime(cal.zone, {}, {day: ((time(0), time(0)),)})
    assert elapsed(whole, midnight, midnight + 30 * HOUR) == elapsed(whole, midnight - DAY, midnight + 2 * DAY)
    assert elapsed(whole, midnight - DAY, midnight) == timedelta(0)


@often
@given(calendars(), moments, st.integers(0, 6 * 1440))
def test_it_counts_the_minutes_at_which_somebody_works(cal: WorkingTime, start: datetime, count: int) -> None:
    """The same by looking at the clock on the wall minute by minute."""
    start = start.replace(second=0, microsecond=0)
    worked = 0
    for n in range(count):
        wall = (start + n * MINUTE).astimezone(cal.zone)
        hours = cal.hours(wall.date())
        worked += any(a <= wall.time() and (b == time(0) or wall.time() < b) for a, b in hours)
    assert elapsed(cal, start, start + count * MINUTE) == worked * MINUTE


@often
@given(calendars(), moments, lengths)
def test_looking_back_from_due_finds_the_share_that_was_over(
    cal: WorkingTime, start: datetime, length: timedelta
) -> None:
    due = add(cal, start, length)
    begun = back(cal, due, length)
    assert begun <= start or not length
    assert elapsed(cal, begun, due) == length


@often
@given(calendars(), moments, lengths, days_near)
def test_a_holiday_never_makes_it_due_sooner(
    cal: WorkingTime, start: datetime, length: timedelta, holiday: date
) -> None:
    closed = WorkingTime(cal.zone, cal.week, {**cal.days, holiday: NONE})
    assert add(closed, start, length) >= add(cal, start, length)
    for count in (1, 3):
        assert add_days(closed, start, count) >= add_days(cal, start, count)


@often
@given(calendars(), moments, lengths, days_near, some_hours())
def test_a_make_up_day_never_makes_it_due_later(
    cal: WorkingTime, start: datetime, length: timedelta, day: date, hours: Hours
) -> None:
    closed = WorkingTime(cal.zone, cal.week, {**cal.days, day: NONE})
    worked = WorkingTime(cal.zone, cal.week, {**cal.days, day: hours})
    assert add(worked, start, length) <= add(closed, start, length)
    for count in (1, 3):
        assert add_days(worked, start, count) <= add_days(closed, start, count)


@often
@given(calendars(), moments, lengths, lengths, lengths)
def test_a_pause_adds_exactly_the_working_time_paused(
    cal: WorkingTime, start: datetime, length: timedelta, until_pause: timedelta, rest: timedelta
) -> None:
    due = add(cal, start, length)
    paused = min(start + until_pause, due)
    resumed = paused + rest
    moved = due_after_pause(due, paused=paused, resumed=resumed, calendar=cal)
    assert elapsed(cal, due, moved) == elapsed(cal, paused, resumed)
    assert moved >= due
    assert elapsed(cal, resumed, moved) == elapsed(cal, paused, due)


@often
@given(calendars(), moments, lengths, lengths)
def test_two_pauses_are_one_that_is_as_long(
    cal: WorkingTime, start: datetime, length: timedelta, rest: timedelta
) -> None:
    due = add(cal, start, length)
    middle = start + rest / 2
    half = due_after_pause(due, paused=start, resumed=middle, calendar=cal)
    twice = due_after_pause(half, paused=middle, resumed=start + rest, calendar=cal)
    once = due_after_pause(due, paused=start, resumed=start + rest, calendar=cal)
    assert elapsed(cal, start, twice) == elapsed(cal, start, once)


@often
@given(calendars(), moments, st.integers(1, 400), st.integers(0, 100))
def test_a_share_of_the_time_is_a_share_of_the_working_time(
    cal: WorkingTime, start: datetime, minutes: int, percent: int
) -> None:
    length = minutes * 100 * MINUTE
    clock = Ticking(start, add(cal, start, length), length, frozenset(), breached=False, calendar=cal)
    at = clock.when(StepSpec(0, ("head",), percent=percent))
    assert start <= at <= clock.due
    assert elapsed(cal, start, at) == length * percent / 100


@often
@given(calendars(), moments, st.integers(1, 30))
def test_working_days_end_with_the_hours_of_the_last_one(cal: WorkingTime, start: datetime, count: int) -> None:
    due = add_days(cal, start, count)
    first, last = start.astimezone(cal.zone).date(), due.astimezone(cal.zone)
    before = last.date() - DAY if last.time() == time(0) and cal.hours(last.date() - DAY) else last.date()
    days = [first + n * DAY for n in range(1, (before - first).days + 1)]
    worked = [day for day in days if cal.hours(day)]
    assert len(worked) in (count, count + 1)
    assert elapsed(cal, due - JUST, due) == JUST
    assert due < add_days(cal, start, count + 1)


@often
@given(moments, lengths, st.sampled_from(ZONES))
def test_always_open_is_natural_time(start: datetime, length: timedelta, zone: ZoneInfo) -> None:
    cal = WorkingTime(zone, dict.fromkeys(range(7), ((time(0), time(0)),)), {})
    assert add(cal, start, length) == start + length
    assert elapsed(cal, start, start + length) == length


# --- days that one can look up ---------------------------------------------------------------------------------------
FRIDAY_EVENING = [
    ("2026-11-20 17:00", 1, "2026-11-20 18:00"),
    ("2026-11-20 17:00", 2, "2026-11-23 10:00"),
    ("2026-11-20 18:00", 1, "2026-11-23 10:00"),
    ("2026-11-21 12:00", 1, "2026-11-23 10:00"),
    ("2026-11-23 00:00", 3, "2026-11-23 12:00"),
    ("2026-11-23 11:00", 2, "2026-11-23 14:30"),
    ("2026-11-30 17:30", 1, "2026-12-01 09:30"),
    ("2028-02-29 17:30", 1, "2028-03-01 09:30"),
]


@pytest.mark.parametrize(("start", "hours", "due"), FRIDAY_EVENING)
def test_working_hours_go_on_at_the_next_opening(start: str, hours: int, due: str) -> None:
    assert add(office(), local(start), hours * HOUR) == local(due)


@pytest.mark.parametrize(
    ("zone", "start", "wall"),
    [
        (NEW_YORK, "2026-03-08 00:30", "04:30"),
        (NEW_YORK, "2026-11-01 00:30", "02:30"),
        (BERLIN, "2026-03-29 00:30", "04:30"),
        (BERLIN, "2026-10-25 00:30", "02:30"),
    ],
)
def test_a_night_shift_lasts_as_long_as_it_lasts(zone: ZoneInfo, start: str, wall: str) -> None:
    cal = WorkingTime(zone, dict.fromkeys(range(7), ((time(0), time(6)),)), {})
    begun = local(start, zone)
    due = add(cal, begun, 3 * HOUR)
    assert due - begun == 3 * HOUR
    assert due.astimezone(zone).strftime("%H:%M") == wall


def test_hours_that_the_clocks_leave_out_are_not_counted_twice() -> None:
    cal = WorkingTime(NEW_YORK, {6: ((time(2, 10), time(2, 40)), (time(3), time(4)))}, {})
    start, end = local("2026-03-08 00:00", NEW_YORK), local("2026-03-09 00:00", NEW_YORK)
    assert elapsed(cal, start, end) == HOUR


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2026-11-18 10:00", 3, "2026-11-23 18:00"),
        ("2026-11-18 23:59", 3, "2026-11-23 18:00"),
        ("2026-11-21 10:00", 3, "2026-11-25 18:00"),
        ("2026-09-30 10:00", 3, "2026-10-10 18:00"),
        ("2026-09-30 10:00", 4, "2026-10-12 18:00"),
    ],
)
def test_the_day_itself_does_not_count_and_the_last_one_ends_with_its_hours(start: str, count: int, due: str) -> None:
    """The National Day holiday of 2026 with its make-up Saturday 10 October."""
    closed = {date(2026, 10, day): NONE for day in range(1, 8)}
    cal = office(days={**closed, date(2026, 10, 10): OFFICE})
    assert add_days(cal, local(start), count) == local(due)


def test_a_calendar_without_working_time_is_refused_and_never_loops() -> None:
    empty = WorkingTime(SHANGHAI, {}, {date(2026, 11, 23): OFFICE})
    start = local("2026-11-20 00:00")
    assert add(empty, start, HOUR) == local("2026-11-23 10:00")
    with pytest.raises(Invalid):
        add(empty, start, 8 * HOUR)
    with pytest.raises(Invalid):
        add_days(empty, start, 2)
    with pytest.raises(Invalid):
        back(empty, start, HOUR)


# --- goals -----------------------------------------------------------------------------------------------------------
def test_a_rule_counts_the_time_that_it_says() -> None:
    start = local("2026-11-20 17:00")
    natural = GoalSpec(Goal.DURATION, seconds=7200)
    working = GoalSpec(Goal.DURATION, seconds=7200, counts=Counting.WORKING)
    assert due_time(natural, start=start, zone=SHANGHAI, calendar=office()) == start + 2 * HOUR
    assert due_time(working, start=start, zone=SHANGHAI, calendar=office()) == local("2026-11-23 10:00")
    assert due_time(working, start=start, zone=SHANGHAI) == start + 2 * HOUR
    days = GoalSpec(Goal.WORKING_DAYS, days=3)
    assert due_time(days, start=start, zone=SHANGHAI, calendar=office()) == local("2026-11-25 18:00")
    assert due_time(days, start=start, zone=SHANGHAI) == start + 3 * DAY


def test_a_promised_moment_wins_over_working_time() -> None:
    goal = GoalSpec(Goal.DURATION, seconds=7200, counts=Counting.WORKING, field="promised_at")
    start, promised = local("2026-11-20 17:00"), local("2026-11-21 08:00")
    assert due_time(goal, start=start, zone=SHANGHAI, promised=promised, calendar=office()) == promised


@often
@given(moments, lengths, calendars())
def test_without_a_calendar_time_is_natural(start: datetime, length: timedelta, cal: WorkingTime) -> None:
    assert later(start, length, None) == start + length
    assert later(start, length, cal) == add(cal, start, length)


# --- hours as somebody wrote them ------------------------------------------------------------------------------------
def test_hours_are_read_with_the_days_end() -> None:
    assert read_hours([["09:00", "12:00"], ["13:30", "24:00"]]) == ((time(9), time(12)), (time(13, 30), time(0)))
    assert read_hours([]) == ()


@pytest.mark.parametrize(
    "raw",
    [
        [["18:00", "09:00"]],
        [["09:00", "09:00"]],
        [["09:00", "12:00"], ["11:00", "18:00"]],
        [["13:00", "18:00"], ["09:00", "12:00"]],
        [["09:00", "24:00"], ["09:00", "24:00"]],
        [["9", "18:00"]],
        [["09:00:30", "18:00"]],
        [["25:00", "26:00"]],
    ],
)
def test_hours_that_make_no_sense_are_refused(raw: list[list[str]]) -> None:
    with pytest.raises(Invalid):
        read_hours(raw)


def test_a_stored_calendar_reads_as_the_rules_want_it() -> None:
    week = {"0": [["09:00", "18:00"]]}
    days = {"2026-10-01": {"hours": [], "name": "国庆节", "kind": "holiday"}}
    cal = read_working_time(SHANGHAI, week, days)
    assert cal == WorkingTime(SHANGHAI, {0: ((time(9), time(18)),)}, {date(2026, 10, 1): ()})
