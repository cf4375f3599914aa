"""The register of invoices as a workbook: who took it, by which filter, and its hash are written down."""

import hashlib
import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from openpyxl import Workbook

from accounts.models import Project, User
from billing.models import TaxInvoice
from billing.models.invoices import TaxInvoiceQuerySet
from billing.permissions import can_read_statements
from billing.queries.invoices import SoughtInvoices, seek, with_receipts
from core.errors import NotAllowed
from records.actions import audit
from records.exports import Export, Made, register_export
from records.spreadsheets import EXCEL, safe_cell

EXPORT = "invoices"
CHUNK = 500


def require_taking_out(user: User, project: Project) -> None:
    """Raise `NotAllowed` for who takes no lists of money out of the house."""
    if not can_read_statements(user, project):
        raise NotAllowed(_("Only cashiers, supervisors and the general manager take the register of invoices out."))


@transaction.atomic
def export_invoices(*, project: Project, sought: SoughtInvoices, by: User, at: datetime) -> Made:
    """Make the file and write down who took it. Raises `NotAllowed`."""
    require_taking_out(by, project)
    rows = seek(project, by, sought)
    count = rows.count()
    content = _workbook(rows)
    name = f"invoices-{project.code}-{at.astimezone(project.tz):%Y%m%d-%H%M}.xlsx"
    data = {
        "filter": {"q": sought.q, "month": f"{sought.month:%Y-%m}" if sought.month else "", "red": sought.red},
        "count": count,
        "sha256": hashlib.sha256(content).hexdigest(),
        "format": "xlsx",
    }
    audit(at=at, by=by, project=project, action="invoices.exported", target=name, data=data)
    return Made(name=name, content=content, content_type=EXCEL)


def _workbook(rows: TaxInvoiceQuerySet) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Tax invoices"))
    sheet.append(
        [
            _("Invoice code"),
            _("Invoice number"),
            _("Issued on"),
            _("Buyer's title"),
            _("Buyer's tax number"),
            _("Amount with tax"),
            _("Red letter of"),
            _("Room"),
            _("Receipts"),
            _("Registered by"),
        ]
    )
    for invoice in with_receipts(rows).order_by("day", "pk").iterator(chunk_size=CHUNK):
        sheet.append([safe_cell(value) for value in _cells(invoice)])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _cells(invoice: TaxInvoice) -> list[object]:
    lines = list(invoice.lines.all())
    return [
        invoice.code,
        invoice.number,
        invoice.day,
        invoice.title,
        invoice.tax_number,
        -invoice.amount if invoice.original_id else invoice.amount,
        str(invoice.original or ""),
        " ".join(dict.fromkeys(line.receipt.payment.unit.number for line in lines)),
        " ".join(line.receipt.number for line in lines),
        str(invoice.by),
    ]


def as_asked(sought: SoughtInvoices) -> dict[str, Any]:
    """What was asked for, as it is kept until a second person has approved."""
    return {"q": sought.q, "month": sought.month.isoformat() if sought.month else "", "red": sought.red}


def _make(asked: Mapping[str, Any], project: Project, by: User, at: datetime) -> Made:
    """The register as it is now."""
    month = date.fromisoformat(asked["month"]) if asked["month"] else None
    sought = SoughtInvoices(q=asked["q"], month=month, red=asked["red"])
    return export_invoices(project=project, sought=sought, by=by, at=at)


def _words(rows: int) -> str:
    return ngettext("Tax invoices, %(count)s row", "Tax invoices, %(count)s rows", rows) % {"count": f"{rows:,}"}


register_export(EXPORT, Export(_words, _make))
