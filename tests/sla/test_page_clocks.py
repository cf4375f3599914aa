"""The page that explains each clock of a case step by step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from accounts.models import User
from cases.models import Case
from notifications.actions import plan
from sla.actions import approve, extend, propose, sweep_clocks
from sla.explaining import Explained, explain
from sla.wording import span_words
from tests.cast import NOON, Cast
from tests.sla.trial import apply_now, clock_of, make_case, make_version, occur

SignIn = Callable[[User], Client]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.req("SLA-2")


def explained(case: Case, at: Any) -> Explained:
    with translation.override("en"):
        (found,) = explain(case, [Case.objects.select_related("project").get(pk=case.pk)], at)
    return found


def sums(found: Explained) -> list[str]:
    return [line.sum for line in found.lines if line.sum]


def test_the_due_time_can_be_followed_from_its_start(cast: Cast) -> None:
    old = make_version(goal_seconds=2 * 86400, steps=[{"to": ["gm"]}])
    case = make_case(cast.project)
    asked = occur(case, "trial.asked", NOON, by=cast.frontdesk)
    occur(case, "trial.held", NOON + HOUR, by=cast.technician)
    occur(case, "trial.resumed", NOON + 4 * HOUR)
    extend(clock=clock_of(case), by_hours=2.5, reason="等配件", by=cast.supervisor, at=NOON + 5 * HOUR)
    new = propose(policy=old.policy, changes={"goal_seconds": 86400}, reason="x", by=cast.admin, at=NOON)
    approve(version=new, by=cast.gm, at=NOON)
    apply_now(version=new, reason="统一口径", by=cast.admin, at=NOON + 6 * HOUR)
    found = explained(case, NOON + 7 * HOUR)
    assert sums(found) == [
        "2026-11-23 12:00:00 + 2 days = 2026-11-25 12:00:00",
        "2026-11-25 12:00:00 + 3 hours = 2026-11-25 15:00:00",
        "2026-11-25 15:00:00 + 2 hours 30 minutes = 2026-11-25 17:30:00",
        "2026-11-23 12:00:00 + 1 day = 2026-11-24 12:00:00; "
        "2026-11-24 12:00:00 + 5 hours 30 minutes (rests and extensions) = 2026-11-24 17:30:00",
    ]
    began, rested, went_on, extended, moved = found.lines
    assert began.words == "Began, under version 1 of the rule."
    assert began.cause_url == reverse("case", args=[case.number]) + f"#event-{asked.pk}"
    assert (rested.by, went_on.words) == ("Technician", "Goes on after 3 hours of rest.")
    assert (extended.by, extended.reason) == ("Supervisor", "等配件")
    assert (moved.by, moved.reason) == ("Admin", "统一口径")
    assert found.left == "22 hours 30 minutes are left, until 2026-11-24 17:30:00."


def test_who_was_told_and_whether_it_arrived(cast: Cast) -> None:
    make_version(steps=[{"to": ["gm"], "percent": 50}, {"to": ["supervisor"]}])
    case = make_case(cast.project)
    occur(case, "trial.asked", NOON)
    sweep_clocks(at=NOON + 31 * MINUTE)
    sweep_clocks(at=NOON + 90 * MINUTE)
    plan(at=NOON + 90 * MINUTE)
    occur(case, "trial.answered", NOON + 2 * HOUR)
    found = explained(case, NOON + 3 * HOUR)
    _began, warned, breached, told, stopped = found.lines
    assert warned.words.startswith("Told (when 50 % of the time is over: general manager).")
    assert warned.told == ["Gm (in the inbox: Delivered, log of the server: Waiting)"]
    assert breached.words == "Overdue since 2026-11-23 13:00:00. Found at 2026-11-23 13:30:00, 30 minutes later."
    assert told.told == ["Supervisor (in the inbox: Delivered, log of the server: Waiting)"]
    assert stopped.words == "Kept, but 1 hour too late."
    assert found.left == ""


def test_what_was_passed_over_and_what_rests(cast: Cast) -> None:
    make_version()
    late, resting = make_case(cast.project), make_case(cast.project)
    for case in (late, resting):
        occur(case, "trial.asked", NOON)
    occur(resting, "trial.held", NOON + 20 * MINUTE)
    sweep_clocks(at=NOON + 9 * HOUR)
    words = [line.words for line in explained(late, NOON + 9 * HOUR).lines]
    assert any(one.startswith("Passed over (when 80 % of the time is over: handler)") for one in words)
    assert explained(late, NOON + 9 * HOUR).left == "Overdue by 8 hours and still owed."
    assert explained(resting, NOON + 9 * HOUR).left == "It rests. Once it goes on, 40 minutes are left."


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"goal": "end_of_day"}, "2026-11-23 12:00:00 → the end of that day: 2026-11-24 00:00:00"),
        ({"goal": "months", "goal_months": 3}, "2026-11-23 12:00:00 + 3 months = 2027-02-23 12:00:00"),
        ({"goal_urgent_seconds": 600}, "2026-11-23 12:00:00 + 10 minutes (urgent) = 2026-11-23 12:10:00"),
        ({"goal": "field", "goal_field": "event.until"}, "The time that was promised: 2026-11-23 17:00:00"),
        ({"goal_field": "event.until"}, "The time that was promised: 2026-11-23 17:00:00"),
        ({"goal_by_category": {"leak": 7200}}, "2026-11-23 12:00:00 + 2 hours (leak) = 2026-11-23 14:00:00"),
    ],
)
def test_every_kind_of_goal_is_a_sum(cast: Cast, rule: dict[str, Any], expected: str) -> None:
    make_version(**rule)
    urgency = "urgent" if "goal_urgent_seconds" in rule else "normal"
    case = make_case(cast.project, urgency=urgency, category="leak")
    occur(case, "trial.asked", NOON, data={"until": (NOON + 5 * HOUR).isoformat()})
    assert sums(explained(case, NOON)) == [expected]


def test_lengths_are_said_to_the_second() -> None:
    with translation.override("en"):
        assert span_words(timedelta(days=1, hours=2, seconds=5)) == "1 day 2 hours 5 seconds"
        assert span_words(timedelta(microseconds=5)) == "less than a second"


@pytest.mark.parametrize("clocks", [1, 6])
def test_it_asks_the_database_twelve_times_at_most(
    cast: Cast, signed_in: SignIn, clocks: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(clocks):
        make_version(f"trial.{number}")
    case = make_case(cast.project, handler=cast.technician)
    occur(case, "trial.asked", NOON)
    occur(case, "trial.held", NOON + MINUTE)
    occur(case, "trial.resumed", NOON + 2 * MINUTE)
    sweep_clocks(at=NOON + 9 * HOUR)
    client = signed_in(cast.supervisor)
    client.get(reverse("case_clocks", args=[case.number]))
    with django_assert_max_num_queries(12):
        page = client.get(reverse("case_clocks", args=[case.number]))
    assert len(page.context["clocks"]) == clocks


@pytest.mark.parametrize("role", ["frontdesk2", "resident", "technician", "guard"])
def test_who_does_not_see_the_case_finds_nothing(cast: Cast, signed_in: SignIn, role: str) -> None:
    case = make_case(cast.project, household=cast.households["3-2-1501"])
    assert signed_in(cast.users[role]).get(reverse("case_clocks", args=[case.number])).status_code == 404


def test_in_chinese_first(cast: Cast, signed_in: SignIn) -> None:
    make_version()
    case = make_case(cast.project)
    occur(case, "trial.asked", NOON)
    with time_machine.travel(NOON + 10 * MINUTE, tick=False):
        text = signed_in(cast.gm).get(reverse("case_clocks", args=[case.number])).content.decode()
    text = " ".join(strip_tags(text).split())
    assert "2026-11-23 12:00:00 + 1 小时 = 2026-11-23 13:00:00" in text
    assert "还剩 50 分钟" in text
