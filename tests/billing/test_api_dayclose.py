"""Closed days as programs see them: what is open, one count that closes a day, and a day opened again."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from billing.models import DayClose
from records.models import AuditEntry
from tests.billing.money import assert_books_agree, charged, paid
from tests.billing.test_dayclose import DAY, counted
from tests.cast import NOON, Cast

Api = Callable[[User], APIClient]
pytestmark = [pytest.mark.req("BIL-8"), pytest.mark.django_db]
CLOSES, TODAY = "/api/v1/day-closes/", NOON.date()


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON + timedelta(hours=1), tick=False) as hands:
        yield hands


def body(**more: Any) -> dict[str, Any]:
    counts = {"cash": {"counted": "100.00"}}
    return {"project": "demo", "day": TODAY.isoformat(), "counts": counts, "handed_to": "财务王姐", **more}


def send(client: APIClient, given: dict[str, Any], key: str = "", path: str = CLOSES) -> Any:
    return client.post(path, given, format="json", headers={"Idempotency-Key": key} if key else {})


def test_a_day_is_closed_once_and_reads_as_it_was_counted(cast: Cast, api: Api) -> None:
    receipt = paid(cast, charged(cast, 100))
    client = api(cast.cashier)
    given = body(
        counts={"cash": {"counted": "90.00", "pieces": {"50": 1, "20": 2, "10": 0}}},
        remarks=[{"receipt": receipt.number, "words": "少收十元"}],
        seen={"cash": "100.00"},
        note="晚班",
    )
    first, second = (send(client, given, "k") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201), first.json()
    told = first.json()
    assert second.json() == told
    assert (told["project"], told["day"], told["cashier"], told["closed_by"]) == ("demo", "2026-11-23", "cashier", None)
    assert told["lines"] == [
        {
            "method": "cash",
            "recorded": "100.00",
            "counted": "90.00",
            "difference": "-10.00",
            "explanation": "",
            "pieces": {"50": 1, "20": 2},
        }
    ]
    assert told["remarks"] == [{"receipt": receipt.number, "words": "少收十元"}]
    assert (told["handed_to"], told["note"]) == ("财务王姐", "晚班")
    assert (told["reopened_at"], told["reopened_by"], told["reopened_reason"]) == (None, None, "")
    assert client.get(f"{CLOSES}{told['id']}/").json() == told
    assert client.get(CLOSES, {"standing": "true", "day": "2026-11-23", "cashier": "cashier"}).json()["results"] == [
        told
    ]
    assert send(client, body(note="另一份"), "k").status_code == 422
    again = send(client, given)
    assert (again.status_code, again.json()["code"]) == (409, "day_closed")
    assert DayClose.objects.get().pk == told["id"]
    assert_books_agree(cast)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"counts": {}}, "counted_cash"),
        ({"counts": {"cash": {}}}, "counts"),
        ({"counts": {"shells": {"counted": "1.00"}}}, "counts"),
        ({"counts": {"cash": {"counted": "NaN"}}}, "counts"),
        ({"counts": {"cash": {"counted": "1.001"}}}, "counts"),
        ({"counts": {"cash": {"counted": "100.00", "pieces": {"50": 1}}}}, "counts"),
        ({"counts": {"cash": {"pieces": {"3": 1}}}}, "counts"),
        ({"counts": {"cash": {"counted": "100.00"}, "wechat": {"counted": "1.00", "pieces": {"1": 1}}}}, "counts"),
        ({"counts": {"cash": {"counted": "90.00"}}}, "explanation_cash"),
        ({"remarks": [{"receipt": "SJ-1", "words": "?"}]}, "remarks"),
        ({"day": "2026-11-31"}, "day"),
        ({"handed_to": " "}, "handed_to"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(
    cast: Cast, api: Api, wrong: dict[str, Any], field: str
) -> None:
    paid(cast, charged(cast, 100))
    answer = send(api(cast.cashier), body(**wrong))
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {field})
    assert not DayClose.objects.exists()


def test_what_moved_since_the_count_and_an_empty_day_are_not_closed(cast: Cast, api: Api) -> None:
    client = api(cast.cashier)
    assert send(client, body()).status_code == 409
    paid(cast, charged(cast, 100))
    moved = send(client, body(seen={"cash": "60.00"}))
    assert (moved.status_code, moved.json()["code"]) == (409, "moved")
    assert send(client, body(day=(TODAY + DAY).isoformat())).status_code == 409
    assert not DayClose.objects.exists()


def test_a_leader_closes_it_for_who_left_with_the_reason_and_opens_it_again(cast: Cast, api: Api) -> None:
    paid(cast, charged(cast, 100))
    leader = api(cast.supervisor)
    other = body(cashier="cashier")
    assert set(send(leader, other).json()["fields"]) == {"reason"}
    assert set(send(leader, body(cashier="technician", reason="离岗")).json()["fields"]) == {"cashier"}
    made = send(leader, {**other, "reason": "离岗"})
    assert made.status_code == 201, made.json()
    told = made.json()
    assert (told["cashier"], told["closed_by"], told["reason"]) == ("cashier", "supervisor", "离岗")
    page = f"{CLOSES}{told['id']}/reopen/"
    assert send(leader, {}, path=page).status_code == 400
    first, second = (send(leader, {"reason": "数错"}, "k", page) for _ in range(2))
    assert (first.status_code, second.json()) == (200, first.json())
    assert (first.json()["reopened_by"], first.json()["reopened_reason"]) == ("supervisor", "数错")
    assert send(leader, {"reason": "数错"}, path=page).status_code == 409
    assert AuditEntry.objects.filter(action="day.reopened").count() == 1
    assert leader.get(CLOSES, {"standing": "true"}).json()["results"] == []


@pytest.mark.req("SEC-1")
def test_who_takes_no_money_closes_nothing_and_strangers_see_nothing(cast: Cast, api: Api) -> None:
    paid(cast, charged(cast, 100))
    # The general manager leads: others' days are theirs to close, and none is their own.
    for who in ("frontdesk", "technician", "quality", "resident", "gm"):
        assert send(api(cast.users[who]), body()).status_code == 403, who
    for named in ("supervisor", "nobody"):
        other = send(api(cast.cashier), body(cashier=named, reason="离岗"))
        assert (other.status_code, other.json()["code"]) == (403, "not_allowed"), "known or not, it is answered alike"
    close = counted(cast)
    for who in ("frontdesk", "resident"):
        client = api(cast.users[who])
        assert client.get(f"{CLOSES}{close.pk}/").status_code == 404
        assert client.get(CLOSES).json()["results"] == client.get(f"{CLOSES}open/").json()["results"] == []
    assert send(api(cast.cashier), {"reason": "数错"}, path=f"{CLOSES}{close.pk}/reopen/").status_code == 403


def test_days_that_are_open_say_what_is_recorded(cast: Cast, api: Api) -> None:
    paid(cast, charged(cast, 30), at=NOON - DAY)
    paid(cast, charged(cast, 60), method="wechat")
    client = api(cast.cashier)
    told = client.get(f"{CLOSES}open/").json()
    assert told == {
        "results": [
            {
                "project": "demo",
                "day": "2026-11-23",
                "cashier": "cashier",
                "recorded": {"wechat": "60.00"},
                "late": False,
            },
            {"project": "demo", "day": "2026-11-22", "cashier": "cashier", "recorded": {"cash": "30.00"}, "late": True},
        ],
        "next": None,
    }
    assert api(cast.gm).get(f"{CLOSES}open/").json() == told
    counted(cast, day=TODAY - DAY)
    assert [row["day"] for row in client.get(f"{CLOSES}open/").json()["results"]] == ["2026-11-23"]


def test_a_list_costs_as_many_statements_for_many_days_as_for_one(cast: Cast, api: Api) -> None:
    client, costs = api(cast.cashier), []
    for days in (range(1, 2), range(2, 5)):
        for back in days:
            receipt = paid(cast, charged(cast, 5), at=NOON - back * DAY)
            counted(cast, day=TODAY - back * DAY, remarks={receipt.pk: "齐"})
            paid(cast, charged(cast, 5), at=NOON - (back + 20) * DAY)
        client.get(CLOSES)
        with CaptureQueriesContext(connection) as seen:
            assert len(client.get(CLOSES).json()["results"]) == days[-1]
            assert len(client.get(f"{CLOSES}open/").json()["results"]) == days[-1]
        costs.append(len(seen))
    assert costs[0] == costs[1], costs
