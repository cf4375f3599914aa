"""Nonsense for pages: every form that a page shows, every address that takes one, every filter, the admin site too."""

import html
import json
import re
import unicodedata
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.matrix.probe import Prober, addresses
from tests.matrix.table import TABLE
from tests.matrix.world import FOREIGN, NEIGHBOUR, OWN
from tests.nonsense.pages import TYPED, Field, read
from tests.nonsense.tally import Tally
from tests.nonsense.values import EVERYTHING, FILES, JSON, text

TAGS = re.compile(r"<(script|style|head)\b.*?</\1>|<[^>]+>", re.DOTALL)
# A quantity stands in the line of an item: where no item was chosen there is no line to show it in.
OF_A_LINE = {"quantity"}
WORD = re.compile(r"\w{2,}")
LIST_NAMES = (
    "page",
    "cursor",
    "q",
    "o",
    "e",
    "p",
    "all",
    "next",
    "before",
    "since",
    "until",
    "view",
    "is_popup",
    "_popup",
    "_to_field",
)
BOUNDARY = "nonsense-boundary"
WALK = 20


@dataclass(frozen=True)
class Target:
    """An address, the method, and the fields it takes from a role."""

    role: str
    path: str
    method: str
    fields: dict[str, Field] = field(compare=False)
    found_on_page: bool = field(default=False, compare=False)


def known_fields() -> dict[str, Field]:
    """Every field of every form class of ours: what an address may look at though no page shows it."""
    found: dict[str, Field] = {}
    waiting: list[type[forms.BaseForm]] = [forms.BaseForm]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        for name, made in getattr(one, "base_fields", {}).items():
            kind = "file" if isinstance(made, forms.FileField) else getattr(made.widget, "input_type", "textarea")
            found.setdefault(name, Field(kind))
    return found


