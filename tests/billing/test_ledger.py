"""The ledger: balanced by itself, never rewritten, taken back by its opposite, shut month by month."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.actions.posting import Line, close_month, post, reverse
from billing.actions.reversing import reverse_receipt
from billing.actions.voiding import void
from billing.models import Account, Bill, Credit, Entry, Posting, Receipt
from billing.queries.ledger import balance, proof, trial_balance
from billing.states import Book, EntryKind
from core.errors import DomainError, Invalid, NotAllowed, NotNow
from records.actions import unlock_append_only
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, charged, credit_used, on, paid, yuan
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.req("BIL-4"), pytest.mark.django_db]
DAY = timedelta(days=1)
GUARDED = ["entry", "posting", "closedmonth", "billline", "payment", "paymentline"]


def booked(cast: Cast, amount: object = 10, debit: str = Book.CASH, credit: str = Book.OTHER) -> Entry:
    line = Line(debit=debit, credit=credit, amount=yuan(amount))
    return post(project=cast.project, kind=EntryKind.OPENING, day=NOON.date(), lines=[line], by=cast.cashier, at=NOON)


def test_the_chart_of_accounts_is_loaded_once_and_names_speak_both_languages(cast: Cast) -> None:
    assert {account.code for account in Account.objects.all()} == {str(book) for book in Book}
    assert Account.objects.get(code=Book.CREDIT).name_zh == "预收账款"


@pytest.mark.parametrize("amount", ["0", "-1", "0.005"])
def test_only_a_positive_number_of_cents_is_booked(cast: Cast, amount: str) -> None:
    line = Line(debit=Book.CASH, credit=Book.OTHER, amount=Decimal(amount))
    with pytest.raises(Invalid):
        post(project=cast.project, kind=EntryKind.OPENING, day=NOON.date(), lines=[line], by=None, at=NOON)
    assert not Entry.objects.exists()


def test_the_database_itself_refuses_what_moves_nothing_or_goes_nowhere(cast: Cast) -> None:
    entry = booked(cast)
    same = {"entry": entry, "project": cast.project, "day": NOON.date()}
    for debit, credit, amount in (("1001", "6052", 0), ("1001", "1001", 1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Posting.objects.create(**same, debit_id=debit, credit_id=credit, amount=amount)


@pytest.mark.parametrize("table", GUARDED)
def test_what_was_written_can_neither_be_changed_nor_removed(cast: Cast, table: str) -> None:
    paid(cast, charged(cast))
    close_month(project=cast.project, month=date(2026, 10, 1), by=cast.gm, at=NOON)
    for statement in (f"UPDATE billing_{table} SET id = id", f"DELETE FROM billing_{table}"):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_reversal_moves_the_same_the_other_way_once_and_names_what_it_reverses(cast: Cast) -> None:
    entry = booked(cast, 12)
    back = reverse(entry=entry, by=cast.cashier, at=NOON + DAY, reason="记错了")
    assert (back.reverses, back.kind, back.day, back.text) == (entry, "reversed", NOON.date() + DAY, "记错了")
    assert [posting.reverses for posting in back.postings.all()] == list(entry.postings.all())
    assert [on(Book.CASH, cast), balance(Book.CASH, cast.project, as_of=NOON.date())] == [yuan(0), yuan(12)]
    for again in (entry, back):
        with pytest.raises(NotNow):
            reverse(entry=again, by=cast.cashier, at=NOON, reason="再来")
    with pytest.raises(Invalid):
        reverse(entry=booked(cast), by=cast.cashier, at=NOON, reason=" ")


def test_an_entry_of_which_a_part_was_taken_back_is_not_reversed_whole(cast: Cast) -> None:
    first, _second = charged(cast), charged(cast)
    void(bill=first, reason="开错了", by=cast.cashier, at=NOON)
    with pytest.raises(NotNow):
        reverse(entry=Entry.objects.get(text=first.number), by=cast.cashier, at=NOON, reason="全退")


def test_nothing_is_booked_into_a_closed_month_and_a_reversal_counts_today(cast: Cast) -> None:
    entry = booked(cast)
    with pytest.raises(NotNow):
        close_month(project=cast.project, month=NOON.date(), by=cast.gm, at=NOON)
    later = NOON + 10 * DAY
    with pytest.raises(NotAllowed):
        close_month(project=cast.project, month=NOON.date(), by=cast.cashier, at=later)
    close_month(project=cast.project, month=NOON.date(), by=cast.gm, at=later)
    with pytest.raises(NotNow):
        close_month(project=cast.project, month=NOON.date(), by=cast.gm, at=later)
    with pytest.raises(NotNow) as refusal:
        booked(cast)
    assert refusal.value.code == "month_closed"
    reverse(entry=entry, by=cast.cashier, at=later, reason="月结后更正")
    assert balance(Book.CASH, cast.project, as_of=date(2026, 11, 30)) == 10
    assert on(Book.CASH, cast) == 0


def test_balances_are_as_of_a_day_and_of_a_unit(cast: Cast) -> None:
    charged(cast, 70)
    charged(cast, 30, home=NEXT_DOOR, at=NOON + DAY)
    unit = cast.units[HOME]
    assert balance(Book.RECEIVABLE, cast.project, as_of=NOON.date()) == 70
    assert balance(Book.RECEIVABLE, cast.project) == 100
    assert balance(Book.RECEIVABLE, cast.project, unit=unit) == 70
    assert balance(Book.RECEIVABLE, cast.other_project) == 0


def test_the_trial_balance_balances(cast: Cast) -> None:
    paid(cast, charged(cast, 70), amount=100)
    rows = {row.code: row for row in trial_balance(cast.project, NOON.date())}
    assert sum(row.debited for row in rows.values()) == sum(row.credited for row in rows.values()) == 170
    assert {code: row.balance for code, row in rows.items() if row.balance} == {"1001": 100, "2203": 30, "6052": 70}
    assert not any(row.debited for row in trial_balance(cast.project, NOON.date() - DAY))


def test_the_proof_finds_a_bill_a_credit_and_a_receipt_that_disagree(cast: Cast) -> None:
    bill = charged(cast, 70)
    receipt = paid(cast, bill, amount=100)
    assert_books_agree(cast)
    Bill.objects.filter(pk=bill.pk).update(outstanding=1)
    Credit.objects.update(amount=29)
    with unlock_append_only(at=NOON, by=cast.admin, reason="what no code of ours may do"):
        type(receipt).objects.filter(pk=receipt.pk).delete()
    wrong = {check.what for check in proof(cast.project) if not check.holds}
    assert {bill.number, HOME, receipt.number} < wrong
    assert len(wrong) == 6  # both sums, the bill, the unit, cash, and the number that is missing


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["charge", "pay", "part", "over", "credit", "void", "reverse"]),
        st.decimals("0.01", "500", places=2),
        st.sampled_from([HOME, NEXT_DOOR]),
    ),
    max_size=12,
)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_in_whatever_order_the_books_agree(cast: Cast, steps: list[tuple[str, Decimal, str]]) -> None:
    with transaction.atomic():
        for verb, amount, home in steps:
            do(cast, verb, amount, home)
        assert_books_agree(cast)
        rows = trial_balance(cast.project, NOON.date())
        assert sum(row.debited for row in rows) == sum(row.credited for row in rows)
        transaction.set_rollback(True)


def do(cast: Cast, verb: str, amount: Decimal, home: str) -> None:
    """One step; what the rules refuse is left undone."""
    unit = cast.units[home]
    owed = list(Bill.objects.open().filter(unit=unit))
    comes_to = sum((bill.outstanding for bill in owed), Decimal(0))
    given = {"part": min(amount, comes_to), "over": comes_to + amount, "pay": comes_to}
    try:
        with transaction.atomic():
            if verb == "charge":
                charged(cast, amount, home=home)
            elif verb in given:
                paid(cast, *owed, amount=given[verb], home=home)
            elif verb == "credit":
                credit_used(cast, home)
            elif verb == "void" and owed:
                void(bill=owed[0], reason="开错", by=cast.cashier, at=NOON)
            elif verb == "reverse":
                found = Receipt.objects.filter(payment__unit=unit, reversed_at=None).order_by("-pk").first()
                if found is not None:
                    reverse_receipt(receipt=found, reason="退回", by=cast.cashier, at=NOON)
    except DomainError:
        pass
