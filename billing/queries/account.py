"""The statement of one household (对账单): what it was charged, what it paid, what it owes as of a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from billing.models import Deposit, Posting
from billing.queries.differing import moved
from billing.queries.ledger import balance
from billing.queries.paper import period_words
from billing.queries.statements import owed_by, receivable
from billing.rules.exact import NOTHING
from billing.states import Book, EntryKind
from estate.models import Household

MOST = 1000


@dataclass(frozen=True)
class Line:
    """One movement, in yuan: charged or settled on a bill, or moved in advance; and what stood after it.

    `moved` is by how much what was paid in advance grew: below zero where it was used or given back.
    """

    day: date
    kind: str
    words: str
    number: str
    charged: Decimal
    settled: Decimal
    moved: Decimal
    owed: Decimal
    advance: Decimal


@dataclass(frozen=True)
class Held:
    """A deposit of which something was held at the end of a day, in yuan."""

    number: str
    purpose: str
    held: Decimal


@dataclass(frozen=True)
class HouseholdAccount:
    """A household's statement from one day to another. `cut`: more lines than fit, the last are left out."""

    household: Household
    since: date
    until: date
    before: Decimal
    lines: tuple[Line, ...]
    owed: Decimal
    advance: Decimal
    deposits: tuple[Held, ...]
    cut: bool

    @property
    def charged(self) -> Decimal:
        """What was charged in its days, less what was made void."""
        return sum((line.charged for line in self.lines), NOTHING)

    @property
    def settled(self) -> Decimal:
        """What was paid or waived in its days."""
        return sum((line.settled for line in self.lines), NOTHING)

    @property
    def moved(self) -> Decimal:
        """By how much what was paid in advance grew in its days; below zero where it shrank."""
        return sum((line.moved for line in self.lines), NOTHING)


def account_of(household: Household, since: date, until: date) -> HouseholdAccount:
    """Read the statement of a household, whose unit and project are read, in six statements of SQL."""
    mine = Q(bill__household=household)
    owed = receivable(household.project).filter(mine, day__lt=since).aggregate(sum=owed_by())["sum"] or NOTHING
    advance = _advance_before(household, since)
    rows, cut = _postings(household, since, until)
    lines, owing = [], owed
    for row in rows:
        line = _line(row, owing, advance)
        owing, advance = line.owed, line.advance
        lines.append(line)
    return HouseholdAccount(
        household=household,
        since=since,
        until=until,
        before=owed,
        lines=tuple(lines),
        owed=owing,
        advance=advance,
        deposits=_deposits(household, until),
        cut=cut,
    )


def _advance_before(household: Household, since: date) -> Decimal:
    before = date.fromordinal(max(since.toordinal() - 1, 1))
    return balance(Book.CREDIT, household.project, as_of=before, household=household)


def _deposits(household: Household, until: date) -> tuple[Held, ...]:
    """What was held of the household's deposits at the end of a day, whatever became of them since: one statement."""
    rows = Posting.objects.filter(entry__payment=OuterRef("payment"), day__lte=until).order_by()
    booked = rows.filter(Q(debit=Book.DEPOSIT) | Q(credit=Book.DEPOSIT)).values("entry__payment")
    then = Subquery(booked.annotate(sum=moved(Book.DEPOSIT)).values("sum"))
    found = Deposit.objects.filter(household=household, payment__day__lte=until).annotate(booked=then)
    held = found.filter(booked__lt=0).order_by("pk").values_list("number", "purpose", "booked")
    return tuple(Held(number, purpose, -amount) for number, purpose, amount in held)


def _postings(household: Household, since: date, until: date) -> tuple[list[Posting], bool]:
    """What moved on the household's bills, and of what it paid in advance, in order; the first thousand."""
    on_bills = Q(bill__household=household) & (Q(debit=Book.RECEIVABLE) | Q(credit=Book.RECEIVABLE))
    in_advance = Q(household=household, bill=None) & (Q(debit=Book.CREDIT) | Q(credit=Book.CREDIT))
    rows = Posting.objects.filter(on_bills | in_advance, project=household.project, day__range=(since, until))
    joined = rows.select_related(
        "entry__payment__receipt", "entry__refund", "entry__reverses__refund", "bill__item"
    ).order_by("day", "pk")
    found = list(joined[: MOST + 1])
    return found[:MOST], len(found) > MOST


def _line(row: Posting, owed: Decimal, advance: Decimal) -> Line:
    charged = row.amount if row.debit_id == Book.RECEIVABLE else NOTHING
    settled = row.amount if row.credit_id == Book.RECEIVABLE else NOTHING
    if row.entry.kind == EntryKind.VOIDED:
        charged, settled = charged - settled, NOTHING
    elif row.entry.kind == EntryKind.REVERSED:
        charged, settled = NOTHING, settled - charged
    moved = row.amount if row.credit_id == Book.CREDIT else -row.amount if row.debit_id == Book.CREDIT else NOTHING
    words = f"{row.bill.item.name} {period_words(row.bill)}".strip() if row.bill else str(_("Paid in advance"))
    kind = EntryKind(row.entry.kind).label
    return Line(
        day=row.day,
        kind=str(kind),
        words=words,
        number=_number(row),
        charged=charged,
        settled=settled,
        moved=moved,
        owed=owed + charged - settled,
        advance=advance + moved,
    )


def _number(row: Posting) -> str:
    """The number of what a movement belongs to: the receipt, else the bill, else the refund, taken back or not."""
    if row.entry.payment is not None:
        return row.entry.payment.receipt.number
    if row.bill is not None:
        return row.bill.number
    refund = getattr(row.entry, "refund", None) or getattr(row.entry.reverses, "refund", None)
    return refund.number if refund is not None else ""
