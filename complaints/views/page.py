"""One complaint's page, and its steps: a refusal shows the page again with everything that was typed."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from cases.meanwhile import missed
from cases.permissions import reads_all
from cases.states import Phase
from cases.steps import Attempt, Offer, Tried, answer, take
from cases.views import reveal_phone
from complaints.measures import measures_from
from complaints.models import Complaint
from complaints.permissions import can_add_photo, can_open_repair, can_plan, can_print
from complaints.queries import ComplaintPage, page_of, phrases_at_hand
from complaints.states import WHY, Rung
from complaints.views.steps import BY_VERB, STEPS, Step, form_of, next_of, now_in
from core.errors import Stale
from records.http import follow, now, posted_version, user_of
from records.stale import Missed
from sla.permissions import can_extend
from tickets.forms import StepForm
from visits.models import Callback
from visits.permissions import can_record


def staff_complaint(request: HttpRequest, number: str) -> Complaint:
    """The complaint for a page of the staff; residents have pages of their own, so to them there is nothing here."""
    user = user_of(request)
    joined = ("project", "unit", "department", "handler", "taken_by")
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
    request: HttpRequest, complaint: Complaint, *, at: datetime, tried: Tried[StepForm] | None = None
) -> HttpResponse:
    user = user_of(request)
    page = page_of(complaint, user)
    typed = tried.verb if tried is not None and tried.form is not None else ""
    kinds = [step for step in STEPS if step.offered(user, page) or step.verb == typed]
    missed_now = _missed(request, page, tried)
    phrases = phrases_at_hand()
    offers = [_offer(step, page, user, tried, missed_now, phrases.get(step.verb, ())) for step in kinds]
    first = next_of(kinds, page)
    primary = next((one for one in offers if first is not None and one.verb == first.verb), None)
    context = {
        "page": page,
        "steps": offers,
        "primary": primary or _callback(user, page),
        "reveal_url": reverse("complaint_reveal", args=[page.case.number]),
        "page_url": reverse("complaint", args=[page.case.number]),
        "measures": measures_from(complaint, user),
        "rungs": [(rung.value, rung.label, WHY[rung]) for rung in Rung],
        "may_plan": can_plan(user, page.case.project_id),
        "may_repair": page.takes_photos and can_open_repair(user, complaint),
        "may_print": can_print(user, complaint),
        "may_extend": can_extend(user, page.case),
        "may_photo": page.takes_photos and can_add_photo(user, complaint),
        "seen_at": at.isoformat(),
    }
    return render(request, "complaints/complaint.html", context, status=tried.status if tried else 200)


def _missed(request: HttpRequest, page: ComplaintPage, tried: Tried[StepForm] | None) -> Missed | None:
    """What was typed beside what the complaint says now, for a step that somebody else was ahead of."""
    if tried is None or not isinstance(tried.error, Stale):
        return None
    stands = now_in(tried.form, page) if tried.form is not None else {}
    return missed(page.case, form=tried.form, now=stands, post=request.POST, events=page.events)


def _offer(
    step: Step,
    page: ComplaintPage,
    user: User,
    tried: Tried[StepForm] | None,
    stale: Missed | None,
    phrases: Sequence[str],
) -> Offer:
    mine = tried is not None and tried.verb == step.verb
    form = tried.form if mine and tried is not None else form_of(step, page, user)
    return Offer(
        step.verb,
        step.label,
        step.icon,
        url=reverse("complaint_step", args=[page.case.number, step.verb]),
        form=form,
        opened=mine and form is not None,
        stale=stale if mine else None,
        phrases=phrases,
    )


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
    attempt = Attempt(
        verb,
        find=lambda: staff_complaint(request, number),
        form=lambda complaint: _form_sent(request, complaint, step),
        act=lambda complaint, form: _carry_out(request, complaint, step, form, at),
    )

    def again(tried: Tried[StepForm]) -> HttpResponse:
        return _show(request, staff_complaint(request, number), at=at, tried=tried)

    return answer(request, take(request, attempt, at=at), again)


def _form_sent(request: HttpRequest, complaint: Complaint, step: Step) -> StepForm | None:
    user = user_of(request)
    return form_of(step, page_of(complaint, user), user, request.POST)


def _carry_out(request: HttpRequest, complaint: Complaint, step: Step, form: StepForm | None, at: datetime) -> str:
    user, number = user_of(request), complaint.case.number
    given = dict(form.cleaned_data) if form else {}
    step.act(complaint=complaint, **given, by=user, at=at, expected=posted_version(request))
    messages.success(request, f"{number} {step.done}")
    seen = Complaint.objects.visible_to(user).filter(pk=complaint.pk).exists()
    return reverse("complaint", args=[number]) if seen else reverse("complaints")


@login_required
@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show the contact's number to somebody who says why."""
    return reveal_phone(request, staff_complaint(request, number).case, at=now())
