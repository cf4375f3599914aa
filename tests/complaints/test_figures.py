"""Complaints in figures: each is what the list behind it shows, and the rate says what it was divided by."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from complaints import actions
from complaints.figures import Figures, asked_period, figures, homes_lived_in
from complaints.filters import listed
from complaints.models import Complaint
from complaints.rules import months_before, rate_of
from estate.models import Household
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, MINUTE, handled, taken

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.req("CMP-12")
DAY = timedelta(days=1)
FIGURES = "/complaints/figures/?period=2026-Q4"


def counted(cast: Cast, raw: str = "2026-Q4", *, who: str = "supervisor", at: datetime = NOON + DAY) -> Figures:
    period = asked_period(raw, today=at.date())
    return figures(user=cast.users[who], project=cast.project, period=period, at=at)


def several(cast: Cast) -> None:
    """Three of one home, one of the other, one of a public place, one of another department about nothing known."""
    for grade in ("minor", "minor", "major"):
        taken(cast, grade=grade, topic="cleaning")
    solved = handled(cast, unit=cast.units["3-2-1502"], contact_phone="13912345678", topic="manner")
    company = actions.Responsible(party="company", department=cast.departments["maintenance"])
    both = [company, actions.Responsible(party="neighbour")]
    by, later = cast.technician, NOON + HOUR
    actions.establish(complaint=solved, responsible=both, cause="排班", apologised=False, by=by, at=later)
    actions.resolve(complaint=solved, outcome="unfounded", result="监控看过", by=by, at=later)
    for _ in range(2):
        taken(cast, unit=None, place="东门岗亭", topic="safety")


# --- the rate --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("complaints", "homes", "percent"),
    [(3, 50, "6.00"), (1, 3, "33.33"), (0, 9, "0.00"), (2, 3, "66.67"), (4, 0, None)],
)
def test_the_rate_is_complaints_for_every_hundred_homes(complaints: int, homes: int, percent: str | None) -> None:
    assert rate_of(complaints, homes) == (Decimal(percent) if percent else None)


def test_homes_count_on_the_day_while_somebody_lives_there(cast: Cast) -> None:
    Household.objects.filter(unit=cast.units["3-2-1501"]).update(ended_on=date(2026, 10, 1))
    Household.objects.create(project=cast.project, unit=cast.units["3-2-1502"], is_owner=False)  # a tenant beside them
    Household.objects.create(
        project=cast.project, unit=cast.units["3-2-1501"], lives_here=False, started_on=date(2026, 10, 1)
    )
    days = [date(2026, 9, 30), date(2026, 10, 1)]
    assert homes_lived_in(cast.project, days) == {days[0]: 2, days[1]: 1}


def test_the_page_says_what_was_divided_by_what(cast: Cast, signed_in: SignIn) -> None:
    several(cast)
    page = signed_in(cast.supervisor).get("/complaints/figures/?period=2026-Q4").content.decode()
    assert "300.00 %" in page
    assert "6 件投诉 ÷ 2 户在住" in page
    assert "不超过 6 %" in page
    assert "高于目标" in page


def test_the_target_of_a_quarter_judges_no_month_and_no_year(cast: Cast) -> None:
    several(cast)
    assert [counted(cast, raw).rate.over for raw in ("2026-Q4", "2026-11", "2026")] == [True, False, False]


# --- every figure opens what it counted ------------------------------------------------------------------------------
def test_every_figure_is_what_its_list_shows(cast: Cast) -> None:
    several(cast)
    found = counted(cast)
    lists = ("topics", "grades", "departments", "responsible", "outcomes", "households", "places", "causes", "months")
    for name in lists:
        bars = getattr(found, name)
        assert bars, name
        for bar in bars:
            rows = listed(project=cast.project, user=cast.supervisor, filters=bar.filters, at=NOON + DAY)
            assert rows.count() == bar.count, (name, bar.label)
    assert (found.rate.complaints, found.unfounded, found.open) == (6, 1, 5)


def test_what_comes_again_is_told_by_home_place_and_topic(cast: Cast) -> None:
    several(cast)
    found = counted(cast)
    assert [(bar.label, bar.count) for bar in found.households] == [("3-2-1501", 3)]
    assert ("东门岗亭", 2) in [(bar.label, bar.count) for bar in found.places]
    assert [bar.count for bar in found.causes] == [3]
    assert [bar.count for bar in found.responsible] == [1, 1], "where several are responsible, each counts"


def test_a_party_responsible_through_two_departments_counts_once(cast: Cast) -> None:
    complaint = handled(cast)
    both = [
        actions.Responsible(party="company", department=cast.departments[kind]) for kind in ("maintenance", "service")
    ]
    at = NOON + HOUR
    actions.establish(complaint=complaint, responsible=both, cause="排班", apologised=False, by=cast.technician, at=at)
    assert [bar.count for bar in counted(cast).responsible] == [1]


def test_only_the_periods_own_count_and_the_trend_has_empty_months(cast: Cast) -> None:
    taken(cast, at=NOON - 60 * DAY)
    taken(cast)
    assert counted(cast, "2026-11").rate.complaints == 1
    assert counted(cast, "2026-Q4").rate.complaints == 1
    assert counted(cast, "2026").rate.complaints == 2
    months = counted(cast, "2026-11").months
    assert [bar.count for bar in months] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1]


@pytest.mark.parametrize(
    ("raw", "first", "end"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 12, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 4, 1)),
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026-13", date(2026, 10, 1), date(2027, 1, 1)),
        ("9999-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("nonsense", date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_periods_are_months_quarters_and_years(raw: str, first: date, end: date) -> None:
    period = asked_period(raw, today=date(2026, 11, 23))
    assert (period.first, period.end) == (first, end)
    assert asked_period(period.key, today=date(2020, 1, 1)) == period


def test_months_are_counted_across_years() -> None:
    assert months_before(date(2026, 1, 31), 1) == date(2025, 12, 1)
    assert months_before(date(2026, 11, 5), -2) == date(2027, 1, 1)


# --- who reads them --------------------------------------------------------------------------------------------------
@pytest.mark.req("CMP-15")
def test_what_a_person_does_not_see_is_not_counted_for_them(cast: Cast) -> None:
    taken(cast, by="gm", about_person=cast.supervisor)
    assert counted(cast, who="supervisor").rate.complaints == 0
    assert counted(cast, who="gm").rate.complaints == 1


def test_another_projects_are_not_counted(cast: Cast) -> None:
    new = actions.NewComplaint(project=cast.other_project, description="大门坏了", place="东门")
    actions.register(new=new, by=cast.frontdesk2, at=NOON)
    assert counted(cast, who="quality").rate.complaints == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_the_figures_take_the_same_statements_whatever_there_is(
    cast: Cast, signed_in: SignIn, rows: int, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        handled(cast)
    client = signed_in(cast.supervisor)
    client.get("/complaints/figures/?period=2026-Q4")
    with django_assert_num_queries(10):
        client.get("/complaints/figures/?period=2026-Q4")


@pytest.mark.parametrize(("view", "sorted_by"), [("open", "期限"), ("all", "登记时间")])
def test_the_list_says_by_what_it_is_sorted(cast: Cast, signed_in: SignIn, view: str, sorted_by: str) -> None:
    taken(cast)
    page = signed_in(cast.supervisor).get(f"/complaints/?view={view}").content.decode()
    assert re.findall(r'<th aria-sort="\w+">([^<]+)</th>', page) == [sorted_by]


# --- the list behind -------------------------------------------------------------------------------------------------
def test_the_list_says_what_it_is_narrowed_by_and_each_can_be_taken_away(cast: Cast, signed_in: SignIn) -> None:
    one = taken(cast, topic="cleaning")
    client = signed_in(cast.supervisor)
    asked = "view=all&topic=cleaning&unit=3-2-1501&since=2026-10-01&until=2026-12-31"
    page = client.get(f"/complaints/?{asked}")
    assert one.case.number in page.content.decode()
    labels = [chip.label for chip in page.context["chips"]]
    assert labels == ["2026-10-01 – 2026-12-31 受理", "环境卫生", "3-2-1501"]
    assert all("view=all" in chip.url for chip in page.context["chips"])
    assert client.get("/complaints/?view=all&since=2026-11-24").context["rows"] == []
    assert client.get("/complaints/?view=all&until=2026-11-22").context["rows"] == []


@pytest.mark.parametrize(
    "asked",
    [
        "department=x",
        "building=-1",
        "building=99999999999999999999",
        "since=x",
        "until=0000-00-00",
        "party=x",
        "outcome=x",
    ],
)
def test_nonsense_in_the_address_narrows_nothing_or_shows_nothing(cast: Cast, signed_in: SignIn, asked: str) -> None:
    taken(cast)
    assert signed_in(cast.supervisor).get(f"/complaints/?{asked}").status_code == 200


def test_a_page_further_on_keeps_what_was_asked(cast: Cast, signed_in: SignIn) -> None:
    for minute in range(51):
        taken(cast, at=NOON + minute * MINUTE, topic="cleaning")
    page = signed_in(cast.supervisor).get("/complaints/?view=all&topic=cleaning")
    assert page.context["next_url"] == "/complaints/?view=all&topic=cleaning&page=2"
    assert Complaint.objects.count() == 51


@pytest.mark.req("CMP-15")
def test_the_page_says_that_it_counts_what_its_reader_sees_and_not_how_many_it_keeps_back(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.supervisor)
    before = client.get(FIGURES).content.decode()
    assert "只统计您能看到的投诉" in before
    taken(cast, by="resident", channel="online", about_person=cast.supervisor, title="主管骂人")
    assert counted(cast).rate.complaints == 0
    assert counted(cast, who="gm").rate.complaints == 1
    notes = [re.findall(r'figure-note">([^<]*)<', text) for text in (before, client.get(FIGURES).content.decode())]
    assert notes[0] == notes[1], "whether there is one at all is not said either"
