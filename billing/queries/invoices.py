"""Tax invoices: the list, one of them, and what of a receipt was invoiced."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, Q, Sum

from accounts.models import Project, User
from billing.models import Receipt, TaxInvoice, TaxInvoiceLine
from billing.models.invoices import TaxInvoiceQuerySet
from billing.rules.exact import NOTHING

PAGE = 30


def invoiced(receipt: Receipt) -> Decimal:
    """What of a receipt stands on invoices, in yuan, less what red-letter invoices took back."""
    sums = TaxInvoiceLine.objects.filter(receipt=receipt).aggregate(
        blue=Sum("amount", filter=Q(invoice__original=None), default=NOTHING),
        red=Sum("amount", filter=Q(invoice__original__isnull=False), default=NOTHING),
    )
    return Decimal(sums["blue"] - sums["red"])


def invoices_of(receipt: Receipt) -> list[TaxInvoice]:
    """The invoices registered against a receipt, the first first, each with its red-letter one: one statement."""
    rows = TaxInvoice.objects.filter(lines__receipt=receipt)
    return list(rows.select_related("original", "red").order_by("pk"))


def owes_red(receipt: Receipt, invoices: Sequence[TaxInvoice]) -> bool:
    """Say whether a receipt was reversed and an invoice of it stands all the same."""
    return receipt.reversed_at is not None and any(one.stands for one in invoices)


@dataclass(frozen=True)
class SoughtInvoices:
    """What invoices are looked for by; empty is any. `month` is its first day; `red`: those that owe a red letter."""

    q: str = ""
    month: date | None = None
    red: bool = False

    @property
    def is_any(self) -> bool:
        """Say whether nothing narrows it."""
        return not (self.q or self.month or self.red)


@dataclass(frozen=True)
class InvoiceRows:
    """A page of invoices, the newest first; `next` is the key to go on with, None on the last."""

    rows: Sequence[TaxInvoice]
    next: int | None


def seek(project: Project, user: User, sought: SoughtInvoices) -> TaxInvoiceQuerySet:
    """The invoices that fit: by the beginning of the number, a part of the title, a room, a receipt."""
    rows = TaxInvoice.objects.visible_to(user).filter(project=project)
    if sought.q:
        meant = TaxInvoiceLine.objects.filter(
            Q(receipt__payment__unit__number__istartswith=sought.q) | Q(receipt__number__iexact=sought.q)
        )
        word = Q(number__startswith=sought.q) | Q(title__icontains=sought.q) | Q(code=sought.q)
        rows = rows.filter(word | Q(pk__in=meant.values("invoice")))
    if sought.month is not None:
        last = calendar.monthrange(sought.month.year, sought.month.month)[1]
        rows = rows.filter(day__range=(sought.month, sought.month.replace(day=last)))
    return rows.needing_red() if sought.red else rows


def with_receipts(rows: TaxInvoiceQuerySet) -> TaxInvoiceQuerySet:
    """The rows with their receipts and rooms: two statements more, whatever their number."""
    lines = TaxInvoiceLine.objects.select_related("receipt__payment__unit")
    return rows.select_related("original", "red", "by").prefetch_related(Prefetch("lines", lines))


def list_invoices(project: Project, user: User, sought: SoughtInvoices, *, before: int | None) -> InvoiceRows:
    """A page of the invoices that fit."""
    rows = seek(project, user, sought)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(with_receipts(rows).order_by("-pk")[: PAGE + 1])
    return InvoiceRows(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def red_count(project: Project, user: User) -> int:
    """How many invoices of the project owe a red letter."""
    return TaxInvoice.objects.visible_to(user).filter(project=project).needing_red().count()
