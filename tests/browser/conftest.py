"""A real Chromium in front of a real server, signed in as members of the cast.

`BROWSER_LATE=0.3` lets each script come that many seconds late, as on a slow line: a test that does not wait shows.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles.handlers import StaticFilesHandlerMixin
from django.http import HttpRequest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from accounts.models import User
from tests.browser.counting import held, table  # noqa: F401  fixtures of every browser test
from tests.browser.day import come, hands, picture  # noqa: F401  fixtures of every browser test
from tests.cast import Cast

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 375, "height": 812}
# Playwright keeps an event loop in the test's thread; the tests themselves are synchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# What must come is waited for as long as a busy machine may need; what is there already costs nothing.
expect.set_options(timeout=20_000)


def chromium() -> str:
    """Where the browser is; required where CI says so, else the tests are skipped with the reason."""
    found = os.environ.get("CHROME_PATH") or shutil.which("chromium") or shutil.which("google-chrome") or ""
    if not found:
        if os.environ.get("CI"):
            pytest.fail("browser tests are required here, but no Chromium was found")
        pytest.skip("no Chromium on this machine (set CHROME_PATH to use another)")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the session."""
    path = chromium()
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield instance
        instance.close()


@pytest.fixture(autouse=True)
def late_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `BROWSER_LATE` asks for."""
    late, serve = float(os.environ.get("BROWSER_LATE") or 0), StaticFilesHandlerMixin.serve

    def served(handler: Any, request: HttpRequest) -> Any:
        if request.path.endswith(".js"):
            time.sleep(late)
        return serve(handler, request)

    if late:
        monkeypatch.setattr(StaticFilesHandlerMixin, "serve", served)


@pytest.fixture
def stage(real_transactions: Any, cast: Cast) -> Cast:
    """The cast, committed, so that the server's threads see it."""
    return cast


def session_of(user: User) -> str:
    """The key of a new session in which the person is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "servicedesk.signin.DeskBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


Opener = Callable[..., Page]


@pytest.fixture
def open_as(browser: Browser, stage: Cast, live_server: Any) -> Iterator[Opener]:
    """`open_as(user, path, phone=False)`: a page of the person; every page fails the test on a CSP or script error."""
    contexts: list[Any] = []
    problems: list[str] = []

    def opener(user: User | None, path: str, *, phone: bool = False) -> Page:
        context = browser.new_context(
            viewport=PHONE if phone else DESK, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=phone
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url}]
            )
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                problems.append(f"{page.url}: {message.text}") if "Content Security Policy" in message.text else None
            ),
        )
        page.goto(live_server.url + path)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert not problems
