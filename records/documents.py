"""Vouchers that come from outside: a photo is encoded anew, a PDF is kept as it came and is only ever taken away.

Nothing of a PDF is drawn inside our pages: `records.serving.serve(…, outside=True)`.
"""

from datetime import datetime

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext as _

from accounts.models import Project, User
from core.errors import TooLarge
from records.actions import store_bytes
from records.images import Encoded, re_encode
from records.models import PICTURE, StoredFile

PDF = "application/pdf"
BEGINS = b"%PDF-"


def read_document(upload: "File[bytes]") -> Encoded:
    """Read an uploaded photo or PDF, before any lock. Raises `Invalid` for what is neither, `TooLarge`."""
    upload.seek(0)
    head = upload.read(len(BEGINS))
    upload.seek(0)
    if head != BEGINS:
        return re_encode(upload)
    if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // 1024 // 1024
        raise TooLarge(_("The file is larger than %(limit)s MB.") % {"limit": limit}, fields={"file": _("Too large.")})
    return Encoded(upload.read(), PDF, ".pdf")


def store_document(*, document: Encoded, project: Project, by: User, at: datetime) -> StoredFile:
    """Keep what `read_document` read. Raises `NoRoom` where the disk is full."""
    stem = "document" if document.content_type == PDF else PICTURE
    return store_bytes(
        content=document.content,
        name=f"{stem}{document.extension}",
        content_type=document.content_type,
        project=project,
        by=by,
        at=at,
    )
