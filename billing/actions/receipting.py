"""Receipts: their gapless numbers, the paper, and every print of it."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.models import Payment, PreparedReceipt, Receipt, ReceiptPrint
from billing.papers import render
from billing.permissions import can_print_receipt
from billing.queries.paper import receipt_form
from billing.rules.numbers import format_number
from billing.states import Series
from core.errors import NotAllowed
from records.actions import audit, store_bytes

# One statement makes the row, locks it and counts on. Whoever rolls back takes the number back, so that none is lost.
COUNT_ON = """
    INSERT INTO billing_receiptseries (project_id, year, kind, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (project_id, year, kind) DO UPDATE SET last = billing_receiptseries.last + 1
    RETURNING id, last
"""


@dataclass(frozen=True)
class Drawn:
    """A number drawn from a series: the series' key, the place in it, and how it is written."""

    series: int
    nth: int
    number: str


def issue_receipt(payment: Payment, prepared: PreparedReceipt | None = None) -> Receipt:
    """The receipt of a payment, with the next number of its project and year; or the one that was prepared for it.

    The last thing that a payment does: the series is locked from here to the end of the transaction, and everybody
    else who takes money in the project waits for it. Source: law.md, receipts: a gapless series.
    """
    if prepared is not None:
        return _take_over(payment, prepared)
    drawn = draw_number(payment.project, payment.day, Series.DESK)
    return Receipt.objects.create(number=drawn.number, payment=payment)


def _take_over(payment: Payment, prepared: PreparedReceipt) -> Receipt:
    """Let a prepared receipt, which is locked, be the payment's; its paper is the first print, the next a reprint."""
    prepared.used_payment = payment
    prepared.save(update_fields=["used_payment"])
    receipt = Receipt.objects.create(
        number=prepared.number, token=prepared.token, payment=payment, file_id=prepared.file_id
    )
    ReceiptPrint.objects.create(
        receipt=receipt, nth=1, file_id=prepared.file_id, at=prepared.prepared_at, by_id=prepared.prepared_by_id
    )
    return receipt


def draw_number(project: Project, day: date, kind: Series) -> Drawn:
    """The next number of a series of the day's year; it is locked from here to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ON, [project.pk, day.year, kind])
        series, last = cursor.fetchone()
    return Drawn(series, last, format_number(project.code, day.year, last, door=kind == Series.DOOR))


@transaction.atomic
def print_receipt(*, receipt: Receipt, url: str, fonts: Path, by: User, at: datetime) -> ReceiptPrint:
    """Set a receipt as PDF and keep it: as it is the first time, later ones marked as reprints and on the record.

    `url` is where its code leads: who scans it reads whether it is genuine and stands.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        FontMissingError: the paper would be blank where it is Chinese.
    """
    if not can_print_receipt(by, receipt):
        raise NotAllowed(_("Only cashiers and supervisors print receipts."))
    rows = Receipt.objects.select_for_update(of=("self",))
    locked = rows.select_related("payment__project", "payment__unit", "payment__by").get(pk=receipt.pk)
    before = locked.prints.count()
    form = receipt_form(locked, url=url, copy=before, at=at)
    project, name = locked.payment.project, f"{locked.number}-{before + 1}.pdf"
    stored = store_bytes(
        content=render(form, fonts=fonts), name=name, content_type="application/pdf", project=project, by=by, at=at
    )
    if before:
        audit(at=at, by=by, project=project, action="receipt.reprinted", target=locked.number, data={"nth": before})
    else:
        Receipt.objects.filter(pk=locked.pk).update(file=stored)
    return ReceiptPrint.objects.create(receipt=locked, nth=before + 1, file=stored, at=at, by=by)
