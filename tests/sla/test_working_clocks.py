"""Clocks in working time: started, warned, paused, extended and undone on the calendar they began on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Project
from sla.actions import extend, sweep_clocks
from sla.models import Calendar, CalendarVersion, Clock, PolicyVersion
from sla.states import ClockState, Counting, Goal
from tests.cast import NOON, Cast
from tests.sla.trial import clock_of, make_case, make_version, occur

pytestmark = pytest.mark.req("SLA-5")
HOUR = timedelta(hours=1)
JUST = timedelta(microseconds=1)
DAYS = [["09:00", "12:00"], ["13:00", "18:00"]]


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def make_calendar(
    project: Project | None, *, hours: list[list[str]] | None = None, number: int = 9, **more: Any
) -> CalendarVersion:
    """A calendar in force in the place of the one that is: Monday to Friday."""
    calendar = Calendar.objects.get_or_create(project=project)[0]
    calendar.versions.in_force().update(replaced_at=NOON)
    week = {str(day): hours or DAYS for day in range(5)}
    return CalendarVersion.objects.create(
        calendar=calendar, number=number, week=week, created_at=NOON, approved_at=NOON, **more
    )


def asked(cast: Cast, at: str, **rest: Any) -> Clock:
    """The clock of a case that was just asked."""
    case = make_case(cast.project, at=local(at), handler=cast.technician, **rest)
    occur(case, "trial.asked", local(at))
    return clock_of(case)


def test_ten_working_hours_from_friday_noon_end_on_tuesday(cast: Cast) -> None:
    calendar = make_calendar(None)
    make_version(counts=Counting.WORKING, goal_seconds=14 * 3600)
    clock = asked(cast, "2026-11-20 12:00")
    assert clock.due_at == local("2026-11-24 10:00")
    assert (clock.calendar, clock.goal_seconds) == (calendar, 14 * 3600)
    clock.case.refresh_from_db()
    assert clock.case.due_at == clock.due_at


def test_a_review_in_three_working_days_ends_with_the_hours_of_the_third(cast: Cast) -> None:
    holiday = {"2026-11-24": {"hours": [], "name": "盘点", "kind": "closed"}}
    make_calendar(None, days=holiday)
    make_version(goal=Goal.WORKING_DAYS, goal_days=3)
    clock = asked(cast, "2026-11-20 12:00")
    assert clock.due_at == local("2026-11-26 18:00")
    assert clock.goal_seconds == (5 + 3 * 8) * 3600


def test_a_projects_own_calendar_goes_before_the_companys(cast: Cast) -> None:
    make_calendar(None)
    own = make_calendar(cast.project, hours=[["10:00", "11:00"]])
    make_calendar(cast.other_project, hours=[["00:00", "24:00"]])
    make_version(counts=Counting.WORKING)
    clock = asked(cast, "2026-11-20 10:30")
    assert (clock.calendar, clock.due_at) == (own, local("2026-11-23 10:30"))


def test_without_any_calendar_it_is_due_sooner_never_later(cast: Cast) -> None:
    CalendarVersion.objects.in_force().update(replaced_at=NOON)
    make_version(counts=Counting.WORKING)
    clock = asked(cast, "2026-11-20 17:30")
    assert (clock.calendar, clock.due_at) == (None, local("2026-11-20 18:30"))


def test_a_promised_moment_is_natural_even_where_the_rule_counts_working_time(cast: Cast) -> None:
    make_calendar(None)
    make_version(counts=Counting.WORKING, goal_field="promised_at")
    clock = asked(cast, "2026-11-20 17:30", promised_at=local("2026-11-21 08:00"))
    assert (clock.calendar, clock.due_at) == (None, local("2026-11-21 08:00"))


@pytest.mark.req("SLA-3")
def test_it_warns_when_four_fifths_of_the_working_time_are_over(cast: Cast) -> None:
    make_calendar(None)
    make_version(counts=Counting.WORKING, goal_seconds=10 * 3600)
    clock = asked(cast, "2026-11-20 16:00")  # due on Monday at 18:00: two hours today, eight then
    assert clock.due_at == local("2026-11-23 18:00")
    assert clock.next_at == local("2026-11-23 16:00")
    assert sweep_clocks(at=local("2026-11-23 16:00"))["steps"] == 0
    assert sweep_clocks(at=local("2026-11-23 16:00") + JUST)["steps"] == 1
    clock.refresh_from_db()
    assert clock.next_at == clock.due_at
    assert clock.events.get(kind="warned").at == local("2026-11-23 16:00")
    assert sweep_clocks(at=clock.due_at + JUST)["breaches"] == 1


def test_one_clock_that_is_set_aside_does_not_stop_the_counting_of_others(cast: Cast) -> None:
    make_calendar(None)
    make_version(counts=Counting.WORKING, goal_seconds=10 * 3600)
    sound, broken = (asked(cast, "2026-11-20 16:00") for _n in range(2))
    bad = make_version("trial.bad")
    Clock.objects.filter(pk=broken.pk).update(version=bad)
    PolicyVersion.objects.filter(pk=bad.pk).update(steps=[{"percent": 80}])
    counts = sweep_clocks(at=local("2026-11-23 16:30"))
    assert (counts["steps"], counts["parked"]) == (1, 1)
    sound.refresh_from_db()
    assert sound.next_at == sound.due_at


# --- pausing ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("held", "resumed", "due"),
    [
        ("2026-11-20 17:00", "2026-11-21 12:00", "2026-11-23 18:00"),
        ("2026-11-20 17:00", "2026-11-23 10:00", "2026-11-24 10:00"),
        ("2026-11-21 10:00", "2026-11-22 10:00", "2026-11-23 17:00"),
        ("2026-11-23 12:10", "2026-11-23 12:50", "2026-11-23 17:00"),
        ("2026-11-23 11:00", "2026-11-23 14:00", "2026-11-24 10:00"),
    ],
    ids=["over closing time", "into Monday", "at the weekend", "at lunch", "around lunch"],
)
def test_a_pause_moves_it_by_the_working_time_paused(cast: Cast, held: str, resumed: str, due: str) -> None:
    make_calendar(None)
    make_version(counts=Counting.WORKING, goal_seconds=9 * 3600)
    clock = asked(cast, "2026-11-20 16:00")
    assert clock.due_at == local("2026-11-23 17:00")
    occur(clock.case, "trial.held", local(held))
    occur(clock.case, "trial.resumed", local(resumed))
    clock.refresh_from_db()
    assert (clock.state, clock.due_at) == (ClockState.RUNNING, local(due))


def test_a_new_calendar_leaves_running_clocks_on_the_one_they_began_on(cast: Cast) -> None:
    old = make_calendar(None)
    make_version(counts=Counting.WORKING, goal_seconds=9 * 3600)
    clock = asked(cast, "2026-11-20 16:00")
    make_calendar(None, number=10, hours=[["09:00", "10:00"]])
    occur(clock.case, "trial.held", local("2026-11-20 17:00"))
    occur(clock.case, "trial.resumed", local("2026-11-23 10:00"))
    clock.refresh_from_db()
    assert (clock.calendar, clock.due_at) == (old, local("2026-11-24 10:00"))
    assert asked(cast, "2026-11-20 16:00").due_at > clock.due_at + timedelta(days=7)


def test_a_pause_undone_moves_it_by_the_working_time_paused(cast: Cast) -> None:
    make_calendar(None)
    make_version(counts=Counting.WORKING, goal_seconds=9 * 3600)
    clock = asked(cast, "2026-11-20 16:00")
    held = occur(clock.case, "trial.held", local("2026-11-20 17:00"))
    occur(clock.case, "trial.undone", local("2026-11-23 10:00"), takes_back=held)
    clock.refresh_from_db()
    assert (clock.state, clock.due_at) == (ClockState.RUNNING, local("2026-11-24 10:00"))
    assert clock.next_at == local("2026-11-23 17:12")


def test_an_answer_undone_lets_it_run_to_its_old_due_time(cast: Cast) -> None:
    make_calendar(None)
    make_version(counts=Counting.WORKING, goal_seconds=10 * 3600)
    clock = asked(cast, "2026-11-20 16:00")
    answered = occur(clock.case, "trial.answered", local("2026-11-20 17:00"))
    occur(clock.case, "trial.undone", local("2026-11-20 17:30"), takes_back=answered)
    clock.refresh_from_db()
    assert (clock.state, clock.due_at) == (ClockState.RUNNING, local("2026-11-23 18:00"))
    assert clock.next_at == local("2026-11-23 16:00")


# --- extending -------------------------------------------------------------------------------------------------------
@pytest.mark.req("SLA-4")
def test_an_extension_by_hours_gives_working_hours(cast: Cast) -> None:
    make_calendar(None)
    make_version(counts=Counting.WORKING, goal_seconds=9 * 3600)
    clock = asked(cast, "2026-11-20 16:00")
    sweep_clocks(at=local("2026-11-23 16:00"))
    extended = extend(clock=clock, by_hours=4, reason="x", by=cast.supervisor, at=local("2026-11-23 16:30"))
    assert extended.due_at == local("2026-11-24 12:00")
    assert extended.next_at == local("2026-11-24 10:12")
    assert extended.steps_done == []


# --- what it costs ---------------------------------------------------------------------------------------------------
def _queries(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


@pytest.mark.parametrize("count", [1, 3])
def test_a_sweep_reads_calendars_once_and_for_natural_time_not_at_all(cast: Cast, count: int) -> None:
    make_calendar(None)
    for key, counts in (("trial.natural", Counting.NATURAL), ("trial.working", Counting.WORKING)):
        make_version(key, counts=counts, goal_seconds=3600, starts=[f"{key}.asked"], steps=[])
    due: dict[str, int] = {}
    for key in ("trial.natural", "trial.working"):
        for _n in range(count):
            occur(make_case(cast.project), f"{key}.asked", NOON)
        due[key] = _queries(lambda: sweep_clocks(at=NOON + 9 * HOUR))
    assert due["trial.working"] - due["trial.natural"] == 2


def test_starting_a_natural_clock_asks_for_no_calendar(cast: Cast) -> None:
    make_calendar(None)
    make_version(starts=["trial.asked"])
    make_version("trial.later", counts=Counting.WORKING, starts=["trial.other"])
    alone = _queries(lambda: occur(make_case(cast.project), "trial.asked", NOON))
    make_version("trial.twice", counts=Counting.WORKING, starts=["trial.asked"])
    both = _queries(lambda: occur(make_case(cast.project), "trial.asked", NOON))
    assert both == alone + 1
    assert not Clock.objects.exclude(calendar=None).exclude(key="trial.twice").exists()


# --- the defaults ----------------------------------------------------------------------------------------------------
@pytest.mark.req("SLA-1")
def test_what_the_standard_promises_stays_natural(cast: Cast) -> None:
    """The service standard never says 工作日."""
    counted = PolicyVersion.objects.in_force().filter(counts=Counting.WORKING)
    assert not counted.exists()
    assert not PolicyVersion.objects.in_force().filter(goal=Goal.WORKING_DAYS).exists()
