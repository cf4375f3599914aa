"""Deposits: taken by a receipt of their own, given back, kept with a second person's word; the ledger proves them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from billing.actions.deposits import ask_to_keep, return_deposit, take_deposit
from billing.actions.reversing import reverse_receipt
from billing.models import Deposit, DepositMove
from billing.queries.account import account_of
from billing.states import Book
from core.errors import Invalid, NotAllowed, NotNow
from records.approvals import approve
from tests.billing.money import HOME, assert_books_agree, in_advance, on, yuan
from tests.cast import NOON, Cast
from tests.tickets.pages import queries_for

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-7"), pytest.mark.django_db]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def taken(cast: Cast, amount: object = 2000, **more: Any) -> Deposit:
    given = {"purpose": "装修押金", "method": "cash", "by": cast.cashier, "at": NOON, **more}
    return take_deposit(project=cast.project, unit=cast.units[HOME], amount=yuan(amount), **given)


def given_back(cast: Cast, deposit: Deposit, amount: object, **more: Any) -> DepositMove:
    given = {"method": "transfer", "received_by": "张小明", "by": cast.cashier, "at": NOON + HOUR, **more}
    return return_deposit(deposit=deposit, amount=yuan(amount), **given)


def test_a_deposit_is_a_debt_to_the_household_with_a_receipt_and_no_credit(cast: Cast) -> None:
    deposit = taken(cast)
    assert deposit.number == "YJ-20261123-0001"
    assert deposit.payment.receipt.number.startswith("SJ-DEMO-2026-")
    assert [on(Book.DEPOSIT, cast), on(Book.CASH, cast), in_advance(cast.units[HOME])] == list(
        map(yuan, (2000, 2000, 0))
    )
    assert_books_agree(cast)


def test_it_is_given_back_in_parts_and_never_more_than_is_held(cast: Cast) -> None:
    deposit = taken(cast)
    given_back(cast, deposit, 1500)
    for amount in (501, 0, Decimal("0.001")):
        with pytest.raises(Invalid):
            return_deposit(
                deposit=deposit, amount=Decimal(amount), method="cash", received_by="张", by=cast.cashier, at=NOON
            )
    for act in (lambda: taken(cast, method="online"), lambda: given_back(cast, deposit, 1, method="online")):
        with pytest.raises(Invalid):
            act()
    given_back(cast, deposit, 500)
    deposit.refresh_from_db()
    assert (deposit.held, deposit.state, on(Book.DEPOSIT, cast)) == (yuan(0), "settled", yuan(0))
    with pytest.raises(NotNow):
        given_back(cast, deposit, 1)
    with pytest.raises(NotAllowed):
        given_back(cast, taken(cast), 1, by=cast.frontdesk)
    assert_books_agree(cast)


@pytest.mark.req("BIL-10")
def test_a_statement_shows_what_was_held_on_its_last_day(cast: Cast) -> None:
    deposit, whole = taken(cast), taken(cast, 300, purpose="门禁卡押金")
    given_back(cast, deposit, 500, at=NOON + timedelta(days=1))
    given_back(cast, deposit, 1500, at=NOON + timedelta(days=8))

    def held(days: int) -> list[tuple[str, str]]:
        until = NOON.date() + timedelta(days=days)
        account = account_of(cast.households[HOME], NOON.date() - timedelta(days=30), until)
        return [(one.number, str(one.held)) for one in account.deposits]

    assert held(-1) == []
    assert held(0) == [(deposit.number, "2000.00"), (whole.number, "300.00")]
    assert held(7) == [(deposit.number, "1500.00"), (whole.number, "300.00")]
    assert held(8) == [(whole.number, "300.00")]


def test_keeping_it_waits_for_a_second_person_and_is_income_then(cast: Cast) -> None:
    deposit = taken(cast)
    asked = ask_to_keep(deposit=deposit, amount=yuan(300), reason="损坏电梯轿厢", by=cast.cashier, at=NOON)
    assert on(Book.OTHER, cast) == 0
    with pytest.raises(NotNow):
        ask_to_keep(deposit=deposit, amount=yuan(1), reason="再扣", by=cast.cashier, at=NOON)
    with pytest.raises(NotAllowed):
        approve(approval=asked, by=cast.cashier, at=NOON)
    approve(approval=asked, by=cast.supervisor, at=NOON)
    deposit.refresh_from_db()
    assert [deposit.held, on(Book.OTHER, cast), on(Book.DEPOSIT, cast)] == list(map(yuan, (1700, 300, 1700)))
    move = deposit.moves.get()
    assert (move.is_kept, move.reason, move.approval) == (True, "损坏电梯轿厢", asked)
    assert_books_agree(cast)


def test_what_was_given_back_meanwhile_is_not_kept(cast: Cast) -> None:
    deposit = taken(cast, 500)
    asked = ask_to_keep(deposit=deposit, amount=yuan(300), reason="损坏", by=cast.cashier, at=NOON)
    given_back(cast, deposit, 400)
    with pytest.raises(NotNow):
        approve(approval=asked, by=cast.supervisor, at=NOON)
    assert_books_agree(cast)


def test_the_receipt_of_a_deposit_is_not_reversed(cast: Cast) -> None:
    receipt = taken(cast).payment.receipt
    with pytest.raises(NotNow) as refused:
        reverse_receipt(receipt=receipt, reason="错", by=cast.cashier, at=NOON)
    assert refused.value.code == "deposit"


def test_from_the_till_to_the_receipt_and_back_on_pages(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.cashier)
    new = f"/deposits/new/demo/{HOME}/"
    assert new in client.get(f"/till/demo/{HOME}/").content.decode()
    assert "张小明" in client.get(new).content.decode()
    form = {"purpose": "装修押金", "amount": "-1", "method": "cash", "payer": "张小明"}
    refused = client.post(new, form)
    assert refused.status_code == 422
    assert 'value="-1"' in refused.content.decode()
    answers = [client.post(new, form | {"amount": "2000", "idempotency_key": "k"}) for _ in range(2)]
    deposit = Deposit.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {
        f"/receipts/{deposit.payment.receipt.number}/?taken=1"
    }
    assert "装修押金" in client.get(answers[0].headers["Location"]).content.decode()
    page = f"/deposits/{deposit.number}/"
    back = {"return-amount": "500", "return-method": "cash", "return-received_by": ""}
    assert client.post(f"{page}return/", back).status_code == 422
    assert client.post(f"{page}return/", back | {"return-received_by": "张小明"}).status_code == 302
    keep = {"keep-amount": "1500", "keep-reason": "损坏公共墙面"}
    assert client.post(f"{page}keep/", keep).status_code == 302
    late = client.post(f"{page}keep/", {"keep-amount": "1e400", "keep-reason": "地砖开裂"})
    assert late.status_code == 422
    assert "地砖开裂" in late.content.decode(), "somebody asked a moment before: what was typed stays"
    shown = client.get(page).content.decode()
    for words in ("1,500.00", "损坏公共墙面", "张小明"):
        assert words in shown, words
    assert signed_in(cast.resident).get(page).status_code == 403
    assert signed_in(cast.frontdesk2).get(page).status_code == 404


def test_the_list_takes_the_same_number_of_statements(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.cashier)
    taken(cast)
    asked = queries_for(client, "/deposits/")
    taken(cast)
    taken(cast)
    assert queries_for(client, "/deposits/") == asked
    assert "YJ-20261123-0003" in client.get("/deposits/", {"q": HOME}).content.decode()
