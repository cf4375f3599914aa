"""One request of the matrix: who, how, where; what was answered and whether anything was written."""

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.authtoken.models import Token

from accounts.models import User
from tests.matrix.world import World

WRITES = re.compile(r'^\s*(INSERT|UPDATE|DELETE)[^"]*"(\w+)"', re.IGNORECASE)
# What a request may touch whoever makes it: the session, and the count of wrong passwords.
HOUSEKEEPING = re.compile(r"django_session|axes_\w+")
PER_REQUEST = (
    (re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*'), r"\1"),
    (re.compile(r"(X-CSRFToken[^A-Za-z0-9]+)[A-Za-z0-9]+"), r"\1"),
    (re.compile(r'(nonce[=-]"?)[A-Za-z0-9+/=_-]+'), r"\1"),
    # The admin site's messages are signed and name the number that was asked for.
    (re.compile(r"(messages=)[^;]*"), r"\1"),
    (re.compile(r"(csrftoken=)\w+|expires=[^;]*|(Expires: ).*"), r"\1\2"),
    (re.compile(r'data-now="[^"]*"'), ""),
    (re.compile(r"(<span data-print-moment[^>]*>)[^<]*"), r"\1"),
    (re.compile(r'name="idempotency_key" value="[^"]*"'), ""),
)
NOT_COMPARED = {"Content-Length", "X-Request-ID"}
API = re.compile(r"^/api/v1/(?!auth/)")


@dataclass
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]
    path: str
    wrote: list[str] = field(default_factory=list)

    @property
    def to_login(self) -> bool:
        """Say whether somebody who is not signed in is sent to the door."""
        return self.status == 302 and self.headers.get("Location", "").startswith("/accounts/login/")

    @property
    def bare(self) -> tuple[int, str]:
        """The answer without the address that was asked for and what differs from request to request."""
        text = "\n".join([self.text, *(f"{name}: {value}" for name, value in sorted(self.headers.items()))])
        for pattern, kept in PER_REQUEST:
            text = pattern.sub(kept, text)
        for path in (self.path, quote(self.path), quote(self.path, safe="")):
            text = re.sub(rf"{re.escape(path)}(?!\w)", "*", text)
        return self.status, text


def addresses() -> Iterator[tuple[str, URLPattern]]:
    """Every address of the installation by its full name (`admin:index`, `ticket`, `ticket-list`)."""
    yield from _walk(get_resolver(), "")


def _walk(resolver: URLResolver, space: str) -> Iterator[tuple[str, URLPattern]]:
    for found in resolver.url_patterns:
        if isinstance(found, URLResolver):
            yield from _walk(found, f"{space}{found.namespace}:" if found.namespace else space)
        else:
            yield f"{space}{found.name or found.pattern}", found


class Prober:
    """Asks as any role; everything a request did is taken back afterwards."""

    def __init__(self, world: World, files: Path) -> None:
        self.world, self.files = world, files
        self.asked = 0
        self.sessions: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        for role, user in world.cast.users.items():
            self.enter(role, user)

    def enter(self, role: str, user: User) -> None:
        """Give somebody a session and a token."""
        client = Client()
        client.force_login(user, backend="servicedesk.signin.DeskBackend")
        self.sessions[role] = client.cookies["sessionid"].value
        self.tokens[role] = Token.objects.create(user=user).key

    def ask(self, role: str, method: str, name: str, ids: Mapping[str, object], body: Any = None) -> Answer:
        """Make one request; the database is as before when it returns."""
        return self.ask_path(role, method, self.path(name, ids), body)

    @staticmethod
    def path(name: str, ids: Mapping[str, object]) -> str:
        """The path of an address."""
        return reverse(name, kwargs=dict(ids))

    def ask_path(self, role: str, method: str, path: str, body: Any = None) -> Answer:
        """The same for a path."""
        wrote: list[str] = []
        with transaction.atomic():
            with connection.execute_wrapper(_Watcher(wrote)):
                response = self._send(role, method, path, body)
                text = _text(response)
            transaction.set_rollback(True)
        self.asked += 1
        headers = {name: value for name, value in response.headers.items() if name not in NOT_COMPARED}
        headers["Set-Cookie"] = response.cookies.output(header="")
        return Answer(response.status_code, text, headers, path, wrote)

    def _send(self, role: str, method: str, path: str, body: Any) -> Any:
        client = Client(raise_request_exception=False)
        extra: dict[str, Any] = {}
        in_api = API.match(path) is not None
        if role != "anonymous":
            if in_api:
                extra["headers"] = {"Authorization": f"Token {self.tokens[role]}"}
            else:
                client.cookies["sessionid"] = self.sessions[role]
        if method == "GET":
            return client.get(path, body or {}, **extra)
        if in_api:
            return client.generic(method, path, _json(body), content_type="application/json", **extra)
        if method == "POST":
            return client.post(path, body or {}, **extra)
        return client.generic(method, path, **extra)


def _json(body: Any) -> bytes:
    return DjangoJSONEncoder().encode(body or {}).encode()


def _text(response: HttpResponse) -> str:
    """What somebody reads who opens the answer: workbooks unpacked, papers as text."""
    content = bytes(
        b"".join(response.streaming_content)  # type: ignore[attr-defined]
        if response.streaming
        else response.content
    )
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(part).decode("utf-8", "replace") for part in archive.namelist())
    if content.startswith(b"%PDF"):
        return _words_of_paper(content)
    return content.decode("utf-8", "replace")


def _words_of_paper(content: bytes) -> str:
    """The words of a PDF, long ones whole again; empty where the machine cannot read it."""
    if not shutil.which("pdftotext"):
        return ""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode().replace("\u200b", "")


class _Watcher:
    """Writes down which tables a request writes to."""

    def __init__(self, wrote: list[str]) -> None:
        self.wrote = wrote

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITES.match(sql)
        if found and not HOUSEKEEPING.fullmatch(found[2]):
            self.wrote.append(f"{found[1].upper()} {found[2]}")
        return execute(sql, params, many, context)
