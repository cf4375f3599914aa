"""Common costs (分摊): typed off the supplier's bill, shared out before one's eyes, raised as bills, taken back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project, User
from billing.actions import cancelling, sharing
from billing.models import Bill, ChargeItem, SharedCost
from billing.permissions import can_bill, require_biller, require_money_reader
from billing.progress import OPEN, progress_of, see_again
from billing.queries.reading_pages import buildings_of
from billing.queries.run_pages import PER_PAGE, standing_of
from billing.queries.second import needs_two
from billing.queries.shares import bills_to_come, shares_of, typed_before
from billing.run_forms import CancelForm
from billing.sharing_forms import SharedCostForm
from billing.states import Book, RunState
from billing.views_meters import page_of
from cases.steps import Attempt, Tried, answer, take
from core.errors import Invalid
from records.approvals import waiting_about
from records.http import follow, now, project_of, user_of
from records.models import Approval

DUE_IN = timedelta(days=10)
DAY = timedelta(days=1)
VERBS = ("raise", "cancel")


@login_required
@require_GET
def shared_costs(request: HttpRequest) -> HttpResponse:
    """The common costs of the project, the newest first."""
    user, project = user_of(request), project_of(request)
    require_money_reader(user, project)
    page, here = page_of(request), reverse("shared_costs")
    found = SharedCost.objects.visible_to(user).filter(project=project).select_related("item", "building", "made_by")
    rows = list(found[(page - 1) * PER_PAGE : page * PER_PAGE + 1])
    context = {
        "rows": rows[:PER_PAGE],
        "may_bill": can_bill(user, project),
        "previous_url": f"{here}?page={page - 1}" if page > 1 else "",
        "next_url": f"{here}?page={page + 1}" if len(rows) > PER_PAGE else "",
    }
    return render(request, "billing/shared_costs.html", context)


def _items(user: User, project: Project) -> QuerySet[ChargeItem]:
    """Charges whose money is another's."""
    rows = ChargeItem.objects.visible_to(user)
    return rows.filter(project=project, account=Book.ON_BEHALF.value).order_by("name")


@login_required
@require_http_methods(["GET", "POST"])
def new_shared_cost(request: HttpRequest) -> HttpResponse:
    """Type a cost; its shares are worked out and shown before anything is billed."""
    user, project, at = user_of(request), project_of(request), now()
    require_biller(user, project)
    given: dict[str, Any] = {"items": _items(user, project), "buildings": buildings_of(project)}
    if request.method == "GET":
        today = at.astimezone(project.tz).date()
        last = today.replace(day=1) - DAY
        initial = {"start": last.replace(day=1), "end": last, "due_on": today + DUE_IN}
        return _form_page(request, SharedCostForm(initial=initial, **given), given)

    def act(project: Project, form: SharedCostForm | None) -> str:
        if form is None:
            raise Invalid(_("This form is broken. Open the page again."))
        made = sharing.share_out(project=project, cost=form.cost, by=user, at=at)
        return reverse("shared_cost", args=[made.pk])

    step = Attempt("new", find=lambda: project, form=lambda _project: SharedCostForm(request.POST, **given), act=act)
    return answer(request, take(request, step, at=at), lambda tried: _form_page(request, tried.form, given, 422))


def _form_page(
    request: HttpRequest, form: SharedCostForm | None, given: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {"form": form, "has_items": given["items"].exists()}
    return render(request, "billing/shared_cost_new.html", context, status=status)


def _cost(request: HttpRequest, pk: int) -> SharedCost:
    joined = ("project", "item", "building", "work__by", "made_by")
    return get_object_or_404(SharedCost.objects.visible_to(user_of(request)).select_related(*joined), pk=pk)


@login_required
@require_GET
def shared_cost(request: HttpRequest, pk: int) -> HttpResponse:
    """One cost: who bears how much, and what became of the bills."""
    found = _cost(request, pk)
    follow(request, found.project)
    return _show(request, found)


@login_required
@require_GET
def shared_cost_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the worker is; once it has ended the page is asked for again."""
    found = _cost(request, pk)
    if found.work is None or found.work.state not in OPEN:
        return see_again(reverse("shared_cost", args=[pk]))
    url = reverse("shared_cost_progress", args=[pk])
    return render(request, "parts/progress.html", {"work": progress_of(found.work, url=url)})


@login_required
@require_POST
def shared_cost_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Raise the bills, or take them back with the reason."""
    if verb not in VERBS:
        raise Http404
    at, found = now(), _cost(request, pk)
    follow(request, found.project)

    def act(found: SharedCost, form: CancelForm | None) -> str:
        by, reason = user_of(request), form.cleaned_data["reason"] if form else ""
        acts: dict[str, Callable[[], object]] = {
            "raise": lambda: sharing.raise_shares(cost=found, by=by, at=at),
            "cancel": lambda: cancelling.cancel_or_ask(sharing.CANCELLING, found, reason=reason, by=by, at=at),
        }
        if isinstance(acts[verb](), Approval):
            messages.success(request, _("Asked for approval. The bills are owed until a second person approves."))
        return reverse("shared_cost", args=[pk])

    def form_of(_found: SharedCost) -> CancelForm | None:
        return CancelForm(request.POST) if verb == "cancel" else None

    step = Attempt(verb, find=lambda: found, form=form_of, act=act)
    return answer(request, take(request, step, at=at), lambda tried: _show(request, _cost(request, pk), tried))


def _show(request: HttpRequest, found: SharedCost, tried: Tried[CancelForm] | None = None) -> HttpResponse:
    works = found.work is not None and found.work.state in OPEN
    may_bill = can_bill(user_of(request), found.project) and not works
    waits = waiting_about(found.project, cancelling.SHARES, str(found.pk))
    may_cancel = may_bill and waits is None and found.state != RunState.CANCELLED
    page, here = page_of(request), reverse("shared_cost", args=[found.pk])
    shares = list(shares_of(found)[(page - 1) * PER_PAGE : page * PER_PAGE + 1])
    context = {
        "cost": found,
        "shares": shares[:PER_PAGE],
        "count": found.shares.count(),
        "bills": bills_to_come(found),
        "standing": standing_of(Bill.objects.filter(share__cost=found)),
        "work": progress_of(found.work, url=reverse("shared_cost_progress", args=[found.pk]))
        if found.work is not None and works
        else None,
        "ended": found.work if found.work is not None and found.work.error else None,
        "before": typed_before(found) if found.state == RunState.PREVIEWED else None,
        "may_raise": may_bill and found.state == RunState.PREVIEWED,
        "waits": waits,
        "may_cancel": may_cancel,
        "cancel_needs_second": may_cancel and needs_two(sharing.bills_to_cancel(found), found.project, now()),
        "cancel_form": tried.form if tried and tried.form is not None else CancelForm(),
        "cancel_opened": bool(tried and tried.verb == "cancel"),
        "previous_url": f"{here}?page={page - 1}" if page > 1 else "",
        "next_url": f"{here}?page={page + 1}" if len(shares) > PER_PAGE else "",
    }
    return render(request, "billing/shared_cost.html", context, status=tried.status if tried else 200)
