"""Shortcuts through a ticket's life, by the same actions as the desk's."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from cases.models import Case
from sla.models import Clock
from tests.cast import NOON, Cast
from tickets import actions
from tickets.actions import Line, NewTicket
from tickets.models import Category, PriceItem, Ticket
from tickets.states import State
from visits.actions import Outcome, record
from visits.models import Callback

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def category(code: str) -> Category:
    return Category.objects.select_related("warranty_part").get(code=code)


def opened(cast: Cast, *, at: datetime = NOON, by: User | None = None, code: str = "lamp", **given: Any) -> Ticket:
    """A repair in 3-2-1501 (free under warranty), unless told otherwise."""
    sort = category(code)
    new: dict[str, Any] = {
        "project": cast.project,
        "kind": sort.kind,
        "unit": cast.units["3-2-1501"],
        "category": sort,
        "description": "客厅吸顶灯不亮了",
        "contact_name": "张小明",
        "contact_phone": "13812341234",
    }
    return actions.open_ticket(new=NewTicket(**{**new, **given}), by=by or cast.frontdesk, at=at)


def dispatched(cast: Cast, ticket: Ticket, *, at: datetime = NOON + 2 * MINUTE, who: User | None = None) -> Ticket:
    return actions.dispatch(
        ticket=ticket,
        technician=who or cast.technician,
        window_from=at + HOUR,
        window_to=at + 2 * HOUR,
        by=cast.frontdesk,
        at=at,
    ).ticket


def accepted(cast: Cast, ticket: Ticket, *, at: datetime = NOON + 5 * MINUTE) -> Ticket:
    return actions.accept(ticket=dispatched(cast, ticket), by=cast.technician, at=at)


def in_progress(cast: Cast, ticket: Ticket, *, at: datetime = NOON + HOUR) -> Ticket:
    return actions.arrive(ticket=accepted(cast, ticket), by=cast.technician, at=at)


def completed(cast: Cast, ticket: Ticket, *, at: datetime = NOON + 2 * HOUR) -> Ticket:
    return actions.complete(ticket=in_progress(cast, ticket), report="换了灯", by=cast.technician, at=at)


def ticket_in(cast: Cast, state: str, *, code: str = "lamp") -> Ticket:
    """A free repair in the state given."""
    ticket = opened(cast, code=code)
    ways = {
        State.PENDING: lambda: ticket,
        State.DISPATCHED: lambda: dispatched(cast, ticket),
        State.ACCEPTED: lambda: accepted(cast, ticket),
        State.IN_PROGRESS: lambda: in_progress(cast, ticket),
        State.ON_HOLD: lambda: actions.hold(
            ticket=in_progress(cast, ticket), reason="等配件", by=cast.technician, at=NOON + 2 * HOUR
        ),
        State.COMPLETED: lambda: completed(cast, ticket),
        State.CLOSED: lambda: called_back(cast, completed(cast, ticket)),
        State.REOPENED: lambda: actions.reopen(
            ticket=completed(cast, ticket), reason="又坏了", by=cast.frontdesk, at=NOON + 3 * HOUR
        ),
        State.CANCELLED: lambda: actions.cancel(ticket=ticket, reason="不用了", by=cast.frontdesk, at=NOON + HOUR),
    }
    found = ways[State(state)]()
    found.case.refresh_from_db()
    assert found.case.state == state
    return found


def owed(ticket: Ticket) -> Callback:
    """The callback still owed for the ticket."""
    return Callback.objects.select_related("case").get(case__parent=ticket.case, case__closed_at=None)


def called_back(
    cast: Cast, ticket: Ticket, result: str = "satisfied", *, text: str = "", at: datetime = NOON + 4 * HOUR
) -> Ticket:
    outcome = Outcome(result=result, score=5 if result == "satisfied" else None, text=text)
    record(callback=owed(ticket), outcome=outcome, by=cast.frontdesk, at=at)
    return Ticket.objects.select_related("case").get(pk=ticket.pk)


def lines(*codes: str, quantity: str = "1") -> list[Line]:
    items = {item.code: item for item in PriceItem.objects.filter(code__in=codes)}
    return [Line(item=items[code], quantity=Decimal(quantity)) for code in codes]


def clock(case: Case, key: str, cycle: int = 1) -> Clock:
    return Clock.objects.get(case=case, key=key, cycle=cycle)


def kinds(case: Case) -> list[str]:
    """What happened, in order."""
    return list(case.events.order_by("pk").values_list("kind", flat=True))
