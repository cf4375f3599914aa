"""The database is gone for ten seconds: everybody is told, nobody's work is lost, and all goes on without help."""

import json
import sqlite3
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.client import TOKEN, Client
from tests.chaos.site import Site, can_make_clusters, make_site
from tests.chaos.test_kill_everything import ON_SERVER

GONE = 10.0


def somebody(site: Site) -> Client:
    """A client that waits for longer than the database does."""
    client = Client(site.folder, 0, site.address, careless=False)
    client.patience = 60.0
    return client


def form(site: Site, said: str, key: str) -> tuple[int, str]:
    """Log a call on the page."""
    client = somebody(site)
    fields = {
        "said": said, "purpose": "enquiry", "channel": "phone", "done": "已答复", "then": "answer",
        "idempotency_key": key, "csrfmiddlewaretoken": TOKEN,
    }  # fmt: skip
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"sessionid={client.access['session']}; csrftoken={TOKEN}",
    }
    status, content, location = client.send("/contacts/new/", urllib.parse.urlencode(fields).encode(), headers)
    return status, content.decode() + location


def program(site: Site, title: str, key: str) -> tuple[int, Any]:
    """Open a ticket over the API."""
    client = somebody(site)
    body = {"project": "demo", "kind": "repair", "unit": "3-2-1501", "title": title, "description": title}
    headers = {
        "Authorization": f"Token {client.access['tokens']['frontdesk']}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    status, content, _ = client.send("/api/v1/tickets/", json.dumps(body).encode(), headers)
    return status, json.loads(content)


def check_told(site: Site) -> None:
    """What everybody reads while it is gone."""
    status, text = form(site, "电梯什么时候修好？", "a form")
    assert status == 503
    assert "数据库暂时连不上" in text
    assert 'value="电梯什么时候修好？"' in text
    assert "<dd>电梯什么时候修好？</dd>" in text
    status, told = program(site, "灯不亮", "a call")
    assert (status, told["code"]) == (503, "unavailable")
    assert told["detail"].startswith("数据库暂时连不上")


def check_goes_on(site: Site) -> None:
    """Afterwards: the same keys act once, and the sweep goes on by itself."""
    assert site.wait(60, site.is_ready), site.ask("/readyz")
    for _ in range(2):
        status, where = form(site, "电梯什么时候修好？", "a form")
        assert (status, "/contacts/" in where) == (302, True)
    numbers = set()
    for _ in range(2):
        status, made = program(site, "灯不亮", "a call")
        assert status == 201
        numbers.add(made["number"])
    assert len(numbers) == 1
    site.wait(8)
    found = site.settle(120)
    assert found["breached"] >= 1, "the ticket's deadline passed and nobody looked"
    assert found["wrong"] == {}


@pytest.mark.slow
@pytest.mark.req("SLA-3")
@pytest.mark.skipif(not (ON_SERVER or can_make_clusters()), reason="needs PostgreSQL")
def test_postgresql_is_gone_for_ten_seconds(tmp_path: Path) -> None:
    site = make_site(tmp_path, server=True, own_cluster=can_make_clusters())
    try:
        assert site.wait(60, site.is_ready), site.ask("/readyz")
        assert program(site, "before", "before")[0] == 201  # the web's connections are open
        processes = {name: child.process for name, child in site.children.items()}
        site.kill("database", away=GONE)
        came_down = time.monotonic()
        status, ready, _ = site.ask("/readyz")
        assert (status, json.loads(ready)["database"]) == (503, "OperationalError")
        assert site.ask("/healthz")[0] == 200
        check_told(site)
        for address in ("/desk/", "/accounts/login/"):
            status, text, headers = site.ask(address, {"Cookie": "sessionid=somebody-signed-in-before"})
            assert (status, headers["Retry-After"]) == (503, "5"), address
            assert "数据库暂时连不上" in text
        assert time.monotonic() - came_down < GONE, "the answers took longer than the outage"
        site.wait(GONE)
        check_goes_on(site)
        assert {name: child.process for name, child in site.children.items()} == processes, "somebody was started again"
    finally:
        site.close()


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Somebody else holds the file and lets nobody read or write."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.req("SLA-3")
def test_sqlite_is_locked_for_longer_than_anybody_waits(tmp_path: Path) -> None:
    site = make_site(tmp_path, server=False)
    try:
        assert site.wait(60, site.is_ready), site.ask("/readyz")
        processes = {name: child.process for name, child in site.children.items()}
        with held(tmp_path / "desk.sqlite3"):
            check_told(site)
        check_goes_on(site)
        assert {name: child.process for name, child in site.children.items()} == processes, "somebody was started again"
    finally:
        site.close()
