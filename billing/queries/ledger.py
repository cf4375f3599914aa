"""What the ledger says: balances as of a day, the trial balance, the proof that bills and receipts agree with it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from accounts.models import Project
from billing.models import Account, Bill, ClosedMonth, Credit, Deposit, PaymentLine, Posting, Receipt
from billing.rules.exact import NOTHING
from billing.states import METHOD_BOOKS, Book, EntryKind, Method, Proven, Side
from estate.models import Household, Unit


def is_closed(project: Project, day: date) -> bool:
    """Say whether the month of a day is closed in the project's ledger."""
    return ClosedMonth.objects.filter(project=project, month=day.replace(day=1)).exists()


def balance(
    account: str,
    project: Project,
    *,
    as_of: date | None = None,
    unit: Unit | None = None,
    household: Household | None = None,
) -> Decimal:
    """What an account holds at the end of a day, in yuan, positive on the side where it grows.

    `account` is its code; `household` has what was paid in advance. Raises `Account.DoesNotExist`.
    """
    side = Account.objects.values_list("side", flat=True).get(code=account)
    rows = Posting.objects.filter(Q(debit=account) | Q(credit=account), project=project)
    if as_of is not None:
        rows = rows.filter(day__lte=as_of)
    if unit is not None:
        rows = rows.filter(unit=unit)
    if household is not None:
        rows = rows.filter(household=household)
    moved = rows.aggregate(
        into=Sum("amount", filter=Q(debit=account), default=NOTHING),
        out_of=Sum("amount", filter=Q(credit=account), default=NOTHING),
    )
    return _grown(side, moved["into"], moved["out_of"])


def _grown(side: str, debited: Decimal, credited: Decimal) -> Decimal:
    return debited - credited if side in (Side.ASSET, Side.EXPENSE) else credited - debited


@dataclass(frozen=True)
class Standing:
    """An account in a trial balance: what was debited and credited up to the day, and what it holds."""

    code: str
    name: str
    side: str
    debited: Decimal
    credited: Decimal

    @property
    def balance(self) -> Decimal:
        """What it holds, positive on the side where it grows."""
        return _grown(self.side, self.debited, self.credited)


def trial_balance(project: Project, as_of: date) -> list[Standing]:
    """Every account of a project at the end of a day, by code. Debits and credits come to the same sum."""
    rows = Posting.objects.filter(project=project, day__lte=as_of).order_by()
    into = dict(rows.values_list("debit").annotate(Sum("amount")))
    out_of = dict(rows.values_list("credit").annotate(Sum("amount")))
    return [
        Standing(
            account.code, account.name, account.side, into.get(account.pk, NOTHING), out_of.get(account.pk, NOTHING)
        )
        for account in Account.objects.all()
    ]


@dataclass(frozen=True)
class Check:
    """One thing that must agree with the ledger: what it is, what stands there, and what the ledger says.

    `name`: the number of the bill, room, receipt or deposit, or the way of paying; empty for the other sums.
    """

    about: Proven
    stands: Decimal
    ledger: Decimal
    name: str = ""

    @property
    def what(self) -> str:
        """What it is, in words or by its number."""
        if self.about == Proven.METHOD:
            return str(Method(self.name).label)
        return self.name or str(self.about.label)

    @property
    def holds(self) -> bool:
        """Say whether both are the same to the cent."""
        return self.stands == self.ledger


def proof(project: Project) -> list[Check]:
    """Prove bills, credit, receipts and deposits against the ledger: sums first, then each thing where they differ.

    A proof whose checks all hold is that of books in order.
    """
    owed = Bill.objects.filter(project=project).aggregate(sum=Sum("outstanding", default=NOTHING))["sum"]
    kept = Credit.objects.filter(project=project).aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    return [
        Check(Proven.RECEIVABLE, owed, balance(Book.RECEIVABLE, project)),
        Check(Proven.CREDIT, kept, balance(Book.CREDIT, project)),
        *_bills(project),
        *_waivers(project),
        *_credits(project),
        *_receipts(project),
        *_each_receipt(project),
        *_lines(project),
        Check(Proven.DEPOSITS, _held(project), balance(Book.DEPOSIT, project)),
        *_deposits(project),
    ]


def _moved(project: Project, account: str, key: str) -> dict[int, Decimal]:
    """Debits less credits of an account, by bill or payment."""
    rows = Posting.objects.filter(project=project, **{f"{key}__isnull": False})
    return defaultdict(lambda: NOTHING, {pk: amount for (pk,), amount in _sums(rows, account, key).items()})


def _sums(rows: QuerySet[Posting], account: str, *keys: str) -> dict[tuple[Any, ...], Decimal]:
    """Debits less credits of an account in some postings, by the keys named."""
    found: dict[tuple[Any, ...], Decimal] = defaultdict(lambda: NOTHING)
    for field, sign in (("debit", 1), ("credit", -1)):
        for *key, amount in rows.order_by().filter(**{field: account}).values_list(*keys).annotate(Sum("amount")):
            found[tuple(key)] += sign * amount
    return found


