"""Whoever paid enough in advance is not dunned: that settles what is overdue first, the oldest before the newer."""

from datetime import date, timedelta

import pytest

from billing.actions.arrears.finding import collect
from billing.models import Arrears, Bill, Entry
from notifications.models import Channel, Message
from records.models import AuditEntry
from tests.billing.arrears.ladder import again, clock, found, overdue
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, in_advance, paid, yuan
from tests.billing.test_crediting import sold
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-1", "BIL-3")]
DAY = timedelta(days=1)


def owed(bill: Bill) -> object:
    bill.refresh_from_db()
    return bill.outstanding


def test_what_was_paid_in_advance_settles_the_oldest_first_and_nobody_is_told_of_it(cast: Cast) -> None:
    Channel.objects.create(kind="sms_log", name_zh="短信")
    paid(cast, amount=120, at=NOON - DAY)
    newer, older = overdue(cast, 30), overdue(cast, 80, due_on=date(2026, 10, 1))
    next_door = overdue(cast, 50, home=NEXT_DOOR)
    assert collect(NOON)["opened"] == 1
    assert [owed(bill) for bill in (older, newer, next_door)] == [0, 0, 50]
    assert in_advance(cast.units[HOME]) == yuan(10)
    assert not Arrears.objects.filter(unit=cast.units[HOME]).exists()
    assert not Message.objects.filter(case__unit=cast.units[HOME]).exists()
    entry = Entry.objects.get(kind="credit_used")
    assert (entry.by, entry.day) == (None, NOON.date())
    said = AuditEntry.objects.get(action="credit.used")
    assert (said.by, said.target, said.data) == (None, HOME, {"amount": "120.00", "because": "overdue"} | said.data)
    assert_books_agree(cast)


def test_what_is_told_is_what_is_left_after_it(cast: Cast) -> None:
    paid(cast, amount=70, at=NOON - DAY)
    older, newer = overdue(cast, 50, due_on=date(2026, 10, 1)), overdue(cast, 50)
    arrears = found(cast)
    assert [owed(bill) for bill in (older, newer)] == [0, 30]
    assert "30.00" in arrears.case.title
    assert [link.bill for link in arrears.links.all()] == [newer]
    assert_books_agree(cast)


def test_what_is_paid_in_advance_later_settles_what_is_collected_and_acknowledges_nothing(cast: Cast) -> None:
    bill = overdue(cast, 100, due_on=date(2026, 10, 1))
    arrears = found(cast)
    due = clock(arrears.case, "arrears.limitation", bill.number).due_at
    paid(cast, amount=40)
    collect(NOON + DAY)
    assert owed(bill) == 60
    assert clock(again(arrears).case, "arrears.limitation", bill.number).due_at == due
    assert_books_agree(cast)


def test_what_is_not_due_yet_and_what_another_household_owes_is_left(cast: Cast) -> None:
    paid(cast, amount=100, at=NOON - DAY)
    to_come = overdue(cast, 30, due_on=NOON.date())
    sold(cast.units[HOME])
    of_the_buyer = overdue(cast, 20)
    collect(NOON)
    assert [owed(bill) for bill in (to_come, of_the_buyer)] == [30, 20]
    assert Arrears.objects.open().count() == 1


def test_a_second_pass_settles_nothing_more(cast: Cast) -> None:
    paid(cast, amount=30, at=NOON - DAY)
    overdue(cast, 30)
    for _ in range(2):
        collect(NOON)
    assert Entry.objects.filter(kind="credit_used").count() == 1
