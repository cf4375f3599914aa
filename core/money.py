"""The one rounding of money."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """Round an amount in yuan to whole cents, halves away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
