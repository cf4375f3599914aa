"""However a case ends or rests, limitation of what is still owed in it is watched."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from billing.actions import arrears as acts
from billing.actions.arrears.finding import collect
from billing.actions.reversing import reverse_receipt
from billing.actions.waiving import ask_to_waive
from billing.models import Arrears, Bill
from billing.states import ArrearsState
from cases.models import Event
from core.errors import NotAllowed, NotNow
from notifications.models import Message
from records.approvals import approve
from sla.actions import sweep_clocks
from sla.states import ClockState
from tests.billing.arrears.ladder import again, clock, delivered, found, lettered, overdue, told
from tests.billing.money import HOME, assert_books_agree, paid
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-5", "ARR-6")]
DAY = timedelta(days=1)
SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
# The end of the day on which the bills were due.
BREACH = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)


def is_watched(cast: Cast, arrears: Arrears, bill: Bill, since: datetime = BREACH) -> bool:
    """Whether limitation runs, and the general manager is warned when two years and six months are over."""
    one = clock(arrears.case, "arrears.limitation", bill.number)
    assert one.started_at == since
    sweep_clocks(at=one.due_at - 184 * DAY - timedelta(minutes=1))
    warned = Message.objects.filter(
        user=cast.gm, template="clock.warning", data__key="arrears.limitation", case=arrears.case
    )
    assert not warned.exists()
    sweep_clocks(at=one.due_at - 184 * DAY + timedelta(minutes=1))
    return one.state == ClockState.RUNNING and warned.count() == 1


def excused(cast: Cast, arrears: Arrears, at: datetime = NOON + DAY) -> Arrears:
    acts.excuse(arrears=again(arrears), reason="困难家庭", by=cast.supervisor, at=at)
    return again(arrears)


def test_who_is_excused_owes_still_and_limitation_is_watched(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = excused(cast, told(cast, found(cast)))
    assert (arrears.case.state, arrears.case.phase) == (ArrearsState.EXCUSED, "waiting")
    live = arrears.case.clocks.filter(ended_at=None)
    assert [one.key for one in live] == ["arrears.limitation"]
    assert is_watched(cast, arrears, bill)


@pytest.mark.parametrize("rest", ["disputed", "promised", "waived", "returned", "paused twice"])
def test_whatever_it_rests_on_limitation_is_watched(cast: Cast, rest: str) -> None:
    bill = overdue(cast)
    arrears, since = told(cast, found(cast)), BREACH
    if rest == "disputed":
        acts.dispute(arrears=arrears, reason="金额不对", by=cast.cashier, at=NOON)
    elif rest == "promised":
        acts.promise(arrears=arrears, until=date(2026, 12, 1), by=cast.cashier, at=NOON)
        since = NOON
    elif rest == "waived":
        asked = ask_to_waive(bill=bill, amount=bill.amount / 2, reason="停水一周", by=cast.cashier, at=NOON)
        approve(approval=asked, by=cast.gm, at=NOON)
    elif rest == "returned":
        lettered(cast, arrears, NOON + 93 * DAY)
        acts.return_letter(arrears=again(arrears), reason="查无此人", by=cast.cashier, at=NOON + 95 * DAY)
    else:
        acts.promise(arrears=arrears, until=date(2026, 12, 1), by=cast.cashier, at=NOON)
        acts.dispute(arrears=again(arrears), reason="金额不对", by=cast.cashier, at=NOON + DAY)
        since = NOON
    assert is_watched(cast, again(arrears), bill, since)


def test_only_what_is_owed_no_more_or_filed_is_watched_no_more(cast: Cast) -> None:
    first, second = overdue(cast), overdue(cast, 60)
    arrears = excused(cast, found(cast))
    paid(cast, first, amount=100, at=NOON + 2 * DAY)
    assert clock(arrears.case, "arrears.limitation", first.number).state == ClockState.MET
    receipt = paid(cast, second, amount=60, at=NOON + 3 * DAY)
    arrears = again(arrears)
    assert (arrears.case.state, arrears.case.phase) == (ArrearsState.SETTLED, "closed")
    reverse_receipt(receipt=receipt, reason="付错了", by=cast.cashier, at=NOON + 3 * DAY + timedelta(hours=1))
    arrears = again(arrears)
    # Excused as before: nobody is reminded of it again.
    assert arrears.case.state == ArrearsState.EXCUSED
    assert collect(NOON + 3 * DAY + timedelta(hours=2))["opened"] == 0
    assert is_watched(cast, arrears, second)
    assert_books_agree(cast)


def test_a_part_payment_of_who_is_excused_acknowledges_the_rest(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = excused(cast, found(cast))
    paid(cast, bill, amount=30, at=NOON + 2 * DAY)
    assert again(arrears).case.state == ArrearsState.EXCUSED
    assert is_watched(cast, arrears, bill, NOON + 2 * DAY)


def test_what_was_excused_is_taken_up_where_it_stood(cast: Cast) -> None:
    overdue(cast)
    arrears = told(cast, found(cast))
    due = clock(arrears.case, "arrears.letter").due_at
    arrears = excused(cast, arrears)
    with pytest.raises(NotAllowed):
        acts.take_up(arrears=arrears, reason="不再困难", by=cast.cashier, at=NOON + 30 * DAY)
    acts.take_up(arrears=arrears, reason="不再困难", by=cast.gm, at=NOON + 30 * DAY)
    arrears = again(arrears)
    assert (arrears.case.state, arrears.ended_at, arrears.excused_at) == (ArrearsState.NOTIFIED, None, None)
    one = clock(arrears.case, "arrears.letter")
    assert (one.state, one.due_at) == (ClockState.RUNNING, due)
    assert Bill.objects.get().collected_in == arrears
    with pytest.raises(NotNow):
        acts.take_up(arrears=arrears, reason="再来", by=cast.gm, at=NOON + 31 * DAY)
    paid(cast, Bill.objects.get(), at=NOON + 32 * DAY)
    assert again(arrears).case.state == ArrearsState.SETTLED


def test_what_was_paid_meanwhile_is_waited_for_no_more(cast: Cast) -> None:
    first = overdue(cast)
    arrears = told(cast, found(cast))
    overdue(cast, 40, at=NOON + 10 * DAY)
    collect(NOON + 10 * DAY)
    arrears = excused(cast, arrears, NOON + 11 * DAY)
    paid(cast, first, at=NOON + 12 * DAY)
    acts.take_up(arrears=again(arrears), reason="不再困难", by=cast.gm, at=NOON + 13 * DAY)
    arrears = again(arrears)
    assert arrears.case.state == ArrearsState.TO_REMIND
    live = arrears.case.clocks.filter(ended_at=None).values_list("key", flat=True)
    assert sorted(live) == ["arrears.limitation", "arrears.remind"]


def test_a_promise_of_who_is_excused_stands_again(cast: Cast) -> None:
    overdue(cast)
    arrears = told(cast, found(cast))
    acts.promise(arrears=arrears, until=date(2026, 12, 30), by=cast.cashier, at=NOON)
    arrears = excused(cast, arrears)
    acts.take_up(arrears=arrears, reason="仍要缴", by=cast.gm, at=NOON + 2 * DAY)
    assert again(arrears).case.state == ArrearsState.PROMISED
    assert collect(datetime(2026, 12, 30, 16, 0, tzinfo=UTC))["promises"] == 1
    assert again(arrears).case.state == ArrearsState.NOTIFIED


def test_beside_a_newer_case_what_was_excused_goes_into_that_and_limitation_counts_on(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = delivered(cast, found(cast), NOON)
    since = clock(arrears.case, "arrears.limitation", bill.number).started_at
    arrears = excused(cast, arrears, NOON + 100 * DAY)
    later = overdue(cast, 40, at=NOON + 120 * DAY)
    newer = found(cast, NOON + 120 * DAY)
    told(cast, newer, NOON + 121 * DAY)
    acts.take_up(arrears=arrears, reason="不再困难", by=cast.gm, at=NOON + 130 * DAY)
    old, newer = again(arrears), again(newer)
    assert (old.case.state, old.case.phase) == (ArrearsState.MERGED, "closed")
    assert not old.case.clocks.filter(ended_at=None).exists()
    assert {link.bill_id for link in newer.links.filter(ended_at=None)} == {later.pk, bill.pk}
    assert clock(newer.case, "arrears.remind").due_at == NOON + 137 * DAY
    assert Event.objects.get(case=old.case, kind="arrears.merged").data["case"] == newer.case.number
    assert collect(NOON + 131 * DAY)["opened"] == 0
    assert is_watched(cast, newer, bill, since)
    paid(cast, bill, later, amount=140, at=NOON + 132 * DAY)
    assert again(newer).case.state == ArrearsState.SETTLED


def test_a_filed_case_that_was_excused_goes_back_beside_what_climbs(cast: Cast) -> None:
    overdue(cast)
    arrears = delivered(cast, found(cast), NOON)
    asked = acts.ask_to_file(
        despite="已明说不缴", arrears=arrears, reason="拒缴", by=cast.supervisor, at=NOON + 120 * DAY
    )
    approve(approval=asked, by=cast.gm, at=NOON + 121 * DAY)
    arrears = excused(cast, arrears, NOON + 130 * DAY)
    overdue(cast, 40, at=NOON + 140 * DAY)
    found(cast, NOON + 140 * DAY)
    acts.take_up(arrears=arrears, reason="仍要起诉", by=cast.gm, at=NOON + 141 * DAY)
    assert again(arrears).case.state == ArrearsState.FILED
    assert Arrears.objects.climbing().filter(unit=cast.units[HOME]).count() == 1


def test_pages_and_api_take_up_who_was_excused(cast: Cast, signed_in: SignIn, api: Api) -> None:
    overdue(cast)
    number = excused(cast, found(cast)).case.number
    for user, offered in ((cast.cashier, False), (cast.supervisor, True)):
        client = signed_in(user)
        assert f"/arrears/{number}/" not in client.get("/arrears/").content.decode()
        assert f"/arrears/{number}/" in client.get("/arrears/?column=excused").content.decode()
        assert ("do/take-up/" in client.get(f"/arrears/{number}/").content.decode()) is offered
    assert api(cast.cashier).post(f"/api/v1/arrears/{number}/take-up/", {"reason": "x"}).status_code == 403
    taken = api(cast.gm).post(f"/api/v1/arrears/{number}/take-up/", {"reason": "不再困难"}).json()
    assert taken["state"] == "to_remind"
