"""Back and send again: the very same moves money a second time only where somebody says that it is meant."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from billing.models import Deposit, DoorVisit, OfficeCost, Payment, Receipt
from records.models import Approval, IdempotencyRecord
from records.twice import ASKED_WITHIN
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, charged, in_advance, paid, yuan
from tests.cast import NOON, Cast
from tests.records.pictures import photo
from tests.threads import at_once

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-4"), pytest.mark.django_db]
TILL = f"/till/demo/{HOME}/"
ADVANCE = {"method": "cash", "received": "50", "keep_rest": "on", "household": "1"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def hidden(page: str) -> dict[str, list[str]]:
    """What the one button of the page sends along."""
    fields: dict[str, list[str]] = {}
    form = page.split("taken-before")[1].split("</form>")[0]
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value)
    return fields


@pytest.mark.parametrize("keys", [("a", "b"), ("", "")], ids=["two keys", "no script"])
def test_the_same_sent_again_is_asked_about_and_taken_once_more_on_purpose(
    cast: Cast, signed_in: SignIn, keys: tuple[str, str]
) -> None:
    client = signed_in(cast.cashier)
    first, again = (client.post(TILL, ADVANCE | {"idempotency_key": key}) for key in keys)
    receipt = Receipt.objects.get()
    assert (first.status_code, again.status_code) == (302, 409)
    page = again.content.decode()
    assert f'<a href="/receipts/{receipt.number}/?taken=1">{receipt.number}</a>' in page
    meant = hidden(page)
    assert {name: meant[name] for name in ADVANCE} == {name: [value] for name, value in ADVANCE.items()}
    assert client.post(TILL, meant).status_code == 302
    assert client.post(TILL, meant).status_code == 409, "the button too, gone back to"
    assert (Receipt.objects.count(), in_advance(cast.units[HOME])) == (2, yuan(100))
    assert_books_agree(cast)


def test_a_part_payment_is_the_same_whatever_is_still_owed_afterwards(cast: Cast, signed_in: SignIn) -> None:
    small, large = charged(cast, 45), charged(cast, 100)
    client = signed_in(cast.cashier)
    given = {"method": "wechat", "received": "60", "reference": ""}
    assert client.post(TILL, given | {"bills": [small.number, large.number]}).status_code == 302
    assert client.post(TILL, given | {"bills": [large.number], "received": " 60 "}).status_code == 409
    assert Payment.objects.count() == 1


def test_other_content_people_homes_and_times_are_another_wish(cast: Cast, signed_in: SignIn, noon: Any) -> None:
    client = signed_in(cast.cashier)
    for address, given in (
        (TILL, ADVANCE),
        (TILL, ADVANCE | {"received": "60"}),
        (TILL, ADVANCE | {"payer": "李叔"}),
        (f"/till/demo/{NEXT_DOOR}/", ADVANCE),
    ):
        assert client.post(address, given).status_code == 302
    noon.shift(ASKED_WITHIN - timedelta(seconds=1))
    assert client.post(TILL, ADVANCE).status_code == 409
    noon.shift(timedelta(seconds=1))
    assert client.post(TILL, ADVANCE).status_code == 302
    assert Payment.objects.count() == 5


def test_what_was_refused_leaves_nothing_behind(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.cashier)
    assert client.post(TILL, ADVANCE | {"method": "shells"}).status_code == 422
    assert not IdempotencyRecord.objects.exists()
    assert client.post(TILL, ADVANCE).status_code == 302


def test_the_other_forms_that_move_money_ask_too(cast: Cast, signed_in: SignIn) -> None:
    paid(cast, amount=500)
    bill = charged(cast, 80)
    client = signed_in(cast.cashier)
    refund = {"amount": "10", "method": "cash", "payee": "张小明", "reason": "搬走"}
    forms: list[tuple[str, dict[str, Any]]] = [
        (f"/deposits/new/demo/{HOME}/", {"amount": "1000", "method": "cash", "payer": "张小明", "purpose": "装修押金"}),
        (f"/refunds/new/demo/{HOME}/", refund),
        (f"/bills/{bill.number}/waive/", {"amount": "5", "reason": "停水两天"}),
        (f"/doors/new/demo/{HOME}/", {"bills": [bill.number], **visit(cast)}),
    ]
    for address, given in forms:
        assert [client.post(address, given).status_code for _ in range(2)] == [302, 409], address
    assert (Deposit.objects.count(), DoorVisit.objects.count(), Approval.objects.count()) == (1, 1, 2)
    deposit = Deposit.objects.get()
    back = {"return-amount": "100", "return-method": "cash", "return-received_by": "张小明"}
    assert [client.post(f"/deposits/{deposit.number}/return/", back).status_code for _ in range(2)] == [302, 409]
    deposit.refresh_from_db()
    assert deposit.held == 900


def visit(cast: Cast) -> dict[str, Any]:
    return {
        "window_start": "2026-11-24T10:00",
        "window_end": "2026-11-24T11:00",
        "collector": cast.cashier.pk,
        "payer": "张小明",
        "note": "",
    }


def test_a_form_with_files_asks_for_them_once_more(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.cashier)

    def ask() -> Any:
        voucher = SimpleUploadedFile("voucher.jpg", photo(), "image/jpeg")
        given = {"words": "打印纸", "amount": "35", "claimant": cast.cashier.pk}
        return client.post("/office-costs/new/?kind=reimbursed", given | {"file": voucher})

    first, again = ask(), ask()
    assert (first.status_code, again.status_code, OfficeCost.objects.count()) == (302, 409, 1)
    assert 'type="file" id="again-file" name="file"' in again.content.decode()
    assert "voucher.jpg" in again.content.decode()


def test_a_script_is_told_in_words(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.cashier)
    client.post(TILL, ADVANCE)
    told = client.post(TILL, ADVANCE, headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["to"]) == (409, f"/receipts/{Receipt.objects.get().number}/?taken=1")
    assert Receipt.objects.get().number in told.json()["detail"]


def test_two_at_the_same_moment_take_it_once(real_transactions: None, cast: Cast, signed_in: SignIn) -> None:
    clients = [signed_in(cast.cashier) for _ in range(2)]

    def send(nth: int) -> int:
        return clients[nth].post(TILL, ADVANCE | {"idempotency_key": f"k{nth}"}).status_code

    assert sorted(at_once(2, send)) == [302, 409]  # type: ignore[type-var]  # a status, or the test fails
    assert Payment.objects.count() == 1
