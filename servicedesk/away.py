"""What the desk answers while its database or its disk fails it: a sentence, and with it whatever was typed.

One place for pages, fragments and programs, reached from wherever the failure came up, the sign-in and the middleware
included; so nothing in here may ask the database.
"""

import sqlite3
from dataclasses import dataclass

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from records.actions import FULL_DISK, NO_ROOM
from servicedesk.typed import in_words

AGAIN_AFTER = 5  # seconds
# Never written into a page again.
SECRET = ("password", "otp")


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
    fields = posted(request)
    context = {
        "request": request,
        "posted": fields,
        "typed": in_words(fields),
        "lost": request.method == "POST" and not fields,
        "once": any(name == "idempotency_key" for name, _value in fields),
        "here": request.get_full_path(),
        "again": page_of(request),
    }
    return HttpResponse(render_to_string(f"{away.status}.html", context), status=away.status)


def page_of(request: HttpRequest) -> str:
    """The page that was asked for, or the one whose form was sent: its address takes no visits, maybe."""
    came_from = request.headers.get("referer", "")
    if request.method == "POST" and url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}):
        return came_from
    return request.get_full_path()


def posted(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form brought, to be sent once more as it is: empty where that is not possible.

    The form's own idempotency key is among it, so that a request whose fate is unknown is not carried out twice; its
    token too, as it came: where it was no good it stays no good. A form with a password or a file is filled in anew.
    """
    if request.method != "POST":
        return []
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        has_files = bool(request.FILES)
    except (OSError, SuspiciousOperation, MultiPartParserError, RawPostDataException):
        return []
    if has_files or any(word in name for name, _value in fields for word in SECRET):
        return []
    return fields
