"""Where the desk becomes a ticket: taken from a contact, taken at once, or joined to one that is open already."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.core.files import File
from django.db import transaction

from accounts.models import User
from cases.family import lock_lines
from cases.models import Case
from cases.pictures import attach_sent
from cases.states import Channel
from complaints.actions import await_work
from complaints.models import Complaint
from reception.actions.common import end, locked
from reception.actions.receiving import Caller, NewContact, log_contact
from reception.models import Contact
from reception.permissions import can_receive
from reception.states import Outcome, Purpose, State
from tickets.actions import Caller as OtherCaller
from tickets.actions import NewTicket, join_caller, open_ticket
from tickets.models import Ticket
from tickets.states import ANSWERED_KINDS, Kind

# Ways in which somebody speaks with the desk; patrols and residents' own reports come another way.
AT_THE_DESK = (Channel.PHONE, Channel.WALK_IN, Channel.LETTER, Channel.EMAIL, Channel.WECHAT)
BECOMES = {"ticket.opened": Outcome.TICKET, "complaint.registered": Outcome.COMPLAINT}
PURPOSES = {Kind.REPAIR: Purpose.REPAIR, Kind.ENQUIRY: Purpose.ENQUIRY}


@transaction.atomic
def take_ticket(
    *, new: NewTicket, by: User, at: datetime, photos: Sequence[str] = (), uploads: Sequence["File[bytes]"] = ()
) -> Ticket:
    """Open a ticket; what is taken at the desk stands in the work log, by a contact made with it where there is none.

    `photos` are tokens of pictures that the person sent before the ticket had a number, `uploads` pictures themselves.
    Raises what `tickets.actions.open_ticket` raises. Source: 三(3)① 报修接待 (记录); 工作日志.
    """
    at_the_desk = new.channel in AT_THE_DESK and not new.is_history and can_receive(by, new.project.pk)
    if at_the_desk and new.contact is None:
        new = replace(new, contact=_logged(new, by, at).case)
    ticket = open_ticket(new=new, by=by, at=at)
    attach_sent(case=ticket.case, photos=photos, uploads=uploads, by=by, at=at)
    return ticket


def _logged(new: NewTicket, by: User, at: datetime) -> Contact:
    contact = NewContact(
        project=new.project,
        channel=new.channel,
        purpose=PURPOSES.get(Kind(new.kind), Purpose.OTHER) if new.kind in Kind.values else Purpose.OTHER,
        said=new.description or new.title,
        caller=Caller(name=new.contact_name, phone=new.contact_phone, unit=new.unit),
    )
    return log_contact(new=contact, by=by, at=at)


@transaction.atomic
def open_ticket_from(*, contact: Contact, new: NewTicket, by: User, at: datetime) -> Ticket:
    """Turn a contact into a ticket: what was typed stays, the contact ends, the ticket stands under it."""
    case = contact.case
    filled = replace(
        new,
        contact=case,
        unit=new.unit or case.unit,
        contact_name=new.contact_name or case.contact_name,
        contact_phone=new.contact_phone or case.contact_phone,
        description=new.description or contact.said,
        channel=case.channel,
    )
    return open_ticket(new=filled, by=by, at=at)


def became(parent: Case, child: Case, event: str, at: datetime, by: User | None) -> None:
    """A ticket or complaint opened for a contact ends it; a reply that was promised is still owed.

    What a complaint about a colleague passes by, its contact passes by too. The parent is locked.
    """
    outcome = Outcome.ASKED if child.kind in ANSWERED_KINDS and event in BECOMES else BECOMES.get(event)
    if outcome is None or by is None or parent.state in (State.PROMISED, State.CLOSED):
        return
    contact = Contact.objects.select_for_update(of=("self",)).get(case=parent)
    contact.case = parent
    changes = {"reserved_for": child.reserved_for} if child.reserved_for else None
    end(contact, verb="close", outcome=outcome, done="", by=by, at=at, changes=changes, number=child.number)


@transaction.atomic
def join_ticket(
    *,
    ticket: Ticket,
    caller: Caller,
    said: str,
    channel: str,
    by: User,
    at: datetime,
    contact: Contact | None = None,
) -> Contact:
    """Instead of a second ticket: the caller stands on the open one, and the contact in the work log names it.

    The contact is the one given, else a new one under the ticket. Raises what `tickets.actions.join_caller` raises.
    """
    if contact is not None:
        contact = locked(contact, verb="close", by=by, expected=None)
    other = OtherCaller(name=caller.name, phone=caller.phone, text=said, unit=caller.unit)
    ticket = join_caller(ticket=ticket, caller=other, by=by, at=at)
    number = ticket.case.number
    if contact is not None:
        end(contact, verb="close", outcome=Outcome.TICKET, done=number, by=by, at=at, number=number)
        return contact
    new = NewContact(
        project=ticket.case.project,
        channel=channel,
        purpose=Purpose.REPAIR,
        said=said,
        caller=caller,
        parent=ticket.case,
    )
    return log_contact(new=new, by=by, at=at, outcome=Outcome.TICKET, done=number)


@transaction.atomic
def join_complaint(*, complaint: Complaint, ticket: Ticket, by: User, at: datetime) -> Complaint:
    """A complaint about a fault that is reported already: who complains stands on that ticket, and it tells them.

    What a complaint about a colleague says stays where only those above read it. Raises what
    `tickets.actions.join_caller` and `complaints.actions.await_work` raise. Source: CMP-8.
    """
    case = complaint.case
    lock_lines(case, ticket.case)  # together: either may be the older one
    known = not case.reserved_for
    name = f"{case.number} {case.contact_name}" if known else case.contact_name
    words = complaint.description if known else ""
    other = OtherCaller(name=name.strip(), phone=case.contact_phone, text=words, unit=case.unit)
    ticket = join_caller(ticket=ticket, caller=other, by=by, at=at)
    return await_work(complaint=complaint, work=ticket.case, by=by, at=at)
