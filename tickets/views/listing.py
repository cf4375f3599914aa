"""The list of tickets: views, filters, bulk dispatch with a result per row, export."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project, User
from accounts.states import Role
from cases.models import Case
from cases.queries import Due, due_of, last_act
from cases.registry import kind_of
from cases.sentences import moment_words, sentence
from cases.states import Phase, Urgency
from core.errors import DomainError, Invalid, NotNow, Stale
from core.numbers import at_most, whole_number
from records.actions import Answer, once
from records.exports import needs_second_person
from records.http import now, project_of, user_of
from records.views_exports import as_file, ask_first
from tickets import actions
from tickets.exporting import check_size, export_rows, may_export
from tickets.forms import BulkForm, read_filters
from tickets.models import Ticket
from tickets.queries import tickets_for
from tickets.reads.filters import Option, address, chips, saved_views
from tickets.reads.listing import COUNTED, TO_SEND, VIEWS, Cursor, Filters, Page, listed, one_page
from tickets.reads.people import sendable
from tickets.taking_out import EXPORT, FORMATS
from tickets.views.page import where_next

MOST_AT_ONCE = 100
RESULTS = "bulk_dispatch"


@dataclass(frozen=True)
class Row:
    """A ticket in the list."""

    case: Case
    state_word: str
    category: str
    clock: Due | None
    is_urgent: bool


def may_dispatch(user: User, project: Project) -> bool:
    """Say whether the list and the board offer to send people. Each ticket asks again."""
    return user.has_role(project.pk, Role.FRONTDESK, Role.SUPERVISOR, Role.GM, Role.HEAD)


def staff_project(request: HttpRequest) -> tuple[User, Project]:
    """Who asks for a page of the staff, and in which project. Residents have pages of their own."""
    user, project = user_of(request), project_of(request)
    if not user.is_office:
        raise Http404
    return user, project


@login_required
@require_GET
def tickets(request: HttpRequest) -> HttpResponse:
    """One page of the list."""
    user, project = staff_project(request)
    filters = read_filters(request.GET)
    raw = request.GET.get("after", "")
    page = one_page(filters, Cursor.read(raw) if raw else None, user=user, project=project, at=now())
    people = sendable(project)
    context = {
        "rows": [_row(case) for case in page.cases],
        "views": saved_views(filters),
        "chips": chips(filters, project=project, people=people, user=user),
        "people": people,
        "may_dispatch": may_dispatch(user, project),
        "exports": _exports(filters) if may_export(user, project) else [],
        "results": request.session.pop(RESULTS, None),
        **_around(filters, page, raw),
    }
    return render(request, "tickets/list.html", context)


def _row(case: Case) -> Row:
    category = case.ticket.category
    return Row(
        case=case,
        state_word=str(kind_of(case.kind).states[case.state]),
        category=category.name if category else "",
        clock=due_of(case, started_at=getattr(case, "clock_started_at", None)),
        is_urgent=case.urgency == Urgency.URGENT and case.phase != Phase.CLOSED,
    )


def _around(filters: Filters, page: Page, raw: str) -> dict[str, object]:
    """Everything of the page that is not a row: the count, the way on, the search, what an empty list says."""
    shown = at_most(page.count, COUNTED)
    kept = {name: value for name, value in filters.as_dict().items() if name != "q"}
    return {
        "count_words": ngettext("%(count)s ticket", "%(count)s tickets", page.count) % {"count": shown},
        "next_url": address(filters, after=page.next) if page.next else "",
        "first_url": address(filters) if raw else "",
        "asked": filters.q,
        "kept": list(kept.items()),
        "filtered": filters.narrowed,
        "clear_url": address(Filters(view=filters.view)),
        "view_label": VIEWS[filters.view],
        "empty_words": _("Nothing here: %(view)s. New tickets come from the front desk.")
        % {"view": VIEWS[filters.view]},
    }


def _exports(filters: Filters) -> list[Option]:
    labels = {"xlsx": _("Export as Excel"), "csv": _("Export as CSV")}
    return [
        Option(label=labels[kind], url=reverse("ticket_export", args=[kind]) + address(filters), active=False)
        for kind in ("xlsx", "csv")
    ]


@login_required
@require_POST
def bulk_dispatch(request: HttpRequest) -> HttpResponse:
    """Send one person to each ticked ticket; every row says what became of it, and one that fails stops no other."""
    user, project = staff_project(request)
    form = BulkForm(request.POST)
    picked = list(dict.fromkeys(request.POST.getlist("pick")))
    if not picked or len(picked) > MOST_AT_ONCE:
        raise Invalid(_("Tick between 1 and %(most)s tickets.") % {"most": MOST_AT_ONCE})
    if not form.is_valid():
        raise Invalid(_("Choose who goes."))
    found = {ticket.case.number: ticket for ticket in tickets_for(user, project).filter(case__number__in=picked)}
    key = request.POST.get("idempotency_key", "")
    sending = Sending(form.cleaned_data["technician"], user, key, batch=key[:64] or uuid4().hex)
    request.session[RESULTS] = [_send(number, found.get(number), _seen(request, number), sending) for number in picked]
    return redirect(where_next(request, reverse("tickets")))


@dataclass(frozen=True)
class Sending:
    """One press of the button: whom to send, who pressed, the key of the press, and the name of all that it sends."""

    technician: User
    by: User
    key: str
    batch: str


def _seen(request: HttpRequest, number: str) -> int | None:
    """The version of the ticket that the list was shown with."""
    return whole_number(request.POST.get(f"seen-{number}", ""), digits=9)


def _send(number: str, ticket: Ticket | None, seen: int | None, sending: Sending) -> dict[str, object]:
    """Send somebody to one ticket, once for each time the form was filled in, and say what became of it."""
    if ticket is None:
        return {"number": number, "url": "", "ok": False, "words": _("There is no such ticket.")}
    at = now()
    act = partial(_dispatch, ticket, seen, sending, at)
    try:
        if sending.key:
            body = {"technician": sending.technician.pk}
            # The number goes first: a long key is cut at its end.
            key, scope = f"{number}:{sending.key}"[:200], f"page {reverse('ticket_bulk_dispatch')}"
            sent = once(by=sending.by, scope=scope, key=key, body=body, at=at, act=act).data
        else:
            sent = act().data
    except DomainError as error:
        words = f"{error} {_missed(ticket)}" if isinstance(error, Stale) else str(error)
        return {"number": number, "url": reverse("ticket", args=[number]), "ok": False, "words": words}
    return {
        "number": number,
        "url": reverse("ticket", args=[number]),
        "ok": True,
        "words": _("sent %(who)s") % {"who": sent["technician"]},
    }


def _missed(ticket: Ticket) -> str:
    """What was done to a ticket since the list was shown, in words."""
    last = last_act(ticket.case)
    if last is None:
        return ""
    words = {"who": last.by, "what": sentence(last.kind, last.data), "moment": moment_words(last.at.isoformat())}
    return _("%(moment)s, %(who)s: “%(what)s”") % words


def _dispatch(ticket: Ticket, seen: int | None, sending: Sending, at: datetime) -> Answer:
    """Send somebody to a ticket that nobody was sent to, as it was shown: a list takes no work away from anybody."""
    case = ticket.case
    if case.state not in TO_SEND:
        words = {"state": kind_of(case.kind).states[case.state]}
        raise NotNow(
            _("It is “%(state)s”: the list sends only where nobody was sent yet. Open the ticket to give it on.")
            % words
        )
    expected = case.version if seen is None else seen
    sent = actions.dispatch(
        ticket=ticket, technician=sending.technician, batch=sending.batch, by=sending.by, at=at, expected=expected
    )
    return Answer(status=200, data={"technician": str(sent.job.technician)})


@login_required
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The filtered list as a file, phones masked; a long one once a second person has approved."""
    user, project = staff_project(request)
    if kind not in FORMATS or not may_export(user, project):
        raise Http404
    filters = read_filters(request.GET)
    at = now()
    rows = listed(filters, user=user, project=project, at=at)
    count = rows.order_by().count()
    check_size(count)
    if needs_second_person(project, count):
        asked = {"kind": kind, "filters": filters.as_dict()}
        back = reverse("tickets") + address(filters)
        return ask_first(request, project=project, export=EXPORT, asked=asked, rows=count, back=back, at=at)
    made = export_rows(rows, kind=kind, filters=filters.as_dict(), write=FORMATS[kind], by=user, project=project, at=at)
    return as_file(made)
