"""A resident's bills: what is owed, paid online by one's own choice of bills, and the receipts."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from billing.actions.online import order_online
from billing.models import Bill, OnlineOrder
from billing.online.providers import the_provider
from billing.queries.online import (
    homes_owing,
    order_page,
    own_bills,
    own_receipts,
    receipts_of_own_home,
    waiting_orders,
)
from billing.queries.till import receipt_page
from billing.states import OrderState
from core.errors import DomainError, Invalid
from portal.pages import own_homes
from records.http import follow, now, project_of, redirect_once, user_of


@login_required
@require_GET
def bills(request: HttpRequest) -> HttpResponse:
    """What the own homes owe, all of it ticked; orders that still wait, and the receipts of what was paid."""
    return _show_bills(request)


def _show_bills(request: HttpRequest, error: DomainError | None = None) -> HttpResponse:
    homes, user, project = own_homes(request), user_of(request), project_of(request)
    context = {
        "homes": homes_owing(user, project, homes, today=now().astimezone(project.tz).date()),
        "orders": waiting_orders(user, project),
        "receipts": own_receipts(user, project),
        "may_pay": the_provider() is not None,
        "error": error,
    }
    return render(request, "portal/bills.html", context, status=error.status if error else 200)


@login_required
@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    """Order the bills that were ticked, and go to the provider's page."""
    own_homes(request)
    at = now()

    def act() -> str:
        order = order_online(bills=_ticked(request), by=user_of(request), at=at)
        provider = the_provider()
        return provider.pay_url(order) if provider is not None else ""

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        return _show_bills(request, error)


def _ticked(request: HttpRequest) -> list[Bill]:
    """The bills whose boxes were ticked. Raises `Invalid` for one that is not the household's, or owed no longer."""
    numbers = {number[:30] for number in request.POST.getlist("bills")}
    found = [bill for bill in own_bills(user_of(request), project_of(request)) if bill.number in numbers]
    if len(found) != len(numbers):
        raise Invalid(_("One of these bills is paid already. Look at what is owed now."), code="not_owed")
    return found


@login_required
@require_GET
def order(request: HttpRequest, number: str) -> HttpResponse:
    """An order: what for, how much, whether the money came, and the receipt."""
    rows = OnlineOrder.objects.of_own_home(user_of(request)).select_related("unit", "project")
    found = get_object_or_404(rows, number=number)
    follow(request, found.project)
    provider = the_provider()
    state = found.state_at(now())
    pay_url = provider.pay_url(found) if provider is not None and state == OrderState.WAITING else ""
    context = {"page": order_page(found), "state": state, "pay_url": pay_url}
    return render(request, "portal/order.html", context)


@login_required
@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """A receipt of the own household: what was paid, and the address that says whether it is genuine."""
    rows = receipts_of_own_home(user_of(request)).select_related("payment__unit", "payment__project")
    found = get_object_or_404(rows, number=number)
    follow(request, found.payment.project)
    return render(request, "portal/receipt.html", {"page": receipt_page(found)})
