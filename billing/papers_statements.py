"""Statements on paper: a project's day or month, and a household's account (对账单). The paper is Chinese.

Source: BIL-8 (每月收费结算工作).
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from billing.queries.account import HouseholdAccount
from billing.queries.statements import Statement
from billing.states import Column
from records.papers import amount_words, moment_words, printable, set_paper

FOLDER = Path(__file__).resolve().parent / "paper_templates"


def statement_paper(statement: Statement, *, url: str, at: datetime, fonts: Path) -> bytes:
    """Set a project's statement as A4 PDF. `fonts` holds Noto Sans SC. Raises `FontMissingError`."""
    with translation.override("zh-hans"):
        sums, total = statement.income_sums
        form = _sheet(statement.project.name_zh, statement.project.phone, at.astimezone(statement.project.tz)) | {
            "title": "收费日报表" if statement.asked.spell == "day" else "收费月报表",
            "number": statement.asked.name,
            "methods": [str(method.label) for method in statement.methods],
            "income": [
                [printable(name), *_amounts(cells), amount_words(sum_)] for name, cells, sum_ in statement.income_rows
            ],
            "income_sum": [*_amounts(sums), amount_words(total)],
            "columns": [str(Column(name).label) for name in Column.values],
            "owing": [
                [printable(row.name), amount_words(row.before), *_amounts(row.cells), amount_words(row.after)]
                for row in (*statement.owing, statement.owing_sum)
            ],
        }
    return set_paper(FOLDER / "statement.typ", form, url=url, at=at, fonts=fonts)


def account_paper(account: HouseholdAccount, *, payer: str, url: str, at: datetime, fonts: Path) -> bytes:
    """Set a household's statement as A4 PDF. `payer` is who is asked to pay. Raises `FontMissingError`."""
    project = account.household.project
    with translation.override("zh-hans"):
        form = _sheet(project.name_zh, project.phone, at.astimezone(project.tz)) | {
            "title": "住户对账单",
            "number": f"{account.household.unit.number} {account.until:%Y-%m-%d}",
            "room": printable(account.household.unit.number),
            "payer": printable(payer),
            "since": f"{account.since:%Y-%m-%d}",
            "until": f"{account.until:%Y-%m-%d}",
            "before": amount_words(account.before),
            "charged": amount_words(account.charged),
            "settled": amount_words(account.settled),
            "owed": amount_words(account.owed),
            "advance": amount_words(account.advance),
            "cut": _("The last lines do not fit: ask for fewer days.") if account.cut else "",
            "deposits": [[d.number, printable(d.purpose), amount_words(d.held)] for d in account.deposits],
            "lines": [
                [
                    f"{line.day:%Y-%m-%d}",
                    printable(f"{line.kind} {line.words}".strip()),
                    printable(line.number),
                    *_some((line.charged, line.settled, line.moved)),
                    amount_words(line.owed),
                    amount_words(line.advance),
                ]
                for line in account.lines
            ],
        }
    return set_paper(FOLDER / "account.typ", form, url=url, at=at, fonts=fonts)


def _sheet(project: str, phone: str, at: datetime) -> dict[str, object]:
    return {"project": project, "service_phone": phone, "made_at": moment_words(at)}


def _amounts(cells: Sequence[Decimal]) -> list[str]:
    return [amount_words(cell) for cell in cells]


def _some(cells: Sequence[Decimal]) -> list[str]:
    return [amount_words(cell) if cell else "" for cell in cells]
