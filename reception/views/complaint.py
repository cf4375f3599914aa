"""Taking a complaint at the desk: from a contact in one step, keeping what was typed, or at once."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.models import Case
from cases.pictures import posted_photos
from cases.rules import LONGEST
from complaints.queries import deadlines_by_grade, guides, suggested_grade
from core.errors import DomainError
from reception import actions
from reception.complaint_form import ComplaintForm
from reception.models import Contact
from reception.views.common import ASKED_AS, at_the_desk, contact_named, given_by, show_problem
from records.drafts import drafts_of
from records.http import now, redirect_once
from records.masking import masked_phone


@login_required
@require_http_methods(["GET", "POST"])
def new_complaint(request: HttpRequest) -> HttpResponse:
    """Take a complaint; what is typed is kept where something does not fit."""
    user, project = at_the_desk(request)
    contact = contact_named(request.POST.get("contact") or request.GET.get("contact", ""), user, project)
    known = contact.case.contact_phone if contact else ""
    given: dict[str, Any] = {"project": project, "user": user, "known": known}
    if request.method == "GET":
        return _page(request, ComplaintForm(initial=_asked(request, contact), **given), contact)
    form = ComplaintForm(request.POST, **given)
    if not form.is_valid():
        return _page(request, form, contact)
    at = now()

    def act() -> str:
        complaint = actions.take_complaint(new=form.new(contact=contact), by=user, at=at, **posted_photos(request))
        number = complaint.case.number
        messages.success(request, _("Taken. Tell the caller this number: %(number)s.") % {"number": number})
        seen = Case.objects.visible_to(user).filter(number=number).exists()
        return reverse("complaint", args=[number]) if seen else reverse("desk")

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        show_problem(form, error)
        return _page(request, form, contact)


@login_required
@require_POST
def suggest_complaint(request: HttpRequest) -> HttpResponse:
    """The grade that the words typed so far suggest, and by which of them."""
    at_the_desk(request)
    words, harm = request.POST.get("description", "")[:LONGEST], bool(request.POST.get("harm_ongoing"))
    said = suggested_grade(words, harm_ongoing=harm) if words.strip() or harm else None
    name = next((guide.name for guide in guides() if said and guide.grade == said.grade), "")
    return render(request, "reception/grade_suggested.html", {"said": said, "name": name})


def _asked(request: HttpRequest, contact: Contact | None) -> dict[str, Any]:
    """What is known before the first key: of the contact, or of whoever calls."""
    if contact is None:
        names = {"unit": "unit", "name": "contact_name", "phone": "contact_phone", "said": "description"}
        return {field: request.GET.get(asked, "")[:2000] for asked, field in names.items()}
    case = contact.case
    return {
        "unit": case.unit.number if case.unit else "",
        "contact_name": case.contact_name,
        "contact_phone": masked_phone(case.contact_phone),
        "description": contact.said,
        "channel": case.channel,
    }


def _page(request: HttpRequest, form: ComplaintForm, contact: Contact | None) -> HttpResponse:
    user, project = at_the_desk(request)
    promised = deadlines_by_grade()
    begun = {"contact": contact.case.number} if contact else {}
    context = {
        "form": form,
        "contact": contact,
        "guides": [(guide, promised.get(guide.grade, [])) for guide in guides()],
        "page_url": f"{reverse('complaint_new')}{'?' if begun else ''}{urlencode(begun)}",
        "drafts": drafts_of(user, project, form="complaint") if request.method == "GET" else [],
        "given": given_by(request, ASKED_AS | {"said": "description"}),
        "now": now(),
    }
    return render(request, "reception/complaint_new.html", context, status=422 if form.errors else 200)
