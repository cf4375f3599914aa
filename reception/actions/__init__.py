"""Every write of the desk."""

from reception.actions.endings import answer, close, hand_over, promise, reply
from reception.actions.line import hold, pass_on, pick_up, serve
from reception.actions.receiving import Caller, NewContact, chase, log_contact, queue, write_down

__all__ = [
    "Caller",
    "NewContact",
    "answer",
    "chase",
    "close",
    "hand_over",
    "hold",
    "log_contact",
    "pass_on",
    "pick_up",
    "promise",
    "queue",
    "reply",
    "serve",
    "write_down",
]
