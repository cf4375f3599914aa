"""What nobody should send and somebody will: a sentence in either language, what was typed is there."""

import html
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from accounts.models import User
from cases.models import Case, Event
from estate.imports.models import RegisterImport
from reception.models import Contact
from records.models import StoredFile
from tests.cast import Cast, make_home
from tests.estate.books import ASSET, ASSETS, xlsx
from tests.threads import at_once
from tests.tickets.flow import completed, dispatched, in_progress, opened
from tickets.models import Ticket
from visits.models import Callback

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
HAN = re.compile("[\u4e00-\u9fff]")
LANGUAGES = ["zh-hans", "en"]
HUGE = "漏" * 60_000
SAID = "厨房水管漏水"


def speak(user: User, language: str) -> User:
    user.language = language
    user.save()
    return user


def check_sentence(text: str, language: str) -> None:
    """It is there, and in the reader's language."""
    assert text.strip()
    assert bool(HAN.search(text)) == (language == "zh-hans"), text


def mistakes(answer: Any, language: str) -> str:
    """What the page says is wrong; it does stand there."""
    page = html.unescape(answer.content.decode())
    with translation.override(language):
        said = [str(word) for words in answer.context["form"].errors.values() for word in words]
    assert said
    assert all(word in page for word in said)
    return " ".join(said)


WRONG_INTAKE = [
    {"unit": "9-9-9999"},
    {"unit": "8-1-101"},  # there is one: in the project next door
    {"description": HUGE},
    {"contact_phone": "1" * 500},
    {"preferred_from": "明天下午", "preferred_to": "2026-11-24T10:00"},
    {"preferred_from": "2026-02-30T10:00", "preferred_to": "2026-03-01T10:00"},
    {"preferred_from": "99999-01-01T10:00"},
    {"category": "no-such"},
    {"channel": "carrier-pigeon"},
]
WRONG_CONTACT = [
    {"unit": "9-9-9999"},
    {"said": HUGE},
    {"until": "昨天", "then": "promise"},
    {"then": "promise", "to": "999999"},
]
VERBS = ["accept", "arrive", "complete", "close", "reopen", "end-leak-test", "accept-quote"]


