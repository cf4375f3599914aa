"""Complaints of the fixed cast, brought to where a test begins."""

from datetime import datetime, timedelta
from typing import Any

from complaints import actions
from complaints.actions import NewComplaint
from complaints.models import Complaint
from sla.actions import sweep_clocks
from sla.models import Clock
from tests.cast import NOON, Cast

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def taken(cast: Cast, *, at: datetime = NOON, by: str = "frontdesk", **more: Any) -> Complaint:
    """A complaint of the first home, taken at the desk."""
    given: dict[str, Any] = {
        "project": cast.project,
        "unit": cast.units["3-2-1501"],
        "description": "楼道垃圾三天没人清",
        "contact_phone": "13812341234",
        "grade": "minor",
    }
    return actions.register(new=NewComplaint(**{**given, **more}), by=cast.users[by], at=at)


def handled(cast: Cast, *, at: datetime = NOON, **more: Any) -> Complaint:
    """One that the maintenance department's technician has taken on and spoken with the resident about."""
    complaint = taken(cast, at=at, **more)
    refer(cast, complaint, at=at + 5 * MINUTE)
    return actions.contact_resident(complaint=complaint, text="已与业主通话", by=cast.technician, at=at + 10 * MINUTE)


def refer(cast: Cast, complaint: Complaint, *, at: datetime, by: str = "frontdesk") -> Complaint:
    """Hand it to the maintenance department and its technician."""
    return actions.refer(
        complaint=complaint,
        department=cast.departments["maintenance"],
        person=cast.technician,
        by=cast.users[by],
        at=at,
    )


def clock(complaint: Complaint, key: str) -> Clock:
    """The latest clock of that promise."""
    return Clock.objects.filter(case=complaint.case, key=key).latest("cycle")


def sweep(at: datetime) -> None:
    """One pass of the sweep."""
    sweep_clocks(at=at)
