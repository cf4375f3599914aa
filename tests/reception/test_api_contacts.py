"""Contacts over the API."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from reception.models import Contact
from reception.states import Outcome, State
from tests.cast import NOON, Cast
from tests.reception.desk import PHONE, ROOM, call, clock_at, findable, queries_for

Api = Callable[[User], APIClient]
ADDRESS = "/api/v1/contacts/"
BODY = {
    "project": "demo", "channel": "phone", "purpose": "enquiry", "contact_name": "张小明", "contact_phone": PHONE,
    "unit": ROOM, "text": "物业费怎么交？",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    findable(cast)
    with clock_at(NOON):
        yield


def made(client: APIClient, **body: Any) -> dict[str, Any]:
    """A contact as it comes back."""
    answer = client.post(ADDRESS, BODY | body, format="json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def do(client: APIClient, number: str, verb: str, **body: Any) -> Any:
    return client.post(f"{ADDRESS}{number}/{verb}/", body, format="json")


@pytest.mark.req("DSK-1")
def test_a_call_reads_as_any_case_with_what_the_log_keeps(cast: Cast, api: Api) -> None:
    contact = made(api(cast.frontdesk))
    expected = {
        "number": "JD-20261123-0001", "kind": "contact", "state": "serving", "phase": "open", "project": "demo",
        "unit": ROOM, "title": "物业费怎么交？", "contact_name": "张小明", "contact_phone": "138****1234",
        "handler": "frontdesk", "purpose": "enquiry", "text": "物业费怎么交？", "is_resident": True, "outcome": "",
    }  # fmt: skip
    assert {name: contact[name] for name in expected} == expected
    assert [event["kind"] for event in contact["events"]] == ["contact.served"]


@pytest.mark.req("DSK-3", "DSK-4")
def test_a_walk_in_waits_is_served_is_promised_a_reply_and_gets_it(cast: Cast, api: Api) -> None:
    client = api(cast.frontdesk)
    number = made(client, channel="walk_in")["number"]
    waiting = client.get(f"{ADDRESS}{number}/").json()
    assert waiting["state"] == State.QUEUED
    assert [(c["key"], c["state"]) for c in waiting["clocks"]] == [("contact.wait", "running")]
    assert do(client, number, "serve").json()["state"] == State.SERVING
    until = (NOON + timedelta(hours=2)).isoformat()
    promised = do(client, number, "promise", to="technician", at=until, question="年检日期").json()
    assert (promised["state"], promised["promised_to"], promised["handler"]) == ("promised", "technician", "technician")
    assert ("contact.promise", "running") in [(c["key"], c["state"]) for c in promised["clocks"]]
    assert do(client, number, "close").status_code == 409, "the reply is owed"
    replied = do(api(cast.technician), number, "reply", text="12月5日").json()
    assert (replied["state"], replied["outcome"], replied["done"]) == ("closed", Outcome.PROMISED, "12月5日")
    assert ("contact.promise", "met") in [(c["key"], c["state"]) for c in replied["clocks"]]
    assert do(client, number, "close").json()["state"] == "closed", "closing what has ended changes nothing"


@pytest.mark.req("DSK-4")
def test_hold_pick_up_pass_on_hand_over_answer(cast: Cast, api: Api) -> None:
    client = api(cast.frontdesk)
    number = made(client)["number"]
    assert do(client, number, "hold").json()["state"] == State.ON_HOLD
    assert do(client, number, "pick-up").json()["state"] == State.SERVING
    assert do(client, number, "pass-on", to="supervisor", text="客户要求").json()["handler"] == "supervisor"
    handed = do(client, number, "hand-over", to="gm", text="请总经理接待").json()
    assert (handed["outcome"], handed["handed_to"], handed["done"]) == ("handed", "gm", "请总经理接待")
    other = made(client)["number"]
    assert do(client, other, "answer", text="已告知").json()["done"] == "已告知"
    third = made(client, channel="walk_in")["number"]
    assert do(client, third, "close").json()["outcome"] == "left"


def test_the_same_key_logs_once_and_another_body_is_refused(cast: Cast, api: Api) -> None:
    client = api(cast.frontdesk)
    first = client.post(ADDRESS, BODY, format="json", HTTP_IDEMPOTENCY_KEY="k")
    again = client.post(ADDRESS, BODY, format="json", HTTP_IDEMPOTENCY_KEY="k")
    assert first.json()["number"] == again.json()["number"]
    other = client.post(ADDRESS, BODY | {"text": "别的"}, format="json", HTTP_IDEMPOTENCY_KEY="k")
    assert other.status_code == 422
    assert Contact.objects.count() == 1


def test_a_stale_version_is_a_conflict(cast: Cast, api: Api) -> None:
    client = api(cast.frontdesk)
    contact = made(client)
    version = str(contact["version"])
    assert client.post(f"{ADDRESS}{contact['number']}/hold/", HTTP_IF_MATCH=version).status_code == 200
    assert client.post(f"{ADDRESS}{contact['number']}/answer/", HTTP_IF_MATCH=version).status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"unit": "9-9-9"}, "unit"),
        ({"channel": "telepathy"}, "channel"),
        ({"purpose": "fun"}, "purpose"),
        ({"parent": "BX-1"}, "parent"),
        ({"text": "x" * 5001}, "text"),
    ],
)
def test_what_does_not_fit_names_its_field(cast: Cast, api: Api, body: dict[str, Any], field: str) -> None:
    answer = api(cast.frontdesk).post(ADDRESS, BODY | body, format="json")
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"to": "nobody", "at": "2026-11-24T10:00:00+08:00"}, 400),
        ({"to": "technician", "at": "not a time"}, 400),
        ({"to": "technician"}, 400),
        ({"to": "technician", "at": "2020-01-01T00:00:00Z"}, 400),
        ({"to": "frontdesk2", "at": "2026-11-24T10:00:00+08:00"}, 400),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused(cast: Cast, api: Api, body: dict[str, Any], status: int) -> None:
    client = api(cast.frontdesk)
    assert do(client, made(client)["number"], "promise", **body).status_code == status


@pytest.mark.req("SEC-1")
def test_who_may_not_gets_no_further(cast: Cast, api: Api) -> None:
    number = call(cast).case.number
    for role in ("technician", "guard", "cashier", "frontdesk2", "resident"):
        client = api(getattr(cast, role))
        assert client.get(f"{ADDRESS}{number}/").status_code == 404
        assert do(client, number, "answer").status_code == 404
    assert api(cast.frontdesk2).post(ADDRESS, BODY, format="json").status_code == 404
    for role in ("technician", "guard", "cashier", "resident"):
        answer = api(getattr(cast, role)).post(ADDRESS, BODY | {"unit": ""}, format="json")
        assert answer.status_code == 403
    assert do(api(cast.quality), number, "answer").status_code == 403
    assert APIClient().get(ADDRESS).status_code == 401


def test_a_list_costs_the_same_for_one_and_for_three(cast: Cast, api: Api) -> None:
    client = api(cast.frontdesk)
    for n in range(3):
        call(cast, said=f"第{n}个")
        if n in (0, 2):
            assert queries_for(client, ADDRESS) == 5


@pytest.mark.req("SEC-1")
def test_whoever_does_not_work_here_is_answered_like_nobody(cast: Cast, api: Api) -> None:
    """A name of another project's staff, or of a resident, is not told to somebody who only guesses usernames."""
    client = api(cast.frontdesk)
    number = made(client)["number"]
    body = {"at": "2026-11-23T18:00:00+08:00", "question": "?"}
    answers = [do(client, number, "promise", to=to, **body) for to in ("frontdesk2", "resident", "nobody-at-all")]
    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.content for answer in answers}) == 1
