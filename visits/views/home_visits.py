"""Home visits: the list, one of them on a page that fits a hand, and its steps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from cases.meanwhile import missed
from cases.permissions import reads_all
from cases.steps import Attempt, Offer, Tried, answer, take
from cases.views import show_phone
from core.errors import NotAllowed, NotNow, Stale
from core.transitions import allowed
from records.http import follow, now, posted_version, project_of, user_of
from visits import actions
from visits.forms import CancelForm, PlanFields, ReportFields
from visits.models import HomeVisit
from visits.permissions import can_dial, can_list_visits, can_make
from visits.queries.home_visits import (
    PAGE,
    VIEWS,
    Filters,
    VisitPage,
    chips_of,
    listed,
    rows_of,
    visit_page_of,
    visitors_of,
)
from visits.states import VISIT_TRANSITIONS


@login_required
@require_GET
def visit_list(request: HttpRequest) -> HttpResponse:
    """Who goes where, the next day first."""
    user, project, at = user_of(request), project_of(request), now()
    if not can_list_visits(user, project.pk):
        raise Http404
    filters = Filters.asked(request.GET)
    rows = listed(filters, user=user, project=project, at=at)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page", "1"))
    here = filters.address()
    further = f"{here}{'&' if '?' in here else '?'}page="
    context = {
        "rows": rows_of(list(page.object_list)),
        "views": [(label, filters.address(view=name), name == filters.view) for name, label in VIEWS.items()],
        "chips": chips_of(filters, user=user, project=project, at=at),
        "filtered": filters.is_narrowed,
        "clear_url": filters.address(day="", who=""),
        "count": page.paginator.count,
        "next_url": f"{further}{page.next_page_number()}" if page.has_next() else "",
        "previous_url": f"{further}{page.previous_page_number()}" if page.has_previous() else "",
    }
    return render(request, "visits/home_visits.html", context)


# --- one of them -----------------------------------------------------------------------------------------------------
def _plan(form: Any) -> dict[str, Any]:
    return {"plan": actions.Plan(**form.cleaned_data)}


def _report(form: Any) -> dict[str, Any]:
    return {"report": form.reported()}


def _reason(form: Any) -> dict[str, Any]:
    return dict(form.cleaned_data)


@dataclass(frozen=True)
class VisitStep:
    """A verb on the page: its words, its form, its action and what that takes of the form, what is said afterwards."""

    verb: str
    label: str | Promise
    icon: str
    form: type[Form]
    act: Callable[..., object]
    given: Callable[[Any], dict[str, Any]]
    done: str | Promise


STEPS = {
    step.verb: step
    for step in (
        VisitStep("report", gettext_lazy("Report a visit"), "footprints", ReportFields, actions.report_visit, _report,
                  gettext_lazy("Written down.")),
        VisitStep("move", gettext_lazy("Another day or person"), "calendar-plus", PlanFields, actions.move_visit, _plan,
                  gettext_lazy("Moved.")),
        VisitStep("cancel", gettext_lazy("Cancel the visit"), "circle-slash", CancelForm, actions.cancel_visit, _reason,
                  gettext_lazy("Cancelled.")),
    )
}  # fmt: skip


def _visit(request: HttpRequest, number: str) -> HomeVisit:
    """The visit for a page of the staff; to others there is nothing here."""
    user = user_of(request)
    joined = ("case__project", "case__unit", "case__handler", "case__parent", "case__taken_by", "made_by")
    rows = HomeVisit.objects.visible_to(user).select_related(*joined)
    visit = get_object_or_404(rows, case__number=number)
    if not reads_all(user, visit.case):
        raise Http404
    return visit


@login_required
@require_GET
def visit_page(request: HttpRequest, number: str) -> HttpResponse:
    """Where to go and for what, on which day; how it went."""
    visit = _visit(request, number)
    follow(request, visit.case.project)
    return _show(request, visit)


def _show(request: HttpRequest, visit: HomeVisit, tried: Tried[Form] | None = None) -> HttpResponse:
    user = user_of(request)
    page = visit_page_of(visit, user)
    typed = tried.verb if tried is not None else ""
    fitting = [step for step in STEPS.values() if _offered(step, user, visit) or step.verb == typed]
    steps = [_offer(request, step, page, tried) for step in fitting]
    context = {
        "page": page,
        "steps": steps,
        "primary": steps[0] if steps else None,
        "page_url": reverse("home_visit", args=[visit.case.number]),
        "dial_url": reverse("home_visit_dial", args=[visit.case.number]) if can_dial(user, visit.case) else "",
        "may_list": can_list_visits(user, visit.case.project_id),
    }
    return render(request, "visits/home_visit.html", context, status=tried.status if tried else 200)


def _offered(step: VisitStep, user: User, visit: HomeVisit) -> bool:
    return allowed(VISIT_TRANSITIONS, step.verb, visit.case.state) and can_make(user, visit.case)


def _form(step: VisitStep, visit: HomeVisit, **bound: Any) -> Form:
    """The step's form; that of another day begins with what is planned now."""
    planned = {"on": visit.on.isoformat(), "half": visit.half, "visitor": str(visit.case.handler_id)}
    initial = planned if step.form is PlanFields else None
    form = step.form(auto_id=f"{step.verb}-%s", initial=initial, **bound)
    if isinstance(form, PlanFields) and visit.case.parent is not None:
        form.offer(visitors_of(visit.case.parent))
    return form


def _offer(request: HttpRequest, step: VisitStep, page: VisitPage, tried: Tried[Form] | None) -> Offer:
    mine = tried if tried is not None and tried.verb == step.verb else None
    form = mine.form if mine and mine.form is not None else _form(step, page.visit)
    late = mine is not None and isinstance(mine.error, Stale)
    stands = {"on": page.visit.on, "half": page.visit.half, "visitor": page.case.handler_id}
    now_there = stands if step.form is PlanFields else {}
    return Offer(
        step.verb,
        step.label,
        step.icon,
        url=reverse("home_visit_step", args=[page.case.number, step.verb]),
        form=form,
        opened=mine is not None,
        stale=missed(page.case, form=form, now=now_there, post=request.POST, events=page.events) if late else None,
    )


@login_required
@require_POST
def visit_step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Carry out one step."""
    at, step = now(), STEPS.get(verb)
    if step is None:
        raise Http404
    attempt = Attempt(
        verb,
        find=lambda: _visit(request, number),
        form=lambda visit: _form(step, visit, data=request.POST, files=request.FILES),
        act=lambda visit, form: _carry_out(request, visit, step, form, at),
    )
    return answer(request, take(request, attempt, at=at), lambda tried: _show(request, _visit(request, number), tried))


def _carry_out(request: HttpRequest, visit: HomeVisit, step: VisitStep, form: Form | None, at: datetime) -> str:
    step.act(visit=visit, **step.given(form), by=user_of(request), at=at, expected=posted_version(request))
    messages.success(request, f"{visit.case.number} {step.done}")
    return reverse("home_visit", args=[visit.case.number])


@login_required
@require_POST
def dial(request: HttpRequest, number: str) -> HttpResponse:
    """Dial the household; the visit's number is the reason."""
    visit, user = _visit(request, number), user_of(request)
    if not can_make(user, visit.case):
        raise NotAllowed(_("This visit is not yours to plan or to make."))
    if not can_dial(user, visit.case):
        raise NotNow(_("This visit is over."))
    return show_phone(request, visit.case, at=now(), reason=number, dial=True)
