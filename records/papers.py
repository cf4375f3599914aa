"""What all our papers share: Chinese set as PDF by Typst, a code to scan, words made ready to print.

Source: docs/adr/0006.
"""

import io
import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from threading import Lock
from typing import cast

import segno
import typst
from django.conf import settings

from core.errors import DomainError
from core.money import to_cents

FONTS = Path(settings.BASE_DIR) / "static" / "vendor" / "fonts"
FONT = "NotoSansSC-Regular.ttf"

_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_LONG_RUN = re.compile(r"[!-~\u00a1-\u02ff]{25,}")
_BREAK = "\u200b"
_PIECE = 16
# A compiler refuses a second thread while it works; a page takes it some 15 ms.
_one_at_a_time = Lock()


class FontMissingError(DomainError):
    """The Chinese font is not where it should be; `make setup` puts it there."""

    code = "font_missing"
    status = 503


def set_paper(template: Path, form: Mapping[str, object], *, url: str, at: datetime, fonts: Path) -> bytes:
    """Set `form` by a template as PDF, with the code of `url` on it; `fonts` holds Noto Sans SC.

    `at` is the moment that the file itself names: the same facts give the same bytes.

    Raises:
        FontMissingError: without the font the paper would be blank where it is Chinese.
    """
    inputs = {"form": json.dumps(form, ensure_ascii=False), "qr": _qr(url)}
    compiler = _compiler(template, fonts)
    with _one_at_a_time:
        paper = compiler.compile(format="pdf", sys_inputs=inputs, timestamp=int(at.timestamp()))
    return cast(bytes, paper)


@cache
def _compiler(template: Path, fonts: Path) -> typst.Compiler:
    """One compiler per paper and font folder: reading the fonts takes longer than setting a page."""
    if not (fonts / FONT).is_file():
        raise FontMissingError(f"{FONT} is missing in {fonts}; run `make setup`.")
    root = Path(settings.BASE_DIR)
    return typst.Compiler(template, root=root, font_paths=[fonts], ignore_system_fonts=True)


def _qr(url: str) -> str:
    """The address as an SVG of black squares, with 15 % of them to spare."""
    target = io.BytesIO()
    segno.make(url, error="m", micro=False).save(target, kind="svg", border=0, xmldecl=False)
    return target.getvalue().decode()


def printable(text: str) -> str:
    """Text without what has no shape, never more than one empty line in a row, long runs made breakable."""
    plain = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    lines = [line.strip() for line in plain.split("\n")]
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    return _LONG_RUN.sub(_breakable, kept)


def _breakable(run: re.Match[str]) -> str:
    text = run.group()
    return _BREAK.join(text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def moment_words(at: datetime | None) -> str:
    """A moment as it stands on a paper; nothing for none."""
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}" if at else ""


def window_words(start: datetime | None, end: datetime | None) -> str:
    """A span of time as people say it: 2026年3月2日 14:00–16:00."""
    if start is None or end is None:
        return moment_words(start or end)
    if start.date() == end.date():
        return f"{moment_words(start)}–{end:%H:%M}"
    return f"{moment_words(start)} – {moment_words(end)}"


def amount_words(amount: Decimal) -> str:
    """An amount in yuan as it stands on a paper."""
    return f"{to_cents(amount):,.2f}"
