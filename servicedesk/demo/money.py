"""The money of the demonstration, so that each of its pages shows something: prices, bills, till, collecting."""

from collections.abc import Mapping
from datetime import datetime

from accounts.models import Project, User
from servicedesk.demo.collecting import make_debts
from servicedesk.demo.doors import make_doors
from servicedesk.demo.office import make_office
from servicedesk.demo.prices import Books, bear, make_prices, raise_bills, read_meters
from servicedesk.demo.till import make_till


def make_money(project: Project, users: Mapping[str, User], now: datetime) -> None:
    """Half a year of it, in the order in which it happened."""
    books = Books(project, users, now)
    prices = make_prices(books)
    make_debts(books)
    bear(books, prices)
    read_meters(books)
    raise_bills(books)
    make_till(books)
    make_doors(books)
    make_office(books)
