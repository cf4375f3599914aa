"""Policies, calendars, clocks and what happened to them."""

from sla.models.calendars import Calendar, CalendarVersion
from sla.models.promises import Clock, ClockEvent, FiredStep, Heartbeat, Policy, PolicyVersion

__all__ = ["Calendar", "CalendarVersion", "Clock", "ClockEvent", "FiredStep", "Heartbeat", "Policy", "PolicyVersion"]
