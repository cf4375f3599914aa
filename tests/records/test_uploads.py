"""Whatever is uploaded, wherever: refused with a sentence or kept inert, and served so that it does nothing."""

import io
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import User
from cases.models import Attachment
from records.models import StoredFile
from tests.cast import Cast
from tests.matrix.probe import addresses
from tests.records.hostile import NAMES, PICTURES, VENOM, WORKBOOKS, Sent, light
from tests.records.pictures import photo, upload
from tests.tickets.flow import completed, in_progress, opened
from tests.tickets.pages import clock_at
from tickets.models import Ticket

SignIn = Callable[[User], Client]
Place = Callable[[Sent], Any]
pytestmark = [pytest.mark.req("SEC-3"), pytest.mark.django_db]
REFUSED = {400, 413, 422}


@pytest.fixture
def ticket(cast: Cast) -> Iterator[Ticket]:
    with clock_at():
        yield in_progress(cast, opened(cast))


@pytest.fixture
def places(cast: Cast, signed_in: SignIn, api: Any, ticket: Ticket) -> dict[str, Place]:
    """Every place that takes a picture."""
    worker, desk, program = signed_in(cast.technician), signed_in(cast.frontdesk), api(cast.technician)
    page, number = f"/tickets/{ticket.case.number}/photos/", ticket.case.number
    taken = {"unit": "3-2-1501", "description": "灯不亮", "contact_name": "张", "contact_phone": "13812341234"}

    def send(client: Any, address: str, field: str, **more: str) -> Place:
        return lambda sent: client.post(address, {field: upload(sent.content, sent.name, sent.kind), **more})

    return {
        "a photo on the page": send(worker, page, "file", kind="before"),
        "a signature on the page": send(worker, page, "file", kind="signature"),
        "a photo at the desk": send(desk, "/intake/photos/", "file"),
        "a photo with the intake": send(desk, "/intake/", "photos", **taken),
        "a photo over the API": send(program, f"/api/v1/tickets/{number}/photos/", "photo", label="before"),
        "a signature over the API": send(program, f"/api/v1/tickets/{number}/sign/", "signature"),
    }


PLACES = [
    "a photo on the page", "a signature on the page", "a photo at the desk", "a photo with the intake",
    "a photo over the API", "a signature over the API",
]  # fmt: skip


def test_no_other_place_takes_a_picture(places: dict[str, Place]) -> None:
    assert list(places) == PLACES


@pytest.mark.parametrize("place", PLACES)
def test_a_file_is_refused_or_kept_inert(places: dict[str, Place], place: str) -> None:
    """All places ask the same gate: the first gets every light file, the others some each day."""
    names = light(PICTURES)
    turn = datetime.now(tz=UTC).toordinal() + PLACES.index(place)
    tried(places[place], names if place == PLACES[0] else names[turn % 5 :: 5])


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_every_file_is_refused_or_kept_inert(places: dict[str, Place], place: str) -> None:
    kept, refused = tried(places[place], PICTURES)
    print(f"{place}: {kept} kept inert, {refused} refused")  # noqa: T201
    assert kept >= 10
    assert refused >= 8


def tried(place: Place, names: Iterable[str]) -> tuple[int, int]:
    """Send the files there; how many were kept, and how many refused."""
    kept = refused = 0
    for name in names:
        sent = PICTURES[name]()
        before = set(StoredFile.objects.values_list("pk", flat=True))
        answer = place(sent)
        new = StoredFile.objects.exclude(pk__in=before)
        assert answer.status_code < 500, f"{name}: {answer.status_code}"
        assert not any(word in answer.content.decode() for word in ("/etc/", "Traceback")), name
        if answer.status_code in REFUSED or not new.exists():
            assert not new.exists(), name
            refused += 1
        for file in new:
            kept += 1
            check_inert(file, sent, name)
    return kept, refused


def check_inert(file: StoredFile, sent: Sent, name: str) -> None:
    """What is kept is a still picture that we encoded, under a name of ours."""
    content = Path(file.file.path).read_bytes()
    assert file.name in {"photo.jpg", "photo.png"}, name
    assert re.fullmatch(r"\d{4}/\d\d/[\w-]{22}\.(jpg|png)", str(file.file.name)), name
    assert not any(word in content for word in VENOM), name
    image: Any = Image.open(io.BytesIO(content))
    image.load()
    assert image.format in {"JPEG", "PNG"}, name
    assert getattr(image, "n_frames", 1) == 1, name
    assert not image.getexif(), name
    assert content != sent.content, name


