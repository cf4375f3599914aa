"""Pages of errors speak one language: the account's, else the browser's, else Chinese; and need no database for it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from accounts.models import User
from servicedesk import urls
from tests.cast import Cast
from tests.servicedesk.test_away import database_away
from tests.servicedesk.test_headers import check

SignIn = Callable[[User], Client]
HAN = re.compile(r"[\u4e00-\u9fff]")
PAGES = [
    ("/no-such-page/", 404),
    ("/x/broken/", 500),
    ("/x/denied/", 403),
    ("/x/strange/", 400),
    ("/search/?q=%00", 400),
]


def broken(request: Any) -> HttpResponse:
    raise ZeroDivisionError


def denied(request: Any) -> HttpResponse:
    raise PermissionDenied


def strange(request: Any) -> HttpResponse:
    raise SuspiciousOperation


urlpatterns = [*urls.urlpatterns, path("x/broken/", broken), path("x/denied/", denied), path("x/strange/", strange)]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


def shown(client: Client, address: str, status: int) -> str:
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        answer = client.get(address)
    assert answer.status_code == status
    check(answer)
    return answer.content.decode()


def is_chinese(page: str) -> bool:
    """Say which of the two it is; a page that is in both is in neither."""
    assert ('lang="zh-hans"' in page) == bool(HAN.search(page))
    assert ('lang="en"' in page) != ('lang="zh-hans"' in page)
    return bool(HAN.search(page))


@pytest.mark.parametrize(("address", "status"), PAGES)
@pytest.mark.parametrize("language", ["", "zh-hans", "en", "fr"])
def test_a_stranger_reads_the_browsers_language_else_chinese(
    db: None, address: str, status: int, language: str
) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    assert is_chinese(shown(client, address, status)) == (language != "en")


@pytest.mark.parametrize(("address", "status"), PAGES[:4])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_whoever_is_signed_in_reads_the_accounts_language(
    cast: Cast, signed_in: SignIn, address: str, status: int, language: str
) -> None:
    cast.frontdesk.language = language
    cast.frontdesk.save()
    client = signed_in(cast.frontdesk)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans" if language == "en" else "en"
    assert is_chinese(shown(client, address, status)) == (language == "zh-hans")


def test_a_form_sent_to_an_address_that_takes_none_is_told_so_in_the_accounts_language(
    cast: Cast, signed_in: SignIn
) -> None:
    cast.frontdesk.language = "en"
    cast.frontdesk.save()
    answer = signed_in(cast.frontdesk).get("/desk/join/")
    assert answer.status_code == 405
    assert not is_chinese(answer.content.decode())


def test_the_language_of_the_account_is_known_even_while_the_database_is_away(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    client.post("/preferences/", {"language": "en"})
    client.raise_request_exception = False
    with database_away():
        answer = client.get("/desk/")
    assert answer.status_code == 503
    assert not HAN.search(answer.content.decode())
