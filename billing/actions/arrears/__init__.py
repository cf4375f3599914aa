"""Every write to arrears: found by the calendar, reminded, lettered, visited, paused, decided, settled."""

from billing.actions.arrears.deciding import ask_to_file, file
from billing.actions.arrears.excusing import excuse, take_up
from billing.actions.arrears.letters import Proof, deliver, letter, letters, return_letter
from billing.actions.arrears.pausing import dispute, promise, settle_dispute
from billing.actions.arrears.reminding import find_cause, notify
from billing.actions.arrears.visiting import decide_visit, visit
from visits.actions import Report

__all__ = [
    "Proof",
    "Report",
    "ask_to_file",
    "decide_visit",
    "deliver",
    "dispute",
    "excuse",
    "file",
    "find_cause",
    "letter",
    "letters",
    "notify",
    "promise",
    "return_letter",
    "settle_dispute",
    "take_up",
    "visit",
]
