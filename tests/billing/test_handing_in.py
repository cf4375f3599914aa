"""Handing in what was collected at the door: counted by somebody else, into their till; reversed before and after."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from billing.actions.dayclose import Count, close_day
from billing.actions.doors import miss
from billing.actions.posting import close_month
from billing.actions.reversing import reverse_or_ask, reverse_receipt
from billing.models import DoorVisit, Entry, HandIn, PreparedReceipt
from billing.queries.dayclose import days_of, handed_in_to, receipts_of, recorded
from billing.queries.doors import hand_in_page, last_working_day, visits_of, who_owes
from billing.states import Book, DoorState
from core.errors import Invalid, NotAllowed, NotNow
from records.approvals import approve
from records.models import Approval
from sla.defaults import load_calendar
from tests.billing.doors import HOUR, asked, carried, collected, confirmed, handed
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, charged, on, paid, yuan
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.req("BIL-5"), pytest.mark.django_db]
DAY, TODAY = timedelta(days=1), NOON.date()


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON + HOUR, tick=False) as hands:
        yield hands


def till(cast: Cast, name: str, day: date = TODAY) -> dict[str, Any]:
    """What is recorded of somebody's day."""
    return recorded(cast.project, cast.users[name].pk, day)


def test_cash_of_several_visits_comes_into_the_till_of_whoever_counts_it(cast: Cast) -> None:
    first, second = (
        collected(cast, charged(cast, 60)),
        collected(cast, charged(cast, 40, home=NEXT_DOOR), home=NEXT_DOOR),
    )
    slip = collected(cast, charged(cast, 7), method="wechat")
    assert [till(cast, name) for name in ("frontdesk", "cashier")] == [{}, {}], "in nobody's till while under way"
    made = handed(cast)
    assert (made.number, made.recorded, made.counted, made.difference) == (
        "JK-20261123-0001",
        yuan(100),
        yuan(100),
        yuan(0),
    )
    assert made.entry is not None
    postings = made.entry.postings.order_by("pk").values_list("debit", "credit", "amount", "unit__number")
    assert list(postings) == [("1001", "1003", yuan(60), HOME), ("1001", "1003", yuan(40), NEXT_DOOR)]
    assert (made.entry.text, made.entry.by) == (made.number, cast.cashier)
    assert {visit.payment for visit in made.visits.all()} == {one.payment for one in (first, second, slip)}
    assert set(DoorVisit.objects.values_list("state", flat=True)) == {DoorState.HANDED_IN}
    assert [till(cast, name) for name in ("frontdesk", "cashier")] == [{}, {"cash": yuan(100)}]
    assert (on(Book.DOOR, cast), on(Book.CASH, cast)) == (yuan(0), yuan(100))
    assert who_owes(cast.project) == []
    assert_books_agree(cast)


def test_a_collector_who_is_a_cashier_has_it_counted_by_another(cast: Cast) -> None:
    collected(cast, charged(cast, 60), collector=cast.cashier)
    with pytest.raises(NotAllowed):
        handed(cast, collector=cast.cashier)
    handed(cast, collector=cast.cashier, by=cast.supervisor)
    assert [till(cast, name) for name in ("cashier", "supervisor")] == [{}, {"cash": yuan(60)}]
    assert list(receipts_of(cast.project, cast.cashier.pk, TODAY)) == []


def test_what_is_handed_in_is_everything_and_as_it_was_counted(cast: Cast) -> None:
    collected(cast, charged(cast, 60))
    for who in (cast.frontdesk, cast.gm, cast.technician, cast.frontdesk2):
        with pytest.raises(NotAllowed):
            handed(cast, by=who)
    wrong: tuple[dict[str, Any], ...] = ({"visits": []}, {"visits": ["SM-20261123-0009"]}, {"papers": ["SJ-1"]})
    for given in wrong:
        with pytest.raises(NotNow):
            handed(cast, **given)
    for counted, field in ((-1, "counted"), (59, "explanation"), (61, "explanation")):
        with pytest.raises(Invalid) as refused:
            handed(cast, counted)
        assert set(refused.value.fields) == {field}
    with pytest.raises(Invalid):
        handed(cast, 59, explanation="长" * 501)
    handed(cast)
    with pytest.raises(NotNow):
        handed(cast)
    assert HandIn.objects.count() == 1


