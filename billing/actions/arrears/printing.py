"""Demand letters on paper: one is issued and kept with its case, many are set as one file."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import prefetch_related_objects

from accounts.models import Project, User
from billing.models import ArrearsLetter
from billing.papers_arrears import DemandForm, DemandRow, render
from billing.permissions import require_letters
from billing.queries.paper import period_words
from cases.actions import lock
from cases.issued import issue
from cases.models import Attachment


@transaction.atomic
def issue_letter(*, letter: ArrearsLetter, url: str, fonts: Path, by: User, at: datetime) -> Attachment:
    """The letter as paper, kept with its case; asked for again it is the same paper.

    Raises `NotAllowed` for who does not collect, `FontMissingError`.
    """
    case = lock(letter.arrears.case)
    require_letters(by, case)

    def content() -> bytes:
        return render_letters([letter], project=case.project, url=url, at=letter.sent_at, fonts=fonts)

    return issue(case=case, name=f"{letter.number}.pdf", content=content, by=by, at=at)


def render_letters(letters: Sequence[ArrearsLetter], *, project: Project, url: str, at: datetime, fonts: Path) -> bytes:
    """Letters as one PDF, in five statements whatever their number."""
    rows = list(letters)
    prefetch_related_objects(rows, "lines__bill__item", "arrears__unit", "arrears__links")
    forms = [form_of(letter, project) for letter in rows]
    return render(forms, project=project.name_zh, service_phone=project.phone, url=url, at=at, fonts=fonts)


def _told_of(letter: ArrearsLetter) -> list[datetime]:
    """When they were told of the bills that a letter names, before it went."""
    named = {line.bill_id for line in letter.lines.all()}
    links = [link for link in letter.arrears.links.all() if link.bill_id in named]
    return [link.told_at for link in links if link.told_at is not None and link.told_at <= letter.sent_at]


def form_of(letter: ArrearsLetter, project: Project) -> DemandForm:
    """What stands on a letter, as it was when it was sent."""
    arrears = letter.arrears
    notified = max(_told_of(letter), default=None)
    return DemandForm(
        number=letter.number,
        recipient=letter.recipient,
        room=arrears.unit.number,
        day=letter.sent_at.astimezone(project.tz).date(),
        pay_by=letter.pay_by,
        amount=letter.amount,
        tracking=letter.tracking_number,
        notified_on=notified.astimezone(project.tz).date() if notified else None,
        rows=tuple(
            DemandRow(
                name=line.bill.item.name,
                period=period_words(line.bill),
                bill=line.bill.number,
                due_on=line.bill.due_on,
                amount=line.amount,
            )
            for line in letter.lines.all()
        ),
    )
