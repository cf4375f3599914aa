"""Vouchers from outside: a photo is encoded anew, a PDF kept as it came, anything else refused."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import Invalid, TooLarge
from records.documents import read_document, store_document
from records.serving import serve
from tests.cast import NOON, Cast
from tests.matrix.world import picture

pytestmark = [pytest.mark.req("BIL-11"), pytest.mark.django_db]


def pdf(content: bytes = b"%PDF-1.7 x") -> SimpleUploadedFile:
    return SimpleUploadedFile("../账单.pdf", content, "text/html")


def test_what_it_is_is_read_from_its_bytes(cast: Cast) -> None:
    for upload, kind, name in ((pdf(), "application/pdf", "document.pdf"), (picture(), "image/jpeg", "photo.jpg")):
        stored = store_document(document=read_document(upload), project=cast.project, by=cast.cashier, at=NOON)
        assert (stored.content_type, stored.name) == (kind, name)
        assert serve(stored, outside=True).headers["Content-Disposition"] == f'attachment; filename="{name}"'
    with pytest.raises(Invalid):
        read_document(SimpleUploadedFile("x.pdf", b"no PDF", "application/pdf"))


def test_only_a_paper_of_ours_opens_in_a_window(cast: Cast) -> None:
    stored = store_document(document=read_document(pdf()), project=cast.project, by=cast.cashier, at=NOON)
    assert serve(stored).headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in serve(stored, outside=True).headers["Content-Security-Policy"]


def test_a_large_one_is_refused(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 9
    with pytest.raises(TooLarge):
        read_document(pdf())
