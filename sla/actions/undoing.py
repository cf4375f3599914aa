"""What an event did to the clocks of its case, turned round: they stand as if it had not happened, on the record."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import Case, Event
from core.errors import NotNow
from sla.actions.clocks import Ledger, Mover, Start, cancel_clock, resume_clock, save_moved
from sla.models import Clock, ClockEvent
from sla.queries import clocks_of
from sla.rules import first_look
from sla.states import ClockEventKind, ClockState


def _restore(clock: Clock, *, case: Case, at: datetime, by: User | None, ledger: Ledger) -> None:
    """Let an ended clock of the case go on as if it had not ended."""
    clock.met_at = clock.ended_at = None
    if clock.breached_at is not None:
        clock.state = ClockState.MISSED
    else:
        clock.state = ClockState.RUNNING if clock.paused_at is None else ClockState.PAUSED
    clock.next_at = None if clock.paused_at else first_look(clock.ticking, clock.version.step_specs)
    ledger.note(clock, ClockEventKind.RESTORED, at=at, found=at, by=by, due=clock.due_at.isoformat())


OPPOSITES: dict[str, Mover] = {
    ClockEventKind.STARTED: cancel_clock,
    ClockEventKind.MET: _restore,
    ClockEventKind.STOPPED: _restore,
    ClockEventKind.CANCELLED: _restore,
    ClockEventKind.PAUSED: resume_clock,
}


def turn_round(event: Event, begin: Start, ledger: Ledger) -> list[Clock]:
    """Turn round what `event` did to the clocks of the locked case; returns those that are live afterwards.

    A clock that it started is cancelled (a breach meanwhile stays on record); one that it met or cancelled runs again
    to its old due time, so that the sweep finds a breach meanwhile at its true moment; a pause ends and the due time
    moves by exactly the time paused.

    Raises `NotNow` for an event that was itself an undo: of a promise that each start sets anew, the clock that it let
    go on and the one that it ended would run side by side.
    """
    if "undoes" in event.data:
        raise NotNow(_("This was itself an undo and cannot be undone. Take the step again instead."))
    clocks = {clock.pk: clock for clock in clocks_of(begin.case, Clock.objects.all())}
    # By when it was written: a promise may count from an earlier moment than the event that made it.
    written = ClockEvent.objects.filter(clock__in=clocks, recorded_at=event.recorded_at, kind__in=OPPOSITES)
    done = written.order_by("-pk")
    ended: list[Clock] = []
    running: list[Clock] = []
    for one in done:
        if one.data.get("cause") != event.pk:
            continue
        clock = clocks[one.clock_id]
        OPPOSITES[one.kind](clock, case=begin.case, at=begin.at, by=begin.by, ledger=ledger)
        (ended if clock.ended_at is not None else running).append(clock)
    # Of one promise one clock is live at a time: first those that end.
    for moved in (ended, running):
        if moved:
            save_moved(moved)
    return [clock for clock in clocks.values() if clock.ended_at is None]
