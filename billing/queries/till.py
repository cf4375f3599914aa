"""What the till shows of a home, and a receipt's page of a receipt; each in a constant number of statements."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.models import Bill, Deposit, Receipt, ReceiptPrint
from billing.queries.owed import NOTHING, Liable, credit_of, liable_for, liable_in, open_bills
from billing.queries.paper import deposit_of, period_words
from estate.models import Household, Person, Unit


@dataclass(frozen=True)
class Owed:
    """A bill at the till: what for, how much is still owed, whether its day has passed, and whether it is ticked."""

    bill: Bill
    words: str
    late: bool
    ticked: bool


@dataclass(frozen=True)
class Till:
    """What is owed and kept for a home."""

    unit: Unit
    rows: tuple[Owed, ...]
    credit: Decimal
    payer: str
    household: int | None = None

    @property
    def total(self) -> Decimal:
        """What the ticked bills come to, in yuan."""
        return sum((row.bill.outstanding for row in self.rows if row.ticked), NOTHING)


def till_of(unit: Unit, *, today: date, ticked: set[str] | None = None) -> Till:
    """A home at the till; every bill is ticked unless `ticked` names those that are."""
    rows = tuple(
        Owed(
            bill=bill,
            words=period_words(bill),
            late=bill.due_on < today,
            ticked=ticked is None or bill.number in ticked,
        )
        for bill in open_bills(unit)
    )
    owes = liable_for([unit.pk]).get(unit.pk)
    household = owes.household if owes else None
    return Till(unit=unit, rows=rows, credit=credit_of(unit), payer=_payer(owes, rows), household=household)


def _payer(owes: Liable | None, rows: tuple[Owed, ...]) -> str:
    """Whose name the receipt bears unless another is typed."""
    return _name(rows[0].bill.debtor_id) if rows else name_of(owes)


def name_of(owes: Liable | None) -> str:
    """The name of whoever owes; empty where nobody is registered."""
    return _name(owes.person if owes else None)


def _name(person: int | None) -> str:
    if person is None:
        return ""
    return Person.objects.values_list("name", flat=True).get(pk=person)


@dataclass(frozen=True)
class ReceiptPage:
    """A receipt with what it settled (charge, what for, how much, the bill's number) and every print of it.

    `deposit` where it was taken for one.
    """

    receipt: Receipt
    rows: tuple[tuple[str, str, Decimal, str], ...]
    kept: Decimal
    prints: tuple[ReceiptPrint, ...]
    deposit: Deposit | None = None


def receipt_page(receipt: Receipt) -> ReceiptPage:
    """Read the rest of a receipt's page."""
    lines = list(receipt.payment.lines.select_related("bill__item"))
    rest, deposit = receipt.payment.amount - sum(line.amount for line in lines), deposit_of(receipt.payment)
    return ReceiptPage(
        receipt=receipt,
        rows=tuple((line.bill.item.name, period_words(line.bill), line.amount, line.bill.number) for line in lines),
        kept=NOTHING if deposit else rest,
        prints=tuple(receipt.prints.select_related("by")),
        deposit=deposit,
    )


def payer_of(household: Household) -> str:
    """Whoever of a household is asked to pay, by name; empty where nobody is registered."""
    return name_of(liable_in(household))
