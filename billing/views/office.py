"""The office's own costs: the list, a new one, one with its steps, its form and vouchers, a month of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project, User
from billing.actions import office
from billing.models import OfficeCost, OfficeFile
from billing.office_forms import CostForm, PayForm, ReimbursedForm, SharedForm, VoucherForm, WhyForm
from billing.permissions import (
    can_add_to_office_cost,
    can_ask_for_office_cost,
    can_pay_office_cost,
    can_read_office_costs,
    can_reverse_office_cost,
    require_office_asker,
    require_office_reader,
)
from billing.queries.office import (
    OfficeMonth,
    SoughtCosts,
    booked_of,
    claimants,
    limit_of,
    list_costs,
    office_month,
    paid_of,
    undone_of,
    waiting_reversal,
)
from billing.rules.statements import Asked
from billing.spans import day_of
from billing.states import OfficeKind, OfficeState, Spell
from billing.taking_out_office import EXPORT, export_office_month, print_office_cost
from billing.wording import share_words
from cases.steps import Attempt, Tried, answer, take
from core.errors import Invalid
from core.numbers import whole_number
from records import approvals
from records.exports import needs_second_person
from records.http import follow, now, project_of, user_of
from records.models import Approval
from records.serving import serve
from records.twice import Money
from records.views_exports import as_file, ask_first

LONGEST = 60
DAY = timedelta(days=1)
F = TypeVar("F", bound=forms.Form)


@login_required
@require_GET
def office_costs(request: HttpRequest) -> HttpResponse:
    """The costs of the project, newest first; who does not work with its money sees their own."""
    user, project = user_of(request), project_of(request)
    require_office_asker(user, project)
    state = request.GET.get("state", "")
    sought = SoughtCosts(
        q=request.GET.get("q", "").strip()[:LONGEST].replace("\x00", ""),
        state=state if state in OfficeState.values else "",
    )
    page = list_costs(project, user, sought, before=whole_number(request.GET.get("before", "")))
    here = {name: value for name, value in (("q", sought.q), ("state", sought.state)) if value}
    context = {
        "page": page,
        "sought": sought,
        "states": [(str(one), one.label, one == sought.state) for one in OfficeState],
        "reads_all": can_read_office_costs(user, project),
        "next_url": f"?{urlencode({**here, 'before': page.next})}" if page.next else "",
    }
    return render(request, "billing/office_costs.html", context)


# --- asking ----------------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def office_cost_new(request: HttpRequest) -> HttpResponse:
    """Ask for a share of a supplier's bill, or for a reimbursement: `?kind=` says which."""
    at, user, project = now(), user_of(request), project_of(request)
    require_office_asker(user, project)
    kind = OfficeKind.REIMBURSED if request.GET.get("kind") == OfficeKind.REIMBURSED else OfficeKind.SHARED
    if request.method == "GET":
        return _show_new(request, project, kind, at)
    step = Attempt(
        "ask",
        find=lambda: project,
        form=lambda project: _new_form(project, kind, request.POST, request.FILES),
        act=lambda project, form: _ask(request, project, kind, form, at),
        money=Money(),
    )
    return answer(request, take(request, step, at=at), lambda tried: _show_new(request, project, kind, at, tried))


def _new_form(project: Project, kind: OfficeKind, *typed: Any, **more: Any) -> CostForm:
    if kind == OfficeKind.SHARED:
        return SharedForm(*typed, **more)
    return ReimbursedForm(*typed, people=claimants(project), **more)


def _show_new(
    request: HttpRequest, project: Project, kind: OfficeKind, at: datetime, tried: Tried[CostForm] | None = None
) -> HttpResponse:
    last = at.astimezone(project.tz).date().replace(day=1) - DAY
    usual = {"start": last.replace(day=1), "end": last, "claimant": user_of(request).pk}
    context = {
        "form": tried.form if tried and tried.form is not None else _new_form(project, kind, initial=usual),
        "kinds": [(str(one), one.label, one == kind) for one in OfficeKind],
        "kind": str(kind),
        "limit": limit_of(project),
        "action": f"{reverse('office_cost_new')}?{urlencode({'kind': str(kind)})}",
    }
    return render(request, "billing/office_cost_new.html", context, status=tried.status if tried else 200)


