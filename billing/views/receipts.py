"""A receipt: what was paid, its prints, how it is taken back; and what its code leads to."""

from datetime import datetime
from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from billing.actions import reversing
from billing.actions.online_refunds import ask_again
from billing.actions.receipting import print_receipt
from billing.forms import ReverseForm
from billing.models import PreparedReceipt, Receipt
from billing.permissions import (
    can_ask_provider_again,
    can_print_receipt,
    can_register_invoice,
    can_reverse,
    can_take_payment,
)
from billing.queries.invoices import invoices_of, owes_red
from billing.queries.paper import deposit_of
from billing.queries.till import receipt_page
from billing.views.till import till_url
from cases.steps import Attempt, Tried, answer, take
from core.errors import NotAllowed
from records.approvals import waiting_about
from records.http import follow, now, user_of
from records.models import Approval
from records.papers import FONTS
from records.serving import serve
from records.twice import Money


def _receipt(request: HttpRequest, number: str) -> Receipt:
    rows = Receipt.objects.visible_to(user_of(request))
    joined = (
        "payment__project",
        "payment__unit",
        "payment__by",
        "payment__deposit",
        "payment__door_visit",
        "reversed_by",
    )
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
    return _show_receipt(request, found, at=now())


def _show_receipt(
    request: HttpRequest, found: Receipt, *, at: datetime, tried: Tried[ReverseForm] | None = None
) -> HttpResponse:
    user = user_of(request)
    day_over = found.reversed_at is None and reversing.needs_second_person(found, at)
    waits = waiting_about(found.payment.project, reversing.KIND, found.number) if day_over else None
    invoices, deposit = invoices_of(found), deposit_of(found.payment)
    context = {
        "page": receipt_page(found),
        "invoices": invoices,
        "owes_red": owes_red(found, invoices),
        "may_invoice": can_register_invoice(user, found.payment.project)
        and found.reversed_at is None
        and deposit is None,
        "taken": "taken" in request.GET,
        "change": _change(request),
        "may_print": can_print_receipt(user, found),
        "may_reverse": can_reverse(user, found)
        and found.reversed_at is None
        and waits is None
        and (deposit is None or deposit.held == deposit.amount),
        "day_over": day_over,
        "waits": waits,
        "may_take": can_take_payment(user, found.payment.project),
        "reverse_form": tried.form if tried and tried.form is not None else ReverseForm(),
        "reverse_opened": tried is not None and tried.verb == "reverse",
        "may_ask_again": can_ask_provider_again(user, found),
        "till_url": till_url(found.payment.unit),
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
    """Take a receipt back with the reason on its day; after it, ask a second person to, and say so."""
    at = now()
    found = _staff_receipt(request, number)

    def act(found: Receipt, form: ReverseForm | None) -> str:
        reason = form.cleaned_data["reason"] if form is not None else ""
        became = reversing.reverse_or_ask(receipt=found, reason=reason, by=user_of(request), at=at)
        if isinstance(became, Approval):
            messages.success(
                request, _("Asked for approval. The receipt stands until a second person approves its reversal.")
            )
        else:
            messages.success(request, _("Reversed. Its bills are owed again."))
        return reverse("receipt", args=[number])

    step = Attempt("reverse", find=lambda: found, form=lambda _found: ReverseForm(request.POST), act=act, money=Money())
    return answer(request, take(request, step, at=at), lambda tried: _show_receipt(request, found, at=at, tried=tried))


@login_required
@require_POST
def receipt_ask_again(request: HttpRequest, number: str) -> HttpResponse:
    """Have the provider asked again for the money of a reversed receipt."""
    at, found = now(), _staff_receipt(request, number)

    def act(found: Receipt, form: ReverseForm | None) -> str:
        ask_again(receipt=found, by=user_of(request), at=at)
        messages.success(request, _("The provider is asked again within seconds."))
        return reverse("receipt", args=[number])

    step = Attempt[Receipt, ReverseForm]("again", find=lambda: found, form=lambda _found: None, act=act)
    return answer(request, take(request, step, at=at), lambda tried: _show_receipt(request, found, at=at, tried=tried))


@require_GET
def receipt_verify(request: HttpRequest, token: str) -> HttpResponse:
    """What a receipt's code tells whoever scans it: that there is such a receipt, of how much, and whether it stands.

    So does one that was prepared for the door, which counts for nothing before it is paid.

    No name, no room, no project: the paper has them, and whoever only has its code need not.
    """
    found = Receipt.objects.select_related("payment").filter(token=token).first()
    if found is not None:
        return render(request, "billing/receipt_verify.html", {"receipt": found})
    carried = get_object_or_404(PreparedReceipt, token=token)
    return render(request, "billing/prepared_verify.html", {"paper": carried})