def test_it_is_not_received_on_a_day_that_is_closed_nor_into_a_closed_month(cast: Cast) -> None:
    paid(cast, charged(cast, 5))
    visit_receipt = collected(cast, charged(cast, 60))
    close_day(
        project=cast.project,
        day=TODAY,
        counts={"cash": Count(counted=yuan(5))},
        handed_to="财务",
        by=cast.cashier,
        at=NOON,
    )
    with pytest.raises(NotNow) as refused:
        handed(cast)
    assert refused.value.code == "day_closed"
    handed(cast, at=NOON + DAY)
    assert till(cast, "cashier", TODAY + DAY) == {"cash": yuan(60)}
    assert visit_receipt.payment.day == TODAY
    close_month(project=cast.project, month=TODAY, by=cast.gm, at=NOON + 30 * DAY)
    assert_books_agree(cast)


def test_a_difference_is_explained_and_stands_in_the_day_close(cast: Cast) -> None:
    paid(cast, charged(cast, 5))
    collected(cast, charged(cast, 60))
    made = handed(cast, 58, explanation="找零少收两元")
    assert made.difference == -2
    assert till(cast, "cashier") == {"cash": yuan(65)}, "what is recorded, as in every day close"
    assert handed_in_to(cast.project, cast.cashier.pk, TODAY) == [made]
    given: dict[str, Any] = {"project": cast.project, "day": TODAY, "handed_to": "财务", "by": cast.cashier}
    with pytest.raises(Invalid):
        close_day(counts={"cash": Count(counted=yuan(63))}, at=NOON + 3 * HOUR, **given)
    close = close_day(
        counts={"cash": Count(counted=yuan(63), explanation=made.explanation)}, at=NOON + 3 * HOUR, **given
    )
    line = close.lines.get()
    assert (line.recorded, line.counted, line.difference) == (yuan(65), yuan(63), yuan(-2))
    assert [row.cashier for row in days_of(cast.project, TODAY, TODAY, today=TODAY)] == [cast.cashier]
    with pytest.raises(IntegrityError), transaction.atomic():
        HandIn.objects.update(counted=60)


def test_void_papers_are_given_back_and_those_that_are_not_stay_on_the_list(cast: Cast) -> None:
    for amount in (30, 20):
        miss(visit=carried(cast, charged(cast, amount)), why="nobody", by=cast.frontdesk, at=NOON)
    first, second = PreparedReceipt.objects.order_by("pk")
    made = handed(cast, papers=[first.number])
    assert made.recorded == 0
    assert made.entry is None
    page = hand_in_page(cast.project, cast.frontdesk)
    assert (list(page.papers), page.visits) == ([second], ())
    assert who_owes(cast.project) == [cast.frontdesk]
    handed(cast)
    with pytest.raises(NotNow):
        handed(cast)
    first.refresh_from_db()
    assert (first.handed_back, first.number) == (made, "SJ-DEMO-2026-M000001")
    assert_books_agree(cast)


# --- taken back ------------------------------------------------------------------------------------------------------
def test_reversed_before_it_is_handed_in_it_leaves_what_is_under_way(cast: Cast) -> None:
    bill = charged(cast, 60)
    receipt = collected(cast, bill)
    reverse_receipt(receipt=receipt, reason="退回", by=cast.supervisor, at=NOON + HOUR)
    bill.refresh_from_db()
    assert (bill.outstanding, on(Book.DOOR, cast), on(Book.CASH, cast)) == (yuan(60), yuan(0), yuan(0))
    assert [till(cast, name) for name in ("frontdesk", "cashier", "supervisor")] == [{}, {}, {}]
    assert_books_agree(cast)
    made = handed(cast)
    assert made.entry is None
    assert (made.recorded, made.visits.count()) == (yuan(0), 1), "its paper comes back all the same"
    assert_books_agree(cast)


