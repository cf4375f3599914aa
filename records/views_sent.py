"""What became of a form whose answer never came."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from records.actions import earlier_answer
from records.http import user_of


@login_required
@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """A word on the form that this person sent to `path` under `key`: it was carried out, and where it led.

    Nothing (204) where no such form was carried out, or where it leads to `here`: that page is its answer.
    """
    path, key = request.GET.get("path", "")[:150], request.GET.get("key", "")[:200]
    answer = earlier_answer(by=user_of(request), scope=f"page {path}", key=key)
    to = answer.data.get("to", "") if answer is not None and isinstance(answer.data, dict) else ""
    if not to or to == request.GET.get("here", ""):
        return HttpResponse(status=204)
    return render(request, "records/sent.html", {"to": to})
