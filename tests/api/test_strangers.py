"""Addresses that are nothing, failures of ours, requests refused unread, pictures for a token: each in its shape."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils.translation import get_language
from rest_framework.test import APIClient

from accounts.models import User
from servicedesk import urls
from tests.api.program import ERROR
from tests.cast import Cast
from tests.tickets.flow import accepted, opened
from tests.tickets.pictures import photo_bytes

Api = Callable[[User], APIClient]
pytestmark = pytest.mark.req("SEC-1")


def broken(request: Any) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [*urls.urlpatterns, path("api/v1/broken/", broken)]
handler404, handler500 = urls.handler404, urls.handler500


@pytest.mark.parametrize("address", ["/api/", "/api/v1/no-such/", "/api/v2/cases/", "/api/v1/tickets/a/b/c/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_below_the_api_an_address_that_is_nothing_answers_in_json(db: None, address: str, method: str) -> None:
    answer = getattr(Client(), method)(address)
    assert answer.status_code == 404
    assert set(answer.json()) == ERROR
    assert answer.json()["code"] == "not_found"


def test_elsewhere_it_stays_a_page(db: None) -> None:
    answer = Client().get("/no-such-page/")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.content.decode()


def test_a_failure_of_ours_answers_in_json_too(db: None) -> None:
    with override_settings(ROOT_URLCONF=__name__):
        answer = Client(raise_request_exception=False).get("/api/v1/broken/")
    assert answer.status_code == 500
    assert (set(answer.json()), answer.json()["code"]) == (ERROR, "error")


@pytest.mark.parametrize(("query", "length", "status"), [("q=%00", "0", 400), ("", "many", 413)])
def test_the_page_of_a_request_refused_unread_may_show_its_own_style(query: str, length: str, status: int) -> None:
    answer = Client().request(PATH_INFO="/search/", QUERY_STRING=query, CONTENT_LENGTH=length)
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "style-src 'self'", "img-src 'self'", "frame-ancestors 'none'"} <= set(policy)


@pytest.mark.parametrize(("cookie", "language"), [("", "zh-hans"), ("en", "en"), ("xx", "zh-hans")])
def test_its_sentence_is_in_the_language_of_the_cookie(monkeypatch: Any, cookie: str, language: str) -> None:
    monkeypatch.setattr("servicedesk.middleware._", lambda words: get_language())
    client = Client()
    client.cookies["django_language"] = cookie
    answer = client.get("/api/v1/cases/?q=%00")
    assert (answer.status_code, answer.json()["detail"]) == (400, language)


def test_a_token_opens_the_pictures_that_the_ticket_names(cast: Cast, api: Api) -> None:
    number = accepted(cast, opened(cast)).case.number
    phone = api(cast.technician)
    picture = SimpleUploadedFile("a.jpg", photo_bytes(), "image/jpeg")
    kept = phone.post(f"/api/v1/tickets/{number}/photos/", {"photo": picture, "label": "before"}, format="multipart")
    url = kept.json()["photos"][0]["url"]
    assert url.startswith("/api/v1/")
    answer = phone.get(url, headers={"Accept": "image/*"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert answer.getvalue()[:2] == b"\xff\xd8"
    assert APIClient().get(url).status_code == 401
    for stranger in (cast.frontdesk2, cast.resident2):
        refused = api(stranger).get(url)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert api(cast.frontdesk).get(url.replace(number, "BX-20261123-9999")).status_code == 404
