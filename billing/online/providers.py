"""What a provider of online payment has to answer, and which one this installation uses (`ONLINE_PROVIDER`).

A provider sends the payer to a page of its own and later tells the desk what came of it, over an address that anybody
can reach: what it says counts only as far as it is signed and fresh.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from django.conf import settings

from billing.models import OnlineOrder
from billing.states import Outcome, RefundOutcome
from core.errors import DomainError


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a provider says of an order, once it is believed. `transaction`: its own number; `amount`: in yuan."""

    provider: str
    order: str
    transaction: str
    outcome: Outcome
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class RefundAsked:
    """What a provider is asked to give back: of which transaction, in yuan; `since`: when it was asked first."""

    number: str
    order: str
    transaction: str
    amount: Decimal
    since: datetime


@dataclass(frozen=True, kw_only=True)
class RefundTold:
    """What a provider says of a refund, once it is believed. `reference`: its own number; `why` it refused."""

    provider: str
    number: str
    outcome: RefundOutcome
    amount: Decimal
    reference: str = ""
    why: str = ""


class UnansweredError(Exception):
    """The provider gave no answer: whether it gives the money back is unknown, and it is asked again."""


class Refused(DomainError):
    """What was sent as a provider's word is not believed, or does not fit; nothing was booked."""

    code = "refused"


class Provider(Protocol):
    """One way of paying online."""

    key: str

    def pay_url(self, order: OnlineOrder) -> str:
        """Where the payer is sent to pay the order."""

    def read(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Told:
        """What the provider says, once its signature and its age were looked at. Raises `Refused`."""

    def refund(self, asked: RefundAsked, *, at: datetime) -> RefundTold:
        """Ask the provider to give money back: under one number it does so once, however often it is asked.

        Raises `UnansweredError`.
        """

    def read_refund(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> RefundTold:
        """What the provider says of a refund of its own accord, like `read`. Raises `Refused`."""


_MAKERS: dict[str, Callable[[], Provider]] = {}


def register_provider(key: str, make: Callable[[], Provider]) -> None:
    """Add a provider by the word that `ONLINE_PROVIDER` chooses it by."""
    _MAKERS[key] = make


def known_providers() -> set[str]:
    """The words that `ONLINE_PROVIDER` may be."""
    return set(_MAKERS)


def the_provider() -> Provider | None:
    """The provider of this installation; None where nobody pays online.

    The sandbox takes anybody's word for money: outside a demonstration there is none.
    """
    key = settings.ONLINE_PROVIDER
    if key not in _MAKERS or (key == "sandbox" and not settings.DEMO):
        return None
    return _MAKERS[key]()


def shared_secret() -> bytes:
    """What the desk and the provider alone know: `ONLINE_SECRET`, or one of this installation's own for the sandbox."""
    if settings.ONLINE_SECRET:
        return str(settings.ONLINE_SECRET).encode()
    return hmac.new(settings.SECRET_KEY.encode(), b"online payment", hashlib.sha256).digest()
