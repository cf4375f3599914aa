"""Every answer has its headers, errors and refused requests too; production settings pass Django's own check."""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from rest_framework.test import APIClient

from accounts.models import User
from servicedesk.urls import urlpatterns as real
from tests.cast import Cast

ROOT = Path(__file__).resolve().parent.parent.parent
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
pytestmark = pytest.mark.req("SEC-1")


def broken(request: Any) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [*real, path("broken/", broken)]


def check(answer: Any) -> None:
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy or ("default-src 'self'" in policy and "object-src 'none'" in policy)
    assert "Permissions-Policy" in answer.headers


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/accounts/login/", 200),
        ("/", 302),
        ("/no-such-page/", 404),
        ("/api/v1/cases/", 401),
        ("/api/v1/no-such/", 404),
        ("/healthz", 200),
        ("/static/no-such.css", 404),
        ("/admin/", 302),
        ("/search/?q=%00", 400),
        ("/i18n/setlang/", 302),
    ],
)
def test_answers_to_strangers(db: None, address: str, status: int) -> None:
    answer = Client().get(address)
    assert answer.status_code == status
    check(answer)


def test_an_error_of_the_server_too(db: None) -> None:
    with override_settings(ROOT_URLCONF=__name__):
        answer = Client(raise_request_exception=False).get("/broken/")
    assert answer.status_code == 500
    check(answer)


def test_a_host_that_is_not_ours_is_refused_with_headers(db: None, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["desk.example.org"]
    answer = Client().get("/accounts/login/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    check(answer)


@pytest.mark.parametrize(
    "address", ["/inbox/", "/tickets", "/no-such-page/", "/api/v1/cases/", "/preferences/", "/api/schema/"]
)
def test_nothing_of_somebody_signed_in_is_kept_by_a_cache(
    cast: Cast, signed_in: Callable[[User], Client], address: str
) -> None:
    answer = signed_in(cast.frontdesk).get(address)
    assert "no-store" in answer.headers["Cache-Control"]
    check(answer)


def test_nothing_that_a_token_opened_is_kept_by_a_cache(cast: Cast, api: Callable[[User], APIClient]) -> None:
    for address in ("/api/v1/cases/", "/api/v1/cases/BX-1/"):
        assert "no-store" in api(cast.frontdesk).get(address).headers["Cache-Control"]


@pytest.mark.parametrize(("address", "kind"), [("/api/v1/tickets/", "application/json"), ("/intake/", "text/html")])
def test_fifty_megabytes_are_refused_unread(cast: Cast, address: str, kind: str) -> None:
    class Unread:
        def read(self, *args: Any) -> bytes:
            pytest.fail("the body was read")

        readline = read

    environ = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(50 * 1024 * 1024), "REQUEST_METHOD": "POST"}
    answer = Client().request(PATH_INFO=address, CONTENT_TYPE="multipart/form-data; boundary=x", **environ)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"].startswith(kind)
    check(answer)


@pytest.mark.parametrize("length", ["-1", "many", "1e9"])
def test_a_length_that_is_no_number_is_refused(db: None, length: str) -> None:
    assert Client().request(PATH_INFO="/", REQUEST_METHOD="POST", CONTENT_LENGTH=length).status_code == 413


def production(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command under what a production server sets, and nothing of the tests."""
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "desk.example.org",
        "BEHIND_PROXY": "1",
        "DATABASE_URL": "postgres://desk@database/desk",
        "REDIS_URL": "redis://redis:6379/0",
        "VAR_DIR": os.environ["VAR_DIR"],
    }
    return subprocess.run([sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_production_passes_djangos_own_check() -> None:
    done = production("manage.py", "check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0, done.stderr


def test_in_production_cookies_and_redirects_insist_on_tls() -> None:
    script = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "from django.conf import settings as s\n"
        "plain = Client().get('/accounts/login/', headers={'Host': 'desk.example.org'})\n"
        "print(plain.status_code, plain.headers['Location'], 'Content-Security-Policy' in plain.headers)\n"
        "print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_NAME)\n"
        "print(s.SECURE_HSTS_SECONDS >= 31536000, s.DEBUG, s.DEMO)\n"
        "inside = Client().get('/healthz', secure=True, headers={'Host': 'desk.example.org'})\n"
        "print(inside.status_code, inside.headers['Strict-Transport-Security'])\n"
        "print(s.LANGUAGE_COOKIE_NAME, s.LANGUAGE_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)\n"
        "print(s.SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_DOMAIN, s.LANGUAGE_COOKIE_DOMAIN)\n"
        "print(s.SESSION_COOKIE_PATH, s.CSRF_COOKIE_PATH, s.LANGUAGE_COOKIE_PATH)\n"
        "from django.utils.module_loading import import_string\n"
        "storage = import_string(s.MESSAGE_STORAGE).storage_classes[0]\n"
        "from django.http import HttpResponse; from django.test import RequestFactory\n"
        "kept = storage(RequestFactory().get('/')); kept.add(20, 'x'); answer = HttpResponse()\n"
        "kept.update(answer); cookie = answer.cookies['__Host-messages']\n"
        "print(cookie['secure'], cookie['httponly'], cookie['path'], cookie['domain'] or None)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "servicedesk.settings",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "ALLOWED_HOSTS": "desk.example.org",
            "VAR_DIR": os.environ["VAR_DIR"],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "301 https://desk.example.org/accounts/login/ True",
        "__Host-sessionid True True __Host-csrftoken",
        "True False False",
        "200 max-age=31536000; includeSubDomains; preload",
        "__Host-language True True",
        "None None None",
        "/ / /",
        "True True / None",
    ], done.stderr


@pytest.mark.django_db
def test_a_nul_in_a_form_is_taken_out_before_anything_reads_it(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    client = signed_in(cast.frontdesk)
    for address, body in (
        ("/tickets/dispatch/", {"pick": "BX\0", "technician": str(cast.technician.pk)}),
        ("/contacts/new/", {"idempotency_key": "a\0", "said": "x"}),
        ("/call/repeat/", {"matter": "\0"}),
        ("/accounts/login/", {"login": "a\0", "password": "x"}),
        ("/accounts/login/", {"login": "frontdesk", "password": "x\0"}),
    ):
        answer = client.post(address, body)
        assert answer.status_code in {200, 302, 404, 422}, (address, answer.status_code)
        assert "Content-Security-Policy" in answer.headers


def test_an_address_of_a_form_opened_without_it_says_so(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    for answer in (signed_in(cast.frontdesk).get("/inbox/read/"), signed_in(cast.frontdesk).post("/search/")):
        assert answer.status_code == 405
        assert "这个地址不能直接打开" in answer.content.decode()
        assert answer.headers["Content-Length"] == str(len(answer.content))
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Allow"]
        check(answer)


@pytest.mark.parametrize("back", ["+5", "x", "{{ 7*7 }}", "home:", "\u202e", "x" * 3000])
def test_a_way_back_that_is_no_address_of_ours_fails_nothing(
    cast: Cast, signed_in: Callable[[User], Client], back: str
) -> None:
    answer = signed_in(cast.frontdesk).post("/preferences/", {"shortcuts_off": "1", "next": back})
    assert answer.status_code == 302
