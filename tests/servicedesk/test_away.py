"""The database is away: a sentence that says what to do, what was typed goes along, and sent again it acts once.

The refusals here come from the connection itself; `tests/chaos` takes the whole server away.
"""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import PASSWORD, Cast
from tests.servicedesk.test_headers import check
from tests.tickets.pictures import photo_bytes
from tickets.models import Ticket

SignIn = Callable[[User], Client]
GONE = OperationalError("server closed the connection unexpectedly")
CHINESE, ENGLISH = "数据库暂时连不上", "The database cannot be reached just now"
FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@contextmanager
def database_away(problem: Exception = GONE) -> Iterator[None]:
    """No statement gets through."""

    def refuse(*_: Any) -> Any:
        raise problem

    with connection.execute_wrapper(refuse):
        yield


def browser(user: User, signed_in: SignIn, language: str = "zh-hans") -> Client:
    client = signed_in(user)
    client.raise_request_exception = False
    client.cookies["django_language"] = language
    return client


@pytest.mark.parametrize("problem", [GONE, InterfaceError("connection already closed")])
@pytest.mark.parametrize("address", ["/desk/", "/tickets/", "/accounts/login/", "/admin/", "/search/?q=1", "/no-such/"])
def test_a_page_says_so_in_both_languages_and_offers_another_try(
    cast: Cast, signed_in: SignIn, address: str, problem: Exception
) -> None:
    client = browser(cast.frontdesk, signed_in)
    with database_away(problem):
        answer = client.get(address)
    text = answer.content.decode()
    assert answer.status_code == 503
    assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("5", "no-store")
    assert CHINESE in text
    assert ENGLISH in text
    assert f'<a href="{address}">' in text
    check(answer)


@pytest.mark.req("REP-1")
def test_what_was_typed_is_sent_again_from_the_page_and_acts_once(
    real_transactions: None, cast: Cast, signed_in: SignIn
) -> None:
    client = browser(cast.frontdesk, signed_in)
    typed = {
        "unit": "3-2-1501",
        "description": '厨房 <b>"漏水"</b>\n第二行',
        "idempotency_key": "once",
        "photos": ["a", "b"],
    }
    with database_away():
        answer = client.post("/intake/?contact=", typed)
    text = answer.content.decode()
    assert answer.status_code == 503
    assert '<form method="post" action="/intake/?contact=">' in text
    assert "不会重复办理" in text
    kept = [(name, html.unescape(value)) for name, value in FIELD.findall(text)]
    assert sorted(kept) == sorted(
        [(name, typed[name]) for name in ("unit", "description", "idempotency_key")]
        + [("photos", "a"), ("photos", "b")]
    )
    again = {name: value for name, value in kept if name != "photos"}
    assert [client.post("/intake/", again).status_code for _ in range(2)] == [302, 302]
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(("language", "words"), [("zh-hans", CHINESE), ("en", ENGLISH)])
def test_a_fragment_and_a_program_get_the_sentence_alone(
    cast: Cast, signed_in: SignIn, language: str, words: str
) -> None:
    client = browser(cast.frontdesk, signed_in, language)
    with database_away():
        part = client.post("/intake/suggest/", {"description": "x"}, headers={"HX-Request": "true"})
        photo = client.post(
            "/intake/photos/",
            {"file": SimpleUploadedFile("a.jpg", photo_bytes(), "image/jpeg")},
            headers={"Accept": "application/json"},
        )
        api = client.get("/api/v1/cases/")
    assert (part.status_code, part.headers["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert part.content.decode().startswith(words)
    for answer in (photo, api):
        assert answer.status_code == 503
        assert set(answer.json()) == {"code", "detail", "fields"}
        assert answer.json()["code"] == "unavailable"
        assert answer.json()["detail"].startswith(words)
        assert answer.headers["Retry-After"] == "5"


def test_a_program_with_a_token_too(cast: Cast, api: Callable[[User], APIClient]) -> None:
    client = api(cast.frontdesk)
    client.raise_request_exception = False
    with database_away():
        answer = client.post("/api/v1/tickets/", {"project": "demo"}, format="json", headers={"Idempotency-Key": "1"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.req("SEC-1")
def test_a_password_is_not_written_into_the_page(cast: Cast) -> None:
    client = Client(raise_request_exception=False)
    with database_away():
        answer = client.post("/accounts/login/", {"login": "frontdesk", "password": PASSWORD})
    assert answer.status_code == 503
    assert PASSWORD not in answer.content.decode()
    assert '<a href="/accounts/login/">' in answer.content.decode()


@pytest.mark.parametrize("problem", [GONE, InterfaceError("connection already closed")])
def test_health_tells_the_database_from_the_process(db: None, problem: Exception) -> None:
    client = Client(raise_request_exception=False)
    with database_away(problem):
        alive, ready = client.get("/healthz"), client.get("/readyz")
    assert alive.status_code == 200
    assert (ready.status_code, ready.json()["database"], ready.json()["beat"]) == (
        503,
        type(problem).__name__,
        "unknown",
    )


@pytest.mark.parametrize("words", ["database or disk is full", 'could not extend file "base/1": disk is full'])
def test_a_database_whose_disk_is_full_says_that(cast: Cast, signed_in: SignIn, words: str) -> None:
    client = browser(cast.frontdesk, signed_in)
    with database_away(OperationalError(words)):
        answer = client.get("/desk/")
    assert answer.status_code == 507
    assert "磁盘已满" in answer.content.decode()
    assert "Retry-After" not in answer.headers


def test_a_form_with_a_file_leads_back_to_its_page(cast: Cast, signed_in: SignIn) -> None:
    client = browser(cast.admin, signed_in)
    workbook = SimpleUploadedFile("a.xlsx", b"PK")
    with database_away():
        answer = client.post(
            "/register/import/5/columns/",
            {"file": workbook},
            headers={"Referer": "http://testserver/register/import/5/"},
        )
        elsewhere = client.post("/register/import/", {"file": workbook}, headers={"Referer": "https://evil.example/"})
    assert '<a href="http://testserver/register/import/5/">' in answer.content.decode()
    assert '<a href="/register/import/">' in elsewhere.content.decode()
