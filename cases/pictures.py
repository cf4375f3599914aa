"""Pictures that came with the form a case was opened by: sent before it had a number, or with the form itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files import File
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Project, User
from cases.actions import attach
from cases.models import Attachment, Case
from cases.states import PhotoLabel
from core.errors import Invalid
from records.actions import store_image
from records.models import StoredFile

MOST_PHOTOS = 12


def attach_sent(
    *, case: Case, photos: Sequence[str], uploads: Sequence["File[bytes]"], by: User, at: datetime
) -> list[Attachment]:
    """Hang them on the new case as reported; call it in the transaction that opened the case.

    `photos` are tokens of pictures that the person sent before the case had a number, `uploads` pictures themselves.
    Raises `Invalid` for what is no image, and for more than twelve: none is left out without a word.
    """
    if len(set(photos)) + len(uploads) > MOST_PHOTOS:
        raise Invalid(
            _("At most %(most)d photos go with one form. Remove some and save again.") % {"most": MOST_PHOTOS}
        )
    files = [
        *_sent_before(photos, case.project, by),
        *(store_image(upload=one, project=case.project, by=by, at=at) for one in uploads),
    ]
    kept = [attach(case=case, file=file, label=PhotoLabel.INTAKE, by=by, at=at) for file in files]
    if kept:
        case.refresh_from_db(fields=["version"])
    return kept


def _sent_before(tokens: Sequence[str], project: Project, by: User) -> list[StoredFile]:
    """One's own pictures of the project that hang on nothing yet; other tokens are passed over.

    They are locked: of two forms that bring the same picture the second finds it taken.
    """
    if not tokens:
        return []
    own = StoredFile.objects.select_for_update().filter(token__in=list(tokens), uploaded_by=by, project=project)
    mine = list(own.order_by("pk"))
    taken = set(Attachment.objects.filter(file__in=mine).values_list("file_id", flat=True))
    return [file for file in mine if file.pk not in taken]


def posted_photos(request: HttpRequest) -> dict[str, Any]:
    """The pictures of a form: tokens of those sent before, and files where the page's script did not run."""
    return {"photos": request.POST.getlist("photos"), "uploads": request.FILES.getlist("photos")}