@pytest.mark.req("REP-1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_intake(cast: Cast, signed_in: SignIn, language: str) -> None:
    make_home(cast.other_project, "8-1-101", "别处", "13700001111")
    client = signed_in(speak(cast.frontdesk, language))
    good = {"unit": "3-2-1501", "description": SAID, "contact_name": "李阿姨", "idempotency_key": "k"}
    for wrong in WRONG_INTAKE:
        typed = good | wrong
        answer = client.post("/intake/", typed)
        assert answer.status_code == 422
        check_sentence(mistakes(answer, language), language)
        page = html.unescape(answer.content.decode())
        for name in ("unit", "description", "contact_name", "contact_phone", "preferred_from"):
            assert typed.get(name, "") in page, (name, wrong)
    assert not Ticket.objects.exists()
    assert not Contact.objects.exists()
    assert client.post("/intake/", good).status_code == 302, "the key is free for the mended form"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_contact(cast: Cast, signed_in: SignIn, language: str) -> None:
    client = signed_in(speak(cast.frontdesk, language))
    for wrong in WRONG_CONTACT:
        typed = {"said": SAID, "done": "查过了", "purpose": "enquiry", "channel": "phone", "then": "answer"} | wrong
        answer = client.post("/contacts/new/", typed)
        assert answer.status_code == 422
        check_sentence(mistakes(answer, language), language)
        page = html.unescape(answer.content.decode())
        assert typed["said"] in page
        assert "查过了" in page
    assert not Contact.objects.exists()


def zipped(name: str, size: int) -> bytes:
    """A zip file with zeros in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"0" * size)
    return packed.getvalue()


@pytest.mark.req("EST-3")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook(cast: Cast, signed_in: SignIn, language: str) -> None:
    whole = xlsx({"资产信息": [ASSETS, ASSET]})
    client = signed_in(speak(cast.admin, language))
    for content in (
        whole[: len(whole) // 2],
        zipped("a.txt", 9),
        zipped("xl/workbook.xml", 200_000_000),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 900,
        "房号,业主".encode("gb18030"),
    ):
        answer = client.post("/register/import/", {"file": SimpleUploadedFile("房屋.xlsx", content)})
        assert answer.status_code in (400, 413)
        check_sentence(answer.context["refusal"], language)
    assert not RegisterImport.objects.exists()
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_out_of_order(cast: Cast, api: Api, language: str) -> None:
    fresh, sent = opened(cast), dispatched(cast, opened(cast))
    before = Event.objects.count()
    for verb in VERBS:
        ticket, who = (sent, cast.technician) if verb in ("arrive", "complete") else (fresh, cast.supervisor)
        body = {"report": "换了", "reason": "x", "result": "passed"}
        answer = api(speak(who, language)).post(f"/api/v1/tickets/{ticket.case.number}/{verb}/", body, format="json")
        assert answer.status_code in (403, 409), (verb, answer.content)
        check_sentence(answer.json()["detail"].replace(ticket.case.number, ""), language)
    assert Event.objects.count() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_callback_recorded_from_two_tabs(cast: Cast, signed_in: SignIn, language: str) -> None:
    """Each tab has a key of its own: the second is told, and keeps its words."""
    completed(cast, in_progress(cast, opened(cast)))
    callback = Callback.objects.select_related("case").get()
    client = signed_in(speak(cast.frontdesk, language))
    address = f"/callbacks/{callback.case.number}/record/"
    first = client.post(address, {"result": "satisfied", "score": "5", "idempotency_key": "one"})
    assert first.status_code == 302
    again = client.post(address, {"result": "dissatisfied", "text": "又坏了", "idempotency_key": "two"})
    assert again.status_code == 409
    assert "又坏了" in html.unescape(again.content.decode())
    check_sentence(mistakes(again, language), language)
    assert Event.objects.filter(case=callback.case, kind="callback.reached").count() == 1


@pytest.mark.req("REP-1")
def test_one_form_from_eight_threads_is_one_ticket(real_transactions: None, cast: Cast, signed_in: SignIn) -> None:
    clients = [signed_in(cast.frontdesk) for _ in range(8)]
    typed = {"unit": "3-2-1501", "description": SAID, "idempotency_key": "k"}
    answers = at_once(8, lambda index: clients[index].post("/intake/", typed)["Location"])
    assert len({str(answer) for answer in answers}) == 1, answers
    assert (Ticket.objects.count(), Contact.objects.count()) == (1, 1)


def test_two_keys_are_two_wishes_and_the_second_is_shown_the_first(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(speak(cast.frontdesk, "en"))
    for key in ("a", "b"):
        client.post("/intake/", {"unit": "3-2-1501", "description": SAID, "idempotency_key": key})
    assert Case.objects.filter(ticket__isnull=False).count() == 2
    page = client.post("/intake/suggest/", {"unit": "3-2-1501", "description": SAID}).content.decode()
    assert all(number in page for number in Case.objects.filter(ticket__isnull=False).values_list("number", flat=True))


@pytest.mark.req("REP-1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_character_that_cannot_be_stored_is_named_as_such(cast: Cast, api: Api, language: str) -> None:
    sent = {"project": "demo", "unit": "3-2-1501", "description": "厨房\0漏水"}
    answer = api(speak(cast.frontdesk, language)).post("/api/v1/tickets/", sent, format="json", HTTP_ACCEPT_LANGUAGE="")
    assert answer.status_code == 400
    said = answer.json()["fields"]["description"]
    check_sentence(said, language)
    assert "无法保存的字符" in said or "cannot be stored" in said


@pytest.mark.req("REP-1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_upload_whose_name_has_no_end_is_refused_in_words_of_ours(cast: Cast, api: Api, language: str) -> None:
    ticket = in_progress(cast, opened(cast))
    body = (
        b'--x\r\nContent-Disposition: form-data; name="photo"; filename="'
        + b"a" * 3000
        + b'.jpg"\r\n\r\nz\r\n--x--\r\n'
    )
    answer = api(speak(cast.technician, language)).post(
        f"/api/v1/tickets/{ticket.case.number}/photos/", body, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 400
    said = answer.json()["detail"]
    check_sentence(said, language)
    assert "文件名太长" in said or "name of a file is too long" in said


@pytest.mark.req("REP-1")
def test_a_character_that_cannot_be_stored_is_left_out_of_a_form_and_nothing_else_is_lost(
    cast: Cast, signed_in: SignIn
) -> None:
    typed = {"unit": "3-2-1501", "description": "厨房\0漏水", "contact_name": "李阿姨", "idempotency_key": "k"}
    assert signed_in(cast.frontdesk).post("/intake/", typed).status_code == 302
    assert Ticket.objects.get().description == "厨房漏水"


@pytest.mark.req("REP-1")
@pytest.mark.parametrize("nothing", ["\u200b", "\u2060\ufeff ", "\0", "\u3164"])
def test_words_that_show_nothing_are_none(cast: Cast, signed_in: SignIn, nothing: str) -> None:
    typed = {"unit": "3-2-1501", "description": nothing, "contact_name": "李阿姨", "idempotency_key": "k"}
    answer = signed_in(cast.frontdesk).post("/intake/", typed)
    assert answer.status_code == 422
    assert "description" in answer.context["form"].errors
    assert "李阿姨" in answer.content.decode()
    ticket = opened(cast)
    number = ticket.case.number
    assert signed_in(cast.frontdesk).post(f"/tickets/{number}/do/cancel/", {"reason": nothing}).status_code == 422
    ticket.case.refresh_from_db()
    assert ticket.case.state == "pending"
