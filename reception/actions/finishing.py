"""One press at the desk: what was typed is written down and the contact goes where it ends."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from core.errors import Invalid
from reception.actions.endings import answer, hand_over, promise
from reception.actions.line import hold
from reception.actions.receiving import NewContact, log_contact, write_down
from reception.actions.routing import route
from reception.models import Contact
from sla.actions import happen


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a contact goes on: `answer`, `promise`, `hand_over`, `route`, `hold`, or nothing: it is only written down.

    `done` is what was answered or done; None leaves what stands there.
    """

    verb: str = ""
    done: str | None = None
    to: User | None = None
    department: Department | None = None
    until: datetime | None = None
    question: str = ""


@transaction.atomic
def finish(
    *,
    new: NewContact,
    ending: Ending,
    by: User,
    at: datetime,
    contact: Contact | None = None,
    expected: int | None = None,
) -> Contact:
    """Take a contact or write down one that is being served, and end it as asked, all or nothing.

    Raises what the single steps raise, and `Invalid` where a colleague, a time, a question or every word is missing,
    or what was answered where it ends answered. Source: 三(1) 来访接待 (并加以记录).
    """
    if contact is None:
        contact = log_contact(new=new, by=by, at=at)
    else:
        contact = write_down(
            contact=contact, by=by, at=at, caller=new.caller, purpose=new.purpose, said=new.said, expected=expected
        )
    done = contact.done if ending.done is None else ending.done.strip()
    if ending.verb == "answer" and not done:
        words = _("Write down what was answered; or, if they have no answer yet, choose below how it goes on.")
        raise Invalid(words, fields={"done": _("Required.")})
    if ending.verb == "hand_over" and not (contact.said or done):
        raise Invalid(_("Write down what was said, or what was answered."), fields={"said": _("Required.")})
    _reword(contact, done, by, at)
    return _go_on(contact, replace(ending, done=done), by, at)


def _reword(contact: Contact, done: str, by: User, at: datetime) -> None:
    """Set what was answered or done; what stood there before stays in the story."""
    before = contact.done
    if done == before:
        return
    contact.done = done
    contact.save(update_fields=["done"])
    if before:
        happen(case=contact.case, kind="contact.reworded", at=at, by=by, text=before)


def _go_on(contact: Contact, ending: Ending, by: User, at: datetime) -> Contact:
    done = ending.done or ""
    if ending.verb == "answer":
        return answer(contact=contact, by=by, at=at, done=done)
    if ending.verb == "hold":
        return hold(contact=contact, by=by, at=at)
    if ending.verb == "route":
        _route(contact, ending, by, at)
        return contact
    if ending.verb in ("promise", "hand_over") and ending.to is None:
        raise Invalid(_("Choose the colleague."), fields={"to": _("Required.")})
    if ending.verb == "hand_over" and ending.to is not None:
        return hand_over(contact=contact, to=ending.to, by=by, at=at, done=done)
    if ending.verb == "promise" and ending.to is not None:
        if ending.until is None:
            raise Invalid(_("Agree on a time for the reply."), fields={"until": _("Required.")})
        question = ending.question or contact.said
        return promise(contact=contact, to=ending.to, until=ending.until, question=question, by=by, at=at)
    return contact


def _route(contact: Contact, ending: Ending, by: User, at: datetime) -> None:
    route(
        contact=contact,
        department=ending.department,
        to=ending.to,
        until=ending.until,
        question=ending.question,
        by=by,
        at=at,
    )
    contact.case.refresh_from_db()
    contact.refresh_from_db(fields=["outcome"])
