"""Writes of callbacks and home visits."""

from visits.actions.callbacks import Outcome, amend_contact, cancel_owed, owe_callback, record
from visits.actions.home_visits import OUTCOMES, Plan, Report, cancel_visit, move_visit, plan_visit, report_visit
from visits.actions.resting import call_off, plan_again

__all__ = [
    "OUTCOMES",
    "Outcome",
    "Plan",
    "Report",
    "amend_contact",
    "call_off",
    "cancel_owed",
    "cancel_visit",
    "move_visit",
    "owe_callback",
    "plan_again",
    "plan_visit",
    "record",
    "report_visit",
]
