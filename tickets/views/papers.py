"""Files and numbers of a ticket: photos, the customer's signature, the printed form, the phone in clear."""

import hashlib
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.states import PhotoLabel
from cases.views import reveal_phone, show_phone
from core.errors import DomainError, Invalid, NotAllowed
from records.actions import Answer, once
from records.http import now, user_of
from tickets.actions import add_photo, sign
from tickets.issuing import issue_paper
from tickets.permissions import has_the_job
from tickets.queries import open_job
from tickets.views.page import staff_ticket

FONTS = Path(settings.BASE_DIR) / "static" / "vendor" / "fonts"


@login_required
@require_POST
def photo(request: HttpRequest, number: str) -> JsonResponse:
    """Keep one photo or signature; the phone sends it again with the same key until it hears of it."""
    at = now()
    try:
        answer = _keep_once(request, number, at)
    except DomainError as error:
        return JsonResponse({"detail": str(error)}, status=error.status)
    return JsonResponse(answer.data)


def _keep_once(request: HttpRequest, number: str, at: datetime) -> Answer:
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid(_("No photo arrived."), fields={"file": _("Required.")})
    label = request.POST.get("kind", "")

    def act() -> Answer:
        by, ticket = user_of(request), staff_ticket(request, number)
        if label == PhotoLabel.SIGNATURE:
            kept = sign(ticket=ticket, upload=upload, by=by, at=at)
        else:
            kept = add_photo(ticket=ticket, upload=upload, label=label, by=by, at=at)
        url = reverse("case_file", args=[ticket.case.number, kept.file.token])
        return Answer(status=200, data={"id": kept.pk, "thumbnail": url})

    key = request.headers.get("Idempotency-Key", "")[:200]
    if not key:
        return act()
    body = {"label": label, "sha256": hashlib.file_digest(upload, "sha256").hexdigest()}
    upload.seek(0)
    return once(by=user_of(request), scope=f"page {request.path}", key=key, body=body, at=at, act=act)


@login_required
@require_POST
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """Issue the ticket's form, or give the one that was issued: a reprint is the same paper."""
    ticket = staff_ticket(request, number)
    url = request.build_absolute_uri(reverse("case", args=[number]))
    issued = issue_paper(ticket=ticket, url=url, fonts=FONTS, by=user_of(request), at=now())
    return HttpResponseRedirect(reverse("case_file", args=[number, issued.file.token]))


@login_required
@require_POST
def dial(request: HttpRequest, number: str) -> HttpResponse:
    """Dial the contact in one tap, for whoever has the open job; the ticket's number is the reason."""
    ticket = staff_ticket(request, number)
    if not has_the_job(user_of(request), open_job(ticket)):
        raise NotAllowed(_("This job is not yours. Show the number with a reason instead."))
    return show_phone(request, ticket.case, at=now(), reason=number, dial=True)


@login_required
@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show the contact's number to somebody who says why."""
    return reveal_phone(request, staff_ticket(request, number).case, at=now())
