"""What payments and their reversals do to the ladder, and what a letter may demand: small cases, each found once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from billing.actions import arrears as acts
from billing.actions.arrears.finding import collect
from billing.actions.reversing import reverse_receipt
from billing.actions.waiving import ask_to_waive
from billing.models import Arrears, Bill
from billing.rules.arrears import is_letter_due
from billing.states import ArrearsState
from core.errors import NotNow
from notifications.models import Channel, Message
from records.approvals import approve
from sla.states import ClockState
from tests.billing.arrears.ladder import SIGNED, again, clock, delivered, found, lettered, overdue, to_court, told
from tests.billing.money import assert_books_agree, paid
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-6")]
DAY = timedelta(days=1)
# In Shanghai half past midnight; the SMS waits for the morning.
NIGHT = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)


def test_a_settled_case_goes_on_from_its_rung_when_the_payment_is_taken_back(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = told(cast, found(cast))
    due = clock(arrears.case, "arrears.letter").due_at
    limitation = clock(arrears.case, "arrears.limitation", bill.number).due_at
    receipt = paid(cast, bill, at=NOON + timedelta(hours=1))
    assert again(arrears).case.state == ArrearsState.SETTLED
    reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON + timedelta(hours=2))
    arrears = again(arrears)
    assert (arrears.case.state, arrears.ended_at) == (ArrearsState.NOTIFIED, None)
    for key, subject, moment in (("arrears.letter", "", due), ("arrears.limitation", bill.number, limitation)):
        one = clock(arrears.case, key, subject)
        assert (one.state, one.due_at) == (ClockState.RUNNING, moment)
    assert collect(NOON + timedelta(hours=3)) == {"promises": 0, "opened": 0, "bills": 0}
    assert_books_agree(cast)


def test_a_promise_stands_again_when_the_payment_that_kept_it_is_taken_back(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = told(cast, found(cast))
    acts.promise(arrears=arrears, until=date(2026, 11, 30), by=cast.cashier, at=NOON)
    receipt = paid(cast, bill, at=NOON + timedelta(hours=1))
    reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON + timedelta(hours=2))
    assert again(arrears).case.state == ArrearsState.PROMISED
    assert clock(arrears.case, "arrears.letter").state == ClockState.PAUSED
    assert collect(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))["promises"] == 1
    assert again(arrears).case.state == ArrearsState.NOTIFIED
    assert clock(arrears.case, "arrears.letter").state == ClockState.RUNNING


def test_a_part_payment_taken_back_was_no_acknowledgement(cast: Cast) -> None:
    bill = overdue(cast, due_on=date(2026, 10, 1))
    arrears = found(cast)
    due = clock(arrears.case, "arrears.limitation", bill.number).due_at
    receipt = paid(cast, bill, amount=30, at=NOON + timedelta(hours=1))
    assert clock(arrears.case, "arrears.limitation", bill.number).due_at > due
    reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON + timedelta(hours=2))
    live = arrears.case.clocks.get(key="arrears.limitation", subject=bill.number, ended_at=None)
    assert live.due_at == due


def test_an_acknowledgement_after_a_part_payment_stands_when_that_is_taken_back(cast: Cast) -> None:
    bill = overdue(cast, due_on=date(2026, 10, 1))
    arrears = found(cast)
    receipt = paid(cast, bill, amount=30, at=NOON + timedelta(hours=1))
    promised = NOON + timedelta(hours=2)
    acts.promise(arrears=again(arrears), until=date(2026, 11, 30), by=cast.cashier, at=promised)
    reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON + timedelta(hours=3))
    live = arrears.case.clocks.get(key="arrears.limitation", subject=bill.number, ended_at=None)
    assert live.started_at == promised


@pytest.mark.req("ARR-2")
@pytest.mark.parametrize(("amount", "state", "says"), [(100, "failed", "100.00"), (40, "pending", "60.00")])
def test_an_sms_that_waits_for_the_morning_says_what_is_owed_or_does_not_go(
    cast: Cast, amount: int, state: str, says: str
) -> None:
    Channel.objects.create(kind="sms_log", name_zh="短信")
    bill = overdue(cast, at=NIGHT)
    found(cast, NIGHT)
    paid(cast, bill, amount=amount, at=NIGHT + timedelta(minutes=5))
    sms = Message.objects.get(template="arrears.notice")
    assert (sms.state, sms.data["amount"]) == (state, says)
    assert sms.not_before == datetime(2026, 11, 24, 1, 0, tzinfo=UTC), "nine in the morning"


@pytest.mark.req("ARR-3")
def test_a_letter_demands_what_they_were_told_of_and_another_one_what_fell_due_later(cast: Cast) -> None:
    first = overdue(cast)
    arrears = told(cast, found(cast))
    later = overdue(cast, 40, at=NOON + 30 * DAY)
    collect(NOON + 30 * DAY)
    letter = lettered(cast, again(arrears), NOON + 93 * DAY)
    assert [line.bill_id for line in letter.lines.all()] == [first.pk]
    acts.deliver(proof=SIGNED, arrears=again(arrears), by=cast.cashier, at=NOON + 95 * DAY)
    paid(cast, first, at=NOON + 95 * DAY)
    with pytest.raises(NotNow):
        acts.letter(arrears=again(arrears), tracking_number="SF2", by=cast.supervisor, at=NOON + 96 * DAY)
    told(cast, again(arrears), NOON + 96 * DAY)
    with pytest.raises(NotNow):
        lettered(cast, again(arrears), NOON + 150 * DAY, "SF2")
    second = lettered(cast, again(arrears), NOON + 190 * DAY, "SF2")
    assert [line.bill_id for line in second.lines.all()] == [later.pk]


@pytest.mark.req("ARR-3")
def test_the_proof_of_a_delivery_is_asked_for_after_ten_days(cast: Cast) -> None:
    overdue(cast)
    arrears = told(cast, found(cast))
    sent = lettered(cast, arrears, NOON + 93 * DAY).sent_at
    assert clock(arrears.case, "arrears.delivery").due_at == sent + 10 * DAY
    acts.return_letter(arrears=again(arrears), reason="查无此人", by=cast.cashier, at=sent + DAY)
    assert clock(arrears.case, "arrears.delivery").state == ClockState.MET


@pytest.mark.req("ARR-5")
def test_what_two_people_file_is_the_amount_that_was_asked_for(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = delivered(cast, found(cast), NOON)
    at = NOON + 120 * DAY
    asked = to_court(cast, arrears, at)
    paid(cast, Bill.objects.get(pk=bill.pk), amount=30, at=at + DAY)
    with pytest.raises(NotNow, match=r"70\.00"):
        approve(approval=asked, by=cast.gm, at=at + 2 * DAY)
    assert again(arrears).case.state == ArrearsState.DELIVERED


def test_who_does_not_work_with_money_sees_no_arrears(cast: Cast) -> None:
    overdue(cast)
    found(cast)
    for user in (cast.cashier, cast.supervisor, cast.gm, cast.frontdesk):
        assert Arrears.objects.visible_to(user).exists()
    for user in (cast.quality, cast.admin, cast.technician, cast.resident):
        assert not Arrears.objects.visible_to(user).exists()


@pytest.mark.pure
def test_when_a_letter_is_due() -> None:
    assert is_letter_due("notified", None, NOON)
    assert not is_letter_due("delivered", None, NOON)
    assert is_letter_due("delivered", NOON, NOON)
    assert not is_letter_due("notified", NOON + DAY, NOON)
    assert not is_letter_due("filed", NOON, NOON)


@pytest.mark.req("ARR-1")
def test_a_case_is_called_by_what_is_owed_in_it_now(cast: Cast) -> None:
    first, second = overdue(cast, 100), overdue(cast, "150.60")
    arrears = found(cast)

    def called() -> str:
        return again(arrears).case.title

    assert called() == "欠费 250.60 元（2 笔）"
    overdue(cast, 1000, at=NOON + DAY)
    collect(NOON + DAY)
    assert called() == "欠费 1,250.60 元（3 笔）"
    paid(cast, first, amount=40, at=NOON + DAY)
    assert called() == "欠费 1,210.60 元（3 笔）"
    receipt = paid(cast, second, at=NOON + DAY + timedelta(hours=1))
    assert called() == "欠费 1,060.00 元（2 笔）"
    reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON + DAY + timedelta(hours=2))
    assert called() == "欠费 1,210.60 元（3 笔）"
    asked = ask_to_waive(bill=second, amount=Decimal("50.60"), reason="停水", by=cast.cashier, at=NOON + 2 * DAY)
    approve(approval=asked, by=cast.gm, at=NOON + 2 * DAY)
    assert called() == "欠费 1,160.00 元（3 笔）"
