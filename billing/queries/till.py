"""What the till shows of a home, and a receipt's page of a receipt; each in a constant number of statements."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from billing.models import Bill, Credit, Deposit, DoorVisit, OnlineRefund, Receipt, ReceiptPrint
from billing.queries.online import online_refund_of
from billing.queries.owed import Liable, liable_for, liable_in, open_bills
from billing.queries.paper import deposit_of, period_words, room_words
from billing.rules.exact import NOTHING
from estate.models import Household, Person, Unit

MOST_ELSEWHERE = 200


@dataclass(frozen=True)
class Owed:
    """A bill at the till: what for, how much is still owed, whether its day has passed, and whether it is ticked."""

    bill: Bill
    words: str
    late: bool
    ticked: bool


@dataclass(frozen=True)
class Debtor:
    """A household that owes something for a home, or paid in advance for it: its key, its name, how much it owes."""

    household: int | None
    name: str
    owed: Decimal
    is_shown: bool

    @property
    def query(self) -> str:
        """How an address names it."""
        return str(self.household or 0)


@dataclass(frozen=True)
class Till:
    """What one household owes and has paid in advance for a home; `debtors` names all, where there are several.

    `elsewhere` is what the same person owes for other rooms, which may go on the same receipt.
    """

    unit: Unit
    rows: tuple[Owed, ...]
    elsewhere: tuple[Owed, ...]
    credit: Decimal
    payer: str
    household: int | None
    debtors: tuple[Debtor, ...]

    @property
    def total(self) -> Decimal:
        """What the ticked bills come to, in yuan."""
        return sum((row.bill.outstanding for row in (*self.rows, *self.elsewhere) if row.ticked), NOTHING)

    @property
    def usable(self) -> Decimal:
        """How much of what was paid in advance would settle something now."""
        return min(self.credit, sum((row.bill.outstanding for row in self.rows), NOTHING))


def till_of(unit: Unit, *, today: date, asked: int | None = None, ticked: set[str] | None = None) -> Till:
    """A home at the till, as one household sees it: nobody pays what the one before them owed, unless it is asked for.

    `asked` is the household's key, 0 for bills of a home in which nobody was registered; without it the owner's, or
    where only others owe, the first of them. Every bill of the home is ticked, unless `ticked` names those that are.
    """
    bills, owes = open_bills(unit), liable_for([unit.pk]).get(unit.pk)
    kept = Credit.objects.filter(unit=unit, amount__gt=0)
    credits: dict[int | None, Decimal] = dict(kept.values_list("household_id", "amount"))
    keys = list(dict.fromkeys([*(bill.household_id for bill in bills), *credits]))
    shown = _shown(keys, owner=owes.household if owes else None, asked=asked)
    mine = [bill for bill in bills if bill.household_id == shown]
    person = mine[0].debtor_id if mine else owes.person if owes and owes.household == shown else None
    marked = partial(_owed, today=today, ticked=ticked)
    names = _names(bills, keys)
    payer = names.get(shown, "") or (name_of(owes) if owes and owes.household == shown else "")
    return Till(
        unit=unit,
        rows=tuple(marked(bill, usually=True) for bill in mine),
        elsewhere=tuple(marked(bill, usually=False) for bill in _elsewhere(unit, person)),
        credit=credits.get(shown, NOTHING),
        payer=payer,
        household=shown,
        debtors=_debtors(bills, keys, names, shown) if len({*keys, shown}) > 1 else (),
    )


def _owed(bill: Bill, *, today: date, ticked: set[str] | None, usually: bool) -> Owed:
    is_ticked = usually if ticked is None else bill.number in ticked
    return Owed(bill=bill, words=period_words(bill), late=bill.due_on < today, ticked=is_ticked)


def _elsewhere(unit: Unit, person: int | None) -> list[Bill]:
    """What a person owes in the project for other rooms, by room."""
    if person is None:
        return []
    rows = Bill.objects.open().filter(project=unit.project_id, debtor=person).exclude(unit=unit)
    return list(rows.select_related("item", "unit").order_by("unit__number", "due_on", "pk")[:MOST_ELSEWHERE])


def _shown(keys: list[int | None], *, owner: int | None, asked: int | None) -> int | None:
    wanted = asked or None
    if asked is not None and wanted in {*keys, owner}:
        return wanted
    return owner if owner in keys or not keys else keys[0]


def _names(bills: list[Bill], keys: list[int | None]) -> dict[int | None, str]:
    """Who each household is, by whoever its first bill names, else whoever of it is asked to pay."""
    names: dict[int | None, str] = {}
    for bill in bills:
        if bill.debtor is not None:
            names.setdefault(bill.household_id, bill.debtor.name)
    unknown = [key for key in keys if key is not None and key not in names]
    return names | {one.pk: payer_of(one) for one in Household.objects.filter(pk__in=unknown)}


def _debtors(
    bills: list[Bill], keys: list[int | None], names: dict[int | None, str], shown: int | None
) -> tuple[Debtor, ...]:
    owed: dict[int | None, Decimal] = defaultdict(lambda: NOTHING)
    for bill in bills:
        owed[bill.household_id] += bill.outstanding
    return tuple(Debtor(key, names.get(key, ""), owed[key], key == shown) for key in dict.fromkeys([*keys, shown]))


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

    `deposit` where it was taken for one, `visit` where it was collected at the door; `refund` where it was paid online
    and reversed: what the provider is asked to give back.
    """

    receipt: Receipt
    rows: tuple[tuple[str, str, Decimal, str], ...]
    kept: Decimal
    prints: tuple[ReceiptPrint, ...]
    deposit: Deposit | None = None
    visit: DoorVisit | None = None
    refund: OnlineRefund | None = None


def receipt_page(receipt: Receipt) -> ReceiptPage:
    """Read the rest of a receipt's page."""
    lines = list(receipt.payment.lines.select_related("bill__item", "bill__unit"))
    rest, deposit = receipt.payment.amount - sum(line.amount for line in lines), deposit_of(receipt.payment)
    return ReceiptPage(
        receipt=receipt,
        rows=tuple(
            (line.bill.item.name, room_words(line.bill, receipt.payment), line.amount, line.bill.number)
            for line in lines
        ),
        kept=NOTHING if deposit else rest,
        prints=tuple(receipt.prints.select_related("by")),
        deposit=deposit,
        visit=getattr(receipt.payment, "door_visit", None),
        refund=online_refund_of(receipt.payment) if receipt.reversed_at else None,
    )


def payer_of(household: Household) -> str:
    """Whoever of a household is asked to pay, by name; empty where nobody is registered."""
    return name_of(liable_in(household))
