"""Every write to events, clocks and the rules they follow."""

from sla.actions.application import apply_to_running, stop_applying
from sla.actions.calendars import (
    Proposed,
    approve_calendar,
    drop_calendar,
    propose_calendar,
    publish_year,
    refuse_calendar,
    warn_of_years,
    withdraw_calendar,
)
from sla.actions.events import happen
from sla.actions.extension import extend
from sla.actions.many import Occasion, happen_to_many
from sla.actions.policies import approve, propose, refuse, withdraw
from sla.actions.sweeping import BATCH, beat, sweep_clocks

__all__ = [
    "BATCH",
    "Occasion",
    "Proposed",
    "apply_to_running",
    "approve",
    "approve_calendar",
    "beat",
    "drop_calendar",
    "extend",
    "happen",
    "happen_to_many",
    "propose",
    "propose_calendar",
    "publish_year",
    "refuse",
    "refuse_calendar",
    "stop_applying",
    "sweep_clocks",
    "warn_of_years",
    "withdraw",
    "withdraw_calendar",
]
