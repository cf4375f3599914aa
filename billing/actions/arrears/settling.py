"""What a payment does to the ladder, in its own transaction: all paid ends it at once, a part of it is written down."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef

from accounts.models import Project, User
from billing.actions.arrears.easing import come_to, ease, let_go_letter
from billing.actions.arrears.marking import mark
from billing.actions.arrears.turns import TEMPLATE, Turn
from billing.models import ArrearsBill, ArrearsRound, Bill
from billing.queries.arrears import total_of
from billing.states import ArrearsState
from cases.models import Case
from notifications.actions.outside import amend_sms
from visits.actions import call_off

BATCH = 500


def collecting(bills: Sequence[Bill]) -> list[int]:
    """Keys of the cases in which the bills are collected: whoever changes bills locks them first.

    Bills that were read with `is_collected` and are not ask for nothing.
    """
    bills = [bill for bill in bills if getattr(bill, "is_collected", True)]
    if not bills:
        return []
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
    by_debtor: bool = True,
    by: User | None,
    at: datetime,
) -> None:
    """Let the cases know of bills, locked and as they stand now, that were paid or made void.

    `paid`: how much was paid of which, by key. `cases`: those that the caller has locked. `by_debtor`: whether who owes
    paid it, and not we who used what they had paid in advance. A case that somebody opened meanwhile is taken where
    nobody holds it; else the next day's round finds that its bills are settled.
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
            _settle(Turn(arrears, case, by, at), mine, paid or {}, by_debtor=by_debtor)


def _free(pk: int) -> Case | None:
    rows = Case.objects.select_for_update(skip_locked=True, of=("self",)).select_related("project")
    return rows.filter(pk=pk).first()


def _settle(turn: Turn, links: Sequence[ArrearsBill], paid: Mapping[int, Decimal], *, by_debtor: bool) -> None:
    done = [link for link in links if not link.bill.outstanding]
    if done:
        ArrearsBill.objects.filter(pk__in=[link.pk for link in done]).update(ended_at=turn.at)
        mark(link.bill_id for link in done)
    if turn.arrears.ended_at is not None and turn.arrears.excused_at is None:
        return
    is_over = bool(done) and not ArrearsBill.objects.filter(arrears=turn.arrears, ended_at=None).exists()
    if done:
        numbers = [link.bill.number for link in done]
        state = "" if is_over else come_to(turn)
        turn.happen("arrears.bills_settled", state=state, subjects=numbers, data={"bills": numbers})
    part = [link.bill for link in links if link.bill.outstanding and paid.get(link.bill_id)]
    if part:
        _part_paid(turn, part, paid, by_debtor=by_debtor)
    if is_over:
        let_go_letter(turn)
        call_off(parent=turn.case, why={"zh": "欠费已结清", "en": "nothing is owed any more"}, at=turn.at, by=turn.by)
        # The promise stays as it was: should the payment be taken back, it goes on with that, and with the visit.
        turn.save(ended_at=turn.at)
        turn.happen("arrears.settled", state=ArrearsState.SETTLED)
        turn.hush()
    elif done:
        ease(turn, done)
    turn.retitle()
    if (done or part) and not is_over:
        amend_sms(case=turn.case, template=TEMPLATE, amount=f"{total_of(turn.bills):.2f}")


def _part_paid(turn: Turn, part: Sequence[Bill], paid: Mapping[int, Decimal], *, by_debtor: bool) -> None:
    """A part payment by who owes acknowledges the rest: limitation of it counts anew. Our own use of credit does not.

    Source: 民法典 195.
    """
    amount = sum((paid[bill.pk] for bill in part), Decimal(0))
    rest = sum((bill.outstanding for bill in part), Decimal(0))
    numbers = [bill.number for bill in part]
    data = {"amount": f"{amount:.2f}", "rest": f"{rest:.2f}", "bills": numbers}
    turn.happen("arrears.part_paid", data=data)
    if by_debtor:
        turn.happen("arrears.debt_acknowledged", subjects=numbers, data={"count": len(numbers)})


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
