"""The page of one bill: how it was reckoned, and what was booked about it since; a constant number of statements."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.models import User
from billing.models import Bill, BillLine, Posting
from billing.queries.paper import period_words, span_words
from billing.rules.exact import NOTHING
from billing.states import Book, EntryKind

# What was typed with these is a reason; what stands in other entries is a number that the row shows anyway.
WITH_REASON = frozenset({EntryKind.REVERSED, EntryKind.VOIDED, EntryKind.WAIVED})


@dataclass(frozen=True)
class Reckoned:
    """A line of a bill: for which days, how much of what at which price, and what it comes to, in yuan."""

    line: BillLine
    period: str


@dataclass(frozen=True)
class Booked:
    """Something that was booked about a bill: what, when, by whom, and what was owed after it, in yuan.

    `change` is what it added to what is owed; `receipt` the number of the receipt that belongs to it.
    """

    words: str
    at: datetime
    day: date
    by: User | None
    change: Decimal
    owed: Decimal
    receipt: str
    reason: str


@dataclass(frozen=True)
class BillPage:
    """A bill with its lines and what was booked about it, the oldest first."""

    bill: Bill
    words: str
    lines: tuple[Reckoned, ...]
    booked: tuple[Booked, ...]

    @property
    def paid(self) -> Decimal:
        """What was paid of it and not taken back, in yuan."""
        if self.bill.voided_at is not None:
            return NOTHING
        return self.bill.amount - self.bill.waived - self.bill.outstanding


def bill_page(bill: Bill) -> BillPage:
    """Read the rest of a bill's page: two statements."""
    return BillPage(bill, period_words(bill), tuple(_reckoned(bill)), tuple(_booked(bill)))


def _reckoned(bill: Bill) -> list[Reckoned]:
    rows = []
    for line in bill.lines.all():
        whole = line.period_start is None or line.period_end is None
        period = "" if whole else span_words(line.period_start, line.period_end)  # type: ignore[arg-type]
        rows.append(Reckoned(line, period))
    return rows


def _booked(bill: Bill) -> list[Booked]:
    postings = Posting.objects.filter(bill=bill).order_by("pk")
    owed, rows = NOTHING, []
    for posting in postings.select_related("entry__by", "entry__payment__receipt"):
        change = _change(posting)
        owed += change
        entry = posting.entry
        rows.append(
            Booked(
                words=str(EntryKind(entry.kind).label),
                at=entry.at,
                day=entry.day,
                by=entry.by,
                change=change,
                owed=owed,
                receipt=entry.payment.receipt.number if entry.payment is not None else "",
                reason=entry.text if entry.kind in WITH_REASON else "",
            )
        )
    return rows


def _change(posting: Posting) -> Decimal:
    """What a transfer added to what is owed of its bill; below nothing for what took it off."""
    if posting.debit_id == Book.RECEIVABLE:
        return posting.amount
    return -posting.amount if posting.credit_id == Book.RECEIVABLE else NOTHING
