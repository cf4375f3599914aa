"""Money around a ticket: who pays, the quote before the work, parts and hours. Bills and receipts are billing's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.states import PhotoLabel
from core.errors import Invalid, NotNow
from core.words import reason_of
from tickets.actions.billing import bill_work, take_bills_back
from tickets.actions.turns import Turn, begin
from tickets.models import PriceItem, Ticket, WorkLine
from tickets.permissions import can_override_charge, can_price, can_work
from tickets.queries import charge_verdict, done_total, hourly_item, quoted_total
from tickets.rules import amount_of, total
from tickets.states import AcceptedBy, Charge, ItemKind, Quote, State

MOST_LINES = 50
LARGEST = Decimal("99999.99")
CHARGES = {
    Charge.FREE: {"zh": "无偿服务", "en": "free service"},
    Charge.PAID: {"zh": "有偿服务", "en": "paid service"},
    Charge.UNDECIDED: {"zh": "未定", "en": "not decided yet"},
}
WAYS = {
    AcceptedBy.SIGNATURE: {"zh": "签字确认", "en": "by signature"},
    AcceptedBy.PHONE: {"zh": "电话确认", "en": "by phone"},
    AcceptedBy.IN_PERSON: {"zh": "当面确认", "en": "in person"},
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A part or hours of work: from the price list, or named with its own price in yuan."""

    quantity: Decimal
    item: PriceItem | None = None
    name: str = ""
    unit: str = ""
    unit_price: Decimal | None = None
    kind: str = ItemKind.MATERIAL


@transaction.atomic
def quote(
    *,
    ticket: Ticket,
    lines: Sequence[Line],
    hours: Decimal | None = None,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Ticket:
    """Say what paid work will cost, before it begins. A new quote replaces the old one and must be accepted anew.

    Raises `NotNow` for work that is free. Source: 便民/特约服务 (就费用等进行约定), REP-5.
    """
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_price(by, turn.case, turn.job), _("Only who works on it or the desk quotes a price."))
    step = turn.step("quote")
    if turn.ticket.charge == Charge.FREE:
        raise NotNow(_("This work is free: there is nothing to quote."))
    rows = _rows(turn, lines, hours, is_quote=True)
    if not rows:
        raise Invalid(_("Put at least one line into the quote."), fields={"lines": _("Required.")})
    turn.ticket.lines.quoted().update(replaced_at=at)
    WorkLine.objects.bulk_create(rows)
    turn.ticket.quote, turn.ticket.quote_accepted_at, turn.ticket.quote_accepted_how = Quote.OFFERED, None, ""
    turn.ticket.save(update_fields=["quote", "quote_accepted_at", "quote_accepted_how"])
    data = {"total": str(total(row.amount for row in rows)), "lines": [_as_data(row) for row in rows]}
    turn.happen(step, data=data)
    return turn.ticket


@transaction.atomic
def accept_quote(
    *,
    ticket: Ticket,
    how: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Ticket:
    """Write down that the resident accepted the quote, and how. Raises `NotNow` where none waits for it."""
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_price(by, turn.case, turn.job), _("Only who works on it or the desk writes down an acceptance."))
    step = turn.step("accept_quote")
    if how not in AcceptedBy.values:
        raise Invalid(_("Say how the resident accepted."), fields={"how": _("Unknown way.")})
    if turn.ticket.quote != Quote.OFFERED:
        raise NotNow(_("No quote waits to be accepted."))
    if how == AcceptedBy.SIGNATURE and not turn.case.attachments.filter(label=PhotoLabel.SIGNATURE).exists():
        raise Invalid(_("There is no signature yet. Let the resident sign and keep the signature first."))
    turn.ticket.quote, turn.ticket.quote_accepted_at, turn.ticket.quote_accepted_how = Quote.ACCEPTED, at, how
    turn.ticket.save(update_fields=["quote", "quote_accepted_at", "quote_accepted_how"])
    amount = str(quoted_total(turn.ticket))
    turn.happen(step, data={"total": amount, "how": WAYS[AcceptedBy(how)]})
    return turn.ticket


