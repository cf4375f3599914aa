"""The receipt for a payment, and the voucher of a refund, as PDF: 收据（非发票）, 退款单.

Source: 发票管理办法 (another voucher must not stand for an invoice); BIL-3 (开具收费票据); BIL-4.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from billing.rules.capitals import capitals
from records.papers import amount_words, moment_words, printable, set_paper

TEMPLATES = Path(__file__).resolve().parent / "paper_templates"
TEMPLATE = TEMPLATES / "receipt.typ"
REFUND_TEMPLATE = TEMPLATES / "refund.typ"
TITLE = "收据（非发票）"
REFUND_TITLE = "退款单"


@dataclass(frozen=True, kw_only=True)
class ReceiptRow:
    """What part of the money went where: the charge, its time, and how much in yuan."""

    name: str
    period: str
    bill: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class ReceiptForm:
    """What is printed on a receipt. Times are in the project's zone. `copy` is 0 for the first print of all.

    `carried` says that it is carried to the door: when and how the money was taken is written in by hand there.
    """

    project: str
    number: str
    url: str
    room: str
    taken_at: datetime | None
    printed_at: datetime
    amount: Decimal
    rows: tuple[ReceiptRow, ...]
    payer: str = ""
    method: str = ""
    reference: str = ""
    cashier: str = ""
    service_phone: str = ""
    copy: int = 0
    reversed_at: datetime | None = None
    carried: str = ""


def render(form: ReceiptForm, *, fonts: Path) -> bytes:
    """Set the receipt as an A4 PDF. `fonts` holds Noto Sans SC. Raises `FontMissingError`."""
    return set_paper(TEMPLATE, _data(form), url=form.url, at=form.printed_at, fonts=fonts)


def _data(form: ReceiptForm) -> dict[str, object]:
    texts = {
        "title": TITLE,
        "project": form.project,
        "number": form.number,
        "room": form.room,
        "payer": form.payer,
        "method": form.method,
        "reference": form.reference,
        "cashier": form.cashier,
        "service_phone": form.service_phone,
        "taken_at": moment_words(form.taken_at),
        "reversed_at": moment_words(form.reversed_at),
        "carried": form.carried,
        "reprinted": f"补打第 {form.copy} 次 {moment_words(form.printed_at)}" if form.copy else "",
        "amount": amount_words(form.amount),
        "capitals": capitals(form.amount),
    }
    rows = [
        {
            "name": printable(row.name),
            "period": printable(row.period),
            "bill": printable(row.bill),
            "amount": amount_words(row.amount),
        }
        for row in form.rows
    ]
    return {**{name: printable(text) for name, text in texts.items()}, "rows": rows}


@dataclass(frozen=True, kw_only=True)
class RefundForm:
    """What is printed on the voucher of a refund. Times are in the project's zone, the amount in yuan."""

    project: str
    number: str
    url: str
    room: str
    payee: str
    method: str
    amount: Decimal
    reason: str
    asked_by: str
    approved_by: str
    approved_at: datetime
    printed_at: datetime
    service_phone: str = ""


def render_refund(form: RefundForm, *, fonts: Path) -> bytes:
    """Set the voucher of a refund as an A4 PDF with lines to sign. Raises `FontMissingError`."""
    texts = {
        "title": REFUND_TITLE,
        "project": form.project,
        "number": form.number,
        "room": form.room,
        "payee": form.payee,
        "method": form.method,
        "reason": form.reason,
        "asked_by": form.asked_by,
        "approved_by": form.approved_by,
        "approved_at": moment_words(form.approved_at),
        "amount": amount_words(form.amount),
        "capitals": capitals(form.amount),
        "service_phone": form.service_phone,
    }
    data = {name: printable(text) for name, text in texts.items()}
    return set_paper(REFUND_TEMPLATE, data, url=form.url, at=form.printed_at, fonts=fonts)
