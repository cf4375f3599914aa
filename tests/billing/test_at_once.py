"""Several cashiers at the same moment: one receipt per payment, no number missing or given twice, nobody refused.

On PostgreSQL each has a connection and they really meet; on SQLite one writes at a time, and the same must come out.
The controls take the lock away: what must never happen happens then, so the tests would notice.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import DecimalField, Max, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Round
from django.db.models.query import QuerySet

from accounts.models import Project
from billing.actions import paying, receipting
from billing.actions.reversing import reverse_receipt
from billing.actions.running import prepare_run, raise_run
from billing.models import Bill, Credit, Entry, Posting, Receipt, ReceiptSeries
from billing.queries.ledger import balance, trial_balance
from billing.states import Book
from core.errors import NotNow
from records.actions import Answer, once
from records.work import run_waiting
from tests.billing.money import (
    HOME,
    NEXT_DOOR,
    assert_books_agree,
    borne,
    charged,
    in_advance,
    management_fee,
    paid,
    yuan,
)
from tests.cast import NOON, Cast
from tests.threads import at_once

pytestmark = pytest.mark.req("BIL-4")
LONG = 900.0
SIDES = ("debit", "credit")
NIL = Value(Decimal(0), output_field=DecimalField(max_digits=14, decimal_places=2))
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")


def seen(bill: Bill) -> Bill:
    """The bill as whoever looks at the till has it."""
    return Bill.objects.select_related("project", "unit").get(pk=bill.pk)


def outcomes(answers: list[Any]) -> tuple[list[Receipt], list[NotNow], list[Any]]:
    """Receipts, refusals with a sentence, and anything else, of which there must be none."""
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    refused = [answer for answer in answers if isinstance(answer, NotNow)]
    other = [answer for answer in answers if not isinstance(answer, Receipt | NotNow)]
    return receipts, refused, other


def pay_one_bill(cast: Cast, rounds: int, people: int) -> list[int]:
    """Everybody pays the same bill in full, round after round; how many receipts each round gave."""
    counts = []
    for _ in range(rounds):
        bill = charged(cast, 88)

        def pay(_: int, bill: Bill = bill) -> Receipt:
            return paid(cast, seen(bill), amount=88)

        receipts, _refused, other = outcomes(at_once(people, pay, patience=LONG))
        assert not other, other
        counts.append(len(receipts))
    return counts


def till_after_till(cast: Cast, people: int, receipts: int, rolled_back: int) -> list[Any]:
    """Each cashier takes so many payments in advance; of every hundred so many are rolled back at the end."""

    def work(person: int) -> list[str]:
        given = []
        for number in range(receipts):
            with transaction.atomic():
                receipt = paid(cast, amount=1, home=(HOME, NEXT_DOOR)[(person + number) % 2])
                if (person * receipts + number) * 37 % 100 < rolled_back:
                    transaction.set_rollback(True)
                    continue
            given.append(receipt.number)
        return given

    return at_once(people, work, patience=LONG)


@dataclass(frozen=True)
class Snapshot:
    """What one statement reads, all of it of the same moment: what bills, credit and receipts say, and the ledger."""

    owed: Decimal
    receivable: Decimal
    kept: Decimal
    credit: Decimal
    receipts: Decimal
    till: Decimal

    @property
    def is_balanced(self) -> bool:
        return (self.owed, self.kept, self.receipts) == (self.receivable, self.credit, self.till)


def snapshot(project: Project) -> Snapshot:
    """The books at this moment, whoever is paying: a statement sees what was committed before it and nothing else."""
    postings = Posting.objects.order_by()

    def summed(rows: QuerySet[Any], amount: str) -> Any:
        sums = rows.order_by().values(project_of[rows.model]).annotate(sum=Sum(amount)).values("sum")
        return Coalesce(Subquery(sums), NIL)

    def held(book: str, sign: int) -> Any:
        into, out_of = (summed(postings.filter(project=OuterRef("pk"), **{side: book}), "amount") for side in SIDES)
        return Round((into - out_of) * sign, precision=2)

    project_of: dict[Any, str] = {Receipt: "payment__project"} | dict.fromkeys((Bill, Credit, Posting), "project")
    mine = {"project": OuterRef("pk")}
    row = Project.objects.filter(pk=project.pk).values_list(
        summed(Bill.objects.filter(**mine), "outstanding"),
        held(Book.RECEIVABLE, 1),
        summed(Credit.objects.filter(**mine), "amount"),
        held(Book.CREDIT, -1),
        summed(Receipt.objects.filter(payment__project=OuterRef("pk"), reversed_at=None), "payment__amount"),
        held(Book.CASH, 1),
    )
    return Snapshot(*(yuan(amount) for amount in row.get()))


@contextmanager
def as_one_reads() -> Iterator[None]:
    """In line with who writes, where the tests' database in memory would let no reader in between."""
    if connection.vendor == "postgresql":
        yield
    else:
        with transaction.atomic():
            yield


