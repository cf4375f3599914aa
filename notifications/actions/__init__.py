"""Every write to messages: telling, choosing the ways outside, delivering, reading, settling what nobody knows."""

from notifications.actions.delivering import LEASE, PATIENCE, deliver
from notifications.actions.planning import plan
from notifications.actions.reading import mark_read
from notifications.actions.settling import Verdict, settle
from notifications.actions.telling import Notice, rows_of, tell, write

__all__ = [
    "LEASE",
    "PATIENCE",
    "Notice",
    "Verdict",
    "deliver",
    "mark_read",
    "plan",
    "rows_of",
    "settle",
    "tell",
    "write",
]
