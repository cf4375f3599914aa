"""Errors of the domain: each carries a sentence that a person can act on.

Pages and the API turn the same error into the same sentence; only the frame around it differs.
"""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """Something asked for cannot be done; `detail` says why and what to do instead.

    `fields` maps the name of an input to what is wrong with it. `values` carries what a caller needs to
    resolve a conflict (the stored value beside theirs).
    """

    code = "invalid"
    status = 400

    def __init__(
        self,
        detail: object,
        *,
        code: str | None = None,
        fields: Mapping[str, object] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.fields = dict(fields or {})
        self.values = dict(values or {})

    def __str__(self) -> str:
        return str(self.detail)


class Invalid(DomainError):
    """The input does not make sense; `fields` says where."""


class TooLarge(Invalid):
    """The input is larger than is taken."""

    code = "too_large"
    status = 413


class NotAllowed(DomainError):
    """The person sees the thing but may not do this to it."""

    code = "not_allowed"
    status = 403


class NotNow(DomainError):
    """The step is out of order: the matter's state does not admit it."""

    code = "not_now"
    status = 409


class Stale(DomainError):
    """Somebody else changed the matter since it was read; `values` holds both versions."""

    code = "stale"
    status = 409


class KeyReused(DomainError):
    """An idempotency key came back with a different request."""

    code = "key_reused"
    status = 422
