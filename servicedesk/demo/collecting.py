"""What homes of the demonstration owe from before its time, and how far collecting has come."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from billing.actions.arrears import Report, decide_visit, dispute, letter, notify, promise, visit
from billing.actions.arrears.finding import find_overdue
from billing.actions.opening import Opening, take_over
from billing.models import Arrears, ChargeItem
from billing.rules.periods import Period
from billing.states import Cause, Reminder
from servicedesk.demo.prices import MANAGEMENT, Books
from visits.states import Half, VisitOutcome


@dataclass(frozen=True)
class Debt:
    """What a home still owes: for so many months up to the third last one, due and found so many days ago.

    `reaches`: how far collecting has come.
    """

    home: str
    months: int
    found: int
    reaches: str
    paid: Decimal = Decimal(0)


DEBTS = [
    Debt("1-2-601", 6, 150, "letter ready"),
    Debt("2-1-1402", 4, 150, "letter sent"),
    Debt("2-2-702", 3, 30, "promised", paid=Decimal(400)),
    Debt("3-1-402", 2, 30, "disputed"),
    Debt("1-1-301", 2, 30, "reminded"),
    Debt("2-1-202", 1, 30, "not reached"),
    Debt("3-1-1201", 1, 2, "found"),
    Debt("1-2-902", 1, 2, "found"),
]


def make_debts(books: Books) -> None:
    """Opening balances of half a year ago, found overdue by the calendar, and each as far as its story goes."""
    item = ChargeItem.objects.get(project=books.project, name=MANAGEMENT)
    openings = [_opening(books, debt, item) for debt in DEBTS]
    moved_in = books.days_ago(170)
    take_over(openings, project=books.project, by=books.users["admin"], at=moved_in, text="期初欠费")
    for days in sorted({debt.found for debt in DEBTS}, reverse=True):
        at = books.days_ago(days, "08:00")
        find_overdue(books.project, day=at.astimezone(books.project.tz).date(), at=at)
    for debt in DEBTS:
        _collect(books, debt)


def _opening(books: Books, debt: Debt, item: ChargeItem) -> Opening:
    home = books.home(debt.home)
    period = Period(books.month(2 + debt.months).start, books.month(3).end)
    due = (home.area or Decimal(0)) * Decimal("2.80") * debt.months
    return Opening(
        unit=home,
        item=item,
        period=period,
        due_on=books.today - timedelta(days=debt.found + 1),
        due=due.quantize(Decimal("0.01")),
        paid=debt.paid,
        words="原系统结转",
    )


def _collect(books: Books, debt: Debt) -> None:
    """Call them the day after, and go on from there."""
    if debt.reaches == "found":
        return
    arrears = Arrears.objects.open().get(unit__project=books.project, unit__number=debt.home)
    by, at = books.users["cashier"], books.days_ago(debt.found - 1, "15:20")
    if debt.reaches == "not reached":
        notify(arrears=arrears, how=Reminder.PHONE, reached=False, note="两次无人接听", by=by, at=at)
        return
    cause, said = {
        "letter ready": (Cause.REFUSES, "称不住这里，不愿意缴"),
        "letter sent": (Cause.AWAY, "在外地工作，称回来再说"),
        "promised": (Cause.HARDSHIP, "这个月手头紧"),
        "disputed": (Cause.REPAIR, "单元门报修三次没修好"),
        "reminded": (Cause.FORGOT, "忘了，这几天来缴"),
    }[debt.reaches]
    notify(arrears=arrears, how=Reminder.PHONE, cause=cause, note=said, by=by, at=at)
    if debt.reaches == "promised":
        until = books.today + timedelta(days=6)
        promise(arrears=arrears, until=until, note="月底发工资后缴清", by=by, at=at)
    elif debt.reaches == "disputed":
        dispute(arrears=arrears, reason="单元门修好之前不缴", by=by, at=at)
    elif debt.reaches == "letter sent":
        letter(arrears=arrears, tracking_number="EMS1188420016CN", by=by, at=books.days_ago(3, "11:00"))
    elif debt.reaches == "reminded":
        _visit(books, arrears)


def _visit(books: Books, arrears: Arrears) -> None:
    """They live there: nobody opened the last time, and somebody goes again tomorrow."""
    by, visitor = books.users["supervisor"], books.users["cashier"]
    report = Report(outcome=VisitOutcome.NOBODY, said="敲门无人应答，邻居称晚上在家", next_step="改晚上再去一次")
    visit(arrears=arrears, report=report, by=visitor, at=books.days_ago(8, "10:30"))
    tomorrow = books.today + timedelta(days=1)
    decide_visit(arrears=arrears, on=tomorrow, half=Half.EVENING, visitor=visitor, by=by, at=books.days_ago(7, "09:10"))