def _ask(request: HttpRequest, project: Project, kind: OfficeKind, form: CostForm | None, at: datetime) -> str:
    form = _sent(form)
    made = office.ask_for_cost(
        project=project, cost=form.new(str(kind)), files=form.vouchers, by=user_of(request), at=at
    )
    messages.success(request, _("Asked for approval. Nothing is paid before a second person approves."))
    return reverse("office_cost", args=[made.number])


def _sent(form: F | None) -> F:
    if form is None:
        raise Invalid(_("This form is broken. Open the page again."))
    return form


# --- one of them -----------------------------------------------------------------------------------------------------
def _cost(request: HttpRequest, number: str) -> OfficeCost:
    """The cost. Raises `Http404` for one that cannot be seen."""
    rows = OfficeCost.objects.visible_to(user_of(request)).told()
    rows = rows.select_related("booking__by", "payment__by", "reversal__by", "reversal__asked_by")
    found = get_object_or_404(rows, number=number)
    follow(request, found.project)
    return found


@login_required
@require_GET
def office_cost(request: HttpRequest, number: str) -> HttpResponse:
    """A cost: what for, how it was reckoned, where it stands, and what may be done about it."""
    return _show(request, _cost(request, number))


@dataclass(frozen=True)
class Verb:
    """A step of a cost: its form, what it does, and what is said once it is done."""

    form: type[forms.Form]
    act: Callable[[OfficeCost, dict[str, Any], User, datetime], object]
    done: str | Promise


def _approve(cost: OfficeCost, given: dict[str, Any], by: User, at: datetime) -> None:
    approvals.approve(approval=cost.approval, by=by, at=at)


def _refuse(cost: OfficeCost, given: dict[str, Any], by: User, at: datetime) -> None:
    approvals.refuse(approval=cost.approval, reason=given["reason"], by=by, at=at)


def _withdraw(cost: OfficeCost, given: dict[str, Any], by: User, at: datetime) -> None:
    approvals.withdraw(approval=cost.approval, by=by, at=at)


def _pay(cost: OfficeCost, given: dict[str, Any], by: User, at: datetime) -> None:
    office.pay_cost(cost=cost, by=by, at=at, **given)


def _reverse(cost: OfficeCost, given: dict[str, Any], by: User, at: datetime) -> None:
    office.ask_to_reverse_cost(cost=cost, reason=given["reason"], by=by, at=at)


def _add(cost: OfficeCost, given: dict[str, Any], by: User, at: datetime) -> None:
    office.add_files(cost=cost, files=[given["file"]], by=by, at=at)


VERBS: dict[str, Verb] = {
    "approve": Verb(forms.Form, _approve, gettext_lazy("Approved, and booked: it is to be paid.")),
    "refuse": Verb(WhyForm, _refuse, gettext_lazy("Refused.")),
    "withdraw": Verb(forms.Form, _withdraw, gettext_lazy("Taken back.")),
    "pay": Verb(PayForm, _pay, gettext_lazy("Paid, and booked. Have the form signed.")),
    "reverse": Verb(WhyForm, _reverse, gettext_lazy("Asked. It is taken back once a second person approves.")),
    "add": Verb(VoucherForm, _add, gettext_lazy("Kept with the cost.")),
}