def looks(project: Project, count: int, is_over: Callable[[], bool]) -> list[Snapshot]:
    """So many snapshots, or fewer where all is over before."""
    seen: list[Snapshot] = []
    while len(seen) < count and not is_over():
        with as_one_reads():
            seen.append(snapshot(project))
    return seen


def assert_gapless(cast: Cast, given: list[Any]) -> list[str]:
    """Every number that was handed out is there once, and they run from one to the last."""
    assert all(isinstance(numbers, list) for numbers in given), given
    told = sorted(number for numbers in given for number in numbers)
    assert told == sorted(Receipt.objects.values_list("number", flat=True))
    assert told == [f"SJ-DEMO-2026-{n:06d}" for n in range(1, len(told) + 1)]
    return told


@pytest.mark.parametrize(("rounds", "people"), [(5, 8), pytest.param(200, 50, marks=pytest.mark.slow)])
def test_a_bill_paid_by_many_at_once_is_paid_once(
    real_transactions: None, cast: Cast, rounds: int, people: int
) -> None:
    assert pay_one_bill(cast, rounds, people) == [1] * rounds
    assert balance(Book.CASH, cast.project) == 88 * rounds
    assert balance(Book.RECEIVABLE, cast.project) == 0
    assert_gapless(cast, [list(Receipt.objects.values_list("number", flat=True))])
    assert_books_agree(cast)


@pytest.mark.parametrize(("people", "receipts"), [(6, 10), pytest.param(50, 100, marks=pytest.mark.slow)])
def test_receipts_of_many_tills_have_no_gap_and_no_double_though_some_are_rolled_back(
    real_transactions: None, cast: Cast, people: int, receipts: int
) -> None:
    given = till_after_till(cast, people, receipts, rolled_back=20)
    told = assert_gapless(cast, given)
    assert people * receipts * 0.6 < len(told) < people * receipts
    assert ReceiptSeries.objects.get().last == len(told)
    assert sum(in_advance(unit) for unit in cast.units.values()) == len(told)
    assert_books_agree(cast)


@pytest.mark.parametrize(("people", "count"), [(3, 40), pytest.param(8, 10_000, marks=pytest.mark.slow)])
def test_whoever_looks_at_the_books_while_many_pay_finds_them_balanced(
    real_transactions: None, cast: Cast, people: int, count: int
) -> None:
    """Tills charge, take money for it or in advance, and take it back, until enough was seen of it."""
    over = Event()

    def work(person: int) -> list[Snapshot]:
        if person == 0:
            try:
                return looks(cast.project, count, lambda: False)
            finally:
                over.set()
        home, number = (HOME, NEXT_DOOR)[person % 2], 0
        while not over.is_set():
            number += 1
            bill = charged(cast, number % 7 + 1, home=home)
            receipt = paid(cast, seen(bill), amount=number % 5 + 1, home=home)
            if number % 3 == 0:
                reverse_receipt(receipt=receipt, reason="退", by=cast.cashier, at=NOON)
        return []

    looked, *others = at_once(people + 1, work, patience=LONG)
    assert others == [[]] * people, others
    assert isinstance(looked, list)
    assert len(looked) == count
    assert not [one for one in looked if not one.is_balanced]
    assert len(set(looked)) > count / 50, "the books have to move while somebody looks"
    assert_gapless(cast, [list(Receipt.objects.values_list("number", flat=True))])
    assert_books_agree(cast)


def test_a_look_without_a_moment_of_its_own_would_find_them_unbalanced(real_transactions: None, cast: Cast) -> None:
    """The control: read while a payment is half-way, in its own transaction, and a snapshot says so."""
    bill = charged(cast, 10)
    assert snapshot(cast.project).is_balanced
    with transaction.atomic():
        Bill.objects.filter(pk=bill.pk).update(outstanding=0)
        assert not snapshot(cast.project).is_balanced
        transaction.set_rollback(True)


@on_postgresql
@pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_without_the_lock_on_bills_some_are_paid_twice(real_transactions: None, cast: Cast, rounds: int) -> None:
    """The control: the same rounds without the lock go wrong, or the test above proves nothing."""
    with without_row_locks():
        counts = pay_one_bill(cast, rounds, 8)
    assert max(counts) > 1


