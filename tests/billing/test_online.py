"""Paying online: the provider's word becomes money once, however it comes."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client

from accounts.models import User
from billing.actions.dayclose import Count, close_books, close_day
from billing.actions.online import LASTS, NOTED_AN_HOUR, expire, order_online
from billing.actions.paying import take_payment
from billing.actions.reversing import reverse_receipt
from billing.models import Bill, OnlineOrder, OnlinePayment, Payment, Receipt
from billing.online.providers import shared_secret
from billing.online.sandbox import FRESH, notice
from billing.online.signing import canonical, sign
from billing.queries.dayclose import open_days, recorded
from billing.states import Book, Late, OrderState
from core.errors import Invalid, NotAllowed, NotNow
from notifications.models import Message
from records.models import AuditEntry
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, charged, in_advance, on, paid, yuan
from tests.cast import NOON, Cast
from tests.threads import at_once

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-3", "BIL-4"), pytest.mark.django_db]
CALLBACK = "/online/sandbox/callback/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def fresh(bill: Bill) -> Bill:
    return Bill.objects.select_related("project", "unit").get(pk=bill.pk)


def ordered(cast: Cast, *bills: Bill, at: datetime = NOON) -> OnlineOrder:
    return order_online(bills=[fresh(bill) for bill in bills], by=cast.resident, at=at)


def told(order: OnlineOrder, outcome: str = "paid", transaction: str = "T1", at: datetime = NOON, **how: Any) -> Any:
    """What the desk answers to a notice."""
    body, signature = notice(order, outcome, transaction=transaction, at=at)
    return send(body, how.get("signature", signature))


def send(body: bytes, signature: str) -> Any:
    client = Client(enforce_csrf_checks=True)
    return client.post(CALLBACK, body, content_type="application/json", headers={"X-Signature": signature})


def sent(order: OnlineOrder, /, **changed: str) -> Any:
    """A well signed notice that says something else than the order."""
    fields = {"order": order.number, "transaction": "T1", "outcome": "paid", "amount": f"{order.amount:.2f}"}
    fields |= {"sent": str(int(NOON.timestamp())), **changed}
    return send(canonical(fields), sign(fields, shared_secret()))


def refusals() -> list[str]:
    return [entry.data["why"] for entry in AuditEntry.objects.filter(action="online.refused").order_by("pk")]


def test_a_paid_order_becomes_one_payment_with_a_receipt_and_nobody_is_its_cashier(cast: Cast) -> None:
    first, second = charged(cast, 60), charged(cast, "40.50")
    order = ordered(cast, first, second)
    answer = told(order)
    receipt = Receipt.objects.select_related("payment").get()
    payment = receipt.payment
    assert answer.json() == {"code": "ok", "order": order.number, "outcome": "paid", "receipt": receipt.number}
    assert (payment.method, payment.amount, payment.reference, payment.by) == ("online", yuan("100.50"), "T1", None)
    assert [fresh(first).outstanding, fresh(second).outstanding, on(Book.ONLINE, cast)] == [0, 0, yuan("100.50")]
    order.refresh_from_db()
    assert (order.state, order.payments.get().late) == (OrderState.PAID, "")
    assert receipt.number in Message.objects.get(user=cast.resident, template="online.paid").data["receipt"]
    assert not Message.objects.filter(template="online.late").exists()
    assert_books_agree(cast)


def test_the_same_notice_again_gets_the_same_answer_and_takes_no_money(cast: Cast) -> None:
    order = ordered(cast, charged(cast, 60))
    answers = [told(order) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert Payment.objects.count() == OnlinePayment.objects.count() == 1


def test_an_old_notice_overheard_and_sent_again_is_refused(cast: Cast, noon: Any) -> None:
    order = ordered(cast, charged(cast, 60))
    noon.shift(FRESH + timedelta(seconds=1))
    assert (told(order, at=NOON).status_code, refusals()) == (400, ["not_fresh"])
    assert not Payment.objects.exists()


def test_a_failed_payment_books_nothing_and_may_still_succeed(cast: Cast) -> None:
    bill = charged(cast, 60)
    order = ordered(cast, bill)
    assert told(order, "failed").json()["receipt"] == ""
    order.refresh_from_db()
    assert (order.state, Payment.objects.count()) == (OrderState.FAILED, 0)
    told(order, transaction="T2")
    assert (fresh(bill).outstanding, OnlinePayment.objects.get().late) == (yuan(0), "")
    told(order, "failed", transaction="T3")
    order.refresh_from_db()
    assert order.state == OrderState.PAID


def assert_kept(cast: Cast, why: Late, amount: object) -> None:
    """It is the household's credit; the cashiers and supervisors are told why."""
    assert in_advance(cast.units[HOME]) == yuan(amount)
    late = Message.objects.filter(template="online.late")
    assert {message.user for message in late} == {cast.cashier, cast.supervisor}
    assert OnlinePayment.objects.latest("pk").late == why
    assert_books_agree(cast)


