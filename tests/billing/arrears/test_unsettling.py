"""Of several payments and waivers, whichever is taken back, in whatever order: the ladder stands where it stood."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from billing.actions import arrears as acts
from billing.actions.arrears.finding import collect
from billing.actions.reversing import reverse_or_ask
from billing.actions.taking_back import ask_to_reverse_waiver
from billing.actions.waiving import ask_to_waive
from billing.models import Arrears, ArrearsLetter, Bill, Receipt
from billing.queries.second import standing_waivers
from billing.states import ArrearsState
from notifications.models import Channel, Message
from records.approvals import approve
from records.models import Approval
from tests.billing.arrears.ladder import again, clock, delivered, found, lettered, overdue, told
from tests.billing.money import HOME, assert_books_agree, credit_used, paid
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-6")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# A letter goes three months after the phone notice.
SENT = NOON + 93 * DAY


def fresh(bill: Bill) -> Bill:
    return Bill.objects.get(pk=bill.pk)


def taken_back(cast: Cast, receipt: Receipt, at: datetime) -> None:
    asked = reverse_or_ask(receipt=receipt, reason="刷错卡", by=cast.cashier, at=at)
    if isinstance(asked, Approval):
        approve(approval=asked, by=cast.gm, at=at)


def waived(cast: Cast, bill: Bill, amount: int, at: datetime) -> None:
    asked = ask_to_waive(
        bill=fresh(bill), amount=fresh(bill).amount * 0 + amount, reason="停水", by=cast.cashier, at=at
    )
    approve(approval=asked, by=cast.gm, at=at)


def unwaived(cast: Cast, bill: Bill, at: datetime) -> None:
    waiver = standing_waivers(fresh(bill))[0]
    asked = ask_to_reverse_waiver(bill=fresh(bill), waiver=waiver.entry_id, reason="减错", by=cast.cashier, at=at)
    approve(approval=asked, by=cast.gm, at=at)


def stands(arrears: Arrears, state: str) -> None:
    """The one case of the home goes on at its rung, and the day's round opens none beside it."""
    arrears = again(arrears)
    assert (arrears.case.state, arrears.ended_at) == (state, None)
    assert Arrears.objects.filter(unit=arrears.unit).count() == 1


def limitation(arrears: Arrears, bill: Bill) -> datetime:
    """Since when limitation of a bill counts."""
    live = arrears.case.clocks.get(key="arrears.limitation", subject=bill.number, ended_at=None)
    return live.started_at


def test_an_earlier_part_payment_taken_back_leaves_the_ladder_where_it_stood(cast: Cast) -> None:
    Channel.objects.create(kind="sms_log", name_zh="短信")
    bill = overdue(cast, 250)
    arrears = told(cast, found(cast))
    letter = lettered(cast, arrears, SENT)
    due = clock(arrears.case, "arrears.delivery").due_at
    first = paid(cast, bill, amount=100, at=SENT + HOUR)
    paid(cast, fresh(bill), at=SENT + 2 * HOUR)
    assert again(arrears).case.state == ArrearsState.SETTLED
    sent = Message.objects.filter(template="arrears.notice").count()
    taken_back(cast, first, SENT + 3 * HOUR)
    collect(SENT + 4 * HOUR)
    stands(arrears, ArrearsState.LETTERED)
    assert ArrearsLetter.objects.get().is_on_its_way
    assert ArrearsLetter.objects.get().pk == letter.pk
    proof = clock(arrears.case, "arrears.delivery")
    assert (proof.ended_at, proof.due_at) == (None, due)
    assert Message.objects.filter(template="arrears.notice").count() == sent
    assert fresh(bill).collected_in == arrears
    assert fresh(bill).outstanding == 100
    # What stands of the two is a part payment by who owes.
    assert limitation(arrears, bill) == SENT + 2 * HOUR
    assert_books_agree(cast)


@pytest.mark.req("ARR-5")
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whatever_order_three_payments_are_taken_back_limitation_counts_as_before(
    cast: Cast, order: tuple[int, ...]
) -> None:
    bill, other = overdue(cast, 100), overdue(cast, 60)
    arrears = told(cast, found(cast))
    lettered(cast, arrears, SENT)
    since = limitation(arrears, bill), limitation(arrears, other)
    receipts = [
        paid(cast, bill, amount=30, at=SENT + HOUR),
        paid(cast, fresh(bill), amount=30, at=SENT + 2 * HOUR),
        paid(cast, fresh(bill), fresh(other), at=SENT + 3 * HOUR),
    ]
    assert again(arrears).case.state == ArrearsState.SETTLED
    for turn, which in enumerate(order):
        taken_back(cast, receipts[which], SENT + (4 + turn) * HOUR)
        stands(arrears, ArrearsState.LETTERED)
        left = [SENT + (one + 1) * HOUR for one in order[turn + 1 :]]
        assert limitation(arrears, bill) == max(left, default=since[0])
        assert (fresh(other).collected_in is not None) is (2 in order[: turn + 1])
    assert (limitation(arrears, bill), limitation(arrears, other)) == since
    assert ArrearsLetter.objects.get().is_on_its_way
    assert arrears.case.clocks.filter(ended_at=None).count() == 3, "limitation of two bills, and the letter's proof"
    assert_books_agree(cast)


