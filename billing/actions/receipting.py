"""Receipts: their gapless numbers, the paper, and every print of it."""

from datetime import date, datetime
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.models import Payment, Receipt, ReceiptPrint
from billing.papers import render
from billing.permissions import can_print_receipt
from billing.queries.paper import receipt_form
from billing.rules.numbers import format_number
from core.errors import NotAllowed
from records.actions import audit, store_bytes

# One statement makes the row, locks it and counts on. Whoever rolls back takes the number back, so that none is lost.
COUNT_ON = """
    INSERT INTO billing_receiptseries (project_id, year, last) VALUES (%s, %s, 1)
    ON CONFLICT (project_id, year) DO UPDATE SET last = billing_receiptseries.last + 1
    RETURNING last
"""


def issue_receipt(payment: Payment) -> Receipt:
    """The receipt of a payment, with the next number of its project and year.

    The last thing that a payment does: the series is locked from here to the end of the transaction, and everybody
    else who takes money in the project waits for it. Source: law.md, receipts: a gapless series.
    """
    return Receipt.objects.create(number=_next_number(payment.project, payment.day), payment=payment)


def _next_number(project: Project, day: date) -> str:
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ON, [project.pk, day.year])
        (last,) = cursor.fetchone()
    return format_number(project.code, day.year, last)


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
