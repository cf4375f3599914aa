"""Deposits: the list, and one with all that became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from accounts.models import Project, User
from billing.models import Deposit, DepositMove
from billing.queries.sums import MoneySum
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
    held = seen.aggregate(sum=MoneySum("held", default=NOTHING))["sum"]
    rows = seen if settled else seen.held()
    if q:
        rows = rows.filter(Q(number__istartswith=q) | Q(unit__number__istartswith=q) | Q(purpose__icontains=q))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("unit", "payment__by", "payment__receipt").order_by("-pk")[: PAGE + 1])
    return DepositRows(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None, held)


@dataclass(frozen=True)
class DepositPage:
    """A deposit with its movements, and what waits for a second person: to keep some of it, to take something back."""

    deposit: Deposit
    moves: tuple[DepositMove, ...]
    waiting: Approval | None
    back_waits: Approval | None

    @property
    def standing(self) -> list[DepositMove]:
        """What was given back or kept and not taken back."""
        return [move for move in self.moves if move.reversal is None]


def deposit_page(deposit: Deposit, *, keep: str, back: str) -> DepositPage:
    """Read the rest of a deposit's page; `keep` and `back` are the kinds of the approvals about it."""
    waiting = Approval.objects.waiting().filter(project=deposit.project_id, subject=deposit.number)
    asked = {one.kind: one for one in waiting.filter(kind__in=(keep, back)).select_related("asked_by")}
    return DepositPage(
        deposit=deposit,
        moves=tuple(deposit.moves.select_related("by", "approval__decided_by", "entry__reversal__by")),
        waiting=asked.get(keep),
        back_waits=asked.get(back),
    )
