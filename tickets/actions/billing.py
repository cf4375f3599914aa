"""The bill for paid work: raised when the work is done, taken back when it turns out to be free."""

from datetime import timedelta

from billing.actions.charging import charge_once, standing_item
from billing.actions.voiding import withdraw
from billing.queries.owed import billed_for
from sla.actions import happen
from tickets.actions.turns import Turn
from tickets.queries import done_total
from tickets.states import WORK_KINDS, Charge

ITEM = "有偿维修服务费"
# How long somebody has to pay for work that was done in the home. Ours: the standard names no time.
TIME_TO_PAY = timedelta(days=7)


def bill_work(turn: Turn) -> None:
    """Raise a bill for what paid work came to and nothing bills yet. Source: REP-5 (有偿服务).

    Work taken over from a former system was settled there; where no room is named, nobody is known who owes it.
    """
    case = turn.case
    if case.is_history or case.unit is None or turn.ticket.charge != Charge.PAID or case.kind not in WORK_KINDS:
        return
    amount = done_total(turn.ticket) - billed_for(case)
    if amount <= 0:
        return
    bill = charge_once(
        project=case.project,
        unit=case.unit,
        household=case.household,
        item=standing_item(case.project, ITEM),
        amount=amount,
        words=f"{case.number} {case.title}",
        case=case,
        due_on=turn.at.astimezone(case.project.tz).date() + TIME_TO_PAY,
        by=turn.by,
        at=turn.at,
    )
    data = {"bill": bill.number, "amount": str(amount)}
    happen(case=case, kind="bill.raised", at=turn.at, by=turn.by, data=data, for_resident=True)


def take_bills_back(turn: Turn, reason: str) -> None:
    """Make the ticket's bills void of which nothing was paid: the work is free after all, or was never done.

    What was paid stays on record; it is given back by reversing its receipt. A bill of an earlier day is owed until a
    second person has approved.
    """
    for bill in withdraw(case=turn.case, reason=reason, by=turn.by, at=turn.at):
        data = {"bill": bill.number}
        happen(case=turn.case, kind="bill.voided", at=turn.at, by=turn.by, data=data, for_resident=True)