def test_reversed_after_it_was_handed_in_it_leaves_the_till_of_whoever_gives_it_back(cast: Cast) -> None:
    receipt = collected(cast, charged(cast, 60))
    handed(cast)
    reverse_receipt(receipt=receipt, reason="退回", by=cast.supervisor, at=NOON + 3 * HOUR)
    assert (on(Book.DOOR, cast), on(Book.CASH, cast)) == (yuan(0), yuan(0))
    assert [till(cast, name) for name in ("frontdesk", "cashier", "supervisor")] == [
        {},
        {"cash": yuan(60)},
        {"cash": yuan(-60)},
    ]
    assert_books_agree(cast)


def test_its_day_over_a_second_person_decides_and_it_leaves_the_same_account(cast: Cast) -> None:
    kept, gone = collected(cast, charged(cast, 60)), collected(cast, charged(cast, 40), collector=cast.cashier)
    handed(cast)
    for receipt in (kept, gone):
        asked_for = reverse_or_ask(receipt=receipt, reason="退回", by=cast.supervisor, at=NOON + DAY)
        assert isinstance(asked_for, Approval)
        approve(approval=asked_for, by=cast.gm, at=NOON + DAY)
    assert (on(Book.DOOR, cast), on(Book.CASH, cast)) == (yuan(0), yuan(0))
    assert till(cast, "supervisor", TODAY + DAY) == {"cash": yuan(-60)}, "the other was never in a till"
    assert_books_agree(cast)


def test_paid_otherwise_it_is_in_nobodys_till_taken_back_or_not(cast: Cast) -> None:
    receipt = collected(cast, charged(cast, 60), method="wechat")
    assert till(cast, "frontdesk") == {}
    handed(cast)
    assert not Entry.objects.filter(kind="handed_in").exists()
    reverse_receipt(receipt=receipt, reason="退回", by=cast.supervisor, at=NOON + 3 * HOUR)
    assert [till(cast, name) for name in ("frontdesk", "cashier", "supervisor")] == [{}, {}, {}]
    assert on(Book.WECHAT, cast) == 0
    assert_books_agree(cast)


# --- overdue ---------------------------------------------------------------------------------------------------------
def late(cast: Cast, today: date) -> list[bool]:
    return [one.is_overdue for one in visits_of(cast.project, cast.cashier, today=today)]  # type: ignore[attr-defined]


def test_what_is_not_handed_in_by_the_end_of_the_next_working_day_is_overdue_and_on_top(cast: Cast) -> None:
    load_calendar(at=NOON)
    friday = NOON + 4 * DAY
    confirmed(cast, asked(cast, charged(cast, 5)))
    collected(cast, charged(cast, 60), at=friday)
    assert last_working_day(cast.project, before=(friday + 3 * DAY).date()) == friday.date()
    for days, expected in ((0, False), (1, False), (3, False), (4, True)):
        assert late(cast, (friday + days * DAY).date()) == [expected, False] or not expected
        assert any(late(cast, (friday + days * DAY).date())) is expected
    top = visits_of(cast.project, cast.cashier, today=(friday + 4 * DAY).date()).first()
    assert top is not None
    assert top.state == DoorState.COLLECTED
    handed(cast, at=friday + HOUR)
    assert not any(late(cast, (friday + 9 * DAY).date()))


def test_without_a_calendar_every_day_counts(cast: Cast) -> None:
    collected(cast, charged(cast, 60))
    assert [late(cast, TODAY + days * DAY) for days in (0, 1, 2)] == [[False], [False], [True]]
