"""Every write to events and clocks."""

from sla.actions.applying import apply_to_running
from sla.actions.events import happen
from sla.actions.extension import extend
from sla.actions.policies import approve, propose, refuse, withdraw
from sla.actions.sweeping import BATCH, beat, sweep_clocks

__all__ = [
    "BATCH",
    "apply_to_running",
    "approve",
    "beat",
    "extend",
    "happen",
    "propose",
    "refuse",
    "sweep_clocks",
    "withdraw",
]
