"""Billing runs (出账): chosen, worked out, looked at, raised, stopped, taken back."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project
from billing.actions import cancelling, running
from billing.models import BillingRun
from billing.permissions import can_bill, require_biller, require_money_reader
from billing.progress import OPEN, progress_of, see_again
from billing.queries.run_pages import PER_PAGE, items_to_bill, run_page, runs_of
from billing.queries.second import needs_two
from billing.run_forms import CancelForm, RunForm
from billing.states import RunState
from cases.steps import Attempt, Tried, answer, take
from core.errors import Invalid
from core.numbers import whole_number
from records.approvals import waiting_about
from records.http import follow, now, project_of, user_of
from records.models import Approval

DUE_IN = timedelta(days=10)
VERBS = ("raise", "again", "stop", "cancel")


@login_required
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """The runs of the project, the newest first."""
    user, project = user_of(request), project_of(request)
    require_money_reader(user, project)
    page = whole_number(request.GET.get("page", ""), digits=5) or 1
    start = (page - 1) * PER_PAGE
    rows = [run_row(run) for run in runs_of(user, project)[start : start + PER_PAGE + 1]]
    here = reverse("runs")
    context = {
        "rows": rows[:PER_PAGE],
        "may_bill": can_bill(user, project),
        "previous_url": f"{here}?page={page - 1}" if page > 1 else "",
        "next_url": f"{here}?page={page + 1}" if len(rows) > PER_PAGE else "",
    }
    return render(request, "billing/runs.html", context)


def run_row(run: BillingRun) -> dict[str, Any]:
    """A run in the list: its months, what it bills, where it stands."""
    from_work = run.work if run.work is not None and run.work.state in OPEN else None
    return {"run": run, "items": [item.name for item in run.items.all()], "work": from_work}


@login_required
@require_http_methods(["GET", "POST"])
def new_run(request: HttpRequest) -> HttpResponse:
    """Choose what is billed for which months; a worker works it out, so that it can be looked at first."""
    user, project, at = user_of(request), project_of(request), now()
    require_biller(user, project)
    items = items_to_bill(user, project)
    if request.method == "GET":
        initial = {**_usual(project, at), "items": [item.pk for item in items]}
        return _form_page(request, RunForm(items=items, initial=initial))

    def act(project: Project, form: RunForm | None) -> str:
        if form is None:
            raise Invalid(_("This form is broken. Open the page again."))
        run = running.prepare_run(project=project, by=user, at=at, **form.cleaned_data)
        return reverse("run", args=[run.pk])

    step = Attempt("new", find=lambda: project, form=lambda _project: RunForm(request.POST, items=items), act=act)
    return answer(request, take(request, step, at=at), lambda tried: _form_page(request, tried.form, tried.status))


def _usual(project: Project, at: datetime) -> dict[str, date]:
    today = at.astimezone(project.tz).date()
    month = today.replace(day=1)
    return {"start": month, "end": month, "due_on": today + DUE_IN}


def _form_page(request: HttpRequest, form: RunForm | None, status: int = 200) -> HttpResponse:
    return render(request, "billing/run_new.html", {"form": form}, status=422 if status == 400 else status)


def _run(request: HttpRequest, pk: int) -> BillingRun:
    rows = BillingRun.objects.visible_to(user_of(request)).select_related("project", "work__by", "made_by")
    return get_object_or_404(rows, pk=pk)


@login_required
@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: what it would raise and what not, and why; then what became of it."""
    found = _run(request, pk)
    follow(request, found.project)
    return _show(request, found)


@login_required
@require_GET
def run_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the worker is; once it has ended the page is asked for again."""
    found = _run(request, pk)
    if found.work is None or found.work.state not in OPEN:
        return see_again(reverse("run", args=[pk]))
    return render(request, "parts/progress.html", {"work": _progress(request, found)})


@login_required
@require_POST
def run_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Raise a run, reckon it again, stop its worker, or take it back with the reason."""
    if verb not in VERBS:
        raise Http404
    at, found = now(), _run(request, pk)
    follow(request, found.project)

    def act(found: BillingRun, form: CancelForm | None) -> str:
        by, reason = user_of(request), form.cleaned_data["reason"] if form else ""
        given: dict[str, Any] = {"run": found, "by": by, "at": at}
        acts: dict[str, Callable[[], object]] = {
            "raise": lambda: running.raise_run(**given),
            "again": lambda: running.reckon_again(**given),
            "stop": lambda: running.stop_run(**given),
            "cancel": lambda: cancelling.cancel_or_ask(running.CANCELLING, found, reason=reason, by=by, at=at),
        }
        if isinstance(acts[verb](), Approval):
            messages.success(request, _("Asked for approval. The bills are owed until a second person approves."))
        return reverse("run", args=[pk])

    def form_of(_found: BillingRun) -> CancelForm | None:
        return CancelForm(request.POST) if verb == "cancel" else None

    step = Attempt(verb, find=lambda: found, form=form_of, act=act)
    taken = take(request, step, at=at)
    return answer(request, taken, lambda tried: _show(request, _run(request, pk), tried))


def _show(request: HttpRequest, found: BillingRun, tried: Tried[CancelForm] | None = None) -> HttpResponse:
    page, may_bill = run_page(found), can_bill(user_of(request), found.project)
    waits = waiting_about(found.project, cancelling.RUN, str(found.pk))
    may_cancel = may_bill and waits is None and not page.works and found.state != RunState.CANCELLED
    context = {
        "page": page,
        "run": found,
        "work": _progress(request, found) if page.works else None,
        "ended": found.work if found.work is not None and found.work.error else None,
        "waits": waits,
        "may_raise": may_bill and waits is None and page.is_ready,
        "may_reckon": may_bill and not page.works and found.state in (RunState.DRAFT, RunState.PREVIEWED),
        "may_cancel": may_cancel,
        "cancel_needs_second": may_cancel and needs_two(running.bills_to_cancel(found), found.project, now()),
        "cancel_form": tried.form if tried and tried.form is not None else CancelForm(),
        "cancel_opened": bool(tried and tried.verb == "cancel"),
    }
    return render(request, "billing/run.html", context, status=tried.status if tried else 200)


def _progress(request: HttpRequest, found: BillingRun) -> dict[str, Any] | None:
    if found.work is None:
        return None
    may_stop = can_bill(user_of(request), found.project)
    stop = reverse("run_step", args=[found.pk, "stop"]) if may_stop else ""
    return progress_of(found.work, url=reverse("run_progress", args=[found.pk]), stop_url=stop)
