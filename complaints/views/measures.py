"""Improvement measures: the list, planning one, one of them and its steps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project, User
from cases.meanwhile import missed
from cases.models import Case
from cases.permissions import reads_all
from cases.states import Phase
from cases.steps import Attempt, Offer, Tried, answer, put_errors, take
from complaints import actions
from complaints.filters import PAGE
from complaints.forms_measures import AnotherDayForm, FinishForm, MeasureForm
from complaints.measures import MEASURE_VIEWS, MeasurePage, is_by_due, measure_page_of, measures, rows_of
from complaints.models import Complaint, Measure
from complaints.permissions import can_finish, can_plan
from complaints.queries import departments_of, people_of
from complaints.states import MEASURE, MEASURE_TRANSITIONS
from core.errors import DomainError, Stale
from core.transitions import allowed
from records.http import follow, now, posted_version, project_of, redirect_once, user_of
from tickets.forms import ReasonForm, StepForm


@login_required
@require_GET
def measure_list(request: HttpRequest) -> HttpResponse:
    """What is to be done, the next due first."""
    user, project = user_of(request), project_of(request)
    if not user.is_office:
        raise Http404
    view = request.GET.get("view", "")
    view = view if view in MEASURE_VIEWS else "open"
    rows = measures(project=project, user=user, view=view, at=now())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page", "1"))
    here = f"{reverse('measures')}?view="
    context = {
        "rows": rows_of(list(page.object_list)),
        "views": [(label, f"{here}{name}", name == view) for name, label in MEASURE_VIEWS.items()],
        "by_due": is_by_due(view),
        "may_plan": can_plan(user, project.pk),
        "count": page.paginator.count,
        "next_url": f"{here}{view}&page={page.next_page_number()}" if page.has_next() else "",
        "previous_url": f"{here}{view}&page={page.previous_page_number()}" if page.has_previous() else "",
    }
    return render(request, "complaints/measures.html", context)


# --- a new one -------------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def new_measure(request: HttpRequest) -> HttpResponse:
    """Plan a measure; what is typed is kept where something does not fit."""
    user, project = user_of(request), project_of(request)
    if not can_plan(user, project.pk):
        raise Http404
    if request.method == "GET":
        asked = {name: request.GET.get(name, "")[:200] for name in ("topic", "complaints")}
        return _form_page(request, _form(user, project, initial=asked))
    form = _form(user, project, data=request.POST)
    if not form.is_valid():
        return _form_page(request, form)
    at = now()

    def act() -> str:
        new = actions.NewMeasure(project=project, **form.cleaned_data)
        number = actions.plan(new=new, by=user, at=at).case.number
        messages.success(request, _("%(number)s is planned; whoever does it knows.") % {"number": number})
        return reverse("measure", args=[number])

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        put_errors(form, error)
        return _form_page(request, form)


def _form(user: User, project: Project, **more: Any) -> MeasureForm:
    seen = Complaint.objects.visible_to(user).filter(case__project=project).select_related("case")
    return MeasureForm(departments=departments_of(project), people=people_of(project), seen=seen, **more)


def _form_page(request: HttpRequest, form: MeasureForm) -> HttpResponse:
    return render(request, "complaints/measure_new.html", {"form": form}, status=422 if form.errors else 200)


# --- one of them -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class MeasureStep:
    """A verb on the page: its words, who may, its form, its action, and what is said afterwards."""

    verb: str
    label: str | Promise
    icon: str
    may: Callable[[User, Case], bool]
    act: Callable[..., object]
    done: str | Promise
    form: type[StepForm]


def _plans(user: User, case: Case) -> bool:
    return can_plan(user, case.project_id)


STEPS = {
    step.verb: step
    for step in (
        MeasureStep("finish", gettext_lazy("Report as done"), "circle-check", can_finish, actions.finish,
                    gettext_lazy("Done."), FinishForm),
        MeasureStep("postpone", gettext_lazy("Put off"), "calendar-plus", _plans, actions.postpone,
                    gettext_lazy("Put off."), AnotherDayForm),
        MeasureStep("drop", gettext_lazy("Drop it"), "circle-x", _plans, actions.drop,
                    gettext_lazy("Dropped."), ReasonForm),
        MeasureStep("resume", gettext_lazy("Take up again"), "rotate-ccw", _plans, actions.resume,
                    gettext_lazy("Taken up again."), AnotherDayForm),
    )
}  # fmt: skip


def _measure(request: HttpRequest, number: str) -> Measure:
    user = user_of(request)
    joined = ("project", "department", "handler", "taken_by", "measure")
    rows = Case.objects.visible_to(user).filter(kind=MEASURE).select_related(*joined)
    case = get_object_or_404(rows, number=number)
    if not reads_all(user, case):
        raise Http404
    measure = case.measure
    measure.case = case
    return measure


@login_required
@require_GET
def measure_page(request: HttpRequest, number: str) -> HttpResponse:
    """What is to be done, by whom, until when, and what it was drawn from."""
    measure = _measure(request, number)
    follow(request, measure.case.project)
    return _show(request, measure)


def _show(request: HttpRequest, measure: Measure, tried: Tried[StepForm] | None = None) -> HttpResponse:
    user = user_of(request)
    page = measure_page_of(measure, user)
    typed = tried.verb if tried is not None else ""
    fitting = [step for step in STEPS.values() if _offered(step, user, page.case) or step.verb == typed]
    steps = [_offer(request, step, page, tried) for step in fitting]
    context = {
        "page": page,
        "steps": steps,
        # What is over asks for nothing; taking it up again stands in the menu.
        "primary": steps[0] if steps and page.case.phase != Phase.CLOSED else None,
        "page_url": reverse("measure", args=[page.case.number]),
    }
    return render(request, "complaints/measure.html", context, status=tried.status if tried else 200)


def _offered(step: MeasureStep, user: User, case: Case) -> bool:
    return allowed(MEASURE_TRANSITIONS, step.verb, case.state) and step.may(user, case)


def _offer(request: HttpRequest, step: MeasureStep, page: MeasurePage, tried: Tried[StepForm] | None) -> Offer:
    mine = tried if tried is not None and tried.verb == step.verb else None
    initial = {"due_on": page.measure.due_on.isoformat()} if step.form is AnotherDayForm else None
    form = mine.form if mine and mine.form is not None else step.form(auto_id=f"{step.verb}-%s", initial=initial)
    late = mine is not None and isinstance(mine.error, Stale)
    stands = {"due_on": page.measure.due_on} if "due_on" in form.fields else {}
    return Offer(
        step.verb,
        step.label,
        step.icon,
        url=reverse("measure_step", args=[page.case.number, step.verb]),
        form=form,
        opened=mine is not None,
        stale=missed(page.case, form=form, now=stands, post=request.POST, events=page.events) if late else None,
    )


@login_required
@require_POST
def measure_step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Carry out one step."""
    at, step = now(), STEPS.get(verb)
    if step is None:
        raise Http404
    attempt = Attempt(
        verb,
        find=lambda: _measure(request, number),
        form=lambda measure: step.form(request.POST, auto_id=f"{verb}-%s"),
        act=lambda measure, form: _carry_out(request, measure, step, form, at),
    )
    return answer(
        request, take(request, attempt, at=at), lambda tried: _show(request, _measure(request, number), tried)
    )


def _carry_out(request: HttpRequest, measure: Measure, step: MeasureStep, form: StepForm | None, at: datetime) -> str:
    given = dict(form.cleaned_data) if form else {}
    step.act(measure=measure, **given, by=user_of(request), at=at, expected=posted_version(request))
    messages.success(request, f"{measure.case.number} {step.done}")
    return reverse("measure", args=[measure.case.number])
