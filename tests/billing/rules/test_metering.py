"""What bills charge of a meter comes to what the readings that stand say was used, whatever was put right between."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.rules.metering import Taken
from billing.rules.periods import DAY, Period, month_of
from billing.rules.usage import Charged, Course, Due, due
from billing.states import LeftOut, ReadHow

pytestmark = [pytest.mark.pure, pytest.mark.req("BIL-6")]
FIRST, DIGITS, ONE = date(2026, 1, 1), 3, Decimal(1)

days = st.integers(0, 180).map(lambda count: FIRST + timedelta(days=count))
values = st.integers(0, 999).map(Decimal)
plain = st.builds(Taken, days, values)
wrapped = st.builds(Taken, days, values, st.just(ReadHow.WRAPPED))
changed = st.builds(Taken, days, values, st.just(ReadHow.CHANGED), values, values)
# A reading of a day that has one puts it right; a run is of the month of a day; a multiplier is put right.
steps = st.one_of(plain, wrapped, changed, days, st.sampled_from([ONE, Decimal(10), Decimal("0.5")]))


class Account:
    """A meter with what was read from it and charged of it, bill by bill."""

    def __init__(self) -> None:
        self.readings: dict[date, Taken] = {}
        self.charged: list[Charged] = []
        self.multiplier = ONE

    @property
    def course(self) -> Course:
        return Course([self.readings[day] for day in sorted(self.readings)], DIGITS)

    def run(self, period: Period) -> Due | LeftOut:
        found = due(self.course, self.charged, period, self.multiplier)
        if isinstance(found, Due) and found.quantity >= 0:
            self.charged.append(Charged(found.since, found.until, found.quantity, self.multiplier))
        return found

    def does(self, this: Taken | date | Decimal) -> bool:
        """One step; whether something was charged by it."""
        before = len(self.charged)
        if isinstance(this, Taken):
            self.readings[this.day] = this
        elif isinstance(this, Decimal):
            self.multiplier = this
        else:
            self.run(month_of(this))
        return len(self.charged) > before

    @property
    def used(self) -> Decimal:
        """What the days that were charged used, by the readings that stand now."""
        course = self.course
        return sum((course.between(one.since, one.until) * one.multiplier for one in self.charged), Decimal(0))

    @property
    def paid(self) -> Decimal:
        return sum((one.quantity for one in self.charged), Decimal(0))


@given(st.lists(steps, max_size=40))
@settings(deadline=None)
def test_all_bills_together_charge_what_was_used_and_no_day_twice(done: list[Taken | date | Decimal]) -> None:
    account = Account()
    for this in done:
        if account.does(this):
            assert account.paid == account.used
    spans = sorted((one.since, one.until) for one in account.charged)
    assert all(until <= since for (_first, until), (since, _last) in pairwise(spans))
    assert all(one.quantity >= 0 for one in account.charged)


@given(st.lists(st.one_of(plain, wrapped, changed), min_size=1, max_size=20), st.data())
@settings(deadline=None)
def test_month_after_month_nothing_is_left_between_the_bills(read: list[Taken], data: st.DataObject) -> None:
    """Readings come, and are put right, between the runs of six months; a last one is above all that was charged."""
    account, month = Account(), month_of(FIRST)
    for one in read:
        account.does(one)
    for _month in range(6):
        account.run(month)
        account.does(data.draw(st.one_of(plain, wrapped, changed)))
        month = month_of(month.end + DAY)
    # A bill for more than nothing that was ever charged; where too much was, the last reading lies that much higher.
    end = month_of(FIRST + timedelta(days=300)).end
    account.readings[end] = Taken(end, Decimal(10**6))
    last = account.run(Period(end, end))
    assert isinstance(last, Due)
    begun = min(one.since for one in account.charged)
    assert account.paid == account.course.between(begun, end)


@given(st.lists(st.one_of(plain, days), max_size=20), st.integers(0, 19))
@settings(deadline=None)
def test_a_void_bill_is_charged_again(done: list[Taken | date | Decimal], nth: int) -> None:
    account = Account()
    for this in done:
        account.does(this)
    if not account.charged:
        return
    void = account.charged.pop(nth % len(account.charged))
    if account.does(void.until):
        assert account.paid == account.used


def test_of_three_months_the_void_one_is_charged_again_alone() -> None:
    account, months = Account(), [month_of(date(2026, number, 1)) for number in range(1, 5)]
    for month, value in zip(months, (100, 130, 175, 240), strict=True):
        account.does(Taken(month.end, Decimal(value)))
        account.run(month)
    assert [one.quantity for one in account.charged] == [30, 45, 65]
    void = account.charged.pop(1)
    assert account.does(void.until)
    assert account.charged[-1] == void
    assert account.paid == account.used == 140


def test_how_far_it_went_is_one_scale_through_changes_and_a_new_beginning() -> None:
    month = [date(2026, number, 1) for number in range(1, 6)]
    course = Course(
        [
            Taken(month[0], Decimal(980)),
            Taken(month[1], Decimal(10), ReadHow.WRAPPED),
            Taken(month[2], Decimal(5), ReadHow.CHANGED, Decimal(40), Decimal(2)),
            Taken(month[3], Decimal(25)),
        ],
        DIGITS,
    )
    gone = [course.between(month[0], day) for day in month]
    assert gone == [0, 30, 63, 83, 83]
    assert due(Course([], DIGITS), [], Period(month[0], month[1]), ONE) is LeftOut.NO_READING
