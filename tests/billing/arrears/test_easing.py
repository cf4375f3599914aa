"""Some of the bills are paid: what was waited for because of them is waited for no more, the rest goes on."""

from datetime import timedelta

import pytest

from billing.actions import arrears as acts
from billing.actions.arrears.finding import collect
from billing.actions.reversing import reverse_receipt
from billing.models import Arrears, ArrearsLetter
from billing.states import ArrearsState
from core.errors import NotNow
from sla.states import ClockState
from tests.billing.arrears.ladder import SIGNED, again, clock, delivered, found, lettered, overdue, to_court, told
from tests.billing.money import assert_books_agree, paid
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-3", "ARR-6")]
DAY = timedelta(days=1)


def with_later(cast: Cast, arrears: Arrears, days: int, *, tell: bool = False) -> object:
    """A bill that fell due so many days later, told of or not."""
    bill = overdue(cast, 40, at=NOON + days * DAY)
    collect(NOON + days * DAY)
    if tell:
        told(cast, again(arrears), NOON + days * DAY)
    return bill


def test_the_proof_of_a_letter_is_waited_for_no_more_once_all_that_it_names_is_paid(cast: Cast) -> None:
    first = overdue(cast)
    arrears = told(cast, found(cast))
    with_later(cast, arrears, 50)
    letter = lettered(cast, again(arrears), NOON + 93 * DAY)
    receipt = paid(cast, first, at=NOON + 94 * DAY)
    arrears = again(arrears)
    assert (arrears.case.state, arrears.ended_at) == (ArrearsState.TO_REMIND, None)
    assert clock(arrears.case, "arrears.delivery").state == ClockState.CANCELLED
    assert clock(arrears.case, "arrears.remind").state == ClockState.RUNNING
    assert ArrearsLetter.objects.get().settled_at == NOON + 94 * DAY
    with pytest.raises(NotNow):
        acts.deliver(proof=SIGNED, arrears=arrears, by=cast.cashier, at=NOON + 95 * DAY)
    reverse_receipt(receipt=receipt, reason="付错了", by=cast.cashier, at=NOON + 94 * DAY + timedelta(hours=1))
    arrears = again(arrears)
    assert arrears.case.state == ArrearsState.LETTERED
    assert clock(arrears.case, "arrears.delivery").state == ClockState.RUNNING
    assert clock(arrears.case, "arrears.delivery").due_at == letter.sent_at + 10 * DAY
    acts.deliver(proof=SIGNED, arrears=arrears, by=cast.cashier, at=NOON + 95 * DAY)
    assert again(arrears).case.state == ArrearsState.DELIVERED
    assert_books_agree(cast)


def test_a_part_of_what_a_letter_names_does_not_end_the_wait(cast: Cast) -> None:
    first, _second = overdue(cast), overdue(cast, 60)
    arrears = told(cast, found(cast))
    lettered(cast, arrears, NOON + 93 * DAY)
    paid(cast, first, at=NOON + 94 * DAY)
    assert again(arrears).case.state == ArrearsState.LETTERED
    assert clock(arrears.case, "arrears.delivery").state == ClockState.RUNNING


def test_three_months_run_from_the_call_that_named_what_is_still_owed(cast: Cast) -> None:
    first = overdue(cast)
    arrears = told(cast, found(cast))
    with_later(cast, arrears, 60, tell=True)
    paid(cast, first, at=NOON + 70 * DAY)
    arrears = again(arrears)
    assert arrears.case.state == ArrearsState.NOTIFIED
    with pytest.raises(NotNow):
        lettered(cast, arrears, NOON + 95 * DAY)
    assert lettered(cast, again(arrears), NOON + 153 * DAY).amount == 40


def test_no_letter_is_owed_for_what_is_paid_and_no_call_for_what_they_know(cast: Cast) -> None:
    first = overdue(cast)
    arrears = told(cast, found(cast))
    second = overdue(cast, 40, at=NOON + 10 * DAY)
    collect(NOON + 10 * DAY)
    # The new one is paid: nothing is to be told, the letter about the old one is waited for.
    paid(cast, second, at=NOON + 11 * DAY)
    assert clock(arrears.case, "arrears.remind").state == ClockState.CANCELLED
    assert clock(arrears.case, "arrears.letter").state == ClockState.RUNNING
    with_later(cast, arrears, 12)
    paid(cast, first, at=NOON + 13 * DAY)
    arrears = again(arrears)
    assert arrears.case.state == ArrearsState.TO_REMIND
    assert clock(arrears.case, "arrears.letter").state == ClockState.CANCELLED
    assert clock(arrears.case, "arrears.remind").state == ClockState.RUNNING


@pytest.mark.req("ARR-5")
def test_nothing_is_to_be_decided_once_all_that_was_demanded_is_paid(cast: Cast) -> None:
    first = overdue(cast)
    arrears = delivered(cast, found(cast), NOON)
    with_later(cast, arrears, 100)
    receipt = paid(cast, first, at=NOON + 101 * DAY)
    arrears = again(arrears)
    assert arrears.case.state == ArrearsState.TO_REMIND
    assert clock(arrears.case, "arrears.legal").state == ClockState.CANCELLED
    with pytest.raises(NotNow):
        to_court(cast, arrears, NOON + 102 * DAY)
    reverse_receipt(receipt=receipt, reason="付错了", by=cast.cashier, at=NOON + 101 * DAY + timedelta(hours=1))
    assert again(arrears).case.state == ArrearsState.DELIVERED
    assert clock(arrears.case, "arrears.legal").state == ClockState.RUNNING


def test_a_letter_on_its_way_is_let_go_when_everything_is_paid(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = told(cast, found(cast))
    lettered(cast, arrears, NOON + 93 * DAY)
    receipt = paid(cast, bill, at=NOON + 94 * DAY)
    assert again(arrears).case.state == ArrearsState.SETTLED
    assert not arrears.case.clocks.filter(ended_at=None).exists()
    reverse_receipt(receipt=receipt, reason="付错了", by=cast.cashier, at=NOON + 94 * DAY + timedelta(hours=1))
    assert again(arrears).case.state == ArrearsState.LETTERED
    assert ArrearsLetter.objects.get().settled_at is None
    assert clock(arrears.case, "arrears.delivery").state == ClockState.RUNNING


def test_what_is_paid_while_collecting_rests_leaves_it_at_rest(cast: Cast) -> None:
    first = overdue(cast)
    arrears = told(cast, found(cast))
    with_later(cast, arrears, 50)
    lettered(cast, again(arrears), NOON + 93 * DAY)
    acts.dispute(arrears=again(arrears), reason="金额不对", by=cast.cashier, at=NOON + 94 * DAY)
    paid(cast, first, at=NOON + 95 * DAY)
    assert again(arrears).case.state == ArrearsState.DISPUTED
    assert clock(arrears.case, "arrears.delivery").state == ClockState.CANCELLED
    acts.settle_dispute(arrears=again(arrears), finding="无误", by=cast.cashier, at=NOON + 96 * DAY)
    assert again(arrears).case.state == ArrearsState.TO_REMIND
