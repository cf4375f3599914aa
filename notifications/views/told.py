"""Who was told what, when, over which channel, and what became of it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import Invalid
from notifications.actions import Verdict, settle
from notifications.forms import SettleForm, ToldFilter
from notifications.means import Wording
from notifications.models import IN_APP, Message
from notifications.permissions import can_oversee
from notifications.queries import channel_words, error_words, said, told_page
from notifications.states import Delivery, Medium
from records.http import now, project_of, redirect_once, user_of


@login_required
@require_GET
def told(request: HttpRequest) -> HttpResponse:
    """Messages of the project one works in, newest first, for those who lead it."""
    user, project = user_of(request), project_of(request)
    if not can_oversee(user, project.pk):
        raise Http404
    form = ToldFilter(request.GET)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    rows, older = told_page(user, project, asked)
    kept = {name: request.GET[name] for name in form.fields if name != "before" and request.GET.get(name)}
    context = {
        "form": form,
        "rows": rows,
        "older": "?" + urlencode(kept | {"before": older}) if older else "",
        "filtered": bool(kept),
        "narrowed": bool(kept.keys() - {"state"}) or not form.is_valid(),
        "doubtful": [(state, Delivery(state).label) for state in (Delivery.UNKNOWN, Delivery.FAILED)],
        "state": asked.get("state", ""),
    }
    return render(request, "notifications/told.html", context, status=200 if form.is_valid() else 400)


@login_required
@require_http_methods(["GET", "POST"])
def told_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """One message of which nobody knows whether it arrived: say so, or have it sent again."""
    user = user_of(request)
    seen = Message.objects.overseen_by(user).exclude(channel=IN_APP)
    message = get_object_or_404(seen.select_related("user", "case", "project", "via", "on_behalf_of"), pk=pk)
    form = SettleForm(request.POST if request.method == "POST" else None)
    verdict = request.POST.get("verdict", "")
    if request.method == "POST" and form.is_valid() and verdict in set(Verdict):
        try:
            return redirect_once(request, now(), lambda: _settled(request, message, Verdict(verdict), form))
        except Invalid as problem:
            form.add_error(None, str(problem))
    context = {
        "form": form,
        "message": message,
        "sentence": said(message, message.user, Wording.read(), Medium.IN_APP),
        "error": error_words(message),
        "channel": channel_words(message),
        "is_unknown": message.state == Delivery.UNKNOWN,
        "is_open": message.state in (Delivery.UNKNOWN, Delivery.FAILED),
        "together": message.told_with_id and Message.objects.filter(told_with=message.told_with_id).count(),
    }
    return render(request, "notifications/settle.html", context, status=400 if form.errors else 200)


def _settled(request: HttpRequest, message: Message, verdict: Verdict, form: SettleForm) -> str:
    reason = form.cleaned_data["reason"]
    count = settle(message=message, verdict=verdict, reason=reason, by=user_of(request), at=now())
    if verdict == Verdict.DELIVERED:
        words = ngettext(
            "%(count)s message is marked as delivered.", "%(count)s messages are marked as delivered.", count
        )
    else:
        words = ngettext("%(count)s message will be sent again.", "%(count)s messages will be sent again.", count)
    messages.success(request, words % {"count": count})
    return reverse("told")
