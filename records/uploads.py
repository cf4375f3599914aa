"""A picture that a page sends by itself: kept once however often it is sent, answered as the page's script reads it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.files import File
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from core.errors import DomainError, Invalid
from records.actions import Answer, once
from records.http import user_of
from records.images import ready

Keep = Callable[["File[bytes]", str], dict[str, Any]]


def answer_upload(request: HttpRequest, *, at: datetime, keep: Keep) -> JsonResponse:
    """Keep the request's `file`, once per its idempotency key; a refusal is a sentence in `detail`.

    `keep` gets the file and what it shows (`kind`), and returns what the page is told: `id` and perhaps `thumbnail`.
    """
    try:
        answer = _keep_once(request, at, keep)
    except DomainError as error:
        return JsonResponse({"detail": str(error)}, status=error.status)
    return JsonResponse(answer.data)


def _one(request: HttpRequest) -> "File[bytes]":
    uploads = request.FILES.getlist("file")
    if not uploads:
        raise Invalid(_("No photo arrived."), fields={"file": _("Required.")})
    if len(uploads) > 1:
        raise Invalid(_("Several photos came at once and none was kept. Send them one by one."))
    return uploads[0]


def _keep_once(request: HttpRequest, at: datetime, keep: Keep) -> Answer:
    upload, kind = ready(_one(request)), request.POST.get("kind", "")

    def act() -> Answer:
        return Answer(status=200, data=keep(upload, kind))

    key = request.headers.get("Idempotency-Key", "")[:200]
    if not key:
        return act()
    body = {"label": kind, "file": upload}
    return once(by=user_of(request), scope=f"page {request.path}", key=key, body=body, at=at, act=act)