@contextmanager
def without_row_locks() -> Iterator[None]:
    kept = QuerySet.select_for_update
    QuerySet.select_for_update = lambda self, **how: self  # type: ignore[method-assign]
    try:
        yield
    finally:
        QuerySet.select_for_update = kept  # type: ignore[method-assign]


@on_postgresql
def test_without_the_locked_counter_numbers_are_given_twice(
    real_transactions: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: counted on from the last receipt, tills are refused for a number that is another's.

    A payment's own number is counted by a locked row as well, and the cashier's day is held: both would keep the tills
    apart, so the number is drawn here and nobody asks for the day.
    """

    def last_and_one(project: Any, day: date, kind: str) -> receipting.Drawn:
        last = Receipt.objects.aggregate(last=Max("number"))["last"] or "SJ-DEMO-2026-000000"
        return receipting.Drawn(0, 0, f"{last[:-6]}{int(last[-6:]) + 1:06d}")

    monkeypatch.setattr(receipting, "draw_number", last_and_one)
    monkeypatch.setattr(paying, "next_number", lambda **_: f"JF-{uuid4().hex[:20]}")
    monkeypatch.setattr(paying, "require_day_open", lambda **_: None)
    given = till_after_till(cast, 6, 10, rolled_back=20)
    assert any(isinstance(problem, Exception) for problem in given)


@pytest.mark.parametrize("people", [8])
def test_the_same_request_at_once_takes_money_once(real_transactions: None, cast: Cast, people: int) -> None:
    bill = charged(cast, 60)

    def send(_: int) -> Answer:
        def act() -> Answer:
            return Answer(status=201, data={"receipt": paid(cast, seen(bill)).number})

        return once(by=cast.cashier, scope="POST /payments/", key="k", body={}, at=NOON, act=act)

    answers = at_once(people, send)
    assert {(answer.status, answer.data["receipt"]) for answer in answers if isinstance(answer, Answer)} == {
        (201, "SJ-DEMO-2026-000001")
    }
    assert len([answer for answer in answers if isinstance(answer, Answer)]) == people, answers
    assert Receipt.objects.count() == 1


def test_part_payments_at_once_come_to_the_bill_and_no_more(real_transactions: None, cast: Cast) -> None:
    bill = charged(cast, 10)
    receipts, refused, other = outcomes(at_once(8, lambda _: paid(cast, seen(bill), amount=3)))
    assert not other, other
    assert (len(receipts), len(refused)) == (4, 4)
    assert seen(bill).outstanding == 0
    assert in_advance(cast.units[HOME]) == 2
    assert_books_agree(cast)


def test_a_receipt_reversed_by_many_at_once_is_reversed_once_while_others_pay(
    real_transactions: None, cast: Cast
) -> None:
    bill = charged(cast, 10)
    receipt = paid(cast, bill)

    def act(person: int) -> Any:
        if person % 2:
            return paid(cast, seen(bill), amount=10)
        return reverse_receipt(receipt=Receipt.objects.get(pk=receipt.pk), reason="退", by=cast.cashier, at=NOON)

    _done, _refused, other = outcomes(at_once(8, act))
    assert not other, other
    assert Entry.objects.filter(kind="reversed").count() == 1
    standing = Receipt.objects.filter(reversed_at=None).count()
    assert seen(bill).outstanding == yuan(0 if standing else 10)
    assert_books_agree(cast)


def test_runs_raised_at_once_bill_each_home_once(real_transactions: None, cast: Cast) -> None:
    fee = management_fee(cast)
    for unit in cast.units.values():
        borne(unit, fee)
    month = {"start": date(2026, 11, 1), "end": date(2026, 11, 30), "due_on": date(2026, 12, 10)}
    runs = [prepare_run(project=cast.project, items=[fee.item], by=cast.cashier, at=NOON, **month) for _ in range(4)]
    run_waiting(NOON)
    for run in runs:
        raise_run(run=run, by=cast.cashier, at=NOON)
    done = at_once(4, lambda _: run_waiting(NOON + timedelta(seconds=1)))
    assert sum(counts["done"] for counts in done if isinstance(counts, dict)) == 4, done
    assert Bill.objects.count() == 2
    assert balance(Book.SERVICES, cast.project) == 2 * Decimal("264.77")
    rows = trial_balance(cast.project, NOON.date())
    assert sum(row.debited for row in rows) == sum(row.credited for row in rows)
    assert_books_agree(cast)
