"""Amounts shared out and laid on bills: to the cent, with nothing lost and nothing made."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.allocation import allocate
from billing.rules.apportion import apportion
from core.errors import Invalid

pytestmark = pytest.mark.pure

CENT = Decimal("0.01")


def yuan(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


money = st.decimals(min_value=-(10**7), max_value=10**7, places=2)
above = st.decimals(min_value=Decimal("0.0001"), max_value=10**6, places=4)


@pytest.mark.req("BIL-6")
@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        ("100.00", ("1", "1", "1"), ("33.34", "33.33", "33.33")),
        ("0.05", ("1", "1"), ("0.03", "0.02")),
        ("-0.05", ("1", "1"), ("-0.03", "-0.02")),
        ("0.01", ("1", "5", "1"), ("0.00", "0.01", "0.00")),
        ("10.00", ("89.50", "120.25", "60"), ("3.32", "4.46", "2.22")),
        ("0.00", ("1", "2"), ("0.00", "0.00")),
        ("7.77", ("3",), ("7.77",)),
    ],
)
def test_shares(total: str, weights: tuple[str, ...], shares: tuple[str, ...]) -> None:
    assert apportion(Decimal(total), yuan(*weights)) == yuan(*shares)


@pytest.mark.parametrize(
    ("total", "weights", "says"),
    [
        ("1.00", (), "nobody"),
        ("1.00", ("1", "0"), "above zero"),
        ("1.00", ("1", "-2"), "above zero"),
        ("1.005", ("1",), "whole cents"),
    ],
)
def test_what_cannot_be_shared_is_a_sentence(total: str, weights: tuple[str, ...], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        apportion(Decimal(total), yuan(*weights))


@pytest.mark.req("BIL-6")
@given(total=money, weights=st.lists(above, min_size=1, max_size=30))
def test_nothing_is_lost_and_each_is_within_a_cent(total: Decimal, weights: list[Decimal]) -> None:
    shares = apportion(total, weights)
    whole = sum(map(Fraction, weights), Fraction(0))
    assert sum(shares) == total
    assert all(share.as_tuple().exponent == -2 for share in shares)
    assert all(
        abs(Fraction(share) - Fraction(total) * Fraction(weight) / whole) < Fraction(1, 100)
        for share, weight in zip(shares, weights, strict=True)
    )
    assert apportion(-total, weights) == [-share for share in shares]


@given(total=money, weight=above, count=st.integers(1, 40))
def test_among_equals_the_first_get_the_cents_left_over(total: Decimal, weight: Decimal, count: int) -> None:
    sizes = [abs(share) for share in apportion(total, [weight] * count)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] - sizes[-1] <= CENT


@pytest.mark.req("BIL-3")
def test_the_oldest_is_paid_first_and_the_rest_is_credit() -> None:
    owed = [("old", Decimal("30.00")), ("paid", Decimal(0)), ("new", Decimal("50.00"))]
    assert allocate(Decimal("40.00"), owed) == ({"old": Decimal("30.00"), "new": Decimal("10.00")}, Decimal(0))
    assert allocate(Decimal("100.00"), owed)[1] == Decimal("20.00")


@pytest.mark.parametrize("amount", ["0", "-1", "0.005"])
def test_an_amount_that_is_none_is_a_sentence(amount: str) -> None:
    with pytest.raises(Invalid):
        allocate(Decimal(amount), [("a", Decimal(1))])


def test_a_bill_twice_in_the_list_is_a_sentence() -> None:
    with pytest.raises(Invalid, match="twice"):
        allocate(Decimal(1), [("a", Decimal(1)), ("a", Decimal(1))])


cents = st.integers(1, 10**8).map(lambda count: Decimal(count) * CENT)


@given(amount=cents, owed=st.lists(st.integers(0, 10**6).map(lambda count: Decimal(count) * CENT), max_size=12))
def test_an_allocation_conserves(amount: Decimal, owed: list[Decimal]) -> None:
    laid, rest = allocate(amount, list(enumerate(owed)))
    assert sum(laid.values()) + rest == amount
    assert rest >= 0
    assert all(0 < part <= owed[key] for key, part in laid.items())
    # Whoever gets less than is owed is the last to get any, and then nothing is over.
    short = [key for key, part in enumerate(owed) if laid.get(key, Decimal(0)) < part]
    assert not short or (rest == 0 and all(key <= short[0] for key in laid))
