"""Outside working hours what a step tells a role reaches who is on call for it, beside or instead of everyone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Absence, User
from accounts.states import Role
from cases.models import Case
from notifications.actions import plan
from notifications.models import IN_APP, Message, OnCall, TellingRule
from sla.actions import sweep_clocks
from sla.calendars import is_working, read_working_time
from sla.models import Calendar, CalendarVersion, FiredStep
from tests.cast import NOON, Cast, make_user
from tests.sla.trial import clock_of, make_case, make_version, occur

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WEEK = {str(day): [["09:00", "18:00"]] for day in range(5)}
STEPS = [{"to": ["supervisor"], "offset": 0}]


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def works_by_day(cast: Cast) -> None:
    """Monday to Friday, nine to six, whatever the company says."""
    calendar = Calendar.objects.create(project=cast.project)
    CalendarVersion.objects.create(calendar=calendar, number=1, week=WEEK, created_at=NOON, approved_at=NOON)


def on_call(cast: Cast, user: User, since: str, until: str, **more: Any) -> OnCall:
    given: dict[str, Any] = {"role": Role.SUPERVISOR} | more
    zone = cast.project.time_zone
    return OnCall.objects.create(
        project=cast.project,
        user=user,
        starts_at=local(since, zone),
        ends_at=local(until, zone),
        made_by=cast.gm,
        made_at=NOON,
        **given,
    )


def due_at(cast: Cast, moment: str, **rest: Any) -> Case:
    """A case whose promise was due just before a local moment."""
    case = make_case(cast.project, **rest)
    occur(case, "trial.asked", local(moment, cast.project.time_zone) - HOUR - MINUTE)
    return case


def told(case: Case) -> list[str]:
    rows = Message.objects.filter(case=case, channel=IN_APP)
    return sorted(rows.values_list("user__username", flat=True))


@pytest.mark.parametrize(
    ("moment", "heard"),
    [
        ("2026-11-23 17:59", ["supervisor"]),  # at work
        ("2026-11-23 18:00", ["cashier", "supervisor"]),
        ("2026-11-23 23:59", ["cashier", "supervisor"]),
        ("2026-11-24 00:00", ["guard", "supervisor"]),
        ("2026-11-24 08:59", ["guard", "supervisor"]),
        ("2026-11-24 09:00", ["supervisor"]),
        ("2026-11-28 12:00", ["supervisor"]),  # a Saturday without anybody on call
    ],
)
@pytest.mark.req("SLA-3")
def test_who_is_on_call_hears_it_too_outside_working_hours(cast: Cast, moment: str, heard: list[str]) -> None:
    cast.cashier.memberships.update(role=Role.FRONTDESK)
    cast.guard.memberships.update(role=Role.FRONTDESK)
    works_by_day(cast)
    make_version(steps=STEPS)
    on_call(cast, cast.cashier, "2026-11-23 12:00", "2026-11-24 00:00")
    on_call(cast, cast.guard, "2026-11-24 00:00", "2026-11-24 12:00")
    case = due_at(cast, moment)
    sweep_clocks(at=local(moment))
    assert told(case) == heard


@pytest.mark.parametrize(
    ("zone", "moment", "heard"),
    [
        ("America/New_York", "2026-11-23 23:59", ["frontdesk", "supervisor"]),
        ("America/New_York", "2026-11-24 00:00", ["supervisor"]),
        ("Asia/Kathmandu", "2026-11-23 23:59", ["frontdesk", "supervisor"]),
        ("Asia/Kathmandu", "2026-11-24 00:00", ["supervisor"]),
    ],
)
def test_midnight_is_the_projects(cast: Cast, zone: str, moment: str, heard: list[str]) -> None:
    cast.project.time_zone = zone
    cast.project.save()
    works_by_day(cast)
    make_version(steps=STEPS)
    on_call(cast, cast.frontdesk, "2026-11-23 18:00", "2026-11-24 00:00")
    case = due_at(cast, moment)
    sweep_clocks(at=local(moment, zone))
    assert told(case) == heard


@pytest.mark.parametrize(
    ("instead", "with_duty", "heard"),
    [
        (True, True, ["frontdesk"]),
        (True, False, ["supervisor", "supervisor2"]),
        (False, True, ["frontdesk", "supervisor", "supervisor2"]),
        (False, False, ["supervisor", "supervisor2"]),
    ],
)
@pytest.mark.parametrize("whose", ["project", "company"])
def test_the_rule_of_telling_says_beside_or_instead_and_nobody_on_call_is_everyone(
    cast: Cast, instead: bool, with_duty: bool, heard: list[str], whose: str
) -> None:
    make_user("supervisor2", Role.SUPERVISOR, cast.project)
    works_by_day(cast)
    make_version(steps=STEPS)
    TellingRule.objects.create(project=cast.project if whose == "project" else None, on_call_instead=instead)
    if with_duty:
        on_call(cast, cast.frontdesk, "2026-11-23 18:00", "2026-11-24 09:00")
    case = due_at(cast, "2026-11-23 22:00")
    sweep_clocks(at=local("2026-11-23 22:00"))
    assert told(case) == heard
    clock = clock_of(case)
    assert clock.breached_at == clock.due_at, "the fact is the same whoever hears of it"
    assert list(FiredStep.objects.filter(clock=clock).values_list("step", "skipped")) == [(0, False)]
    names = set(
        User.objects.filter(pk__in=clock.events.get(kind="warned").data["told"]).values_list("username", flat=True)
    )
    assert names == set(heard), "the record names who was told"


def test_a_department_is_covered_too_and_only_that_one(cast: Cast) -> None:
    works_by_day(cast)
    make_version(steps=[{"to": ["head"], "offset": 0}])
    TellingRule.objects.create(on_call_instead=True)
    maintenance, cleaning = cast.departments["maintenance"], cast.departments["cleaning"]
    on_call(cast, cast.frontdesk, "2026-11-23 18:00", "2026-11-24 09:00", role="", department=maintenance)
    ours = due_at(cast, "2026-11-23 22:00", department=maintenance)
    theirs = due_at(cast, "2026-11-23 22:00", department=cleaning)
    sweep_clocks(at=local("2026-11-23 22:00"))
    assert told(ours) == ["frontdesk"]
    assert told(theirs) == ["supervisor"], "a department without a head climbs up as ever"


def test_somebody_named_is_told_whoever_is_on_call(cast: Cast) -> None:
    works_by_day(cast)
    make_version(steps=[{"to": ["handler"], "offset": 0}])
    TellingRule.objects.create(on_call_instead=True)
    on_call(cast, cast.frontdesk, "2026-11-23 18:00", "2026-11-24 09:00")
    case = due_at(cast, "2026-11-23 22:00", handler=cast.technician)
    sweep_clocks(at=local("2026-11-23 22:00"))
    assert told(case) == ["technician"]


def test_who_may_not_see_the_matter_is_passed_by(cast: Cast) -> None:
    works_by_day(cast)
    make_version(steps=STEPS)
    TellingRule.objects.create(on_call_instead=True)
    on_call(cast, cast.guard, "2026-11-23 18:00", "2026-11-24 09:00")
    case = due_at(cast, "2026-11-23 22:00")
    sweep_clocks(at=local("2026-11-23 22:00"))
    assert told(case) == ["supervisor"]


@pytest.mark.parametrize("gone", ["inactive", "called off"])
def test_who_cannot_be_on_call_any_more_covers_nobody(cast: Cast, gone: str) -> None:
    works_by_day(cast)
    make_version(steps=STEPS)
    TellingRule.objects.create(on_call_instead=True)
    duty = on_call(cast, cast.frontdesk, "2026-11-23 18:00", "2026-11-24 09:00")
    if gone == "inactive":
        User.objects.filter(pk=cast.frontdesk.pk).update(is_active=False)
    else:
        OnCall.objects.filter(pk=duty.pk).update(called_off_at=NOON, called_off_by=cast.gm)
    case = due_at(cast, "2026-11-23 22:00")
    sweep_clocks(at=local("2026-11-23 22:00"))
    assert told(case) == ["supervisor"]


def test_the_stand_in_of_an_absent_person_on_call_is_told(cast: Cast) -> None:
    works_by_day(cast)
    make_version(steps=STEPS)
    TellingRule.objects.create(on_call_instead=True)
    on_call(cast, cast.frontdesk, "2026-11-23 18:00", "2026-11-24 09:00")
    colleague = make_user("colleague", Role.FRONTDESK, cast.project)
    Absence.objects.create(
        user=cast.frontdesk,
        substitute=colleague,
        starts_at=local("2026-11-23 20:00"),
        ends_at=local("2026-11-25 09:00"),
        made_by=cast.frontdesk,
        made_at=NOON,
    )
    case = due_at(cast, "2026-11-23 22:00")
    at = local("2026-11-23 22:00")
    sweep_clocks(at=at)
    plan(at=at)
    assert told(case) == ["colleague", "frontdesk"]
    assert Message.objects.get(case=case, channel=IN_APP, user=colleague).on_behalf_of == cast.frontdesk


def test_without_working_hours_the_roster_alone_says_when(cast: Cast) -> None:
    CalendarVersion.objects.all().delete()
    make_version(steps=STEPS)
    on_call(cast, cast.frontdesk, "2026-11-23 18:00", "2026-11-24 09:00")
    during, before = due_at(cast, "2026-11-23 22:00"), due_at(cast, "2026-11-23 12:00")
    sweep_clocks(at=local("2026-11-23 12:00"))
    sweep_clocks(at=local("2026-11-23 22:00"))
    assert (told(before), told(during)) == (["supervisor"], ["frontdesk", "supervisor"])


def test_many_cases_of_a_night_cost_what_one_does(cast: Cast) -> None:
    works_by_day(cast)
    make_version(steps=STEPS)
    on_call(cast, cast.frontdesk, "2026-11-23 18:00", "2026-11-24 09:00")
    costs = []
    for minute, count in ((0, 1), (30, 4)):
        moment = f"2026-11-23 22:{minute:02}"
        for _ in range(count):
            due_at(cast, moment)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            sweep_clocks(at=local(moment))
        costs.append(len(seen))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("moment", "works"),
    [
        ("2026-11-23 08:59", False),
        ("2026-11-23 09:00", True),
        ("2026-11-23 17:59", True),
        ("2026-11-23 18:00", False),
        ("2026-11-28 12:00", False),
        ("2026-11-29 23:59", True),
        ("2026-11-30 00:00", False),
    ],
)
def test_the_first_instant_of_the_hours_is_working_time_and_the_last_is_not(moment: str, works: bool) -> None:
    calendar = read_working_time(SHANGHAI, WEEK | {"6": [["22:00", "00:00"]]}, {})
    assert is_working(calendar, local(moment)) is works
