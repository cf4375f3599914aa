"""What was settled from what a household paid in advance, as far as a receipt whose money it was is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.models import Payment, Posting, Refund
from billing.queries.sums import MoneySum
from billing.rules.exact import NOTHING
from billing.states import Book, EntryKind


@dataclass(frozen=True)
class Undoing:
    """What taking a receipt back takes from a household's credit, in yuan, and the uses of it that go back first.

    `missing` is what they do not cover: it was given back meanwhile.
    """

    kept: Decimal
    left: Decimal
    uses: Sequence[Posting]

    @property
    def regained(self) -> Decimal:
        """What the uses come to."""
        return sum((use.amount for use in self.uses), NOTHING)

    @property
    def missing(self) -> Decimal:
        """What is short even so."""
        return max(self.kept - self.left - self.regained, NOTHING)


def undoing(payment: Payment, left: Decimal) -> Undoing:
    """How much of a payment became credit, and which uses since go back so that `left` comes to it: newest first."""
    settled = payment.lines.aggregate(sum=MoneySum("amount", default=NOTHING))["sum"]
    kept: Decimal = payment.amount - settled
    return Undoing(kept, left, _uses(payment, kept - left) if left < kept else ())


def _uses(payment: Payment, short: Decimal) -> list[Posting]:
    booked = Posting.objects.filter(entry__payment=payment, credit=Book.CREDIT).order_by("pk").values("pk")[:1]
    of_household = Posting.objects.filter(unit=payment.unit_id, household=payment.household_id, bill__isnull=False)
    settling = of_household.filter(debit=Book.CREDIT, credit=Book.RECEIVABLE, reverses=None, reversed_by=None)
    found: list[Posting] = []
    for use in settling.filter(pk__gt=booked).select_related("entry", "bill").order_by("-pk"):
        if short <= 0:
            break
        found.append(use)
        short -= use.amount
    return found


def refund_since(payment: Payment) -> Refund | None:
    """The last refund that stands of what a payment's household paid in advance: it is to be taken back first."""
    rows = Refund.objects.filter(unit=payment.unit_id, household=payment.household_id, at__gte=payment.at)
    return rows.exclude(entry__reversed_by__kind=EntryKind.REVERSED).order_by("-pk").first()