@transaction.atomic
def add_parts(
    *,
    ticket: Ticket,
    lines: Sequence[Line],
    hours: Decimal | None = None,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Ticket:
    """Add parts and hours to the work while it goes on. Raises `NotNow` where a paid quote is not accepted yet."""
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_work(by, turn.case, turn.job), _("Only the technician who has the job, or a supervisor, does this."))
    step = turn.step("add_parts")
    require_price(turn)
    rows = put_lines(turn, lines, hours)
    if not rows:
        raise Invalid(_("Name a part or the hours."), fields={"lines": _("Required.")})
    turn.happen(step, data={"names": [row.name for row in rows], "lines": [_as_data(row) for row in rows]})
    return turn.ticket


def require_price(turn: Turn) -> None:
    """Raise `NotNow` unless it is clear who pays and, where the resident does, the price was accepted."""
    ticket = turn.ticket
    if ticket.charge == Charge.UNDECIDED:
        raise NotNow(
            _("Nobody decided yet who pays. Fill in the missing date and look again, or let a supervisor decide."),
            code="charge_undecided",
        )
    if ticket.charge == Charge.PAID and ticket.quote != Quote.ACCEPTED:
        raise NotNow(
            _("This is a paid service: quote the price and let the resident accept it before the work."),
            code="quote_not_accepted",
        )


def put_lines(turn: Turn, lines: Sequence[Line], hours: Decimal | None) -> list[WorkLine]:
    """Write what went into the work. Raises `NotNow` where a paid job would come to more than was accepted."""
    rows = _rows(turn, lines, hours, is_quote=False)
    if turn.ticket.charge == Charge.PAID:
        accepted = quoted_total(turn.ticket)
        comes_to = done_total(turn.ticket) + total(row.amount for row in rows)
        if comes_to > accepted:
            raise NotNow(
                _("This comes to ¥%(comes_to)s, more than the ¥%(accepted)s that the resident accepted. Quote again.")
                % {"comes_to": comes_to, "accepted": accepted},
                code="more_than_quoted",
            )
    WorkLine.objects.bulk_create(rows)
    return rows


def put_as_quoted(turn: Turn) -> None:
    """Take the accepted quote for what was done, where nobody wrote down anything else."""
    rows = list(turn.ticket.lines.quoted())
    for row in rows:
        row.pk, row.is_quote, row.job = None, False, turn.job
        row.added_at, row.added_by = turn.at, turn.by
    WorkLine.objects.bulk_create(rows)


def _rows(turn: Turn, lines: Sequence[Line], hours: Decimal | None, *, is_quote: bool) -> list[WorkLine]:
    if len(lines) > MOST_LINES:
        raise Invalid(_("At most 50 lines."), fields={"lines": _("Too many.")})
    wanted = [*lines, *_labour(turn, lines, hours)]
    return [_row(turn, line, number, is_quote=is_quote) for number, line in enumerate(wanted, start=1)]


def _labour(turn: Turn, lines: Sequence[Line], hours: Decimal | None) -> list[Line]:
    """Hours as a line of the price list, unless the lines name their labour themselves."""
    named = any(line.item is not None and line.item.kind == ItemKind.LABOUR for line in lines)
    item = None if not hours or named else hourly_item(turn.case.project)
    return [Line(quantity=hours, item=item)] if item is not None and hours else []


