"""More time for a clock, given on the page that explains it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from core.errors import NotAllowed, NotNow
from sla.actions import extend
from sla.models import Clock
from tests.cast import NOON, Cast
from tests.sla.trial import clock_of, make_case, make_version, occur

SignIn = Callable[[User], Client]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.req("SLA-4")


def running(cast: Cast, **rule: Any) -> Clock:
    make_version(**rule)
    case = make_case(cast.project)
    occur(case, "trial.asked", NOON)
    return clock_of(case)


def address(clock: Clock) -> str:
    return reverse("clock_extend", args=[clock.case.number, clock.pk])


def shown(client: Client, clock: Clock) -> str:
    with time_machine.travel(NOON + 10 * MINUTE, tick=False):
        return client.get(reverse("case_clocks", args=[clock.case.number])).content.decode()


@pytest.mark.parametrize(
    ("unit", "amount", "longer"), [(3600, "2.5", 2.5 * HOUR), (86400, "2", timedelta(days=2))], ids=["hours", "days"]
)
def test_a_supervisor_gives_more_time_once_however_often_the_button_is_pressed(
    cast: Cast, signed_in: SignIn, unit: int, amount: str, longer: timedelta
) -> None:
    clock = running(cast)
    client = signed_in(cast.supervisor)
    assert address(clock) in shown(client, clock)
    sent = {"by_hours": amount, "unit": unit, "reason": "等配件", "idempotency_key": "once"}
    with time_machine.travel(NOON + 10 * MINUTE, tick=False):
        answers = [client.post(address(clock), sent) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    clock.refresh_from_db()
    assert clock.due_at == NOON + HOUR + longer
    (extended,) = clock.events.filter(kind="extended")
    assert (extended.by, extended.data["reason"]) == (cast.supervisor, "等配件")
    assert "等配件" in shown(client, clock)


@pytest.mark.parametrize(
    "wrong",
    [{"by_hours": ""}, {"by_hours": "-1"}, {"by_hours": "9999"}, {"by_hours": "a"}, {"reason": ""}, {"unit": "1"}],
)
def test_a_refusal_keeps_what_was_typed(cast: Cast, signed_in: SignIn, wrong: dict[str, str]) -> None:
    clock = running(cast)
    sent = {"by_hours": "7.25", "unit": "3600", "reason": "等一个特别的配件"} | wrong
    with time_machine.travel(NOON + 10 * MINUTE, tick=False):
        answer = signed_in(cast.supervisor).post(address(clock), sent)
    assert answer.status_code in (400, 422)
    page = answer.content.decode()
    assert "data-open-now" in page
    kept = sent["reason"] if "reason" not in wrong else 'value="7.25"'
    assert kept in page
    assert not clock.events.filter(kind="extended").exists()


def test_somebody_was_faster(cast: Cast, signed_in: SignIn) -> None:
    clock = running(cast)
    seen = clock.case.version
    extend(clock=clock, by_hours=1, reason="先延一次", by=cast.gm, at=NOON + 5 * MINUTE)
    sent = {"by_hours": "3", "unit": "3600", "reason": "等配件", "version": seen, "seen_at": NOON.isoformat()}
    with time_machine.travel(NOON + 10 * MINUTE, tick=False):
        answer = signed_in(cast.supervisor).post(address(clock), sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "等配件" in page
    assert "先延一次" in page
    assert clock.events.filter(kind="extended").count() == 1


@pytest.mark.parametrize("role", ["frontdesk", "cashier", "quality", "admin"])
def test_who_may_not_is_offered_nothing_and_refused(cast: Cast, signed_in: SignIn, role: str) -> None:
    clock = running(cast)
    client = signed_in(cast.users[role])
    if role != "cashier":
        assert address(clock) not in shown(client, clock)
    with time_machine.travel(NOON + 10 * MINUTE, tick=False):
        answer = client.post(address(clock), {"by_hours": 1, "unit": 3600, "reason": "x"})
    assert answer.status_code in (403, 404)
    assert not clock.events.filter(kind="extended").exists()


def test_of_what_the_manager_alone_is_warned_the_supervisor_is_offered_no_more(cast: Cast, signed_in: SignIn) -> None:
    clock = running(cast, steps=[{"to": ["gm"], "percent": 50}])
    assert address(clock) not in shown(signed_in(cast.supervisor), clock)
    assert address(clock) in shown(signed_in(cast.gm), clock)
    with translation.override("en"), pytest.raises(NotAllowed) as refusal:
        extend(clock=clock, by_hours=1, reason="x", by=cast.supervisor, at=NOON)
    assert "general manager's" in str(refusal.value.detail)


@pytest.mark.parametrize("event", ["trial.answered", "trial.held"])
def test_what_ended_or_rests_says_so_whoever_is_warned_of_it(cast: Cast, signed_in: SignIn, event: str) -> None:
    clock = running(cast, steps=[{"to": ["gm"], "percent": 50}])
    occur(clock.case, event, NOON + MINUTE)
    with pytest.raises(NotNow):
        extend(clock=clock, by_hours=1, reason="x", by=cast.supervisor, at=NOON + 2 * MINUTE)
    assert address(clock) not in shown(signed_in(cast.gm), clock)
    with time_machine.travel(NOON + 10 * MINUTE, tick=False):
        answer = signed_in(cast.gm).post(address(clock), {"by_hours": 1, "unit": 3600, "reason": "写了很久的理由"})
    assert answer.status_code == 409
    assert "写了很久的理由" in answer.content.decode()


def test_working_time_is_given_in_hours_of_it(cast: Cast, signed_in: SignIn) -> None:
    clock = running(cast, counts="working", goal_seconds=2 * 3600)
    page = shown(signed_in(cast.supervisor), clock)
    assert address(clock) in page
    assert 'name="unit"' not in page


def test_a_clock_of_another_case_is_not_there(cast: Cast, signed_in: SignIn) -> None:
    clock = running(cast)
    other = make_case(cast.project)
    path = reverse("clock_extend", args=[other.number, clock.pk])
    assert signed_in(cast.supervisor).post(path, {"by_hours": 1, "unit": 3600, "reason": "x"}).status_code == 404
