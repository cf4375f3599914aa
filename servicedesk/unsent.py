"""What somebody typed into a form that was not taken, so that a page can show it and send it once more.

Nothing in here may ask the database: it may be what is away.
"""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from servicedesk.typed import in_words

# Never written into a page again.
SECRET = ("password", "otp")
# Whose page a form stood on; sent again, it is whoever's is signed in.
WHOSE = "whose"


def unsent(request: HttpRequest) -> dict[str, Any]:
    """What a page needs to show what was typed and to send it again (`parts/send_again.html`)."""
    fields = [(name, value) for name, value in posted(request) if name != WHOSE]
    return {
        "request": request,
        "posted": fields,
        "typed": in_words(fields, _room(request)),
        "lost": request.method == "POST" and not fields,
        "once": any(name == "idempotency_key" for name, _value in fields),
        "here": request.get_full_path(),
        "again": page_of(request),
    }


def _room(request: HttpRequest) -> str:
    """The app whose address was asked for; empty where there is none."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return ""
    return view.__module__.partition(".")[0]


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
