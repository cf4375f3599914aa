"""Money of the demonstration that is collected at the door: an appointment of tomorrow, cash that is not handed in."""

from datetime import datetime, timedelta

from billing.actions.doors import Window, ask_for_visit, collect, confirm, prepare
from billing.models import DoorVisit
from billing.queries.owed import open_bills, owner_of
from billing.queries.till import payer_of
from billing.states import Method
from estate.models import Household
from records.papers import FONTS
from servicedesk.demo.prices import Books


def make_doors(books: Books) -> None:
    """One visit of tomorrow that was confirmed, and one of this morning whose cash is still with the front desk."""
    tomorrow = books.moment(books.today).replace(hour=10, minute=0) + timedelta(days=1)
    ahead = Window(tomorrow, tomorrow + timedelta(hours=1))
    _confirmed(books, "1-2-702", ahead, at=_ago(books, 50), note="老人在家，门铃坏了请敲门")
    taken = _ago(books, 20)
    visit = _confirmed(books, "2-1-1102", _around(books, taken), at=_ago(books, 45))
    prepare(visit=visit, link=_link, fonts=FONTS, by=books.users["cashier"], at=_ago(books, 40))
    collect(visit=visit, method=Method.CASH, by=visit.collector, at=taken)


def _ago(books: Books, minutes: int) -> datetime:
    """So long ago, but of this day."""
    midnight = books.now.astimezone(books.project.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(books.now - timedelta(minutes=minutes), midnight)


def _around(books: Books, taken: datetime) -> Window:
    """The quarter of an hour in which the money was taken, within its day."""
    local = taken.astimezone(books.project.tz)
    start = local - timedelta(minutes=min(10, local.hour * 60 + local.minute))
    end = min(local + timedelta(minutes=15), local.replace(hour=23, minute=59, second=59))
    return Window(start, end)


def _link(token: str) -> str:
    return f"http://127.0.0.1:8000/r/{token}/"


def _confirmed(books: Books, number: str, window: Window, *, at: datetime, note: str = "") -> DoorVisit:
    home, desk = books.home(number), books.users["frontdesk"]
    owner = owner_of(home)
    bills = [bill for bill in open_bills(home) if bill.household_id == owner]
    payer = payer_of(Household.objects.get(unit=home, pk__in=[owner]))
    asked = ask_for_visit(unit=home, bills=bills, payer=payer, collector=desk, window=window, note=note, by=desk, at=at)
    said = "已核对姓名、业主、房号、上门时间和金额，业主无异议"
    return confirm(visit=asked, spoke_to=payer, said=said, amount=asked.amount, by=desk, at=at)
