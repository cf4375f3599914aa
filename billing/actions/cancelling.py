"""What it takes to take many bills back at once: a run's, a shared cost's, an import's.

The rule is that of one bill (`billing.queries.second.needs_two`): of the day itself, and untold, one person does it
alone; else one asks, and the second reads how many bills become void and what they come to. A worker carries it out
later, and looks again: no other bill becomes void than one that was asked about. Source: BIL-4.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.models import Bill, BillingRun, SharedCost
from billing.permissions import require_biller, require_second
from billing.queries.owed import paid_at
from billing.queries.second import come_to, needs_two
from core.errors import NotNow
from core.words import reason_of
from records import work as long_work
from records.actions import audit
from records.approvals import ask, waiting_about
from records.models import Approval, LongWork

RUN, SHARES = "run.cancel", "cost.cancel"
Many = TypeVar("Many", BillingRun, SharedCost)
ManyOf = TypeVar("ManyOf", BillingRun, SharedCost, contravariant=True)


class Begin(Protocol[ManyOf]):
    """How the worker that makes the bills void is set to it."""

    def __call__(self, many: ManyOf, /, *, by: User, at: datetime, reason: str, approval: int | None) -> LongWork:
        """Put it in line; `approval`: the key of what a second person approved, None where one does it alone."""


@dataclass(frozen=True, kw_only=True)
class Cancelling(Generic[Many]):
    """How one kind of many bills is taken back.

    `kind` of the question; `model` whose row is locked; `action` and `target` in the audit; `name` for who decides;
    `bills` that become void. `require_standing` raises `NotNow` where it was cancelled already, `require_idle` where a
    worker is at it; `stops`: whoever does it alone stops that worker instead. `begin` sets the worker to it.
    """

    kind: str
    model: type[Many]
    action: str
    target: Callable[[Many], str]
    name: Callable[[Many], str]
    bills: Callable[[Many], QuerySet[Bill]]
    require_standing: Callable[[Many], None]
    require_idle: Callable[[Many], None]
    begin: Begin[Many]
    stops: bool = False


@transaction.atomic
def cancel(of: Cancelling[Many], many: Many, *, reason: str, by: User, at: datetime) -> LongWork:
    """Drop what was looked at, or take back its bills that no money was taken for; the others stay.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        NotNow: it was cancelled already, is being worked on and cannot be stopped, or a second person has to decide.
        Invalid: no reason is given.
    """
    reason = reason_of(reason)
    many = _locked(of, many.pk, many.project)
    require_biller(by, many.project)
    of.require_standing(many)
    if not of.stops:
        of.require_idle(many)
    if needs_two(of.bills(many), many.project, at):
        words = _("Some of these bills are of an earlier day, or somebody was told of them: a second person decides.")
        raise NotNow(words, code="day")
    if of.stops and many.work is not None:
        long_work.stop(many.work, at=at)
    return _begin(of, many, reason, by=by, at=at)


def cancel_or_ask(of: Cancelling[Many], many: Many, *, reason: str, by: User, at: datetime) -> LongWork | Approval:
    """Take bills back on their day; later, or once somebody was told of one, ask a second person to.

    Raises like `cancel` and `ask_to_cancel`.
    """
    if needs_two(of.bills(many), many.project, at):
        return ask_to_cancel(of, many, reason=reason, by=by, at=at)
    return cancel(of, many, reason=reason, by=by, at=at)


@transaction.atomic
def ask_to_cancel(of: Cancelling[Many], many: Many, *, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to let bills be taken back; until then they are owed.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        NotNow: it was cancelled already, is being worked on, or the same waits for a decision.
        Invalid: no reason is given.
    """
    many = _locked(of, many.pk, many.project)
    require_biller(by, many.project)
    of.require_standing(many)
    of.require_idle(many)
    data = asked_about(of.bills(many), of.name(many))
    return ask(project=many.project, kind=of.kind, subject=str(many.pk), data=data, reason=reason, by=by, at=at)


@transaction.atomic
def cancel_approved(of: Cancelling[Many], *, approval: Approval, by: User, at: datetime) -> LongWork:
    """Take bills back as was asked and `by` approved, booked on the day of the decision.

    Raises:
        NotAllowed: `by` asked for it, or neither supervises nor leads the project.
        NotNow: it was cancelled already, is being worked on, or other bills would become void than was asked about.
    """
    many = _locked(of, int(approval.subject), approval.project)
    require_second(by, many.project, approval.asked_by)
    of.require_standing(many)
    of.require_idle(many)
    require_as_asked(approval, of.bills(many))
    return _begin(of, many, approval.reason, by=by, at=at, approval=approval)


def _locked(of: Cancelling[Many], pk: int, project: Project) -> Many:
    rows = of.model.objects.select_for_update(of=("self",)).select_related("project", "work")
    return rows.get(pk=pk, project=project)


def _begin(
    of: Cancelling[Many], many: Many, reason: str, *, by: User, at: datetime, approval: Approval | None = None
) -> LongWork:
    said = {"asked_by": approval.asked_by.username} if approval else {}
    audit(at=at, by=by, project=many.project, action=of.action, target=of.target(many), reason=reason, data=said)
    return of.begin(many, by=by, at=at, reason=reason, approval=approval.pk if approval else None)


def asked_about(bills: QuerySet[Bill], name: str) -> dict[str, Any]:
    """What a question says about bills that are to be taken back: how many, and what they come to."""
    count, total = come_to(bills)
    return {"name": name, "count": count, "amount": f"{total:.2f}"}


def is_as_asked(approval: Approval, bills: QuerySet[Bill]) -> bool:
    """Say whether all of these are bills that a question was about. Fewer may be left: something was paid since."""
    count, total = come_to(bills)
    if count > approval.data["count"] or total > Decimal(approval.data["amount"]):
        return False
    return not bills.filter(paid_at(approval.asked_at)).exists()


def require_as_asked(approval: Approval, bills: QuerySet[Bill]) -> None:
    """Raise `NotNow` where other bills would become void than the question was about: a receipt was reversed since."""
    if not is_as_asked(approval, bills):
        count, total = come_to(bills)
        words = _("Other bills than were asked about would become void: by now %(count)s of ¥%(amount)s. Refuse this.")
        raise NotNow(words % {"count": count, "amount": f"{total:.2f}"})


def approved(work: LongWork) -> Approval | None:
    """What a second person approved, where a work carries that out."""
    key = work.payload.get("approval")
    return Approval.objects.get(pk=key) if key else None


def require_as_approved(approval: Approval | None, bills: QuerySet[Bill]) -> None:
    """Raise `StoppedError` where the worker would make other bills void than were approved. It has written nothing."""
    if approval is not None and not is_as_asked(approval, bills):
        count, total = come_to(bills)
        words = _(
            "Stopped, and no bill was made void: since this was asked a receipt was taken back, and by now "
            "%(count)s bills of ¥%(amount)s would become void. Ask again to take them back."
        )
        raise long_work.StoppedError(words % {"count": count, "amount": f"{total:.2f}"})


def of_approved(approval: Approval | None, bills: QuerySet[Bill]) -> QuerySet[Bill]:
    """Those of bills that were approved, where a second person did; all, where one person took them back."""
    return bills if approval is None else bills.exclude(paid_at(approval.asked_at))


def require_not_asked(project: Project, kind: str, subject: str) -> None:
    """Raise `NotNow` where taking these back waits for a second person: nothing is added meanwhile."""
    if waiting_about(project, kind, subject) is not None:
        raise NotNow(_("Taking these bills back waits for a second person. Wait for the decision."), code="waits")
