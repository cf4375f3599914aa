"""What changed under an open page: one small answer that pages ask for again and again.

A page names its lists (`live=tickets`), its project and its own query, so that the answer holds what the page shows:
the lists' first rows with their versions, unread messages, the counts of the navigation, the red banner.

Nobody learns here of what they cannot see. The tag of an answer is a hash of the answer, and so stays while others are
busy elsewhere; the newest event of all, which says that somebody did something somewhere, is compared on the server
and never sent.

While nothing at all happened since the same question was answered the answer is 304 after three statements: session
with person, memberships, newest event. Time alone changes lists too (what falls due, whoever waits too long) and
memberships end without an event, and two transactions may commit in the other order than they took their keys, so that
this shortcut holds for half a minute at most.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.models import Project, User
from cases.queries import revision
from notifications.models import Message
from records.http import asked_project, now, user_of
from servicedesk.context import around, is_admin
from servicedesk.watched import LISTS, MOST, rows_now
from sla.health import trouble

QUIET_SECONDS = 30


class QuietPolls:
    """Answers 304 before memberships and lists are read, where nothing happened since the same question was answered.

    The answer it stands on went through everything below: project, second factor, rights.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.address = reverse("live")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the quiet ones, pass on the rest."""
        if request.path != self.address or request.method != "GET" or not request.user.is_authenticated:
            return self.get_response(request)
        newest, tag = revision(), request.headers.get("If-None-Match")
        if tag and cache.get(_key(request)) == (newest, tag):
            return _unchanged(tag)
        request.newest_event = newest  # type: ignore[attr-defined]
        return self.get_response(request)


@login_required
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """What the page that asks would show now; 304 where that is what it was told last."""
    newest: int = request.newest_event  # type: ignore[attr-defined]  # read before the rows, so that none is missed
    answer = _answer(request, newest, at=now())
    text = DjangoJSONEncoder(ensure_ascii=False, separators=(",", ":")).encode(answer)
    tag = f'"{hashlib.sha256(f"{user_of(request).pk} {text}".encode()).hexdigest()[:32]}"'
    cache.set(_key(request), (newest, tag), QUIET_SECONDS)
    if request.headers.get("If-None-Match") == tag:
        return _unchanged(tag)
    return HttpResponse(text, content_type="application/json", headers={"ETag": tag})


def _key(request: HttpRequest) -> str:
    asked = hashlib.sha256(request.META.get("QUERY_STRING", "").encode()).hexdigest()
    return f"live:{user_of(request).pk}:{asked}"


def _unchanged(tag: str) -> HttpResponse:
    return HttpResponseNotModified(headers={"ETag": tag, "Cache-Control": "no-store"})


def _answer(request: HttpRequest, newest: int, *, at: datetime) -> dict[str, Any]:
    user, project = user_of(request), asked_project(request)
    counts, beat = around(user, project, newest)
    unread = Message.objects.visible_to(user).unread().count()
    return {
        "lists": _lists(request, user, project, at),
        "counts": {reverse(name): count for name, count in counts.items()},
        "unread": unread,
        "unread_words": ngettext("%(count)s unread", "%(count)s unread", unread) % {"count": unread},
        "banner": trouble(beat, at, for_admin=is_admin(user)) if user.is_office else "",
    }


def _lists(request: HttpRequest, user: User, project: Project | None, at: datetime) -> dict[str, Any]:
    names = sorted(set(request.GET.getlist("live")))
    if names and (project is None or not set(names) <= set(LISTS)):
        raise Http404
    found: dict[str, Any] = {}
    for name in names:
        rows = rows_now(name, user=user, project=project, asked=request.GET, at=at) if project else None
        if rows is None:
            raise Http404
        found[name] = {"rows": rows, "more": len(rows) == MOST}
    return found
