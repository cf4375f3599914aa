"""What every step of a contact does first and last. Nothing here is an action itself."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from cases.actions import lock
from cases.models import Case
from core.errors import NotAllowed
from core.transitions import require
from reception.models import Contact
from reception.permissions import can_serve
from reception.states import TRANSITIONS, Outcome, State
from sla.actions import happen


def locked(
    contact: Contact,
    *,
    verb: str,
    by: User,
    expected: int | None,
    may: Callable[[User, Case], bool] = can_serve,
) -> Contact:
    """Lock the case, then the contact, and make sure that the person may do this and that it is its turn.

    Raises `NotAllowed`, `NotNow`, and `Stale` where somebody else was faster.
    """
    case = lock(contact.case, expected=expected)
    fresh = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    fresh.case = case
    if not may(by, case):
        raise NotAllowed(_("Only the desk and its supervisors take calls and visitors."))
    require(TRANSITIONS, verb, case.state, labels=dict(State.choices))
    return fresh


def speak_with(contact: Contact, *, by: User, at: datetime) -> None:
    """Whoever is answered straight from the line is served, and whoever is on hold is picked up, by who answers."""
    state = contact.case.state
    if state == State.QUEUED:
        contact.served_at, contact.served_by = at, by
        step = TRANSITIONS["serve"]
        happen(case=contact.case, kind=step.event, at=at, by=by, state=step.target, changes={"handler": by})
    elif state == State.ON_HOLD:
        end_hold(contact, at=at)
        step = TRANSITIONS["pick_up"]
        happen(case=contact.case, kind=step.event, at=at, by=by, state=step.target)


def end_hold(contact: Contact, *, at: datetime) -> None:
    """Count the time on hold."""
    if contact.held_at is not None:
        contact.held_seconds += max(int((at - contact.held_at).total_seconds()), 0)
        contact.held_at = None


def end(
    contact: Contact,
    *,
    verb: str,
    outcome: str,
    done: str,
    by: User,
    at: datetime,
    changes: Mapping[str, object] | None = None,
    **data: object,
) -> None:
    """End a locked contact with its outcome and the event of `verb`, setting `changes` of its case; saves the row."""
    if outcome != Outcome.LEFT:
        speak_with(contact, by=by, at=at)
    contact.outcome, contact.done = outcome, done
    contact.save()
    step = TRANSITIONS[verb]
    happen(
        case=contact.case,
        kind=step.event,
        at=at,
        by=by,
        state=step.target,
        text=done,
        data={"outcome": outcome, **data},
        changes=changes,
    )
