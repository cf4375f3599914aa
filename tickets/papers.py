"""The forms a repair is written on: 《业主报修登记表》 and 《业主报修有偿服务登记表》, as PDF.

Source: service standard, 报修接待 ②: 将客户报修内容记录在《业主报修有偿服务登记表》或《业主报修登记表》上.
"""

import io
import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from threading import Lock
from typing import cast

import segno
import typst

from core.errors import DomainError
from core.money import to_cents

TEMPLATES = Path(__file__).resolve().parent / "paper_templates"
TITLES = {"free": "业主报修登记表", "paid": "业主报修有偿服务登记表"}
FONT = "NotoSansSC-Regular.ttf"

_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_LONG_RUN = re.compile(r"[!-~\u00a1-\u02ff]{25,}")
_BREAK = "\u200b"
_PIECE = 16
# A compiler refuses a second thread while it works; a page takes it some 15 ms.
_one_at_a_time = Lock()


class FormKind(StrEnum):
    """Which of the two forms."""

    FREE = "free"
    PAID = "paid"


class FontMissingError(DomainError):
    """The Chinese font is not where it should be; `make setup` puts it there."""

    code = "font_missing"
    status = 503


@dataclass(frozen=True, kw_only=True)
class PaperLine:
    """A part or an hour on a paid form. Unit price in yuan."""

    name: str
    unit: str
    quantity: Decimal
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        """Quantity × unit price, in yuan to the cent."""
        return to_cents(self.quantity * self.unit_price)


@dataclass(frozen=True, kw_only=True)
class PaperForm:
    """What is printed on a form. Times are in the project's zone; what is empty becomes a line to write on."""

    kind: FormKind
    project: str
    number: str
    url: str
    room: str
    reported_at: datetime
    service_phone: str = ""
    channel: str = ""
    category: str = ""
    reporter: str = ""
    phone: str = ""
    preferred_from: datetime | None = None
    preferred_to: datetime | None = None
    description: str = ""
    why: str = ""
    taken_by: str = ""
    department: str = ""
    technician: str = ""
    appointment_from: datetime | None = None
    appointment_to: datetime | None = None
    arrived_at: datetime | None = None
    completed_at: datetime | None = None
    report: str = ""
    leak: bool = False
    leak_test_ended_at: datetime | None = None
    lines: tuple[PaperLine, ...] = ()
    quote_accepted_at: datetime | None = None
    quote_accepted_by: str = ""

    @property
    def total(self) -> Decimal:
        """The sum of the lines in yuan."""
        return sum((line.amount for line in self.lines), Decimal("0.00"))


def render(form: PaperForm, *, fonts: Path) -> bytes:
    """Set the form as an A4 PDF (one page, unless what people wrote needs more); `fonts` holds Noto Sans SC.

    Raises:
        FontMissingError: without the font the paper would be blank where it is Chinese.
    """
    inputs = {"form": json.dumps(_data(form), ensure_ascii=False), "qr": _qr(form.url)}
    compiler = _compiler(fonts)
    with _one_at_a_time:
        paper = compiler.compile(format="pdf", sys_inputs=inputs, timestamp=int(form.reported_at.timestamp()))
    return cast(bytes, paper)


@cache
def _compiler(fonts: Path) -> typst.Compiler:
    """One compiler per font folder: reading the fonts takes longer than setting a page."""
    if not (fonts / FONT).is_file():
        raise FontMissingError(f"{FONT} is missing in {fonts}; run `make setup`.")
    return typst.Compiler(TEMPLATES / "repair_form.typ", root=TEMPLATES, font_paths=[fonts], ignore_system_fonts=True)


def _qr(url: str) -> str:
    """The address as an SVG of black squares, with 15 % of them to spare."""
    target = io.BytesIO()
    segno.make(url, error="m", micro=False).save(target, kind="svg", border=0, xmldecl=False)
    return target.getvalue().decode()


def _data(form: PaperForm) -> dict[str, object]:
    """The form as the template takes it: texts only, every value ready to print."""
    accepted = f"{form.quote_accepted_by} {_moment(form.quote_accepted_at)}".strip() if form.quote_accepted_at else ""
    texts = {
        "kind": form.kind.value,
        "title": TITLES[form.kind],
        "project": form.project,
        "number": form.number,
        "room": form.room,
        "service_phone": form.service_phone,
        "channel": form.channel,
        "category": form.category,
        "reporter": form.reporter,
        "phone": form.phone,
        "description": form.description,
        "why": form.why,
        "taken_by": form.taken_by,
        "department": form.department,
        "technician": form.technician,
        "report": form.report,
        "reported_at": _moment(form.reported_at),
        "preferred": _window(form.preferred_from, form.preferred_to),
        "appointment": _window(form.appointment_from, form.appointment_to),
        "arrived_at": _moment(form.arrived_at),
        "completed_at": _moment(form.completed_at),
        "leak_test_ended_at": _moment(form.leak_test_ended_at),
        "quote_accepted": accepted,
        "total": _amount(form.total) if form.lines else "",
    }
    return {
        **{name: printable(text) for name, text in texts.items()},
        "leak": form.leak,
        "lines": [_line(line) for line in form.lines],
    }


def _line(line: PaperLine) -> dict[str, str]:
    return {
        "name": printable(line.name),
        "unit": printable(line.unit),
        "quantity": f"{line.quantity.normalize():f}",
        "unit_price": _amount(line.unit_price),
        "amount": _amount(line.amount),
    }


def printable(text: str) -> str:
    """Text without what has no shape, never more than one empty line in a row, long runs made breakable."""
    plain = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    lines = [line.strip() for line in plain.split("\n")]
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    return _LONG_RUN.sub(_breakable, kept)


def _breakable(run: re.Match[str]) -> str:
    text = run.group()
    return _BREAK.join(text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def _moment(at: datetime | None) -> str:
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}" if at else ""


def _window(start: datetime | None, end: datetime | None) -> str:
    """A span of time as people say it: 2026年3月2日 14:00–16:00."""
    if start is None or end is None:
        return _moment(start or end)
    if start.date() == end.date():
        return f"{_moment(start)}–{end:%H:%M}"
    return f"{_moment(start)} – {_moment(end)}"


def _amount(amount: Decimal) -> str:
    return f"{to_cents(amount):,.2f}"
