"""The till (收费台): find the home, take the money, go on to the receipt."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.actions.arrears.settling import is_collected
from billing.actions.crediting import use_credit
from billing.actions.paying import take_payment
from billing.forms import PayForm
from billing.models import Bill
from billing.permissions import can_ask_for_refund, require_taker
from billing.queries.till import till_of
from billing.views.plan import plan_context
from cases.steps import Attempt, Tried, answer, take
from core.errors import Invalid
from core.numbers import whole_number
from estate.models import Unit
from estate.queries import find_households
from records.http import follow, now, project_of, redirect_once, user_of
from records.twice import Money

LONGEST = 100
SHOWN = 20
# Once money is taken, the page ticks what is owed then, and by itself keeps the rest where nothing is.
ANEW = frozenset({"bills", "keep_rest"})


@login_required
@require_GET
def till(request: HttpRequest) -> HttpResponse:
    """Find the home that somebody pays for; the only one that is meant opens at once."""
    user, project = user_of(request), project_of(request)
    require_taker(user, project)
    query = request.GET.get("q", "").strip()[:LONGEST].replace("\x00", "")
    hits = find_households(query=query, user=user, projects=[project.pk], limit=SHOWN) if query else []
    meant = hits if len(hits) == 1 else [hit for hit in hits if hit.exact][:1]
    if meant:
        return HttpResponseRedirect(till_url(meant[0].unit))
    rows = [(hit, till_url(hit.unit)) for hit in hits]
    context = {"q": query, "rows": rows, **({} if query else plan_context(request, project))}
    return render(request, "billing/till.html", context)


def till_url(unit: Unit) -> str:
    """Where a home stands at the till."""
    return reverse("till_unit", args=[unit.project.code, unit.number])


@login_required
@require_http_methods(["GET", "POST"])
def till_unit(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """What a home owes, all of it ticked; take the money and go on to the receipt."""
    at = now()
    unit = _unit(request, code, number)
    follow(request, unit.project)
    if request.method == "GET":
        return _show_till(request, unit, at=at)
    step = Attempt(
        "pay",
        find=lambda: unit,
        form=lambda unit: _form(request, unit),
        act=lambda unit, form: _pay(request, unit, form, at),
        money=Money(but=ANEW),
    )
    return answer(request, take(request, step, at=at), lambda tried: _show_till(request, unit, at=at, tried=tried))


@login_required
@require_POST
def till_use_credit(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Settle what a household owes from what it paid in advance, and show what is left."""
    at, unit = now(), _unit(request, code, number)
    follow(request, unit.project)
    household = whole_number(request.POST.get("household", "")) or None

    def act() -> str:
        used = use_credit(unit=unit, household=household, by=user_of(request), at=at)
        messages.success(request, _("Settled ¥%(used)s from what was paid in advance.") % {"used": used})
        return f"{till_url(unit)}?{urlencode({'household': household or 0})}"

    return redirect_once(request, at, act, Money())


def _unit(request: HttpRequest, code: str, number: str) -> Unit:
    """The unit, for who takes money there. Raises `Http404` for one that cannot be seen."""
    user = user_of(request)
    rows = Unit.objects.visible_to(user).select_related("project")
    unit = get_object_or_404(rows, project__code=code, number=number)
    require_taker(user, unit.project)
    return unit


def _form(request: HttpRequest, unit: Unit) -> PayForm:
    """What was typed, with the bills whose boxes were ticked as they stand now."""
    numbers = {number[:30] for number in request.POST.getlist("bills")}
    rows = Bill.objects.visible_to(user_of(request)).filter(project=unit.project, number__in=numbers)
    bills = list(rows.annotate(is_collected=is_collected()))
    return PayForm(request.POST, bills=bills, missing=len(numbers) - len(bills))


def _pay(request: HttpRequest, unit: Unit, form: PayForm | None, at: datetime) -> str:
    if form is None:
        raise Invalid(_("This form is broken. Open the page again."))
    data = form.cleaned_data
    receipt = take_payment(
        project=unit.project,
        unit=unit,
        bills=form.bills,
        amount=form.amount,
        method=data["method"],
        reference=data["reference"],
        payer=data["payer"],
        by=user_of(request),
        at=at,
    )
    change = {"change": str(form.change)} if form.change else {}
    return f"{reverse('receipt', args=[receipt.number])}?{urlencode({'taken': 1, **change})}"


def _show_till(request: HttpRequest, unit: Unit, *, at: datetime, tried: Tried[PayForm] | None = None) -> HttpResponse:
    ticked = set(request.POST.getlist("bills")) if tried else None
    raw = request.POST.get("household", "") or request.GET.get("household", "")
    shown = till_of(unit, today=at.astimezone(unit.project.tz).date(), asked=whole_number(raw), ticked=ticked)
    usual = {"received": shown.total or None, "payer": shown.payer, "keep_rest": not shown.rows}
    form = tried.form if tried and tried.form is not None else PayForm(bills=(), initial=usual)
    may_refund = bool(shown.credit) and can_ask_for_refund(user_of(request), unit.project)
    context = {"till": shown, "form": form, "may_refund": may_refund, "till_url": till_url(unit)}
    return render(request, "billing/till_unit.html", context, status=tried.status if tried else 200)
