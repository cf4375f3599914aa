"""Exact numbers on their way to cents: fractions inside, `Decimal` at the doors."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.money import to_cents

# Cut off toward zero this far behind the point, a number still rounds to the same cent as the exact one: a half of a
# cent needs three places.
PLACES = 16
TOO_MUCH = 10**10
NOTHING = Decimal("0.00")
# What one bill, or one payment of several, comes to at most, in yuan.
LARGEST = Decimal("9999999.99")
# Quantities are kept to so many places.
FOUR_PLACES = Decimal("0.0001")


def as_decimal(value: Fraction) -> Decimal:
    """The number to sixteen places. Raises `Invalid` from ten thousand million on: no bill is that large."""
    if abs(value) >= TOO_MUCH:
        raise Invalid(_("This comes to more than 9,999,999,999: check the figures."))
    scaled = value * 10**PLACES
    whole = abs(scaled.numerator) // scaled.denominator
    return Decimal(-whole if value < 0 else whole).scaleb(-PLACES)


def cents_of(value: Fraction) -> int:
    """The exact amount in yuan as whole cents, by the one rounding."""
    return int(to_cents(as_decimal(value)).scaleb(2))


def yuan(cents: int) -> Decimal:
    """Whole cents as an amount in yuan."""
    return Decimal(cents).scaleb(-2)


def spread(exact: Sequence[Fraction], cents: int) -> list[int]:
    """Cents for each exact number of cents, so that they sum to `cents`: largest remainder first, ties by order.

    `cents` is the sum of `exact` rounded once, so that each share stays within one cent of its exact one.
    """
    whole = [value.numerator // value.denominator for value in exact]
    rest = [value - floor for value, floor in zip(exact, whole, strict=True)]
    # `sorted` is stable: among equal remainders the first keeps its place.
    first = sorted(range(len(exact)), key=lambda index: rest[index], reverse=True)
    for index in first[: cents - sum(whole)]:
        whole[index] += 1
    return whole
