"""Every write to events and clocks."""

from sla.actions.events import happen
from sla.actions.extension import extend
from sla.actions.sweeping import BATCH, beat, sweep_clocks

__all__ = ["BATCH", "beat", "extend", "happen", "sweep_clocks"]
