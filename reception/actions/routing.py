"""A question or a suggestion goes to who can answer it, who owes the answer within a clock."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from core.errors import Invalid
from notifications.actions import Notice, tell
from reception.actions.common import locked
from reception.actions.endings import require_colleague
from reception.actions.tickets import open_ticket_from
from reception.models import Contact
from reception.states import Purpose
from records.ahead import require_near
from sla.queries import Staff
from sla.states import Audience
from tickets.actions import NewTicket, dispatch
from tickets.models import Ticket
from tickets.states import Kind

KINDS = {Purpose.SUGGESTION: Kind.SUGGESTION}


@transaction.atomic
def route(
    *,
    contact: Contact,
    department: Department | None = None,
    to: User | None = None,
    until: datetime | None = None,
    question: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
) -> Ticket:
    """End a contact by giving its question, or suggestion, to a department or a person, who owes the answer.

    It becomes an enquiry (咨询) or suggestion (建议) of its own: its clock stops when it is answered, and whoever
    took it is told the answer. Without a person the department's head is told, and sees to it. `until` is the time
    agreed on with whoever asked; without one the rule's own length counts.

    Raises `NotAllowed`, `NotNow`, `Stale`, `Invalid` where nobody is named, nothing was asked or the time is over.
    Source: 记录客户投诉及建议,及时反馈至相关部门跟踪解决; 在合理的时间内给予答复.
    """
    contact = locked(contact, verb="answer", by=by, expected=expected)
    project = contact.case.project
    if to is None and department is None:
        raise Invalid(_("Say who can answer: a department, or a colleague."), fields={"department": _("Required.")})
    if to is not None:
        require_colleague(to, project.pk)
    if until is not None and until <= at:
        raise Invalid(_("The time promised has already passed."), fields={"until": _("In the past.")})
    require_near(until, at, "until")
    words = question.strip() or contact.said
    if not words:
        raise Invalid(_("Write the question that is to be answered."), fields={"question": _("Required.")})
    new = NewTicket(
        project=project,
        kind=KINDS.get(Purpose(contact.purpose), Kind.ENQUIRY),
        description=words,
        department=department or _department_of(to, project.pk),
        promised_at=until,
    )
    ticket = open_ticket_from(contact=contact, new=new, by=by, at=at)
    if to is not None:
        return dispatch(ticket=ticket, technician=to, by=by, at=at).ticket
    _tell_head(ticket, by, at)
    return ticket


def _department_of(user: User | None, project_id: int) -> Department | None:
    found = (m.department for m in user.active_memberships if m.project_id == project_id) if user else ()
    return next((department for department in found if department is not None), None)


def _tell_head(ticket: Ticket, by: User, at: datetime) -> None:
    case = ticket.case
    heads = tuple(user for user in Staff.of([case.project_id]).told(case, [Audience.HEAD]) if user != by)
    tell([Notice(key=f"asked:{case.number}", template="ticket.asked", case=case, to=heads)], at=at)
