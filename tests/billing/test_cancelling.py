"""Taking many bills back takes two people where taking one of them back does: a run, a shared cost, an import."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing.actions import cancelling, running, sharing
from billing.actions.reversing import ask_to_reverse, reverse_receipt
from billing.actions.running import raise_run
from billing.actions.voiding import needs_second_person, void
from billing.models import ArrearsBill, Bill, BillingRun, Receipt
from billing.queries.running import CANCEL
from billing.states import ArrearsState, BillState, Book, RunState
from core.errors import NotAllowed, NotNow
from estate.imports import actions as imports
from estate.imports.models import RegisterImport
from records.approvals import approve, words_of
from records.models import Approval, LongWork
from records.work import run_waiting
from tests.billing.arrears.ladder import DAY, again, found, lettered, overdue, told
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, borne, charged, management_fee, on, paid, yuan
from tests.billing.test_opening import PART, SHEET
from tests.billing.test_running import prepared, raised
from tests.billing.test_sharing import raised as shares_raised
from tests.billing.test_sharing import shared
from tests.cast import NOON, Cast
from tests.estate.books import PAYMENTS, xlsx

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-4"), pytest.mark.django_db]
NEXT = NOON + DAY


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def run_of(cast: Cast) -> BillingRun:
    fee = management_fee(cast)
    for unit in cast.units.values():
        borne(unit, fee)
    return raised(cast, prepared(cast))


def worked(run: BillingRun, at: datetime) -> BillingRun:
    assert run_waiting(at)["failed"] == 0
    run.refresh_from_db()
    return run


def test_a_run_of_an_earlier_day_is_taken_back_by_two(cast: Cast) -> None:
    run = run_of(cast)
    with pytest.raises(NotNow):
        cancelling.cancel(running.CANCELLING, run, reason="单价错了", by=cast.cashier, at=NEXT)
    asked = cancelling.cancel_or_ask(running.CANCELLING, run, reason="单价错了", by=cast.cashier, at=NEXT)
    assert isinstance(asked, Approval)
    assert "2" in words_of(asked)
    assert "529.54" in words_of(asked)
    run_waiting(NEXT)
    assert Bill.objects.open().count() == 2
    with pytest.raises(NotNow):
        cancelling.cancel_or_ask(running.CANCELLING, run, reason="再来", by=cast.cashier, at=NEXT)
    for who in ("cashier", "admin", "frontdesk"):
        with pytest.raises(NotAllowed):
            approve(approval=asked, by=cast.users[who], at=NEXT)
    approve(approval=asked, by=cast.gm, at=NEXT)
    run = worked(run, NEXT)
    assert (run.state, on(Book.RECEIVABLE, cast)) == (RunState.CANCELLED.value, yuan(0))
    assert {bill.state for bill in Bill.objects.all()} == {BillState.VOID.value}
    assert_books_agree(cast)


def test_on_its_day_one_takes_a_run_back(cast: Cast) -> None:
    run = run_of(cast)
    assert not isinstance(
        cancelling.cancel_or_ask(running.CANCELLING, run, reason="x", by=cast.cashier, at=NOON), Approval
    )
    assert worked(run, NOON).state == RunState.CANCELLED.value


def test_while_it_waits_nothing_is_added_and_no_more_becomes_void_than_was_asked(cast: Cast) -> None:
    run = run_of(cast)
    receipt = paid(cast, Bill.objects.get(unit=cast.units[HOME]))
    asked = cancelling.cancel_or_ask(running.CANCELLING, run, reason="x", by=cast.cashier, at=NEXT)
    assert isinstance(asked, Approval)
    assert asked.data["count"] == 1
    BillingRun.objects.filter(pk=run.pk).update(state=RunState.PREVIEWED)
    with pytest.raises(NotNow) as refusal:
        raise_run(run=run, by=cast.cashier, at=NEXT)
    assert refusal.value.code == "waits"
    reverse_receipt(receipt=receipt, reason="x", by=cast.cashier, at=NOON)
    with pytest.raises(NotNow):
        approve(approval=asked, by=cast.gm, at=NEXT)


def approved(cast: Cast, run: BillingRun) -> Approval:
    """Asked the next day, and approved."""
    asked = cancelling.cancel_or_ask(running.CANCELLING, run, reason="单价错了", by=cast.cashier, at=NEXT)
    assert isinstance(asked, Approval)
    return approve(approval=asked, by=cast.gm, at=NEXT)


def reversed_later(cast: Cast, receipt: Receipt) -> None:
    """Taken back by two, after the others decided."""
    later = NEXT + timedelta(minutes=5)
    asked = ask_to_reverse(receipt=receipt, reason="重复收款", by=cast.cashier, at=later)
    approve(approval=asked, by=cast.gm, at=later)


def test_the_worker_makes_no_more_void_than_was_approved_and_says_to_ask_anew(cast: Cast) -> None:
    run = run_of(cast)
    receipt = paid(cast, Bill.objects.get(unit=cast.units[HOME]))
    approved(cast, run)
    reversed_later(cast, receipt)
    assert run_waiting(NEXT + timedelta(minutes=6)) == {"done": 0, "failed": 1}
    run.refresh_from_db()
    assert run.work is not None
    assert (run.state, run.work.state) == (RunState.RAISED.value, LongWork.State.CANCELLED)
    assert "529.54" in run.work.error
    assert Bill.objects.standing().count() == 2
    assert_books_agree(cast)
    asked = cancelling.cancel_or_ask(running.CANCELLING, run, reason="再问", by=cast.cashier, at=NEXT)
    assert isinstance(asked, Approval)
    assert asked.data["count"] == 2


def test_the_worker_makes_no_other_bill_void_though_it_comes_to_the_same(cast: Cast) -> None:
    run = run_of(cast)
    first, second = Bill.objects.get(unit=cast.units[HOME]), Bill.objects.get(unit=cast.units[NEXT_DOOR])
    Bill.objects.filter(pk=second.pk).update(amount=first.amount, outstanding=first.amount)
    receipt = paid(cast, first)
    approved(cast, run)
    second.refresh_from_db()
    paid(cast, second, home=NEXT_DOOR, at=NEXT + timedelta(minutes=1))
    reversed_later(cast, receipt)
    assert run_waiting(NEXT + timedelta(minutes=6))["failed"] == 1
    assert Bill.objects.standing().count() == 2


def test_what_was_paid_since_it_was_approved_stays_and_the_rest_becomes_void(cast: Cast) -> None:
    run = run_of(cast)
    approved(cast, run)
    paid(cast, Bill.objects.get(unit=cast.units[HOME]), at=NEXT + timedelta(minutes=1))
    run = worked(run, NEXT + timedelta(minutes=2))
    assert (run.state, Bill.objects.standing().count()) == (RunState.CANCELLED.value, 1)


def test_a_receipt_taken_back_between_two_batches_leaves_its_bill(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second batch comes after the worker was begun again: what it had made void is counted on."""
    monkeypatch.setattr(running, "BATCH", 1)
    run = run_of(cast)
    third = charged(cast)
    Bill.objects.filter(pk=third.pk).update(run=run)
    receipt = paid(cast, third)
    approved(cast, run)
    LongWork.objects.filter(kind=CANCEL).update(result={"void": 1})
    reversed_later(cast, receipt)
    run = worked(run, NEXT + timedelta(minutes=6))
    assert run.work is not None
    assert (run.work.result["void"], list(Bill.objects.standing())) == (3, [third])


