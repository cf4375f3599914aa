"""What a payment does to the ladder, in its own transaction: all paid ends it at once, a part of it is written down."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef

from accounts.models import Project, User
from billing.actions.arrears.turns import Turn
from billing.models import ArrearsBill, ArrearsRound, Bill
from billing.states import ArrearsState
from cases.models import Case

BATCH = 500


def collecting(bills: Sequence[Bill]) -> list[int]:
    """Keys of the cases in which the bills are collected: whoever changes bills locks them first."""
    rows = ArrearsBill.objects.filter(bill__in=bills, ended_at=None)
    return list(rows.values_list("arrears__case_id", flat=True).distinct())


def is_collected() -> Exists:
    """Whether a bill is collected in a case, beside the bill itself: nobody asks again where none is."""
    return Exists(ArrearsBill.objects.filter(bill=OuterRef("pk"), ended_at=None))


def settled(
    bills: Sequence[Bill],
    *,
    paid: Mapping[int, Decimal] | None = None,
    cases: Mapping[int, Case] | None = None,
    by: User | None,
    at: datetime,
) -> None:
    """Let the cases know of bills, locked and as they stand now, that were paid or made void.

    `paid`: how much was paid of which, by key. `cases`: those that the caller has locked. A case that somebody opened
    meanwhile is taken where nobody holds it; else the next day's round finds that its bills are settled.
    """
    bills = [bill for bill in bills if getattr(bill, "is_collected", True)]
    if not bills:
        return
    links = ArrearsBill.objects.filter(bill__in=bills, ended_at=None).select_related("arrears__unit")
    found: dict[int, list[ArrearsBill]] = defaultdict(list)
    known = {bill.pk: bill for bill in bills}
    for link in links:
        link.bill = known[link.bill_id]
        found[link.arrears_id].append(link)
    for mine in found.values():
        arrears = mine[0].arrears
        case = (cases or {}).get(arrears.case_id) or _free(arrears.case_id)
        if case is not None:
            arrears.case = case
            _settle(Turn(arrears, case, by, at), mine, paid or {})


def _free(pk: int) -> Case | None:
    rows = Case.objects.select_for_update(skip_locked=True, of=("self",)).select_related("project")
    return rows.filter(pk=pk).first()


def _settle(turn: Turn, links: Sequence[ArrearsBill], paid: Mapping[int, Decimal]) -> None:
    done = [link for link in links if not link.bill.outstanding]
    ArrearsBill.objects.filter(pk__in=[link.pk for link in done]).update(ended_at=turn.at)
    if turn.arrears.ended_at is not None:
        return
    if done:
        numbers = [link.bill.number for link in done]
        turn.happen("arrears.bills_settled", subjects=numbers, data={"bills": numbers})
    part = [link.bill for link in links if link.bill.outstanding and paid.get(link.bill_id)]
    if part:
        # A part payment acknowledges the rest: limitation of it counts anew. Source: 民法典 195.
        amount = sum((paid[bill.pk] for bill in part), Decimal(0))
        rest = sum((bill.outstanding for bill in part), Decimal(0))
        numbers = [bill.number for bill in part]
        data = {"amount": f"{amount:.2f}", "rest": f"{rest:.2f}", "bills": numbers}
        turn.happen("arrears.part_paid", data=data)
        turn.happen("arrears.debt_acknowledged", subjects=numbers, data={"count": len(numbers)})
    if done and not ArrearsBill.objects.filter(arrears=turn.arrears, ended_at=None).exists():
        turn.save(ended_at=turn.at, promise_ends_at=None, visit_decided_at=None)
        turn.happen("arrears.settled", state=ArrearsState.SETTLED)


def look_again(project: Project, *, at: datetime) -> None:
    """Let today's round of a project be gone on with: bills are owed again that may be overdue."""
    ArrearsRound.objects.filter(project=project, day=at.astimezone(project.tz).date()).update(finished_at=None)


def catch_up(project: Project, *, at: datetime) -> int:
    """End what was settled while somebody held its case. Called in a transaction; returns how many bills."""
    late = ArrearsBill.objects.filter(ended_at=None, bill__project=project, bill__outstanding=0)
    bills = list(Bill.objects.filter(pk__in=late.values("bill_id")).order_by("pk")[:BATCH])
    if bills:
        settled(bills, by=None, at=at)
    return len(bills)
