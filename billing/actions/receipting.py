"""Receipts: their gapless numbers, the paper, and every print of it."""

from datetime import date

from django.db import connection

from accounts.models import Project
from billing.models import Payment, Receipt

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


def format_number(code: str, year: int, count: int) -> str:
    """A receipt's number such as `SJ-DEMO-2026-000001`; past 999,999 a year it grows a digit."""
    return f"SJ-{code.upper()}-{year}-{count:06d}"
