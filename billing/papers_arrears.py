"""Demand letters as PDF: 催缴函. Source: 三(4)④ (正式催缴函); 民法典 944."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from billing.rules.capitals import capitals
from records.papers import amount_words, printable, set_paper

TEMPLATE = Path(__file__).resolve().parent / "paper_templates" / "demand_letter.typ"
TITLE = "催缴函"


@dataclass(frozen=True, kw_only=True)
class DemandRow:
    """One bill that is demanded: the charge, its time, its number, when it was due, how much in yuan."""

    name: str
    period: str
    bill: str
    due_on: date
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class DemandForm:
    """What is printed on one letter; days are the project's."""

    number: str
    recipient: str
    room: str
    day: date
    pay_by: date
    amount: Decimal
    rows: tuple[DemandRow, ...]
    notified_on: date | None = None
    tracking: str = ""


def day_words(day: date | None) -> str:
    """A day as it stands on a paper; nothing for none."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def render(
    letters: Sequence[DemandForm], *, project: str, service_phone: str, url: str, at: datetime, fonts: Path
) -> bytes:
    """Set letters as one PDF, each on pages of its own. `fonts` holds Noto Sans SC. Raises `FontMissingError`."""
    first, last = letters[0].number, letters[-1].number
    form = {
        "title": TITLE,
        "project": printable(project),
        "number": first if first == last else f"{first} – {last}",
        "service_phone": printable(service_phone),
        "letters": [_data(letter) for letter in letters],
    }
    return set_paper(TEMPLATE, form, url=url, at=at, fonts=fonts)


def _data(letter: DemandForm) -> dict[str, object]:
    return {
        "number": letter.number,
        "recipient": printable(letter.recipient),
        "room": printable(letter.room),
        "day": day_words(letter.day),
        "pay_by": day_words(letter.pay_by),
        "notified": day_words(letter.notified_on),
        "tracking": printable(letter.tracking),
        "amount": amount_words(letter.amount),
        "capitals": capitals(letter.amount),
        "rows": [
            {
                "name": printable(row.name),
                "period": printable(row.period),
                "bill": row.bill,
                "due": f"{row.due_on:%Y-%m-%d}",
                "amount": amount_words(row.amount),
            }
            for row in letter.rows
        ],
    }
