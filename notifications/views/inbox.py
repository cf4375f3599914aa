"""The inbox: what one was told, newest first."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from core.numbers import whole_number
from notifications.actions import mark_read
from notifications.models import Message
from notifications.queries import inbox as inbox_page
from notifications.states import Level
from records.http import frame_for, now, user_of


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The person's messages, all or unread ones."""
    user = user_of(request)
    unread_only, level = request.GET.get("show") == "unread", level_asked(request.GET)
    letters, next_pk = inbox_page(user, unread_only=unread_only, level=level, before=_cursor(request))
    shown = {
        "letters": letters,
        "older": _address(unread_only, level, next_pk) if next_pk else "",
        "unread_only": unread_only,
        "level": level,
        "chips": _chips(unread_only, level),
        "frame": frame_for(user, getattr(request, "project", None)),
    }
    return render(request, "cases/inbox.html", shown)


def level_asked(asked: QueryDict) -> str:
    """The level that the address filters by; empty for all."""
    raw = asked.get("level", "")
    return raw if raw in Level.values else ""


def _address(unread_only: bool, level: str, before: int | None = None) -> str:
    asked = {"show": "unread" if unread_only else "", "level": level, "before": before or ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return reverse("inbox") + (f"?{query}" if query else "")


def _chips(unread_only: bool, level: str) -> list[dict[str, object]]:
    """Filters by level; pressed once more they go."""
    return [
        {
            "label": one.label,
            "url": _address(unread_only, "" if level == one else one),
            "active": level == one,
            "count": None,
        }
        for one in reversed(Level)
    ]


def _cursor(request: HttpRequest) -> int | None:
    raw = request.GET.get("before", "")
    if not raw:
        return None
    found = whole_number(raw)
    if found is None:
        raise Http404
    return found


@login_required
@require_GET
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one message as read and go to the case, or else the page, that it is about."""
    message = get_object_or_404(Message.objects.visible_to(user_of(request)).select_related("case"), pk=pk)
    mark_read(user=user_of(request), at=now(), pks=[message.pk])
    if message.case is None:
        page = message.data.get("page") or ["inbox"]
        return redirect(page[0], *page[1:])
    return redirect("case", number=message.case.number)


@login_required
@require_POST
def read_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one message as read and stay in the list."""
    get_object_or_404(Message.objects.visible_to(user_of(request)), pk=pk)
    mark_read(user=user_of(request), at=now(), pks=[pk])
    level = level_asked(request.POST)
    return redirect(_address(request.POST.get("show") == "unread", level))


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    count = mark_read(user=user_of(request), at=now())
    if count:
        said = ngettext("%(count)s message marked as read.", "%(count)s messages marked as read.", count)
        messages.success(request, said % {"count": count})
    else:
        messages.info(request, _("Nothing was unread."))
    return redirect("inbox")
