"""The statement of one household (对账单): what it was charged, what it paid, what it owes as of a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from billing.models import Deposit, Posting
from billing.queries.ledger import balance
from billing.queries.paper import period_words
from billing.queries.statements import owed_by, receivable
from billing.rules.exact import NOTHING
from billing.states import Book, EntryKind
from estate.models import Household

MOST = 1000


@dataclass(frozen=True)
class Line:
    """One movement, in yuan: charged or settled on a bill, or moved in advance; and what stood after it."""

    day: date
    kind: str
    words: str
    number: str
    charged: Decimal
    settled: Decimal
    owed: Decimal
    advance: Decimal


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
    deposits: tuple[Deposit, ...]
    cut: bool

    @property
    def charged(self) -> Decimal:
        """What was charged in its days, less what was made void."""
        return sum((line.charged for line in self.lines), NOTHING)

    @property
    def settled(self) -> Decimal:
        """What was paid or waived in its days."""
        return sum((line.settled for line in self.lines), NOTHING)


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
    held = Deposit.objects.filter(household=household, payment__day__lte=until, held__gt=0)
    return HouseholdAccount(
        household=household,
        since=since,
        until=until,
        before=owed,
        lines=tuple(lines),
        owed=owing,
        advance=advance,
        deposits=tuple(held.order_by("pk")),
        cut=cut,
    )


def _advance_before(household: Household, since: date) -> Decimal:
    before = date.fromordinal(max(since.toordinal() - 1, 1))
    return balance(Book.CREDIT, household.project, as_of=before, household=household)


def _postings(household: Household, since: date, until: date) -> tuple[list[Posting], bool]:
    """What moved on the household's bills, and of what it paid in advance, in order; the first thousand."""
    on_bills = Q(bill__household=household) & (Q(debit=Book.RECEIVABLE) | Q(credit=Book.RECEIVABLE))
    in_advance = Q(household=household, bill=None) & (Q(debit=Book.CREDIT) | Q(credit=Book.CREDIT))
    rows = Posting.objects.filter(on_bills | in_advance, project=household.project, day__range=(since, until))
    joined = rows.select_related("entry__payment__receipt", "bill__item").order_by("day", "pk")
    found = list(joined[: MOST + 1])
    return found[:MOST], len(found) > MOST


def _line(row: Posting, owed: Decimal, advance: Decimal) -> Line:
    charged = row.amount if row.debit_id == Book.RECEIVABLE else NOTHING
    settled = row.amount if row.credit_id == Book.RECEIVABLE else NOTHING
    if row.entry.kind == EntryKind.VOIDED:
        charged, settled = charged - settled, NOTHING
    elif row.entry.kind == EntryKind.REVERSED:
        charged, settled = NOTHING, settled - charged
    if row.credit_id == Book.CREDIT:
        advance += row.amount
    elif row.debit_id == Book.CREDIT:
        advance -= row.amount
    payment = row.entry.payment
    number = payment.receipt.number if payment is not None else row.bill.number if row.bill else ""
    words = f"{row.bill.item.name} {period_words(row.bill)}".strip() if row.bill else ""
    kind = EntryKind(row.entry.kind).label
    return Line(
        day=row.day,
        kind=str(kind),
        words=words,
        number=number,
        charged=charged,
        settled=settled,
        owed=owed + charged - settled,
        advance=advance,
    )
