"""Repairs that a complaint waits for: opened for it, or reported already by somebody else."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.family import wait_for
from cases.models import Case
from complaints.actions.turns import begin, turn_on
from complaints.models import Complaint
from complaints.permissions import can_open_repair
from complaints.states import TRANSITIONS
from core.transitions import allowed
from sla.states import Audience


def work_moved(*, case: Case, child: Case, event: str, at: datetime, by: User | None) -> None:
    """A repair opened for the complaint moved on: it stands here too, and who handles the complaint is told.

    Once there is a result, the supervisor is told as well: what was said to the resident may not hold any more.
    Also while harm goes on: the repair may be what stops it. The complaint's case is locked by the caller.
    Source: CMP-8.
    """
    words = WORK_WORDS.get(event)
    if words is None or not allowed(TRANSITIONS, "note_work", case.state):
        return
    turn = turn_on(case, by=by, at=at)
    step = turn.step("note_work")
    noted = turn.happen(step, data={"other": child.number, "words": words}, for_resident=True)
    told = {case.handler} if case.handler is not None else set()
    if turn.complaint.resolved_at is not None:
        told |= set(turn.people(Audience.SUPERVISOR))
    turn.tell("complaint.work_moved", f"complaint.work:{noted.pk}", told, other=child.number, words=words)


@transaction.atomic
def await_work(*, complaint: Complaint, work: Case, by: User, at: datetime, expected: int | None = None) -> Complaint:
    """Link a complaint to a repair that is open already: from now on it hears of its steps like of one of its own.

    The repair is locked by the caller, together with the complaint.
    Raises `NotAllowed`, `NotNow`, `Stale`. Source: CMP-8.
    """
    turn = begin(complaint, by=by, at=at, expected=expected)
    turn.allow(can_open_repair(by, turn.complaint), _("Only the desk opens repairs for a complaint."))
    step = turn.step("await_work")
    wait_for(case=turn.case, other=work, at=at, by=by)
    turn.happen(step, data={"other": work.number, "words": REPORTED_ALREADY}, for_resident=True)
    return turn.complaint


REPORTED_ALREADY = {"zh": "已有报修，一并跟进", "en": "reported already, and followed from here"}
WORK_WORDS = {
    "ticket.completed": {"zh": "已完工", "en": "finished"},
    "ticket.opened": {"zh": "已开单", "en": "opened"},
    "ticket.cancelled": {"zh": "已取消", "en": "cancelled"},
    "ticket.reopened": {"zh": "重新打开", "en": "reopened"},
    "ticket.joined": {"zh": "并入同一事项的另一报修，一并跟进", "en": "joined to another report, followed from here"},
}
