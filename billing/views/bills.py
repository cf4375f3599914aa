"""One bill: how it was reckoned, what was booked about it, making it void, waivers asked for and taken back."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from billing.actions import taking_back, voiding, waiving
from billing.forms import ReverseWaiverForm, VoidForm, WaiveForm
from billing.models import Bill
from billing.permissions import can_ask_for_waiver, can_ask_to_take_back, can_bill, can_take_payment
from billing.queries.bill import bill_page
from billing.queries.owed import without_money
from billing.queries.second import standing_waivers
from billing.views.till import till_url
from cases.steps import Attempt, Tried, answer, take
from core.errors import Invalid, NotAllowed
from records.approvals import waiting_about
from records.http import follow, now, user_of
from records.models import Approval
from records.twice import Money

VOID_ID, WAIVE_ID, BACK_ID = "id_void_%s", "id_waive_%s", "id_back_%s"


def _staff_bill(request: HttpRequest, number: str) -> Bill:
    """The bill for a page of the staff. Raises `NotAllowed` for residents, whose own pages show theirs."""
    user = user_of(request)
    rows = Bill.objects.visible_to(user).select_related("project", "unit", "item", "debtor", "case", "run")
    found = get_object_or_404(rows, number=number)
    if not user.is_office:
        raise NotAllowed(_("This page is for the staff."))
    return found


@login_required
@require_GET
def bill(request: HttpRequest, number: str) -> HttpResponse:
    """A bill: its lines, what was paid, waived and reversed, and what can be done about it."""
    found = _staff_bill(request, number)
    follow(request, found.project)
    return _show(request, found)


def _show(request: HttpRequest, found: Bill, tried: Tried[Any] | None = None) -> HttpResponse:
    user, project = user_of(request), found.project
    waits = waiting_about(project, waiving.KIND, found.number) if found.outstanding else None
    void_waits = waiting_about(project, voiding.KIND, found.number) if found.voided_at is None else None
    may_void = can_bill(user, project) and void_waits is None
    waivers = standing_waivers(found) if found.waived else []
    back_waits = waiting_about(project, taking_back.WAIVER, found.number) if waivers else None
    forms: dict[str, Any] = {
        "void": VoidForm(auto_id=VOID_ID),
        "waive": WaiveForm(auto_id=WAIVE_ID),
        "back": ReverseWaiverForm(auto_id=BACK_ID, waivers=waivers),
    }
    if tried is not None and tried.form is not None:
        forms[tried.verb] = tried.form
    context = {
        "page": bill_page(found),
        "waits": waits,
        "may_take": can_take_payment(user, project),
        "void_waits": void_waits,
        "may_void": may_void and without_money(Bill.objects.filter(pk=found.pk)).exists(),
        "void_needs_second": voiding.needs_second_person(found, now()),
        "may_waive": can_ask_for_waiver(user, project) and bool(found.outstanding) and waits is None,
        "back_waits": back_waits,
        "may_take_back": bool(waivers) and can_ask_to_take_back(user, project) and back_waits is None,
        "back_form": forms["back"],
        "void_form": forms["void"],
        "waive_form": forms["waive"],
        "opened": tried.verb if tried is not None else "",
        "till_url": till_url(found.unit),
    }
    return render(request, "billing/bill.html", context, status=tried.status if tried else 200)


@login_required
@require_POST
def bill_void(request: HttpRequest, number: str) -> HttpResponse:
    """Make a bill void, with the reason; one of an earlier day is asked of a second person."""
    at, found = now(), _staff_bill(request, number)

    def act(found: Bill, form: VoidForm | None) -> str:
        became = voiding.void_or_ask(bill=found, reason=_clean(form)["reason"], by=user_of(request), at=at)
        if isinstance(became, Approval):
            messages.success(request, _("Asked for approval. The bill is owed until a second person approves."))
        else:
            messages.success(request, _("This bill is void: nothing is owed of it any more."))
        return reverse("bill", args=[number])

    step = Attempt(
        "void", find=lambda: found, form=lambda _found: VoidForm(request.POST, auto_id=VOID_ID), act=act, money=Money()
    )
    return answer(request, take(request, step, at=at), lambda tried: _show(request, found, tried))


@login_required
@require_POST
def bill_waive(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a second person to waive a part of a bill, or all of it."""
    at, found = now(), _staff_bill(request, number)
    step = Attempt(
        "waive",
        find=lambda: found,
        form=lambda _found: WaiveForm(request.POST, auto_id=WAIVE_ID),
        act=lambda found, form: _ask(request, found, form, at),
        money=Money(),
    )
    return answer(request, take(request, step, at=at), lambda tried: _show(request, found, tried))


def _ask(request: HttpRequest, found: Bill, form: WaiveForm | None, at: datetime) -> str:
    data = _clean(form)
    waiving.ask_to_waive(bill=found, amount=data["amount"], reason=data["reason"], by=user_of(request), at=at)
    messages.success(request, _("Asked for approval. Nothing is waived until a second person approves."))
    return reverse("bill", args=[found.number])


@login_required
@require_POST
def bill_waiver_back(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a second person to take a waiver back."""
    at, found = now(), _staff_bill(request, number)

    def act(found: Bill, form: ReverseWaiverForm | None) -> str:
        given = _clean(form)
        taking_back.ask_to_reverse_waiver(bill=found, by=user_of(request), at=at, **given)
        messages.success(request, _("Asked for approval. The waiver stands until a second person approves."))
        return reverse("bill", args=[number])

    step = Attempt(
        "back",
        find=lambda: found,
        form=lambda found: ReverseWaiverForm(request.POST, auto_id=BACK_ID, waivers=standing_waivers(found)),
        act=act,
        money=Money(),
    )
    return answer(request, take(request, step, at=at), lambda tried: _show(request, found, tried))


def _clean(form: VoidForm | WaiveForm | ReverseWaiverForm | None) -> dict[str, Any]:
    if form is None:
        raise Invalid(_("This form is broken. Open the page again."))
    return form.cleaned_data
