"""Refunds, waivers and what became of deposits, taken back by two people: all is as it was before."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import User
from billing.actions.arrears.finding import collect
from billing.actions.dayclose import Count, close_day
from billing.actions.deposits import ask_to_keep
from billing.actions.posting import close_month
from billing.actions.reversing import reverse_or_ask
from billing.actions.taking_back import ask_to_reverse_move, ask_to_reverse_refund, ask_to_reverse_waiver
from billing.actions.voiding import void
from billing.models import Bill, Deposit, DepositMove, Entry, Refund, RefundPaper, Reversal
from billing.queries.account import account_of
from billing.queries.bill import bill_page
from billing.queries.dayclose import recorded
from billing.queries.second import standing_waivers
from billing.queries.statements import statement_of
from billing.rules.statements import Asked
from billing.states import ArrearsState, Book, DepositState, EntryKind, Spell
from core.errors import Invalid, NotAllowed, NotNow
from records.approvals import approve
from records.models import Approval, AuditEntry
from tests.billing.arrears.ladder import again, found, overdue, told
from tests.billing.money import HOME, assert_books_agree, charged, in_advance, on, paid, yuan
from tests.billing.test_deposits import given_back, taken
from tests.billing.test_second import refunding, waiver
from tests.cast import NOON, Cast

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-4"), pytest.mark.django_db]
DAY = timedelta(days=1)
LATER = NOON + 3 * DAY
REFUNDS = 5


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def refunded(cast: Cast, amount: object = 30) -> Refund:
    paid(cast, amount=100)
    approve(approval=refunding(cast, amount, method="transfer"), by=cast.gm, at=NOON)
    return Refund.objects.select_related("project", "unit", "entry").latest("pk")


def waived(cast: Cast, amount: object = 40, **more: Any) -> Bill:
    bill = charged(cast, **more)
    approve(approval=waiver(cast, bill, amount), by=cast.gm, at=NOON)
    bill.refresh_from_db()
    return bill


def kept(cast: Cast, deposit: Deposit, amount: object = 300) -> DepositMove:
    asked = ask_to_keep(deposit=deposit, amount=yuan(amount), reason="损坏墙面", by=cast.cashier, at=NOON)
    approve(approval=asked, by=cast.gm, at=NOON)
    return DepositMove.objects.latest("pk")


def back_of_refund(cast: Cast, refund: Refund, **more: Any) -> Approval:
    given = {"reason": "银行退回", "by": cast.cashier, "at": NOON, **more}
    return ask_to_reverse_refund(refund=refund, **given)


def back_of_waiver(cast: Cast, bill: Bill, **more: Any) -> Approval:
    given = {"waiver": standing_waivers(bill)[0].entry_id, "reason": "减错户", "by": cast.cashier, "at": NOON, **more}
    return ask_to_reverse_waiver(bill=bill, **given)


def back_of_move(cast: Cast, move: DepositMove, **more: Any) -> Approval:
    given = {"reason": "退错户", "by": cast.cashier, "at": NOON, **more}
    return ask_to_reverse_move(deposit=move.deposit, move=move.pk, **given)


def asks(cast: Cast, refund: Refund, bill: Bill, move: DepositMove) -> list[Callable[..., Approval]]:
    """The three questions, each put when it is called."""
    return [
        partial(back_of_refund, cast, refund),
        partial(back_of_waiver, cast, bill),
        partial(back_of_move, cast, move),
    ]


def test_a_refund_that_the_bank_sent_back_is_paid_in_advance_again(cast: Cast) -> None:
    refund = refunded(cast)
    asked = back_of_refund(cast, refund)
    assert (in_advance(cast.units[HOME]), on(Book.BANK, cast)) == (yuan(70), yuan(-30))
    approve(approval=asked, by=cast.supervisor, at=LATER)
    assert (in_advance(cast.units[HOME]), on(Book.BANK, cast), on(Book.CREDIT, cast)) == (yuan(100), yuan(0), yuan(100))
    made = Reversal.objects.get()
    assert (made.entry, made.back.reverses, made.back.day) == (refund.entry, refund.entry, LATER.date())
    assert made.back.postings.get().reverses == refund.entry.postings.get()
    assert (made.asked_by, made.by, made.reason) == (cast.cashier, cast.supervisor, "银行退回")
    # It is in the till of whoever asked, on the day of the decision, and can be given back anew.
    assert recorded(cast.project, cast.cashier.pk, LATER.date()) == {"transfer": yuan(30)}
    written = AuditEntry.objects.get(action="refund.reversed")
    assert (written.target, written.by, written.data["asked_by"]) == (refund.number, cast.supervisor, "cashier")
    approve(approval=refunding(cast, 100), by=cast.gm, at=LATER)
    assert in_advance(cast.units[HOME]) == 0
    assert_books_agree(cast)


def test_a_waiver_taken_back_is_owed_again_and_the_bill_reads_so(cast: Cast) -> None:
    bill = waived(cast)
    paid(cast, bill)
    approve(approval=back_of_waiver(cast, bill), by=cast.supervisor, at=LATER)
    bill.refresh_from_db()
    assert (bill.outstanding, bill.waived, bill.state) == (yuan(40), yuan(0), "part")
    assert (on(Book.WAIVED, cast), on(Book.RECEIVABLE, cast)) == (yuan(0), yuan(40))
    assert [(row.change, row.reason) for row in bill_page(bill).booked][-1] == (yuan(40), "减错户")
    columns = statement_of(cast.project, Asked(Spell.MONTH, LATER.date())).owing_sum.columns
    assert columns["waived"] == 0
    assert columns["received"] == yuan(-60)
    assert_books_agree(cast)


def test_what_became_of_a_deposit_is_held_again(cast: Cast) -> None:
    deposit = taken(cast)
    returned, retained = given_back(cast, deposit, 500), kept(cast, deposit)
    for move in (returned, retained):
        approve(approval=back_of_move(cast, move), by=cast.supervisor, at=LATER)
    deposit.refresh_from_db()
    assert (deposit.held, deposit.state) == (yuan(2000), DepositState.HELD.value)
    assert [on(book, cast) for book in (Book.DEPOSIT, Book.OTHER, Book.BANK)] == [yuan(2000), 0, 0]
    assert recorded(cast.project, cast.cashier.pk, LATER.date()) == {"transfer": yuan(500)}
    assert_books_agree(cast)


def test_what_was_given_back_comes_into_the_till_of_whoever_asks_also_on_the_day_of_the_receipt(cast: Cast) -> None:
    deposit = taken(cast)
    move = given_back(cast, deposit, 500)
    approve(approval=back_of_move(cast, move, by=cast.supervisor), by=cast.gm, at=NOON)
    assert recorded(cast.project, cast.supervisor.pk, NOON.date()) == {"transfer": yuan(500)}
    assert recorded(cast.project, cast.cashier.pk, NOON.date()) == {"cash": yuan(2000), "transfer": yuan(-500)}
    assert_books_agree(cast)


def test_the_receipt_of_a_deposit_is_reversed_by_two_once_all_of_it_is_held(cast: Cast) -> None:
    deposit = taken(cast)
    receipt, move = deposit.payment.receipt, given_back(cast, deposit, 500)
    with pytest.raises(NotNow) as refusal:
        reverse_or_ask(receipt=receipt, reason="收错户", by=cast.cashier, at=NOON)
    assert refusal.value.code == "deposit_moved"
    approve(approval=back_of_move(cast, move), by=cast.gm, at=NOON)
    asked = reverse_or_ask(receipt=receipt, reason="收错户", by=cast.cashier, at=NOON)
    assert isinstance(asked, Approval), "on its own day too"
    approve(approval=asked, by=cast.supervisor, at=NOON)
    deposit, receipt = Deposit.objects.get(), type(receipt).objects.get()
    assert (deposit.held, deposit.state) == (yuan(0), DepositState.REVERSED.value)
    assert [on(Book.DEPOSIT, cast), on(Book.CASH, cast)] == [0, 0]
    assert receipt.reversed_by == cast.supervisor
    assert receipt.reversed_entry == Entry.objects.get(reverses__kind=EntryKind.DEPOSIT_TAKEN)
    with pytest.raises(NotNow):
        reverse_or_ask(receipt=receipt, reason="再来", by=cast.cashier, at=NOON)
    with pytest.raises(NotNow):
        given_back(cast, deposit, 1)
    assert_books_agree(cast)


def test_a_deposit_that_was_given_back_meanwhile_keeps_its_receipt(cast: Cast) -> None:
    deposit = taken(cast)
    asked = reverse_or_ask(receipt=deposit.payment.receipt, reason="收错户", by=cast.cashier, at=NOON)
    assert isinstance(asked, Approval)
    given_back(cast, deposit, 1)
    with pytest.raises(NotNow):
        approve(approval=asked, by=cast.gm, at=NOON)
    assert_books_agree(cast)


def test_whoever_asked_does_not_decide_and_nothing_is_taken_back_twice(cast: Cast) -> None:
    refund, bill, move = refunded(cast), waived(cast), given_back(cast, taken(cast), 500)
    gone = Entry.objects.get(kind=EntryKind.WAIVED)
    questions = [ask() for ask in asks(cast, refund, bill, move)]
    for once_more in asks(cast, refund, bill, move):
        with pytest.raises(NotNow):
            once_more()
    for asked in questions:
        for who in ("cashier", "frontdesk", "admin"):
            with pytest.raises(NotAllowed):
                approve(approval=asked, by=cast.users[who], at=NOON)
        approve(approval=asked, by=cast.supervisor, at=NOON)
        with pytest.raises(NotNow):
            approve(approval=asked, by=cast.gm, at=NOON)
    with pytest.raises(NotNow):
        back_of_refund(cast, Refund.objects.get())
    with pytest.raises(NotNow):
        back_of_move(cast, DepositMove.objects.get())
    with pytest.raises(Invalid):
        ask_to_reverse_waiver(bill=bill, waiver=gone.pk, reason="再来", by=cast.cashier, at=NOON)
    assert Reversal.objects.count() == 3
    assert_books_agree(cast)


def test_who_may_ask_and_what_makes_no_sense_is_not_asked(cast: Cast) -> None:
    refund, bill, move = refunded(cast), waived(cast), given_back(cast, taken(cast), 500)
    other = waived(cast)
    for who in ("frontdesk", "gm", "technician", "resident"):
        for ask in asks(cast, refund, bill, move):
            with pytest.raises(NotAllowed):
                ask(by=cast.users[who])
    with pytest.raises(Invalid):
        back_of_refund(cast, refund, reason=" ")
    with pytest.raises(Invalid):
        back_of_waiver(cast, bill, waiver=standing_waivers(other)[0].entry_id)
    with pytest.raises(Invalid):
        ask_to_reverse_move(deposit=taken(cast), move=move.pk, reason="x", by=cast.cashier, at=NOON)
    assert not Approval.objects.waiting().exists()


def test_a_closed_month_is_left_as_it_is(cast: Cast) -> None:
    refund, bill, move = refunded(cast), waived(cast), given_back(cast, taken(cast), 500)
    in_december = datetime(2026, 12, 5, 4, 0, tzinfo=NOON.tzinfo)
    close_month(project=cast.project, month=date(2026, 11, 1), by=cast.gm, at=in_december)
    for asked in (
        back_of_refund(cast, refund, at=in_december),
        back_of_waiver(cast, bill, at=in_december),
        back_of_move(cast, move, at=in_december),
    ):
        approve(approval=asked, by=cast.supervisor, at=in_december)
    assert {made.back.day for made in Reversal.objects.all()} == {date(2026, 12, 5)}
    assert_books_agree(cast)


def test_money_does_not_come_into_a_till_that_is_closed(cast: Cast) -> None:
    refund, move = refunded(cast), given_back(cast, taken(cast), 500, method="cash")
    asked = [back_of_refund(cast, refund), back_of_move(cast, move)]
    moved = recorded(cast.project, cast.cashier.pk, NOON.date())
    counts = {method: Count(counted=amount) for method, amount in moved.items()}
    close_day(project=cast.project, day=NOON.date(), counts=counts, handed_to="财务", by=cast.cashier, at=NOON)
    for one in asked:
        with pytest.raises(NotNow):
            approve(approval=one, by=cast.gm, at=NOON)
        approve(approval=one, by=cast.gm, at=NOON + DAY)
    assert_books_agree(cast)


def test_a_bill_made_void_took_its_waiver_back_already(cast: Cast) -> None:
    bill = waived(cast)
    asked = back_of_waiver(cast, bill)
    void(bill=bill, reason="开错了", by=cast.cashier, at=NOON)
    with pytest.raises(NotNow):
        approve(approval=asked, by=cast.gm, at=NOON)
    assert_books_agree(cast)


@pytest.mark.req("ARR-6")
def test_what_a_waiver_had_settled_is_collected_again_from_where_it_stood(cast: Cast) -> None:
    bill = overdue(cast, 40)
    arrears = told(cast, found(cast))
    approve(approval=waiver(cast, bill, 40), by=cast.gm, at=NOON + DAY)
    assert again(arrears).case.state == ArrearsState.SETTLED.value
    approve(approval=back_of_waiver(cast, bill), by=cast.gm, at=LATER)
    assert again(arrears).case.state == ArrearsState.NOTIFIED.value
    bill.refresh_from_db()
    assert (bill.outstanding, bill.collected_in) == (yuan(40), arrears)
    assert collect(LATER)["opened"] == 0
    assert_books_agree(cast)


def test_rows_of_what_was_taken_back_are_never_changed(cast: Cast) -> None:
    approve(approval=back_of_refund(cast, refunded(cast)), by=cast.gm, at=NOON)
    for statement in ("UPDATE billing_reversal SET reason = 'x'", "DELETE FROM billing_reversal"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_household_reads_both_in_its_statement_by_their_number(cast: Cast) -> None:
    refund = refunded(cast)
    approve(approval=back_of_refund(cast, refund), by=cast.gm, at=LATER)
    account = account_of(cast.households[HOME], NOON.date(), LATER.date())
    assert [line.number for line in account.lines][-2:] == [refund.number, refund.number]
    assert (account.advance, account.lines[-1].kind) == (yuan(100), str(EntryKind.REVERSED.label))


def test_refund_waiver_and_deposit_are_taken_back_on_their_pages(cast: Cast, signed_in: SignIn) -> None:
    refund, bill, move = refunded(cast), waived(cast), given_back(cast, taken(cast), 500)
    client, desk, leader = signed_in(cast.cashier), signed_in(cast.frontdesk), signed_in(cast.gm)
    for page, verb, form in (
        (f"/refunds/{refund.number}/", "reverse/", {"reason": "银行退回来的"}),
        (
            f"/bills/{bill.number}/",
            "reverse-waiver/",
            {"reason": "银行退回来的", "waiver": standing_waivers(bill)[0].entry_id},
        ),
        (f"/deposits/{move.deposit.number}/", "reverse/", {"back-reason": "银行退回来的", "back-move": move.pk}),
    ):
        address = page + verb
        assert address in client.get(page).content.decode()
        assert address not in desk.get(page).content.decode()
        assert client.post(address, dict.fromkeys(form, "x" * 501)).status_code == 422
        assert client.post(address, form).status_code == 302
        assert address not in client.get(page).content.decode(), "it waits already"
        assert page in leader.get("/approvals/").content.decode()
        approve(approval=Approval.objects.latest("pk"), by=cast.gm, at=NOON)
        shown = client.get(page).content.decode()
        assert address not in shown
        assert "银行退回来的" in shown
    assert Reversal.objects.count() == 3
    assert refund.number in client.get("/refunds/").content.decode()


def test_nobody_signs_for_a_refund_that_was_taken_back(cast: Cast, signed_in: SignIn) -> None:
    refund, client = refunded(cast), signed_in(cast.cashier)
    page = f"/refunds/{refund.number}/"
    assert f"{page}print/" in client.get(page).content.decode()
    approve(approval=back_of_refund(cast, refund), by=cast.gm, at=NOON)
    assert f"{page}print/" not in client.get(page).content.decode()
    assert client.post(f"{page}print/").status_code == 409
    assert not RefundPaper.objects.exists()


def test_the_pages_of_the_receipt_and_its_deposit_say_that_both_are_reversed(cast: Cast, signed_in: SignIn) -> None:
    deposit = taken(cast)
    client = signed_in(cast.cashier)
    page = f"/receipts/{deposit.payment.receipt.number}/"
    assert client.post(f"{page}reverse/", {"reason": "收错户了"}).status_code == 302
    approve(approval=Approval.objects.get(), by=cast.gm, at=NOON)
    for address in (page, f"/deposits/{deposit.number}/"):
        assert "收错户了" in client.get(address).content.decode()
    assert deposit.number in client.get("/deposits/", {"show": "all"}).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_refunds_takes_the_same_number_of_statements(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        approve(approval=back_of_refund(cast, refunded(cast, 1)), by=cast.gm, at=NOON)
    client = signed_in(cast.cashier)
    client.get("/refunds/")
    with django_assert_num_queries(REFUNDS):
        client.get("/refunds/")
