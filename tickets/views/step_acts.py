"""The action that each step of a ticket calls with what its form gave."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from core.errors import Invalid
from tickets import actions
from tickets.models import Ticket
from tickets.queries import tickets_for
from tickets.views.step_shape import Given


def dispatch(given: Given) -> actions.Dispatched:
    """Send somebody."""
    return actions.dispatch(ticket=given.ticket, **given.data, **given.who_when)


def join(given: Given) -> Ticket:
    """Join the ticket to the one whose number was typed. Raises `Invalid` where there is none."""
    number = given.data["other"].strip().upper()
    original = tickets_for(given.by, given.ticket.case.project).filter(case__number=number).first()
    if original is None:
        raise Invalid(_("There is no ticket %(number)s.") % {"number": number}, fields={"other": _("Not found.")})
    return actions.join(duplicate=given.ticket, original=original, **given.who_when)


def join_caller(given: Given) -> Ticket:
    """Write down who else reported it."""
    return actions.join_caller(ticket=given.ticket, caller=actions.Caller(**given.data), **given.who_when)


def amend_contact(given: Given) -> Ticket:
    """Mend whom to ask; an empty number keeps the one on record, which the form does not show."""
    typed = {name: value for name, value in given.data.items() if name != "phone" or value}
    return actions.amend_contact(ticket=given.ticket, contact=actions.Contact(**typed), **given.who_when)


def complete(given: Given) -> Ticket:
    """Finish the work; no lines on a paid job means as quoted."""
    parts = given.lines or None
    report, hours = given.data["report"], given.data["hours"]
    return actions.complete(ticket=given.ticket, report=report, parts=parts, hours=hours, **given.from_phone)


def answer(given: Given) -> Ticket:
    """Answer an enquiry or a suggestion."""
    return actions.complete(ticket=given.ticket, report=given.data["text"], **given.from_phone)


def plain(action: Callable[..., object], *, phone: bool = True) -> Callable[[Given], object]:
    """An action that takes the form's fields as they are."""

    def act(given: Given) -> object:
        rest = given.from_phone if phone else given.who_when
        return action(ticket=given.ticket, **given.data, **rest)

    return act
