"""The forms a repair is written on: 《业主报修登记表》 and 《业主报修有偿服务登记表》, as PDF.

Source: service standard, 报修接待 ②: 将客户报修内容记录在《业主报修有偿服务登记表》或《业主报修登记表》上.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from core.money import to_cents
from records.papers import amount_words, moment_words, printable, set_paper, window_words

TEMPLATE = Path(__file__).resolve().parent / "paper_templates" / "repair_form.typ"
TITLES = {"free": "业主报修登记表", "paid": "业主报修有偿服务登记表"}


class FormKind(StrEnum):
    """Which of the two forms."""

    FREE = "free"
    PAID = "paid"


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
    """Set the form as an A4 PDF: one page, unless what people wrote needs more.

    `fonts` holds Noto Sans SC. Raises `FontMissingError`.
    """
    return set_paper(TEMPLATE, _data(form), url=form.url, at=form.reported_at, fonts=fonts)


def _data(form: PaperForm) -> dict[str, object]:
    """The form as the template takes it: texts only, every value ready to print."""
    accepted = (
        f"{form.quote_accepted_by} {moment_words(form.quote_accepted_at)}".strip() if form.quote_accepted_at else ""
    )
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
        "reported_at": moment_words(form.reported_at),
        "preferred": window_words(form.preferred_from, form.preferred_to),
        "appointment": window_words(form.appointment_from, form.appointment_to),
        "arrived_at": moment_words(form.arrived_at),
        "completed_at": moment_words(form.completed_at),
        "leak_test_ended_at": moment_words(form.leak_test_ended_at),
        "quote_accepted": accepted,
        "total": amount_words(form.total) if form.lines else "",
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
        "unit_price": amount_words(line.unit_price),
        "amount": amount_words(line.amount),
    }
