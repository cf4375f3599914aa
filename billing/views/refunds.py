"""Refunds of what was paid in advance: asking for one, the list, the page of one with its voucher, taking one back."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.actions import refunding, taking_back
from billing.forms import AskRefundForm, ReverseForm
from billing.models import Refund, RefundPaper
from billing.permissions import (
    can_ask_for_refund,
    can_ask_to_take_back,
    can_print_refund,
    can_read_money,
    can_take_payment,
)
from billing.queries.owed import credit_of, owner_of
from billing.queries.second import refunds_page, waiting_of_kind
from billing.queries.till import payer_of
from billing.views.till import till_url
from cases.steps import Attempt, Tried, answer, take
from core.errors import Invalid, NotAllowed
from core.numbers import whole_number
from estate.models import Household, Unit
from records.approvals import waiting_about, words_of
from records.http import follow, now, project_of, user_of
from records.papers import FONTS
from records.serving import serve
from records.twice import Money

JOINED = ("project", "unit", "asked_by", "by", "paper", "entry__reversal__asked_by", "entry__reversal__by")


@login_required
@require_GET
def refunds(request: HttpRequest) -> HttpResponse:
    """The project's refunds, newest first, and those that wait for a second person."""
    user, project = user_of(request), project_of(request)
    if not can_read_money(user, project):
        raise NotAllowed(_("This page is for those who work with the project's money."))
    rows, older = refunds_page(user, project, before=whole_number(request.GET.get("before", "")))
    waiting = [(words_of(one), one) for one in waiting_of_kind(user, project, refunding.KIND)]
    context = {"rows": rows, "waiting": waiting, "older": f"?{urlencode({'before': older})}" if older else ""}
    return render(request, "billing/refunds.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def refund_new(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Ask a second person to give back what a home paid in advance."""
    at, unit = now(), _unit(request, code, number)
    follow(request, unit.project)
    if request.method == "GET":
        return _show_new(request, unit)
    step = Attempt(
        "refund",
        find=lambda: unit,
        form=lambda _unit: AskRefundForm(request.POST),
        act=lambda unit, form: _ask(request, unit, form, at),
        money=Money(),
    )
    return answer(request, take(request, step, at=at), lambda tried: _show_new(request, unit, tried))


def _unit(request: HttpRequest, code: str, number: str) -> Unit:
    """The unit, for who asks for refunds there. Raises `Http404` for one that cannot be seen."""
    user = user_of(request)
    rows = Unit.objects.visible_to(user).select_related("project")
    unit = get_object_or_404(rows, project__code=code, number=number)
    if not can_ask_for_refund(user, unit.project):
        raise NotAllowed(_("Only cashiers and supervisors ask for a refund."))
    return unit


def _show_new(request: HttpRequest, unit: Unit, tried: Tried[AskRefundForm] | None = None) -> HttpResponse:
    household = _household(request, unit)
    credit = credit_of(unit, household.pk if household else None)
    usual = {"amount": credit or None, "payee": payer_of(household) if household else ""}
    context = {
        "unit": unit,
        "credit": credit,
        "household": household.pk if household else 0,
        "waits": waiting_about(unit.project, refunding.KIND, unit.number),
        "form": tried.form if tried and tried.form is not None else AskRefundForm(initial=usual),
        "till_url": till_url(unit) if can_take_payment(user_of(request), unit.project) else "",
    }
    return render(request, "billing/refund_new.html", context, status=tried.status if tried else 200)


def _household(request: HttpRequest, unit: Unit) -> Household | None:
    """The household of the unit that the address or the form names, without one the owner's."""
    raw = whole_number(request.POST.get("household", "") or request.GET.get("household", ""))
    key = owner_of(unit) if raw is None else raw
    return Household.objects.filter(unit=unit, pk=key).first() if key else None


def _ask(request: HttpRequest, unit: Unit, form: AskRefundForm | None, at: datetime) -> str:
    if form is None:
        raise Invalid(_("This form is broken. Open the page again."))
    data = form.cleaned_data
    household = _household(request, unit)
    refunding.ask_for_refund(
        unit=unit,
        household=household.pk if household else None,
        amount=data["amount"],
        method=data["method"],
        payee=data["payee"],
        reason=data["reason"],
        by=user_of(request),
        at=at,
    )
    messages.success(request, _("Asked for approval. Hand no money out until a second person approves."))
    return reverse("refunds")


def _staff_refund(request: HttpRequest, number: str) -> Refund:
    """The refund for a page of the staff. Raises `NotAllowed` for residents."""
    user = user_of(request)
    rows = Refund.objects.visible_to(user).select_related(*JOINED)
    found = get_object_or_404(rows, number=number)
    if not user.is_office:
        raise NotAllowed(_("This page is for the staff."))
    return found


@login_required
@require_GET
def refund(request: HttpRequest, number: str) -> HttpResponse:
    """A refund: how much, to whom, which two people, and its voucher."""
    found = _staff_refund(request, number)
    follow(request, found.project)
    return _show(request, found)


def _show(request: HttpRequest, found: Refund, tried: Tried[ReverseForm] | None = None) -> HttpResponse:
    user = user_of(request)
    waits = None if found.reversal else waiting_about(found.project, taking_back.REFUND, found.number)
    context = {
        "refund": found,
        "waits": waits,
        "may_take_back": can_ask_to_take_back(user, found.project) and not waits and found.reversal is None,
        "back_form": tried.form if tried and tried.form is not None else ReverseForm(),
        "back_opened": tried is not None,
        "paper": getattr(found, "paper", None),
        "may_print": can_print_refund(user, found.project),
        "may_make": not found.reversal or hasattr(found, "paper"),
        "till_url": till_url(found.unit) if can_take_payment(user, found.project) else "",
    }
    return render(request, "billing/refund.html", context, status=tried.status if tried else 200)


@login_required
@require_POST
def refund_reverse(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a second person to take a refund back, with the reason."""
    at, found = now(), _staff_refund(request, number)

    def act(found: Refund, form: ReverseForm | None) -> str:
        if form is None:
            raise Invalid(_("This form is broken. Open the page again."))
        reason = form.cleaned_data["reason"]
        taking_back.ask_to_reverse_refund(refund=found, reason=reason, by=user_of(request), at=at)
        messages.success(request, _("Asked for approval. The refund stands until a second person approves."))
        return reverse("refund", args=[number])

    step = Attempt("back", find=lambda: found, form=lambda _found: ReverseForm(request.POST), act=act, money=Money())
    return answer(request, take(request, step, at=at), lambda tried: _show(request, found, tried))


@login_required
@require_POST
def refund_print(request: HttpRequest, number: str) -> HttpResponse:
    """Make the voucher unless it is made, and go to the paper."""
    found = _staff_refund(request, number)
    url = request.build_absolute_uri(reverse("refund", args=[number]))
    refunding.print_refund(refund=found, url=url, fonts=FONTS, by=user_of(request), at=now())
    return HttpResponseRedirect(reverse("refund_paper", args=[number]))


@login_required
@require_GET
def refund_paper(request: HttpRequest, number: str) -> FileResponse:
    """The voucher as it was made, for whoever hands money out."""
    found = _staff_refund(request, number)
    if not can_print_refund(user_of(request), found.project):
        raise NotAllowed(_("Only cashiers and supervisors print the voucher of a refund."))
    return serve(get_object_or_404(RefundPaper.objects.select_related("file"), refund=found).file)