def _bills(project: Project) -> list[Check]:
    """Per bill: what is outstanding is what the ledger says is receivable of it. Only those that differ."""
    ledger = _moved(project, Book.RECEIVABLE, "bill")
    owed = Bill.objects.filter(project=project).values_list("pk", "number", "outstanding")
    checks = [Check(Proven.BILL, outstanding, ledger[pk], number) for pk, number, outstanding in owed.iterator()]
    return [check for check in checks if not check.holds]


def _waivers(project: Project) -> list[Check]:
    """What bills say was waived of them is what the ledger holds as waived; each bill that differs after the sum."""
    ledger = _moved(project, Book.WAIVED, "bill")
    waived = Bill.objects.filter(project=project).exclude(waived=0).values_list("pk", "number", "waived")
    rows = {pk: (number, amount) for pk, number, amount in waived.iterator()}
    total = sum((amount for _number, amount in rows.values()), NOTHING)
    differing = [pk for pk in {*rows, *ledger} if rows.get(pk, ("", NOTHING))[1] != ledger[pk]]
    numbers = dict(Bill.objects.filter(pk__in=differing).values_list("pk", "number"))
    return [
        Check(Proven.WAIVED, total, balance(Book.WAIVED, project)),
        *(Check(Proven.BILL_WAIVED, rows.get(pk, ("", NOTHING))[1], ledger[pk], numbers[pk]) for pk in differing),
    ]


def _credits(project: Project) -> list[Check]:
    """Per household: what it has paid in advance is what the ledger holds for it. Only those that differ."""
    ledger = _sums(Posting.objects.filter(project=project), Book.CREDIT, "unit", "household")
    rows = Credit.objects.filter(project=project).values_list("unit_id", "household_id", "amount")
    kept = {(unit, household): amount for unit, household, amount in rows}
    differing = [key for key in {*kept, *ledger} if kept.get(key, NOTHING) != -ledger.get(key, NOTHING)]
    names = dict(Unit.objects.filter(pk__in=[unit for unit, _household in differing]).values_list("pk", "number"))
    return [
        Check(Proven.UNIT, kept.get(key, NOTHING), -ledger.get(key, NOTHING), names.get(key[0], "—"))
        for key in differing
    ]


def _receipts(project: Project) -> list[Check]:
    """Per way of paying: the receipts that stand are what was booked as paid, less what was reversed."""
    standing = Receipt.objects.filter(payment__project=project, reversed_at=None).order_by()
    by_method = dict(standing.values_list("payment__method").annotate(Sum("payment__amount")))
    rows = Posting.objects.filter(project=project, entry__payment__isnull=False).order_by()
    taken = rows.filter(entry__kind__in=(EntryKind.PAID, EntryKind.DEPOSIT_TAKEN))
    paid = dict(taken.values_list("debit").annotate(Sum("amount")))
    back = dict(rows.filter(entry__kind=EntryKind.REVERSED).values_list("credit").annotate(Sum("amount")))
    return [
        Check(
            Proven.METHOD,
            by_method.get(method, NOTHING),
            paid.get(book, NOTHING) - back.get(book, NOTHING),
            method,
        )
        for method, book in METHOD_BOOKS.items()
    ]


def _each_receipt(project: Project) -> list[Check]:
    """Per receipt: its amount, nothing once it was reversed, is what was booked for it. Only those that differ."""
    books = list(METHOD_BOOKS.values())
    rows = Posting.objects.filter(project=project, entry__payment__isnull=False).order_by()
    taken = rows.filter(entry__kind__in=(EntryKind.PAID, EntryKind.DEPOSIT_TAKEN), debit__in=books)
    paid = dict(taken.values_list("entry__payment").annotate(Sum("amount")))
    back = rows.filter(entry__kind=EntryKind.REVERSED, credit__in=books)
    gone = dict(back.values_list("entry__payment").annotate(Sum("amount")))
    given = Receipt.objects.filter(payment__project=project).order_by("pk")
    checks = [
        Check(
            Proven.RECEIPT,
            NOTHING if reversed_at else amount,
            paid.get(payment, NOTHING) - gone.get(payment, NOTHING),
            number,
        )
        for payment, number, amount, reversed_at in given.values_list(
            "payment_id", "number", "payment__amount", "reversed_at"
        ).iterator()
    ]
    return [check for check in checks if not check.holds]


def _lines(project: Project) -> list[Check]:
    """What payments say they settled on bills is what the ledger took off the receivables for them."""
    settled = PaymentLine.objects.filter(payment__project=project).aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    rows = Posting.objects.filter(project=project, entry__kind=EntryKind.PAID, credit=Book.RECEIVABLE)
    return [Check(Proven.LINES, settled, rows.aggregate(sum=Sum("amount", default=NOTHING))["sum"])]


def _held(project: Project) -> Decimal:
    rows = Deposit.objects.filter(project=project)
    return Decimal(rows.aggregate(sum=Sum("held", default=NOTHING))["sum"])


def _deposits(project: Project) -> list[Check]:
    """Per deposit: what is held is what the ledger holds of its payment. Only those that differ."""
    ledger = _moved(project, Book.DEPOSIT, "entry__payment")
    held = Deposit.objects.filter(project=project).values_list("payment_id", "number", "held")
    checks = [Check(Proven.DEPOSIT, amount, -ledger[pk], number) for pk, number, amount in held.iterator()]
    return [check for check in checks if not check.holds]
