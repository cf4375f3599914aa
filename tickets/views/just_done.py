"""刚才做的: what one did in this shift, as a list that stays, and taking it back."""

from datetime import datetime
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from cases.models import Event
from core.errors import DomainError, Invalid
from core.numbers import whole_number
from records.actions import Answer, once
from records.http import frame_for, now, user_of
from tickets import actions
from tickets.models import Ticket
from tickets.reads.just_done import IN_THE_MENU, MOST_READ
from tickets.reads.just_done import just_done as done_by

RESULTS = "undo_results"


@login_required
@require_GET
def just_done(request: HttpRequest) -> HttpResponse:
    """The list, on a page of its own or in the menu of the top bar."""
    user = user_of(request)
    if not user.is_office:
        raise Http404
    in_menu, at = bool(request.headers.get("HX-Request")), now()
    done = done_by(user, at=at, most=IN_THE_MENU if in_menu else None)
    shown: dict[str, object] = {"done": done, "now": at, "in_menu": in_menu}
    if in_menu:
        return render(request, "tickets/just_done_list.html", shown)
    results = request.session.pop(RESULTS, None)
    frame = frame_for(user, getattr(request, "project", None))
    return render(request, "tickets/just_done.html", shown | {"results": results, "frame": frame})


@login_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back one thing, or all that were sent together: each says what became of it, and one stops no other."""
    user = user_of(request)
    if not user.is_office:
        raise Http404
    asked = [whole_number(raw) for raw in request.POST.getlist("event")[:MOST_READ]]
    if not asked:
        raise Invalid(_("This form is broken. Open the page again."))
    events = Event.objects.visible_to(user).filter(pk__in=[pk for pk in asked if pk is not None])
    found = list(events.filter(case__ticket__isnull=False).select_related("case__ticket").order_by("pk"))
    if not found:
        raise Http404
    results = [_undo(request, event) for event in found]
    if len(results) > 1:
        request.session[RESULTS] = results
        return redirect("just_done")
    (result,) = results
    say = messages.success if result["ok"] else messages.error
    number, words = str(result["number"]), str(result["words"])
    say(request, words if number in words else f"{number} {words}")
    return redirect("ticket", number=result["number"])


def _undo(request: HttpRequest, event: Event) -> dict[str, object]:
    """Take one thing back, once for each time the button was shown, and say what became of it."""
    ticket, by, at = event.case.ticket, user_of(request), now()
    ticket.case = event.case
    key = request.POST.get("idempotency_key", "")
    result: dict[str, object] = {"number": event.case.number, "url": reverse("ticket", args=[event.case.number])}
    act = partial(_take_back, ticket, event, by, at)
    try:
        if key:
            # The event goes first: a long key is cut at its end.
            key = f"{event.pk}:{key}"[:200]
            once(by=by, scope=f"page {request.path}", key=key, body={"event": event.pk}, at=at, act=act)
        else:
            act()
    except DomainError as error:
        return result | {"ok": False, "words": str(error)}
    return result | {"ok": True, "words": _("undone: it stands as before")}


def _take_back(ticket: Ticket, event: Event, by: User, at: datetime) -> Answer:
    actions.undo(ticket=ticket, event=event, by=by, at=at)
    return Answer(status=200, data={})