def test_the_worker_takes_no_more_shares_back_than_were_approved(cast: Cast) -> None:
    cost = shares_raised(cast, shared(cast))
    receipt = paid(cast, Bill.objects.get(unit=cast.units[HOME]))
    asked = cancelling.cancel_or_ask(sharing.CANCELLING, cost, reason="电表看错", by=cast.cashier, at=NEXT)
    assert isinstance(asked, Approval)
    approve(approval=asked, by=cast.gm, at=NEXT)
    reversed_later(cast, receipt)
    assert run_waiting(NEXT + timedelta(minutes=6))["failed"] == 1
    cost.refresh_from_db()
    assert cost.work is not None
    assert (cost.state, cost.work.state) == (RunState.RAISED.value, LongWork.State.CANCELLED)
    assert "100.01" in cost.work.error
    assert Bill.objects.standing().count() == 2


def test_shares_of_an_earlier_day_are_taken_back_by_two(cast: Cast) -> None:
    cost = shares_raised(cast, shared(cast))
    with pytest.raises(NotNow):
        cancelling.cancel(sharing.CANCELLING, cost, reason="电表看错", by=cast.cashier, at=NEXT)
    asked = cancelling.cancel_or_ask(sharing.CANCELLING, cost, reason="电表看错", by=cast.supervisor, at=NEXT)
    assert isinstance(asked, Approval)
    assert "100.01" in words_of(asked)
    with pytest.raises(NotAllowed):
        approve(approval=asked, by=cast.supervisor, at=NEXT)
    approve(approval=asked, by=cast.gm, at=NEXT)
    assert run_waiting(NEXT)["failed"] == 0
    assert not Bill.objects.standing().exists()
    assert_books_agree(cast)


