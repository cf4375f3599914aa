"""The till (收费台): find the home, take the money, hand out the receipt; and what a receipt's code leads to."""

from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.actions.paying import take_payment
from billing.actions.receipting import print_receipt
from billing.actions.reversing import reverse_receipt
from billing.forms import PayForm, ReverseForm
from billing.models import Bill, Receipt
from billing.permissions import can_print_receipt, can_reverse, can_take_payment, require_taker
from billing.queries.paper import deposit_of
from billing.queries.till import receipt_page, till_of
from cases.steps import Attempt, Tried, answer, take
from core.errors import Invalid, NotAllowed
from estate.models import Unit
from estate.queries import find_households
from records.http import follow, now, project_of, user_of
from records.papers import FONTS
from records.serving import serve

LONGEST = 100
SHOWN = 20


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
        return HttpResponseRedirect(_till_url(meant[0].unit))
    rows = [(hit, _till_url(hit.unit)) for hit in hits]
    return render(request, "billing/till.html", {"q": query, "rows": rows})


def _till_url(unit: Unit) -> str:
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
        form=lambda unit: PayForm(request.POST, bills=_ticked(request, unit)),
        act=lambda unit, form: _pay(request, unit, form, at),
    )
    return answer(request, take(request, step, at=at), lambda tried: _show_till(request, unit, at=at, tried=tried))


def _unit(request: HttpRequest, code: str, number: str) -> Unit:
    """The unit, for who takes money there. Raises `Http404` for one that cannot be seen."""
    user = user_of(request)
    rows = Unit.objects.visible_to(user).select_related("project")
    unit = get_object_or_404(rows, project__code=code, number=number)
    require_taker(user, unit.project)
    return unit


def _ticked(request: HttpRequest, unit: Unit) -> list[Bill]:
    """The bills whose boxes were ticked, as they stand now. Raises `Invalid` for one that is not the unit's."""
    numbers = {number[:30] for number in request.POST.getlist("bills")}
    bills = list(Bill.objects.visible_to(user_of(request)).filter(unit=unit, number__in=numbers))
    if len(bills) != len(numbers):
        raise Invalid(_("One of these bills is not this unit's."), fields={"bills": _("No such bill.")})
    return bills


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
    shown = till_of(unit, today=at.astimezone(unit.project.tz).date(), ticked=ticked)
    usual = {"received": shown.total or None, "payer": shown.payer, "keep_rest": not shown.rows}
    form = tried.form if tried and tried.form is not None else PayForm(bills=(), initial=usual)
    context = {"till": shown, "form": form}
    return render(request, "billing/till_unit.html", context, status=tried.status if tried else 200)


def _receipt(request: HttpRequest, number: str) -> Receipt:
    rows = Receipt.objects.visible_to(user_of(request))
    joined = ("payment__project", "payment__unit", "payment__by", "payment__deposit", "reversed_by")
    return get_object_or_404(rows.select_related(*joined), number=number)


def _staff_receipt(request: HttpRequest, number: str) -> Receipt:
    """The receipt for a page of the staff. Raises `NotAllowed` for residents, whose own pages show theirs."""
    receipt = _receipt(request, number)
    if not user_of(request).is_office:
        raise NotAllowed(_("This page is for the staff."))
    return receipt


@login_required
@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """A receipt: what was paid, its prints, and how it is taken back."""
    found = _staff_receipt(request, number)
    follow(request, found.payment.project)
    return _show_receipt(request, found)


def _show_receipt(request: HttpRequest, found: Receipt, tried: Tried[ReverseForm] | None = None) -> HttpResponse:
    user = user_of(request)
    context = {
        "page": receipt_page(found),
        "taken": "taken" in request.GET,
        "change": _change(request),
        "may_print": can_print_receipt(user, found),
        "may_reverse": can_reverse(user, found) and found.reversed_at is None and deposit_of(found.payment) is None,
        "may_take": can_take_payment(user, found.payment.project),
        "reverse_form": tried.form if tried and tried.form is not None else ReverseForm(),
        "reverse_opened": tried is not None,
        "till_url": _till_url(found.payment.unit),
    }
    return render(request, "billing/receipt.html", context, status=tried.status if tried else 200)


def _change(request: HttpRequest) -> Decimal | None:
    raw = request.GET.get("change", "")
    return Decimal(raw) if raw.replace(".", "", 1).isdecimal() and raw.isascii() and len(raw) <= 12 else None


@login_required
@require_POST
def receipt_print(request: HttpRequest, number: str) -> HttpResponse:
    """Print a receipt, and go to the paper."""
    found = _staff_receipt(request, number)
    url = request.build_absolute_uri(reverse("receipt_verify", args=[found.token]))
    done = print_receipt(receipt=found, url=url, fonts=FONTS, by=user_of(request), at=now())
    return HttpResponseRedirect(reverse("receipt_paper", args=[number, done.nth]))


@login_required
@require_GET
def receipt_paper(request: HttpRequest, number: str, nth: int) -> FileResponse:
    """A print as it was made, for whoever prints receipts."""
    found = _staff_receipt(request, number)
    if not can_print_receipt(user_of(request), found):
        raise NotAllowed(_("Only cashiers and supervisors print receipts."))
    return serve(get_object_or_404(found.prints.select_related("file"), nth=nth).file)


@login_required
@require_POST
def receipt_reverse(request: HttpRequest, number: str) -> HttpResponse:
    """Take a receipt back, with the reason."""
    at = now()
    found = _staff_receipt(request, number)

    def act(found: Receipt, form: ReverseForm | None) -> str:
        reason = form.cleaned_data["reason"] if form is not None else ""
        reverse_receipt(receipt=found, reason=reason, by=user_of(request), at=at)
        return reverse("receipt", args=[number])

    step = Attempt("reverse", find=lambda: found, form=lambda _found: ReverseForm(request.POST), act=act)
    return answer(request, take(request, step, at=at), lambda tried: _show_receipt(request, found, tried))


@require_GET
def receipt_verify(request: HttpRequest, token: str) -> HttpResponse:
    """What a receipt's code tells whoever scans it: that there is such a receipt, of how much, and whether it stands.

    No name, no room, no project: the paper has them, and whoever only has its code need not.
    """
    found = get_object_or_404(Receipt.objects.select_related("payment"), token=token)
    return render(request, "billing/receipt_verify.html", {"receipt": found})
