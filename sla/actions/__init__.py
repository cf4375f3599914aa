"""Every write to events, clocks and the rules they follow."""

from sla.actions.calendars import (
    Proposed,
    approve_calendar,
    propose_calendar,
    publish_year,
    warn_of_years,
    withdraw_calendar,
)
from sla.actions.events import happen
from sla.actions.extension import extend
from sla.actions.sweeping import BATCH, beat, sweep_clocks

__all__ = [
    "BATCH",
    "Proposed",
    "approve_calendar",
    "beat",
    "extend",
    "happen",
    "propose_calendar",
    "publish_year",
    "sweep_clocks",
    "warn_of_years",
    "withdraw_calendar",
]