def test_money_for_a_bill_that_the_desk_took_meanwhile_is_kept_in_advance(cast: Cast) -> None:
    bill = charged(cast, 60)
    order = ordered(cast, bill)
    paid(cast, fresh(bill))
    assert told(order).status_code == 200
    assert_kept(cast, Late.NOT_OWED, 60)


def test_what_is_still_owed_of_several_bills_is_settled_and_the_rest_kept(cast: Cast) -> None:
    first, second = charged(cast, 60), charged(cast, 40)
    order = ordered(cast, first, second)
    paid(cast, fresh(first))
    told(order)
    assert fresh(second).outstanding == 0
    assert_kept(cast, Late.NOT_OWED, 60)


def test_money_for_an_expired_order_is_kept_in_advance_and_its_bill_stays_owed(cast: Cast, noon: Any) -> None:
    bill = charged(cast, 60)
    order = ordered(cast, bill)
    later = NOON + LASTS + timedelta(seconds=1)
    noon.move_to(later)
    assert expire(later) == {"expired": 1}
    assert expire(later) == {"expired": 0}
    told(order, at=later)
    assert fresh(bill).outstanding == 60
    assert_kept(cast, Late.EXPIRED, 60)


def test_an_order_paid_by_two_transactions_keeps_the_second_in_advance(cast: Cast) -> None:
    order = ordered(cast, charged(cast, 60))
    first, second = told(order), told(order, transaction="T2")
    assert first.json()["receipt"] != second.json()["receipt"]
    assert Receipt.objects.count() == 2
    assert_kept(cast, Late.TWICE, 60)


@pytest.mark.parametrize(
    ("changed", "status", "why"),
    [
        ({"amount": "59.99"}, 409, "wrong_amount"),
        ({"order": "XS-20261123-9999"}, 404, "no_such_order"),
        ({"outcome": "maybe"}, 400, "unreadable"),
        ({"amount": "6e1"}, 400, "unreadable"),
        ({"sent": "0"}, 400, "not_fresh"),
        ({"more": "x"}, 400, "unreadable"),
    ],
)
def test_a_notice_that_does_not_fit_is_refused_and_written_down(
    cast: Cast, changed: dict[str, str], status: int, why: str
) -> None:
    answer = sent(ordered(cast, charged(cast, 60)), **changed)
    assert (answer.status_code, answer.json()["code"], refusals()) == (status, why, [why])
    assert not Payment.objects.exists()


def test_a_wrong_signature_is_refused(cast: Cast) -> None:
    order = ordered(cast, charged(cast, 60))
    for signature in ("", "0" * 64, "ÿ" * 10):
        assert told(order, signature=signature).status_code == 403
    assert refusals() == ["bad_signature"] * 3


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"\xff\xfe", b'{"order": 1}', b"[" * 9000, b"x" * 20_000])
def test_nonsense_is_refused_without_a_failure(cast: Cast, body: bytes) -> None:
    assert (send(body, "x").status_code, refusals()) == (400, ["unreadable"])


def test_a_form_is_no_notice(cast: Cast) -> None:
    assert (Client().post(CALLBACK, {"order": "x"}).status_code, refusals()) == (400, ["unreadable"])


def test_nonsense_does_not_fill_the_trail(cast: Cast) -> None:
    for _ in range(NOTED_AN_HOUR + 5):
        send(b"nonsense", "x")
    assert len(refusals()) == NOTED_AN_HOUR


def test_one_transaction_does_not_pay_two_orders(cast: Cast) -> None:
    orders = [ordered(cast, charged(cast, 60)) for _ in range(2)]
    assert [told(order).status_code for order in orders] == [200, 409]
    assert (Payment.objects.count(), refusals()) == (1, ["other_order"])


