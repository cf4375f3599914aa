"""The one rounding of money."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from core.errors import Invalid

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """Round an amount in yuan to whole cents, halves away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def require_cents(amount: Decimal, *, most: Decimal | None = None) -> None:
    """Raise `Invalid` for what is no positive amount in yuan to the cent, or more than `most`."""
    if amount <= 0 or (most is not None and amount > most) or amount != to_cents(amount):
        raise Invalid(_("Give an amount in yuan, to the cent."), fields={"amount": _("Out of range.")})
