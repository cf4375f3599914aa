"""Reads of callbacks: the worklist, what to say, what is still owed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Project, User
from cases.models import Case
from cases.states import Phase
from records.masking import masked_phone
from visits.models import Callback, CallbackScript
from visits.states import KIND

MOST = 100


@dataclass(frozen=True)
class Row:
    """One callback to make, as the worklist shows it."""

    callback: Callback
    case: Case
    parent: Case | None
    due_at: datetime | None
    next_attempt_at: datetime | None
    phone: str
    waits: bool  # a failed attempt's next one is still ahead


def to_make(*, project: Project, user: User, at: datetime, later: bool = False) -> QuerySet[Callback]:
    """Callbacks that can be made now: those owed, and those whose next attempt has come; or, `later`, the others."""
    ahead = Q(next_attempt_at__gt=at)
    found = Callback.objects.visible_to(user).filter(case__project=project).exclude(case__phase=Phase.CLOSED)
    return found.filter(ahead) if later else found.exclude(ahead)


def worklist(*, project: Project, user: User, at: datetime, later: bool = False, most: int = MOST) -> list[Row]:
    """The first callbacks to be made now, or later, by due time."""
    found = to_make(project=project, user=user, at=at, later=later)
    shown = found.select_related("case__project", "case__unit", "case__parent__unit", "case__parent__handler", "caller")
    return [_row(callback, at) for callback in shown.order_by("case__due_at", "pk")[:most]]


def _row(callback: Callback, at: datetime) -> Row:
    case = callback.case
    ahead = callback.next_attempt_at is not None and callback.next_attempt_at > at
    return Row(
        callback=callback,
        case=case,
        parent=case.parent,
        due_at=case.due_at,
        next_attempt_at=callback.next_attempt_at,
        phone=masked_phone(case.contact_phone),
        waits=ahead,
    )


def waiting(*, project: Project, user: User, at: datetime) -> int:
    """How many callbacks can be made now."""
    return to_make(project=project, user=user, at=at).count()


def script_for(callback: Callback) -> CallbackScript | None:
    """What to say, by what was mended; none where the admin deleted it."""
    return CallbackScript.objects.filter(category=callback.case.category).first()


def open_callback_of(case: Case) -> Callback | None:
    """The callback that is still owed for a case, None where there is none. For actions: sees every case."""
    owed = Callback.objects.filter(case__parent=case, case__kind=KIND).exclude(case__phase=Phase.CLOSED)
    return owed.select_related("case").first()
