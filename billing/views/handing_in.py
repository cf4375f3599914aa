"""Handing in (交款) what was collected at the door: whose, the count, and the record of it."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Project, User
from billing.actions.handing_in import hand_in
from billing.door_forms import HandInForm
from billing.models import HandIn
from billing.permissions import can_receive_door_cash
from billing.queries.doors import HandInPage, hand_in_page, handed_in, who_owes
from cases.steps import Attempt, Tried, answer, take
from core.errors import Invalid, NotAllowed
from core.numbers import whole_number
from records.http import follow, now, project_of, user_of
from records.twice import Money


@login_required
@require_http_methods(["GET", "POST"])
def door_hand_in(request: HttpRequest) -> HttpResponse:
    """What a collector has to hand in, and the count of it by somebody else."""
    at, user, project = now(), user_of(request), project_of(request)
    if not can_receive_door_cash(user, project):
        raise NotAllowed(_("Only cashiers and supervisors receive what was collected at the door."))
    owing = who_owes(project)
    others = [one for one in owing if one.pk != user.pk]
    raw = whole_number(request.POST.get("collector", "") or request.GET.get("collector", ""))
    collector = next((one for one in others if one.pk == raw), others[0] if others and raw is None else None)
    if request.method == "GET":
        return _show(request, project, owing, collector)
    step = Attempt(
        "hand_in",
        find=lambda: project,
        form=lambda _project: HandInForm(request.POST),
        act=lambda project, form: _receive(request, project, collector, form, at),
        money=Money(),
    )
    return answer(request, take(request, step, at=at), lambda tried: _show(request, project, owing, collector, tried))


def _receive(
    request: HttpRequest, project: Project, collector: User | None, form: HandInForm | None, at: datetime
) -> str:
    if form is None or collector is None:
        raise Invalid(_("This form is broken. Open the page again."))
    made = hand_in(
        project=project,
        collector=collector,
        visits=request.POST.getlist("visits"),
        papers=request.POST.getlist("papers"),
        by=user_of(request),
        at=at,
        **form.cleaned_data,
    )
    messages.success(request, _("Handed in. It is in your till now."))
    return reverse("door_handed_in", args=[made.number])


def _show(
    request: HttpRequest,
    project: Project,
    owing: list[User],
    collector: User | None,
    tried: Tried[HandInForm] | None = None,
) -> HttpResponse:
    page = hand_in_page(project, collector) if collector is not None else None
    context = {
        "owing": owing,
        "page": page,
        "form": tried.form if tried and tried.form is not None else _blank(page),
        "unticked": set() if tried is None else _unticked(request, [one.number for one in page.papers] if page else []),
    }
    # A difference without a word is found by the action, and is bad input like what the form finds.
    status = 200 if tried is None else 422 if isinstance(tried.error, Invalid) else tried.status
    return render(request, "billing/door_hand_in.html", context, status=status)


def _blank(page: HandInPage | None) -> HandInForm:
    """Where there are papers only, no cash is there to be counted."""
    return HandInForm(initial={"counted": page.recorded} if page is not None and not page.recorded else {})


def _unticked(request: HttpRequest, numbers: list[str]) -> set[str]:
    return set(numbers) - set(request.POST.getlist("papers"))


@login_required
@require_GET
def door_handed_in(request: HttpRequest, number: str) -> HttpResponse:
    """What was handed in: by whom, to whom, counted against recorded."""
    rows = HandIn.objects.visible_to(user_of(request)).select_related("project", "collector", "received_by")
    found = get_object_or_404(rows, number=number)
    follow(request, found.project)
    visits, papers = handed_in(found)
    return render(request, "billing/door_handed_in.html", {"hand_in": found, "visits": visits, "papers": papers})
