"""Deposits: the list, and one with all that became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum

from accounts.models import Project, User
from billing.models import Deposit, DepositMove
from billing.rules.exact import NOTHING
from records.models import Approval

PAGE = 30


@dataclass(frozen=True)
class DepositRows:
    """A page of deposits, the newest first; `next` is the key to go on with, None on the last."""

    rows: Sequence[Deposit]
    next: int | None
    held: Decimal


def list_deposits(
    project: Project, user: User, *, q: str = "", settled: bool = False, before: int | None = None
) -> DepositRows:
    """A page of the project's deposits, and what is held in all of it, in yuan: two statements.

    Without `settled` only those of which something is held. `q` is a room, a number or the beginning of one.
    """
    seen = Deposit.objects.visible_to(user).filter(project=project)
    held = seen.aggregate(sum=Sum("held", default=NOTHING))["sum"]
    rows = seen if settled else seen.held()
    if q:
        rows = rows.filter(Q(number__istartswith=q) | Q(unit__number__istartswith=q) | Q(purpose__icontains=q))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("unit", "payment__by").order_by("-pk")[: PAGE + 1])
    return DepositRows(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None, held)


@dataclass(frozen=True)
class DepositPage:
    """A deposit with its movements and the question that waits for a second person, if any."""

    deposit: Deposit
    moves: tuple[DepositMove, ...]
    waiting: Approval | None


def deposit_page(deposit: Deposit, *, kind: str) -> DepositPage:
    """Read the rest of a deposit's page; `kind` is that of the approvals that keep it."""
    waiting = Approval.objects.waiting().filter(project=deposit.project_id, kind=kind, subject=deposit.number)
    return DepositPage(
        deposit=deposit,
        moves=tuple(deposit.moves.select_related("by", "approval__decided_by")),
        waiting=waiting.select_related("asked_by").first(),
    )
