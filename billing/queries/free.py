"""What is free is owed by nobody: a higher room says which of its cases are, and billing asks before anything of them
is owed again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from billing.models import PaymentLine
from cases.models import Case


@dataclass(frozen=True)
class LetOff:
    """That nobody owes anything for a case: why, and who decided it; nobody where that is not known."""

    reason: str
    by: User | None


Asker = Callable[[Case], LetOff | None]
_ASKERS: dict[str, Asker] = {}


def register_free(kind: str, asker: Asker) -> None:
    """Say how it is known of the cases of a kind that nobody owes anything for them."""
    _ASKERS[kind] = asker


def let_off_of(case: Case) -> LetOff | None:
    """Why nobody owes anything for a case; None where its bills are owed as any other."""
    asker = _ASKERS.get(case.kind)
    return asker(case) if asker is not None else None


@dataclass(frozen=True)
class Kept:
    """Money that stands for a bill though nothing is owed: `receipt` is to be reversed to give it back, in yuan."""

    receipt: str
    bill: str
    amount: Decimal

    @property
    def data(self) -> dict[str, str]:
        """As an event and the API name it."""
        return {"receipt": self.receipt, "bill": self.bill, "amount": str(self.amount)}


def taken_for(case: Case) -> list[Kept]:
    """What was taken for the standing bills of a case and not given back, the oldest first."""
    rows = PaymentLine.objects.filter(bill__case=case, bill__voided_at=None, payment__receipt__reversed_at=None)
    named = rows.order_by("pk").values_list("payment__receipt__number", "bill__number", "amount")
    return [Kept(receipt, bill, amount) for receipt, bill, amount in named]
