"""Files and numbers of a ticket: photos, the customer's signature, the printed form, the phone in clear."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files import File
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.states import PhotoLabel
from cases.views import reveal_phone, show_phone
from core.errors import NotAllowed
from records.http import now, user_of
from records.papers import FONTS
from records.uploads import answer_upload
from tickets.actions import add_photo, sign
from tickets.issuing import issue_paper
from tickets.permissions import has_the_job
from tickets.queries import open_job
from tickets.views.page import staff_ticket


@login_required
@require_POST
def photo(request: HttpRequest, number: str) -> JsonResponse:
    """Keep one photo or signature; the phone sends it again with the same key until it hears of it."""
    at = now()

    def keep(upload: "File[bytes]", label: str) -> dict[str, Any]:
        by, ticket = user_of(request), staff_ticket(request, number)
        if label == PhotoLabel.SIGNATURE:
            kept = sign(ticket=ticket, upload=upload, by=by, at=at)
        else:
            kept = add_photo(ticket=ticket, upload=upload, label=label, by=by, at=at)
        return {"id": kept.pk, "thumbnail": reverse("case_file", args=[number, kept.file.token])}

    return answer_upload(request, at=at, keep=keep)


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
