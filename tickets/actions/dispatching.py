"""Giving a job to somebody, and what they do about it until they are there."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.actions import grant
from cases.rules import check_claim
from core.errors import Invalid, NotAllowed
from core.words import reason_of
from sla.states import Audience
from tickets.actions.turns import Turn, begin
from tickets.models import Job, Ticket
from tickets.permissions import can_dispatch, can_hold, can_work
from tickets.queries import can_be_sent, clashes_with
from tickets.rules import FURTHEST
from tickets.rules_dispatch import Booked, Window
from tickets.states import JobState

ANY_TIME = {"zh": "不限", "en": "any time"}


@dataclass(frozen=True)
class Dispatched:
    """A job given out, and the technician's other appointments that want the same time."""

    ticket: Ticket
    job: Job
    clashes: list[Booked] = field(default_factory=list)


@transaction.atomic
def dispatch(
    *,
    ticket: Ticket,
    technician: User,
    window_from: datetime | None = None,
    window_to: datetime | None = None,
    batch: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
) -> Dispatched:
    """Send somebody, at an agreed time or at any. An open job is taken from whoever had it (转单).

    `batch` is the same for all that were sent together, so that they can be taken back together. A clash of
    appointments is a warning, not a refusal. Raises `Invalid`, `NotAllowed`, `NotNow`, `Stale`.
    Source: 三(3)③ 及时通知维修部人员携单在约定时间上门维修服务.
    """
    turn = begin(ticket, by=by, at=at, expected=expected)
    turn.allow(can_dispatch(by, turn.case), _("Jobs are given out by the desk, supervisors and department heads."))
    step = turn.step("dispatch")
    window = _window(window_from, window_to, at)
    if not can_be_sent(turn.case, technician):
        raise Invalid(
            _("Nobody of that name can be sent to this ticket."),
            fields={"technician": _("Not one of the technicians.")},
        )
    taken_from = turn.job
    had = {"number": taken_from.number, "state": taken_from.state} if taken_from is not None else None
    kept = turn.kept_for_undo(handler=turn.case.handler_id, job=had)
    if taken_from is not None:
        turn.end_job()
    job = _give(turn, technician, window)
    data = {"technician": str(technician), "agreed": ANY_TIME, "job": job.number, **kept}
    if batch:
        data["batch"] = batch
    if window is not None:
        data |= _moments(window)
    turn.happen(step, data=data, changes={"handler": technician})
    _tell_both(turn, taken_from, job)
    clashes = clashes_with(technician, window, besides=turn.case) if window is not None else []
    return Dispatched(turn.ticket, job, clashes)


def _window(window_from: datetime | None, window_to: datetime | None, at: datetime) -> Window | None:
    if window_from is None and window_to is None:
        return None
    if window_from is None or window_to is None:
        raise Invalid(_("Give both ends of the agreed time."), fields={"to": _("Required.")})
    if window_from >= window_to:
        raise Invalid(_("The agreed time ends before it begins."), fields={"to": _("Must come after the beginning.")})
    if window_to <= at or window_to - at > FURTHEST:
        raise Invalid(_("Agree on a time that is still to come, within a year."), fields={"to": _("Out of range.")})
    return Window(window_from, window_to)


def _give(turn: Turn, technician: User, window: Window | None) -> Job:
    number = turn.ticket.jobs.count() + 1
    grant(case=turn.case, user=technician, at=turn.at)
    job = Job.objects.create(
        ticket=turn.ticket,
        number=number,
        technician=technician,
        dispatched_by=turn.by,
        window_from=window.start if window else None,
        window_to=window.end if window else None,
        dispatched_at=turn.at,
    )
    turn.job = job
    return job


def _moments(window: Window) -> dict[str, Any]:
    """The agreed time for the sentence, and its end for the clock of arrival."""
    return {
        "agreed": {"from": {"at": window.start.isoformat()}, "to": {"at": window.end.isoformat()}},
        "until": window.end.isoformat(),
    }