class Browsers:
    """Fills in forms wrongly, as any role."""

    def __init__(self, crowd: Prober, number: int) -> None:
        self.crowd, self.chance = crowd, Random(number)
        self.tally = Tally()
        self.known = known_fields()
        self.targets: list[Target] = []

    # --- where --------------------------------------------------------------------------------------------------------
    def look_around(self, role: str, names: list[str] | None = None) -> None:
        """Open every page as the role, and note what can be sent."""
        for name, _pattern in addresses():
            if names is not None and name not in names:
                continue
            for path, body in self._paths(name):
                self._look(role, path, body)

    def _paths(self, name: str) -> list[tuple[str, dict[str, Any] | None]]:
        """The paths of an address, with a body that means something where the table has one."""
        if name.startswith("admin:"):
            return [(path, None) for path in _admin_paths(name)]
        row = TABLE[name]
        found: list[tuple[str, dict[str, Any] | None]] = []
        for place in (OWN, NEIGHBOUR, FOREIGN) if row.thing else (OWN,):
            ids = (self.crowd.world.ids(row.thing, place) if row.thing else {}) | dict(row.given)
            body = row.body(self.crowd.world, place) if row.body else {}
            if "-" not in name:
                found.append((reverse(name, kwargs=ids), body if row.writes is not None else None))
        return found

    def _look(self, role: str, path: str, body: dict[str, Any] | None) -> None:
        with transaction.atomic():
            answer = self._client(role).get(path)
            shown = _text(answer)
            transaction.set_rollback(True)
        page = read(shown) if "html" in answer.headers.get("Content-Type", "") else read("")
        queries = {name: Field("text") for name in [*page.queries, *LIST_NAMES]}
        for form in page.forms:
            target = form.action.partition("?")[0] or path
            if not target.startswith("/") or form.method == "DIALOG":
                continue
            if form.method == "GET":
                queries |= form.fields
            else:
                self.targets.append(Target(role, target, "POST", form.fields, found_on_page=True))
        if answer.status_code == 200:
            self.targets.append(Target(role, path, "GET", queries))
        if body is not None:
            given = {name: Field("text", [str(value)]) for name, value in body.items()}
            some = {name: self.known[name] for name in self.chance.sample(sorted(self.known), 8)}
            self.targets.append(Target(role, path, "POST", some | given))

    # --- what ---------------------------------------------------------------------------------------------------------
    def run(self, number: int) -> None:
        """Send so many requests."""
        self.targets = sorted(set(self.targets), key=lambda one: (one.role, one.path, one.method))
        with self.tally.listening():
            for start in range(0, number, WALK):
                with transaction.atomic():
                    for _ in range(min(WALK, number - start)):
                        self._one(self.chance.choice(self.targets))
                    transaction.set_rollback(True)

    def _one(self, target: Target) -> None:
        pairs = self._pairs(target)
        query, body, kind = "", b"", ""
        if target.method == "GET":
            query = _urlencoded(pairs)
            if self.chance.random() < 0.1:
                query += self.chance.choice(
                    ["&q=%ff%fe", "&%zz=%", "&q=%ed%a0%80", "&&&==", "&page=%00", "&q[]=1&q[a]=2"]
                )
        else:
            body, kind = self._encoded(pairs, target)
        asked = f"{target.role} {target.method} {target.path}?{query} {kind} {body!r}"[:1500]
        with transaction.atomic():
            answer = self._client(target.role).generic(
                target.method, target.path, body, content_type=kind or "text/plain", QUERY_STRING=query, **self._htmx()
            )
            shown = _text(answer)
            if answer.status_code >= 500:
                transaction.set_rollback(True)
        self.tally.answered(target.role, answer.status_code, asked)
        # What came as something else than these fields was typed into none of them.
        typed = kind == "application/x-www-form-urlencoded" and body.startswith(_urlencoded(pairs).encode())
        self._held(target, answer, shown, pairs if typed else [], asked)

    def _htmx(self) -> dict[str, Any]:
        return {"headers": {"HX-Request": "true"}} if self.chance.random() < 0.2 else {}

    def _pairs(self, target: Target) -> list[tuple[str, Any]]:
        """The fields with what a browser would send, some of them spoilt, left out, doubled or not asked for."""
        names = list(target.fields)
        spoilt = set(self.chance.sample(names, min(len(names), self.chance.choice((1, 1, 2, 3, 99)))))
        found: list[tuple[str, Any]] = []
        for name in names:
            known = target.fields[name]
            if name not in spoilt:
                if target.method == "POST":
                    found.append((name, self._usual(known)))
                continue
            times = self.chance.choice((0, 1, 1, 1, 1, 1, 2))
            found += [(name, self._spoilt(known)) for _ in range(times)]
        if self.chance.random() < 0.1:
            found.append((self.chance.choice(EVERYTHING)[:50], self.chance.choice(EVERYTHING)))
        return found

    def _usual(self, known: Field) -> Any:
        if known.kind == "file":
            return ("photo.jpg", b"x")
        usual = {"date": "2026-11-24", "datetime-local": "2026-11-24T10:00", "number": "1", "textarea": "灯不亮"}
        return self.chance.choice(known.choices) if known.choices else usual.get(known.kind, "张三")

    def _spoilt(self, known: Field) -> Any:
        if known.kind == "file":
            return self.chance.choice(FILES) if self.chance.random() < 0.8 else "no file"
        if known.choices and self.chance.random() < 0.2:
            return self.chance.choice(known.choices)
        return text(self.chance, known.kind)

    def _encoded(self, pairs: list[tuple[str, Any]], target: Target) -> tuple[bytes, str]:
        """The body and its type, which mostly agree."""
        roll = self.chance.random()
        if roll < 0.04:
            return self.chance.choice(
                [b"{", b"\xff\xfe", b"[" * 5000, json.dumps(self.chance.choice(JSON)).encode()]
            ), self.chance.choice(
                [
                    "application/json",
                    "text/xml",
                    "application/x-www-form-urlencoded",
                    "multipart/form-data",
                    "; boundary",
                    "x" * 300,
                    "text/plain; charset=klingon",
                ]
            )
        if roll < 0.08:
            return _urlencoded(pairs).encode(), self.chance.choice(
                [
                    "multipart/form-data; boundary=" + "x" * 300,
                    f"multipart/form-data; boundary={BOUNDARY}",
                    "application/x-www-form-urlencoded; charset=utf-7",
                ]
            )
        if roll < 0.12:
            return _urlencoded(pairs).encode() + b"&a=%ff%fe&%ed%a0%80=1&=&%", "application/x-www-form-urlencoded"
        if any(isinstance(value, tuple) for _, value in pairs) or roll < 0.2:
            whole = _multipart(pairs)
            if roll < 0.14:
                whole = whole[: len(whole) // 2]
            return whole, f"multipart/form-data; boundary={BOUNDARY}"
        return _urlencoded(pairs).encode(), "application/x-www-form-urlencoded"

    # --- how it was answered ------------------------------------------------------------------------------------------
    def _held(self, target: Target, answer: Any, shown: str, pairs: list[tuple[str, Any]], asked: str) -> None:
        status = answer.status_code
        if 400 <= status < 500 and not WORD.search(TAGS.sub(" ", shown)):
            self.tally.fault("no sentence", f"{target.method} {target.path} {status}", f"{asked}\n{shown[:500]}")
        if status not in (400, 422) or not target.found_on_page or any("\0" in str(v) for pair in pairs for v in pair):
            return
        again = html.unescape(shown).replace("\r\n", "\n")
        for name, value in dict(pairs).items():
            known = target.fields.get(name)
            if known is None or known.kind not in TYPED or not isinstance(value, str) or name in OF_A_LINE:
                continue
            kept = value.encode("utf-8", "replace").decode().strip().replace("\r\n", "\n")
            if not _can_be_seen(kept):  # nobody can miss it
                continue
            if len(value) < 5000 and "\ud800" not in value and "\udfff" not in value and kept not in again:
                self.tally.fault("lost", f"{target.path} {name} {status}", f"{value[:100]!r}\n{asked}")

    def _client(self, role: str) -> Client:
        client = Client(raise_request_exception=False)
        if role != "anonymous":
            client.cookies["sessionid"] = self.crowd.sessions[role]
        return client


def _can_be_seen(text: str) -> bool:
    return any(unicodedata.category(char) not in {"Cc", "Cf", "Zs"} for char in text)


def _admin_paths(name: str) -> list[str]:
    """The addresses of the admin site, with a row that is there."""
    by_table = {f"{m._meta.app_label}_{m._meta.model_name}": m for m in admin.site._registry}
    table = name.removeprefix("admin:").rpartition("_")[0]
    model = by_table.get(table)
    row = model._default_manager.first() if model else None
    for ids in ([], [row.pk] if row else [1], ["auth"]):
        try:
            return [reverse(name, args=ids)]
        except NoReverseMatch:
            continue
    return []


def _urlencoded(pairs: list[tuple[str, Any]]) -> str:
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)


def _quoted(value: Any) -> str:
    return quote(str(value).encode("utf-8", "surrogatepass"), safe="")


def _multipart(pairs: list[tuple[str, Any]]) -> bytes:
    out = bytearray()
    for name, value in pairs:
        file, content = value if isinstance(value, tuple) else (None, str(value).encode("utf-8", "surrogatepass"))
        out += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'.encode("utf-8", "surrogatepass")
        if file is not None:
            out += f'; filename="{file}"\r\nContent-Type: image/jpeg'.encode("utf-8", "surrogatepass")
        out += b"\r\n\r\n" + content + b"\r\n"
    return bytes(out + f"--{BOUNDARY}--\r\n".encode())


def _text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(content).decode("utf-8", "replace")
