"""Every write to complaints."""

from complaints.actions.aiming import About
from complaints.actions.ending import after_callback, close, inform, reopen, resolve
from complaints.actions.filing import add_photo
from complaints.actions.following import await_work, work_moved
from complaints.actions.handling import (
    accept,
    answer,
    call_heads,
    contact_resident,
    escalate,
    explain_delay,
    progress,
    refer,
)
from complaints.actions.judging import Responsible, establish, propose_remedy, regrade, settle_remedy
from complaints.actions.measures import NewMeasure, drop, finish, plan, postpone, resume
from complaints.actions.mending import Mended, amend
from complaints.actions.registering import NewComplaint, acknowledge, register, stop_harm

__all__ = [
    "About",
    "Mended",
    "NewComplaint",
    "NewMeasure",
    "Responsible",
    "accept",
    "acknowledge",
    "add_photo",
    "after_callback",
    "amend",
    "answer",
    "await_work",
    "call_heads",
    "close",
    "contact_resident",
    "drop",
    "escalate",
    "establish",
    "explain_delay",
    "finish",
    "inform",
    "plan",
    "postpone",
    "progress",
    "propose_remedy",
    "refer",
    "register",
    "regrade",
    "reopen",
    "resolve",
    "resume",
    "settle_remedy",
    "stop_harm",
    "work_moved",
]