@pytest.mark.parametrize(("provider", "demo"), [("", True), ("sandbox", False), ("other", True)])
def test_without_a_provider_nobody_pays_online(
    cast: Cast, signed_in: SignIn, settings: Any, provider: str, demo: bool
) -> None:
    """The sandbox above all: it stands in demonstrations alone."""
    bill = charged(cast, 60)
    order = ordered(cast, bill)
    settings.ONLINE_PROVIDER, settings.DEMO = provider, demo
    with pytest.raises(NotNow):
        ordered(cast, bill)
    assert told(order).status_code == 404
    settings.DEMO = True
    assert signed_in(cast.resident).get(f"/sandbox/{order.number}/").status_code == (200 if not demo else 404)


def test_one_orders_bills_of_ones_own_home_alone(cast: Cast) -> None:
    own, other = charged(cast, 60), charged(cast, 60, home=NEXT_DOOR)
    done = charged(cast, 5)
    paid(cast, done)
    for bills, error in (([other], NotAllowed), ([own, other], Invalid), ([], Invalid), ([done], NotNow)):
        with pytest.raises(error):
            ordered(cast, *bills)
    with pytest.raises(NotAllowed):
        order_online(bills=[fresh(own)], by=cast.cashier, at=NOON)
    assert not OnlineOrder.objects.exists()


@pytest.mark.req("BIL-8")
def test_what_was_paid_online_is_in_nobodys_till(cast: Cast) -> None:
    told(ordered(cast, charged(cast, 60)))
    paid(cast, charged(cast, 5))
    day = NOON.date()
    assert recorded(cast.project, cast.cashier.pk, day) == {"cash": yuan(5)}
    count = {"cash": Count(counted=yuan(5))}
    close_day(project=cast.project, day=day, counts=count, handed_to="财务", by=cast.cashier, at=NOON)
    told(ordered(cast, charged(cast, 8)), transaction="T2")
    assert open_days(cast.project, day, day) == []
    later = NOON + timedelta(days=10)
    close_books(project=cast.project, month=day, by=cast.gm, at=later)
    assert Payment.objects.filter(by=None).count() == 2


def test_a_supervisor_takes_it_back_and_no_till_lacks_it(cast: Cast) -> None:
    bill = charged(cast, 60)
    told(ordered(cast, bill))
    receipt = Receipt.objects.select_related("payment__project").get()
    with pytest.raises(NotAllowed):
        reverse_receipt(receipt=receipt, reason="x", by=cast.cashier, at=NOON)
    reverse_receipt(receipt=receipt, reason="退款", by=cast.supervisor, at=NOON)
    assert [fresh(bill).outstanding, on(Book.ONLINE, cast), on(Book.REFUNDING, cast)] == [60, 60, 60]
    assert open_days(cast.project, NOON.date(), NOON.date()) == []
    assert_books_agree(cast)


def test_only_what_was_paid_online_has_no_cashier(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        take_payment(
            project=cast.project, unit=cast.units[HOME], bills=[], amount=yuan(1), method="cash", by=None, at=NOON
        )


@pytest.mark.parametrize("model", [Payment, OnlinePayment])
def test_what_was_paid_is_append_only_though_its_table_was_changed(cast: Cast, model: Any) -> None:
    told(ordered(cast, charged(cast, 60)))
    with pytest.raises(IntegrityError, match="append-only"):
        model.objects.update(at=NOON + timedelta(days=1))


@pytest.mark.parametrize("people", [8])
def test_callbacks_at_once_act_once(real_transactions: None, cast: Cast, people: int) -> None:
    order = ordered(cast, charged(cast, 60))
    answers = at_once(people, lambda _: told(order))
    assert {getattr(answer, "status_code", answer) for answer in answers} == {200}
    assert len({getattr(answer, "content", answer) for answer in answers}) == 1
    assert (Payment.objects.count(), Receipt.objects.count()) == (1, 1)
    assert_books_agree(cast)


def test_the_desk_and_the_provider_at_once_lose_nothing(real_transactions: None, cast: Cast) -> None:
    bill = charged(cast, 60)
    order = ordered(cast, bill)
    seen = fresh(bill)
    answers = at_once(2, lambda one: told(order) if one else paid(cast, seen))
    assert getattr(answers[1], "status_code", answers[1]) == 200
    taken = sum((payment.amount for payment in Payment.objects.all()), Decimal(0))
    assert taken == 60 + in_advance(cast.units[HOME])
    assert fresh(bill).outstanding == 0
    assert_books_agree(cast)
