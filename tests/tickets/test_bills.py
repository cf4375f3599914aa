"""Paid work is billed when it is done, the ticket says whether it is paid, and what turns out free is not owed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from billing.actions.paying import take_payment
from billing.actions.reversing import reverse_receipt
from billing.models import Bill, Receipt
from cases.models import Event
from cases.sentences import sentence
from estate.models import Household
from records.approvals import approve
from records.models import Approval
from tests.billing.money import assert_books_agree
from tests.cast import NOON, Cast
from tests.tickets.flow import HOUR, dispatched, in_progress, kinds, lines, opened
from tickets import actions
from tickets.models import Ticket

pytestmark = [pytest.mark.req("REP-5"), pytest.mark.django_db]


def paid_work(cast: Cast, *, price: str = "2", **given: Any) -> Ticket:
    """Paid work with an accepted quote, in the technician's hands."""
    ticket = opened(cast, **given)
    actions.override_charge(ticket=ticket, charge="paid", reason="人为损坏", by=cast.supervisor, at=NOON)
    ticket = in_progress(cast, ticket)
    quoted = lines("labour_hour", quantity=price)
    actions.quote(ticket=ticket, lines=quoted, by=cast.technician, at=NOON + HOUR)
    return actions.accept_quote(ticket=ticket, how="phone", by=cast.technician, at=NOON + HOUR)


def finish(cast: Cast, ticket: Ticket) -> Ticket:
    return actions.complete(ticket=ticket, report="通了", by=cast.technician, at=NOON + 2 * HOUR)


def pay(cast: Cast, bill: Bill, amount: Decimal | None = None) -> Receipt:
    return take_payment(
        project=bill.project,
        unit=bill.unit,
        bills=[bill],
        amount=amount or bill.outstanding,
        method="wechat",
        by=cast.cashier,
        at=NOON + 3 * HOUR,
    )


def test_paid_work_that_is_done_is_billed_to_who_ordered_it(cast: Cast) -> None:
    ticket = finish(cast, paid_work(cast))
    bill = Bill.objects.get(case=ticket.case)
    total = sum(line.amount for line in ticket.lines.done())
    assert (bill.amount, bill.outstanding, bill.unit) == (total, total, cast.units["3-2-1501"])
    assert bill.debtor == cast.people["3-2-1501"]
    assert bill.due_on == NOON.date().replace(day=30)
    assert ticket.case.number in bill.words
    assert kinds(ticket.case).count("bill.raised") == 1
    assert_books_agree(cast)


def test_free_work_and_work_taken_over_is_not_billed(cast: Cast) -> None:
    finish(cast, in_progress(cast, opened(cast)))
    assert not Bill.objects.exists()


def test_the_ticket_hears_of_payment_and_reversal_in_words_for_the_resident(cast: Cast) -> None:
    ticket = finish(cast, paid_work(cast))
    bill = Bill.objects.get()
    receipt = pay(cast, bill)
    reverse_receipt(receipt=receipt, reason="退回", by=cast.cashier, at=NOON + 4 * HOUR)
    told = [
        event for event in Event.objects.filter(case=ticket.case, for_resident=True) if event.kind.startswith("bill.")
    ]
    assert [event.kind for event in told] == ["bill.raised", "bill.paid", "bill.payment_reversed"]
    for event in told:
        assert bill.number in sentence(event.kind, event.data)
        assert "—" not in sentence(event.kind, event.data)


def test_work_gone_on_with_after_a_reopening_is_billed_for_what_is_new(cast: Cast) -> None:
    ticket = finish(cast, paid_work(cast))
    first = Bill.objects.get()
    pay(cast, first)
    actions.reopen(ticket=ticket, reason="又堵了", by=cast.frontdesk, at=NOON + 5 * HOUR)
    again = dispatched(cast, ticket, at=NOON + 5 * HOUR)
    actions.accept(ticket=again, by=cast.technician, at=NOON + 5 * HOUR)
    actions.arrive(ticket=again, by=cast.technician, at=NOON + 6 * HOUR)
    actions.complete(ticket=again, report="又通了", by=cast.technician, at=NOON + 7 * HOUR)
    assert Bill.objects.filter(case=ticket.case).count() == 1, "nothing was added, nothing more is owed"
    assert_books_agree(cast)


def test_what_a_supervisor_makes_free_is_not_owed_and_what_was_paid_stays(cast: Cast) -> None:
    ticket = finish(cast, paid_work(cast))
    actions.override_charge(ticket=ticket, charge="free", reason="质保期内", by=cast.supervisor, at=NOON + 3 * HOUR)
    bill = Bill.objects.get()
    assert (bill.state, bill.voided_reason) == ("void", "质保期内")
    actions.override_charge(ticket=ticket, charge="paid", reason="查实人为", by=cast.supervisor, at=NOON + 3 * HOUR)
    anew = Bill.objects.standing().get()
    pay(cast, anew, Decimal("1.00"))
    actions.override_charge(ticket=ticket, charge="free", reason="协商免费", by=cast.supervisor, at=NOON + 4 * HOUR)
    anew.refresh_from_db()
    assert (anew.outstanding, anew.waived) == (Decimal(0), anew.amount - 1)
    assert_books_agree(cast)


def free(cast: Cast, ticket: Ticket, at: Any = NOON + 4 * HOUR, by: User | None = None) -> Ticket:
    return actions.override_charge(ticket=ticket, charge="free", reason="协商免费", by=by or cast.supervisor, at=at)