def _tell_both(turn: Turn, taken_from: Job | None, job: Job) -> None:
    number = turn.case.number
    if taken_from is not None and taken_from.technician_id != job.technician_id:
        turn.tell("ticket.taken_away", f"taken_away:{number}:{taken_from.number}", [taken_from.technician])
    turn.tell("case.assigned", f"assigned:{number}:{job.number}", [job.technician])


def _worker_turn(ticket: Ticket, verb: str, by: User, at: datetime, **more: Any) -> tuple[Turn, Job]:
    """Begin a verb of whoever has the job. Raises `NotAllowed` for anybody but them and who leads."""
    turn = begin(ticket, by=by, at=at, **more)
    turn.allow(can_work(by, turn.case, turn.job), _("Only the technician who has the job, or a supervisor, does this."))
    turn.step(verb)
    if turn.job is None:
        raise NotAllowed(_("Nobody has this job. Send somebody first."))
    check_claim(turn.claimed_at, at=at, since=turn.job.dispatched_at)
    return turn, turn.job


@transaction.atomic
def accept(
    *, ticket: Ticket, by: User, at: datetime, expected: int | None = None, claimed_at: datetime | None = None
) -> Ticket:
    """Take the job on; this ends the wait for a technical response. Source: 物业客服部工作指南 4.2."""
    turn, job = _worker_turn(ticket, "accept", by, at, expected=expected, claimed_at=claimed_at)
    job.state, job.accepted_at = JobState.ACCEPTED, at
    job.save(update_fields=["state", "accepted_at"])
    turn.happen(turn.step("accept"), data=turn.acting())
    return turn.ticket


@transaction.atomic
def arrive(
    *, ticket: Ticket, by: User, at: datetime, expected: int | None = None, claimed_at: datetime | None = None
) -> Ticket:
    """Be there and begin; this keeps the agreed time."""
    turn, job = _worker_turn(ticket, "arrive", by, at, expected=expected, claimed_at=claimed_at)
    job.state, job.arrived_at = JobState.ARRIVED, at
    job.save(update_fields=["state", "arrived_at"])
    turn.happen(turn.step("arrive"), data=turn.acting())
    return turn.ticket


@transaction.atomic
def return_job(
    *,
    ticket: Ticket,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Ticket:
    """Give the job back (退单): it waits for dispatch again, and the head and the desk hear why."""
    turn, job = _worker_turn(ticket, "return_job", by, at, expected=expected, claimed_at=claimed_at)
    reason = reason_of(reason, _("Say why the job is returned."))
    data = turn.acting()
    turn.end_job(reason, state=JobState.RETURNED)
    turn.happen(turn.step("return_job"), data=data, text=reason, for_resident=False, changes={"handler": None})
    told = turn.people(Audience.HEAD, Audience.DESK)
    key = f"returned:{turn.case.number}:{job.number}"
    turn.tell("ticket.returned", key, told, level="warning", reason=reason, **data)
    return turn.ticket


@transaction.atomic
def hold(
    *,
    ticket: Ticket,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Ticket:
    """Put the work on hold with its reason; the promise to complete stands still meanwhile."""
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_hold(by, turn.case, turn.job), _("Only who works on it or the desk puts it on hold."))
    step = turn.step("hold")
    reason = reason_of(reason, _("Say what it waits for."))
    turn.happen(step, text=reason, data={**turn.acting(), **turn.kept_for_undo()})
    return turn.ticket


@transaction.atomic
def resume(
    *, ticket: Ticket, by: User, at: datetime, expected: int | None = None, claimed_at: datetime | None = None
) -> Ticket:
    """Go on where it was held: at work, or still to arrive."""
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_hold(by, turn.case, turn.job), _("Only who works on it or the desk lets it go on."))
    arrived = turn.job is not None and turn.job.state == JobState.ARRIVED
    turn.happen(turn.step("resume" if arrived else "resume_before_arrival"), data=turn.acting())
    return turn.ticket
