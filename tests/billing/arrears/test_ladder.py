"""From the day after a bill was due to the legal channel: found, told, lettered, visited, paused, settled."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.actions import arrears as acts
from billing.actions.arrears.finding import collect
from billing.actions.reversing import reverse_receipt
from billing.actions.voiding import ask_to_void
from billing.models import Arrears, ArrearsBill, ArrearsTerms, Bill
from billing.rules.arrears import age_of
from billing.states import ArrearsState
from cases.models import Case, Event
from core.errors import Invalid, NotAllowed, NotNow
from estate.models import HouseholdMember
from notifications.models import Channel, Message
from records.approvals import approve
from sla.actions import sweep_clocks
from sla.states import ClockState
from tests.billing.arrears.ladder import (
    SIGNED,
    again,
    clock,
    delivered,
    found,
    lettered,
    overdue,
    planned,
    to_court,
    told,
    visited,
)
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, charged, credit_used, paid
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-6")]
DAY = timedelta(days=1)
# In Shanghai the 24th of November begins now.
MIDNIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@pytest.mark.req("ARR-1")
def test_a_bill_is_overdue_from_local_midnight_on_and_found_once(cast: Cast) -> None:
    bill = charged(cast, 80, due_on=NOON.date())
    collect(MIDNIGHT - timedelta(seconds=1))
    assert not Arrears.objects.exists()
    assert collect(MIDNIGHT)["opened"] == 1
    assert collect(MIDNIGHT + timedelta(seconds=5)) == {"promises": 0, "opened": 0, "bills": 0}
    arrears = Arrears.objects.select_related("case").get()
    assert (arrears.debtor_id, arrears.household_id) == (bill.debtor_id, bill.household_id)
    assert (arrears.case.kind, arrears.case.state, arrears.case.household_id) == (
        "arrears",
        "to_remind",
        bill.household_id,
    )
    assert clock(arrears.case, "arrears.remind").due_at == MIDNIGHT + 7 * DAY
    limitation = clock(arrears.case, "arrears.limitation", bill.number)
    assert (limitation.started_at, limitation.due_at) == (MIDNIGHT, datetime(2029, 11, 23, 16, 0, tzinfo=UTC))


@pytest.mark.req("ARR-1")
def test_what_falls_due_later_joins_the_case_and_days_of_grace_are_given(cast: Cast) -> None:
    ArrearsTerms.objects.create(grace_days=3)
    overdue(cast, due_on=date(2026, 11, 19))
    later = charged(cast, due_on=date(2026, 11, 21))
    arrears = found(cast)
    assert arrears.links.count() == 1
    collect(NOON + 2 * DAY)
    assert set(arrears.links.values_list("bill_id", flat=True)) >= {later.pk}
    assert Arrears.objects.count() == 1
    assert Event.objects.filter(case=arrears.case, kind="arrears.bills_added").count() == 1


@pytest.mark.req("ARR-1")
def test_finding_costs_the_same_statements_whatever_their_number(cast: Cast) -> None:
    counts = []
    for day, homes in ((0, [HOME]), (1, [HOME, NEXT_DOOR])):
        at = NOON + day * DAY
        for home in homes:
            overdue(cast, home=home, at=at)
            overdue(cast, home=home, at=at)
        with CaptureQueriesContext(connection) as seen:
            collect(at)
        counts.append(len(seen))
    # The second time a case goes on beside the one that is opened: it is locked, its clocks numbered, and the search
    # told what it is called now.
    assert counts[1] <= counts[0] + 6, counts


@pytest.mark.req("ARR-2")
def test_reached_by_phone_begins_three_months_and_an_attempt_that_failed_does_not(cast: Cast) -> None:
    overdue(cast, "120.50")
    arrears = found(cast)
    missed = acts.notify(arrears=arrears, how="phone", reached=False, by=cast.cashier, at=NOON)
    assert (missed.amount, missed.count, missed.pay_by) == (Decimal("120.50"), 1, date(2026, 12, 8))
    assert clock(arrears.case, "arrears.remind").state == ClockState.RUNNING
    # The last of November: three months later February ends two days earlier.
    end_of_month = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
    arrears = told(cast, again(arrears), end_of_month)
    assert arrears.case.state == ArrearsState.NOTIFIED
    assert clock(arrears.case, "arrears.remind").state == ClockState.MET
    due = clock(arrears.case, "arrears.letter").due_at
    assert due == datetime(2027, 2, 28, 4, 0, tzinfo=UTC) + 7 * DAY
    acts.notify(arrears=arrears, how="phone", by=cast.cashier, at=end_of_month + DAY)
    assert clock(arrears.case, "arrears.letter").due_at == due
    assert arrears.notices.count() == 3


@pytest.mark.req("ARR-2")
def test_an_sms_goes_at_once_and_once_a_day_and_reaches_nobody_for_certain(cast: Cast) -> None:
    overdue(cast)
    silent = found(cast)
    with pytest.raises(NotNow):
        acts.notify(arrears=silent, how="sms", by=cast.cashier, at=NOON)
    Channel.objects.create(kind="sms_log", name_zh="短信")
    overdue(cast, home=NEXT_DOOR, at=NOON + DAY)
    arrears = found(cast, NOON + DAY, NEXT_DOOR)
    sent = Message.objects.get(template="arrears.notice")
    assert (sent.address, sent.case, sent.data["amount"]) == ("13912345678", arrears.case, "100.00")
    with pytest.raises(NotNow):
        acts.notify(arrears=again(arrears), how="sms", by=cast.cashier, at=NOON + DAY)
    acts.notify(arrears=again(arrears), how="sms", by=cast.cashier, at=NOON + 2 * DAY)
    assert Message.objects.filter(template="arrears.notice").count() == 2
    assert clock(arrears.case, "arrears.remind").state == ClockState.RUNNING


@pytest.mark.req("ARR-3")
def test_the_letter_waits_three_months_and_its_delivery_starts_limitation_anew(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = told(cast, found(cast))
    with pytest.raises(NotNow, match="2027-02-23"):
        lettered(cast, arrears, datetime(2027, 2, 23, 3, 59, tzinfo=UTC))
    letter = lettered(cast, again(arrears), datetime(2027, 2, 23, 4, 0, tzinfo=UTC))
    assert (letter.number, letter.recipient, letter.amount) == ("CJ-20270223-0001", "张小明", Decimal("100.00"))
    assert clock(arrears.case, "arrears.letter").state == ClockState.MET
    with pytest.raises(NotNow):
        lettered(cast, again(arrears), datetime(2027, 2, 24, tzinfo=UTC), "SF2")
    with pytest.raises(Invalid):
        acts.deliver(
            proof=SIGNED, arrears=again(arrears), on=date(2027, 2, 22), by=cast.cashier, at=letter.sent_at + 3 * DAY
        )
    acts.deliver(
        proof=SIGNED, arrears=again(arrears), on=date(2027, 2, 25), by=cast.cashier, at=letter.sent_at + 3 * DAY
    )
    assert again(arrears).case.state == ArrearsState.DELIVERED
    assert clock(arrears.case, "arrears.legal").due_at == letter.sent_at + 63 * DAY
    limitation = clock(arrears.case, "arrears.limitation", bill.number)
    # From the day on which it came, not from the one on which somebody typed it.
    assert (limitation.cycle, limitation.started_at) == (2, datetime(2027, 2, 24, 16, 0, tzinfo=UTC))


@pytest.mark.req("ARR-3")
def test_a_supervisor_sends_a_letter_early_and_one_that_came_back_goes_again(cast: Cast) -> None:
    overdue(cast)
    arrears = told(cast, found(cast))
    acts.letter(arrears=arrears, tracking_number="SF1", by=cast.supervisor, at=NOON + DAY)
    acts.return_letter(arrears=again(arrears), reason="查无此人", by=cast.cashier, at=NOON + 2 * DAY)
    assert again(arrears).case.state == ArrearsState.NOTIFIED
    with pytest.raises(Invalid):
        lettered(cast, again(arrears), NOON + 3 * DAY, "SF1")
    assert lettered(cast, again(arrears), NOON + 3 * DAY, "SF2").number == "CJ-20261126-0001"


@pytest.mark.req("ARR-4")
def test_a_visit_is_decided_and_made_and_after_a_letter_somebody_decides_anew(cast: Cast) -> None:
    overdue(cast)
    arrears = delivered(cast, found(cast), NOON)
    at = NOON + 100 * DAY
    planned(cast, arrears, at)
    assert clock(arrears.case, "arrears.visit").due_at == at + 30 * DAY
    assert clock(arrears.case, "arrears.legal").state == ClockState.MET
    visited(cast, arrears, at + DAY)
    assert clock(arrears.case, "arrears.visit").state == ClockState.MET
    assert clock(arrears.case, "arrears.legal").due_at == at + 61 * DAY


@pytest.mark.req("ARR-5")
def test_two_people_hand_it_to_the_legal_channel(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = delivered(cast, found(cast), NOON)
    at = NOON + 120 * DAY
    with pytest.raises(NotAllowed):
        acts.ask_to_file(despite="已明说不缴", arrears=arrears, reason="拒缴", by=cast.cashier, at=at)
    asked = to_court(cast, arrears, at)
    assert clock(arrears.case, "arrears.legal").state == ClockState.RUNNING
    with pytest.raises(NotAllowed):
        approve(approval=asked, by=cast.supervisor, at=at)
    approve(approval=asked, by=cast.gm, at=at + DAY)
    assert again(arrears).case.state == ArrearsState.FILED
    for one in (clock(arrears.case, "arrears.legal"), clock(arrears.case, "arrears.limitation", bill.number)):
        assert one.state == ClockState.MET


@pytest.mark.req("ARR-5")
def test_the_general_manager_is_warned_two_years_and_six_months_after_the_breach(cast: Cast) -> None:
    bill = overdue(cast, due_on=date(2024, 5, 23))
    arrears = found(cast)
    acts.dispute(arrears=arrears, reason="金额不对", by=cast.cashier, at=NOON)
    sweep_clocks(at=NOON + DAY)
    one = clock(arrears.case, "arrears.limitation", bill.number)
    assert one.due_at == datetime(2027, 5, 23, 16, 0, tzinfo=UTC)
    assert Message.objects.filter(user=cast.gm, template="clock.warning", data__key="arrears.limitation").exists()


def test_a_promise_pauses_until_the_end_of_its_day_and_acknowledges_the_debt(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = told(cast, found(cast))
    before = clock(arrears.case, "arrears.letter").due_at
    with pytest.raises(Invalid):
        acts.promise(arrears=arrears, until=date(2026, 11, 22), by=cast.cashier, at=NOON)
    acts.promise(arrears=arrears, until=date(2026, 11, 30), by=cast.cashier, at=NOON)
    arrears = again(arrears)
    assert (arrears.case.state, arrears.case.phase) == (ArrearsState.PROMISED, "waiting")
    assert clock(arrears.case, "arrears.letter").state == ClockState.PAUSED
    assert clock(arrears.case, "arrears.limitation", bill.number).started_at == NOON
    with pytest.raises(NotNow):
        acts.notify(arrears=arrears, how="phone", by=cast.cashier, at=NOON + DAY)
    end = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert collect(end - timedelta(seconds=1))["promises"] == 0
    assert [collect(end)["promises"], collect(end)["promises"]] == [1, 0]
    assert again(arrears).case.state == ArrearsState.NOTIFIED
    assert clock(arrears.case, "arrears.letter").due_at == before + (end - NOON)


def test_a_dispute_pauses_until_it_is_settled_and_leaves_the_rung(cast: Cast) -> None:
    overdue(cast)
    arrears = found(cast)
    acts.dispute(arrears=arrears, reason="金额不对", by=cast.cashier, at=NOON)
    collect(NOON + 40 * DAY)
    assert again(arrears).case.state == ArrearsState.DISPUTED
    acts.settle_dispute(arrears=again(arrears), finding="金额无误", by=cast.cashier, at=NOON + 2 * DAY)
    assert again(arrears).case.state == ArrearsState.TO_REMIND
    assert clock(arrears.case, "arrears.remind").due_at == NOON + 9 * DAY


@pytest.mark.parametrize("rung", ["found", "told", "delivered", "promised"])
def test_paying_everything_ends_it_at_once_whatever_the_rung(cast: Cast, rung: str) -> None:
    bill = overdue(cast)
    arrears, at = found(cast), NOON
    if rung == "told":
        told(cast, arrears)
    elif rung == "delivered":
        arrears, at = delivered(cast, arrears, NOON), NOON + 100 * DAY
    elif rung == "promised":
        acts.promise(arrears=arrears, until=date(2026, 12, 1), by=cast.cashier, at=NOON)
    paid(cast, bill, at=at)
    case = again(arrears).case
    assert (case.state, case.phase) == (ArrearsState.SETTLED, "closed")
    assert not case.clocks.filter(ended_at=None).exists()
    assert clock(case, "arrears.limitation", bill.number).state == ClockState.MET
    with pytest.raises(NotNow):
        acts.notify(arrears=again(arrears), how="phone", by=cast.cashier, at=at)
    assert_books_agree(cast)


def test_a_part_payment_is_shown_and_restarts_limitation_of_what_is_left(cast: Cast) -> None:
    first, second = overdue(cast, 60, due_on=date(2026, 10, 1)), overdue(cast, 100)
    arrears = found(cast)
    paid(cast, first, second, amount=90)
    case = again(arrears).case
    assert case.state == ArrearsState.TO_REMIND
    told_of = Event.objects.get(case=case, kind="arrears.part_paid")
    assert told_of.data == {"amount": "30.00", "rest": "70.00", "bills": [second.number]}
    assert clock(case, "arrears.limitation", first.number).state == ClockState.MET
    assert clock(case, "arrears.limitation", second.number).cycle == 2
    assert_books_agree(cast)


def test_credit_and_a_void_bill_settle_too(cast: Cast) -> None:
    first, second = overdue(cast, 60), overdue(cast, 40)
    arrears = found(cast)
    asked = ask_to_void(bill=Bill.objects.get(pk=first.pk), reason="收重了", by=cast.cashier, at=NOON)
    approve(approval=asked, by=cast.gm, at=NOON)
    assert again(arrears).ended_at is None
    paid(cast, amount=40)
    credit_used(cast)
    assert again(arrears).case.state == ArrearsState.SETTLED
    assert second.number in str(Event.objects.filter(kind="arrears.bills_settled").latest("pk").data)
    assert_books_agree(cast)


def test_what_is_owed_again_after_a_reversal_is_collected_again_at_once(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = found(cast)
    receipt = paid(cast, bill, at=NOON + timedelta(seconds=1))
    assert collect(NOON)["opened"] == 0
    reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON + timedelta(seconds=2))
    assert again(arrears).case.state == ArrearsState.TO_REMIND
    assert collect(NOON)["opened"] == 0
    assert_books_agree(cast)


def test_what_falls_due_during_a_promise_is_told_of_when_it_ran_out(cast: Cast) -> None:
    overdue(cast)
    arrears = told(cast, found(cast))
    acts.promise(arrears=arrears, until=date(2026, 11, 30), by=cast.cashier, at=NOON)
    overdue(cast, at=NOON + DAY)
    collect(NOON + DAY)
    assert clock(arrears.case, "arrears.remind").state == ClockState.MET
    end = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    collect(end)
    assert clock(arrears.case, "arrears.remind").due_at == end + 7 * DAY


def test_who_is_excused_is_left_alone_and_what_falls_due_later_is_collected(cast: Cast) -> None:
    overdue(cast)
    arrears = found(cast)
    with pytest.raises(NotAllowed):
        acts.excuse(arrears=arrears, reason="困难", by=cast.cashier, at=NOON)
    with pytest.raises(Invalid):
        acts.excuse(arrears=arrears, reason="……", by=cast.supervisor, at=NOON)
    acts.excuse(arrears=arrears, reason="困难", by=cast.supervisor, at=NOON)
    assert collect(NOON + DAY)["opened"] == 0
    overdue(cast, at=NOON + 2 * DAY)
    assert found(cast, NOON + 2 * DAY).pk != arrears.pk
    assert ArrearsBill.objects.filter(ended_at=None).count() == 2


def test_the_owner_stays_liable_and_cashiers_see_arrears_and_no_other_case(cast: Cast) -> None:
    HouseholdMember.objects.filter(household__unit=cast.units[HOME]).update(relation="owner")
    overdue(cast)
    arrears = found(cast)
    assert arrears.debtor is not None
    assert arrears.debtor.name == "张小明"
    seen = Case.objects.visible_to(cast.cashier)
    assert list(seen) == [arrears.case]
    assert not Case.objects.visible_to(cast.resident).exists()
    assert not Case.objects.visible_to(cast.frontdesk2).exists()


@pytest.mark.pure
@pytest.mark.req("ARR-1")
def test_ages_are_whole_calendar_months() -> None:
    today = date(2027, 2, 28)
    ages = {day: age_of(day, today) for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 2, 28))}
    assert list(ages.values()) == ["3–6", "0–3", "12–36"]
    assert age_of(date(2024, 2, 28), today) == ">36"
