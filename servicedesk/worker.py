"""The web server's worker: what it refuses itself, before there is a request, reads like every other refusal of ours.

gunicorn answers a line or header that is too long, and what is no HTTP at all, in English and without our headers.
"""

import re
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from gunicorn.workers.gthread import ThreadWorker

from servicedesk.safe_headers import BARE_PAGE_POLICY, HEADERS

STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ([^\r\n]*)\r\n")
# Those with words of their own; whatever else it refuses is a request that nobody can read.
PAGES = {"414": "414.html", "431": "431.html", "500": "500.html"}


class DeskWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker with threads, which says why it refuses in words of ours."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Let the server judge and log; what it writes about it is replaced by our own page."""
        super().handle_error(req, _Answering(client), addr, exc)


class _Answering:
    """A socket on which the server's own error page becomes ours; all else goes to the socket as it is."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def sendall(self, data: bytes) -> None:
        """Send our page in place of the server's; its status stays."""
        found = STATUS.match(data)
        self._client.sendall(answer(found[1].decode(), found[2].decode("latin-1")) if found else data)


def answer(status: str, reason: str) -> bytes:
    """The whole answer to a request refused before it was one, in the language of the house and with every header."""
    page = render_to_string(PAGES.get(status, "400.html"), {"status": status}).encode()
    headers = HEADERS | {
        "Content-Security-Policy": BARE_PAGE_POLICY,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(page)),
        "Cache-Control": "no-store",
        "Connection": "close",
    }
    if settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + page
