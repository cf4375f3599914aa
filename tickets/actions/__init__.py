"""Every write to tickets."""

from tickets.actions.correcting import Contact, amend_contact, change_category
from tickets.actions.dispatching import Dispatched, accept, arrive, dispatch, hold, resume, return_job
from tickets.actions.finishing import after_callback, cancel, close, complete, end_leak_test, feedback, reopen, sign
from tickets.actions.opening import Caller, NewTicket, add_photo, join, join_caller, open_ticket
from tickets.actions.pricing import Line, accept_quote, add_parts, override_charge, quote, review_charge
from tickets.actions.undoing import undo

__all__ = [
    "Caller",
    "Contact",
    "Dispatched",
    "Line",
    "NewTicket",
    "accept",
    "accept_quote",
    "add_parts",
    "add_photo",
    "after_callback",
    "amend_contact",
    "arrive",
    "cancel",
    "change_category",
    "close",
    "complete",
    "dispatch",
    "end_leak_test",
    "feedback",
    "hold",
    "join",
    "join_caller",
    "open_ticket",
    "override_charge",
    "quote",
    "reopen",
    "resume",
    "return_job",
    "review_charge",
    "sign",
    "undo",
]
