"""While collecting rests: what is written down all the same, and what is said when it goes on."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import User
from billing.actions import arrears as acts
from billing.actions.arrears.finding import collect
from billing.actions.arrears.printing import form_of
from billing.actions.reversing import reverse_receipt
from billing.models import Arrears, ArrearsNotice, Bill
from billing.queries.ladder import living
from billing.states import ArrearsState
from cases.models import Event
from core.errors import NotNow
from estate.models import Household
from notifications.models import Channel, Message
from sla.states import ClockState
from tests.billing.arrears.ladder import SIGNED, again, clock, found, lettered, overdue, told
from tests.billing.money import HOME, paid
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-6")]
DAY = timedelta(days=1)
SignIn = Callable[[User], Client]
PROMISED = date(2026, 11, 30)
BROKEN = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)


def test_a_broken_promise_is_told_to_who_collects_once(cast: Cast) -> None:
    overdue(cast)
    arrears = told(cast, found(cast))
    acts.promise(arrears=arrears, until=PROMISED, by=cast.cashier, at=NOON)
    said = Message.objects.filter(template="arrears.promise_broken")
    collect(BROKEN - timedelta(seconds=1))
    assert not said.exists()
    for _twice in range(2):
        collect(BROKEN)
    assert [(one.user, one.data["day"], one.data["amount"]) for one in said] == [
        (cast.cashier, {"on": "2026-11-30"}, "100.00")
    ]
    assert again(arrears).case.state == ArrearsState.NOTIFIED
    assert Event.objects.filter(case=arrears.case, kind="arrears.promise_ended").count() == 1
    # Promised and broken again, it is said again.
    acts.promise(arrears=again(arrears), until=date(2026, 12, 2), by=cast.cashier, at=BROKEN)
    collect(BROKEN + 3 * DAY)
    assert said.all().count() == 2


def test_a_promise_that_was_kept_is_not_called_broken(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = told(cast, found(cast))
    acts.promise(arrears=arrears, until=PROMISED, by=cast.cashier, at=NOON)
    paid(cast, bill, at=NOON + DAY)
    assert collect(BROKEN)["promises"] == 0
    assert not Message.objects.filter(template="arrears.promise_broken").exists()


@pytest.mark.req("ARR-3", "ARR-5")
@pytest.mark.parametrize("rest", ["promised", "disputed"])
def test_what_becomes_of_a_letter_is_written_down_while_collecting_rests(cast: Cast, rest: str) -> None:
    bill = overdue(cast)
    arrears = told(cast, found(cast))
    letter = lettered(cast, arrears, NOON + 93 * DAY)
    if rest == "promised":
        acts.promise(arrears=again(arrears), until=date(2027, 3, 30), by=cast.cashier, at=letter.sent_at)
    else:
        acts.dispute(arrears=again(arrears), reason="金额不对", by=cast.cashier, at=letter.sent_at)
    at = letter.sent_at + 2 * DAY
    acts.deliver(proof=SIGNED, arrears=again(arrears), by=cast.cashier, at=at)
    arrears = again(arrears)
    assert (arrears.case.state, arrears.delivered_at) == (rest, at)
    assert clock(arrears.case, "arrears.delivery").state == ClockState.MET
    assert not arrears.case.clocks.filter(key="arrears.legal").exists()
    demanded = clock(arrears.case, "arrears.limitation", bill.number).started_at
    assert demanded == datetime(2027, 2, 25, 16, 0, tzinfo=UTC), "proven on the day of its delivery"
    with pytest.raises(NotNow):
        acts.return_letter(arrears=arrears, reason="查无此人", by=cast.cashier, at=at)
    on = datetime(2027, 3, 30, 16, 0, tzinfo=UTC) if rest == "promised" else at + 3 * DAY
    if rest == "promised":
        collect(on)
    else:
        acts.settle_dispute(arrears=arrears, finding="无误", by=cast.cashier, at=on)
    assert again(arrears).case.state == ArrearsState.DELIVERED
    assert clock(arrears.case, "arrears.legal").due_at == on + 60 * DAY


@pytest.mark.req("ARR-3")
def test_a_letter_that_comes_back_meanwhile_goes_again_afterwards(cast: Cast) -> None:
    overdue(cast)
    arrears = told(cast, found(cast))
    letter = lettered(cast, arrears, NOON + 93 * DAY)
    acts.dispute(arrears=again(arrears), reason="金额不对", by=cast.cashier, at=letter.sent_at)
    acts.return_letter(arrears=again(arrears), reason="查无此人", by=cast.cashier, at=letter.sent_at + DAY)
    assert again(arrears).case.state == ArrearsState.DISPUTED
    acts.settle_dispute(arrears=again(arrears), finding="无误", by=cast.cashier, at=letter.sent_at + 2 * DAY)
    assert again(arrears).case.state == ArrearsState.NOTIFIED
    lettered(cast, again(arrears), letter.sent_at + 3 * DAY, "SF2")


@pytest.mark.req("ARR-2")
def test_what_is_found_again_on_the_same_day_is_no_second_sms(cast: Cast) -> None:
    Channel.objects.create(kind="sms_log", name_zh="短信")
    overdue(cast)
    arrears = found(cast)
    bill = overdue(cast, 40, home=HOME)
    receipt = paid(cast, bill, at=NOON + timedelta(minutes=1))
    reverse_receipt(receipt=receipt, reason="付错了", by=cast.cashier, at=NOON + timedelta(minutes=2))
    assert collect(NOON + timedelta(minutes=3))["bills"] == 1
    assert ArrearsNotice.objects.filter(arrears=arrears, how="sms").count() == 1
    assert Message.objects.filter(template="arrears.notice").count() == 1


@pytest.mark.req("ARR-3")
def test_letters_are_previewed_with_what_they_will_demand_and_say_when_they_were_told(
    cast: Cast, signed_in: SignIn
) -> None:
    start = NOON - 200 * DAY
    overdue(cast, at=start)
    arrears = told(cast, found(cast, start), start)
    overdue(cast, 40, at=start + 20 * DAY)
    collect(start + 20 * DAY)
    looked = signed_in(cast.cashier).get("/arrears/letters/", {"case": arrears.case.number}).content.decode()
    assert "100.00" in looked
    assert "140.00" in looked, "of which it is a part"
    letter = lettered(cast, again(arrears), start + 93 * DAY)
    told(cast, again(arrears), start + 94 * DAY)
    form = form_of(letter, cast.project)
    assert (form.amount, form.notified_on) == (Decimal(100), start.date())


@pytest.mark.req("ARR-4")
def test_the_page_says_whether_who_owes_lives_there(cast: Cast, signed_in: SignIn) -> None:
    overdue(cast)
    arrears = found(cast)
    page = signed_in(cast.cashier).get(f"/arrears/{arrears.case.number}/").content.decode()
    assert living(arrears) in page
    households = Household.objects.filter(pk=cast.households[HOME].pk)
    words = {living(arrears)}
    households.update(lives_here=False)
    words.add(living(Arrears.objects.get(pk=arrears.pk)))
    let = Household.objects.create(project=cast.project, unit=arrears.unit, is_owner=False)
    words.add(living(Arrears.objects.get(pk=arrears.pk)))
    households.update(ended_on=NOON.date())
    words.add(living(Arrears.objects.get(pk=arrears.pk)))
    Arrears.objects.filter(pk=arrears.pk).update(household=let)
    words.add(living(Arrears.objects.get(pk=arrears.pk)))
    assert len(words) == 5
    assert Bill.objects.get().debtor == cast.people[HOME]
