"""Deposits as programs see them: taken once, given back in parts, kept once a second person has approved."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from billing.models import Deposit, DepositMove, Payment
from records.approvals import approve
from records.models import Approval
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree
from tests.billing.test_deposits import given_back, taken
from tests.cast import NOON, Cast

Api = Callable[[User], APIClient]
pytestmark = [pytest.mark.req("BIL-7"), pytest.mark.django_db]
DEPOSITS = "/api/v1/deposits/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def body(**more: Any) -> dict[str, Any]:
    named = {"project": "demo", "unit": HOME, "purpose": "装修押金"}
    return {**named, "amount": "2000.00", "method": "cash", **more}


def send(client: APIClient, address: str, given: dict[str, Any], key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(address, given, format="json", headers=headers)


def test_a_deposit_is_taken_once_with_its_receipt(cast: Cast, api: Api) -> None:
    client = api(cast.cashier)
    first, second = (send(client, DEPOSITS, body(reference="POS-1"), "k") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201), first.json()
    assert first.json() == second.json()
    told = first.json()
    deposit = Deposit.objects.get()
    assert (told["number"], told["amount"], told["held"], told["state"]) == (
        deposit.number,
        "2000.00",
        "2000.00",
        "held",
    )
    assert (told["receipt"], told["payment"]) == (deposit.payment.receipt.number, deposit.payment.number)
    assert (told["payer"], told["by"], told["moves"]) == ("张小明", "cashier", [])
    assert client.get(f"{DEPOSITS}{told['number']}/").json() == told
    assert client.get(f"/api/v1/payments/{told['payment']}/").json()["deposit"] == told["number"]
    assert send(client, DEPOSITS, body(amount="5.00"), "k").status_code == 422
    assert_books_agree(cast)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "1.001"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"method": "shells"}, "method"),
        ({"purpose": " "}, "purpose"),
        ({"unit": "7-7-7777"}, "unit"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(
    cast: Cast, api: Api, wrong: dict[str, Any], field: str
) -> None:
    answer = send(api(cast.cashier), DEPOSITS, body(**wrong))
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {field})
    assert not Payment.objects.exists()


def test_it_is_given_back_in_parts_once_each_and_never_more_than_is_held(cast: Cast, api: Api) -> None:
    address = f"{DEPOSITS}{taken(cast).number}/return/"
    client = api(cast.cashier)
    given = {"amount": "1500.00", "method": "transfer", "received_by": "张小明"}
    first, second = (send(client, address, given, "k") for _ in range(2))
    assert (first.status_code, first.json()) == (200, second.json())
    told = first.json()
    assert (told["held"], told["state"]) == ("500.00", "part")
    move = told["moves"][0]
    assert (move["amount"], move["kept"], move["received_by"], move["by"]) == ("1500.00", False, "张小明", "cashier")
    assert send(client, address, {**given, "amount": "500.01"}).status_code == 400
    assert send(client, address, {**given, "received_by": ""}).status_code == 400
    assert send(client, address, {**given, "amount": "500.00"}).json()["state"] == "settled"
    late = send(client, address, {**given, "amount": "1.00"})
    assert (late.status_code, late.json()["code"]) == (409, "settled")
    assert DepositMove.objects.count() == 2
    assert_books_agree(cast)


def test_keeping_is_asked_and_done_once_a_second_person_approves(cast: Cast, api: Api) -> None:
    deposit = taken(cast)
    client, address = api(cast.cashier), f"{DEPOSITS}{deposit.number}/keep/"
    given = {"amount": "300.00", "reason": "损坏电梯轿厢"}
    first, second = (send(client, address, given, "k") for _ in range(2))
    assert (first.status_code, first.json()) == (202, second.json())
    assert (first.json()["kind"], first.json()["state"]) == ("deposit.keep", "waiting")
    assert client.get(f"{DEPOSITS}{deposit.number}/").json()["held"] == "2000.00"
    assert send(client, address, {**given, "amount": "1.00"}).status_code == 409
    approve(approval=Approval.objects.get(), by=cast.supervisor, at=NOON)
    told = client.get(f"{DEPOSITS}{deposit.number}/").json()
    assert told["held"] == "1700.00"
    move = told["moves"][0]
    assert (move["kept"], move["reason"], move["approved_by"]) == (True, "损坏电梯轿厢", "supervisor")
    assert_books_agree(cast)


@pytest.mark.req("SEC-1")
def test_who_takes_no_money_moves_none_and_strangers_see_nothing(cast: Cast, api: Api) -> None:
    address = f"{DEPOSITS}{taken(cast).number}/"
    back = {"amount": "1.00", "method": "cash", "received_by": "张"}
    for who in ("frontdesk", "supervisor", "gm", "resident"):
        client = api(cast.users[who])
        assert client.get(address).status_code == 200, who
        assert send(client, DEPOSITS, body()).status_code == 403, who
        assert send(client, f"{address}return/", back).status_code == 403, who
        assert send(client, f"{address}keep/", {"amount": "1.00", "reason": "坏"}).status_code == 403, who
    for who in ("resident2", "frontdesk2", "technician", "guard"):
        client = api(cast.users[who])
        assert client.get(address).status_code == 404, who
        assert send(client, f"{address}return/", back).status_code == 404, who
        assert client.get(DEPOSITS).json()["results"] == [], who
    assert send(api(cast.cashier), DEPOSITS, body(project="demo2")).status_code == 404
    assert Deposit.objects.get().held == 2000


def test_the_list_is_filtered_by_unit_and_what_is_held(cast: Cast, api: Api) -> None:
    held, settled = taken(cast), taken(cast, 100)
    given_back(cast, settled, 100)
    client = api(cast.cashier)
    for query, numbers in (
        ("", [settled.number, held.number]),
        ("held=true", [held.number]),
        ("held=false", [settled.number]),
        (f"unit={HOME}&project=demo&held=true", [held.number]),
        (f"unit={NEXT_DOOR}", []),
    ):
        found = client.get(f"{DEPOSITS}?{query}").json()["results"]
        assert [deposit["number"] for deposit in found] == numbers, query
    assert client.get(f"{DEPOSITS}?held=perhaps").status_code == 400


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_for_any_length(cast: Cast, api: Api, django_assert_num_queries: Any, rows: int) -> None:
    for _ in range(rows):
        given_back(cast, taken(cast), 1)
    client = api(cast.cashier)
    with django_assert_num_queries(4):  # token, memberships, rows, what became of them
        assert len(client.get(DEPOSITS).json()["results"]) == rows
