"""Calendars: what the State Council announced, who proposes and approves, and who is told of a year that is missing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import User
from accounts.states import Role
from cases.models import Case
from cases.states import Phase
from core.errors import Invalid, NotAllowed, NotNow, Stale
from notifications.models import Message
from notifications.sentences import render
from records.models import AuditEntry
from sla import defaults
from sla.actions import (
    Proposed,
    approve_calendar,
    propose_calendar,
    publish_year,
    warn_of_years,
    withdraw_calendar,
)
from sla.calendar_words import differences, runs_of, week_words
from sla.models import Calendar, CalendarVersion
from sla.permissions import can_approve_rules, can_propose_rules
from sla.queries import calendar_for
from sla.states import DayKind
from sla.statutory import is_announced, statutory_days
from sla.sweeps import run
from tests.cast import NOON, Cast, make_user

pytestmark = pytest.mark.req("SLA-5")
WEEK = {str(day): [["09:00", "18:00"]] for day in range(5)}
MONDAY_OFF = {"2026-11-30": {"hours": [], "name": "盘点", "kind": "closed"}}


def current(project: Any = None) -> CalendarVersion:
    found = calendar_for(project)
    assert found is not None
    return found


def changed(**more: Any) -> Proposed:
    """The calendar in force with one day more, or other things."""
    here = current()
    given: dict[str, Any] = {
        "week": here.week,
        "days": here.days | MONDAY_OFF,
        "provisional_years": tuple(here.provisional_years),
    } | more
    return Proposed(**given)


def proposed(cast: Cast, **more: Any) -> CalendarVersion:
    return propose_calendar(project=None, proposed=changed(**more), by=cast.admin, at=NOON)


def ranges(days: dict[str, Any], kind: str) -> list[tuple[str, str]]:
    return [(run.first.strftime("%m-%d"), run.last.strftime("%m-%d")) for run in runs_of(days) if run.kind == kind]


# --- what was announced ----------------------------------------------------------------------------------------------
def test_2026_is_as_the_state_council_announced_it() -> None:
    days = statutory_days(2026, WEEK)
    assert is_announced(2026)
    assert ranges(days, "holiday") == [
        ("01-01", "01-03"),
        ("02-15", "02-23"),
        ("04-04", "04-06"),
        ("05-01", "05-05"),
        ("06-19", "06-21"),
        ("09-25", "09-27"),
        ("10-01", "10-07"),
    ]
    made_up = {day: row["name"] for day, row in days.items() if row["kind"] == "make_up"}
    assert made_up == {
        "2026-01-04": "元旦",
        "2026-02-14": "春节",
        "2026-02-28": "春节",
        "2026-05-09": "劳动节",
        "2026-09-20": "国庆节",
        "2026-10-10": "国庆节",
    }
    assert days["2026-10-10"]["hours"] == [["09:00", "18:00"]]


def test_a_make_up_day_has_the_hours_of_the_day_that_it_is_worked_for() -> None:
    week = WEEK | {"1": [["08:00", "12:00"]]}
    assert statutory_days(2026, week)["2026-09-20"]["hours"] == [["08:00", "12:00"]], "worked for Tuesday 6 October"


def test_a_year_that_was_not_announced_is_an_estimate() -> None:
    assert not is_announced(2088)
    assert {row["kind"] for row in statutory_days(2088, WEEK).values()} == {"holiday"}


# --- the default -----------------------------------------------------------------------------------------------------
def test_a_fresh_installation_knows_this_year_and_the_next(cast: Cast) -> None:
    version = current()
    assert (version.number, version.calendar.project, version.approved_at) == (1, None, NOON)
    assert {day[:4] for day in version.days} == {"2026", "2027"}
    assert [year for year in (2026, 2027) if version.covers(year)] == [y for y in (2026, 2027) if is_announced(y)]
    assert not version.covers(2088)
    assert calendar_for(cast.project) == version


def test_loading_again_changes_nothing(cast: Cast) -> None:
    approve_calendar(version=proposed(cast), by=cast.gm, at=NOON)
    before = list(CalendarVersion.objects.values())
    assert defaults.load_calendar(at=NOON + timedelta(days=400)) == 0
    assert list(CalendarVersion.objects.values()) == before


def test_there_is_one_calendar_for_the_company_and_one_a_project(cast: Cast) -> None:
    Calendar.objects.create(project=cast.project)
    for project in (None, cast.project):
        with pytest.raises(IntegrityError), transaction.atomic():
            Calendar.objects.create(project=project)


# --- proposing and approving -----------------------------------------------------------------------------------------
@pytest.mark.req("SLA-1")
def test_it_holds_once_a_leader_approved_it(cast: Cast) -> None:
    before, version = current(), proposed(cast)
    assert current() == before
    approve_calendar(version=version, by=cast.gm, at=NOON + timedelta(hours=1))
    before.refresh_from_db()
    assert (current(), before.replaced_at) == (version, NOON + timedelta(hours=1))
    assert "2026-11-30" in current().days
    actions = AuditEntry.objects.order_by("pk").values_list("action", "by__username", "target")
    assert list(actions) == [
        ("calendar.proposed", "admin", "全公司 v2"),
        ("calendar.approved", "gm", "全公司 v2"),
    ]


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMIN])
def test_only_an_administrator_proposes(cast: Cast, role: str) -> None:
    assert not can_propose_rules(cast.users[role])
    with pytest.raises(NotAllowed):
        propose_calendar(project=None, proposed=changed(), by=cast.users[role], at=NOON)


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.GM])
def test_only_a_general_manager_approves(cast: Cast, role: str) -> None:
    assert not can_approve_rules(cast.users[role])
    with pytest.raises(NotAllowed):
        approve_calendar(version=proposed(cast), by=cast.users[role], at=NOON)


def test_nobody_approves_what_they_proposed(cast: Cast) -> None:
    cast.admin.memberships.create(role=Role.GM, project=cast.project)
    both = User.objects.get(pk=cast.admin.pk)
    version = propose_calendar(project=None, proposed=changed(), by=both, at=NOON)
    with pytest.raises(NotAllowed):
        approve_calendar(version=version, by=both, at=NOON)
    assert approve_calendar(version=version, by=cast.gm, at=NOON).approved_by == cast.gm


def test_a_projects_own_calendar_is_decided_on_in_that_project(cast: Cast) -> None:
    there = {role: make_user(f"{role}9", role, cast.other_project) for role in (Role.ADMIN, Role.GM)}
    with pytest.raises(NotAllowed):
        propose_calendar(project=cast.project, proposed=changed(), by=there[Role.ADMIN], at=NOON)
    own = propose_calendar(project=cast.project, proposed=changed(), by=cast.admin, at=NOON)
    assert calendar_for(cast.project) == current()
    with pytest.raises(NotAllowed):
        approve_calendar(version=own, by=there[Role.GM], at=NOON)
    approve_calendar(version=own, by=cast.gm, at=NOON)
    assert calendar_for(cast.project) == own
    assert calendar_for(cast.other_project) == current() != own


def test_a_second_proposal_takes_the_place_of_the_first(cast: Cast) -> None:
    first, second = proposed(cast), proposed(cast, days={})
    assert list(CalendarVersion.objects.waiting()) == [second]
    with pytest.raises(NotNow):
        approve_calendar(version=first, by=cast.gm, at=NOON)


def test_what_was_withdrawn_or_approved_is_not_approved_again(cast: Cast) -> None:
    first = proposed(cast)
    withdraw_calendar(version=first, by=cast.gm, at=NOON)
    second = approve_calendar(version=proposed(cast), by=cast.gm, at=NOON)
    for version in (first, second):
        with pytest.raises(NotNow):
            approve_calendar(version=version, by=cast.gm, at=NOON)
        with pytest.raises(NotNow):
            withdraw_calendar(version=version, by=cast.admin, at=NOON)
    with pytest.raises(NotAllowed):
        withdraw_calendar(version=proposed(cast, days={}), by=cast.supervisor, at=NOON)


def test_a_proposal_on_top_of_what_was_replaced_is_refused(cast: Cast) -> None:
    read = current().pk
    approve_calendar(version=proposed(cast), by=cast.gm, at=NOON)
    with pytest.raises(Stale):
        propose_calendar(project=None, proposed=changed(days={}), by=cast.admin, at=NOON, based_on=read)
    assert propose_calendar(project=None, proposed=changed(days={}), by=cast.admin, at=NOON, based_on=current().pk)


def test_a_proposal_that_changes_nothing_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        proposed(cast, days=current().days)


@pytest.mark.parametrize(
    "more",
    [
        {"week": {}},
        {"week": {"0": []}},
        {"week": {"0": [["18:00", "09:00"]]}},
        {"days": {"2026-11-30": {"hours": [], "name": "", "kind": "open"}}},
        {"days": {"2026-11-30": {"hours": [["09:00", "10:00"]], "name": "", "kind": "holiday"}}},
        {"days": {"1626-11-30": {"hours": [], "name": "", "kind": "closed"}}},
    ],
    ids=["no week", "a week off", "backwards", "open without hours", "a holiday with hours", "long ago"],
)
def test_what_cannot_be_counted_on_is_not_kept(cast: Cast, more: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        proposed(cast, **more)
    assert CalendarVersion.objects.count() == 1


# --- a year's holidays -----------------------------------------------------------------------------------------------
def test_an_announced_year_is_taken_over_and_the_companys_own_days_stay(cast: Cast) -> None:
    estimate = {"2026-10-08": {"hours": [], "name": "国庆节", "kind": "holiday"}} | MONDAY_OFF
    approve_calendar(version=proposed(cast, days=estimate, provisional_years=(2026,)), by=cast.gm, at=NOON)
    assert not current().covers(2026)
    version = publish_year(project=None, year=2026, by=cast.admin, at=NOON)
    assert version.covers(2026)
    assert version.days == statutory_days(2026, WEEK) | MONDAY_OFF
    with pytest.raises(NotNow):
        publish_year(project=None, year=2027, by=cast.admin, at=NOON)


def test_a_year_that_is_only_estimated_says_so(cast: Cast) -> None:
    version = publish_year(project=None, year=2088, by=cast.admin, at=NOON)
    assert 2088 in version.provisional_years
    assert {day[:4] for day in version.days} == {"2026", "2027", "2088"}


# --- telling ---------------------------------------------------------------------------------------------------------
def told(template: str) -> list[str]:
    rows = Message.objects.filter(template=template, channel="in_app").order_by("user__username")
    return list(rows.values_list("user__username", flat=True))


def test_leaders_hear_of_a_proposal_and_administrators_of_the_approval(cast: Cast) -> None:
    version = proposed(cast)
    assert told("calendar.proposed") == ["gm"]
    approve_calendar(version=version, by=cast.gm, at=NOON)
    assert told("calendar.approved") == ["admin"]
    message = Message.objects.get(template="calendar.proposed", channel="in_app")
    with translation.override("zh-hans"):
        assert render(message.template, message.data) == "工作日历（全公司）：第 2 版等待您批准。"


NOT_NEAR = datetime(2088, 10, 31, tzinfo=UTC)
NEAR = datetime(2088, 11, 20, tzinfo=UTC)


def known_until(cast: Cast, year: int) -> None:
    days = {f"{year}-05-01": {"hours": [], "name": "劳动节", "kind": "holiday"}}
    version = propose_calendar(project=None, proposed=Proposed(week=WEEK, days=days), by=cast.admin, at=NOON)
    approve_calendar(version=version, by=cast.gm, at=NOON)


def test_administrators_are_warned_once_of_a_year_that_is_near_and_not_announced(cast: Cast) -> None:
    known_until(cast, 2088)
    warn_of_years(NOT_NEAR)
    assert told("calendar.year_unknown") == []
    for day in range(5):
        assert warn_of_years(NEAR + timedelta(days=day)) == {"years": 1}
        assert warn_of_years(NEAR + timedelta(days=day, hours=5)) == {}
    assert told("calendar.year_unknown") == ["admin"]
    message = Message.objects.get(template="calendar.year_unknown", channel="in_app")
    with translation.override("en"):
        assert "2089" in render(message.template, message.data)


def test_once_the_announcement_is_known_they_hear_that_it_can_be_taken_over(cast: Cast) -> None:
    known_until(cast, 2025)
    warn_of_years(datetime(2025, 11, 20, tzinfo=UTC))
    assert told("calendar.year_known") == ["admin"]


def test_the_sweep_looks_for_years(cast: Cast) -> None:
    known_until(cast, 2088)
    assert run(NEAR)["calendars"] == {"years": 1}
    assert told("calendar.year_unknown") == ["admin"]


def test_looking_again_within_the_day_costs_one_statement(cast: Cast, django_assert_num_queries: Any) -> None:
    warn_of_years(NEAR)
    with django_assert_num_queries(3):  # with the savepoint around it
        warn_of_years(NEAR + timedelta(seconds=5))


# --- words -----------------------------------------------------------------------------------------------------------
def test_a_version_says_what_it_changes(cast: Cast) -> None:
    old = current()
    days = {day: row for day, row in old.days.items() if not day.startswith("2026-05")}
    new = proposed(cast, week=WEEK | {"5": [["09:00", "12:00"]]}, days=days | MONDAY_OFF)
    with translation.override("en"):
        said = [(one.what, one.before, one.after) for one in differences(old, new)]
    assert ("Saturday", "closed", "09:00–12:00") in said
    assert ("Nov. 30, 2026", "as usual: 09:00–18:00", "Closed · 盘点") in said
    assert ("May 9, 2026", "Make-up workday · Labour Day 09:00–18:00", "as usual: 09:00–12:00") in said
    gone = [what for what, before, _after in said if before == "Public holiday · Labour Day"]
    assert gone == ["May 1, 2026", "May 2, 2026", "May 3, 2026", "May 4, 2026 to May 5"]
    assert len(said) == 7
    assert differences(old, old) == []


def test_days_alike_are_said_in_one_line(cast: Cast) -> None:
    old = current()
    new = proposed(cast, days={day: row for day, row in old.days.items() if not day.startswith("2026-10-0")})
    with translation.override("zh-hans"):
        (first, *_more) = differences(new, old)
        assert (first.before, first.after) == ("平时：09:00–18:00", "法定节假日 · 国庆节")
        assert runs_of(old.days, since=date(2026, 9, 28))[0].span == "2026年10月1日至10月7日"
        assert week_words(WEEK)[0] == ("星期一", "09:00–18:00")


def test_the_words_of_a_calendar_are_none_of_a_case() -> None:
    with translation.override("zh-hans"):
        assert (str(Phase.OPEN.label), str(Phase.CLOSED.label)) == ("处理中", "已结案")
        assert str(Case._meta.get_field("closed_at").verbose_name) == "结案时间"
        assert (str(DayKind.OPEN.label), str(DayKind.CLOSED.label)) == ("公司上班日", "公司休息日")
