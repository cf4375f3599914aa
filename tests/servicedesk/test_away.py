"""The database is away: a sentence that says what to do, what was typed goes along, and sent again it acts once.

The refusals here come from the connection itself; `tests/chaos` takes the whole server away.
"""

import html
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from servicedesk.away import NO_DATABASE, what_is_away
from tests.cast import PASSWORD, Cast
from tests.servicedesk.test_headers import check
from tests.tickets.pictures import photo_bytes
from tickets.models import Ticket

SignIn = Callable[[User], Client]
GONE = OperationalError("server closed the connection unexpectedly")
CHINESE, ENGLISH = "数据库暂时连不上", "The database cannot be reached just now"
SHOWN = re.compile(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>")
FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


def sqlite_error(code: int) -> sqlite3.OperationalError:
    """An error as the driver raises it."""
    error = sqlite3.OperationalError("as it comes")
    error.sqlite_errorcode = code
    return error


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
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_says_so_in_the_language_chosen_and_tries_again(
    cast: Cast, signed_in: SignIn, address: str, problem: Exception, language: str
) -> None:
    client = browser(cast.frontdesk, signed_in, language)
    with database_away(problem):
        answer = client.get(address)
    text = answer.content.decode()
    assert answer.status_code == 503
    assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("5", "no-store")
    said, other = (CHINESE, ENGLISH) if language == "zh-hans" else (ENGLISH, CHINESE)
    assert said in text
    assert other not in text
    assert f'<html lang="{language}">' in text
    assert "data-away" in text
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
    assert '<form method="post" action="/intake/?contact=" data-once>' in text
    assert "只登记一次" in text
    assert SHOWN.findall(text) == [("房号", "3-2-1501"), ("什么事", html.escape(str(typed["description"])))]
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


@pytest.mark.req("DSK-1")
def test_what_was_chosen_is_shown_in_words_and_what_only_the_database_knows_is_not(
    cast: Cast, signed_in: SignIn
) -> None:
    client = browser(cast.frontdesk, signed_in)
    typed = {"said": "问停车费", "contact_name": "王女士", "purpose": "payment", "channel": "walk_in", "to": "17"}
    with database_away():
        answer = client.post("/contacts/new/", typed | {"then": "answer", "project": "demo"})
    text = answer.content.decode()
    shown = dict(SHOWN.findall(text))
    assert shown == {"姓名": "王女士", "说了什么": "问停车费", "事由": "缴费", "渠道": "来访"}
    assert " data-once" not in text, "nothing tells a repeat from a second wish: the person sends it again"


def test_a_table_that_no_migration_made_is_a_mistake_of_ours_and_is_logged(
    real_transactions: None, cast: Cast, signed_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    client = browser(cast.frontdesk, signed_in)

    def misspell(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return execute(sql.replace("reception_contact", "no_such_table"), params, many, context)

    with connection.execute_wrapper(misspell), caplog.at_level("ERROR"):
        answer = client.get("/desk/")
        told = client.get("/api/v1/contacts/")
    assert answer.status_code == 500
    assert CHINESE not in answer.content.decode()
    assert (told.status_code, told.json()["code"]) == (500, "error")
    assert "no_such_table" in caplog.text


@pytest.mark.parametrize(
    ("cause", "ours"),
    [
        (sqlite_error(sqlite3.SQLITE_ERROR), True),
        (sqlite_error(sqlite3.SQLITE_BUSY), False),
        (sqlite_error(sqlite3.SQLITE_CANTOPEN), False),
        (sqlite_error(sqlite3.SQLITE_IOERR), False),
        (None, False),
    ],
    ids=["no such table", "locked", "cannot open", "disk fails", "told by nobody"],
)
def test_sqlite_calls_our_mistakes_operational_too(cause: Exception | None, ours: bool) -> None:
    problem = OperationalError("whatever it says")
    problem.__cause__ = cause
    assert what_is_away(problem) == (None if ours else NO_DATABASE)
    assert what_is_away(ProgrammingError('relation "x" does not exist')) is None
