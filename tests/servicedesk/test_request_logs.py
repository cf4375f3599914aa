"""No log holds what somebody searched for or who called: the query of an address, and the page one came from."""

import json
import logging
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from gunicorn.config import Config
from gunicorn.glogging import Logger

from tests.cast import Cast

pytestmark = pytest.mark.req("SEC-1")
SOUGHT = {"RAW_URI": "/call/?number=13812341234", "PATH_INFO": "/call/", "QUERY_STRING": "number=13812341234"}


def test_the_servers_log_has_the_address_without_its_query() -> None:
    command = (settings.BASE_DIR / "Dockerfile").read_text().rpartition("CMD ")[2].replace("\\\n", "")
    words = json.loads(command)
    shape = words[words.index("--access-logformat") + 1]
    asked = {"REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_REFERER": "/search/?q=张三", **SOUGHT}
    answer = SimpleNamespace(status="200 OK", sent=10, headers=[])
    atoms = Logger(Config()).atoms(answer, SimpleNamespace(headers=[]), asked, timedelta(seconds=1))
    line = shape % atoms
    assert "GET /call/ HTTP/1.1 200" in line
    assert "13812341234" not in line
    assert "张三" not in line


def test_the_proxys_logs_leave_it_out_too() -> None:
    text = (settings.BASE_DIR / "docker" / "Caddyfile").read_text()
    logs = re.findall(r"\n(\t+)log\b.*?\n\1\}", text, re.DOTALL)
    assert len(logs) == text.count("format filter {") == text.count("request>headers>Referer delete") == 2
    patterns = re.findall(r'request>uri regexp `(.+)` ""', text)
    assert [re.sub(pattern, "", "/search/?q=%E5%BC%A0") for pattern in patterns] == ["/search/", "/search/"]


def test_a_request_that_fails_is_told_of_without_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(cast.frontdesk, backend="servicedesk.signin.DeskBackend")
    monkeypatch.setattr("reception.views.call.plain_phone", None)
    with caplog.at_level(logging.INFO):
        assert client.get("/call/?number=13812341234").status_code == 500
    assert "GET /call/" in caplog.text
    assert "13812341234" not in caplog.text
