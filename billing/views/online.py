"""Where a provider of online payment tells what came of an order, and the sandbox's own page."""

from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from billing.actions.online import listen
from billing.actions.online_refunds import listen_refund
from billing.models import OnlineOrder
from billing.online.providers import Provider, Refused, the_provider
from billing.online.sandbox import HEADER, KEY, notice
from billing.states import OrderState, Outcome
from records.http import now, redirect_once, user_of

STATUS = {
    "bad_signature": 403,
    "no_such_order": 404,
    "no_such_refund": 404,
    "wrong_amount": 409,
    "other_order": 409,
    "ended_otherwise": 409,
}


def _provider(key: str) -> Provider:
    """The provider of this installation. Raises `Http404` for another word."""
    found = the_provider()
    if found is None or found.key != key:
        raise Http404
    return found


def _sent(request: HttpRequest) -> bytes:
    """The body as it came; nothing of a form with files, which was taken apart already and is no notice."""
    try:
        return request.body
    except RawPostDataException:
        return b""


@csrf_exempt
@require_POST
def callback(request: HttpRequest, provider: str) -> JsonResponse:
    """What a provider says came of an order; signed, or it says nothing. The same notice gets the same answer."""
    chosen = _provider(provider)
    try:
        told, receipt = listen(chosen, body=_sent(request), headers=request.headers, at=now())
    except Refused as error:
        return _refused(error)
    return JsonResponse({"code": "ok", "order": told.order, "outcome": str(told.outcome), "receipt": receipt})


def _refused(error: Refused) -> JsonResponse:
    return JsonResponse({"code": error.code, "detail": str(error)}, status=STATUS.get(error.code, error.status))


@csrf_exempt
@require_POST
def refund_callback(request: HttpRequest, provider: str) -> JsonResponse:
    """What a provider says came of a refund that it was asked for; signed, or it says nothing. It counts once."""
    chosen = _provider(provider)
    try:
        refund = listen_refund(chosen, body=_sent(request), headers=request.headers, at=now())
    except Refused as error:
        return _refused(error)
    return JsonResponse({"code": "ok", "refund": refund.number, "state": str(refund.state)})


@login_required
@require_http_methods(["GET", "POST"])
def sandbox(request: HttpRequest, number: str) -> HttpResponse:
    """The page of the sandbox (沙箱): whoever is sent there says whether the payment succeeds. No money moves.

    It tells the desk by a signed notice, as any provider does, and sends the payer back to their order.
    """
    chosen, at = _provider(KEY), now()
    order = get_object_or_404(OnlineOrder.objects.of_own_home(user_of(request)).select_related("unit"), number=number)
    if request.method == "GET":
        return render(request, "billing/sandbox.html", {"order": order, "waits": order.state != OrderState.PAID})
    outcome = Outcome.PAID if request.POST.get("outcome") == Outcome.PAID else Outcome.FAILED
    body, signature = notice(order, outcome, transaction=f"SB{uuid4().hex[:20].upper()}", at=at)

    def act() -> str:
        listen(chosen, body=body, headers={HEADER: signature}, at=at)
        return reverse("portal_order", args=[order.number])

    return redirect_once(request, at, act)
