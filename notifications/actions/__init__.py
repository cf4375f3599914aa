"""Every write to messages: telling, choosing the ways outside, delivering, reading, settling what nobody knows."""

from notifications.actions.delivering import LEASE, PATIENCE, deliver
from notifications.actions.on_call import NewDuty, call_off_duty, put_on_call
from notifications.actions.outside import keep_back
from notifications.actions.planning import plan
from notifications.actions.reading import mark_read
from notifications.actions.settling import Verdict, settle
from notifications.actions.telling import Notice, rows_of, tell, write
from notifications.actions.trying import ask_for_test, send_tests

__all__ = [
    "LEASE",
    "PATIENCE",
    "NewDuty",
    "Notice",
    "Verdict",
    "ask_for_test",
    "call_off_duty",
    "deliver",
    "keep_back",
    "mark_read",
    "plan",
    "put_on_call",
    "rows_of",
    "send_tests",
    "settle",
    "tell",
    "write",
]
