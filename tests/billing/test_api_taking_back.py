"""Refunds, waivers and what became of deposits, taken back as programs ask for it: 202, and done once approved."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from billing.models import Reversal
from records.approvals import approve
from records.models import Approval
from tests.billing.money import assert_books_agree
from tests.billing.test_api_deposits import send
from tests.billing.test_deposits import given_back, taken
from tests.billing.test_taking_back import refunded, waived
from tests.cast import NOON, Cast

Api = Callable[[User], APIClient]
pytestmark = [pytest.mark.req("BIL-4"), pytest.mark.django_db]
V1 = "/api/v1"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def test_a_refund_is_taken_back_once(cast: Cast, api: Api) -> None:
    page, client = f"{V1}/refunds/{refunded(cast).number}/", api(cast.cashier)
    assert client.get(page).json()["reversed_at"] is None
    first, second = (send(client, f"{page}reverse/", {"reason": "银行退回"}, "k") for _ in range(2))
    assert (first.status_code, first.json()) == (202, second.json())
    assert first.json()["kind"] == "refund.reverse"
    assert send(client, f"{page}reverse/", {"reason": "银行退回"}).status_code == 409
    approve(approval=Approval.objects.waiting().get(), by=cast.gm, at=NOON)
    told = client.get(page).json()
    assert (told["reversed_at"][:10], told["reversed_reason"]) == ("2026-11-23", "银行退回")
    late = send(client, f"{page}reverse/", {"reason": "银行退回"})
    assert (late.status_code, late.json()["code"]) == (409, "reversed")
    assert_books_agree(cast)


def test_a_waiver_is_taken_back_by_its_id(cast: Cast, api: Api) -> None:
    page, client = f"{V1}/bills/{waived(cast).number}/", api(cast.cashier)
    (one,) = client.get(page).json()["waivers"]
    assert (one["amount"], one["reason"], one["by"], one["reversed_at"]) == ("40.00", "漏水未修", "gm", None)
    given = {"waiver": one["id"], "reason": "减错户"}
    wrong = send(client, f"{page}reverse-waiver/", {**given, "waiver": one["id"] + 1})
    assert (wrong.status_code, set(wrong.json()["fields"])) == (400, {"waiver"})
    assert send(client, f"{page}reverse-waiver/", given).status_code == 202
    approve(approval=Approval.objects.waiting().get(), by=cast.gm, at=NOON)
    told = client.get(page).json()
    assert (told["outstanding"], told["waived"]) == ("100.00", "0.00")
    assert told["waivers"][0]["reversed_at"] is not None
    assert_books_agree(cast)


def test_what_became_of_a_deposit_is_taken_back_by_its_id_and_then_its_receipt(cast: Cast, api: Api) -> None:
    move = given_back(cast, taken(cast), 500)
    page, client = f"{V1}/deposits/{move.deposit.number}/", api(cast.cashier)
    receipt = f"{V1}/receipts/{move.deposit.payment.receipt.number}/reverse/"
    early = send(client, receipt, {"reason": "收错户"})
    assert (early.status_code, early.json()["code"]) == (409, "deposit_moved")
    (one,) = client.get(page).json()["moves"]
    assert (one["id"], one["reversed_at"]) == (move.pk, None)
    assert send(client, f"{page}reverse/", {"move": move.pk + 1, "reason": "x"}).status_code == 400
    assert send(client, f"{page}reverse/", {"move": move.pk, "reason": "银行退回"}).status_code == 202
    approve(approval=Approval.objects.waiting().get(), by=cast.gm, at=NOON)
    told = client.get(page).json()
    assert (told["held"], told["state"], told["moves"][0]["reversed_reason"]) == ("2000.00", "held", "银行退回")
    assert send(client, receipt, {"reason": "收错户"}).status_code == 202
    approve(approval=Approval.objects.waiting().get(), by=cast.gm, at=NOON)
    told = client.get(page).json()
    assert (told["held"], told["state"]) == ("0.00", "reversed")
    assert_books_agree(cast)


@pytest.mark.req("SEC-1")
def test_who_bills_nobody_takes_nothing_back_and_strangers_see_nothing(cast: Cast, api: Api) -> None:
    addresses: dict[str, dict[str, Any]] = {
        f"{V1}/refunds/{refunded(cast).number}/reverse/": {"reason": "x"},
        f"{V1}/bills/{waived(cast).number}/reverse-waiver/": {"reason": "x", "waiver": 1},
        f"{V1}/deposits/{taken(cast).number}/reverse/": {"reason": "x", "move": 1},
    }
    for address, given in addresses.items():
        for who in ("frontdesk", "gm", "resident"):
            assert send(api(cast.users[who]), address, given).status_code == 403, (who, address)
        for who in ("resident2", "frontdesk2", "technician"):
            assert send(api(cast.users[who]), address, given).status_code == 404, (who, address)
    assert not Reversal.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("path", ["refunds", "bills"])
def test_a_list_costs_the_same_for_any_length(
    cast: Cast, api: Api, django_assert_num_queries: Any, path: str, rows: int
) -> None:
    for _ in range(rows):
        refunded(cast, 1)
        waived(cast)
    client = api(cast.cashier)
    with django_assert_num_queries(4 if path == "bills" else 3):
        assert len(client.get(f"{V1}/{path}/").json()["results"]) == rows