@pytest.mark.req("BIL-4")
def test_what_was_paid_for_free_work_is_given_back_and_never_owed_again(
    cast: Cast, signed_in: Callable[[User], Client], api: Callable[[User], APIClient]
) -> None:
    ticket = finish(cast, paid_work(cast))
    bill = Bill.objects.get()
    receipts = [pay(cast, bill, Decimal("1.00")), pay(cast, bill, Decimal("2.00"))]
    free(cast, ticket)
    told = [event.data for event in Event.objects.filter(case=ticket.case, kind="bill.to_give_back")]
    assert [(one["receipt"], one["amount"]) for one in told] == [
        (receipts[0].number, "1.00"),
        (receipts[1].number, "2.00"),
    ]
    given = api(cast.supervisor).get(f"/api/v1/tickets/{ticket.case.number}/").json()["give_back"]
    assert [one["receipt"] for one in given] == [one.number for one in receipts]
    page = signed_in(cast.supervisor).get(f"/tickets/{ticket.case.number}/").content.decode()
    assert all(f"/receipts/{one.number}/" in page for one in receipts)
    for receipt, state in zip(receipts, ("paid", "void"), strict=True):
        reverse_receipt(receipt=receipt, reason="免费", by=cast.cashier, at=NOON + 5 * HOUR)
        bill.refresh_from_db()
        assert (bill.outstanding, bill.state) == (Decimal(0), state)
    assert "data-give-back" not in signed_in(cast.supervisor).get(f"/tickets/{ticket.case.number}/").content.decode()
    assert_books_agree(cast)


@pytest.mark.req("BIL-4")
def test_the_rest_of_an_earlier_day_waits_for_a_second_person_and_a_reversal_by_another_is_one(cast: Cast) -> None:
    ticket = finish(cast, paid_work(cast))
    bill, later = Bill.objects.get(), NOON + 30 * HOUR
    receipt = take_payment(
        project=bill.project, unit=bill.unit, bills=[bill], amount=Decimal(1), method="cash", by=cast.cashier, at=later
    )
    free(cast, ticket, at=later)
    free(cast, ticket, at=later)
    asked = Approval.objects.get()
    assert (asked.kind, asked.subject) == ("bill.waive", bill.number)
    reverse_receipt(receipt=receipt, reason="免费", by=cast.cashier, at=later + HOUR)
    bill.refresh_from_db()
    assert bill.state == "void"
    assert_books_agree(cast)


@pytest.mark.req("BIL-4")
def test_one_person_alone_lets_nobody_off_a_bill_of_an_earlier_day(cast: Cast) -> None:
    ticket = finish(cast, paid_work(cast))
    bill, later = Bill.objects.get(), NOON + 30 * HOUR
    receipt = take_payment(
        project=bill.project,
        unit=bill.unit,
        bills=[bill],
        amount=bill.outstanding,
        method="cash",
        by=cast.cashier,
        at=later,
    )
    free(cast, ticket, at=later)
    reverse_receipt(receipt=receipt, reason="免费", by=cast.supervisor, at=later + HOUR)
    bill.refresh_from_db()
    assert bill.state == "unpaid"
    approve(approval=Approval.objects.get(kind="bill.void"), by=cast.gm, at=later + HOUR)
    bill.refresh_from_db()
    assert bill.state == "void"
    assert_books_agree(cast)


@pytest.mark.req("BIL-4")
def test_a_bill_of_an_earlier_day_is_owed_until_a_second_person_lets_it_go(cast: Cast) -> None:
    ticket, later = finish(cast, paid_work(cast)), NOON + 30 * HOUR
    for word in ("协商免费", "再说一次"):
        actions.override_charge(ticket=ticket, charge="free", reason=word, by=cast.supervisor, at=later)
    bill = Bill.objects.get()
    assert bill.state == "unpaid"
    asked = Approval.objects.get()
    assert (asked.asked_by, asked.subject, asked.reason) == (cast.supervisor, bill.number, "协商免费")
    approve(approval=asked, by=cast.gm, at=later)
    bill.refresh_from_db()
    assert bill.state == "void"
    assert_books_agree(cast)


def test_the_tickets_page_shows_the_bill_and_whether_it_is_paid(
    cast: Cast, signed_in: Callable[[User], Client]
) -> None:
    ticket = finish(cast, paid_work(cast))
    bill = Bill.objects.get()
    page = f"/tickets/{ticket.case.number}/"
    for who in (cast.frontdesk, cast.technician, cast.supervisor):
        shown = signed_in(who).get(page).content.decode()
        assert bill.number in shown
        assert "未缴" in shown
    pay(cast, bill)
    assert "已缴清" in signed_in(cast.frontdesk).get(page).content.decode()


def test_a_tenant_who_ordered_it_owes_it(cast: Cast) -> None:
    unit = cast.units["3-2-1501"]
    tenants = Household.objects.create(project=cast.project, unit=unit, is_owner=False, started_on=NOON.date())
    tenants.members.create(person=cast.people["3-2-1502"], relation="tenant")
    finish(cast, paid_work(cast, contact_phone="13912345678"))
    bill = Bill.objects.get()
    assert (bill.household, bill.debtor) == (tenants, cast.people["3-2-1502"])


def test_finishing_over_the_api_twice_with_one_key_bills_once(cast: Cast, api: Callable[[User], APIClient]) -> None:
    ticket = paid_work(cast)
    for _ in range(2):
        answer = api(cast.technician).post(
            f"/api/v1/tickets/{ticket.case.number}/complete/",
            {"report": "通了"},
            format="json",
            headers={"Idempotency-Key": "k"},
        )
        assert answer.status_code == 200
    assert Bill.objects.count() == 1
