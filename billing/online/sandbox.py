"""The sandbox (沙箱): a provider that moves no money, for trying the whole way of a payment out.

Its notice is a JSON object of texts: `order`, `transaction`, `outcome`, `amount`, `sent` (seconds since 1970); that of
a refund has `refund`, `reference` and `why` in the place of the first two. The header `X-Signature` is HMAC-SHA256 over
the fields in one spelling.

Asked to give money back it does, unless the cents of the amount say what is to be tried: 0.01 it refuses, 0.02 it works
on for a minute, 0.03 it leaves without an answer for a minute though it gives the money back.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.models import OnlineOrder
from billing.online.providers import (
    RefundAsked,
    RefundTold,
    Refused,
    Told,
    UnansweredError,
    register_provider,
    shared_secret,
)
from billing.online.signing import canonical, is_signed, sign
from billing.states import Outcome, RefundOutcome

KEY = "sandbox"
HEADER = "X-Signature"
# Clocks differ by less; whoever overheard a notice does not send it again tomorrow.
FRESH = timedelta(minutes=5)
SLOW = timedelta(minutes=1)
REFUSES, WORKS, SILENT = 1, 2, 3
FIELDS = {
    "order": re.compile(r"[A-Z0-9-]{1,30}"),
    "transaction": re.compile(r"[A-Za-z0-9_-]{1,64}"),
    "outcome": re.compile("|".join(Outcome.values)),
    "amount": re.compile(r"[0-9]{1,9}\.[0-9]{2}"),
    "sent": re.compile(r"[0-9]{1,11}"),
}

REFUND_FIELDS = {
    "refund": FIELDS["order"],
    "reference": re.compile(r"[A-Za-z0-9_-]{0,64}"),
    "outcome": re.compile("|".join(RefundOutcome.values)),
    "amount": FIELDS["amount"],
    "why": re.compile(r"[^\x00-\x1f\ud800-\udfff]{0,200}"),
    "sent": FIELDS["sent"],
}


def notice(order: OnlineOrder, outcome: str, *, transaction: str, at: datetime) -> tuple[bytes, str]:
    """What the sandbox sends of an order, and its signature."""
    fields = {
        "order": order.number,
        "transaction": transaction,
        "outcome": str(outcome),
        "amount": f"{order.amount:.2f}",
        "sent": str(int(at.timestamp())),
    }
    return canonical(fields), sign(fields, shared_secret())


def refund_notice(told: RefundTold, *, at: datetime) -> tuple[bytes, str]:
    """What the sandbox sends of a refund, and its signature."""
    fields = {
        "refund": told.number,
        "reference": told.reference,
        "outcome": str(told.outcome),
        "amount": f"{told.amount:.2f}",
        "why": told.why,
        "sent": str(int(at.timestamp())),
    }
    return canonical(fields), sign(fields, shared_secret())


class Sandbox:
    """The provider that stands on a page of the desk itself."""

    key = KEY

    def pay_url(self, order: OnlineOrder) -> str:
        """The sandbox's own page."""
        return reverse("sandbox_pay", args=[order.number])

    def read(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Told:
        """The notice, once it is signed by whoever knows the secret, and was sent just now. Raises `Refused`."""
        fields = _believed(body, headers, FIELDS, at)
        return Told(
            provider=self.key,
            order=fields["order"],
            transaction=fields["transaction"],
            outcome=Outcome(fields["outcome"]),
            amount=Decimal(fields["amount"]),
        )

    def refund(self, asked: RefundAsked, *, at: datetime) -> RefundTold:
        """Give money back, or not, as the cents of the amount say. Raises `UnansweredError`."""
        cents, is_early = int(asked.amount * 100) % 100, at - asked.since < SLOW
        if cents == SILENT and is_early:
            raise UnansweredError
        outcome = RefundOutcome.DONE
        if cents == REFUSES:
            outcome = RefundOutcome.REFUSED
        elif cents == WORKS and is_early:
            outcome = RefundOutcome.PENDING
        return RefundTold(
            provider=self.key,
            number=asked.number,
            outcome=outcome,
            amount=asked.amount,
            reference=f"SB-{asked.number}" if outcome == RefundOutcome.DONE else "",
            why="sandbox: 0.01" if outcome == RefundOutcome.REFUSED else "",
        )

    def read_refund(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> RefundTold:
        """The notice of a refund, like `read`. Raises `Refused`."""
        fields = _believed(body, headers, REFUND_FIELDS, at)
        return RefundTold(
            provider=self.key,
            number=fields["refund"],
            outcome=RefundOutcome(fields["outcome"]),
            amount=Decimal(fields["amount"]),
            reference=fields["reference"],
            why=fields["why"],
        )


def _believed(
    body: bytes, headers: Mapping[str, str], shapes: Mapping[str, re.Pattern[str]], at: datetime
) -> dict[str, str]:
    """The fields of a notice that is signed and fresh. Raises `Refused`."""
    fields = _fields(body, shapes)
    if not is_signed(fields, headers.get(HEADER, ""), shared_secret()):
        raise Refused(_("The signature is not the provider's."), code="bad_signature")
    if abs(at.timestamp() - int(fields["sent"])) > FRESH.total_seconds():
        raise Refused(_("This notice is not fresh: it has to be sent anew."), code="not_fresh")
    return fields


def _fields(body: bytes, shapes: Mapping[str, re.Pattern[str]]) -> dict[str, str]:
    """The fields of a notice as sent. Raises `Refused` for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or set(found) != set(shapes):
        raise Refused(_("This is no notice of a payment."), code="unreadable")
    for name, shape in shapes.items():
        if not isinstance(found[name], str) or not shape.fullmatch(found[name]):
            raise Refused(_("This is no notice of a payment."), code="unreadable")
    return found


register_provider(KEY, Sandbox)
