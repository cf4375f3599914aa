"""What is printed on a receipt or a refund's voucher, gathered from rows. Papers are Chinese, in the project's time."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import translation
from django.utils.translation import gettext as _

from billing.models import Bill, Deposit, DoorBill, DoorVisit, Payment, Receipt, Refund
from billing.papers import ReceiptForm, ReceiptRow, RefundForm
from billing.states import Method


def receipt_form(receipt: Receipt, *, url: str, copy: int, at: datetime) -> ReceiptForm:
    """The paper of a receipt, whose payment, unit and project are read; `copy` 0 is the first print of all."""
    with translation.override("zh-hans"):
        return _form(receipt, url, copy, at)


def _form(receipt: Receipt, url: str, copy: int, at: datetime) -> ReceiptForm:
    payment = receipt.payment
    zone = payment.project.tz
    return ReceiptForm(
        project=payment.project.name_zh,
        number=receipt.number,
        url=url,
        room=payment.unit.number,
        taken_at=payment.at.astimezone(zone),
        printed_at=at.astimezone(zone),
        amount=payment.amount,
        rows=_rows(receipt),
        payer=payment.payer,
        method=str(Method(payment.method).label),
        reference=payment.reference,
        cashier=str(payment.by or Method(payment.method).label),
        service_phone=payment.project.phone,
        copy=copy,
        reversed_at=receipt.reversed_at.astimezone(zone) if receipt.reversed_at else None,
    )


def carried_form(visit: DoorVisit, *, number: str, lines: Sequence[DoorBill], url: str, at: datetime) -> ReceiptForm:
    """The paper of a receipt that is carried to the door, in Chinese; its visit, lines and bills are read."""
    zone = visit.project.tz
    with translation.override("zh-hans"):
        rows = [
            ReceiptRow(
                name=line.bill.item.name, period=period_words(line.bill), bill=line.bill.number, amount=line.amount
            )
            for line in lines
        ]
    return ReceiptForm(
        project=visit.project.name_zh,
        number=number,
        url=url,
        room=visit.unit.number,
        taken_at=None,
        printed_at=at.astimezone(zone),
        amount=visit.amount,
        rows=tuple(rows),
        payer=visit.payer,
        cashier=str(visit.collector),
        service_phone=visit.project.phone,
        carried=f"上门收费 {visit.number} 收款后生效",
    )


def _rows(receipt: Receipt) -> tuple[ReceiptRow, ...]:
    lines = list(receipt.payment.lines.select_related("bill__item", "bill__unit"))
    rows = [
        ReceiptRow(
            name=line.bill.item.name,
            period=room_words(line.bill, receipt.payment),
            bill=line.bill.number,
            amount=line.amount,
        )
        for line in lines
    ]
    rest = receipt.payment.amount - sum(line.amount for line in lines)
    deposit = deposit_of(receipt.payment)
    if deposit is not None:
        rows.append(ReceiptRow(name=_("Deposit"), period=deposit.purpose, bill=deposit.number, amount=rest))
    elif rest:
        rows.append(ReceiptRow(name=_("Paid in advance"), period="", bill="", amount=rest))
    return tuple(rows)


def deposit_of(payment: Payment) -> Deposit | None:
    """The deposit that a payment was taken for; None for most."""
    found: Deposit | None = getattr(payment, "deposit", None)
    return found


def refund_form(refund: Refund, *, url: str, at: datetime) -> RefundForm:
    """The voucher of a refund, whose project, unit and people are read."""
    zone = refund.project.tz
    with translation.override("zh-hans"):
        method = str(Method(refund.method).label)
    return RefundForm(
        project=refund.project.name_zh,
        number=refund.number,
        url=url,
        room=refund.unit.number,
        payee=refund.payee,
        method=method,
        amount=refund.amount,
        reason=refund.reason,
        asked_by=str(refund.asked_by),
        approved_by=str(refund.by),
        approved_at=refund.at.astimezone(zone),
        printed_at=at.astimezone(zone),
        service_phone=refund.project.phone,
    )


def period_words(bill: Bill) -> str:
    """What a bill is for: its months or days, else in words."""
    if bill.period_start is None or bill.period_end is None:
        return bill.words
    return span_words(bill.period_start, bill.period_end)


def room_words(bill: Bill, payment: Payment) -> str:
    """What a bill on a receipt is for, with its room where that is another than the receipt's."""
    words = period_words(bill)
    return words if bill.unit_id == payment.unit_id else f"{bill.unit.number} {words}"


def span_words(start: date, end: date) -> str:
    """A stretch of days: `2026-11` for a whole month, `2026-11 – 2027-01` for whole months, else by days."""
    if start == end:
        return f"{start:%Y-%m-%d}"
    whole = start.day == 1 and (end.toordinal() + 1 == _next_month(end).toordinal())
    if not whole:
        return f"{start:%Y-%m-%d} – {end:%Y-%m-%d}"
    first, last = f"{start:%Y-%m}", f"{end:%Y-%m}"
    return first if first == last else f"{first} – {last}"


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
