"""What every API view shares: errors as sentences, cursor pages, idempotent creation."""

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.models import User
from core.errors import DomainError, Invalid
from core.numbers import whole_number
from records.actions import Answer, once


class CursorPages(CursorPagination):
    """`{"results", "next"}`, newest first."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-pk"
    asked = 0

    def get_page_size(self, request: Request) -> int:
        """How many rows a page has, at most 200. Raises `ValidationError` for what is no number of rows."""
        asked = request.query_params.get(self.page_size_query_param)
        self.asked = whole_number(asked or "") or 0
        if asked is not None and not self.asked:
            raise exceptions.ValidationError({self.page_size_query_param: _("Give a number of rows, 1 to 200.")})
        return super().get_page_size(request) or self.page_size

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Where the page begins. Raises `NotFound` for a position that is no number of a row."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and whole_number(str(cursor.position)) is None:
            raise exceptions.NotFound(_("There is no such page of the list."))
        return cursor

    def get_paginated_response(self, data: Any) -> Response:
        """Leave out what the contract does not name; who asked for more rows than a page has is told so in `detail`."""
        page = {"results": data, "next": self.get_next_link()}
        if self.asked > self.max_page_size:
            words = _("A page has at most %(most)s rows, not %(asked)s. Read on at “next”.")
            page["detail"] = words % {"most": self.max_page_size, "asked": self.asked}
        return Response(page)


def _sentences(detail: Any) -> dict[str, str]:
    if isinstance(detail, dict):
        return {name: " ".join(_flat(value)) for name, value in detail.items()}
    return {}


def _flat(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [word for inner in value.values() for word in _flat(inner)]
    if isinstance(value, list | tuple):
        return [word for inner in value for word in _flat(inner)]
    if getattr(value, "code", "") == "null_characters_not_allowed":
        return [_("This text holds a character that cannot be stored. Leave it out and send it again.")]
    return [str(value)]


def handle_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal reads `{"code", "detail", "fields"}`; what one may not see is the same 404 as what is not there."""
    if isinstance(error, DomainError):
        body = {"code": error.code, "detail": str(error), "fields": {k: str(v) for k, v in error.fields.items()}}
        return Response(body | error.values, status=error.status)
    if isinstance(error, Http404):
        body = {"code": "not_found", "detail": _("There is no such thing, or it is not yours to see."), "fields": {}}
        return Response(body, status=status.HTTP_404_NOT_FOUND)
    if isinstance(error, SuspiciousOperation):
        too_big = isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
        detail = _("The upload is larger than allowed.") if too_big else _("Something in the request cannot be read.")
        status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE if too_big else status.HTTP_400_BAD_REQUEST
        return Response(
            {"code": "too_large" if too_big else "invalid", "detail": detail, "fields": {}}, status=status_code
        )
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is None:
        return None
    fields = _sentences(response.data) if isinstance(error, exceptions.ValidationError) else {}
    detail = _("Some of the input does not fit.") if fields else " ".join(_flat(getattr(error, "detail", "")))
    response.data = {"code": getattr(error, "default_code", "invalid"), "detail": detail, "fields": fields}
    return response


def answer_once(request: Request, act: Callable[[], Response]) -> Response:
    """Carry out a creating request once per `Idempotency-Key`; without a key, every time."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return act()
    if len(key) > 200:
        raise Invalid(_("The idempotency key is longer than 200 characters."))

    def acted() -> Answer:
        response = act()
        return Answer(status=response.status_code, data=response.data)

    answer = once(
        by=cast(User, request.user),
        scope=f"{request.method} {request.path}",
        key=key,
        body=request.data,
        at=timezone.now(),
        act=acted,
    )
    return Response(answer.data, status=answer.status)


def expected_version(request: Request) -> int | None:
    """The version in `If-Match`, None where absent. Raises `Invalid` for something that is no version."""
    raw = request.headers.get("If-Match", "").strip()
    if not raw:
        return None
    quoted = len(raw) > 1 and raw[0] == raw[-1] == '"'
    version = whole_number(raw[1:-1] if quoted else raw, digits=9)
    if version is None:
        raise Invalid(_("If-Match names no state of the matter. Read it again, and send the number under “version”."))
    return version
