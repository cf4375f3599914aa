"""Every write to complaints."""

from complaints.actions.ending import after_callback, close, inform, reopen, resolve
from complaints.actions.filing import add_photo
from complaints.actions.handling import (
    accept,
    answer,
    call_heads,
    contact_resident,
    escalate,
    explain_delay,
    progress,
    refer,
    work_moved,
)
from complaints.actions.judging import Responsible, establish, propose_remedy, regrade, settle_remedy
from complaints.actions.registering import NewComplaint, acknowledge, register, stop_harm

__all__ = [
    "NewComplaint",
    "Responsible",
    "accept",
    "acknowledge",
    "add_photo",
    "after_callback",
    "answer",
    "call_heads",
    "close",
    "contact_resident",
    "escalate",
    "establish",
    "explain_delay",
    "inform",
    "progress",
    "propose_remedy",
    "refer",
    "register",
    "regrade",
    "reopen",
    "resolve",
    "settle_remedy",
    "stop_harm",
    "work_moved",
]
