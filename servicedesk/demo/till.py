"""Money that comes in at the till of the demonstration, goes back, is waived, held and counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from billing.actions.dayclose import Count, close_day
from billing.actions.deposits import return_deposit, take_deposit
from billing.actions.paying import take_payment
from billing.actions.refunding import ask_for_refund
from billing.actions.reversing import reverse_receipt
from billing.actions.waiving import ask_to_waive
from billing.models import Bill, Deposit, Receipt
from billing.queries.dayclose import recorded
from billing.queries.owed import open_bills, owner_of
from billing.states import Method
from estate.states import Relation
from records.approvals import approve
from records.models import Approval
from servicedesk.demo.prices import MANAGEMENT, Books

FLOOR = Decimal("0.00")


@dataclass(frozen=True)
class Paid:
    """Somebody at the till: all that is owed, a part of it (`amount`), or more, which is kept in advance."""

    home: str
    method: str
    amount: Decimal | None = None
    more: Decimal = FLOOR
    reference: str = ""


BEFORE = [
    Paid("3-2-201", Method.WECHAT, reference="4200002201"),
    Paid("3-2-302", Method.CASH),
    Paid("3-1-501", Method.ALIPAY, reference="2026112230"),
    Paid("1-1-101", Method.CARD, reference="019284"),
    Paid("1-2-402", Method.CASH),
    Paid("2-1-602", Method.TRANSFER, reference="HZ88120017"),
    Paid("2-2-1101", Method.WECHAT, reference="4200002202"),
    Paid("3-1-902", Method.CASH, amount=Decimal(300)),
]
TODAY = [
    Paid("3-2-1501", Method.WECHAT, reference="4200002231"),
    Paid("2-2-302", Method.CASH),
    Paid("1-1-1202", Method.ALIPAY, reference="2026112301", more=Decimal(2000)),
    Paid("1-1-502", Method.CASH, amount=Decimal(200)),
    Paid("2-1-1001", Method.CARD, reference="019301"),
]


def make_till(books: Books) -> None:
    """A closed day, and one that goes on: paid in full, in part and in advance, reversed, waived, given back, held."""
    held = _deposits(books)
    _day_before(books, books.days_ago(1, "09:00"))
    for place, paid in enumerate(TODAY):
        _take(books, paid, books.minutes_ago(90 - 10 * place))
    _mistake(books)
    _waive(books)
    _give_back(books)
    return_deposit(
        deposit=held,
        amount=held.amount,
        method=Method.CASH,
        received_by="胡先生",
        by=books.users["cashier"],
        at=books.minutes_ago(12),
    )


def _take(books: Books, paid: Paid, at: datetime) -> Receipt:
    home = books.home(paid.home)
    bills = open_bills(home)
    owed = sum((bill.outstanding for bill in bills), FLOOR)
    return take_payment(
        project=books.project,
        unit=home,
        bills=bills,
        amount=paid.amount if paid.amount is not None else owed + paid.more,
        method=paid.method,
        reference=paid.reference,
        by=books.users["cashier"],
        at=at,
    )


def _deposits(books: Books) -> Deposit:
    """Two deposits of homes that are being renovated; one of them is done and gets it back."""
    taken = [
        take_deposit(
            project=books.project,
            unit=books.home(number),
            amount=Decimal(2000),
            purpose="装修押金",
            method=method,
            reference=reference,
            by=books.users["cashier"],
            at=books.days_ago(days),
        )
        for number, method, reference, days in (
            ("3-1-301", Method.CASH, "", 40),
            ("3-2-702", Method.TRANSFER, "HZ88114410", 12),
        )
    ]
    for days in (40, 12):
        _close(books, days)
    return taken[0]


def _day_before(books: Books, at: datetime) -> None:
    for place, paid in enumerate(BEFORE):
        _take(books, paid, at + timedelta(minutes=25 * place))
    _close(books, 1, short=Decimal("0.50"))


def _close(books: Books, days_ago: int, *, short: Decimal = FLOOR) -> None:
    """Count what came in on a day; of the cash so much is missing."""
    day, by = (books.days_ago(days_ago)).date(), books.users["cashier"]
    moved = recorded(books.project, by.pk, day)
    counts = {method: Count(counted=amount) for method, amount in moved.items()}
    if short:
        cash = moved[Method.CASH] - short
        counts[Method.CASH] = Count(counted=cash, explanation="找零少收五角，已与业主核对")
    at = books.days_ago(days_ago, "17:30")
    close_day(project=books.project, day=day, counts=counts, handed_to="财务 沈会计", by=by, at=at)


def _mistake(books: Books) -> None:
    """Taken for the wrong home: the receipt is reversed, and taken anew for the right one."""
    wrong = _take(books, Paid("2-2-501", Method.CASH), books.minutes_ago(38))
    reason = "房号录错，应为 2-2-502"
    reverse_receipt(receipt=wrong, reason=reason, by=books.users["cashier"], at=books.minutes_ago(36))
    _take(books, Paid("2-2-502", Method.CASH), books.minutes_ago(35))


def _waive(books: Books) -> None:
    """A month's part of a bill is waived by a second person; another question waits for one."""
    by = books.users["cashier"]
    done, waits = (_management(books, number) for number in ("1-2-1002", "3-1-1502"))
    reason = "空调跳闸停用三天，经协商减免"
    asked = ask_to_waive(bill=done, amount=Decimal(50), reason=reason, by=by, at=books.days_ago(2, "14:00"))
    approve(approval=asked, by=books.users["supervisor"], at=books.days_ago(2, "15:10"))
    ask_to_waive(bill=waits, amount=Decimal(30), reason="暖气未达标，申请减免", by=by, at=books.minutes_ago(30))


def _give_back(books: Books) -> None:
    """Of what was paid in advance a part is given back; a second refund waits for who decides."""
    asked = _ask(books, "1-1-1202", Decimal(500), "多交，业主要求退回", at=books.minutes_ago(25))
    approve(approval=asked, by=books.users["gm"], at=books.minutes_ago(20))
    _take(books, Paid("1-2-1301", Method.WECHAT, more=Decimal(800), reference="4200002240"), books.minutes_ago(19))
    _ask(books, "1-2-1301", Decimal(800), "房屋已出售，预存款退回", at=books.minutes_ago(15))


def _ask(books: Books, number: str, amount: Decimal, reason: str, *, at: datetime) -> Approval:
    home = books.home(number)
    payee = home.households.get(is_owner=True).members.get(relation=Relation.OWNER).person.name
    cashier = books.users["cashier"]
    return ask_for_refund(
        unit=home,
        household=owner_of(home),
        amount=amount,
        method=Method.TRANSFER,
        payee=payee,
        reason=reason,
        by=cashier,
        at=at,
    )


def _management(books: Books, number: str) -> Bill:
    return next(bill for bill in open_bills(books.home(number)) if bill.item.name == MANAGEMENT)
