"""One ticket's page, and its steps: a refusal shows the page again with everything that was typed."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from cases.meanwhile import missed, version_if_alone
from cases.models import Case
from cases.permissions import reads_all
from cases.rules import check_claim
from cases.steps import Attempt, Offer, Tried, answer, take
from core.errors import Stale
from core.moments import read_moment
from core.numbers import whole_number
from estate.models import REGISTER_ROLES
from records.http import follow, now, posted_version, user_of
from records.stale import Missed
from sla.permissions import can_extend
from tickets.actions import Dispatched
from tickets.forms import StepForm
from tickets.models import Ticket
from tickets.permissions import can_add_photo, can_print, has_the_job
from tickets.queries import visible_numbers
from tickets.reads.kin import Kin, kin_of
from tickets.reads.page import TicketPage, page_of
from tickets.reads.prices import Priced, priced
from tickets.views.step_shape import Given, StepKind
from tickets.views.step_table import BY_VERB
from tickets.views.steps import Choices, lines_of, next_of, now_in, offered
from visits.permissions import can_record

# What others add without touching the work: a phone's step that comes late need not be thought over because of it.
BESIDE_THE_WORK = frozenset({"ticket.feedback", "ticket.signed", "case.photo"})
# A phone that says a moment this close to ours was not out of signal.
SAME_MOMENT = 120


def staff_kin(request: HttpRequest, number: str) -> Kin:
    """The ticket for a page of the staff; residents have pages of their own, so to them there is nothing here."""
    user = user_of(request)
    try:
        kin = kin_of(user, number)
    except Ticket.DoesNotExist as error:
        raise Http404 from error
    if not reads_all(user, kin.case):
        raise Http404
    return kin


def staff_ticket(request: HttpRequest, number: str) -> Ticket:
    """The ticket alone."""
    return staff_kin(request, number).ticket


@login_required
@require_GET
def ticket_page(request: HttpRequest, number: str) -> HttpResponse:
    """Everything about one ticket, and the one obvious next step."""
    kin = staff_kin(request, number)
    follow(request, kin.case.project)
    return show(request, kin, at=now())


def show(
    request: HttpRequest, kin: Kin, *, at: datetime, tried: Tried[StepForm] | None = None, status: int = 200
) -> HttpResponse:
    """Render the ticket's page, with the dialog of a refused step open."""
    user = user_of(request)
    page = page_of(kin, user, at=at)
    choices = Choices(page, at)
    kinds = offered(user, page)
    stale = _missed(request, page, tried)
    # Drafts come back into forms that are there.
    whole = "draft" in request.GET
    steps = [
        _later(kind, page)
        if kind.asks and not whole and not _is_tried(kind, tried)
        else _offer(kind, page, choices, tried, stale)
        for kind in _with_tried(kinds, tried)
    ]
    first = next_of(kinds, user, page)
    primary = next((step for step in steps if first and step.verb == first.verb), None) or _callback_step(user, page)
    context = {
        "page": page,
        "steps": steps,
        "primary": primary,
        "may_photo": can_add_photo(user, page.case, page.open_job) and page.state_allows_photos,
        "may_extend": can_extend(user, page.case),
        "may_print": can_print(user, page.case, page.jobs),
        "dial_url": reverse("ticket_dial", args=[page.case.number]) if has_the_job(user, page.open_job) else "",
        "reveal_url": reverse("ticket_reveal", args=[page.case.number]),
        "price_list": _prices(steps, choices),
        "seen_at": at.isoformat(),
        "unit_url": _unit_url(user, page.case),
        "page_url": reverse("ticket", args=[page.case.number]),
    }
    return render(request, "tickets/ticket.html", context, status=status)


def _unit_url(user: User, case: Case) -> str:
    """The home's page in the register, for whoever works with it."""
    if case.unit is None or not user.has_role(case.project_id, *REGISTER_ROLES):
        return ""
    return reverse("unit", args=[case.project.code, case.unit.number])


def _with_tried(kinds: list[StepKind], tried: Tried[StepForm] | None) -> list[StepKind]:
    """The steps offered, and the one that was refused even if it is offered no longer: what was typed stays."""
    if tried is None or tried.form is None or any(kind.verb == tried.verb for kind in kinds):
        return kinds
    return [*kinds, BY_VERB[tried.verb]]


def _is_tried(kind: StepKind, tried: Tried[StepForm] | None) -> bool:
    return tried is not None and tried.verb == kind.verb


def _later(kind: StepKind, page: TicketPage) -> Offer:
    """A step whose form reads more than the page does: fetched when somebody wants it."""
    load = reverse("ticket_ask", args=[page.case.number, kind.verb])
    return Offer(kind.verb, kind.label, kind.icon, load=load, danger=kind.danger)


def _offer(
    kind: StepKind, page: TicketPage, choices: Choices, tried: Tried[StepForm] | None, stale: Missed | None
) -> Offer:
    mine = _is_tried(kind, tried)
    form = tried.form if mine and tried is not None else choices.form(kind)
    return Offer(
        verb=kind.verb,
        label=kind.label,
        icon=kind.icon,
        url=reverse("ticket_step", args=[page.case.number, kind.verb]),
        form=form,
        danger=kind.danger,
        text=kind.says(page) if kind.says else kind.text,
        opened=mine and form is not None,
        stale=stale if mine else None,
    )


