"""What was paid online is given back by its provider once the receipt is reversed: asked until it answers."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from rest_framework.test import APIClient

from accounts.models import User
from billing.actions import online_refunds
from billing.actions.online_refunds import LEASE, ask_again, ask_due
from billing.actions.reversing import reverse_receipt
from billing.models import OnlineRefund, Posting, Receipt
from billing.online.providers import RefundAsked, RefundTold, register_provider
from billing.online.sandbox import Sandbox, refund_notice
from billing.queries.ledger import proof
from billing.queries.statements import statement_of
from billing.rules.statements import Asked
from billing.states import Book, Proven, RefundOutcome, RefundState, Spell
from core.errors import NotAllowed, NotNow
from notifications.models import Message
from records.models import AuditEntry
from sla.sweeps import run as sweep
from tests.billing.money import HOME, assert_books_agree, charged, in_advance, on, paid, yuan
from tests.billing.test_online import fresh, ordered, told
from tests.cast import NOON, Cast
from tests.threads import at_once

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
pytestmark = [pytest.mark.req("BIL-3", "BIL-4"), pytest.mark.django_db]
MINUTE = timedelta(minutes=1)
CALLBACK = "/online/sandbox/refunds/callback/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def reversed_online(cast: Cast, amount: object = 60) -> OnlineRefund:
    """A bill paid online whose receipt a supervisor took back."""
    told(ordered(cast, charged(cast, amount)), transaction=f"T{Receipt.objects.count()}")
    receipt = Receipt.objects.select_related("payment__project").latest("pk")
    reverse_receipt(receipt=receipt, reason="多收了", by=cast.supervisor, at=NOON)
    return OnlineRefund.objects.latest("pk")


def again(refund: OnlineRefund) -> OnlineRefund:
    return OnlineRefund.objects.select_related("entry").get(pk=refund.pk)


def said(refund: OnlineRefund, outcome: RefundOutcome, **more: Any) -> RefundTold:
    given: dict[str, Any] = {"provider": "sandbox", "number": refund.number, "amount": refund.amount, **more}
    return RefundTold(outcome=outcome, **given)


def noticed(refund: OnlineRefund, outcome: RefundOutcome, signature: str = "", **more: Any) -> Any:
    body, signed = refund_notice(said(refund, outcome, **more), at=NOON)
    headers = {"X-Signature": signature or signed}
    client = Client(enforce_csrf_checks=True)
    return client.post(CALLBACK, body, content_type="application/json", headers=headers)


def held(cast: Cast) -> list[Decimal]:
    """What stands at the provider, what is to be given back, and what is owed."""
    return [on(book, cast) for book in (Book.ONLINE, Book.REFUNDING, Book.RECEIVABLE)]


def test_the_bill_is_owed_at_once_and_the_money_leaves_when_the_provider_gave_it_back(cast: Cast) -> None:
    refund = reversed_online(cast)
    assert held(cast) == [yuan(60), yuan(60), yuan(60)]
    assert (refund.state, refund.next_at) == (RefundState.WAITING.value, NOON)
    assert_books_agree(cast)
    assert sweep(NOON)["online_refunds"] == {"asked": 1}
    refund = again(refund)
    assert (refund.state, refund.reference, refund.tries) == (RefundState.DONE.value, f"SB-{refund.number}", 1)
    assert held(cast) == [yuan(0), yuan(0), yuan(60)]
    assert {one.user for one in Message.objects.filter(template="online.refunded")} == {cast.resident}
    written = AuditEntry.objects.filter(action__startswith="online.refund").order_by("pk")
    assert list(written.values_list("action", flat=True)) == ["online.refund_asked", "online.refunded"]
    assert ask_due(NOON + 100 * MINUTE) == {"asked": 0}
    assert_books_agree(cast)


def test_a_refusal_leaves_the_money_to_the_household_in_advance(cast: Cast) -> None:
    refund = reversed_online(cast, "60.01")
    ask_due(NOON)
    refund = again(refund)
    assert (refund.state, refund.said) == (RefundState.REFUSED.value, "sandbox: 0.01")
    assert held(cast) == [yuan("60.01"), yuan(0), yuan("60.01")]
    assert in_advance(cast.units[HOME]) == yuan("60.01")
    assert {one.user for one in Message.objects.filter(template="online.refund_refused")} == {
        cast.cashier,
        cast.supervisor,
    }
    income = statement_of(cast.project, Asked(Spell.DAY, NOON.date())).income_sums[1]
    assert income == yuan("60.01"), "it is here yet, in advance"
    assert_books_agree(cast)


def test_an_answer_that_comes_late_is_shown_as_being_worked_on_and_booked_once(cast: Cast) -> None:
    refund = reversed_online(cast, "60.02")
    ask_due(NOON)
    assert again(refund).state == RefundState.ASKED.value
    assert ask_due(NOON + MINUTE - timedelta(seconds=1)) == {"asked": 0}
    first, second = (noticed(refund, RefundOutcome.DONE, reference="R1") for _ in range(2))
    assert (first.status_code, first.json()) == (200, second.json())
    assert (again(refund).state, again(refund).reference) == (RefundState.DONE.value, "R1")
    assert held(cast)[:2] == [0, 0]
    assert ask_due(NOON + 10 * MINUTE) == {"asked": 0}
    assert_books_agree(cast)


def test_no_answer_is_unknown_told_once_and_asked_again_under_the_same_number(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers: list[str] = []
    answer = Sandbox.refund

    def asked(self: Sandbox, asked: RefundAsked, *, at: Any) -> RefundTold:
        numbers.append(asked.number)
        return answer(self, asked, at=at)

    monkeypatch.setattr(Sandbox, "refund", asked)
    refund = reversed_online(cast, "60.03")
    ask_due(NOON)
    ask_again(receipt=Receipt.objects.select_related("payment").get(), by=cast.cashier, at=NOON + timedelta(seconds=9))
    ask_due(NOON + timedelta(seconds=9))
    stands = again(refund)
    assert (stands.state, stands.tries) == (RefundState.UNKNOWN.value, 2)
    assert held(cast)[:2] == [yuan("60.03"), yuan("60.03")]
    assert Message.objects.filter(template="online.refund_unknown").count() == 2, "cashier and supervisor, once each"
    assert_books_agree(cast)
    ask_due(stands.next_at or NOON)
    assert (again(refund).state, set(numbers), len(numbers)) == (RefundState.DONE.value, {refund.number}, 3)
    assert_books_agree(cast)


@pytest.mark.parametrize("problem", [ZeroDivisionError, TimeoutError])
def test_a_provider_that_fails_is_no_answer_and_holds_up_no_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, problem: type[Exception]
) -> None:
    first, second = reversed_online(cast), reversed_online(cast, 70)
    answer = Sandbox.refund

    def failing(self: Sandbox, asked: RefundAsked, *, at: Any) -> RefundTold:
        if asked.number == first.number:
            raise problem
        return answer(self, asked, at=at)

    monkeypatch.setattr(Sandbox, "refund", failing)
    assert ask_due(NOON) == {"asked": 2}
    assert [again(one).state for one in (first, second)] == [RefundState.UNKNOWN.value, RefundState.DONE.value]


def test_a_worker_that_died_while_asking_is_followed_by_one_that_asks_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = reversed_online(cast)
    with monkeypatch.context() as killed:
        killed.setattr(online_refunds, "_ask", lambda refund, at: None)
        ask_due(NOON)
    assert ask_due(NOON + LEASE - timedelta(seconds=1)) == {"asked": 0}
    assert ask_due(NOON + LEASE) == {"asked": 1}
    assert again(refund).state == RefundState.DONE.value
    assert_books_agree(cast)


def test_a_notice_that_does_not_fit_is_refused_and_written_down(cast: Cast) -> None:
    refund = reversed_online(cast, "60.01")
    for more, status, why in (
        ({"amount": yuan(1)}, 409, "wrong_amount"),
        ({"number": "XT-20261123-9999"}, 404, "no_such_refund"),
        ({"signature": "00"}, 403, "bad_signature"),
    ):
        answer = noticed(refund, RefundOutcome.DONE, **more)
        assert (answer.status_code, answer.json()["code"]) == (status, why)
    ask_due(NOON)
    late = noticed(refund, RefundOutcome.DONE)
    assert (late.status_code, late.json()["code"]) == (409, "ended_otherwise")
    assert noticed(refund, RefundOutcome.PENDING).status_code == 200
    refusals = [one.data["why"] for one in AuditEntry.objects.filter(action="online.refused").order_by("pk")]
    assert refusals == ["wrong_amount", "no_such_refund", "bad_signature", "ended_otherwise"]
    assert again(refund).state == RefundState.REFUSED.value
    assert_books_agree(cast)


def test_another_provider_than_took_the_money_is_not_asked(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = reversed_online(cast)

    class Bank(Sandbox):
        key = "bank"

        def refund(self, asked: RefundAsked, *, at: Any) -> RefundTold:
            pytest.fail("it never took this money")

    monkeypatch.setattr("billing.online.providers._MAKERS", {"sandbox": Sandbox})
    register_provider("bank", Bank)
    settings.ONLINE_PROVIDER = "bank"
    ask_due(NOON)
    assert again(refund).state == RefundState.UNKNOWN.value


def test_what_a_cashier_took_down_as_paid_online_asks_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    # As it could be taken down once: no counter takes money online any more.
    monkeypatch.setattr("billing.actions.paying.require_counter", lambda *_: None)
    receipt = paid(cast, charged(cast, 60), method="online")
    reverse_receipt(receipt=receipt, reason="记错", by=cast.cashier, at=NOON)
    assert not OnlineRefund.objects.exists()
    assert held(cast) == [yuan(0), yuan(0), yuan(60)]
    assert_books_agree(cast)


def test_the_proof_finds_what_is_to_be_given_back_and_by_whom_nothing_is_asked(cast: Cast) -> None:
    refund = reversed_online(cast)
    OnlineRefund.objects.filter(pk=refund.pk).update(amount=yuan(1))
    (wrong,) = [check for check in proof(cast.project) if not check.holds]
    assert (wrong.about, wrong.stands, wrong.ledger) == (Proven.REFUNDING, yuan(1), yuan(60))


def test_the_receipt_says_how_far_it_is_and_has_it_asked_again(cast: Cast, signed_in: SignIn) -> None:
    refund = reversed_online(cast, "60.03")
    receipt = Receipt.objects.get()
    page, client = f"/receipts/{receipt.number}/", signed_in(cast.cashier)
    ask_due(NOON)
    shown = client.get(page).content.decode()
    assert refund.number in shown
    assert f"{page}ask-again/" in shown
    assert f"{page}ask-again/" not in signed_in(cast.frontdesk).get(page).content.decode()
    assert client.post(f"{page}ask-again/").status_code == 302
    assert again(refund).next_at == NOON
    ask_due(NOON + MINUTE)
    shown = client.get(page).content.decode()
    assert f"SB-{refund.number}" in shown
    assert f"{page}ask-again/" not in shown
    assert client.post(f"{page}ask-again/").status_code == 409
    own = signed_in(cast.resident).get(reverse("portal_receipt", args=[receipt.number]))
    with override("zh-hans"):
        assert str(RefundState.DONE.label) in own.content.decode()


def test_over_the_api_the_receipt_says_so_too(cast: Cast, api: Api) -> None:
    refund = reversed_online(cast, "60.03")
    page, client = f"/api/v1/receipts/{Receipt.objects.get().number}/", api(cast.cashier)
    ask_due(NOON)
    asked = client.get(page).json()["online_refund"]
    assert (asked["number"], asked["state"], asked["tries"], asked["ended_at"]) == (refund.number, "unknown", 1, None)
    assert client.post(f"{page}ask-again/").status_code == 200
    assert api(cast.frontdesk).post(f"{page}ask-again/").status_code == 403
    ask_due(NOON + MINUTE)
    assert client.get(page).json()["online_refund"]["state"] == "done"
    assert client.post(f"{page}ask-again/").status_code == 409
    plain = paid(cast, charged(cast, 5))
    assert client.get(f"/api/v1/receipts/{plain.number}/").json()["online_refund"] is None


def test_who_has_it_asked_again(cast: Cast) -> None:
    reversed_online(cast)
    receipt = Receipt.objects.select_related("payment").get()
    for who in ("frontdesk", "gm", "resident"):
        with pytest.raises(NotAllowed):
            ask_again(receipt=receipt, by=cast.users[who], at=NOON)
    ask_due(NOON)
    with pytest.raises(NotNow):
        ask_again(receipt=receipt, by=cast.supervisor, at=NOON)


@pytest.mark.parametrize("people", [6])
def test_workers_and_notices_at_once_book_it_once(real_transactions: None, cast: Cast, people: int) -> None:
    refund = reversed_online(cast)

    def act(index: int) -> Any:
        if index % 2:
            return noticed(refund, RefundOutcome.DONE, reference=f"SB-{refund.number}").status_code
        return ask_due(NOON)

    results = at_once(people, act)
    assert not [one for one in results if isinstance(one, Exception)], results
    assert Posting.objects.filter(credit=Book.ONLINE).count() == 1
    assert fresh(charged(cast, 1)).outstanding == 1
    assert again(refund).state == RefundState.DONE.value
    assert_books_agree(cast)
