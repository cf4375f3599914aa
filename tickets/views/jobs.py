"""A technician's pages: the day's jobs, and one job from accepting to finishing with a thumb."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cases.states import PhotoLabel
from records.http import now, project_of, user_of
from tickets.forms import PhoneCompleteForm
from tickets.models import Job
from tickets.permissions import has_the_job
from tickets.reads.jobs import my_jobs, my_last_job, my_matters
from tickets.reads.page import TicketPage, page_of
from tickets.reads.prices import priced
from tickets.states import Charge, JobState, Quote, State
from tickets.views.page import staff_kin
from tickets.views.steps import Choices, offered

PATH = ("accept", "arrive", "complete")
PANEL_OF = {
    State.DISPATCHED: "accept",
    State.ACCEPTED: "arrive",
    State.IN_PROGRESS: "complete",
    State.ON_HOLD: "resume",
}
FOR_PHONE = ("feedback", "hold", "return", "end-leak-test")


@login_required
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """The signed-in technician's jobs, and the complaints that were handed to them."""
    user, project = user_of(request), project_of(request)
    if not user.is_office:
        raise Http404
    mine = my_jobs(user, project, at=now())
    return render(request, "tickets/my_jobs.html", {"matters": my_matters(user, project), **vars(mine)})


@login_required
@require_GET
def job(request: HttpRequest, number: str) -> HttpResponse:
    """One job of one's own: everything for it on one screen, also for the time without signal."""
    user, at = user_of(request), now()
    kin = staff_kin(request, number)
    mine = my_last_job(kin.ticket, user)
    if mine is None:
        raise Http404
    page = page_of(kin, user, at=at)
    return render(request, "tickets/my_job.html", _context(request, page, mine, at))


def _context(request: HttpRequest, page: TicketPage, mine: Job, at: datetime) -> dict[str, object]:
    user = user_of(request)
    number = page.case.number
    choices = Choices(page, at)
    verbs = {step.verb for step in offered(user, page)}
    panel = PANEL_OF.get(State(page.case.state), "") if has_the_job(user, page.open_job) else ""
    paid = page.ticket.charge == Charge.PAID
    return {
        "page": page,
        "job": mine,
        "seen_event": max((line.pk for line in page.events), default=0),
        "panel": panel,
        "path": _path(mine),
        "dial_url": reverse("ticket_dial", args=[number]) if has_the_job(user, page.open_job) else "",
        "asks": [
            {"verb": step.verb, "label": step.label, "icon": step.icon, "form": choices.form(step), "text": step.text}
            for step in offered(user, page)
            if step.verb in FOR_PHONE
        ],
        "complete": PhoneCompleteForm(auto_id="complete-%s"),
        "price_list": priced(choices.prices) if panel else [],
        "must_quote": paid and page.ticket.quote != Quote.ACCEPTED,
        "may_quote": "quote" in verbs,
        "may_accept_quote": "accept-quote" in verbs,
        "undecided": page.ticket.charge == Charge.UNDECIDED,
        "signed": any(photo.label == PhotoLabel.SIGNATURE for photo in page.pictures),
    }


def _path(mine: Job) -> list[dict[str, object]]:
    done = {
        "accept": mine.accepted_at,
        "arrive": mine.arrived_at,
        "complete": mine.finished_at if mine.state == JobState.FINISHED else None,
    }
    ahead = next((verb for verb in PATH if not done[verb]), "")
    return [{"verb": verb, "at": done[verb], "here": verb == ahead} for verb in PATH]
