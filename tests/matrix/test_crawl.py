"""Everybody follows every link and every form's address of every page: headers on each answer, and no dead end."""

import re
from collections import Counter, deque
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import Resolver404, resolve

from tests.matrix.probe import Prober
from tests.matrix.table import TABLE
from tests.matrix.world import FOREIGN, OWN, ROLES
from tests.servicedesk.test_headers import check

pytestmark = [pytest.mark.req("SEC-1"), pytest.mark.django_db]
LINK = re.compile(r"""\b(?:href|src|action|hx-get|data-url)="([^"#][^"]*)""")
# Read where the address of something is nothing, refused, or made wrong on purpose.
ODD = (
    "/no-such-page/", "/api/v1/no-such/", "/search/?q=%00", "/c/BX-1/files/x/", "/api/v1/cases/?phase=nonsense",
    "/api/docs/", "/api/docs/?script=", "/api/schema/", "/healthz", "/readyz", "/static/no-such.css", "/admin/",
    "/admin/no/such/", "/accounts/login/", "/api/v1/cases/?cursor=broken",
)  # fmt: skip
LEAKS = re.compile(r"gunicorn|django/|python/|openpyxl|wsgiref|cpython", re.IGNORECASE)
FEW = {"frontdesk", "resident"}
EVERYBODY = [*ROLES, "keeper", "chief"]


class Crawl:
    """One person's way through the installation, a few addresses of each kind."""

    def __init__(self, prober: Prober, role: str, each: int) -> None:
        self.prober, self.role, self.each = prober, role, each
        self.client = Client(raise_request_exception=False)
        if role != "anonymous":
            self.client.cookies["sessionid"] = prober.sessions[role]
        self.seen: set[str] = set()
        self.kinds: Counter[str] = Counter()
        self.faults: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.waiting: deque[tuple[str, str]] = deque()

    def run(self) -> None:
        """Start everywhere one could type, and go on from there."""
        place = FOREIGN if self.role == "frontdesk2" else OWN
        self.waiting.extend((path, "") for path in ("/", *ODD))
        for name, row in TABLE.items():
            if row.reads is not None:
                ids = (self.prober.world.ids(row.thing, place) if row.thing else {}) | dict(row.given)
                self.add(self.prober.path(name.split()[0], ids), "")
        while self.waiting:
            self.visit(*self.waiting.popleft())

    def add(self, address: str, page: str) -> None:
        """Note an address for later, unless enough of its kind were visited."""
        parts = urlsplit(urljoin(page or "/", unescape(address)))
        if parts.netloc not in ("", "testserver") or parts.scheme not in ("", "http"):
            return
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if path in self.seen:
            return
        self.seen.add(path)
        if path.startswith("/static/"):
            found = finders.find(parts.path.removeprefix("/static/"))
            self.note(found, f"{page} asks for {path}, which is not there")
        elif self._wanted(parts.path, parts.query):
            self.waiting.append((path, page))

    def _wanted(self, path: str, query: str) -> bool:
        names = [word.partition("=")[0] for word in query.split("&")]
        try:
            # Filters can be heaped up without end: each alone, and a few heaps.
            kind = f"{resolve(path).view_name} {names[0] if len(names) == 1 else 'several'}"
        except Resolver404:
            return True
        self.kinds[kind] += 1
        return self.kinds[kind] <= self.each

    def note(self, fine: object, fault: str) -> None:
        """Note a fault."""
        if not fine:
            self.faults.append(f"{self.role}: {fault}")

    def visit(self, path: str, page: str) -> None:
        """Ask, hold the answer to what holds for all, and note where it leads."""
        answer: Any = self.client.get(path)
        self.statuses[answer.status_code] += 1
        who = f"{path} (from {page or 'the start'}) answers {answer.status_code}"
        try:
            check(answer)
        except (AssertionError, KeyError) as missing:
            self.note(False, f"{who} without {missing!r}")
        if self.role != "anonymous" and not path.startswith(("/static/", "/healthz", "/readyz")):
            self.note("no-store" in answer.headers.get("Cache-Control", ""), f"{who} may be kept by a cache")
        self.note("Server" not in answer.headers and "X-Powered-By" not in answer.headers, f"{who} names a server")
        self.note(not LEAKS.search(str(answer.headers)), f"{who} names a program")
        self.note(answer.status_code < 500 or path == "/readyz", f"{who}: failed")
        self.note(answer.status_code != 404 or not page, f"{who}: a dead end")
        if answer.headers.get("Location"):
            self.add(answer.headers["Location"], path)
        elif not answer.streaming and answer.headers["Content-Type"].startswith("text/html"):
            text = answer.content.decode()
            self.note(not re.search(r"<script(?![^>]*(nonce|src|application/json))", text), f"{who}: an inline script")
            self.note(not re.search(r"""<[^>]+\s(style|on[a-z]+)=["']""", text), f"{who}: an inline style or handler")
            for found in LINK.findall(text):
                if not found.startswith(("data:", "mailto:", "tel:", "javascript:")):
                    self.add(found, path)


@pytest.mark.parametrize(
    "role", [pytest.param(role, marks=() if role in FEW else pytest.mark.slow) for role in EVERYBODY]
)
def test_every_answer_has_its_headers_and_no_link_is_dead(prober: Prober, role: str, settings: Any) -> None:
    settings.MEDIA_ROOT = prober.files
    crawl = Crawl(prober, role, each=1 if role in FEW else 4)
    crawl.run()
    print(f"{role}: {sum(crawl.statuses.values())} answers, {dict(sorted(crawl.statuses.items()))}")  # noqa: T201
    assert sum(crawl.statuses.values()) > 30
    assert not crawl.faults, "\n".join(crawl.faults)


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(FEW))
def test_the_same_for_the_few_on_more_of_their_pages(prober: Prober, role: str, settings: Any) -> None:
    settings.MEDIA_ROOT = prober.files
    crawl = Crawl(prober, role, each=6)
    crawl.run()
    print(f"{role}: {sum(crawl.statuses.values())} answers, {dict(sorted(crawl.statuses.items()))}")  # noqa: T201
    assert not crawl.faults, "\n".join(crawl.faults)
