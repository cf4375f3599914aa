"""An amount shared out to the cent with nothing lost. Source: 水电等费用的分摊."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from billing.rules.exact import cents_of, spread, yuan
from core.errors import Invalid


def apportion(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share `total` (yuan, whole cents) out by weights: area, meter readings, heads.

    The shares sum to it exactly, each lies within a cent of its exact share, and the cents left over go to the
    largest remainders, ties by order. A credit is shared as its debt would be, with the signs turned. Raises
    `Invalid` where nobody is there to share, where a weight is not above zero, and for a part of a cent.
    """
    exact = Fraction(total)
    if not weights:
        raise Invalid(_("There is nobody to share this among."))
    if any(weight <= 0 for weight in weights):
        raise Invalid(_("Each share needs a weight above zero: leave out who has none."))
    cents = abs(cents_of(exact))
    if Fraction(cents, 100) != abs(exact):
        raise Invalid(_("Money has whole cents."))
    parts = [Fraction(weight) for weight in weights]
    whole = sum(parts, Fraction(0))
    shares = spread([cents * part / whole for part in parts], cents)
    return [yuan(-share if exact < 0 else share) for share in shares]
