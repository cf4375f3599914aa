"""Reference data of a fresh installation: each app brings its own, idempotently."""

from collections.abc import Callable
from datetime import datetime

from billing.defaults import load as load_accounts
from billing.policies import load as load_arrears_policies
from complaints.defaults import load as load_complaints
from complaints.policies import load as load_complaint_policies
from sla.defaults import load as load_policies
from sla.defaults import load_calendar
from tickets.defaults import load as load_tickets
from visits.defaults import load as load_callbacks
from visits.policies import load as load_visit_policies

# What holds from a moment on is dated; words and lists hold as soon as they are there.
DATED: dict[str, Callable[..., int]] = {
    "calendar": load_calendar,
    "policies": load_policies,
    "complaint_policies": load_complaint_policies,
    "arrears_policies": load_arrears_policies,
    "visit_policies": load_visit_policies,
}
PLAIN: dict[str, Callable[[], int]] = {
    "accounts": load_accounts,
    "tickets": load_tickets,
    "complaints": load_complaints,
    "callbacks": load_callbacks,
}


def load_all(at: datetime) -> dict[str, int]:
    """Load everything that is missing. Returns how many rows each loader added."""
    dated = {name: loader(at=at) for name, loader in DATED.items()}
    return dated | {name: loader() for name, loader in PLAIN.items()}
