"""Callbacks over the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from cases.models import Event
from tests.cast import NOON, Cast
from tests.tickets.flow import HOUR, completed, opened, owed

Api = Callable[[User], APIClient]
URL = "/api/v1/callbacks/"
pytestmark = pytest.mark.req("CBK-2")


@pytest.fixture(autouse=True)
def _an_hour_after_the_work() -> Any:
    with time_machine.travel(NOON + 3 * HOUR, tick=False) as clock:
        yield clock


def test_not_reached_says_when_to_try_again(cast: Cast, api: Api) -> None:
    callback = owed(completed(cast, opened(cast)))
    path = f"{URL}{callback.case.number}/record/"
    said = api(cast.frontdesk).post(path, {"result": "unreachable", "text": "关机"}, format="json")
    assert (said.status_code, said.data["state"], said.data["attempts"]) == (200, "retry", 1)
    assert said.data["next_attempt_at"] == "2026-11-23T17:00:00+08:00"
    (clock,) = said.data["clocks"]
    assert (clock["key"], clock["state"], clock["label"]) == ("callback.other", "running", "维修回访")


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "result"), ({"result": "fine"}, "result"), ({"result": "satisfied", "score": 6}, "score"),
     ({"result": "satisfied", "how": "pigeon"}, "how"), ({"result": "dissatisfied"}, "text")],
)  # fmt: skip
def test_what_does_not_fit_is_named(cast: Cast, api: Api, body: dict[str, Any], field: str) -> None:
    callback = owed(completed(cast, opened(cast)))
    refused = api(cast.frontdesk).post(f"{URL}{callback.case.number}/record/", body, format="json")
    assert (refused.status_code, list(refused.data["fields"])) == (400, [field])


def test_the_same_key_counts_one_attempt(cast: Cast, api: Api) -> None:
    callback = owed(completed(cast, opened(cast)))
    desk, path = api(cast.frontdesk), f"{URL}{callback.case.number}/record/"
    body = {"result": "unreachable", "happened_at": "2026-11-23T14:50:00+08:00"}
    for _ in range(2):
        answer = desk.post(path, body, format="json", headers={"Idempotency-Key": "a"})
    assert answer.data["attempts"] == 1
    event = Event.objects.get(kind="callback.attempted")
    assert event.claimed_at == NOON + 3 * HOUR - timedelta(minutes=10)


def test_an_old_version_is_refused(cast: Cast, api: Api) -> None:
    callback = owed(completed(cast, opened(cast)))
    desk, path = api(cast.frontdesk), f"{URL}{callback.case.number}/record/"
    seen = desk.get(f"{URL}{callback.case.number}/").data["version"]
    desk.post(path, {"result": "unreachable"}, format="json")
    stale = desk.post(path, {"result": "satisfied"}, format="json", headers={"If-Match": str(seen)})
    assert (stale.status_code, stale.data["yours"], stale.data["now"]) == (409, seen, seen + 1)


@pytest.mark.parametrize("who", ["frontdesk2", "technician", "guard", "resident"])
def test_others_see_none(cast: Cast, api: Api, who: str) -> None:
    callback = owed(completed(cast, opened(cast)))
    client = api(getattr(cast, who))
    assert client.get(URL).data["results"] == []
    theirs = client.post(f"{URL}{callback.case.number}/record/", {"result": "satisfied"}, format="json")
    nothing = client.post(f"{URL}HF-20261123-9999/record/", {"result": "satisfied"}, format="json")
    assert (theirs.status_code, theirs.content) == (404, nothing.content)


def test_a_ticket_is_no_callback_and_a_callback_is_made_by_nobody(cast: Cast, api: Api) -> None:
    ticket = completed(cast, opened(cast))
    desk = api(cast.supervisor)
    assert desk.get(f"{URL}{ticket.case.number}/").status_code == 404
    assert desk.get(f"/api/v1/tickets/{owed(ticket).case.number}/").status_code == 404
    assert desk.post(URL, {"case": ticket.case.number}, format="json").status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_is_six_statements_however_long(
    cast: Cast, api: Api, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        completed(cast, opened(cast))
    desk = api(cast.frontdesk)
    with django_assert_num_queries(6):
        answer = desk.get(URL, {"state": "owed"})
    assert len(answer.data["results"]) == count
    assert {row["case"] for row in answer.data["results"]} != {None}
