"""A bill is made void alone on the day it was issued; later that lets somebody off, and two people have to say so."""

from datetime import datetime, timedelta

import pytest

from billing.actions.voiding import ask_to_void, needs_second_person, void, void_or_ask
from billing.models import Bill
from core.errors import Invalid, NotAllowed, NotNow
from records.approvals import approve, refuse
from records.models import Approval, AuditEntry
from tests.billing.money import assert_books_agree, charged, paid, yuan
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.req("BIL-4"), pytest.mark.django_db]
DAY = timedelta(days=1)


def asked(bill: Bill, cast: Cast, at: datetime = NOON + DAY) -> Approval:
    """The cashier asks a day later."""
    found = void_or_ask(bill=bill, reason="开错了", by=cast.cashier, at=at)
    assert isinstance(found, Approval)
    return found


def test_on_its_day_one_person_does_it_and_afterwards_two(cast: Cast) -> None:
    today, yesterday = charged(cast, 60), charged(cast, 40)
    assert void_or_ask(bill=today, reason="开错了", by=cast.cashier, at=NOON) == today
    with pytest.raises(NotNow):
        void(bill=yesterday, reason="开错了", by=cast.cashier, at=NOON + DAY)
    waits = asked(yesterday, cast)
    yesterday.refresh_from_db()
    assert yesterday.outstanding == 40, "owed until somebody else says so"
    with pytest.raises(NotNow):
        asked(yesterday, cast)
    with pytest.raises(NotAllowed):
        approve(approval=waits, by=cast.cashier, at=NOON + DAY)
    approve(approval=waits, by=cast.supervisor, at=NOON + DAY)
    yesterday.refresh_from_db()
    assert (yesterday.state, yesterday.outstanding) == ("void", yuan(0))
    written = AuditEntry.objects.filter(action="bill.voided").latest("pk")
    assert (written.by, written.data) == (cast.supervisor, {"asked_by": "cashier"})
    assert_books_agree(cast)


def test_the_day_is_the_projects_own(cast: Cast) -> None:
    late = NOON.replace(hour=15, minute=59)  # one minute to midnight in Shanghai
    bill = charged(cast, at=late)
    assert not needs_second_person(bill, late + timedelta(seconds=59))
    assert needs_second_person(bill, late + timedelta(minutes=1))


def test_what_was_paid_meanwhile_is_not_made_void(cast: Cast) -> None:
    bill = charged(cast)
    waits = asked(bill, cast)
    paid(cast, bill, at=NOON + DAY)
    with pytest.raises(NotNow):
        approve(approval=waits, by=cast.gm, at=NOON + DAY)
    refuse(approval=waits, reason="已付", by=cast.gm, at=NOON + DAY)
    with pytest.raises(NotNow):
        ask_to_void(bill=bill, reason="开错了", by=cast.cashier, at=NOON + DAY)
    assert_books_agree(cast)


def test_nobody_asks_without_a_reason_or_without_the_right(cast: Cast) -> None:
    bill = charged(cast)
    with pytest.raises(Invalid):
        ask_to_void(bill=bill, reason=" ", by=cast.cashier, at=NOON + DAY)
    for person in (cast.frontdesk, cast.gm, cast.technician):
        with pytest.raises(NotAllowed):
            ask_to_void(bill=bill, reason="开错了", by=person, at=NOON + DAY)
