"""Deposits: taken at the till, given back against a signature, kept or taken back once a second person has approved."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.actions.deposits import KEEP, ask_to_keep, return_deposit, take_deposit
from billing.actions.taking_back import MOVE, ask_to_reverse_move
from billing.deposit_forms import KeepForm, MoveBackForm, ReturnForm, TakeDepositForm
from billing.models import Deposit
from billing.permissions import (
    can_ask_to_take_back,
    can_move_deposit,
    can_read_household_money,
    can_take_payment,
    require_taker,
)
from billing.queries.deposits import deposit_page, list_deposits
from billing.queries.owed import liable_for
from billing.queries.till import name_of
from cases.steps import Attempt, Tried, answer, take
from core.errors import Invalid, NotAllowed
from core.numbers import whole_number
from estate.models import Unit
from records.http import follow, now, project_of, user_of
from records.twice import Money

LONGEST = 60


@login_required
@require_GET
def deposits(request: HttpRequest) -> HttpResponse:
    """The deposits of the project: those that are held, or all."""
    user, project = user_of(request), project_of(request)
    if not can_read_household_money(user, project):
        raise NotAllowed(_("Your role does not read deposits."))
    q = request.GET.get("q", "").strip()[:LONGEST].replace("\x00", "")
    settled = request.GET.get("show") == "all"
    before = whole_number(request.GET.get("before", ""))
    page = list_deposits(project, user, q=q, settled=settled, before=before)
    here = ({"q": q} if q else {}) | ({"show": "all"} if settled else {})
    context = {
        "page": page,
        "q": q,
        "settled": settled,
        "may_take": can_take_payment(user, project),
        "next_url": f"?{urlencode({**here, 'before': page.next})}" if page.next else "",
    }
    return render(request, "billing/deposits.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def deposit_new(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Take a deposit of a home, and go on to its receipt."""
    at, user = now(), user_of(request)
    unit = get_object_or_404(Unit.objects.visible_to(user).select_related("project"), project__code=code, number=number)
    require_taker(user, unit.project)
    follow(request, unit.project)
    if request.method == "GET":
        return _show_new(request, unit)

    def act(unit: Unit, form: TakeDepositForm | None) -> str:
        given = _typed(form)
        deposit = take_deposit(project=unit.project, unit=unit, by=user, at=at, **given)  # type: ignore[arg-type]
        return f"{reverse('receipt', args=[deposit.payment.receipt.number])}?taken=1"

    step = Attempt(
        "deposit", find=lambda: unit, form=lambda _unit: TakeDepositForm(request.POST), act=act, money=Money()
    )
    return answer(request, take(request, step, at=at), lambda tried: _show_new(request, unit, tried))


def _typed(form: forms.Form | None) -> dict[str, object]:
    if form is None:
        raise Invalid(_("This form is broken. Open the page again."))
    return dict(form.cleaned_data)


def _show_new(request: HttpRequest, unit: Unit, tried: Tried[TakeDepositForm] | None = None) -> HttpResponse:
    usual = {"payer": name_of(liable_for([unit.pk]).get(unit.pk)), "purpose": _("Renovation deposit")}
    form = tried.form if tried and tried.form is not None else TakeDepositForm(initial=usual)
    return render(
        request, "billing/deposit_new.html", {"unit": unit, "form": form}, status=tried.status if tried else 200
    )


def _find(request: HttpRequest, number: str) -> Deposit:
    """The deposit, for pages of the staff. Raises `Http404` for one that cannot be seen, `NotAllowed` for residents."""
    joined = ("project", "unit", "household", "payment__receipt", "payment__by")
    rows = Deposit.objects.visible_to(user_of(request)).select_related(*joined)
    found = get_object_or_404(rows, number=number)
    if not user_of(request).is_office:
        raise NotAllowed(_("This page is for the staff."))
    return found


@login_required
@require_GET
def deposit(request: HttpRequest, number: str) -> HttpResponse:
    """A deposit: for what, how much is held, and what became of the rest."""
    found = _find(request, number)
    follow(request, found.project)
    return _show(request, found)


def _show(request: HttpRequest, found: Deposit, tried: Tried[forms.Form] | None = None) -> HttpResponse:
    usual = {"amount": found.held, "received_by": found.payment.payer}
    typed = {tried.verb: tried.form} if tried and tried.form is not None else {}
    page = deposit_page(found, keep=KEEP, back=MOVE)
    may_take_back = can_ask_to_take_back(user_of(request), found.project) and page.back_waits is None
    context = {
        "page": page,
        "may_take_back": may_take_back and bool(page.standing),
        "back_form": typed.get("back") or MoveBackForm(moves=page.standing, prefix="back"),
        "may_move": can_move_deposit(user_of(request), found) and found.held > 0,
        "return_form": typed.get("return") or ReturnForm(initial=usual, prefix="return"),
        "keep_form": typed.get("keep") or KeepForm(initial=usual, prefix="keep"),
        "opened": tried.verb if tried else "",
    }
    return render(request, "billing/deposit.html", context, status=tried.status if tried else 200)


def _move(
    request: HttpRequest,
    number: str,
    verb: str,
    form: Callable[[Deposit], forms.Form],
    carry_out: Callable[[Deposit, dict[str, object], datetime], None],
) -> HttpResponse:
    at, found = now(), _find(request, number)

    def act(found: Deposit, typed: forms.Form | None) -> str:
        carry_out(found, _typed(typed), at)
        return reverse("deposit", args=[number])

    step = Attempt(verb, find=lambda: found, form=form, act=act, money=Money())
    return answer(request, take(request, step, at=at), lambda tried: _show(request, _find(request, number), tried))


@login_required
@require_POST
def deposit_return(request: HttpRequest, number: str) -> HttpResponse:
    """Give a deposit back, all or a part."""

    def carry_out(found: Deposit, given: dict[str, object], at: datetime) -> None:
        return_deposit(deposit=found, by=user_of(request), at=at, **given)  # type: ignore[arg-type]
        messages.success(request, _("Given back, and booked."))

    return _move(request, number, "return", lambda _found: ReturnForm(request.POST, prefix="return"), carry_out)


@login_required
@require_POST
def deposit_keep(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a second person to let a deposit be kept."""

    def carry_out(found: Deposit, given: dict[str, object], at: datetime) -> None:
        ask_to_keep(deposit=found, by=user_of(request), at=at, **given)  # type: ignore[arg-type]
        messages.success(request, _("Asked. It is kept once a second person approves."))

    return _move(request, number, "keep", lambda _found: KeepForm(request.POST, prefix="keep"), carry_out)


@login_required
@require_POST
def deposit_reverse(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a second person to take back what was given back or kept."""

    def form(found: Deposit) -> forms.Form:
        return MoveBackForm(request.POST, moves=deposit_page(found, keep=KEEP, back=MOVE).standing, prefix="back")

    def carry_out(found: Deposit, given: dict[str, object], at: datetime) -> None:
        ask_to_reverse_move(deposit=found, by=user_of(request), at=at, **given)  # type: ignore[arg-type]
        messages.success(request, _("Asked. It is held again once a second person approves."))

    return _move(request, number, "back", form, carry_out)
