"""One complaint's page, and its steps: a refusal shows the page again with everything that was typed."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from cases.permissions import reads_all
from cases.states import Phase
from cases.views import reveal_phone
from complaints.models import Complaint
from complaints.queries import ComplaintPage, page_of
from complaints.views.steps import BY_VERB, STEPS, Step, form_of, next_of
from core.errors import DomainError
from records.http import follow, now, posted_version, redirect_once, user_of
from tickets.forms import StepForm
from visits.models import Callback
from visits.permissions import can_record


@dataclass(frozen=True)
class Offer:
    """A step as the template draws it."""

    verb: str
    label: str | Promise
    icon: str
    url: str = ""
    link: str = ""
    form: StepForm | None = None
    opened: bool = False


class _RefusedStep(Exception):
    """Ends a step inside its transaction, so that nothing of it stays, not even its key."""

    def __init__(self, form: StepForm | None, error: DomainError | None = None) -> None:
        super().__init__(str(error or ""))
        self.form, self.error = form, error


def staff_complaint(request: HttpRequest, number: str) -> Complaint:
    """The complaint for a page of the staff; residents have pages of their own, so to them there is nothing here."""
    user = user_of(request)
    joined = ("project", "unit", "department", "handler", "taken_by", "parent")
    rows = Complaint.objects.visible_to(user).select_related(
        *(f"case__{name}" for name in joined), "about_department", "about_person", "replier", "acknowledged_by"
    )
    found = get_object_or_404(rows, case__number=number)
    if not reads_all(user, found.case):
        raise Http404
    return found


@login_required
@require_GET
def complaint_page(request: HttpRequest, number: str) -> HttpResponse:
    """Everything about one complaint, and the one obvious next step."""
    complaint = staff_complaint(request, number)
    follow(request, complaint.case.project)
    return _show(request, complaint, at=now())


def _show(
    request: HttpRequest,
    complaint: Complaint,
    *,
    at: datetime,
    verb: str = "",
    form: StepForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = user_of(request)
    page = page_of(complaint, user)
    kinds = [step for step in STEPS if step.offered(user, page) or (step.verb == verb and form is not None)]
    offers = [_offer(step, page, form if step.verb == verb else None) for step in kinds]
    first = next_of(kinds, page)
    primary = next((one for one in offers if first is not None and one.verb == first.verb), None)
    context = {
        "page": page,
        "steps": offers,
        "primary": primary or _callback(user, page),
        "reveal_url": reverse("complaint_reveal", args=[page.case.number]),
        "seen_at": at.isoformat(),
    }
    return render(request, "complaints/complaint.html", context, status=status)


def _offer(step: Step, page: ComplaintPage, typed: StepForm | None) -> Offer:
    url = reverse("complaint_step", args=[page.case.number, step.verb])
    form = typed or form_of(step, page)
    return Offer(step.verb, step.label, step.icon, url=url, form=form, opened=typed is not None)


def _callback(user: User, page: ComplaintPage) -> Offer | None:
    """A closed complaint waits for its callback: that is then the next step, for whoever makes it."""
    owed = Callback.objects.visible_to(user).filter(case__parent=page.case).exclude(case__phase=Phase.CLOSED).first()
    if owed is None or not can_record(user, owed.case):
        return None
    return Offer("callback", _("Make the callback"), "phone", link=reverse("callback", args=[owed.case.number]))


@login_required
@require_POST
def complaint_step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Carry out one step."""
    at, step = now(), BY_VERB.get(verb)
    if step is None:
        raise Http404
    try:
        return redirect_once(request, at, lambda: _try_out(request, number, step, at))
    except _RefusedStep as refused:
        return _refuse(request, number, step, refused.form, refused.error, at)
    except DomainError as error:
        complaint = staff_complaint(request, number)
        form = form_of(step, page_of(complaint, user_of(request)), request.POST)
        return _refuse(request, number, step, form, error, at)


def _try_out(request: HttpRequest, number: str, step: Step, at: datetime) -> str:
    complaint = staff_complaint(request, number)
    user = user_of(request)
    form = form_of(step, page_of(complaint, user), request.POST)
    if form is not None and not form.is_valid():
        raise _RefusedStep(form)
    given = dict(form.cleaned_data) if form else {}
    try:
        step.act(complaint=complaint, **given, by=user, at=at, expected=posted_version(request))
    except DomainError as error:
        raise _RefusedStep(form, error) from error
    messages.success(request, f"{number} {step.done}")
    seen = Complaint.objects.visible_to(user).filter(pk=complaint.pk).exists()
    return reverse("complaint", args=[number]) if seen else reverse("complaints")


def _refuse(
    request: HttpRequest, number: str, step: Step, form: StepForm | None, error: DomainError | None, at: datetime
) -> HttpResponse:
    """The page again with what was typed, the refusal beside the fields that it names."""
    if error is not None and form is not None and form.is_valid():
        for name, problem in error.fields.items():
            if name in form.fields:
                form.add_error(name, str(problem))
        form.add_error(None, str(error))
    elif error is not None:
        messages.error(request, str(error))
    status = error.status if error else 422
    return _show(request, staff_complaint(request, number), at=at, verb=step.verb, form=form, status=status)


@login_required
@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show the contact's number to somebody who says why."""
    return reveal_phone(request, staff_complaint(request, number).case, at=now())
