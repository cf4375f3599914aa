"""The bill for paid work: raised when the work is done, taken back when it turns out to be free."""

from datetime import timedelta

from django.utils.translation import gettext as _

from billing.actions.charging import charge_once, standing_item
from billing.actions.letting_off import let_off
from billing.queries.free import LetOff, taken_for
from billing.queries.owed import billed_for
from cases.models import Case, Event
from sla.actions import happen
from tickets.actions.turns import Turn
from tickets.models import Ticket
from tickets.queries import done_total
from tickets.states import WORK_KINDS, Charge, State

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
    """Let nobody owe anything of the ticket's bills: the work is free after all, or was never done.

    What was paid is given back by reversing its receipt, which each gets an event about; until then it stays on record.
    What is of an earlier day is owed until a second person has approved.
    """
    let_off(case=turn.case, reason=reason, by=turn.by, at=turn.at)
    for kept in taken_for(turn.case):
        happen(case=turn.case, kind="bill.to_give_back", at=turn.at, by=turn.by, data=kept.data)


def free_because(case: Case) -> LetOff | None:
    """Why nobody owes anything for a ticket, and who decided so; None where its work is paid for."""
    ticket = Ticket.objects.select_related("charge_overridden_by").get(case=case)
    if case.state == State.CANCELLED:
        last = Event.objects.filter(case=case, kind="ticket.cancelled").select_related("by").order_by("-pk").first()
        return LetOff(
            last.text if last and last.text else str(_("The ticket was cancelled.")), last.by if last else None
        )
    if ticket.charge != Charge.FREE:
        return None
    return LetOff(ticket.charge_override_reason or str(_("The work is free.")), ticket.charge_overridden_by)
