"""Files of a complaint: photos and letters, its record on paper."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files import File
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from complaints.actions import add_photo
from complaints.actions.issuing import issue_record
from complaints.views.page import staff_complaint
from records.http import now, user_of
from records.papers import FONTS
from records.uploads import answer_upload


@login_required
@require_POST
def photo(request: HttpRequest, number: str) -> JsonResponse:
    """Keep one photo; it is sent again with the same key until the page hears of it."""
    at = now()

    def keep(upload: "File[bytes]", label: str) -> dict[str, Any]:
        complaint = staff_complaint(request, number)
        kept = add_photo(complaint=complaint, upload=upload, label=label, by=user_of(request), at=at)
        return {"id": kept.pk, "thumbnail": reverse("case_file", args=[number, kept.file.token])}

    return answer_upload(request, at=at, keep=keep)


@login_required
@require_POST
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """Issue the complaint's record, or give the one that was issued: a reprint is the same paper."""
    complaint = staff_complaint(request, number)
    url = request.build_absolute_uri(reverse("case", args=[number]))
    issued = issue_record(complaint=complaint, url=url, fonts=FONTS, by=user_of(request), at=now())
    return HttpResponseRedirect(reverse("case_file", args=[number, issued.file.token]))
