"""What the web server refuses before there is a request, over a real socket: our words, our headers."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from servicedesk.safe_headers import BARE_PAGE_POLICY, HEADERS

pytestmark = [pytest.mark.pure, pytest.mark.req("SEC-1")]
ROOT = Path(__file__).resolve().parents[2]
WELL = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
HAN = re.compile("[\u4e00-\u9fff]")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The server as `make run` starts it, with one worker."""
    chosen = free_port()
    line = "-m gunicorn servicedesk.wsgi:application --worker-class servicedesk.worker.DeskWorker --workers 1"
    line += f" --threads 2 --no-control-socket --log-level error --bind 127.0.0.1:{chosen}"
    folder = str(tmp_path_factory.mktemp("var"))
    env = {**os.environ, "VAR_DIR": folder, "PLAIN_HTTP": "1", "DJANGO_SETTINGS_MODULE": "servicedesk.settings"}
    env |= {"DATABASE_URL": "", "REDIS_URL": "", "DEBUG": "0"}
    server = subprocess.Popen([sys.executable, *line.split()], cwd=ROOT, env=env)
    try:
        until = time.monotonic() + 90
        while time.monotonic() < until and b" 200 " not in ask(chosen, WELL)[:15]:
            time.sleep(0.3)
        yield chosen
    finally:
        server.terminate()
        server.wait(20)


def ask(port: int, sent: bytes | list[bytes]) -> bytes:
    """All that comes back; nothing where nobody listens yet."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            try:
                for part in [sent] if isinstance(sent, bytes) else sent:
                    line.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all of it was said
            return receive(line)
    except ConnectionRefusedError:
        return b""


def receive(line: socket.socket) -> bytes:
    """Everything up to the end of the answer's body."""
    found = b""
    while True:
        try:
            part = line.recv(65536)
        except ConnectionResetError:
            return found
        found += part
        head, _, body = found.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        if not part or (length and len(body) >= int(length[1])):
            return found


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        (b"GET /?q=" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "地址太长了"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: a=" + b"b" * 70_000 + b"\r\n\r\n", 431, "Cookie 太大|头部"),
        (b"GET / HTTP/1.1\r\nno colon here\r\n\r\n", 400, "这个请求看不懂"),
        (b"\x16\x03\x01\x02\x00\x01 what is this\r\n\r\n", 400, "这个请求看不懂"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nExpect: wonders\r\n\r\n", 417, "这个请求看不懂"),
    ],
)
def test_what_is_refused_unread_is_said_in_our_words_with_our_headers(
    port: int, sent: bytes, status: int, words: str
) -> None:
    head, _, body = ask(port, sent).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    assert first.startswith(f"HTTP/1.1 {status} ")
    headers = dict(line.split(": ", 1) for line in lines)
    for name, value in (HEADERS | {"Content-Security-Policy": BARE_PAGE_POLICY, "Cache-Control": "no-store"}).items():
        assert headers[name] == value
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert int(headers["Content-Length"]) == len(body)
    text = body.decode()
    assert re.search(words, text)
    assert 'lang="zh-hans"' in text
    assert f">{status}<" in text
    assert "gunicorn" not in head.decode("latin-1").lower() + text.lower()


def chunks(size: int) -> list[bytes]:
    """A body of that size without its length, megabyte by megabyte."""
    head = b"POST /api/v1/auth/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    megabyte = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    return [head, *[megabyte] * size, b"0\r\n\r\n"]


def test_a_body_without_its_length_is_too_large_like_any_other(port: int) -> None:
    answer = ask(port, chunks(50)).decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert '"code": "too_large"' in answer
    assert HAN.search(json.loads(answer.split("\r\n")[-4])["detail"])


def test_a_small_body_without_its_length_is_read(port: int) -> None:
    head = chunks(0)[0]
    answer = ask(port, [head, b'b\r\n{"broken": \r\n0\r\n\r\n']).decode()
    assert answer.startswith("HTTP/1.1 400 ")
    assert "JSON" in answer
