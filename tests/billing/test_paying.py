"""Taking money at the desk: what it settles, what is left over, what is refused, and taking it back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from billing.actions.paying import take_payment
from billing.actions.refunding import ask_for_refund
from billing.actions.reversing import reverse_receipt
from billing.actions.voiding import void
from billing.actions.waiving import ask_to_waive
from billing.models import Bill, Credit, Payment, Receipt, Refund
from billing.queries.account import account_of
from billing.queries.ledger import balance
from billing.queries.owed import open_bills
from billing.states import COUNTER_METHODS, BillState, Book
from core.errors import Invalid, NotAllowed, NotNow
from estate.models import Household
from records.approvals import approve
from records.models import AuditEntry
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, charged, credit_used, in_advance, on, paid, yuan
from tests.cast import NOON, Cast, make_home

pytestmark = [pytest.mark.req("BIL-3"), pytest.mark.django_db]
DAY = timedelta(days=1)


@pytest.mark.parametrize(("method", "book"), list(zip(COUNTER_METHODS, list(Book)[:5], strict=True)))
def test_a_bill_is_paid_in_each_way_and_its_money_lies_in_the_account_of_it(
    cast: Cast, method: str, book: Book
) -> None:
    bill = charged(cast, "88.80")
    receipt = paid(cast, bill, method=method, reference="20261123001")
    bill.refresh_from_db()
    assert (bill.state, bill.outstanding) == (BillState.PAID.value, yuan(0))
    assert on(book, cast) == Decimal("88.80")
    assert on(Book.RECEIVABLE, cast) == 0
    payment = receipt.payment
    assert (payment.payer, payment.person, payment.by) == ("张小明", bill.debtor, cast.cashier)
    assert (payment.reference, payment.day) == ("20261123001", NOON.date())
    assert_books_agree(cast)


@pytest.mark.req("BIL-4")
def test_receipts_are_numbered_without_gaps_by_project_and_year(cast: Cast) -> None:
    first, second = paid(cast, charged(cast)), paid(cast, charged(cast, home=NEXT_DOOR), home=NEXT_DOOR)
    with transaction.atomic():
        paid(cast, charged(cast))
        transaction.set_rollback(True)
    third = paid(cast, charged(cast))
    new_year = NOON + 39 * DAY
    fourth = paid(cast, charged(cast, at=new_year), at=new_year)
    numbers = [receipt.number for receipt in (first, second, third, fourth)]
    assert numbers == [
        "SJ-DEMO-2026-000001",
        "SJ-DEMO-2026-000002",
        "SJ-DEMO-2026-000003",
        "SJ-DEMO-2027-000001",
    ]


def test_the_year_of_a_receipt_is_the_one_in_the_project(cast: Cast) -> None:
    new_year = NOON.replace(month=12, day=31, hour=16, minute=30)  # half past midnight in Shanghai
    assert paid(cast, charged(cast), at=new_year).number == "SJ-DEMO-2027-000001"


def test_several_bills_are_paid_at_once_and_part_of_them_the_oldest_first(cast: Cast) -> None:
    newer = charged(cast, 100)
    older = charged(cast, 60, due_on=NOON.date() - DAY)
    receipt = paid(cast, newer, older, amount=100)
    assert {line.bill_id: line.amount for line in receipt.payment.lines.all()} == {older.pk: 60, newer.pk: 40}
    for bill in (newer, older):
        bill.refresh_from_db()
    assert (older.state, newer.state, newer.outstanding) == ("paid", "part", yuan(60))
    assert [bill.number for bill in open_bills(cast.units[HOME])] == [newer.number]
    paid(cast, newer)
    assert not open_bills(cast.units[HOME])
    assert_books_agree(cast)


def test_what_is_more_is_kept_as_credit_and_used_when_asked(cast: Cast) -> None:
    unit = cast.units[HOME]
    paid(cast, charged(cast, 60), amount=100)
    paid(cast, amount=5)
    assert in_advance(unit) == 45
    with pytest.raises(NotNow):
        credit_used(cast)
    later = charged(cast, 50)
    assert credit_used(cast) == 45
    later.refresh_from_db()
    assert (later.outstanding, in_advance(unit)) == (yuan(5), yuan(0))
    assert balance(Book.CREDIT, cast.project, unit=unit) == 0
    assert_books_agree(cast)


@pytest.mark.parametrize("amount", ["0", "-5", "0.001", "10000000", "1e30"])
def test_an_amount_that_is_none_is_refused(cast: Cast, amount: str) -> None:
    bill = charged(cast)
    with pytest.raises(Invalid) as refusal:
        take_payment(
            project=cast.project,
            unit=cast.units[HOME],
            bills=[bill],
            amount=Decimal(amount),
            method="cash",
            by=cast.cashier,
            at=NOON,
        )
    assert set(refusal.value.fields) == {"amount"}
    assert not Payment.objects.exists()


def test_another_units_bill_another_projects_unit_and_an_unknown_way_are_refused(cast: Cast) -> None:
    bill, other = charged(cast), charged(cast, home=NEXT_DOOR)
    far = make_home(cast.other_project, "9-9-901", "王大锤", "13744445555")[0]
    for given in ({"bills": [bill, other]}, {"unit": far, "bills": []}, {"method": "shells"}, {"method": "online"}):
        usual = {"project": cast.project, "unit": cast.units[HOME], "bills": [bill], "method": "cash"}
        with pytest.raises(Invalid):
            take_payment(**{**usual, **given}, amount=yuan(1), by=cast.cashier, at=NOON)  # type: ignore[arg-type]


@pytest.mark.req("BIL-4")
def test_what_is_paid_or_void_already_is_not_paid_again(cast: Cast) -> None:
    bill, gone = charged(cast), charged(cast)
    paid(cast, bill)
    void(bill=gone, reason="开错了", by=cast.supervisor, at=NOON)
    for stale in (bill, gone):
        with pytest.raises(NotNow) as refusal:
            paid(cast, stale, amount=100)
        assert refusal.value.code == "not_owed"
        assert stale.number in str(refusal.value)
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("who", ["frontdesk", "supervisor", "technician", "gm", "admin", "resident", "frontdesk2"])
def test_only_cashiers_take_money(cast: Cast, who: str) -> None:
    bill = charged(cast)
    with pytest.raises(NotAllowed):
        paid(cast, bill, by=cast.users[who])


def test_a_payment_takes_twenty_statements_at_most_whatever_it_settles(cast: Cast) -> None:
    counts = []
    for number in (1, 6):
        bills = [charged(cast) for _ in range(number)]
        with CaptureQueriesContext(connection) as seen:
            paid(cast, *bills, amount=100 * number + 5)
        counts.append(len(seen))
    assert counts[0] <= 20, counts
    assert counts[1] <= counts[0], counts


@pytest.mark.req("BIL-4")
def test_a_reversal_keeps_the_number_owes_the_bills_again_and_takes_the_credit_back(cast: Cast) -> None:
    bill = charged(cast, 60)
    receipt = paid(cast, bill, amount=100)
    reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON)
    bill.refresh_from_db()
    receipt.refresh_from_db()
    assert (bill.state, in_advance(cast.units[HOME])) == (BillState.UNPAID.value, yuan(0))
    assert (receipt.reversed_by, receipt.reversed_reason) == (cast.cashier, "刷错卡")
    assert receipt.reversed_entry is not None
    assert receipt.reversed_entry.reverses == receipt.payment.entries.get(kind="paid")
    assert on(Book.CASH, cast) == 0
    assert paid(cast, bill).number == "SJ-DEMO-2026-000002"
    assert AuditEntry.objects.filter(action="receipt.reversed", target=receipt.number, reason="刷错卡").exists()
    assert_books_agree(cast)
    with pytest.raises(NotNow):
        reverse_receipt(receipt=receipt, reason="再来", by=cast.cashier, at=NOON)


@pytest.mark.req("BIL-4")
def test_a_receipt_whose_day_is_over_or_whose_credit_was_given_back_is_not_simply_reversed(cast: Cast) -> None:
    receipt = paid(cast, charged(cast, 60), amount=100)
    with pytest.raises(NotNow) as refusal:
        reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON + DAY)
    assert refusal.value.code == "day_over"
    given: dict[str, Any] = {"household": cast.households[HOME].pk, "method": "cash", "payee": "张小明"}
    asked = ask_for_refund(unit=cast.units[HOME], amount=yuan(30), reason="搬走", by=cast.cashier, at=NOON, **given)
    approve(approval=asked, by=cast.supervisor, at=NOON)
    with pytest.raises(NotNow) as refusal:
        reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON)
    assert refusal.value.code == "credit_used"
    assert Refund.objects.get().number in str(refusal.value)
    assert Credit.objects.get().amount == 10
    assert_books_agree(cast)


@pytest.mark.req("BIL-4")
def test_what_was_settled_from_the_credit_of_a_mistake_is_owed_again_with_it(cast: Cast) -> None:
    paid(cast, amount=25)
    before = charged(cast, 25)
    credit_used(cast)
    mistake = paid(cast, amount=100_000)
    own = paid(cast, amount=50)
    one, other = charged(cast, 60), charged(cast, 30, due_on=NOON.date())
    credit_used(cast)
    reverse_receipt(receipt=mistake, reason="多打了三个零", by=cast.cashier, at=NOON)
    for bill, owed in ((before, 0), (one, 60), (other, 0)):
        bill.refresh_from_db()
        assert bill.outstanding == owed
    assert in_advance(cast.units[HOME]) == 20, "what was really paid settles what it can; no more goes back than must"
    assert AuditEntry.objects.get(action="credit.use_reversed").data == {"receipt": mistake.number, "amount": "60.00"}
    assert_books_agree(cast)
    home = account_of(cast.households[HOME], NOON.date(), NOON.date())
    assert (home.owed, home.advance) == (yuan(60), yuan(20))
    reverse_receipt(receipt=own, reason="也错了", by=cast.cashier, at=NOON)
    other.refresh_from_db()
    assert (other.outstanding, in_advance(cast.units[HOME])) == (yuan(30), yuan(0))
    assert_books_agree(cast)


def test_a_receipt_is_reversed_by_who_took_the_money_or_a_supervisor_with_a_reason(cast: Cast) -> None:
    receipt = paid(cast, charged(cast))
    for who in ("frontdesk", "gm", "technician", "resident"):
        with pytest.raises(NotAllowed):
            reverse_receipt(receipt=receipt, reason="退", by=cast.users[who], at=NOON)
    with pytest.raises(Invalid):
        reverse_receipt(receipt=receipt, reason="  ", by=cast.supervisor, at=NOON)
    reverse_receipt(receipt=receipt, reason="退", by=cast.supervisor, at=NOON)
    assert Receipt.objects.get().reversed_by == cast.supervisor


def test_a_bill_names_the_owner_and_the_next_household_does_not_see_it(cast: Cast) -> None:
    bill = charged(cast)
    assert bill.debtor == cast.people[HOME]
    assert bill.household == cast.households[HOME]
    receipt = paid(cast, bill)

    def seen(user: Any) -> tuple[bool, bool, bool]:
        return (
            Bill.objects.visible_to(user).filter(pk=bill.pk).exists(),
            Payment.objects.visible_to(user).filter(pk=receipt.payment_id).exists(),
            Receipt.objects.visible_to(user).filter(pk=receipt.pk).exists(),
        )

    for who in ("cashier", "frontdesk", "supervisor", "gm", "resident"):
        assert seen(cast.users[who]) == (True, True, True), who
    for who in ("technician", "guard", "head", "frontdesk2", "resident2"):
        assert seen(cast.users[who]) == (False, False, False), who
    Household.objects.filter(pk=cast.households[HOME].pk).update(ended_on=NOON.date())
    assert seen(cast.resident) == (False, False, False)


def test_a_head_of_finance_reads_the_money(cast: Cast) -> None:
    membership = cast.head.memberships.get()
    membership.department = cast.departments["finance"]
    membership.save()
    bill = charged(cast)
    assert Bill.objects.visible_to(type(cast.head).objects.get(pk=cast.head.pk)).get() == bill


def test_a_void_bill_owes_nothing_and_keeps_its_number(cast: Cast) -> None:
    bill = charged(cast, 60)
    with pytest.raises(NotAllowed):
        void(bill=bill, reason="开错了", by=cast.frontdesk, at=NOON)
    void(bill=bill, reason="开错了", by=cast.cashier, at=NOON)
    bill.refresh_from_db()
    assert (bill.state, bill.outstanding, bill.voided_reason) == (BillState.VOID.value, yuan(0), "开错了")
    assert on(Book.RECEIVABLE, cast) == on(Book.OTHER, cast) == 0
    with pytest.raises(NotNow):
        void(bill=bill, reason="再来", by=cast.cashier, at=NOON)
    part = charged(cast, 60)
    paid(cast, part, amount=10)
    with pytest.raises(NotNow) as refusal:
        void(bill=part, reason="开错了", by=cast.cashier, at=NOON)
    assert refusal.value.code == "paid"
    assert_books_agree(cast)


def test_states_are_found_by_the_same_statement_that_names_them(cast: Cast) -> None:
    unpaid, part, done, gone, spared = (charged(cast) for _ in range(5))
    paid(cast, part, amount=1)
    paid(cast, done)
    void(bill=gone, reason="开错了", by=cast.cashier, at=NOON)
    asked = ask_to_waive(bill=spared, amount=spared.amount, reason="漏水", by=cast.cashier, at=NOON)
    approve(approval=asked, by=cast.gm, at=NOON)
    for state, bill in zip(BillState.values, (unpaid, part, done, gone, spared), strict=True):
        bill.refresh_from_db()
        assert bill.state == state
        assert list(Bill.objects.in_state(state)) == [bill]
    assert list(Bill.objects.open().order_by("pk")) == [unpaid, part]
