"""The waiting line: who serves whom, who is put on hold, who asks for somebody else."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.actions import grant
from core.errors import Invalid
from notifications.actions import Notice, tell
from notifications.states import Level
from reception.actions.common import end_hold, locked
from reception.models import Contact
from reception.permissions import is_colleague
from reception.states import TRANSITIONS, AskedFor, State
from sla.actions import happen


@transaction.atomic
def serve(*, contact: Contact, by: User, at: datetime, expected: int | None = None) -> Contact:
    """Serve who waits, or take over whom a colleague serves; the time in line ends with the first.

    Raises `NotAllowed`, `NotNow`, `Stale`. Source: 工作繁忙接待标准.
    """
    contact = locked(contact, verb="serve", by=by, expected=expected)
    if contact.served_at is None:
        contact.served_at = at
    contact.served_by = by
    contact.save()
    step = TRANSITIONS["serve"]
    happen(case=contact.case, kind=step.event, at=at, by=by, state=step.target, changes={"handler": by})
    return contact


@transaction.atomic
def hold(*, contact: Contact, by: User, at: datetime, expected: int | None = None) -> Contact:
    """Ask the caller to hold on; twenty seconds run. Source: 工作繁忙接待标准 场景二 (请您等我20秒)."""
    contact = locked(contact, verb="hold", by=by, expected=expected)
    contact.held_at = at
    contact.save()
    step = TRANSITIONS["hold"]
    happen(case=contact.case, kind=step.event, at=at, by=by, state=step.target)
    return contact


@transaction.atomic
def pick_up(*, contact: Contact, by: User, at: datetime, expected: int | None = None) -> Contact:
    """Speak again with a caller on hold; the seconds are counted."""
    contact = locked(contact, verb="pick_up", by=by, expected=expected)
    end_hold(contact, at=at)
    contact.save()
    step = TRANSITIONS["pick_up"]
    happen(case=contact.case, kind=step.event, at=at, by=by, state=step.target)
    return contact


@transaction.atomic
def pass_on(
    *, contact: Contact, to: User, by: User, at: datetime, reason: str = "", expected: int | None = None
) -> Contact:
    """Ask a colleague to serve somebody: the visitor insists, or the desk is busy. They stay where they are in line.

    Raises `NotAllowed`, `NotNow`, `Invalid` for somebody who does not work here or has them already.
    Source: 工作繁忙接待标准 (安排其他人员接待; 客户坚持要其他人员接待).
    """
    contact = locked(contact, verb="pass_on", by=by, expected=expected)
    case = contact.case
    if not is_colleague(to, case.project_id):
        raise Invalid(_("%(name)s does not work in this project.") % {"name": to}, fields={"to": _("Not a colleague.")})
    if case.handler_id == to.pk and case.state != State.QUEUED:
        raise Invalid(_("%(name)s is serving them already.") % {"name": to}, fields={"to": _("Already serving.")})
    if contact.asked_for == AskedFor.NOBODY and reason:
        contact.asked_for = AskedFor.COLLEAGUE
    contact.save()
    grant(case=case, user=to, at=at)
    step = TRANSITIONS["pass_on"]
    happen(case=case, kind=step.event, at=at, by=by, text=reason, data={"to": str(to)}, changes={"handler": to})
    notice = Notice(
        key=f"contact:{case.pk}:passed:{case.version}",
        template="contact.passed",
        case=case,
        to=(to,),
        data={"by": str(by)},
        level=Level.WARNING,
    )
    tell([notice], at=at)
    return contact
