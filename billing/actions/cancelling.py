"""What it takes to take many bills back at once: a run's, a shared cost's, an import's.

The rule is that of one bill (`billing.queries.second.needs_two`): of the day itself, and untold, one person does it
alone; else one asks, and the second reads how many bills become void and what they come to. Source: BIL-4.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.models import Bill
from billing.queries.second import come_to, needs_two
from core.errors import NotNow
from records.approvals import ask, waiting_about
from records.models import Approval

RUN, SHARES = "run.cancel", "cost.cancel"


def asked_about(bills: QuerySet[Bill], name: str) -> dict[str, Any]:
    """What a question says about bills that are to be taken back: how many, and what they come to."""
    count, total = come_to(bills)
    return {"name": name, "count": count, "amount": f"{total:.2f}"}


def ask_to_cancel(
    *, kind: str, project: Project, subject: str, name: str, bills: QuerySet[Bill], reason: str, by: User, at: datetime
) -> Approval:
    """Ask a second person to let bills be taken back; raises `Invalid` without a reason, `NotNow` where it waits."""
    data = asked_about(bills, name)
    return ask(project=project, kind=kind, subject=subject, data=data, reason=reason, by=by, at=at)


def require_alone(bills: QuerySet[Bill], project: Project, at: datetime) -> None:
    """Raise `NotNow` where taking these back is no act of one person."""
    if needs_two(bills, project, at):
        words = _("Some of these bills are of an earlier day, or somebody was told of them: a second person decides.")
        raise NotNow(words, code="day")


def require_as_asked(approval: Approval, bills: QuerySet[Bill]) -> None:
    """Raise `NotNow` where more would become void than the question said: a receipt was reversed meanwhile."""
    count, total = come_to(bills)
    if count > approval.data["count"] or total > Decimal(approval.data["amount"]):
        words = _("More would become void than was asked: %(count)s bills of ¥%(amount)s by now. Refuse this.")
        raise NotNow(words % {"count": count, "amount": f"{total:.2f}"})


def require_not_asked(project: Project, kind: str, subject: str) -> None:
    """Raise `NotNow` where taking these back waits for a second person: nothing is added meanwhile."""
    if waiting_about(project, kind, subject) is not None:
        raise NotNow(_("Taking these bills back waits for a second person. Wait for the decision."), code="waits")
