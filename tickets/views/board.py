"""The dispatch board: choose a ticket, see whom to send and why, send them."""

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.queries import due_of
from core.numbers import whole_number
from records.http import now, user_of
from tickets.forms import local_moment
from tickets.models import Ticket
from tickets.queries import clashes_with, technicians_for, tickets_for, visible_numbers
from tickets.reads.board import HOURS, board, choices, preferred_window, waiting
from tickets.reads.filters import Option
from tickets.reads.people import people_to_send
from tickets.rules_dispatch import USUAL_VISIT, Window
from tickets.views.listing import may_dispatch, staff_project
from tickets.views.page import staff_ticket

DAYS = ("today", "tomorrow")


@login_required
@require_GET
def dispatch_board(request: HttpRequest) -> HttpResponse:
    """What waits, whom to send, and everybody's day."""
    user, project = staff_project(request)
    if not may_dispatch(user, project):
        raise Http404
    at = now()
    day = "tomorrow" if request.GET.get("day") == "tomorrow" else "today"
    shown = at.astimezone(project.tz).date() + timedelta(days=DAYS.index(day))
    cases = waiting(user, project)
    number = request.GET.get("ticket", "")
    ticket = tickets_for(user, project).filter(case__number=number).first() if number else None
    window = _window(request, ticket) or (preferred_window(ticket, at=at) if ticket else None)
    people = people_to_send(project, ticket.case if ticket else None)
    context = {
        "waiting": [{"case": case, "clock": due_of(case), "url": _url(case.number, day)} for case in cases],
        "days": _days(day, number),
        "day": day,
        "hours": HOURS,
        "rows": board(people, shown, project, asked=window if _on(window, shown) else None),
        "ticket": ticket,
        "window": window,
        "choices": choices(ticket, people, window, user=user, at=at) if ticket else [],
        "back": _url("", day),
    }
    return render(request, "tickets/dispatch.html", context)


def _window(request: HttpRequest, ticket: Ticket | None) -> Window | None:
    """The time asked for in the address; one that ends before it begins takes the usual hour."""
    begins = local_moment(request.GET.get("from", ""))
    ends = local_moment(request.GET.get("to", ""))
    if ticket is None or begins is None:
        return None
    return Window(begins, ends if ends is not None and ends > begins else begins + USUAL_VISIT)


def _on(window: Window | None, day: date) -> bool:
    return window is not None and window.start.date() <= day <= window.end.date() + timedelta(days=1)


def _url(number: str, day: str) -> str:
    parts = [f"ticket={number}"] if number else []
    parts += ["day=tomorrow"] if day == "tomorrow" else []
    return reverse("dispatch") + ("?" + "&".join(parts) if parts else "")


def _days(day: str, number: str) -> list[Option]:
    labels = {"today": _("Today"), "tomorrow": _("Tomorrow")}
    return [Option(label=labels[key], url=_url(number, key), active=key == day) for key in DAYS]


@login_required
@require_GET
def dispatch_clash(request: HttpRequest, number: str) -> HttpResponse:
    """Say, before anything is saved, which appointment somebody already has at the time in the form."""
    ticket = staff_ticket(request, number)
    begins, ends = (local_moment(request.GET.get(name, "")) for name in ("window_from", "window_to"))
    asked = whole_number(request.GET.get("technician", ""))
    technician = next((user for user in technicians_for(ticket.case) if user.pk == asked), None)
    found = []
    if begins is not None and technician is not None:
        window = Window(begins, ends if ends is not None and ends > begins else begins + USUAL_VISIT)
        found = clashes_with(technician, window, besides=ticket.case)
    named = sorted(visible_numbers(user_of(request), found))
    return render(request, "tickets/clash.html", {"clashes": found, "clash": named[0] if named else ""})
