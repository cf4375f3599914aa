"""How a contact ends: answered, promised and replied, handed to a named person, or left."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.actions import grant, lock
from core.errors import Invalid
from notifications.actions import Notice, tell
from reception.actions.common import end, locked, speak_with
from reception.models import Contact
from reception.permissions import can_reply, is_colleague
from reception.states import TRANSITIONS, Outcome, State
from records.ahead import require_near
from sla.actions import happen


def require_colleague(user: User, project_id: int) -> None:
    """Raise `Invalid` for somebody who does not work in the project."""
    if not is_colleague(user, project_id):
        raise Invalid(
            _("%(name)s does not work in this project.") % {"name": user}, fields={"to": _("Not a colleague.")}
        )


@transaction.atomic
def answer(*, contact: Contact, by: User, at: datetime, done: str = "", expected: int | None = None) -> Contact:
    """End a contact that was answered at once; `done` says with what. Raises `NotAllowed`, `NotNow`, `Stale`."""
    contact = locked(contact, verb="answer", by=by, expected=expected)
    end(contact, verb="answer", outcome=Outcome.ANSWERED, done=done, by=by, at=at)
    return contact


@transaction.atomic
def promise(
    *, contact: Contact, to: User, until: datetime, question: str, by: User, at: datetime, expected: int | None = None
) -> Contact:
    """Promise that a specialist answers a question by an agreed time; promising again moves the time.

    The specialist becomes the handler, sees the contact and is told. Raises `NotAllowed`, `NotNow`, `Stale`, and
    `Invalid` for a time that is over, no question, or somebody who does not work here.
    Source: 三(1) 来访接待 (专业性较强的问题…约定时间给予回复).
    """
    contact = locked(contact, verb="promise", by=by, expected=expected)
    case = contact.case
    require_colleague(to, case.project_id)
    if until <= at:
        raise Invalid(_("The time promised has already passed."), fields={"at": _("In the past.")})
    require_near(until, at, "at")
    if not question.strip():
        raise Invalid(_("Write the question that is to be answered."), fields={"question": _("Required.")})
    speak_with(contact, by=by, at=at)
    contact.promised_to, contact.question = to, question.strip()
    contact.save()
    grant(case=case, user=to, at=at)
    step = TRANSITIONS["promise"]
    happen(
        case=case,
        kind=step.event,
        at=at,
        by=by,
        state=step.target,
        text=contact.question,
        data={"until": until.isoformat(), "moment": {"by": until.isoformat()}, "to": str(to)},
        changes={"handler": to, "promised_at": until},
    )
    notice = Notice(
        key=f"contact:{case.pk}:promised:{case.version}",
        template="contact.promised",
        case=case,
        to=(to,),
        data={"until": {"by": until.isoformat()}, "question": contact.question[:200]},
    )
    tell([notice] if to != by else [], at=at)
    return contact


@transaction.atomic
def reply(*, contact: Contact, text: str, by: User, at: datetime, expected: int | None = None) -> Contact:
    """Give the promised reply; the contact ends. Raises `NotAllowed`, `NotNow`, `Stale`, `Invalid` without words."""
    contact = locked(contact, verb="reply", by=by, expected=expected, may=can_reply)
    if not text.strip():
        raise Invalid(_("Write what was replied."), fields={"text": _("Required.")})
    end(contact, verb="reply", outcome=Outcome.PROMISED, done=text.strip(), by=by, at=at)
    return contact


@transaction.atomic
def hand_over(
    *, contact: Contact, to: User, by: User, at: datetime, done: str = "", expected: int | None = None
) -> Contact:
    """End a contact by handing it to a named person, who sees it and is told: an official visitor, a private matter.

    Raises `NotAllowed`, `NotNow`, `Stale`, `Invalid` for somebody who does not work here.
    Source: 接洽公务 (请对口人员接待).
    """
    contact = locked(contact, verb="hand_over", by=by, expected=expected)
    require_colleague(to, contact.case.project_id)
    contact.handed_to = to
    grant(case=contact.case, user=to, at=at)
    end(contact, verb="hand_over", outcome=Outcome.HANDED, done=done, by=by, at=at, to=str(to))
    notice = Notice(
        key=f"contact:{contact.case_id}:handed",
        template="contact.handed",
        case=contact.case,
        to=(to,),
        data={"by": str(by)},
    )
    tell([notice] if to != by else [], at=at)
    return contact


@transaction.atomic
def close(
    *,
    contact: Contact,
    by: User,
    at: datetime,
    outcome: str = "",
    done: str = "",
    expected: int | None = None,
) -> Contact:
    """End a contact: who was being served was answered, who was still in line has left. Ended once is ended.

    Raises `NotAllowed`, `Stale`, and `NotNow` while a promised reply is owed: give it first.
    """
    if outcome not in ("", Outcome.ANSWERED, Outcome.LEFT):
        raise Invalid(_("Say how it ended: answered, or left."), fields={"outcome": _("Unknown outcome.")})
    if contact.case.state == State.CLOSED and not outcome:
        return contact
    # Whether they were still in line is what the locked case says: a colleague may have begun to serve them just now.
    contact.case = lock(contact.case, expected=expected)
    if contact.case.state == State.CLOSED and not outcome:
        contact.refresh_from_db(fields=["outcome", "done"])
        return contact
    outcome = outcome or (Outcome.LEFT if contact.case.state == State.QUEUED else Outcome.ANSWERED)
    if outcome == Outcome.ANSWERED:
        return answer(contact=contact, by=by, at=at, done=done)
    contact = locked(contact, verb="close", by=by, expected=None)
    end(contact, verb="close", outcome=outcome, done=done, by=by, at=at)
    return contact
