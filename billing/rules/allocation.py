"""Which bills a payment settles."""

from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import TypeVar

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.money import to_cents

KeyT = TypeVar("KeyT", bound=Hashable)


def allocate(amount: Decimal, owed: Sequence[tuple[KeyT, Decimal]]) -> tuple[dict[KeyT, Decimal], Decimal]:
    """Lay an amount (yuan) on what is owed, in the order given (oldest first), never more on one than it owes.

    Returns what goes to each that gets some, and the rest, which is the payer's credit. Raises `Invalid` for an amount
    that is not above zero or has parts of a cent, and where a bill stands twice in the list.
    """
    if amount <= 0:
        raise Invalid(_("The amount must be above zero."), fields={"amount": _("Above zero.")})
    if amount != to_cents(amount):
        raise Invalid(_("Money has whole cents."), fields={"amount": _("At most two decimals.")})
    if len({key for key, _owed in owed}) != len(owed):
        raise Invalid(_("A bill stands twice in the list."))
    laid: dict[KeyT, Decimal] = {}
    rest = amount
    for key, still in owed:
        part = min(rest, still)
        if part > 0:
            laid[key] = part
            rest -= part
    return laid, rest
