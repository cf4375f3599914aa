"""Taking back what was done just now (刚才做的 → 撤销): what stood before stands again, and the record says so."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from cases.actions import grant
from cases.models import Event
from cases.queries import last_act
from cases.sentences import sentence
from core.errors import Invalid, NotNow
from core.words import reason_of
from tickets.actions.correcting import hand_over, named
from tickets.actions.turns import Turn, begin
from tickets.models import Category, Job, Ticket
from tickets.permissions import can_undo
from tickets.rules import UNDO_WITHIN, UNDOABLE, Blocked, undo_blocked


@transaction.atomic
def undo(
    *,
    ticket: Ticket,
    event: Event | None = None,
    reason: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
) -> Ticket:
    """Take back the sending, the hold or the new sorting that `event` is; without it, whatever was done last.

    Whoever takes back what a colleague did says why. Only as long as nothing else happened to the ticket since and for
    half an hour. Nothing is rubbed out: the undo is an event of its own, which the resident does not see. Raises
    `Invalid`, `NotAllowed`, `NotNow`, `Stale`.
    """
    turn = begin(ticket, by=by, at=at, expected=expected)
    event = event or last_act(turn.case)
    if event is None or event.case_id != turn.case.pk:
        raise Invalid(_("This did not happen to %(number)s.") % {"number": turn.case.number})
    turn.allow(can_undo(by, turn.case, turn.job, event), _("Only whoever did it, or a supervisor, undoes it."))
    if event.kind not in UNDOABLE:
        words = {"what": sentence(event.kind, event.data)}
        raise NotNow(_("“%(what)s” cannot be undone. Mend it with a step of its own.") % words)
    _require_undoable(turn, event)
    if event.by_id != by.pk:
        reason = reason_of(reason, _("Say why you take back what a colleague did. They read it on the ticket's page."))
    _TAKE_BACK[event.kind](turn, event, reason)
    return turn.ticket


def _require_undoable(turn: Turn, event: Event) -> None:
    """Raise `NotNow` with what came in between, where something did, or for what was done too long ago."""
    left = event.data.get("undo", {}).get("version")
    blocked = undo_blocked(done_at=event.at, at=turn.at, left_version=left, version=turn.case.version)
    if blocked == Blocked.MOVED_ON:
        last = last_act(turn.case) or event
        words = {"number": turn.case.number, "what": sentence(last.kind, last.data), "who": last.by or "—"}
        raise NotNow(_("%(number)s went on since (%(who)s: “%(what)s”), so this can no longer be undone.") % words)
    if blocked == Blocked.LATE:
        minutes = int(UNDO_WITHIN.total_seconds() // 60)
        late = _("It was done more than %(minutes)s minutes ago and can no longer be undone.")
        raise NotNow(late % {"minutes": minutes})


def _take_back_dispatch(turn: Turn, event: Event, reason: str) -> None:
    """Whoever was sent need not go; whoever had the job before has it again, as far as they had come with it."""
    before, job = event.data["undo"], turn.job
    step = turn.step(f"undo_dispatch_to_{before['state']}")
    if job is None or job.number != event.data["job"]:
        raise NotNow(_("This job has ended already."))
    turn.end_job()
    again = _give_again(turn, before["job"])
    handler = User.objects.filter(pk=before["handler"]).first() if before["handler"] else None
    data = {"technician": str(job.technician), "undoes": event.pk}
    turn.happen(step, data=data, text=reason, for_resident=False, changes={"handler": handler}, takes_back=event)
    turn.tell("ticket.taken_back", f"taken_back:{turn.case.number}:{job.number}", [job.technician], level="warning")
    if again is not None and again.technician_id != job.technician_id:
        turn.tell("ticket.given_back", f"given_back:{turn.case.number}:{job.number}", [again.technician])


def _give_again(turn: Turn, had: dict[str, Any] | None) -> Job | None:
    """The job that the dispatch took away is open again, with the access that went with it."""
    if had is None:
        return None
    job = turn.ticket.jobs.select_related("technician").get(number=had["number"])
    job.state, job.ended_at, job.ended_reason = had["state"], None, ""
    job.save(update_fields=["state", "ended_at", "ended_reason"])
    grant(case=turn.case, user=job.technician, at=turn.at)
    turn.job = job
    return job


def _take_back_hold(turn: Turn, event: Event, reason: str) -> None:
    """The work goes on where it was; what had paused for the hold moves by exactly the time that it took."""
    step = turn.step(f"undo_hold_to_{event.data['undo']['state']}")
    turn.happen(step, data={"undoes": event.pk}, text=reason, for_resident=False, takes_back=event)


def _take_back_category(turn: Turn, event: Event, reason: str) -> None:
    """Category, department, urgency and who pays are as they were, and so is who sees it."""
    before, ticket = event.data["undo"], turn.ticket
    step = turn.step("undo_category")
    sorted_as = ticket.category
    ticket.category = Category.objects.filter(pk=before["category"]).first() if before["category"] else None
    ticket.charge, ticket.charge_reason = before["charge"], before["charge_reason"]
    ticket.save(update_fields=["category", "charge", "charge_reason"])
    department = Department.objects.filter(pk=before["department"]).first() if before["department"] else None
    hand_over(turn, department)
    turn.happen(
        step,
        data={"before": named(sorted_as), "after": named(ticket.category), "undoes": event.pk},
        text=reason,
        for_resident=False,
        changes={"category": before["code"], "department": department, "urgency": before["urgency"]},
        takes_back=event,
    )


_TAKE_BACK: dict[str, Callable[[Turn, Event, str], None]] = {
    "ticket.dispatched": _take_back_dispatch,
    "ticket.held": _take_back_hold,
    "ticket.recategorised": _take_back_category,
}
