"""The sandbox (沙箱): a provider that moves no money, for trying the whole way of a payment out.

Its notice is a JSON object of texts: `order`, `transaction`, `outcome`, `amount`, `sent` (seconds since 1970). The
header `X-Signature` is HMAC-SHA256 over the fields in one spelling.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.models import OnlineOrder
from billing.online.providers import Refused, Told, register_provider, shared_secret
from billing.online.signing import canonical, is_signed, sign
from billing.states import Outcome

KEY = "sandbox"
HEADER = "X-Signature"
# Clocks differ by less; whoever overheard a notice does not send it again tomorrow.
FRESH = timedelta(minutes=5)
FIELDS = {
    "order": re.compile(r"[A-Z0-9-]{1,30}"),
    "transaction": re.compile(r"[A-Za-z0-9_-]{1,64}"),
    "outcome": re.compile("|".join(Outcome.values)),
    "amount": re.compile(r"[0-9]{1,9}\.[0-9]{2}"),
    "sent": re.compile(r"[0-9]{1,11}"),
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


class Sandbox:
    """The provider that stands on a page of the desk itself."""

    key = KEY

    def pay_url(self, order: OnlineOrder) -> str:
        """The sandbox's own page."""
        return reverse("sandbox_pay", args=[order.number])

    def read(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Told:
        """The notice, once it is signed by whoever knows the secret, and was sent just now. Raises `Refused`."""
        fields = _fields(body)
        if not is_signed(fields, headers.get(HEADER, ""), shared_secret()):
            raise Refused(_("The signature is not the provider's."), code="bad_signature")
        if abs(at.timestamp() - int(fields["sent"])) > FRESH.total_seconds():
            raise Refused(_("This notice is not fresh: it has to be sent anew."), code="not_fresh")
        return Told(
            provider=self.key,
            order=fields["order"],
            transaction=fields["transaction"],
            outcome=Outcome(fields["outcome"]),
            amount=Decimal(fields["amount"]),
        )


def _fields(body: bytes) -> dict[str, str]:
    """The fields of a notice as sent. Raises `Refused` for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or set(found) != set(FIELDS):
        raise Refused(_("This is no notice of a payment."), code="unreadable")
    for name, shape in FIELDS.items():
        if not isinstance(found[name], str) or not shape.fullmatch(found[name]):
            raise Refused(_("This is no notice of a payment."), code="unreadable")
    return found


register_provider(KEY, Sandbox)
