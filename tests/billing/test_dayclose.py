"""The end of a cashier's day: recorded, counted, explained, handed over; nothing moves on it afterwards."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import User
from billing.actions.dayclose import Count, close_books, close_day, reopen_day
from billing.actions.reversing import reverse_or_ask, reverse_receipt
from billing.models import DayClose
from billing.queries.dayclose import days_of, is_day_closed, recorded
from billing.queries.ledger import is_closed
from core.errors import Invalid, NotAllowed, NotNow
from records.approvals import approve
from records.models import Approval
from tests.billing.money import NEXT_DOOR, assert_books_agree, charged, paid, yuan
from tests.cast import NOON, Cast
from tests.tickets.pages import queries_for

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-8"), pytest.mark.django_db]
DAY, HOUR, TODAY = timedelta(days=1), timedelta(hours=1), NOON.date()


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON + HOUR, tick=False) as hands:
        yield hands


def counted(cast: Cast, *, by: User | None = None, at: Any = NOON + HOUR, **more: Any) -> DayClose:
    """A count that agrees, unless `counts` says otherwise."""
    who, day = by or cast.cashier, more.pop("day", TODAY)
    usual = {method: Count(counted=amount) for method, amount in recorded(cast.project, who.pk, day).items()}
    given = {"counts": usual, "handed_to": "财务王姐", **more}
    return close_day(project=cast.project, day=day, by=who, at=at, **given)


def test_a_day_holds_what_was_taken_less_what_was_taken_back(cast: Cast) -> None:
    paid(cast, charged(cast, 100))
    paid(cast, charged(cast, 60), method="wechat")
    wrong = paid(cast, charged(cast, 30))
    reverse_receipt(receipt=wrong, reason="刷错", by=cast.supervisor, at=NOON)
    assert recorded(cast.project, cast.cashier.pk, TODAY) == {"cash": yuan(100), "wechat": yuan(60)}
    assert recorded(cast.project, cast.supervisor.pk, TODAY) == {}, "the money left the cashier's drawer"
    close = counted(cast)
    assert [(line.method, line.recorded, line.difference) for line in close.lines.all()] == [
        ("cash", yuan(100), yuan(0)),
        ("wechat", yuan(60), yuan(0)),
    ]
    assert_books_agree(cast)


def test_after_it_no_money_moves_on_that_day_and_a_reversal_needs_a_second_person(cast: Cast) -> None:
    receipt = paid(cast, charged(cast))
    assert not is_day_closed(receipt.payment)
    counted(cast)
    assert is_day_closed(receipt.payment)
    with pytest.raises(NotNow, match="2026-11-23"):
        paid(cast, charged(cast, 5), at=NOON + 2 * HOUR)
    with pytest.raises(NotNow) as refused:
        reverse_receipt(receipt=receipt, reason="错", by=cast.supervisor, at=NOON + 2 * HOUR)
    assert refused.value.code == "day_over"
    asked = reverse_or_ask(receipt=receipt, reason="错", by=cast.supervisor, at=NOON + 2 * HOUR)
    assert isinstance(asked, Approval)
    approve(approval=asked, by=cast.gm, at=NOON + 3 * HOUR)
    receipt.refresh_from_db()
    assert receipt.reversed_by == cast.gm
    paid(cast, charged(cast, 5), at=NOON + DAY)
    assert_books_agree(cast)


def test_a_difference_is_explained_in_words_or_beside_its_receipt(cast: Cast) -> None:
    receipt = paid(cast, charged(cast, 100))
    short = {"cash": Count(counted=yuan(90))}
    with pytest.raises(Invalid) as refused:
        counted(cast, counts=short)
    assert set(refused.value.fields) == {"explanation_cash"}
    close = counted(cast, counts=short, remarks={receipt.pk: "少收十元"})
    assert close.remarks.get().words == "少收十元"
    assert close.lines.get().difference == -10


def test_a_close_is_written_once_and_stays_on_record(cast: Cast) -> None:
    paid(cast, charged(cast))
    close = counted(cast)
    with pytest.raises(NotNow):
        counted(cast)
    for table in ("billing_dayclose", "billing_daycloseline"):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {table}")
    assert DayClose.objects.get() == close


def test_what_moved_while_counting_and_an_empty_day_are_not_closed(cast: Cast) -> None:
    with pytest.raises(NotNow):
        counted(cast, counts={})
    paid(cast, charged(cast, 100))
    with pytest.raises(NotNow) as refused:
        counted(cast, seen={"cash": yuan(60)})
    assert refused.value.code == "moved"
    with pytest.raises(NotNow):
        counted(cast, day=TODAY + DAY)
    with pytest.raises(NotAllowed):
        counted(cast, by=cast.frontdesk)


def test_a_leader_opens_it_again_with_a_reason_and_it_is_closed_anew(cast: Cast) -> None:
    paid(cast, charged(cast))
    close = counted(cast)
    with pytest.raises(NotAllowed):
        reopen_day(close=close, reason="漏了一笔", by=cast.cashier, at=NOON)
    with pytest.raises(Invalid):
        reopen_day(close=close, reason=" ", by=cast.supervisor, at=NOON)
    reopen_day(close=close, reason="漏了一笔", by=cast.supervisor, at=NOON)
    paid(cast, charged(cast, 5), at=NOON + 2 * HOUR)
    again = counted(cast)
    assert (again.nth, again.lines.get().recorded) == (2, yuan(105))
    row = days_of(cast.project, TODAY, TODAY, today=TODAY)[0]
    assert (row.close, row.earlier) == (again, [close])


def test_a_month_is_closed_once_all_of_its_days_are(cast: Cast) -> None:
    paid(cast, charged(cast))
    later = NOON + 10 * DAY
    with pytest.raises(NotNow, match="2026-11-23"):
        close_books(project=cast.project, month=TODAY, by=cast.gm, at=later)
    close = counted(cast, at=later)
    with pytest.raises(NotAllowed):
        close_books(project=cast.project, month=TODAY, by=cast.cashier, at=later)
    close_books(project=cast.project, month=TODAY, by=cast.gm, at=later)
    assert is_closed(cast.project, date(2026, 11, 1))
    with pytest.raises(NotNow):
        reopen_day(close=close, reason="改", by=cast.supervisor, at=later)


def test_the_page_keeps_what_was_typed_and_closes_once(cast: Cast, signed_in: SignIn) -> None:
    paid(cast, charged(cast, 160))
    client = signed_in(cast.cashier)
    assert "160.00" in client.get("/dayclose/").content.decode()
    typed = {"counted_cash": "150", "note": "零钱不够", "handed_to": "财务王姐", "idempotency_key": "k1"}
    refused = client.post("/dayclose/", typed)
    assert refused.status_code == 422
    for words in ("零钱不够", "财务王姐", 'value="150"', "id_explanation_cash_error"):
        assert words in refused.content.decode(), words
    typed |= {"explanation_cash": "找零少了十元", "idempotency_key": "k2"}
    first, second = (client.post("/dayclose/", typed) for _ in range(2))
    close = DayClose.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == f"/dayclose/{close.pk}/"
    assert "找零少了十元" in client.get(f"/dayclose/{close.pk}/").content.decode()
    till = client.post("/till/demo/3-2-1501/", {"method": "cash", "received": "1", "keep_rest": "1"})
    assert till.status_code == 409
    assert "2026-11-23" in till.content.decode()
    leader = signed_in(cast.supervisor)
    opened = leader.post(f"/dayclose/{close.pk}/reopen/", {"reason": "漏了一笔"})
    assert opened.status_code == 302
    assert hasattr(DayClose.objects.get(), "reopened")


def test_notes_and_coins_make_the_sum_or_contradict_it(cast: Cast, signed_in: SignIn) -> None:
    paid(cast, charged(cast, "150.50"))
    client = signed_in(cast.cashier)
    pieces = {"piece_100": "1", "piece_50": "1", "piece_0.5": "1", "handed_to": "银行"}
    assert client.post("/dayclose/", {**pieces, "counted_cash": "99"}).status_code == 422
    assert client.post("/dayclose/", pieces).status_code == 302
    line = DayClose.objects.get().lines.get()
    assert (line.counted, line.pieces) == (yuan("150.50"), {"100": 1, "50": 1, "0.5": 1})


def test_leaders_see_who_closed_and_who_has_not_in_a_constant_number_of_statements(
    cast: Cast, signed_in: SignIn
) -> None:
    paid(cast, charged(cast), at=NOON - DAY)
    client = signed_in(cast.supervisor)
    asked = queries_for(client, "/dayclose/all/")
    assert "还没日结" in client.get("/dayclose/all/").content.decode()
    for days in (2, 3):
        paid(cast, charged(cast, home=NEXT_DOOR), home=NEXT_DOOR, at=NOON - days * DAY)
    counted(cast, day=TODAY - 2 * DAY)
    counted(cast, day=TODAY - 3 * DAY)
    # Closes once there are any: the lines of all of them.
    assert queries_for(client, "/dayclose/all/") == asked + 1
    assert signed_in(cast.cashier).get("/dayclose/all/").status_code == 403
