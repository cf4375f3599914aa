"""Bills, payments and receipts as programs see them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from billing.models import Bill, Payment, Receipt
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, borne, charged, management_fee, paid
from tests.billing.test_running import prepared, raised
from tests.cast import NOON, Cast, make_home

Api = Callable[[User], APIClient]
pytestmark = [pytest.mark.req("BIL-3"), pytest.mark.django_db]
PAYMENTS = "/api/v1/payments/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def body(*bills: Bill, amount: str = "100.00", **more: Any) -> dict[str, Any]:
    named = {"project": "demo", "unit": HOME, "bills": [bill.number for bill in bills]}
    return {**named, "amount": amount, "method": "cash", **more}


def send(client: APIClient, given: dict[str, Any], key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(PAYMENTS, given, format="json", headers=headers)


@pytest.mark.req("BIL-2")
def test_bills_are_listed_by_project_unit_and_state(cast: Cast, api: Api) -> None:
    borne(cast.units[HOME], management_fee(cast))
    raised(cast, prepared(cast))
    paid(cast, charged(cast, home=NEXT_DOOR), home=NEXT_DOOR)
    client = api(cast.cashier)
    found = client.get("/api/v1/bills/?project=demo&state=unpaid").json()["results"]
    assert [(bill["unit"], bill["amount"], bill["outstanding"], bill["item"]) for bill in found] == [
        (HOME, "264.77", "264.77", "物业管理费")
    ]
    assert (found[0]["period_start"], found[0]["period_end"], found[0]["state"]) == (
        "2026-11-01",
        "2026-11-30",
        "unpaid",
    )
    for query, numbers in (
        (f"unit={NEXT_DOOR}", 1),
        ("state=paid", 1),
        ("state=part", 0),
        ("owed=true", 1),
        ("owed=false", 1),
        ("project=demo2", 0),
    ):
        assert len(client.get(f"/api/v1/bills/?{query}").json()["results"]) == numbers, query
    assert client.get("/api/v1/bills/?state=lost").status_code == 400
    number = found[0]["number"]
    assert client.get(f"/api/v1/bills/{number}/").json() == found[0]


def test_a_payment_is_answered_with_its_receipt(cast: Cast, api: Api) -> None:
    bill = charged(cast, 60)
    answer = send(api(cast.cashier), body(bill, reference="POS-1"))
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert told["receipt"] == "SJ-DEMO-2026-000001"
    assert told["bills"] == [{"bill": bill.number, "amount": "60.00"}]
    assert (told["amount"], told["credit"], told["unit"], told["payer"]) == ("100.00", "40.00", HOME, "张小明")
    assert (told["by"], told["method"], told["reference"], told["reversed_at"]) == ("cashier", "cash", "POS-1", None)
    assert api(cast.cashier).get(f"{PAYMENTS}{told['number']}/").json() == told
    receipt = api(cast.gm).get(f"/api/v1/receipts/{told['receipt']}/").json()
    assert (receipt["payment"], receipt["amount"], receipt["reversed_at"]) == (told["number"], "100.00", None)


@pytest.mark.req("BIL-4")
def test_the_same_request_twice_takes_money_once_and_another_body_is_refused(cast: Cast, api: Api) -> None:
    bill = charged(cast, 60)
    client = api(cast.cashier)
    first, second = send(client, body(bill), "k"), send(client, body(bill), "k")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert send(client, body(bill, amount="5.00"), "k").status_code == 422
    again = send(client, body(bill), "other")
    assert (again.status_code, again.json()["code"]) == (409, "not_owed")
    assert bill.number in again.json()["detail"]
    assert Payment.objects.count() == 1
    assert_books_agree(cast)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1.001"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1e30"}, "amount"),
        ({"amount": None}, "amount"),
        ({"method": "shells"}, "method"),
        ({"unit": "7-7-7777"}, "unit"),
        ({"bills": ["ZD-20261123-9999"]}, "bills"),
        ({"bills": "ZD"}, "bills"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(
    cast: Cast, api: Api, wrong: dict[str, Any], field: str
) -> None:
    answer = send(api(cast.cashier), {**body(charged(cast)), **wrong})
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {field}
    assert not Payment.objects.exists()


def test_another_persons_bill_is_refused_and_another_projects_is_as_one_that_is_not_there(cast: Cast, api: Api) -> None:
    other = charged(cast, home=NEXT_DOOR)
    answer = send(api(cast.cashier), body(other))
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"bills"})
    far = make_home(cast.other_project, "9-9-901", "王大锤", "13744445555")[0]
    cast.units["9-9-901"] = far
    away = charged(cast, home="9-9-901")
    answer = send(api(cast.cashier), body() | {"bills": [away.number]})
    missing = send(api(cast.cashier), body() | {"bills": ["ZD-20261123-9999"]})
    assert answer.status_code == missing.status_code == 400
    assert answer.json() == missing.json()
    assert not Payment.objects.exists()


def test_others_take_no_money_and_a_strange_project_is_not_there(cast: Cast, api: Api) -> None:
    bill = charged(cast)
    for who in ("frontdesk", "supervisor", "gm", "technician", "admin", "resident"):
        assert send(api(cast.users[who]), body(bill)).status_code == 403, who
    assert send(api(cast.cashier), body(bill, project="demo2")).status_code == 404
    assert send(api(cast.frontdesk2), body(bill)).status_code == 404
    assert not Payment.objects.exists()


@pytest.mark.req("BIL-4")
def test_a_receipt_is_reversed_with_a_reason_on_its_day_and_asked_for_after(cast: Cast, api: Api, noon: Any) -> None:
    bill = charged(cast)
    first, second = paid(cast, bill, amount=50), paid(cast, bill, amount=50)
    client = api(cast.cashier)
    address = f"/api/v1/receipts/{first.number}/reverse/"
    assert client.post(address, {}, format="json").status_code == 400
    assert api(cast.frontdesk).post(address, {"reason": "退"}, format="json").status_code == 403
    told = client.post(address, {"reason": "刷错卡"}, format="json", headers={"Idempotency-Key": "r"}).json()
    assert (told["number"], told["reversed_reason"]) == (first.number, "刷错卡")
    assert told["reversed_at"].startswith("2026-11-23T12:00")
    again = client.post(address, {"reason": "刷错卡"}, format="json", headers={"Idempotency-Key": "r"})
    assert (again.status_code, again.json()) == (200, told)
    assert client.post(address, {"reason": "再来"}, format="json").status_code == 409
    noon.move_to(NOON + timedelta(days=1))
    late = client.post(f"/api/v1/receipts/{second.number}/reverse/", {"reason": "退"}, format="json")
    assert (late.status_code, late.json()["kind"], late.json()["state"]) == (202, "receipt.reverse", "waiting")
    standing = client.get("/api/v1/receipts/?standing=true").json()["results"]
    assert [receipt["number"] for receipt in standing] == [second.number]
    assert client.get(f"{PAYMENTS}{first.payment.number}/").json()["reversed_at"] == told["reversed_at"]
    assert_books_agree(cast)


def test_residents_see_their_own_household_and_strangers_nothing(cast: Cast, api: Api) -> None:
    bill = charged(cast)
    receipt = paid(cast, bill)
    addresses = [
        f"/api/v1/bills/{bill.number}/",
        f"{PAYMENTS}{receipt.payment.number}/",
        f"/api/v1/receipts/{receipt.number}/",
    ]
    for address in addresses:
        assert api(cast.resident).get(address).status_code == 200
        for who in ("resident2", "frontdesk2", "technician", "guard"):
            assert api(cast.users[who]).get(address).status_code == 404, (who, address)
    assert api(cast.resident).post(f"{addresses[2]}reverse/", {"reason": "退"}, format="json").status_code == 403
    assert api(cast.resident2).post(f"{addresses[2]}reverse/", {"reason": "退"}, format="json").status_code == 404
    assert Receipt.objects.filter(reversed_at=None).count() == 1


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("path", "count"), [("bills", 4), ("payments", 4), ("receipts", 3)])
def test_a_list_costs_the_same_for_any_length(
    cast: Cast, api: Api, django_assert_num_queries: Any, path: str, count: int, rows: int
) -> None:
    for _ in range(rows):
        paid(cast, charged(cast), charged(cast))
    client = api(cast.cashier)
    with django_assert_num_queries(count):  # token, memberships, rows; of payments their bills, of bills their waivers
        assert len(client.get(f"/api/v1/{path}/").json()["results"]) == rows * (2 if path == "bills" else 1)
