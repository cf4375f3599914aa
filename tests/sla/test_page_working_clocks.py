"""A clock in working time explained: its sum day by day, as one checks it with a paper calendar."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from cases.models import Case
from sla.actions import approve, extend, propose
from sla.daily import CountRow
from sla.explaining import Explained, explain
from sla.states import Counting, Goal
from sla.statutory import statutory_days
from tests.cast import NOON, Cast
from tests.sla.test_working_clocks import DAYS, asked, local, make_calendar
from tests.sla.trial import apply_now, clock_of, make_case, make_version, occur

SignIn = Callable[[User], Client]
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.req("SLA-2", "SLA-5")
WORKING = {"counts": Counting.WORKING}
WEEK = {str(day): DAYS for day in range(5)}


def explained(case: Case, at: datetime) -> Explained:
    with translation.override("en"):
        (found,) = explain(case, [Case.objects.select_related("project").get(pk=case.pk)], at)
    return found


def rows(days: list[CountRow]) -> list[tuple[str, str, str, str]]:
    return [(row.days, row.what, row.time, row.total) for row in days]


def test_over_national_day_every_day_says_why_it_counts_or_not(cast: Cast) -> None:
    make_calendar(None, days=statutory_days(2026, WEEK))
    make_version(**WORKING, goal_seconds=12 * 3600)
    clock = asked(cast, "2026-09-30 16:30")
    began, *_more = explained(clock.case, local("2026-09-30 17:00")).lines
    assert began.calendar == "working calendar of The whole company, version 9"
    assert began.sum == "2026-09-30 16:30:00 + 12 hours of working time = 2026-10-09 11:30:00"
    assert rows(began.days) == [
        ("Wednesday, Sept. 30, 2026", "16:30–18:00", "1 hour 30 minutes", "1 hour 30 minutes"),
        (
            "Thursday, Oct. 1, 2026 to Wednesday, Oct. 7, 2026",
            "Public holiday · National Day: does not count",
            "",
            "",
        ),
        ("Thursday, Oct. 8, 2026", "09:00–12:00, 13:00–18:00", "8 hours", "9 hours 30 minutes"),
        ("Friday, Oct. 9, 2026", "09:00–11:30", "2 hours 30 minutes", "12 hours"),
    ]


def test_a_make_up_saturday_counts_and_a_weekend_does_not(cast: Cast) -> None:
    make_calendar(None, days=statutory_days(2026, WEEK))
    make_version(**WORKING, goal_seconds=17 * 3600)
    began, *_more = explained(asked(cast, "2026-10-09 18:30").case, NOON).lines
    assert rows(began.days) == [
        ("Friday, Oct. 9, 2026", "outside the working hours: does not count", "", ""),
        (
            "Saturday, Oct. 10, 2026",
            "Make-up workday · National Day 09:00–12:00, 13:00–18:00",
            "8 hours",
            "8 hours",
        ),
        ("Sunday, Oct. 11, 2026", "weekend: does not count", "", ""),
        ("Monday, Oct. 12, 2026", "09:00–12:00, 13:00–18:00", "8 hours", "16 hours"),
        ("Tuesday, Oct. 13, 2026", "09:00–10:00", "1 hour", "17 hours"),
    ]


def test_whole_days_of_a_week_stand_in_one_row(cast: Cast) -> None:
    make_calendar(None)
    make_version(**WORKING, goal_seconds=48 * 3600)
    began, *_more = explained(asked(cast, "2026-11-22 12:00").case, NOON).lines
    assert rows(began.days) == [
        ("Sunday, Nov. 22, 2026", "weekend: does not count", "", ""),
        (
            "Monday, Nov. 23, 2026 to Friday, Nov. 27, 2026",
            "09:00–12:00, 13:00–18:00",
            "5 × 8 hours = 40 hours",
            "40 hours",
        ),
        ("Saturday, Nov. 28, 2026 to Sunday, Nov. 29, 2026", "weekend: does not count", "", ""),
        ("Monday, Nov. 30, 2026", "09:00–12:00, 13:00–18:00", "8 hours", "48 hours"),
    ]


def test_working_days_are_numbered_and_the_first_is_the_next_one(cast: Cast) -> None:
    make_calendar(None, days={"2026-11-24": {"hours": [], "name": "盘点", "kind": "closed"}})
    make_version(goal=Goal.WORKING_DAYS, goal_days=3)
    began, *_more = explained(asked(cast, "2026-11-20 12:00").case, NOON).lines
    assert began.sum == "2026-11-20 12:00:00 + 3 working days = 2026-11-26 18:00:00"
    assert rows(began.days) == [
        ("Friday, Nov. 20, 2026", "the day on which it begins does not count", "", ""),
        ("Saturday, Nov. 21, 2026 to Sunday, Nov. 22, 2026", "weekend", "", ""),
        ("Monday, Nov. 23, 2026", "as usual", "1 working day", "1 working day"),
        ("Tuesday, Nov. 24, 2026", "Closed · 盘点", "", ""),
        ("Wednesday, Nov. 25, 2026 to Thursday, Nov. 26, 2026", "as usual", "2 working days", "3 working days"),
    ]


def test_rests_and_extensions_are_counted_on_from_their_moment(cast: Cast) -> None:
    make_calendar(None)
    make_version(**WORKING, goal_seconds=8 * 3600)
    clock = asked(cast, "2026-11-23 14:00")
    occur(clock.case, "trial.held", local("2026-11-23 16:00"), by=cast.technician)
    rests = explained(clock.case, local("2026-11-23 20:00")).left
    assert rests == "It rests. Once it goes on, 6 hours of working time are left."
    occur(clock.case, "trial.resumed", local("2026-11-24 17:00"))
    extend(clock=clock_of(clock.case), by_hours=4, reason="等配件", by=cast.supervisor, at=local("2026-11-25 09:30"))
    found = explained(clock.case, local("2026-11-25 10:00"))
    _began, _held, went_on, extended = found.lines
    assert (went_on.words, went_on.sum) == (
        "Goes on: what was left then is left now.",
        "2026-11-24 17:00:00 + 6 hours of working time = 2026-11-25 15:00:00",
    )
    assert [row.time for row in went_on.days] == ["1 hour", "5 hours"]
    assert (extended.words, extended.sum) == (
        "Was given 4 hours of working time more.",
        "2026-11-25 15:00:00 + 4 hours of working time = 2026-11-26 10:00:00",
    )
    assert found.left == "8 hours of working time are left, until 2026-11-26 10:00:00."


def test_moved_to_working_time_each_sum_is_on_what_it_was_counted_on(cast: Cast) -> None:
    make_calendar(None)
    old = make_version(goal_seconds=8 * 3600)
    clock = asked(cast, "2026-11-23 14:00")
    new = propose(policy=old.policy, changes=WORKING, reason="x", by=cast.admin, at=NOON)
    approve(version=new, by=cast.gm, at=NOON)
    apply_now(version=new, reason="统一口径", by=cast.admin, at=local("2026-11-23 15:00"))
    began, moved = explained(clock.case, local("2026-11-23 16:00")).lines
    assert (began.sum, began.days) == ("2026-11-23 14:00:00 + 8 hours = 2026-11-23 22:00:00", [])
    assert moved.sum == "2026-11-23 14:00:00 + 8 hours of working time = 2026-11-24 14:00:00"
    assert [row.total for row in moved.days] == ["4 hours", "8 hours"]


def test_a_very_long_sum_is_shortened_in_the_middle(cast: Cast) -> None:
    make_calendar(None, hours=[["09:00", "10:00"]])
    make_version(**WORKING, goal_seconds=300 * 3600)
    began, *_more = explained(asked(cast, "2026-11-23 08:00").case, NOON).lines
    assert len(began.days) == 37
    assert [row.what for row in began.days].count("and so on") == 1
    assert began.days[-1].total == "300 hours"


@pytest.mark.parametrize("clocks", [1, 6])
def test_calendars_are_read_once_for_the_page(
    cast: Cast, signed_in: SignIn, clocks: int, django_assert_max_num_queries: Any
) -> None:
    make_calendar(None)
    for number in range(clocks):
        make_version(f"trial.{number}", **WORKING)
    case = make_case(cast.project, handler=cast.technician)
    occur(case, "trial.asked", NOON)
    client = signed_in(cast.supervisor)
    client.get(reverse("case_clocks", args=[case.number]))
    with django_assert_max_num_queries(13):
        page = client.get(reverse("case_clocks", args=[case.number]))
    assert len(page.context["clocks"]) == clocks


def test_in_chinese(cast: Cast, signed_in: SignIn) -> None:
    make_calendar(None, days=statutory_days(2026, WEEK))
    make_version(**WORKING, goal_seconds=12 * 3600)
    clock = asked(cast, "2026-09-30 16:30")
    with time_machine.travel(local("2026-09-30 17:00"), tick=False):
        text = signed_in(cast.gm).get(reverse("case_clocks", args=[clock.case.number])).content.decode()
    for words in (
        "2026年10月1日 星期四至2026年10月7日 星期三",
        "法定节假日 · 国庆节：不计",
        "1 小时 30 分钟",
        "全公司工作日历第 9 版",
    ):
        assert words in text
