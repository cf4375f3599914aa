"""Quick intake (快速登记): room and words, then the number; suggestions and likely doubles while typing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files import File
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Project, User
from cases.models import Case
from cases.pictures import posted_photos
from cases.states import Channel
from complaints.models import Complaint
from core.errors import DomainError
from estate.queries import match_unit
from reception import actions
from reception.intake import IntakeForm
from reception.models import Contact
from reception.queries.intake import Suggestion, Typed, is_same_room, suggestion, where_of
from reception.views.common import ASKED_AS, complaint_named, contact_named, given_by, show_problem, takes_repairs
from records.actions import store_image
from records.drafts import drafts_of
from records.http import now, redirect_once
from records.masking import masked_phone
from records.models import Draft
from records.uploads import answer_upload
from tickets.actions import NewTicket
from tickets.models import Ticket
from tickets.permissions import can_print
from tickets.queries import categories

FORM = "intake"
WHO = ("unit", "contact_name", "contact_phone")


@login_required
@require_http_methods(["GET", "POST"])
def intake(request: HttpRequest) -> HttpResponse:
    """Take a matter; what is typed is kept where something does not fit."""
    user, project = takes_repairs(request)
    if request.method == "GET":
        begun = _begun(request, user, project)
        origin = _origin(request.GET, begun, user, project)
        form = _form(user, project, origin, initial=_asked(request, origin, begun))
        return _page(request, form, origin, draft_key=request.GET["draft"] if begun else "")
    origin = _origin(request.POST, request.GET, user, project)
    form = _form(user, project, origin, data=request.POST)
    if "join" in request.POST:
        return _join(request, form, origin)
    if not form.is_valid():
        return _page(request, form, origin)
    at = now()

    def act() -> str:
        ticket = actions.take_ticket(new=origin.new(form), by=user, at=at, **posted_photos(request))
        if origin.complaint is not None:
            return _back_to(request, origin.complaint, ticket)
        printed = {"print": "1"} if request.POST.get("then") == "print" else {}
        return f"{reverse('intake')}?{urlencode({'done': ticket.case.number, **printed})}"

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        show_problem(form, error)
        return _page(request, form, origin)


@dataclass(frozen=True)
class Origin:
    """What the matter comes out of: a contact that becomes a ticket, a complaint that needs a repair, or nothing."""

    contact: Contact | None = None
    complaint: Complaint | None = None

    @property
    def case(self) -> Case | None:
        """The case of either."""
        if self.contact is not None:
            return self.contact.case
        return self.complaint.case if self.complaint else None

    @property
    def known(self) -> str:
        """The phone that is on record already."""
        return self.case.contact_phone if self.case else ""

    @property
    def said(self) -> str:
        """The words that come along. What a complaint about a colleague says stays where only those above read it."""
        if self.contact is not None:
            return self.contact.said
        return self.complaint.description if self.complaint and not self.complaint.case.reserved_for else ""

    def new(self, form: IntakeForm) -> NewTicket:
        """The ticket, from a valid form. One opened for a complaint is ours: nobody called for it."""
        if self.complaint is not None:
            return replace(form.new(parent=self.complaint.case), channel=Channel.STAFF)
        return form.new(contact=self.contact.case if self.contact else None)


def _origin(named: Mapping[str, str], else_named: Mapping[str, str], user: User, project: Project) -> Origin:
    def number(name: str) -> str:
        return str(named.get(name) or else_named.get(name, ""))

    return Origin(
        contact=contact_named(number("contact"), user, project),
        complaint=complaint_named(number("complaint"), user, project),
    )


def _back_to(request: HttpRequest, complaint: Complaint, ticket: Ticket) -> str:
    number = ticket.case.number
    messages.success(request, _("Repair %(number)s was opened for this complaint.") % {"number": number})
    return reverse("complaint", args=[complaint.case.number])


def _begun(request: HttpRequest, user: User, project: Project) -> dict[str, str]:
    """What was typed into the form that the address asks to go on with."""
    key = request.GET.get("draft", "")[:40]
    draft = Draft.objects.visible_to(user).filter(project=project, form=FORM, key=key).first() if key else None
    return draft.values if draft else {}


def _form(user: User, project: Project, origin: Origin, **more: Any) -> IntakeForm:
    return IntakeForm(project=project, user=user, known=origin.known, at=now(), categories=list(categories()), **more)


def _asked(request: HttpRequest, origin: Origin, begun: dict[str, str]) -> dict[str, Any]:
    """What is known before the first key: of what it comes out of, or of whoever calls; or of a draft asked for."""
    case = origin.case
    if case is not None:
        return {
            "unit": case.unit.number if case.unit else "",
            "contact_name": case.contact_name,
            "contact_phone": masked_phone(case.contact_phone),
            "description": origin.said,
            "place": "" if case.unit else case.place,
            "building": case.building_id or "",
            "channel": case.channel,
        } | begun
    get = request.GET.get
    caller = {
        "unit": get("unit", "")[:60],
        "contact_name": get("name", "")[:100],
        "contact_phone": get("phone", "")[:20],
        "description": get("said", "")[:2000],
        "channel": get("channel") if get("channel") in Channel.values else "",
    }
    # What the caller's own address says always wins over what was typed before.
    return {"channel": Channel.PHONE} | begun | {k: v for k, v in caller.items() if v}


def _page(
    request: HttpRequest, form: IntakeForm, origin: Origin, draft_key: str = "", asked: Ticket | None = None
) -> HttpResponse:
    """The form; `asked` is the open ticket of another place that the caller is to join: is it the same fault?"""
    user, project = takes_repairs(request)
    done = request.GET.get("done", "")[:30] if request.method == "GET" else ""
    ticket = (
        Ticket.objects.visible_to(user).select_related("case__unit").filter(case__number=done).first() if done else None
    )
    shown = {
        "form": form,
        "contact": origin.contact,
        "complaint": origin.complaint,
        "photo_url": reverse("intake_photo") + _naming(origin.complaint),
        "asked": asked,
        "asked_where": where_of(asked) if asked is not None else "",
        "done": ticket,
        "may_print": ticket is not None and can_print(user, ticket.case, ticket.jobs.all()),
        "print_now": ticket is not None and request.GET.get("print") == "1",
        "said": _suggestion(form, origin, user, project),
        "draft_key": draft_key,
        "drafts": drafts_of(user, project, form=FORM) if request.method == "GET" else [],
        "given": given_by(request, ASKED_AS | {"said": "description"}),
        "now": now(),
    }
    return render(request, "reception/intake.html", shown, status=422 if form.errors and asked is None else 200)


def _naming(complaint: Complaint | None) -> str:
    """What an address says of the complaint that a repair is opened for: who may depends on it."""
    return f"?complaint={complaint.case.number}" if complaint is not None else ""


def _suggestion(form: IntakeForm, origin: Origin, user: User, project: Project) -> Suggestion:
    def value(name: str) -> str:
        return str(form[name].value() or "")

    unit = match_unit(number=value("unit")[:60], project_id=project.pk, user=user) if value("unit").strip() else None
    typed = Typed(
        text=value("description")[:5000],
        unit=unit,
        place=value("place"),
        building=form.houses.get(value("building")),
        category=form.sorts.get(value("category")) if value("category_chosen") else None,
        urgent=bool(form["urgent"].value()) if value("urgent_chosen") else None,
        said_at=origin.contact.case.opened_at if origin.contact else None,
    )
    return suggestion(typed, categories=list(form.sorts.values()), user=user, project=project, at=form.at)


@login_required
@require_POST
def suggest(request: HttpRequest) -> HttpResponse:
    """What the words typed so far suggest."""
    user, project = takes_repairs(request)
    form = IntakeForm(request.POST, project=project, user=user, at=now(), categories=list(categories()))
    said = _suggestion(form, _origin(request.POST, {}, user, project), user, project)
    return render(request, "reception/suggestion.html", {"form": form, "said": said, "now": form.at})


def _join(request: HttpRequest, form: IntakeForm, origin: Origin) -> HttpResponse:
    """The caller stands on the open ticket instead of a second one, and hears its number."""
    user, project = takes_repairs(request)
    rows = Ticket.objects.visible_to(user).filter(case__project=project).select_related("case__project", "case__unit")
    ticket = get_object_or_404(rows, case__number=request.POST["join"][:30])
    form.is_valid()
    wrong = {name for name in WHO if name in form.errors and form[name].value()}
    if wrong:
        return _page(request, form, origin)
    unit = form.cleaned_data.get("unit")
    if not is_same_room(ticket, unit) and request.POST.get("join_asked") != ticket.case.number:
        return _page(request, form, origin, asked=ticket)
    at = now()
    try:
        return redirect_once(request, at, lambda: _joined(request, form, origin, ticket, at))
    except DomainError as error:
        show_problem(form, error)
        return _page(request, form, origin)


def _joined(request: HttpRequest, form: IntakeForm, origin: Origin, ticket: Ticket, at: datetime) -> str:
    """Join, and say where to go on."""
    user, number = takes_repairs(request)[0], ticket.case.number
    if origin.complaint is not None:
        actions.join_complaint(complaint=origin.complaint, ticket=ticket, by=user, at=at)
        messages.success(request, _("This complaint now hears of %(number)s.") % {"number": number})
        return reverse("complaint", args=[origin.complaint.case.number])
    data = form.cleaned_data
    actions.join_ticket(
        ticket=ticket,
        caller=actions.Caller(
            name=data.get("contact_name", ""), phone=data.get("contact_phone", ""), unit=data.get("unit")
        ),
        said=str(form["description"].value() or ""),
        channel=data.get("channel") or Channel.PHONE,
        contact=origin.contact,
        by=user,
        at=at,
    )
    messages.success(request, _("Joined. Tell the caller this number: %(number)s.") % {"number": number})
    return f"{reverse('intake')}?{urlencode({'done': number})}"


# --- what the page sends while somebody types ------------------------------------------------------------------------
@login_required
@require_POST
def photo(request: HttpRequest) -> JsonResponse:
    """Keep a picture before the ticket or complaint has a number."""
    user, project = takes_repairs(request)
    at = now()

    def keep(upload: "File[bytes]", _kind: str) -> dict[str, Any]:
        return {"id": store_image(upload=upload, project=project, by=user, at=at).token}

    return answer_upload(request, at=at, keep=keep)
