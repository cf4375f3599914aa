"""Orders to pay online over the API, as a residents' program makes them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from billing.models import OnlineOrder
from tests.billing.money import NEXT_DOOR, charged, paid
from tests.cast import NOON, Cast

Api = Callable[[User], APIClient]
pytestmark = [pytest.mark.req("BIL-3"), pytest.mark.django_db]
ORDERS = "/api/v1/online-orders/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def test_a_resident_orders_own_bills_once_per_key_and_learns_where_to_pay(cast: Cast, api: Api) -> None:
    bills, client = [charged(cast, 60), charged(cast, 40)], api(cast.resident)
    body = {"project": "demo", "bills": [bill.number for bill in bills]}
    answers = [client.post(ORDERS, body, format="json", headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    made = answers[0].json()
    assert made == answers[1].json()
    assert made["pay_url"].endswith(f"/sandbox/{made['number']}/")
    assert (made["amount"], made["state"], made["bills"]) == ("100.00", "waiting", body["bills"])
    assert OnlineOrder.objects.count() == 1
    assert client.get(f"{ORDERS}{made['number']}/").json()["receipts"] == []


def test_an_order_past_its_time_has_expired_and_leads_nowhere(cast: Cast, api: Api, noon: Any) -> None:
    client = api(cast.resident)
    made = client.post(ORDERS, {"project": "demo", "bills": [charged(cast, 60).number]}, format="json").json()
    order = OnlineOrder.objects.get(number=made["number"])
    noon.move_to(order.expires_at + timedelta(seconds=1))
    late = client.get(f"{ORDERS}{order.number}/").json()
    assert (late["state"], late["pay_url"]) == ("expired", "")


def test_others_bills_and_other_people_are_refused(cast: Cast, api: Api) -> None:
    own, other, done = charged(cast, 60), charged(cast, 60, home=NEXT_DOOR), charged(cast, 5)
    paid(cast, done)
    for user, bill, status in (
        (cast.resident, other, 400),
        (cast.resident, done, 409),
        (cast.cashier, own, 403),
        (cast.frontdesk2, own, 404),
    ):
        answer = api(user).post(ORDERS, {"project": "demo", "bills": [bill.number]}, format="json")
        assert answer.status_code == status, (user, answer.json())
    assert not OnlineOrder.objects.exists()


def test_the_list_asks_as_often_for_three_as_for_one(cast: Cast, api: Api) -> None:
    client = api(cast.resident)
    counts: list[int] = []
    for _ in range(3):
        client.post(ORDERS, {"project": "demo", "bills": [charged(cast, 60).number]}, format="json")
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(ORDERS, {"state": "waiting"}).json()["results"]) == len(counts) + 1
        counts.append(len(queries))
    assert counts[0] == counts[2]
