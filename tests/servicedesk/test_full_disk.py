"""A full disk: a sentence with what to do, what was typed is still there, no half rows, no half files.

The kernel refuses, not a double: a limit on how far a file may grow, and where mounting is allowed a disk of 64 KB.
"""

import html
import io
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from cases.models import Attachment, Event
from estate.imports.models import RegisterImport
from records.models import IdempotencyRecord, StoredFile
from tests.cast import NOON, Cast
from tests.estate.books import ASSET, ASSETS, xlsx
from tests.tickets.flow import dispatched, opened
from tickets import actions
from tickets.models import Ticket

CHINESE, ENGLISH = "服务器磁盘已满", "The server's disk is full"
SignIn = Callable[[User], Client]


@contextmanager
def full_disk(limit: int = 30_000) -> Iterator[None]:
    """No file grows beyond the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noise(kind: str = "JPEG", size: int = 600) -> SimpleUploadedFile:
    """A picture that no encoder makes small."""
    out = io.BytesIO()
    Image.effect_noise((size, size), 90).convert("RGB").save(out, kind, quality=95)
    return SimpleUploadedFile(f"a.{kind.lower()}", out.getvalue(), f"image/{kind.lower()}")


def nothing_left() -> bool:
    """No file, no row that speaks of one, no key that would call the next try a repeat."""
    root = Path(settings.MEDIA_ROOT)
    files = [path for path in root.rglob("*") if path.is_file()]
    return not files and not StoredFile.objects.exists() and not IdempotencyRecord.objects.exists()


def browser(user: User, signed_in: SignIn, language: str = "zh-hans") -> Client:
    client = signed_in(user)
    client.raise_request_exception = False
    client.cookies["django_language"] = language
    return client


@pytest.fixture
def at_work(cast: Cast) -> Ticket:
    """A ticket whose technician has arrived."""
    ticket = dispatched(cast, opened(cast, at=NOON), at=NOON)
    ticket = actions.accept(ticket=ticket, by=cast.technician, at=NOON)
    return actions.arrive(ticket=ticket, by=cast.technician, at=NOON)


@pytest.mark.parametrize(("language", "words"), [("zh-hans", CHINESE), ("en", ENGLISH)])
def test_a_photo_of_intake(cast: Cast, signed_in: SignIn, language: str, words: str) -> None:
    client = browser(cast.frontdesk, signed_in, language)
    headers = {"Idempotency-Key": "photo", "Accept": "application/json"}
    with full_disk():
        answer = client.post("/intake/photos/", {"file": noise()}, headers=headers)
    assert answer.status_code == 507
    assert answer.json()["detail"].startswith(words)
    assert nothing_left()
    assert client.post("/intake/photos/", {"file": noise()}, headers=headers).status_code == 200


@pytest.mark.parametrize(("verb", "field"), [("photos", "photo"), ("sign", "signature")])
def test_a_photo_and_a_signature_over_the_api(at_work: Ticket, api: Any, cast: Cast, verb: str, field: str) -> None:
    before = Event.objects.count()
    with full_disk():
        answer = api(cast.technician).post(
            f"/api/v1/tickets/{at_work.case.number}/{verb}/",
            {field: noise()},
            format="multipart",
            headers={"Idempotency-Key": "k"},
        )
    assert (answer.status_code, answer.json()["code"]) == (507, "no_room")
    assert answer.json()["detail"].startswith(CHINESE)
    assert nothing_left()
    assert (Attachment.objects.count(), Event.objects.count()) == (0, before)


@pytest.mark.parametrize(("language", "words"), [("zh-hans", CHINESE), ("en", ENGLISH)])
def test_a_form_that_is_to_be_printed(
    cast: Cast, signed_in: SignIn, at_work: Ticket, language: str, words: str
) -> None:
    client = browser(cast.frontdesk, signed_in, language)
    cast.frontdesk.language = language
    cast.frontdesk.save()
    with full_disk(2_000):
        answer = client.post(f"/tickets/{at_work.case.number}/paper/")
    assert answer.status_code == 507
    assert words in html.unescape(answer.content.decode())
    assert nothing_left()
    assert not Attachment.objects.exists()


@pytest.mark.req("EST-3")
def test_a_workbook(cast: Cast, signed_in: SignIn) -> None:
    """Refused while it is kept, and where it is so large that it does not even fit into the folder of uploads."""
    client = browser(cast.admin, signed_in)
    workbook = xlsx({"资产信息": [ASSETS, ASSET]})
    for content, limit in ((workbook, len(workbook) // 2), (b"x" * 3_000_000, 30_000)):
        with full_disk(limit):
            answer = client.post("/register/import/", {"file": SimpleUploadedFile("a.xlsx", content)})
        assert answer.status_code == 507
        assert CHINESE in answer.content.decode()
    assert nothing_left()
    assert not RegisterImport.objects.exists()


def test_a_disk_that_is_really_full(cast: Cast, signed_in: SignIn) -> None:
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(root)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        answer = browser(cast.frontdesk, signed_in).post("/intake/photos/", {"file": noise()})
        assert answer.status_code == 507
        assert answer.json()["detail"].startswith(CHINESE)
        assert nothing_left()
    finally:
        subprocess.run(["umount", str(root)], check=True)
