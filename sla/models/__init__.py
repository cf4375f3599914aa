"""Policies, calendars, clocks and what happened to them."""

from sla.models.applications import RuleApplication
from sla.models.calendars import Calendar, CalendarVersion
from sla.models.promises import (
    MOST_STEPS,
    Clock,
    ClockEvent,
    ClockQuerySet,
    FiredStep,
    Heartbeat,
    Policy,
    PolicyVersion,
)

__all__ = [
    "MOST_STEPS",
    "Calendar",
    "CalendarVersion",
    "Clock",
    "ClockEvent",
    "ClockQuerySet",
    "FiredStep",
    "Heartbeat",
    "Policy",
    "PolicyVersion",
    "RuleApplication",
]
