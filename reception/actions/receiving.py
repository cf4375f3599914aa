"""Beginning a contact: somebody calls, comes or writes; somebody joins the line; somebody asks again."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from cases.actions import NewCase, lock, open_case
from cases.models import Case
from cases.states import Channel, Phase, Urgency
from core.errors import Invalid, NotAllowed, NotNow
from estate.models import Household, Unit
from estate.queries import household_for
from estate.search import plain_phone
from notifications.actions import Notice, tell
from notifications.states import Level
from reception.actions.common import end, locked
from reception.models import Contact
from reception.permissions import can_receive
from reception.states import TRANSITIONS, AskedFor, Outcome, Purpose, State
from sla.actions import happen
from sla.queries import Staff
from sla.states import Audience


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls or comes, as far as they say."""

    name: str = ""
    phone: str = ""
    unit: Unit | None = None

    @property
    def is_resident(self) -> bool:
        """Say whether they belong to a unit of the project."""
        return self.unit is not None


@dataclass(frozen=True, kw_only=True)
class NewContact:
    """A contact as the desk takes it."""

    project: Project
    channel: str = Channel.PHONE
    purpose: str = Purpose.ENQUIRY
    said: str = ""
    caller: Caller = Caller()
    urgent: bool = False
    asked_for: str = AskedFor.NOBODY
    parent: Case | None = None


@transaction.atomic
def log_contact(*, new: NewContact, by: User, at: datetime, outcome: str = "", done: str = "") -> Contact:
    """Take a call, visit or letter: it is being served by `by`, and ends at once where `outcome` is given.

    Raises `NotAllowed`, and `Invalid` for a unit of another project. Source: 三(1) 来访接待 (并加以记录).
    """
    contact = _begin(new=new, verb="receive", by=by, at=at)
    if outcome:
        verb = "answer" if outcome == Outcome.ANSWERED else "close"
        end(contact, verb=verb, outcome=outcome, done=done, by=by, at=at)
    return contact


@transaction.atomic
def queue(*, new: NewContact, by: User, at: datetime) -> Contact:
    """Let a visitor join the line; three minutes run, none where it is urgent; supervisors hear who asks for one.

    Raises `NotAllowed`. Source: 工作繁忙接待标准 (事情紧急或已等待3分钟…安排其他人员接待).
    """
    contact = _begin(new=replace(new, channel=new.channel or Channel.WALK_IN), verb="queue", by=by, at=at)
    if new.asked_for == AskedFor.SUPERVISOR:
        _tell_supervisors(contact.case, at=at)
    return contact


def _begin(*, new: NewContact, verb: str, by: User, at: datetime) -> Contact:
    if not can_receive(by, new.project.pk):
        raise NotAllowed(_("Only the desk and its supervisors take calls and visitors."))
    step = TRANSITIONS[verb]
    caller = new.caller
    serving = step.target == State.SERVING
    case = open_case(
        new=NewCase(
            kind="contact",
            state=step.target,
            project=new.project,
            title=title_of(new.said, new.purpose),
            unit=caller.unit,
            household=_household(caller),
            contact_name=caller.name,
            contact_phone=plain_phone(caller.phone),
            channel=new.channel,
            urgency=Urgency.URGENT if new.urgent else Urgency.NORMAL,
            category=new.purpose,
            handler=by if serving else None,
            parent=new.parent,
        ),
        at=at,
        by=by,
    )
    contact = Contact.objects.create(
        case=case,
        purpose=new.purpose,
        is_resident=caller.is_resident,
        said=new.said,
        asked_for=new.asked_for,
        queued_at=None if serving else at,
        served_at=at if serving else None,
        served_by=by if serving else None,
    )
    happen(case=case, kind=step.event, at=at, by=by, text=new.said, data={"channel": new.channel})
    return contact


def _household(caller: Caller) -> Household | None:
    return household_for(caller.unit, caller.phone) if caller.unit else None


def title_of(said: str, purpose: str) -> str:
    """The first line of what was said, else the purpose."""
    first = said.strip().partition("\n")[0].strip()
    return first or str(Purpose(purpose).label)


def _tell_supervisors(case: Case, *, at: datetime) -> None:
    chiefs = Staff.of([case.project_id]).told(case, [Audience.SUPERVISOR])
    notice = Notice(
        key=f"contact:{case.pk}:supervisor",
        template="contact.supervisor",
        case=case,
        to=tuple(chiefs),
        data={"name": case.contact_name or str(case.unit or "")},
        level=Level.WARNING,
    )
    tell([notice], at=at)


@transaction.atomic
def chase(*, matter: Case, caller: Caller, channel: str, by: User, at: datetime, said: str = "") -> Contact:
    """Log that somebody asks again about an open matter: a contact under it, and its handler is told.

    Raises `NotAllowed`, `NotNow` for a matter that is closed: what is said then is a new one.
    """
    asked = matter.parent if matter.kind == "contact" and matter.parent else matter
    top = lock(asked)  # whether it is still open, and whose it is, as nobody else changes it meanwhile
    if top.phase == Phase.CLOSED:
        raise NotNow(_("%(number)s is closed. Take this as a new matter, or reopen it.") % {"number": matter.number})
    new = NewContact(
        project=top.project,
        channel=channel,
        purpose=Purpose.REPAIR if top.kind == "repair" else Purpose.ENQUIRY,
        said=said or _("Asks about %(number)s: %(title)s") % {"number": top.number, "title": top.title},
        caller=caller,
        parent=top,
    )
    contact = log_contact(new=new, by=by, at=at, outcome=Outcome.ANSWERED)
    if top.handler is not None and top.handler_id != by.pk:
        notice = Notice(
            key=f"contact:{contact.case_id}:chased",
            template="contact.chased",
            case=top,
            to=(top.handler,),
            data={"name": caller.name or caller.phone[-4:]},
        )
        tell([notice], at=at)
    return contact


@transaction.atomic
def write_down(
    *,
    contact: Contact,
    by: User,
    at: datetime,
    caller: Caller,
    purpose: str,
    said: str,
    expected: int | None = None,
) -> Contact:
    """Put down who it is and what they say while they are being served. Raises `NotAllowed`, `NotNow`, `Stale`."""
    contact = locked(contact, verb="write_down", by=by, expected=expected)
    case = contact.case
    require_here(caller, case)
    contact.purpose, contact.said, contact.is_resident = purpose, said, caller.is_resident
    contact.save()
    happen(case=case, kind="case.noted", at=at, by=by, text=said, changes=told_of(caller, purpose, said))
    return contact


def require_here(caller: Caller, case: Case) -> None:
    """Raise `Invalid` for a unit of another project."""
    if caller.unit is not None and caller.unit.project_id != case.project_id:
        raise Invalid(_("This unit belongs to another project."), fields={"unit": _("Not in this project.")})


def told_of(caller: Caller, purpose: str, said: str) -> dict[str, Any]:
    """What the case of a contact carries of who it was, why they came and what they said."""
    return {
        "title": title_of(said, purpose)[:200],
        "category": purpose,
        "unit": caller.unit,
        "building": caller.unit.building if caller.unit else None,
        "household": _household(caller),
        "contact_name": caller.name,
        "contact_phone": plain_phone(caller.phone),
    }
