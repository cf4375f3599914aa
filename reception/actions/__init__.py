"""Every write of the desk."""

from reception.actions.complaints import take_complaint
from reception.actions.correcting import Correction, correct
from reception.actions.endings import answer, close, hand_over, promise, reply
from reception.actions.finishing import Ending, finish
from reception.actions.line import hold, pass_on, pick_up, serve
from reception.actions.receiving import Caller, NewContact, chase, log_contact, queue, write_down
from reception.actions.routing import route
from reception.actions.tickets import join_complaint, join_ticket, open_ticket_from, take_ticket

__all__ = [
    "Caller",
    "Correction",
    "Ending",
    "NewContact",
    "answer",
    "chase",
    "close",
    "correct",
    "finish",
    "hand_over",
    "hold",
    "join_complaint",
    "join_ticket",
    "log_contact",
    "open_ticket_from",
    "pass_on",
    "pick_up",
    "promise",
    "queue",
    "reply",
    "route",
    "serve",
    "take_complaint",
    "take_ticket",
    "write_down",
]
