"""Collecting at the door: what is confirmed first, the receipt that is carried, the money taken or not."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction

from billing.actions.charging import charge_once, standing_item
from billing.actions.doors import Window, cancel, collect, miss
from billing.actions.voiding import void
from billing.actions.waiving import ask_to_waive
from billing.models import Bill, DoorVisit, Payment, PreparedReceipt, Receipt, ReceiptSeries
from billing.queries.ledger import proof
from billing.queries.statements import statement_of
from billing.rules.statements import Asked
from billing.states import METHOD_BOOKS, Book, DoorState, Proven, Spell
from core.errors import Invalid, NotAllowed, NotNow
from records.approvals import approve
from records.models import AuditEntry
from tests.billing.doors import HOUR, asked, carried, collected, confirmed, prepared
from tests.billing.money import DUE, HOME, NEXT_DOOR, assert_books_agree, charged, on, paid, yuan
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.req("BIL-5"), pytest.mark.django_db]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def state(visit: DoorVisit) -> str:
    return DoorVisit.objects.values_list("state", flat=True).get(pk=visit.pk)


def test_a_visit_goes_from_the_wish_to_the_receipt_that_was_carried(cast: Cast) -> None:
    bills = charged(cast, 100), charged(cast, "20.50")
    visit = asked(cast, *bills, note="门铃坏了")
    assert (visit.number, visit.state, visit.amount) == ("SM-20261123-0001", "asked", yuan("120.50"))
    assert (visit.household, visit.person) == (cast.households[HOME], cast.people[HOME])
    visit = confirmed(cast, visit)
    assert (visit.state, visit.spoke_to, visit.confirmed_by) == ("confirmed", "张小明", cast.frontdesk)
    paper = prepared(cast, visit)
    assert (paper.number, paper.amount, state(visit)) == ("SJ-DEMO-2026-M000001", yuan("120.50"), "prepared")
    assert paper.file.size > 1000
    receipt = collect(visit=visit, method="cash", by=cast.frontdesk, at=NOON + HOUR)
    payment, paper = receipt.payment, PreparedReceipt.objects.get()
    assert (receipt.number, receipt.token, paper.used_payment) == (paper.number, paper.token, payment)
    assert (payment.by, payment.payer, payment.amount) == (cast.frontdesk, "张小明", yuan("120.50"))
    assert [bill.outstanding for bill in Bill.objects.all()] == [0, 0]
    assert state(visit) == DoorState.COLLECTED
    assert [(one.nth, one.file_id) for one in receipt.prints.all()] == [(1, paper.file_id)], "the next is a reprint"
    actions = AuditEntry.objects.filter(target=visit.number).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["door.asked", "door.confirmed", "door.prepared", "door.collected"]
    assert_books_agree(cast)


@pytest.mark.parametrize("method", ["cash", "wechat", "alipay", "card", "transfer"])
def test_cash_is_under_way_and_the_rest_is_in_its_account(cast: Cast, method: str) -> None:
    collected(cast, charged(cast, 60), method=method)
    under_way = method == "cash"
    assert on(Book.DOOR, cast) == yuan(60 if under_way else 0)
    assert on(Book(METHOD_BOOKS[method]), cast) == yuan(0 if under_way else 60)
    shown = statement_of(cast.project, Asked(Spell.DAY, NOON.date()))
    assert [(name, total) for name, _sums, total in shown.income_rows] == [("有偿维修费", yuan(60))]
    assert [str(one) for one in shown.methods] == [method], "it came in when it was taken, not when it is handed in"
    assert_books_agree(cast)


def test_the_same_money_is_taken_once(cast: Cast) -> None:
    visit = carried(cast, charged(cast, 60))
    collect(visit=visit, method="cash", by=cast.frontdesk, at=NOON)
    with pytest.raises(NotNow):
        collect(visit=visit, method="cash", by=cast.frontdesk, at=NOON)
    assert Payment.objects.count() == 1


# --- what is refused -------------------------------------------------------------------------------------------------
def test_it_is_asked_for_with_bills_of_one_household_somebody_and_a_time(cast: Cast) -> None:
    bill, other = charged(cast, 60), charged(cast, 30, home=NEXT_DOOR)
    settled = charged(cast, 5)
    paid(cast, settled)
    wrong: list[tuple[tuple[Bill, ...], dict[str, Any], str]] = [
        ((), {}, "bills"),
        ((bill, other), {}, "bills"),
        ((bill,), {"payer": " "}, "payer"),
        ((bill,), {"note": "长" * 201}, "note"),
        ((bill,), {"collector": cast.technician}, "collector"),
        ((bill,), {"collector": cast.frontdesk2}, "collector"),
        ((bill,), {"window": Window(NOON + HOUR, NOON + HOUR)}, "window_end"),
        ((bill,), {"window": Window(NOON + HOUR, NOON + DAY)}, "window_end"),
        ((bill,), {"window": Window(NOON - 2 * HOUR, NOON - HOUR)}, "window_start"),
    ]
    for bills, given, field in wrong:
        with pytest.raises(Invalid) as refused:
            asked(cast, *bills, **given)
        assert set(refused.value.fields) == {field}
    with pytest.raises(NotNow) as late:
        asked(cast, settled)
    assert late.value.code == "changed"
    for who in (cast.technician, cast.gm, cast.resident, cast.frontdesk2):
        with pytest.raises(NotAllowed):
            asked(cast, bill, by=who)
    asked(cast, bill)
    with pytest.raises(NotNow, match="SM-20261123-0001"):
        asked(cast, bill)
    assert DoorVisit.objects.count() == 1


def test_it_is_confirmed_with_somebody_in_words_and_by_the_amount(cast: Cast) -> None:
    visit = asked(cast, charged(cast, 60))
    for given, field in (({"spoke_to": ""}, "spoke_to"), ({"said": ""}, "said"), ({"said": "话" * 501}, "said")):
        with pytest.raises(Invalid) as refused:
            confirmed(cast, visit, **given)
        assert set(refused.value.fields) == {field}
    with pytest.raises(NotNow, match="60"):
        confirmed(cast, visit, 59)
    with pytest.raises(NotAllowed):
        confirmed(cast, visit, by=cast.gm)
    later = Window(NOON + 5 * HOUR, NOON + 6 * HOUR)
    assert confirmed(cast, visit, window=later).window_start == later.start
    with pytest.raises(Invalid):
        confirmed(cast, visit, at=NOON + DAY)


def test_a_receipt_is_prepared_of_what_was_confirmed_by_whoever_prints_receipts(cast: Cast) -> None:
    visit = asked(cast, charged(cast, 60))
    with pytest.raises(NotNow):
        prepared(cast, visit)
    confirmed(cast, visit)
    with pytest.raises(NotAllowed):
        prepared(cast, visit, by=cast.frontdesk)
    prepared(cast, visit)
    with pytest.raises(NotNow):
        prepared(cast, visit)
    assert PreparedReceipt.objects.count() == 1


def test_the_collector_alone_takes_the_money_in_a_known_way(cast: Cast) -> None:
    bill = charged(cast, 60)
    visit = confirmed(cast, asked(cast, bill))
    with pytest.raises(NotNow):
        collect(visit=visit, method="cash", by=cast.frontdesk, at=NOON)
    prepared(cast, visit)
    for who in (cast.cashier, cast.supervisor, cast.frontdesk2):
        with pytest.raises(NotAllowed):
            collect(visit=visit, method="cash", by=who, at=NOON)
    for method in ("online", "gold"):
        with pytest.raises(Invalid) as refused:
            collect(visit=visit, method=method, by=cast.frontdesk, at=NOON)
        assert set(refused.value.fields) == {"method"}
    with pytest.raises(Invalid):
        collect(visit=visit, method="card", reference="1" * 101, by=cast.frontdesk, at=NOON)
    cast.frontdesk.memberships.update(ended_at=NOON)
    gone = type(cast.frontdesk).objects.get(pk=cast.frontdesk.pk)
    with pytest.raises(NotAllowed):
        collect(visit=visit, method="cash", by=gone, at=NOON)


def _paid(cast: Cast, bill: Bill) -> None:
    paid(cast, bill, home=bill.unit.number)


def _part(cast: Cast, bill: Bill) -> None:
    paid(cast, bill, amount=10, home=bill.unit.number)


def _waived(cast: Cast, bill: Bill) -> None:
    approval = ask_to_waive(bill=bill, amount=yuan(10), reason="停水", by=cast.cashier, at=NOON)
    approve(approval=approval, by=cast.supervisor, at=NOON)


def _voided(cast: Cast, bill: Bill) -> None:
    void(bill=bill, reason="录错", by=cast.cashier, at=NOON)


@pytest.mark.parametrize(("change", "left"), [(_paid, 40), (_part, 90), (_waived, 90), (_voided, 40)])
def test_what_changed_since_is_refused_and_confirmed_anew(
    cast: Cast, change: Callable[[Cast, Bill], None], left: int
) -> None:
    first, second = charged(cast, 60), charged(cast, 40)
    visit = confirmed(cast, asked(cast, first, second))
    other = carried(cast, charged(cast, 60, home=NEXT_DOOR), home=NEXT_DOOR)
    change(cast, first)
    with pytest.raises(NotNow, match=first.number) as refused:
        prepared(cast, visit)
    assert (refused.value.code, state(visit)) == ("changed", "confirmed")
    assert ReceiptSeries.objects.get(kind="door").last == 1, "no number was drawn for it"
    with pytest.raises(NotNow):
        confirmed(cast, visit, 100)
    assert confirmed(cast, visit, left).amount == yuan(left)
    prepared(cast, visit)
    receipt = collect(visit=visit, method="cash", by=cast.frontdesk, at=NOON)
    assert receipt.payment.amount == yuan(left)
    change(cast, other.lines.get().bill)
    with pytest.raises(NotNow):
        collect(visit=other, method="cash", by=cast.frontdesk, at=NOON)
    assert_books_agree(cast)


def test_confirmed_anew_the_paper_is_void_and_another_is_prepared(cast: Cast) -> None:
    visit = carried(cast, charged(cast, 60), charged(cast, 40))
    paid(cast, Bill.objects.earliest("pk"))
    confirmed(cast, visit, 40)
    prepared(cast, visit)
    papers = PreparedReceipt.objects.order_by("nth").values_list("number", "amount", "voided_reason")
    assert list(papers) == [
        ("SJ-DEMO-2026-M000001", yuan(100), "anew"),
        ("SJ-DEMO-2026-M000002", yuan(40), ""),
    ]


def test_where_nothing_is_owed_any_more_it_is_cancelled(cast: Cast) -> None:
    visit = asked(cast, charged(cast, 60))
    paid(cast, Bill.objects.get())
    with pytest.raises(NotNow) as refused:
        confirmed(cast, visit)
    assert refused.value.code == "not_owed"
    cancel(visit=visit, reason="已在前台缴清", by=cast.cashier, at=NOON)


# --- not collected ---------------------------------------------------------------------------------------------------
def test_nobody_home_makes_the_paper_void_and_the_bills_may_be_asked_for_again(cast: Cast) -> None:
    bill = charged(cast, 60)
    visit = carried(cast, bill)
    with pytest.raises(NotAllowed):
        miss(visit=visit, why="nobody", by=cast.cashier, at=NOON)
    for why, reason in (("holiday", "x"), ("refused", ""), ("other", " ")):
        with pytest.raises(Invalid):
            miss(visit=visit, why=why, reason=reason, by=cast.frontdesk, at=NOON)
    miss(visit=visit, why="nobody", by=cast.frontdesk, at=NOON)
    paper = PreparedReceipt.objects.get()
    assert (state(visit), paper.voided_by, paper.voided_reason) == ("missed", cast.frontdesk, "missed")
    with pytest.raises(NotNow):
        collect(visit=visit, method="cash", by=cast.frontdesk, at=NOON)
    with pytest.raises(NotNow):
        miss(visit=visit, why="nobody", by=cast.supervisor, at=NOON)
    again = carried(cast, bill)
    miss(visit=again, why="refused", reason="对服务不满", by=cast.supervisor, at=NOON)
    assert not Receipt.objects.exists()
    assert_books_agree(cast)


def test_it_is_cancelled_with_a_reason_until_the_money_is_taken(cast: Cast) -> None:
    first, second, third = (carried(cast, charged(cast, 60)) for _ in range(3))
    with pytest.raises(Invalid):
        cancel(visit=first, reason=" ", by=cast.frontdesk, at=NOON)
    with pytest.raises(NotAllowed):
        cancel(visit=first, reason="改天", by=cast.gm, at=NOON)
    cancel(visit=first, reason="改天", by=cast.frontdesk, at=NOON)
    cancel(visit=confirmed(cast, second), reason="改天", by=cast.supervisor, at=NOON)
    collect(visit=third, method="cash", by=cast.frontdesk, at=NOON)
    for visit in (first, third):
        with pytest.raises(NotNow):
            cancel(visit=visit, reason="改天", by=cast.frontdesk, at=NOON)
    assert list(PreparedReceipt.objects.order_by("nth").values_list("voided_reason", flat=True)) == [
        "cancelled",
        "anew",
        "",
    ]


# --- the series ------------------------------------------------------------------------------------------------------
def numbers(cast: Cast) -> list[tuple[str, int, int]]:
    return [(c.name, int(c.stands), int(c.ledger)) for c in proof(cast.project) if c.about == Proven.NUMBERS]


def test_the_series_of_the_door_has_no_gap_whatever_becomes_of_its_papers(cast: Cast) -> None:
    paid(cast, charged(cast, 5))
    collected(cast, charged(cast, 60))
    miss(visit=carried(cast, charged(cast, 30)), why="nobody", by=cast.frontdesk, at=NOON)
    visit = confirmed(cast, asked(cast, charged(cast, 20)))
    with transaction.atomic():
        assert prepared(cast, visit).nth == 3
        transaction.set_rollback(True)
    prepared(cast, visit)
    paid(cast, charged(cast, 5))
    assert list(PreparedReceipt.objects.order_by("nth").values_list("nth", flat=True)) == [1, 2, 3]
    found = set(Receipt.objects.values_list("number", flat=True))
    assert found == {"SJ-DEMO-2026-000001", "SJ-DEMO-2026-000002", "SJ-DEMO-2026-M000001"}
    assert numbers(cast) == [("SJ-DEMO-2026-M000003", 3, 3)]
    assert_books_agree(cast)


def test_the_proof_finds_a_number_that_is_missing_and_one_that_nobody_carries(cast: Cast) -> None:
    visit = carried(cast, charged(cast, 20))
    ReceiptSeries.objects.filter(kind="door").update(last=2)
    assert numbers(cast) == [("SJ-DEMO-2026-M000002", 1, 2)]
    ReceiptSeries.objects.filter(kind="door").update(last=1)
    DoorVisit.objects.filter(pk=visit.pk).update(state="confirmed")
    assert numbers(cast) == [("SJ-DEMO-2026-M000001", 0, 1)]


def test_each_year_begins_the_series_anew(cast: Cast) -> None:
    carried(cast, charged(cast, 20))
    later = NOON + 60 * DAY
    item = standing_item(cast.project, "有偿维修费")
    given = {"words": "换灯", "due_on": DUE + 60 * DAY, "by": cast.cashier, "at": later}
    bill = charge_once(project=cast.project, unit=cast.units[HOME], item=item, amount=yuan(9), **given)  # type: ignore[arg-type]
    carried(cast, bill, at=later)
    assert PreparedReceipt.objects.latest("pk").number == "SJ-DEMO-2027-M000001"
    assert_books_agree(cast)
