"""The model beside the books: what the machine of `tests.billing.machine` knows, and what holds after every step."""

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from django.db import connection, transaction
from django.db.models import Sum
from hypothesis.stateful import RuleBasedStateMachine, invariant

from accounts.models import User
from billing.models import Bill, ChargeItem, ClosedMonth, Credit, Deposit, Posting, Receipt
from billing.queries.dayclose import recorded
from billing.queries.ledger import trial_balance
from billing.rules.periods import month_of
from core.errors import DomainError
from estate.models import Unit
from records.models import Approval
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree
from tests.billing.plain import NOTHING, TILLS, Home, Plain
from tests.cast import NOON, Cast

T = TypeVar("T")
DAY = timedelta(days=1)
# What a refused step leaves as it was: so many rows, and what of them may change.
_ROWS = (
    "billing_entry billing_posting billing_billline billing_payment billing_paymentline billing_refund billing_deposit "
    "billing_depositmove billing_reversal billing_dayclose billing_daycloseline billing_dayreopen "
    "billing_closedmonth records_auditentry"
)
_SUMS = (
    ("billing_bill", "SUM(version + 1)"),
    ("billing_receipt", "COUNT(*) + COUNT(reversed_at)"),
    ("billing_receiptseries", "SUM(last)"),
    ("cases_counter", "SUM(last)"),
    ("records_approval", "COUNT(*) + COUNT(decided_at)"),
)
TRACES = "SELECT " + ", ".join(
    f"(SELECT {what} FROM {table})" for table, what in [*((table, "COUNT(*)") for table in _ROWS.split()), *_SUMS]
)


class Beside(RuleBasedStateMachine):
    """Two homes, the clock and the model; `cast` and `fee` are laid before."""

    cast: ClassVar[Cast]
    fee: ClassVar[ChargeItem]

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.plain = Plain()
        self.now = NOON
        self.owner: dict[str, int | None] = {home: self.cast.households[home].pk for home in (HOME, NEXT_DOOR)}
        # Since when who bought a home has it; until when who sold one had it.
        self.came: dict[int | None, date] = {}
        self.left: dict[str, list[tuple[date, int]]] = {}
        self.lived: dict[str, list[int | None]] = {home: [key] for home, key in self.owner.items()}
        self.asked: list[Approval] = []
        self.buyers = 0
        self.steps = 0
        self.traces = self._traces()

    def teardown(self) -> None:
        """The proof at the end of an example, which is then as if it had never been."""
        try:
            self.prove()
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    # --- helpers -------------------------------------------------------------------------------------------------
    @property
    def project(self) -> Any:
        return self.cast.project

    def who(self, name: str) -> User:
        return self.cast.users[name]

    def unit(self, home: str) -> Unit:
        return self.cast.units[home]

    def day(self, at: datetime | None = None) -> date:
        return (at or self.now).astimezone(self.project.tz).date()

    def attempt(self, allowed: bool, act: Callable[[], T]) -> T | None:
        """Do it for real: what the model allows goes through, anything else is refused and leaves no trace."""
        done: T | None = None
        refusal: DomainError | None = None
        try:
            done = act()
        except DomainError as problem:
            refusal = problem
        traces = self._traces()
        if refusal is None:
            assert allowed, f"went through though it is not allowed: {done}"
            self.traces = traces
        else:
            assert not allowed, f"refused though it is allowed: {refusal}"
            assert traces == self.traces, f"refused, and yet something was written: {refusal}"
        return done

    def ask(self, kind: str, subject: str, allowed: bool, act: Callable[[], Approval]) -> None:
        waits = any((one.kind, one.subject) == (kind, subject) for one in self.asked)
        asked = self.attempt(allowed and not waits, act)
        if asked is not None:
            self.asked.append(asked)

    @staticmethod
    def _traces() -> tuple[int, ...]:
        with connection.cursor() as cursor:
            cursor.execute(TRACES)
            return tuple(cursor.fetchone())

    @staticmethod
    def one(of: Collection[T], pick: int) -> T:
        rows = list(of)
        return rows[pick % len(rows)]

    def places(self, *, owing: bool = False, credit: bool = False) -> list[tuple[str, int | None]]:
        """Homes and who lives or lived there; who owes something, who has credit, where that is asked for."""
        return [
            (home, household)
            for home, known in self.lived.items()
            for household in known
            if (not credit or self.plain.credit[self.unit(home).pk, household])
            and (not owing or self.plain.owed((self.unit(home).pk, household)))
        ]

    def place(self, pick: int, *, owing: bool = False, credit: bool = False) -> tuple[str, Home]:
        """One of these places, or now and then any."""
        fit = self.places(owing=owing, credit=credit)
        home, household = self.one(fit if fit and pick % 5 else self.places(), pick)
        return home, (self.unit(home).pk, household)

    def mostly(self, good: Collection[T], of: Collection[T], pick: int) -> T:
        """One with which it may go well, or now and then any."""
        return self.one(good if good and pick % 5 else of, pick)

    # --- what holds ----------------------------------------------------------------------------------------------
    @invariant()
    def the_books_are_what_the_model_says(self) -> None:
        """Bills, credit, deposits and every account, to the cent; and none of it is less than nothing."""
        self.steps += 1
        bills = {pk: (owed, waived) for pk, owed, waived in Bill.objects.values_list("pk", "outstanding", "waived")}
        assert bills == {key: (bill.outstanding, bill.waived) for key, bill in self.plain.bills.items()}
        credit = {(unit, home): kept for unit, home, kept in Credit.objects.values_list("unit", "household", "amount")}
        assert {key: kept for key, kept in credit.items() if kept} == {
            key: kept for key, kept in self.plain.credit.items() if kept
        }
        deposits = dict(Deposit.objects.values_list("pk", "held"))
        assert deposits == self.plain.deposits
        assert _balances(Posting.objects.all()) == self.plain.balances()
        amounts = [amount for pair in bills.values() for amount in pair]
        assert not [amount for amount in (*amounts, *credit.values(), *deposits.values()) if amount < 0]

    def prove(self) -> None:
        """The whole proof: the ledger's own, numbers without a gap, closed months and days as they were closed."""
        assert_books_agree(self.cast)
        lines = Bill.objects.annotate(sum=Sum("lines__amount")).values_list("number", "amount", "sum")
        assert not [number for number, amount, sum_of_lines in lines if amount != sum_of_lines]
        rows = trial_balance(self.project, self.day() + DAY)
        assert sum(row.debited for row in rows) == sum(row.credited for row in rows)
        numbers = [f"SJ-DEMO-{y}-{n + 1:06d}" for y, last in self.plain.given.items() for n in range(last)]
        assert sorted(numbers) == sorted(Receipt.objects.values_list("number", flat=True))
        assert set(self.plain.receipts) == set(numbers)
        closed = dict(ClosedMonth.objects.values_list("month", "closed_at"))
        assert set(closed) == self.plain.closed_months
        for month, at in closed.items():
            late = Posting.objects.filter(day__range=(month, month_of(month).end), entry__at__gt=at)
            assert not late.exists()
        for (day, who), moved in self.plain.tills.items():
            assert recorded(self.project, who, day) == moved


def _balances(rows: Any) -> dict[str, Decimal]:
    """What each account holds, positive on the side where it grows; only those that hold something."""
    held: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    assets = {*TILLS.values(), "1122", "6711"}
    for debit, credit, amount in rows.order_by().values_list("debit", "credit").annotate(Sum("amount")):
        held[debit] += amount if debit in assets else -amount
        held[credit] -= amount if credit in assets else -amount
    return {code: amount for code, amount in held.items() if amount}
