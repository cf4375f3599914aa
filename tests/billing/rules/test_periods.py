"""Spans of days: calendar months, leap years, cuts, steps that clamp to a month's end."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.periods import DAY, Period, month_of, months, share, split_at, step, without
from core.errors import Invalid

pytestmark = pytest.mark.pure

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))
periods = st.tuples(days, st.integers(0, 1500)).map(lambda pair: Period(pair[0], pair[0] + timedelta(days=pair[1])))


def period(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(Invalid, match="ends before it starts"):
        period("2026-03-02", "2026-03-01")


@pytest.mark.parametrize(
    ("day", "last"), [("2028-02-10", 29), ("2027-02-10", 28), ("2100-02-01", 28), ("2026-12-31", 31)]
)
def test_a_month_has_its_days_in_leap_years_too(day: str, last: int) -> None:
    month = month_of(date.fromisoformat(day))
    assert (month.start.day, month.end.day, month.days) == (1, last, last)


def test_the_months_a_period_touches() -> None:
    touched = list(months(period("2026-11-30", "2027-01-01")))
    assert [month.start for month in touched] == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
    assert len(list(months(Period(date(9999, 11, 2), date.max)))) == 2


def test_a_share_is_by_days() -> None:
    assert share(period("2028-02-15", "2028-02-29"), month_of(date(2028, 2, 1))) == Fraction(15, 29)
    assert share(period("2028-01-01", "2028-12-31"), month_of(date(2028, 2, 1))) == 1
    assert share(period("2028-03-01", "2028-03-02"), month_of(date(2028, 2, 1))) == 0


@pytest.mark.parametrize(
    ("start", "count", "then"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2027-01-31", 2, "2027-03-31"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-31", -2, "2025-11-30"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_a_step_keeps_the_day_where_the_month_has_it(start: str, count: int, then: str) -> None:
    assert step(date.fromisoformat(start), count) == date.fromisoformat(then)


@pytest.mark.parametrize("count", [1, -120_000])
def test_a_step_beyond_the_calendar_is_a_sentence(count: int) -> None:
    with pytest.raises(Invalid, match="No calendar"):
        step(date.max, count)


@given(whole=periods, cuts=st.lists(days, max_size=5))
def test_cuts_lose_and_double_no_day(whole: Period, cuts: list[date]) -> None:
    parts = split_at(whole, cuts)
    assert parts[0].start == whole.start
    assert parts[-1].end == whole.end
    assert all(left.end + timedelta(days=1) == right.start for left, right in pairwise(parts))
    assert {part.start for part in parts[1:]} == {day for day in cuts if whole.start < day <= whole.end}
    assert sum((share(part, whole) for part in parts), Fraction(0)) == 1


@given(periods)
def test_months_cover_the_period(whole: Period) -> None:
    touched = list(months(whole))
    assert touched[0].start <= whole.start
    assert touched[-1].end >= whole.end
    assert all(month == month_of(month.start) for month in touched)
    assert sum(common.days for month in touched if (common := month.common(whole))) == whole.days


@given(start=days, count=st.integers(-600, 600))
def test_a_step_moves_by_whole_months(start: date, count: int) -> None:
    then = step(start, count)
    assert (then.year * 12 + then.month) - (start.year * 12 + start.month) == count
    assert then.day == start.day or (then.day < start.day and then == month_of(then).end)


close = st.tuples(st.dates(date(2026, 1, 1), date(2026, 3, 31)), st.integers(0, 40)).map(
    lambda pair: Period(pair[0], pair[0] + timedelta(days=pair[1]))
)


@given(whole=close, taken=st.lists(close, max_size=4))
def test_what_is_left_of_a_period_has_each_day_that_nothing_else_has(whole: Period, taken: list[Period]) -> None:
    left = without(whole, taken)
    assert left == sorted(left)
    assert not [one for one in left for gone in taken if one.common(gone)]
    marks = {day for one in (whole, *left, *taken) for day in (one.start - DAY, one.start, one.end, one.end + DAY)}
    for day in marks:
        free = whole.start <= day <= whole.end and not any(gone.start <= day <= gone.end for gone in taken)
        assert free == any(one.start <= day <= one.end for one in left)