@pytest.mark.parametrize("order", ["payment first", "waiver first"])
def test_a_waiver_and_a_payment_are_taken_back_in_either_order(cast: Cast, order: str) -> None:
    bill = overdue(cast, 100)
    arrears = delivered(cast, found(cast), NOON)
    since, at = limitation(arrears, bill), NOON + 100 * DAY
    receipt = paid(cast, bill, amount=40, at=at)
    waived(cast, bill, 60, at + HOUR)
    assert again(arrears).case.state == ArrearsState.SETTLED
    backs: list[Callable[[datetime], None]] = [
        lambda at: taken_back(cast, receipt, at),
        lambda at: unwaived(cast, bill, at),
    ]
    for turn, back in enumerate(backs if order == "payment first" else reversed(backs)):
        back(at + (2 + turn) * HOUR)
        stands(arrears, ArrearsState.DELIVERED)
    assert limitation(arrears, bill) == since
    assert clock(arrears.case, "arrears.legal").ended_at is None
    assert_books_agree(cast)


def test_what_was_settled_with_it_stays_settled(cast: Cast) -> None:
    bill, other, last = overdue(cast, 100), overdue(cast, 60), overdue(cast, 20)
    arrears = told(cast, found(cast))
    first = paid(cast, bill, amount=40, at=NOON + HOUR)
    second = paid(cast, fresh(bill), other, at=NOON + 2 * HOUR)
    paid(cast, last, at=NOON + 3 * HOUR)
    taken_back(cast, first, NOON + 4 * HOUR)
    stands(arrears, ArrearsState.NOTIFIED)
    live = {link.bill_id for link in arrears.links.filter(ended_at=None)}
    assert live == {bill.pk}
    keys = arrears.case.clocks.filter(ended_at=None).values_list("key", "subject")
    assert set(keys) == {("arrears.letter", "2026-11-23"), ("arrears.limitation", bill.number)}
    taken_back(cast, second, NOON + 5 * HOUR)
    stands(arrears, ArrearsState.NOTIFIED)
    assert {link.bill_id for link in arrears.links.filter(ended_at=None)} == {bill.pk, other.pk}
    assert arrears.case.clocks.filter(key="arrears.limitation", ended_at=None).count() == 2
    collect(NOON + 6 * HOUR)
    stands(arrears, ArrearsState.NOTIFIED)


def test_who_was_excused_stays_excused_whichever_payment_is_taken_back(cast: Cast) -> None:
    bill = overdue(cast, 100)
    arrears = told(cast, found(cast))
    acts.excuse(arrears=again(arrears), reason="困难家庭", by=cast.supervisor, at=NOON + HOUR)
    first = paid(cast, bill, amount=40, at=NOON + 2 * HOUR)
    paid(cast, fresh(bill), at=NOON + 3 * HOUR)
    assert again(arrears).case.state == ArrearsState.SETTLED
    taken_back(cast, first, NOON + 4 * HOUR)
    arrears = again(arrears)
    assert (arrears.case.state, arrears.ended_at) == (ArrearsState.EXCUSED, arrears.excused_at)
    assert limitation(arrears, bill) == NOON + 3 * HOUR
    assert collect(NOON + 5 * HOUR)["opened"] == 0


@pytest.mark.req("ARR-5")
def test_what_was_filed_goes_back_to_the_legal_channel(cast: Cast) -> None:
    bill = overdue(cast, 100)
    arrears = delivered(cast, found(cast), NOON)
    at = NOON + 130 * DAY
    acts.find_cause(arrears=arrears, cause="refuses", by=cast.cashier, at=at)
    approve(
        approval=acts.ask_to_file(
            despite="已明说不缴", arrears=again(arrears), reason="拒缴", by=cast.supervisor, at=at
        ),
        by=cast.gm,
        at=at,
    )
    first = paid(cast, bill, amount=40, at=at + HOUR)
    paid(cast, fresh(bill), at=at + 2 * HOUR)
    taken_back(cast, first, at + 3 * HOUR)
    stands(arrears, ArrearsState.FILED)
    assert not again(arrears).case.clocks.filter(ended_at=None).exists()


def test_a_promise_that_began_anew_meanwhile_goes_on(cast: Cast) -> None:
    """Untold and paid, then more fell due: taken back, both are to be told of by the one clock that runs."""
    first, second = overdue(cast, 100), overdue(cast, 60)
    arrears = told(cast, found(cast))
    third = overdue(cast, 20, at=NOON + DAY)
    collect(NOON + DAY)
    receipt = paid(cast, third, at=NOON + DAY + HOUR)
    overdue(cast, 30, at=NOON + 2 * DAY)
    collect(NOON + 2 * DAY)
    taken_back(cast, receipt, NOON + 2 * DAY + HOUR)
    assert arrears.case.clocks.filter(key="arrears.remind", ended_at=None).count() == 1
    assert {first.pk, second.pk, third.pk} < {link.bill_id for link in arrears.links.filter(ended_at=None)}


@pytest.mark.req("ARR-5")
def test_our_own_use_of_credit_is_no_acknowledgement(cast: Cast) -> None:
    bill = overdue(cast, 100)
    arrears = told(cast, found(cast))
    since = limitation(arrears, bill)
    paid(cast, amount=1, at=NOON + HOUR)
    assert credit_used(cast, HOME, NOON + 2 * HOUR) == 1
    assert limitation(arrears, bill) == since
    # Not where a payment beside it is taken back, either.
    receipt = paid(cast, fresh(bill), at=NOON + 3 * HOUR)
    taken_back(cast, receipt, NOON + 4 * HOUR)
    assert limitation(arrears, bill) == since
    paid(cast, fresh(bill), amount=1, at=NOON + 5 * HOUR)
    assert limitation(arrears, bill) == NOON + 5 * HOUR, "who owes paid a part"
