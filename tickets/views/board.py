"""The dispatch board: choose a ticket, see whom to send and why, send them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Project, User
from cases.queries import due_of
from core.numbers import whole_number
from records.http import now, user_of
from tickets.forms import local_moment
from tickets.models import Ticket
from tickets.queries import clashes_with, technicians_for, tickets_for, visible_numbers
from tickets.reads.board import HOURS, Row, board, choices, preferred_window, waiting
from tickets.reads.filters import Option
from tickets.reads.people import Person, people_to_send
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
    asked = asked_of(request.GET, user, project, at)
    day, ticket, number = asked.day, asked.ticket, request.GET.get("ticket", "")
    context = {
        "waiting": [{"case": c, "clock": due_of(c), "url": _url(c.number, day)} for c in waiting(user, project)],
        "days": _days(day, number),
        "day": day,
        "hours": HOURS,
        "rows": rows_of(asked, project),
        "ticket": ticket,
        "window": asked.window,
        "choices": choices(ticket, asked.people, asked.window, user=user, at=at) if ticket else [],
        "back": _url("", day),
    }
    return render(request, "tickets/dispatch.html", context)


@dataclass(frozen=True)
class Asked:
    """What an address asks of the board: a day, the ticket chosen and the time for it, and who could go."""

    day: str
    shown: date
    ticket: Ticket | None
    window: Window | None
    people: list[Person]


def asked_of(address: QueryDict, user: User, project: Project, at: datetime) -> Asked:
    """Read the address's query, the ticket that it names, and the people."""
    day = "tomorrow" if address.get("day") == "tomorrow" else "today"
    number = address.get("ticket", "")
    ticket = tickets_for(user, project).filter(case__number=number).first() if number else None
    window = _window(address, ticket) or (preferred_window(ticket, at=at) if ticket else None)
    shown = at.astimezone(project.tz).date() + timedelta(days=DAYS.index(day))
    return Asked(day, shown, ticket, window, people_to_send(project, ticket.case if ticket else None))


def rows_of(asked: Asked, project: Project) -> list[Row]:
    """Everybody's day, with the time asked for on every line."""
    window = asked.window if _on(asked.window, asked.shown) else None
    return board(asked.people, asked.shown, project, asked=window)


def _window(address: QueryDict, ticket: Ticket | None) -> Window | None:
    """The time asked for in the address; one that ends before it begins takes the usual hour."""
    begins = local_moment(address.get("from", ""))
    ends = local_moment(address.get("to", ""))
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
