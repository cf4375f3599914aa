"""The legal file of a case as one bundle: what is owed, notices, letters with their proof, visits, the statement.

Source: ARR-5 (the file exported as one bundle); 三(4)④ (可通过法律渠道处理).
"""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.printing import issue_letter
from billing.models import Arrears, ArrearsLetter
from billing.papers_arrears import day_words
from billing.papers_statements import account_paper
from billing.permissions import leads_collection
from billing.queries.account import account_of
from billing.queries.arrears import owed_of, total_of, visits_to
from billing.queries.paper import period_words
from billing.states import ArrearsState, Cause, Reminder
from cases.models import Case, Event
from cases.queries import said_once
from cases.sentences import sentence
from core.errors import NotAllowed
from estate.models import Household
from records.actions import audit
from records.papers import amount_words, moment_words, printable, set_paper
from visits.models import HomeVisit
from visits.states import VisitOutcome

TEMPLATE = Path(__file__).resolve().parents[2] / "paper_templates" / "legal_file.typ"
Row = dict[str, str]


@transaction.atomic
def bundle(*, arrears: Arrears, url: str, fonts: Path, by: User, at: datetime) -> bytes:
    """Gather everything into one ZIP: the file as PDF, the household's statement, each letter, each proof of delivery.

    Who asked is on record.

    Raises `NotAllowed` for all but supervisor and general manager, `FontMissingError`.
    """
    case = arrears.case
    if not leads_collection(by, case):
        raise NotAllowed(_("Only the supervisor or the general manager takes out the legal file."))
    audit(at=at, by=by, project=case.project, action="arrears.bundled", target=case.number)
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr(f"{case.number}.pdf", _file(arrears, url=url, fonts=fonts, at=at))
        account = _account(arrears, url=url, fonts=fonts, at=at)
        if account:
            pack.writestr(f"{case.number}-account.pdf", account)
        for letter in arrears.letters.select_related("arrears__case__project", "proof__file"):
            paper = issue_letter(letter=letter, url=url, fonts=fonts, by=by, at=at).file
            pack.writestr(f"{letter.number}.pdf", paper.file.read())
            if letter.proof is not None:
                kept = letter.proof.file
                pack.writestr(f"{letter.number}-{kept.name}", kept.file.read())
    return found.getvalue()


def _file(arrears: Arrears, *, url: str, fonts: Path, at: datetime) -> bytes:
    project = arrears.case.project
    with translation.override("zh-hans"), timezone.override(project.tz):
        return set_paper(TEMPLATE, _form(arrears, at), url=url, at=at, fonts=fonts)


def _account(arrears: Arrears, *, url: str, fonts: Path, at: datetime) -> bytes:
    """The household's statement since the first of the bills was raised; nothing where nobody is registered."""
    first = arrears.links.order_by("bill__issued_at").select_related("bill").first()
    if arrears.household_id is None or first is None:
        return b""
    zone = arrears.case.project.tz
    household = Household.objects.select_related("project", "unit").get(pk=arrears.household_id)
    account = account_of(household, first.bill.issued_at.astimezone(zone).date(), at.astimezone(zone).date())
    payer = arrears.debtor.name if arrears.debtor else ""
    return account_paper(account, payer=payer, url=url, at=at, fonts=fonts)


def _form(arrears: Arrears, at: datetime) -> dict[str, object]:
    case, bills = arrears.case, owed_of(arrears)
    project = case.project

    def local(moment: datetime) -> str:
        return moment_words(moment.astimezone(project.tz))

    return {
        "title": "欠费催缴卷宗",
        "project": printable(project.name_zh),
        "number": case.number,
        "service_phone": printable(project.phone),
        "room": arrears.unit.number,
        "debtor": printable(arrears.debtor.name if arrears.debtor else ""),
        "day": day_words(at.astimezone(project.tz).date()),
        "amount": amount_words(total_of(bills)),
        "cause": str(Cause(arrears.cause).label) if arrears.cause else "",
        "state": str(ArrearsState(case.state).label),
        "bills": [
            {
                "name": printable(bill.item.name),
                "period": printable(period_words(bill)),
                "bill": bill.number,
                "due": f"{bill.due_on:%Y-%m-%d}",
                "amount": amount_words(bill.amount),
                "owed": amount_words(bill.outstanding),
            }
            for bill in bills
        ],
        "parts": [
            ["催缴提醒", _notices(arrears, local)],
            ["催缴函与送达", _letters(arrears, local)],
            ["上门拜访", _visits(arrears, local)],
            ["处理记录", _events(arrears, local)],
        ],
    }


Local = Callable[[datetime], str]


def _row(at: str, by: object, text: str) -> Row:
    return {"at": at, "by": printable(str(by or "")), "text": printable(text)}


def _notices(arrears: Arrears, local: Local) -> list[Row]:
    rows = []
    for one in arrears.notices.select_related("by"):
        heard = "已联系上" if one.reached else "未确认联系上"
        said = f"{Reminder(one.how).label}，{heard}，应缴 {amount_words(one.amount)} 元"
        said += f"，期限 {day_words(one.pay_by)}" + (f"。{one.note}" if one.note else "")
        rows.append(_row(local(one.at), one.by, said))
    return rows


def _letters(arrears: Arrears, local: Local) -> list[Row]:
    rows = []
    for one in arrears.letters.select_related("sent_by"):
        said = f"{one.number}，{amount_words(one.amount)} 元，快递单号 {one.tracking_number or '未登记'}"
        if one.delivered_on:
            said += f"，{day_words(one.delivered_on)} 送达（{one.outcome_word}{_shown(one)}）"
        elif one.returned_at:
            said += f"，{one.outcome_word}：{one.returned_reason}"
        rows.append(_row(local(one.sent_at), one.sent_by, said))
    return rows


def _visits(arrears: Arrears, local: Local) -> list[Row]:
    return [_row(local(at), one.made_by, _visited(one)) for one in visits_to(arrears) if (at := one.made_at)]


def _visited(one: HomeVisit) -> str:
    met = f"，{one.met}" if one.met else ""
    said = "" if one.outcome == VisitOutcome.UNSAID else f"{one.get_outcome_display()}{met}。"
    return said + one.report + (f"\n下一步：{one.next_step}" if one.next_step else "")


def _shown(one: ArrearsLetter) -> str:
    """What shows a delivery, beside the slip that lies in the bundle."""
    shown = [one.carrier_status, f"见证人 {one.witness}" if one.witness else ""]
    return "".join(f"，{words}" for words in shown if words)


def _events(arrears: Arrears, local: Local) -> list[Row]:
    # The visits are cases of their own, and part of this one.
    family = Case.objects.with_parts([arrears.case_id])
    rows = Event.objects.filter(case__in=family).select_related("by").order_by("at", "pk")
    return [
        _row(local(one.at), one.by, sentence(one.kind, one.data) + (f"\n{one.text}" if one.text else ""))
        for one in said_once(list(rows))
    ]