def test_the_pages_say_that_it_waits(cast: Cast, signed_in: SignIn) -> None:
    run, cost = run_of(cast), shares_raised(cast, shared(cast))
    with time_machine.travel(NEXT, tick=False):
        client = signed_in(cast.cashier)
        for address, verb in ((f"/runs/{run.pk}/", "cancel"), (f"/shared-costs/{cost.pk}/", "cancel")):
            page = client.get(address)
            assert (page.context["cancel_needs_second"], page.context["waits"]) == (True, None)
            client.post(f"{address}{verb}/", {"reason": "单价错了"})
            page = client.get(address)
            assert page.context["waits"].asked_by == cast.cashier
            assert not page.context["may_cancel"]
    assert Bill.objects.standing().count() == 4


def test_what_a_letter_demands_goes_with_its_case_when_two_took_it_back(cast: Cast) -> None:
    run = run_of(cast)
    bill = Bill.objects.get(unit=cast.units[HOME])
    Bill.objects.update(due_on=(NOON - 40 * DAY).date())
    arrears = told(cast, found(cast, NEXT), NEXT)
    later = NEXT + 93 * DAY
    letter = lettered(cast, arrears, later)
    asked = cancelling.cancel_or_ask(running.CANCELLING, run, reason="单价错了", by=cast.cashier, at=later)
    assert isinstance(asked, Approval)
    approve(approval=asked, by=cast.gm, at=later)
    worked(run, later)
    arrears = again(arrears)
    letter.refresh_from_db()
    assert (arrears.case.state, letter.settled_at) == (ArrearsState.SETTLED.value, arrears.ended_at)
    assert arrears.ended_at is not None
    assert not ArrearsBill.objects.filter(bill=bill, ended_at=None).exists()
    assert not Bill.objects.filter(collected_in__isnull=False).exists()
    assert not arrears.case.clocks.filter(ended_at=None).exists()


def test_a_bill_that_somebody_was_told_of_takes_two_on_its_own_day(cast: Cast) -> None:
    untold, bill = charged(cast), overdue(cast)
    Bill.objects.filter(pk=bill.pk).update(issued_at=NOON)
    bill.refresh_from_db()
    arrears = found(cast)
    assert not needs_second_person(bill, NOON)
    told(cast, arrears)
    assert needs_second_person(bill, NOON)
    with pytest.raises(NotNow):
        void(bill=bill, reason="x", by=cast.cashier, at=NOON)
    assert not needs_second_person(untold, NOON)