def _callback_step(user: User, page: TicketPage) -> Offer | None:
    """A finished ticket waits for its callback: that is then the next step, for whoever makes it."""
    owed = page.open_callback
    if owed is None or not can_record(user, owed.case):
        return None
    link = reverse("callback", args=[owed.case.number])
    return Offer(verb="callback", label=_("Make the callback"), icon="phone", link=link)


def _missed(request: HttpRequest, page: TicketPage, tried: Tried[StepForm] | None) -> Missed | None:
    """What was typed beside what the ticket says now, for a step that somebody else was ahead of."""
    if tried is None or not isinstance(tried.error, Stale):
        return None
    stands = now_in(tried.form, page) if tried.form is not None else {}
    return missed(page.case, form=tried.form, now=stands, post=request.POST, events=page.events)


@login_required
@require_GET
def ticket_ask(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """The dialog of one step, for a page that did not bring it along."""
    at = now()
    kin = staff_kin(request, number)
    page = page_of(kin, user_of(request), at=at)
    kind = BY_VERB.get(verb)
    if kind is None or kind.form is None:
        raise Http404
    if not kind.offered(user_of(request), page):
        return HttpResponse(
            _("This cannot be done any more. Open the page again."), status=409, content_type="text/plain"
        )
    choices = Choices(page, at)
    step = _offer(kind, page, choices, None, None)
    context = {
        "step": step,
        "page": page,
        "page_url": reverse("ticket", args=[number]),
        "price_list": _prices([step], choices),
        "seen_at": at.isoformat(),
    }
    return render(request, "cases/step_dialog.html", context)


def _prices(steps: list[Offer], choices: Choices) -> list[Priced]:
    """The price list, where a step asks for parts and hours."""
    return priced(choices.prices) if any(step.form and step.form.lines_wanted for step in steps) else []


@login_required
@require_POST
def ticket_step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Carry out one step, from the ticket's page, the board, or a phone (which may ask for JSON and send it late)."""
    at = now()
    kind = BY_VERB.get(verb)
    if kind is None:
        raise Http404
    step = Attempt(
        verb,
        find=lambda: staff_kin(request, number),
        form=lambda kin: Choices(page_of(kin, user_of(request), at=at), at).form(kind, request.POST),
        act=lambda kin, form: _carry_out(request, kin.ticket, kind, form, at),
    )

    def again(tried: Tried[StepForm]) -> HttpResponse:
        return show(request, staff_kin(request, number), at=at, tried=tried, status=tried.status)

    return answer(request, take(request, step, at=at), again)


def _carry_out(request: HttpRequest, ticket: Ticket, kind: StepKind, form: StepForm | None, at: datetime) -> str:
    given = Given(
        ticket=ticket,
        by=user_of(request),
        at=at,
        data=dict(form.cleaned_data) if form else {},
        lines=lines_of(form),
        expected=_expected(request, ticket),
        claimed_at=_claimed(request, ticket, at),
    )
    result = kind.act(given)
    messages.success(request, f"{ticket.case.number} {kind.done}")
    if isinstance(result, Dispatched) and result.clashes:
        _warn_of_clashes(request, result)
    return where_next(request, reverse("ticket", args=[ticket.case.number]))


def _expected(request: HttpRequest, ticket: Ticket) -> int | None:
    """The version that the step is taken on: the one its form was shown with, for a late phone what stands.

    A phone's steps follow each other before any of them has reached us; what it last saw is an event, not a version.
    Raises `Stale` where somebody else has worked on the ticket since.
    """
    seen = whole_number(request.POST.get("seen_event", ""))
    if seen is None:
        return posted_version(request)
    return version_if_alone(ticket.case, by=user_of(request), seen=seen, aside=BESIDE_THE_WORK)


def _warn_of_clashes(request: HttpRequest, result: Dispatched) -> None:
    """Name the other appointment only where the person may see its case: it may be another project's."""
    visible = visible_numbers(user_of(request), result.clashes)
    for number in (clash.number for clash in result.clashes):
        words = {"who": result.job.technician, "number": number}
        known = _("%(who)s is booked for %(number)s at that time too.")
        messages.warning(request, (known if number in visible else _("%(who)s is booked at that time too.")) % words)


def _claimed(request: HttpRequest, ticket: Ticket, at: datetime) -> datetime | None:
    """When a phone says it happened, where that is not simply now."""
    claimed = read_moment(request.POST.get("happened_at", ""))
    if claimed is None or abs((at - claimed).total_seconds()) < SAME_MOMENT:
        return None
    check_claim(claimed, at=at, since=ticket.case.opened_at)
    return claimed


def where_next(request: HttpRequest, otherwise: str) -> str:
    """The page that the form names as next, where it is one of ours."""
    wanted = request.POST.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return otherwise
