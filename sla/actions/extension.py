"""Giving a promise more time: on the record, with a reason, by somebody who may."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.actions import lock
from cases.models import Case, Event
from cases.registry import kind_of
from core.errors import Invalid, NotAllowed, NotNow
from core.words import reason_of
from notifications.actions import Notice, tell
from notifications.states import Level
from sla.actions.clocks import MOVED, Ledger, catch_up, lengthen, promise_of
from sla.actions.events import happen
from sla.models import Clock, ClockEvent
from sla.permissions import can_extend, can_extend_this
from sla.queries import Staff
from sla.states import ClockEventKind, ClockState, Source

MOST_HOURS = 24 * 90


@transaction.atomic
def extend(*, clock: Clock, by_hours: float, reason: str, by: User, at: datetime, expected: int | None = None) -> Clock:
    """Move a live clock's due time later, by working hours where it counts those. A breach already recorded stays; the
    steps ahead of it open again. Whoever would have heard of the breach hears of the extension instead.

    Raises `Invalid` for no reason or no hours, `NotAllowed`, `NotNow` for a clock that ended or is paused, and where
    the kind of case says that something else comes first.
    Source: 时限规则 SLA-4 (一次延期留下理由和批准人).
    """
    case = lock(clock.case, expected=expected)
    rows = Clock.objects.select_for_update(of=("self",)).select_related("version__policy", "calendar")
    clock = rows.get(pk=clock.pk)
    clock.case = case
    _require_may(by, clock)
    _require_more_time(case)
    reason = reason_of(reason, _("Say why the deadline is extended."))
    if clock.version.policy.source == Source.LAW:
        raise NotNow(_("This time is the law's: nobody can give more of it."))
    if not 0 < by_hours <= MOST_HOURS:
        raise Invalid(_("Extend by more than 0 and at most 2,160 hours."), fields={"by_hours": _("Out of range.")})
    _settle(clock, case, at)
    before = clock.due_at
    lengthen(clock, timedelta(hours=by_hours), at=at)
    clock.save(update_fields=MOVED)
    ClockEvent.objects.create(
        clock=clock,
        kind=ClockEventKind.EXTENDED,
        at=at,
        recorded_at=at,
        by=by,
        data={
            "from": before.isoformat(),
            "to": clock.due_at.isoformat(),
            "seconds": by_hours * 3600,
            "reason": reason,
        },
    )
    event = happen(
        case=case,
        kind="clock.extended",
        at=at,
        by=by,
        text=reason,
        data={"key": clock.key, "promise": promise_of(clock), "to": {"by": clock.due_at.isoformat()}},
    )
    _tell(clock, event, by=by, at=at)
    return clock


def _require_may(by: User, clock: Clock) -> None:
    """Ask whether the person may extend deadlines, whether this one runs, and whether it is theirs to extend."""
    if not can_extend(by, clock.case):
        raise NotAllowed(_("Only a supervisor or manager may extend a deadline."))
    if clock.ended_at is not None:
        raise NotNow(_("This deadline is no longer running."))
    if clock.state == ClockState.PAUSED:
        raise NotNow(_("This deadline rests. It can be extended once it goes on."))
    if not can_extend_this(by, clock):
        raise NotAllowed(_("This deadline is the general manager's: only they may extend it."))


def _require_more_time(case: Case) -> None:
    """Ask the kind of case whether something else comes first."""
    require = kind_of(case.kind).require_more_time
    if require is not None:
        require(case)


def _tell(clock: Clock, event: Event, *, by: User, at: datetime) -> None:
    case = clock.case
    audiences = [audience for step in clock.version.step_specs if not step.is_warning for audience in step.to]
    people = Staff.of([case.project_id], [case.pk]).told(case, audiences, at=at)
    notice = Notice(
        key=f"clock.extended:{event.pk}",
        template="clock.extended",
        case=case,
        to=tuple(user for user in people if user.pk != by.pk),
        data={**event.data, "by": str(by), "reason": event.text},
        level=Level.INFO,
    )
    tell([notice], at=at)


def _settle(clock: Clock, case: Case, at: datetime) -> None:
    """Write down what fell due before the extension and no sweep has found yet: more time undoes no breach."""
    ledger = Ledger()
    catch_up(clock, case=case, now=at, ledger=ledger)
    ledger.write()