@login_required
@require_POST
def office_cost_do(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Take a step: approve, refuse, withdraw, pay, ask to take back, add a voucher."""
    if verb not in VERBS:
        raise Http404
    at, todo = now(), VERBS[verb]

    def act(cost: OfficeCost, form: forms.Form | None) -> str:
        todo.act(cost, _sent(form).cleaned_data, user_of(request), at)
        messages.success(request, str(todo.done))
        return reverse("office_cost", args=[number])

    step = Attempt(
        verb,
        find=lambda: _cost(request, number),
        form=lambda _cost: todo.form(request.POST, request.FILES, prefix=verb),
        act=act,
        money=Money() if verb == "pay" else None,
    )
    return answer(request, take(request, step, at=at), lambda tried: _show(request, _cost(request, number), tried))


def _show(request: HttpRequest, cost: OfficeCost, tried: Tried[forms.Form] | None = None) -> HttpResponse:
    user, waiting = user_of(request), waiting_reversal(cost, office.KIND_REVERSE)
    usual: dict[str, dict[str, Any]] = {"pay": {"received_by": cost.payee}}
    steps = {verb: todo.form(initial=usual.get(verb), prefix=verb) for verb, todo in VERBS.items()} | (
        {tried.verb: tried.form} if tried and tried.form is not None else {}
    )
    context = {
        "cost": cost,
        "sum": share_words(cost),
        "booked": booked_of(cost),
        "paid": paid_of(cost),
        "undone": undone_of(cost),
        "files": list(cost.files.select_related("file", "by")),
        "waiting": waiting,
        "above": cost.approval.kind == office.KIND_LARGE,
        "may": _may(user, cost, waiting),
        "steps": steps,
        "opened": tried.verb if tried else "",
        "asks_more": can_ask_for_office_cost(user, cost.project),
    }
    return render(request, "billing/office_cost.html", context, status=tried.status if tried else 200)


def _may(user: User, cost: OfficeCost, waiting: Approval | None) -> dict[str, bool]:
    """Which steps are offered: the same questions as the actions ask."""
    state = cost.state
    asked, approved, paid = (state == one for one in (OfficeState.ASKED, OfficeState.APPROVED, OfficeState.PAID))
    decides = asked and approvals.can_decide(user, cost.approval)
    return {
        "approve": decides and cost.claimant_id != user.pk,
        "refuse": decides,
        "withdraw": asked and cost.asked_by_id == user.pk,
        "pay": approved and waiting is None and can_pay_office_cost(user, cost),
        "reverse": (approved or paid) and waiting is None and can_reverse_office_cost(user, cost),
        "add": (asked or approved or paid) and can_add_to_office_cost(user, cost),
    }


@login_required
@require_POST
def office_cost_paper(request: HttpRequest, number: str) -> HttpResponse:
    """The form of a cost as it stands, to be signed and filed."""
    cost = _cost(request, number)
    url = request.build_absolute_uri(reverse("office_cost", args=[number]))
    return as_file(print_office_cost(cost, url=url, by=user_of(request), at=now()))


@login_required
@require_GET
def office_cost_file(request: HttpRequest, number: str, token: str) -> FileResponse:
    """A voucher, for who sees the cost."""
    rows = OfficeFile.objects.filter(cost=_cost(request, number)).select_related("file")
    return serve(get_object_or_404(rows, file__token=token).file, outside=True)


# --- a month ---------------------------------------------------------------------------------------------------------
def _month(request: HttpRequest, at: datetime) -> tuple[OfficeMonth, date]:
    """The month that the address names, this one without; and today."""
    user, project = user_of(request), project_of(request)
    require_office_reader(user, project)
    today = at.astimezone(project.tz).date()
    asked = Asked(Spell.MONTH, min(day_of(request, "on") or today, today))
    return office_month(project, user, asked), today


@login_required
@require_GET
def office_month_page(request: HttpRequest) -> HttpResponse:
    """What the office bore in a month, by supplier and colleague, and what was paid of it."""
    month, today = _month(request, now())
    context = {"month": month, "next": month.asked.after if month.asked.period.end < today else None}
    return render(request, "billing/office_month.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def office_month_export(request: HttpRequest) -> HttpResponse:
    """The month as a workbook; a long one once a second person has approved."""
    at = now()
    month, _today = _month(request, at)
    if needs_second_person(month.project, month.count):
        on = month.asked.on.isoformat()
        back = f"{reverse('office_month')}?{urlencode({'on': on})}"
        given = {"project": month.project, "export": EXPORT, "asked": {"on": on}, "rows": month.count}
        return ask_first(request, back=back, at=at, **given)  # type: ignore[arg-type]  # by their names
    return as_file(export_office_month(month, by=user_of(request), at=at))
