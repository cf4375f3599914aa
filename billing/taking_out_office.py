"""A month of office costs as a workbook, and one of them on paper: who took it and its hash are written down."""

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
from billing.models import OfficeCost
from billing.papers_office import office_paper
from billing.permissions import require_office_reader
from billing.queries.office import OfficeMonth, booked_of, office_month, paid_of, undone_of
from billing.rules.statements import Asked
from billing.states import Spell
from billing.wording import share_words
from records.actions import audit
from records.exports import Export, Made, register_export
from records.spreadsheets import EXCEL, safe_cell

EXPORT = "office_costs"
PDF = "application/pdf"


@transaction.atomic
def export_office_month(month: OfficeMonth, *, by: User, at: datetime) -> Made:
    """Make the workbook of a month and write down who took it. Raises `NotAllowed`."""
    project = month.project
    require_office_reader(by, project)
    content = _workbook(month)
    name = f"office-costs-{project.code}-{month.asked.name}.xlsx"
    data = {
        "filter": {"on": month.asked.name},
        "count": month.count,
        "sha256": hashlib.sha256(content).hexdigest(),
        "format": "xlsx",
    }
    audit(at=at, by=by, project=project, action="office.exported", target=name, data=data)
    return Made(name=name, content=content, content_type=EXCEL)


def _workbook(month: OfficeMonth) -> bytes:
    """Two sheets: the sums by payee and way of paying, and each cost; amounts are numbers."""
    book = Workbook(write_only=True)
    sums = book.create_sheet(_("Office costs"))
    sums.append([_("Kind"), _("To whom"), _("How many"), _("Approved"), _("Reversed"), _("Borne by the office")])
    for row in month.rows:
        sums.append([str(row.kind.label), safe_cell(row.payee), row.count, row.booked, row.reversed, row.borne])
    sums.append([_("Together"), "", len(month.lines), month.booked, month.reversed, month.borne])
    sums.append([])
    for way, amount in month.paid:
        sums.append([_("Paid out"), way, "", amount])
    sums.append([_("To be paid at the end of the month"), "", "", month.payable])
    lines = book.create_sheet(_("Each cost"))
    lines.append(_heads())
    for cost in (*month.lines, *(one for one in month.undone if one not in month.lines)):
        lines.append([safe_cell(value) for value in _cells(cost)])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _heads() -> list[str]:
    return [
        _("Number"),
        _("Kind"),
        _("What it is for"),
        _("Supplier"),
        _("To whom"),
        _("From"),
        _("To"),
        _("Amount of the supplier's bill"),
        _("How it was reckoned"),
        _("Amount"),
        _("State"),
        _("Asked by"),
        _("Approved by"),
        _("Approved on"),
        _("How it is paid out"),
        _("Paid on"),
        _("Received by"),
        _("Reversed on"),
    ]


def _cells(cost: OfficeCost) -> list[object]:
    booked, paid, undone = booked_of(cost), paid_of(cost), undone_of(cost)
    return [
        cost.number,
        cost.get_kind_display(),
        cost.words,
        cost.supplier,
        cost.payee,
        cost.period_start,
        cost.period_end,
        cost.whole,
        share_words(cost),
        cost.amount,
        cost.state_words,
        str(cost.asked_by),
        str(booked.by) if booked else "",
        booked.day if booked else None,
        paid.get_method_display() if paid else "",
        paid.day if paid else None,
        paid.received_by if paid else "",
        undone.day if undone else None,
    ]


@transaction.atomic
def print_office_cost(cost: OfficeCost, *, url: str, by: User, at: datetime) -> Made:
    """Set a cost, which `by` sees, as a form to sign, and write down who had it. Raises `FontMissingError`."""
    content = office_paper(cost, vouchers=cost.files.count(), url=url, at=at)
    data = {"amount": str(cost.amount)}
    audit(at=at, by=by, project=cost.project, action="office.printed", target=cost.number, data=data)
    return Made(name=f"{cost.number}.pdf", content=content, content_type=PDF)


def _words(rows: int) -> str:
    return ngettext("Office costs, %(count)s row", "Office costs, %(count)s rows", rows) % {"count": f"{rows:,}"}


def _make(asked: Mapping[str, Any], project: Project, by: User, at: datetime) -> Made:
    """The month as it is now."""
    wanted = Asked(Spell.MONTH, date.fromisoformat(asked["on"]))
    return export_office_month(office_month(project, by, wanted), by=by, at=at)


register_export(EXPORT, Export(_words, _make))