def _row(turn: Turn, line: Line, number: int, *, is_quote: bool) -> WorkLine:
    item = line.item
    if item is not None and item.project_id not in (None, turn.case.project_id):
        raise Invalid(_("This price list line belongs to another project."), fields={"lines": _("Unknown item.")})
    name = item.name_zh if item else line.name.strip()
    price = item.price if item else line.unit_price
    place = {"line": number}
    if not name or price is None:
        raise Invalid(_("Line %(line)s needs a name and a price.") % place, fields={"lines": _("Incomplete.")})
    if not 0 < line.quantity <= LARGEST or not 0 <= price <= LARGEST:
        raise Invalid(_("Line %(line)s counts nothing, or far too much.") % place, fields={"lines": _("Out of range.")})
    return WorkLine(
        ticket=turn.ticket,
        job=None if is_quote else turn.job,
        price_item=item,
        name=name[:100],
        kind=item.kind if item else line.kind,
        unit=item.unit if item else line.unit.strip()[:20],
        quantity=line.quantity,
        unit_price=price,
        amount=amount_of(line.quantity, price),
        is_quote=is_quote,
        added_at=turn.at,
        added_by=turn.by,
    )


def _as_data(row: WorkLine) -> dict[str, Any]:
    return {
        "name": row.name,
        "unit": row.unit,
        "quantity": str(row.quantity),
        "unit_price": str(row.unit_price),
        "amount": str(row.amount),
    }


@transaction.atomic
def review_charge(*, ticket: Ticket, by: User, at: datetime, expected: int | None = None) -> Ticket:
    """Decide again who pays by what the register says now, after a missing date was filled in.

    Counted for the day of the report. Raises `NotNow` where it is decided already.
    """
    turn = begin(ticket, by=by, at=at, expected=expected)
    turn.allow(can_price(by, turn.case, turn.job), _("Only who works on it or the desk looks again who pays."))
    step = turn.step("review_charge")
    if turn.ticket.charge_overridden_at is not None:
        raise NotNow(_("A supervisor decided who pays; that stands."))
    if turn.ticket.charge != Charge.UNDECIDED:
        raise NotNow(_("It is decided already who pays."), code="charge_decided")
    verdict = charge_verdict(
        kind=turn.case.kind,
        category=turn.ticket.category,
        unit=turn.case.unit,
        project=turn.case.project,
        at=turn.case.opened_at,
        is_history=turn.case.is_history,
    )
    turn.ticket.charge, turn.ticket.charge_reason = verdict.charge, verdict.as_data()
    turn.ticket.save(update_fields=["charge", "charge_reason"])
    turn.happen(step, data={"charge": CHARGES[Charge(verdict.charge)]}, for_resident=False)
    return turn.ticket


@transaction.atomic
def override_charge(
    *, ticket: Ticket, charge: str, reason: str, by: User, at: datetime, expected: int | None = None
) -> Ticket:
    """Decide otherwise who pays, with the reason. The rule's decision stays on record. Source: REP-2.

    Raises `NotNow` for making finished work payable whose price nobody accepted. Source: REP-5.
    """
    turn = begin(ticket, by=by, at=at, expected=expected)
    turn.allow(can_override_charge(by, turn.case), _("Only a supervisor decides otherwise who pays."))
    step = turn.step("override_charge")
    if charge not in (Charge.FREE, Charge.PAID):
        raise Invalid(_("Choose free or paid."), fields={"charge": _("Free or paid.")})
    reason = reason_of(reason, _("Say why this is decided otherwise."))
    ticket = turn.ticket
    if charge == Charge.PAID and turn.case.state == State.COMPLETED and ticket.quote != Quote.ACCEPTED:
        raise NotNow(
            _("The work is done and the resident accepted no price for it: it stays free."), code="quote_not_accepted"
        )
    before = ticket.charge
    ticket.charge, ticket.charge_overridden_by, ticket.charge_overridden_at = charge, by, at
    ticket.charge_override_reason = reason
    ticket.save(update_fields=["charge", "charge_overridden_by", "charge_overridden_at", "charge_override_reason"])
    turn.happen(step, data={"charge": CHARGES[Charge(charge)], "before": str(before)}, text=reason, for_resident=False)
    if charge == Charge.FREE:
        take_bills_back(turn, reason)
    elif turn.case.state == State.COMPLETED:
        bill_work(turn)
    return ticket
