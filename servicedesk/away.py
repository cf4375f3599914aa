"""What the desk answers while its database or its disk fails it: a sentence, and with it whatever was typed.

One place for pages, fragments and programs, reached from wherever the failure came up, the sign-in and the middleware
included; so nothing in here may ask the database.
"""

import sqlite3
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from records.actions import FULL_DISK, NO_ROOM
from servicedesk.unsent import unsent

AGAIN_AFTER = 5  # seconds


@dataclass(frozen=True)
class Away:
    """What is away, as a status and as the word that programs read."""

    status: int
    code: str

    @property
    def sentence(self) -> str:
        """What the person is told."""
        if self.status == 507:
            return str(NO_ROOM)
        return _("The database cannot be reached just now. What you typed is still here: try again in a few seconds.")


NO_DATABASE = Away(503, "unavailable")
DISK_FULL = Away(507, "no_room")


def what_is_away(problem: BaseException | None) -> Away | None:
    """Tell a database or disk that fails us from a mistake of our own; None for the latter."""
    if isinstance(problem, OSError) and problem.errno in FULL_DISK:
        return DISK_FULL
    if not isinstance(problem, OperationalError | InterfaceError) or _is_our_mistake(problem.__cause__):
        return None
    is_full = "disk is full" in str(problem) or getattr(problem.__cause__, "pgcode", "") == "53100"
    return DISK_FULL if is_full else NO_DATABASE


def _is_our_mistake(cause: BaseException | None) -> bool:
    """Say whether SQLite could not make sense of a statement: a table that no migration made, a column misspelt.

    It calls these, too, operational. PostgreSQL calls them programming errors, which are none of ours to explain.
    """
    if isinstance(cause, sqlite3.InterfaceError):
        return True
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return isinstance(cause, sqlite3.OperationalError) and code & 0xFF == sqlite3.SQLITE_ERROR


def answer(request: HttpRequest, away: Away, language: str) -> HttpResponse:
    """Say it in the shape that whoever asked can read."""
    with translation.override(language):
        response = _shaped(request, away)
    response.headers["Cache-Control"] = "no-store"
    if away.status == 503:
        response.headers["Retry-After"] = str(AGAIN_AFTER)
    return response


def _shaped(request: HttpRequest, away: Away) -> HttpResponse:
    if request.path.startswith("/api/") or request.headers.get("Accept", "").startswith("application/json"):
        body = {"code": away.code, "detail": away.sentence, "fields": {}}
        return JsonResponse(body, status=away.status)
    if "HX-Request" in request.headers:
        return HttpResponse(away.sentence, status=away.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(render_to_string(f"{away.status}.html", unsent(request)), status=away.status)
