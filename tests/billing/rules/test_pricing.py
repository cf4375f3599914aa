"""Prices of a period: whole months, parts of one, tariffs that change in between, lines that sum to the total."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.periods import Period, month_of, months, share, split_at
from billing.rules.pricing import Priced, TariffTerms, price_period, require_price
from billing.states import Basis
from core.errors import Invalid
from core.money import to_cents

pytestmark = pytest.mark.pure

HOME = {"area": Decimal("89.50"), "reading": Decimal(31), "vehicles": Decimal(2), "spaces": Decimal(1)}


def terms(basis: str = Basis.AREA, price: str = "2.80", fixed: str = "0", **more: Any) -> TariffTerms:
    return TariffTerms(basis, Decimal(price), Decimal(fixed), **({"starts_on": date(2020, 1, 1)} | more))


def period(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))


def price(*tariffs: TariffTerms, over: Period, **quantities: Decimal) -> list[Priced]:
    return price_period(tariffs, HOME | quantities, over)


@pytest.mark.req("BIL-1")
@pytest.mark.parametrize(
    ("tariff", "amount", "words"),
    [
        (terms(), "751.80", "89.5 × 2.8 × 3"),
        (terms(fixed="10"), "781.80", "(89.5 × 2.8 + 10) × 3"),
        (terms(Basis.FIXED, price="0", fixed="25.5"), "76.50", "25.5 × 3"),
        (terms(Basis.UNIT, price="12"), "36.00", "12 × 3"),
        (terms(Basis.READING, price="0.55"), "17.05", "31 × 0.55"),
        (terms(Basis.READING, price="0.55", fixed="2"), "23.05", "31 × 0.55 + 2 × 3"),
        (terms(Basis.VEHICLE, price="150"), "900.00", "2 × 150 × 3"),
        (terms(Basis.SPACE, price="60", fixed="5"), "195.00", "(1 × 60 + 5) × 3"),
        (terms(Basis.FORMULA, formula="min(面积, 60) × 单价"), "504.00", "min(89.5, 60) × 2.8 × 3"),
        (terms(Basis.FORMULA, formula="area*price*months"), "751.80", "89.5 × 2.8 × 3"),
        (terms(Basis.FORMULA, price="3", formula="max(reading - 10, 0) * price"), "63.00", "max(31 - 10, 0) × 3"),
    ],
)
def test_each_basis_over_a_quarter(tariff: TariffTerms, amount: str, words: str) -> None:
    (line,) = price(tariff, over=period("2026-01-01", "2026-03-31"))
    assert (line.amount, line.formula_words) == (Decimal(amount), words)


@pytest.mark.req("BIL-1")
def test_a_tariff_that_changes_in_the_middle_of_a_month_makes_two_lines() -> None:
    old = terms(price="2.80", ends_on=date(2026, 4, 15))
    new = terms(price="3.10", starts_on=date(2026, 4, 16))
    lines = price(new, old, over=period("2026-03-01", "2026-05-31"))
    assert [(line.period, line.amount, line.formula_words) for line in lines] == [
        (period("2026-03-01", "2026-04-15"), Decimal("375.90"), "89.5 × 2.8 × (1 + 15/30)"),
        (period("2026-04-16", "2026-05-31"), Decimal("416.18"), "89.5 × 3.1 × (15/30 + 1)"),
    ]


@pytest.mark.parametrize(("year", "amount"), [(2027, "134.25"), (2028, "129.62")])
def test_a_part_of_february_is_by_its_own_days(year: int, amount: str) -> None:
    over = Period(date(year, 2, 15), month_of(date(year, 2, 1)).end - timedelta(days=year == 2028))
    assert price(terms(price="3"), over=over)[0].amount == Decimal(amount)


@pytest.mark.parametrize(
    ("area", "rate", "amount"),
    [
        ("89.55", "1.10", "98.51"),  # 98.505: half a cent goes up
        ("100.01", "0.25", "25.00"),  # 25.0025
        ("33.333", "0.15", "5.00"),  # 4.99995
    ],
)
def test_halves_of_cents(area: str, rate: str, amount: str) -> None:
    (line,) = price(terms(price=rate), over=period("2026-04-01", "2026-04-30"), area=Decimal(area))
    assert line.amount == Decimal(amount)


def test_two_halves_of_a_cent_are_rounded_once() -> None:
    """1.005 + 1.005 is 2.01, not 2.02: the lines share out the total."""
    old = terms(Basis.READING, price="1", fixed="0", ends_on=date(2026, 4, 15))
    new = terms(Basis.READING, price="1", fixed="0", starts_on=date(2026, 4, 16))
    lines = price(old, new, over=period("2026-04-01", "2026-04-30"), reading=Decimal("2.01"))
    assert [line.amount for line in lines] == [Decimal("1.01"), Decimal("1.00")]


def test_a_third_of_a_month_three_times_is_the_month() -> None:
    tariffs = [
        terms(Basis.FIXED, fixed="100", starts_on=date(2026, 4, first), ends_on=date(2026, 4, first + 9))
        for first in (1, 11, 21)
    ]
    amounts = [line.amount for line in price(*tariffs, over=period("2026-04-01", "2026-04-30"))]
    assert amounts == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


def test_days_without_a_tariff_cost_nothing() -> None:
    tariff = terms(Basis.FIXED, fixed="30", starts_on=date(2026, 4, 16), ends_on=date(2026, 4, 20))
    (line,) = price(tariff, over=period("2026-04-01", "2026-06-30"))
    assert (line.period, line.amount) == (period("2026-04-16", "2026-04-20"), Decimal("5.00"))
    assert price(tariff, over=period("2026-05-01", "2026-06-30")) == []


def test_tariffs_that_overlap_are_refused_with_the_day() -> None:
    with pytest.raises(Invalid, match="2026-04-10"):
        price(
            terms(ends_on=date(2026, 4, 10)),
            terms(starts_on=date(2026, 4, 10)),
            over=period("2026-04-01", "2026-04-30"),
        )


def test_an_unknown_area_is_a_sentence() -> None:
    with pytest.raises(Invalid, match="area"):
        price_period([terms()], {}, period("2026-04-01", "2026-04-30"))


def test_less_than_nothing_is_refused() -> None:
    with pytest.raises(Invalid, match="below zero"):
        price(terms(Basis.FORMULA, formula="fixed - area"), over=period("2026-04-01", "2026-04-30"))


rates = st.decimals(min_value=0, max_value=200, places=4)
areas = st.decimals(min_value=Decimal("0.01"), max_value=2000, places=2)
starts = st.dates(min_value=date(2020, 1, 1), max_value=date(2032, 3, 1))


@pytest.mark.req("BIL-1")
@given(
    area=areas, rates=st.lists(rates, min_size=1, max_size=5), start=starts, days=st.integers(0, 800), data=st.data()
)
def test_the_lines_sum_to_the_exact_total_rounded_once(
    area: Decimal, rates: list[Decimal], start: date, days: int, data: st.DataObject
) -> None:
    over = Period(start, start + timedelta(days=days))
    cuts = sorted(data.draw(st.sets(st.integers(0, 900), min_size=len(rates) - 1, max_size=len(rates) - 1)))
    firsts = [date(2019, 1, 1), *(start + timedelta(days=cut) for cut in cuts)]
    lasts = [first - timedelta(days=1) for first in firsts[1:]]
    tariffs = [
        terms(price=str(rate), starts_on=first, ends_on=last)
        for rate, first, last in zip(rates, firsts, [*lasts, None], strict=True)
    ]
    lines = price(*tariffs, over=over, area=area)
    exact = [
        Fraction(area)
        * Fraction(line.unit_price)
        * sum((share(line.period, one) for one in months(line.period)), Fraction(0))
        for line in lines
    ]
    total = sum(exact, Fraction(0))
    assert sum(line.amount for line in lines) == to_cents(Decimal(int(total * 10**9)) / 10**9)
    assert all(abs(Fraction(line.amount) - part) <= Fraction(1, 100) for line, part in zip(lines, exact, strict=True))
    assert sum(line.period.days for line in lines) == over.days


@given(area=areas, rate=rates, month=starts, count=st.integers(1, 24))
def test_whole_months_cost_the_monthly_price_so_many_times(
    area: Decimal, rate: Decimal, month: date, count: int
) -> None:
    last = month_of(month)
    for _more in range(count - 1):
        last = month_of(last.end + timedelta(days=1))
    (line,) = price(terms(price=str(rate)), over=Period(month_of(month).start, last.end), area=area)
    assert line.amount == to_cents(area * rate * count)


def by_days(tariffs: list[TariffTerms], over: Period, area: Decimal) -> Fraction:
    """What a period costs reckoned day by day: each day the part of its month that it is, at the price of that day."""
    total = Fraction(0)
    for number in range(over.days):
        day = over.start + timedelta(days=number)
        held = [one for one in tariffs if one.starts_on <= day and (one.ends_on is None or day <= one.ends_on)]
        for one in held:
            size = Fraction(area) if one.basis == Basis.AREA else Fraction(0)
            total += (size * Fraction(one.unit_price) + Fraction(one.fixed_amount)) / month_of(day).days
    return total


def rounded(total: Fraction) -> Decimal:
    """The exact number of yuan to the cent, a half away from zero, by whole numbers alone."""
    return Decimal((total.numerator * 200 // total.denominator + 1) // 2).scaleb(-2)


@st.composite
def changing(draw: st.DrawFn) -> tuple[list[TariffTerms], Period]:
    """A period of up to fourteen months, leap Februaries among them, with up to four prices that change on any day."""
    start = draw(st.dates(date(2027, 10, 1), date(2028, 4, 1)))
    over = Period(start, start + timedelta(days=draw(st.integers(0, 420))))
    firsts = sorted(draw(st.sets(st.dates(date(2027, 9, 1), date(2029, 3, 1)), min_size=1, max_size=4)))
    lasts = [first - timedelta(days=1) for first in firsts[1:]]
    return [
        terms(
            draw(st.sampled_from([Basis.AREA, Basis.FIXED])),
            price=str(draw(rates)),
            fixed=str(draw(st.decimals(0, 100, places=2))),
            starts_on=first,
            ends_on=last,
        )
        for first, last in zip(firsts, [*lasts, None], strict=True)
    ], over


@pytest.mark.req("BIL-4")
@given(changing(), areas)
def test_prices_that_change_on_any_day_cost_what_their_days_cost(
    given_: tuple[list[TariffTerms], Period], area: Decimal
) -> None:
    tariffs, over = given_
    lines = price(*tariffs, over=over, area=area)
    assert sum((line.amount for line in lines), Decimal(0)) == rounded(by_days(tariffs, over, area))
    assert all(line.amount >= 0 and line.amount == to_cents(line.amount) for line in lines)


@pytest.mark.req("BIL-4")
@given(cents=st.integers(1, 10**6), month=starts, cut=st.integers(1, 27))
def test_a_half_of_a_cent_goes_up_once_however_the_month_is_cut(cents: int, month: date, cut: int) -> None:
    """100 m² at a price of four places come to a half of a cent; two prices alike are no reason for two."""
    rate = (Decimal(cents) + Decimal("0.5")).scaleb(-4)
    whole = month_of(month)
    day = whole.start + timedelta(days=cut)
    cut_up = [terms(price=str(rate), ends_on=day - timedelta(days=1)), terms(price=str(rate), starts_on=day)]
    for tariffs in ([terms(price=str(rate))], cut_up):
        lines = price(*tariffs, over=whole, area=Decimal(100))
        assert len(lines) == len(tariffs)
        assert sum(line.amount for line in lines) == to_cents(rate * 100) == (Decimal(cents) + 1).scaleb(-2)


@pytest.mark.req("BIL-4")
@given(area=areas, rate=rates, month=starts, parts=st.integers(2, 6))
def test_a_month_in_several_bills_differs_by_less_than_a_half_cent_for_each(
    area: Decimal, rate: Decimal, month: date, parts: int
) -> None:
    """Each bill is rounded by itself, as each is paid by itself: thirds of a month lose no day."""
    whole = month_of(month)
    cuts = [whole.start + timedelta(days=whole.days * number // parts) for number in range(1, parts)]
    bills = [price(terms(price=str(rate)), over=part, area=area) for part in split_at(whole, cuts)]
    total = sum(line.amount for lines in bills for line in lines)
    assert abs(Fraction(total) - Fraction(area) * Fraction(rate)) <= Fraction(parts, 200)


@pytest.mark.req("BIL-1")
@pytest.mark.parametrize(
    "formula",
    ["area * price", "max(area - 144, 0) * 2", "max(reading - 180, 0) * 0.05", "min(area, 60) * 2", "area / heads"],
)
def test_a_formula_that_gives_some_homes_a_price_may_be_published(formula: str) -> None:
    require_price(terms(Basis.FORMULA, formula=formula, ends_on=date(2020, 1, 15)))


@pytest.mark.req("BIL-1")
@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("area / 0", "30"),
        ("-area", "30"),
        ("area - 999", "30"),
        ("1000 - area * 2", "1000"),
        ("area * 999999999", "30"),
        ("0 * area", "no home pays anything"),
        ("1 / 0", "divides by zero"),
    ],
)
def test_a_formula_that_gives_none_is_refused_with_the_home(formula: str, said: str) -> None:
    with override("en"), pytest.raises(Invalid, match=said):
        require_price(terms(Basis.FORMULA, formula=formula))