@pytest.mark.parametrize("what", light(WORKBOOKS))
def test_every_workbook_is_refused_or_read_with_nothing_run(cast: Cast, signed_in: SignIn, what: str) -> None:
    client = signed_in(cast.admin)
    answer = client.post("/register/import/", {"file": upload(WORKBOOKS[what](), f"{what}.xlsx")})
    assert answer.status_code in {302, 400}, answer.status_code
    kept = StoredFile.objects.all()
    assert kept.exists() is (answer.status_code == 302)
    for file in kept:
        assert file.content_type == "application/octet-stream"
        assert not any(word in Path(file.file.path).read_bytes() for word in VENOM), "kept encrypted"


@pytest.mark.parametrize("name", NAMES.values(), ids=list(NAMES))
def test_the_name_of_a_workbook_is_made_harmless(cast: Cast, signed_in: SignIn, name: str) -> None:
    answer = signed_in(cast.admin).post("/register/import/", {"file": upload(WORKBOOKS["program inside"](), name)})
    assert answer.status_code == 302
    file = StoredFile.objects.get()
    assert re.fullmatch(r"[\w （）()-]{1,150}\.xlsx", file.name), file.name
    assert Path(file.file.path).resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve())


def test_a_name_with_a_nul_reaches_nobody(cast: Cast, signed_in: SignIn) -> None:
    """Written by hand: no program of ours sends such a name."""
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\x00.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n" + photo(32, 32) + b"\r\n--x--\r\n"
    )
    answer = signed_in(cast.frontdesk).post("/intake/photos/", body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code in {200, 400}
    assert not StoredFile.objects.exclude(name="photo.jpg").exists()


# --- several under one name ------------------------------------------------------------------------------------------
def two() -> list[SimpleUploadedFile]:
    """Two pictures as a phone names all of its: alike."""
    return [upload(photo(32, 32), "image.jpg"), upload(photo(48, 48), "image.jpg")]


def test_both_pictures_of_one_intake_are_kept(cast: Cast, signed_in: SignIn) -> None:
    desk = signed_in(cast.frontdesk)
    who = {"unit": "3-2-1501", "contact_name": "张", "contact_phone": "13812341234"}
    wanted = who | {"description": "灯不亮", "idempotency_key": "k"}
    for _again in range(2):
        assert desk.post("/intake/", wanted | {"photos": two()}).status_code == 302
    assert len(set(Attachment.objects.values_list("file__sha256", flat=True))) == 2
    assert Attachment.objects.count() == 2
    other = [upload(photo(32, 32), "image.jpg"), upload(photo(64, 64), "image.jpg")]
    refused = desk.post("/intake/", wanted | {"photos": other})
    assert refused.status_code == 422, "the same key with another picture is another request"
    assert Attachment.objects.count() == 2


@pytest.mark.parametrize("where", ["page", "desk", "photos", "sign"])
def test_two_pictures_where_one_is_taken_are_refused_with_a_sentence(
    cast: Cast, signed_in: SignIn, api: Any, ticket: Ticket, where: str
) -> None:
    """Taking the last one would lose the other without a word."""
    headers = {"Idempotency-Key": "k"}
    if where == "page":
        url = f"/tickets/{ticket.case.number}/photos/"
        answer = signed_in(cast.technician).post(url, {"file": two(), "kind": "before"}, headers=headers)
    elif where == "desk":
        answer = signed_in(cast.frontdesk).post("/intake/photos/", {"file": two()}, headers=headers)
    else:
        field = {"photos": "photo", "sign": "signature"}[where]
        url = f"/api/v1/tickets/{ticket.case.number}/{where}/"
        answer = api(cast.technician).post(url, {field: two()}, format="multipart", headers=headers)
    assert answer.status_code == 400
    assert "一张一张" in str(answer.json())
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("where", ["page", "desk", "api"])
def test_one_key_with_another_picture_is_another_request(
    cast: Cast, signed_in: SignIn, api: Any, ticket: Ticket, where: str
) -> None:
    headers = {"Idempotency-Key": "k"}
    answers = []
    for picture in (*two(), two()[0]):
        if where == "page":
            url = f"/tickets/{ticket.case.number}/photos/"
            answer = signed_in(cast.technician).post(url, {"file": picture, "kind": "before"}, headers=headers)
        elif where == "desk":
            answer = signed_in(cast.frontdesk).post("/intake/photos/", {"file": picture}, headers=headers)
        else:
            url = f"/api/v1/tickets/{ticket.case.number}/photos/"
            sent = {"photo": picture, "label": "before"}
            answer = api(cast.technician).post(url, sent, format="multipart", headers=headers)
        answers.append(answer.status_code)
    assert answers == [200, 422, 200]
    assert StoredFile.objects.count() == 1


# --- how they are served ---------------------------------------------------------------------------------------------
def test_a_picture_is_served_so_that_it_does_nothing(cast: Cast, signed_in: SignIn, api: Any, ticket: Ticket) -> None:
    sent = upload(PICTURES["JPEG and page"]().content, "evil.html")
    shown = signed_in(cast.technician).post(
        f"/tickets/{ticket.case.number}/photos/", {"file": sent, "kind": "before"}
    ).json()["thumbnail"]  # fmt: skip
    for answer in (
        signed_in(cast.technician).get(shown),
        api(cast.technician).get(shown.replace("/c/", "/api/v1/cases/")),
    ):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="photo.jpg"'
        assert answer.headers["Cache-Control"] == "private, no-store"
        policy = answer.headers["Content-Security-Policy"]
        assert "sandbox" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_a_file_has_one_address_and_only_for_its_readers(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    desk = signed_in(cast.frontdesk)
    shown = desk.post(
        f"/tickets/{ticket.case.number}/photos/", {"file": upload(photo()), "kind": "before"}
    ).json()["thumbnail"]  # fmt: skip
    file = StoredFile.objects.get()
    other = completed(cast, opened(cast))
    assert len(file.token) >= 22, "128 bits"
    for address in (
        f"/{file.file.name}", f"/media/{file.file.name}", f"/files/{file.file.name}", f"/static/{file.file.name}",
        f"/static/../files/{file.file.name}", f"/static/%2e%2e/files/{file.file.name}", f"/{file.token}",
        f"/static/..%2f..{settings.MEDIA_ROOT}/{file.file.name}", f"/files/{file.pk}/",
        f"/c/{ticket.case.number}/files/",
        reverse("case_file", args=[other.case.number, file.token]), shown + file.file.name,
        shown[:-2] + ("B/" if shown[-2] == "A" else "A/"),
    ):  # fmt: skip
        assert desk.get(address).status_code == 404, address
    assert signed_in(cast.resident2).get(shown).status_code == 404
    assert Client().get(shown).headers["Location"].startswith("/accounts/login/")


# --- what is refused unread ------------------------------------------------------------------------------------------
TAKES_FILES = ("ticket_photo", "intake", "intake_photo", "register_imports", "ticket-photos", "ticket-sign")


def test_fifty_megabytes_are_answered_before_a_byte_is_sent(real_transactions: None, live_server: Any) -> None:
    """Over a real connection: the head promises fifty megabytes, and the answer comes although none of them follows."""
    where = urlsplit(live_server.url)
    known = dict(addresses())
    for name in TAKES_FILES:
        pattern = known[name].pattern
        kwargs = dict.fromkeys((*pattern.converters, *pattern.regex.groupindex), "BX-1")
        with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as wire:
            wire.sendall(
                f"POST {reverse(name, kwargs=kwargs)} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Length: 52428800\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\n\r\n".encode()
            )
            assert b" 413 " in wire.recv(4096).splitlines()[0], name


# --- what it costs ---------------------------------------------------------------------------------------------------
MEASURED = """
import resource, sys, django
django.setup()
from core.errors import DomainError
from estate.workbooks import read_workbook
from records.images import re_encode
from tests.records.hostile import PICTURES, WORKBOOKS, light
from tests.records.pictures import upload

def held():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() // 2**20

def try_out(act, *given):
    try:
        act(*given)
    except DomainError:
        pass

sent = [PICTURES[name]() for name in (PICTURES if sys.argv[2] == "all" else light(PICTURES))]
books = [WORKBOOKS[name]() for name in (WORKBOOKS if sys.argv[2] == "all" else light(WORKBOOKS))]
def one_round():
    for each in sent:
        try_out(re_encode, upload(each.content, each.name))
    for content in books:
        try_out(read_workbook, content)
    return len(sent) + len(books)

tried, seen = one_round(), []
while tried < int(sys.argv[1]):
    tried += one_round()
    seen.append(held())
print(tried, seen[0], seen[-1], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def measured(count: int, which: str) -> tuple[int, int, int, int]:
    """How many were tried in a process of its own, its megabytes early, at the end, and at the most."""
    env = {"DJANGO_SETTINGS_MODULE": "tests.settings", "VAR_DIR": str(settings.VAR_DIR), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(count), which],
        cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    tried, early, late, most = map(int, done.stdout.split())
    print(f"{tried} hostile files: {early} MB after two rounds, {late} MB at the end, {most} MB at the most")  # noqa: T201
    return tried, early, late, most


@pytest.mark.slow
def test_two_hundred_hostile_files_leave_the_memory_as_it_was() -> None:
    tried, early, late, most = measured(200, "all")
    assert tried >= 200
    assert late - early <= 40
    assert most <= 900


def test_a_few_rounds_of_them_leave_the_memory_as_it_was() -> None:
    _, early, late, most = measured(64, "light")
    assert late - early <= 40
    assert most <= 900