def imported(cast: Cast) -> RegisterImport:
    management_fee(cast)
    content = xlsx({SHEET: [PAYMENTS, PART]})
    sealed = imports.seal(content=content, name="历史.xlsx")
    upload = imports.upload(workbook=sealed, project=cast.project, by=cast.admin, at=NOON)
    imports.take_over(found=upload, by=cast.admin, at=NOON)
    assert run_waiting(NOON)["failed"] == 0
    upload.refresh_from_db()
    return upload


def test_opening_balances_of_an_earlier_day_are_taken_back_by_two(cast: Cast, signed_in: SignIn) -> None:
    upload = imported(cast)
    with pytest.raises(NotNow):
        imports.take_back(found=upload, by=cast.admin, at=NEXT)
    address = reverse("register_import", args=[upload.token])
    with time_machine.travel(NEXT, tick=False):
        client = signed_in(cast.admin)
        assert client.get(address).context["needs_second"]
        client.post(f"{address}take-back/", {"reason": ""})
        assert not Approval.objects.exists()
        client.post(f"{address}take-back/", {"reason": "导错了"})
        page = client.get(address)
        assert (page.context["needs_second"], page.context["waits"].reason) == (False, "导错了")
    asked = Approval.objects.get()
    assert "历史" in words_of(asked)
    assert Bill.objects.standing().count() == 1
    approve(approval=asked, by=cast.gm, at=NEXT)
    assert not Bill.objects.standing().exists()
    upload.refresh_from_db()
    assert upload.rolled_back_at == NEXT
    assert_books_agree(cast)


def test_what_was_paid_since_of_an_import_is_none_of_what_becomes_void(cast: Cast) -> None:
    upload = imported(cast)
    bill = Bill.objects.standing().get()
    assert imports.weighed(upload, NEXT) == {"name": "", "count": 1, "amount": f"{bill.amount:.2f}"}
    paid(cast, bill, home=bill.unit.number)
    assert imports.weighed(upload, NEXT) is None, "nothing would become void"


@pytest.mark.parametrize("dearer", [False, True])
def test_an_import_is_taken_back_as_far_as_was_asked_and_not_for_more_money(cast: Cast, *, dearer: bool) -> None:
    upload = imported(cast)
    asked = imports.take_back_or_ask(found=upload, reason="导错了", by=cast.admin, at=NEXT)
    assert isinstance(asked, Approval)
    if dearer:  # as many bills that come to more
        Bill.objects.update(amount=F("amount") + 1, outstanding=F("outstanding") + 1)
        with pytest.raises(NotNow):
            approve(approval=asked, by=cast.gm, at=NEXT)
        assert Bill.objects.standing().count() == 1
    else:
        approve(approval=asked, by=cast.gm, at=NEXT)
        assert not Bill.objects.standing().exists()


def test_of_an_import_no_other_bill_becomes_void_than_was_asked_about(cast: Cast) -> None:
    upload = imported(cast)
    opening = Bill.objects.standing().get()
    receipt = paid(cast, opening, home=opening.unit.number)
    asked = Approval.objects.create(
        project=cast.project,
        kind=imports.TAKE_BACK,
        subject=upload.token,
        data={"name": "", "count": 1, "amount": f"{opening.amount:.2f}"},
        reason="导错了",
        asked_by=cast.admin,
        asked_at=NEXT,
    )
    reversed_later(cast, receipt)
    with pytest.raises(NotNow):
        approve(approval=asked, by=cast.gm, at=NEXT + timedelta(minutes=6))
    assert Bill.objects.standing().count() == 1


def test_on_its_day_one_takes_opening_balances_back(cast: Cast) -> None:
    upload = imported(cast)
    done = imports.take_back_or_ask(found=upload, reason="", by=cast.admin, at=NOON + timedelta(hours=1))
    assert not isinstance(done, Approval)
    assert not Bill.objects.standing().exists()
