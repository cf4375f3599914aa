"""Deadlines over the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from sla.actions import sweep_clocks
from sla.models import Clock
from tests.cast import NOON, Cast
from tests.sla.trial import clock_of, make_case, make_version, occur

Api = Callable[[User], APIClient]
CLOCKS = "/api/v1/clocks/"
HOUR = timedelta(hours=1)


@pytest.fixture
def clock(cast: Cast) -> Clock:
    make_version()
    case = make_case(cast.project, department=cast.departments["maintenance"])
    occur(case, "trial.asked", NOON)
    return clock_of(case)


def keys(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["key"] for row in answer.json()["results"]]


@pytest.mark.req("SLA-2")
def test_a_clock_says_when_it_is_due_and_whether_it_was_met(cast: Cast, api: Api, clock: Clock) -> None:
    client = api(cast.frontdesk)
    shown = client.get(f"{CLOCKS}{clock.pk}/").json()
    assert (shown["case"], shown["state"], shown["label"]) == (clock.case.number, "running", "试行 trial.answer")
    assert (shown["met_at"], shown["breached_at"]) == (None, None)
    sweep_clocks(at=NOON + 2 * HOUR)
    occur(clock.case, "trial.answered", NOON + 3 * HOUR)
    shown = client.get(f"{CLOCKS}{clock.pk}/").json()
    assert shown["state"] == "missed"
    clock.refresh_from_db()
    assert shown["breached_at"] == timezone.localtime(clock.breached_at, cast.project.tz).isoformat()
    assert shown["met_at"] is not None


def test_filters_by_case_key_state_and_due_time(cast: Cast, api: Api, clock: Clock) -> None:
    make_version("trial.after", starts=["trial.followed"])
    child = make_case(cast.project, parent=clock.case)
    occur(child, "trial.followed", NOON + HOUR)
    client = api(cast.frontdesk)
    assert keys(client.get(CLOCKS, {"case": clock.case.number})) == ["trial.answer"]
    assert keys(client.get(CLOCKS, {"case": child.number})) == ["trial.after"]
    assert keys(client.get(CLOCKS, {"key": "trial.answer"})) == ["trial.answer"]
    assert keys(client.get(CLOCKS, {"state": "met"})) == []
    assert keys(client.get(CLOCKS, {"due_before": (NOON + HOUR).isoformat()})) == []
    assert keys(client.get(CLOCKS, {"due_before": (NOON + HOUR + timedelta(seconds=1)).isoformat()})) == [
        "trial.answer"
    ]
    assert client.get(CLOCKS, {"state": "late"}).status_code == 400
    assert client.get(CLOCKS, {"due_before": "soon"}).status_code == 400


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_of_clocks_costs_three_statements(
    cast: Cast, api: Api, django_assert_num_queries: Any, rows: int
) -> None:
    make_version()
    for _ in range(rows):
        occur(make_case(cast.project), "trial.asked", NOON)
    client = api(cast.frontdesk)
    with django_assert_num_queries(3):  # token, memberships, clocks
        assert len(keys(client.get(CLOCKS))) == rows


@pytest.mark.req("SLA-4")
@pytest.mark.parametrize("role", ["supervisor", "gm"])
def test_a_leader_gives_more_time_with_a_reason(cast: Cast, api: Api, clock: Clock, role: str) -> None:
    before = clock.due_at
    Clock.objects.filter(pk=clock.pk).update(due_at=timezone.now() + HOUR, next_at=timezone.now() + HOUR)
    clock.refresh_from_db()
    before = clock.due_at
    body = {"by_hours": 2.5, "reason": "等配件"}
    answer = api(cast.users[role]).post(f"{CLOCKS}{clock.pk}/extend/", body, format="json")
    assert answer.status_code == 200, answer.content
    clock.refresh_from_db()
    assert clock.due_at == before + 2.5 * HOUR
    assert clock.events.get(kind="extended").by == cast.users[role]


@pytest.mark.parametrize(
    "body", [{}, {"by_hours": 1}, {"by_hours": 0, "reason": "x"}, {"by_hours": "a", "reason": "x"}]
)
def test_an_extension_that_makes_no_sense_is_a_400(cast: Cast, api: Api, clock: Clock, body: dict[str, Any]) -> None:
    answer = api(cast.supervisor).post(f"{CLOCKS}{clock.pk}/extend/", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["fields"]


def test_the_desk_may_not_extend_and_strangers_find_no_clock(cast: Cast, api: Api, clock: Clock) -> None:
    path, body = f"{CLOCKS}{clock.pk}/extend/", {"by_hours": 1, "reason": "x"}
    assert api(cast.frontdesk).post(path, body, format="json").status_code == 403
    for user in (cast.frontdesk2, cast.technician, cast.resident, cast.guard):
        assert api(user).post(path, body, format="json").status_code == 404
        assert keys(api(user).get(CLOCKS)) == []


def test_a_stale_page_extends_nothing_and_the_same_key_extends_once(cast: Cast, api: Api, clock: Clock) -> None:
    path, body = f"{CLOCKS}{clock.pk}/extend/", {"by_hours": 1, "reason": "x"}
    client = api(cast.supervisor)
    clock.case.refresh_from_db()
    version = clock.case.version
    stale = client.post(path, body, format="json", headers={"If-Match": str(version - 1)})
    assert (stale.status_code, stale.json()["now"]) == (409, version)
    for _ in range(2):
        done = client.post(path, body, format="json", headers={"If-Match": str(version), "Idempotency-Key": "once"})
        assert done.status_code == 200, done.content
    assert clock.events.filter(kind="extended").count() == 1
