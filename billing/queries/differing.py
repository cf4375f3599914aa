"""Bills and receipts that do not agree with the ledger: the database sets them beside it and names those that differ.

Read one by one, half a million of each took longer than all the rest of a proof.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, Expression, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from accounts.models import Project
from billing.models import Bill, Posting, Receipt
from billing.queries.sums import MoneySum
from billing.rules.exact import NOTHING, yuan
from billing.states import TAKING_BOOKS, Book, EntryKind

TAKEN = (EntryKind.PAID, EntryKind.DEPOSIT_TAKEN)
# Amounts are whole cents, but SQLite adds them up in binary fractions.
DIFFERING = """
    SELECT one.number, {shown} FROM ({stands}) one LEFT JOIN ({booked}) booked ON booked.of = one.of
    WHERE {differs} ORDER BY one.of
"""


@dataclass(frozen=True)
class Differing:
    """A thing by its number: of each sum that was compared, what stands and what the ledger says, in yuan."""

    number: str
    sums: Sequence[tuple[Decimal, Decimal]]


def moved(account: str) -> Expression:
    """Debits less credits of an account, in a sum over postings."""
    return Coalesce(
        MoneySum(Case(When(debit=account, then=F("amount")), When(credit=account, then=-F("amount")))),
        Value(NOTHING),
    )


def differing_bills(project: Project) -> list[Differing]:
    """Bills of which the ledger says something else: first what is outstanding, then what was waived."""
    accounts = (Book.RECEIVABLE, Book.WAIVED)
    touched = Q(debit__in=accounts) | Q(credit__in=accounts)
    booked = Posting.objects.filter(touched, project=project, bill__isnull=False).order_by().values(of=F("bill"))
    sums = booked.annotate(owed=moved(Book.RECEIVABLE), waived=moved(Book.WAIVED))
    bills = Bill.objects.filter(project=project).order_by()
    stands = bills.values("number", of=F("pk"), owed=F("outstanding"), waived_of=F("waived"))
    return list(_differing(stands, sums, {"owed": "owed", "waived_of": "waived"}))


def of_payments(project: Project) -> QuerySet[Posting]:
    """What was booked of payments where money is kept, taken or given back."""
    books = list(TAKING_BOOKS)
    # By the accounts first: of a ledger most is what was billed.
    rows = Posting.objects.filter(Q(debit__in=books) | Q(credit__in=books), project=project)
    return rows.filter(entry__payment__isnull=False, entry__kind__in=(*TAKEN, EntryKind.REVERSED)).order_by()


def differing_receipts(project: Project) -> list[Differing]:
    """Receipts for which the ledger has another amount than they say; nothing once they were reversed."""
    books = list(TAKING_BOOKS)
    taken = When(entry__kind__in=TAKEN, debit__in=books, then=F("amount"))
    back = When(entry__kind=EntryKind.REVERSED, credit__in=books, then=-F("amount"))
    booked = of_payments(project).values(of=F("entry__payment"))
    receipts = Receipt.objects.filter(payment__project=project).order_by()
    given = Case(When(reversed_at=None, then=F("payment__amount")), default=Value(NOTHING))
    stands = receipts.values("number", of=F("payment"), amount=given)
    sums = booked.annotate(booked=Coalesce(MoneySum(Case(taken, back)), Value(NOTHING)))
    return list(_differing(stands, sums, {"amount": "booked"}))


def _differing(stands: QuerySet[Any, Any], booked: QuerySet[Any, Any], compared: dict[str, str]) -> Iterator[Differing]:
    mine, given = stands.query.sql_with_params()
    ledger, more = booked.query.sql_with_params()
    pairs = [(f"one.{name}", f"coalesce(booked.{other}, 0)") for name, other in compared.items()]
    statement = DIFFERING.format(
        shown=", ".join(f"{name}, {other}" for name, other in pairs),
        stands=mine,
        booked=ledger,
        differs=" OR ".join(f"abs({name} - {other}) > 0.004" for name, other in pairs),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, (*given, *more))
        for number, *sums in cursor.fetchall():
            exact = [yuan(round(amount * 100)) for amount in sums]
            yield Differing(number, list(zip(exact[::2], exact[1::2], strict=True)))
