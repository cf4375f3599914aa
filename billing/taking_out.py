"""Statements as something that can be taken out of the house: as a workbook, or on paper."""

import hashlib
import io
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from openpyxl import Workbook

from accounts.models import Project, User
from billing.papers_statements import account_paper, statement_paper
from billing.permissions import can_read_household_money, can_read_statements
from billing.queries.account import HouseholdAccount
from billing.queries.statements import Statement, statement_of
from billing.queries.till import payer_of
from billing.rules.statements import Asked
from billing.states import Column, Spell
from core.errors import NotAllowed
from records.actions import audit
from records.exports import Export, Made, register_export
from records.papers import FONTS
from records.spreadsheets import EXCEL, safe_cell

EXPORT = "statement"
PDF = "application/pdf"


def _workbook(statement: Statement, url: str, at: datetime) -> bytes:
    """Two sheets: what came in, and what is owed; amounts are numbers."""
    book = Workbook(write_only=True)
    sums, total = statement.income_sums
    income = book.create_sheet(_("What came in"))
    income.append([_("Charge"), *(str(method.label) for method in statement.methods), _("Together")])
    for name, cells, row_sum in (*statement.income_rows, (_("Together"), sums, total)):
        income.append([safe_cell(name), *cells, row_sum])
    owing = book.create_sheet(_("Receivable"))
    columns = [str(Column(name).label) for name in Column.values]
    owing.append([_("Charge"), _("Owed before"), *columns, _("Owed at the end")])
    for row in (*statement.owing, statement.owing_sum):
        owing.append([safe_cell(row.name), row.before, *row.cells, row.after])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _paper(statement: Statement, url: str, at: datetime) -> bytes:
    return statement_paper(statement, url=url, at=at, fonts=FONTS)


FORMATS: dict[str, tuple[Callable[[Statement, str, datetime], bytes], str]] = {
    "xlsx": (_workbook, EXCEL),
    "pdf": (_paper, PDF),
}


@transaction.atomic
def export_statement(statement: Statement, *, kind: str, url: str, by: User, at: datetime) -> Made:
    """Make the file and write down who took it, of which days, how many rows, and its hash. Raises `NotAllowed`.

    `url` is where the code on the paper leads.
    """
    project = statement.project
    if not can_read_statements(by, project):
        raise NotAllowed(_("Only cashiers, supervisors and the general manager read statements."))
    write, content_type = FORMATS[kind]
    content = write(statement, url, at)
    name = f"statement-{project.code}-{statement.asked.name}.{kind}"
    data = {
        "filter": {"spell": str(statement.asked.spell), "on": statement.asked.name},
        "count": statement.count,
        "sha256": hashlib.sha256(content).hexdigest(),
        "format": kind,
    }
    audit(at=at, by=by, project=project, action="statement.exported", target=name, data=data)
    return Made(name=name, content=content, content_type=content_type)


@transaction.atomic
def print_account(account: HouseholdAccount, *, url: str, by: User, at: datetime) -> Made:
    """Set a household's statement on paper, and write down who had it. Raises `NotAllowed`."""
    household = account.household
    project = household.project
    if not can_read_household_money(by, project):
        raise NotAllowed(_("Your role does not read what households owe."))
    content = account_paper(account, payer=payer_of(household), url=url, at=at, fonts=FONTS)
    data = {"since": str(account.since), "until": str(account.until), "count": len(account.lines)}
    audit(at=at, by=by, project=project, action="account.printed", target=str(household.pk), data=data)
    return Made(name=f"account-{household.pk}-{account.until:%Y%m%d}.pdf", content=content, content_type=PDF)


@transaction.atomic
def export_account(account: HouseholdAccount, *, by: User, at: datetime) -> Made:
    """A household's statement as a workbook; who took it, of which days, how many rows and its hash are written down.

    Raises `NotAllowed`.
    """
    household = account.household
    project = household.project
    if not can_read_household_money(by, project):
        raise NotAllowed(_("Your role does not read what households owe."))
    content = _account_book(account)
    data = {
        "since": str(account.since),
        "until": str(account.until),
        "count": len(account.lines),
        "sha256": hashlib.sha256(content).hexdigest(),
        "format": "xlsx",
    }
    audit(at=at, by=by, project=project, action="account.exported", target=str(household.pk), data=data)
    return Made(name=f"account-{household.pk}-{account.until:%Y%m%d}.xlsx", content=content, content_type=EXCEL)


def _account_book(account: HouseholdAccount) -> bytes:
    """What stood before, each movement, and the sums; amounts are numbers. The deposits are a sheet of their own."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Household statement"))
    room = safe_cell(f"{account.household.unit.number} {payer_of(account.household)}".strip())
    sheet.append([room, account.since, account.until])
    sheet.append(_account_heads())
    sheet.append([None, _("Owed before"), "", None, None, None, account.before, account.advance - account.moved])
    for line in account.lines:
        words = safe_cell(f"{line.kind} {line.words}".strip())
        amounts = (line.charged, line.settled, line.moved, line.owed, line.advance)
        sheet.append([line.day, words, safe_cell(line.number), *amounts])
    if account.cut:
        sheet.append([_("The last lines do not fit: ask for fewer days.")])
    sums = (account.charged, account.settled, account.moved, account.owed, account.advance)
    sheet.append([None, _("Together"), "", *sums])
    held = book.create_sheet(_("Deposits"))
    held.append([_("Number"), _("Purpose"), _("Held")])
    for one in account.deposits:
        held.append([safe_cell(one.number), safe_cell(one.purpose), one.held])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _account_heads() -> list[str]:
    return [
        _("Day"),
        _("What"),
        _("Number"),
        _("Charged"),
        _("Paid or waived"),
        _("Into or out of advance"),
        _("Still owed"),
        _("In advance"),
    ]


def _words(rows: int) -> str:
    return ngettext("Statement, %(count)s row", "Statement, %(count)s rows", rows) % {"count": f"{rows:,}"}


def _make(asked: Mapping[str, Any], project: Project, by: User, at: datetime) -> Made:
    """The statement as it is now."""
    wanted = Asked(Spell(asked["spell"]), date.fromisoformat(asked["on"]))
    return export_statement(statement_of(project, wanted), kind=asked["kind"], url=asked["url"], by=by, at=at)


register_export(EXPORT, Export(_words, _make))
