"""A changed rule and a project's own calendar of the demonstration that wait for the general manager."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.models import Project, User
from sla.actions import Proposed, propose, propose_calendar
from sla.models import Policy
from sla.queries import calendar_for

HOUR = timedelta(hours=1)


def make_proposal(users: Mapping[str, User], now: datetime) -> None:
    """Minor complaints within one day instead of two; a leader sees what that would have done and decides."""
    policy = Policy.objects.get(key="complaint.resolve.minor")
    reason = "上月轻微投诉大多一天内已处理，建议缩短时限"
    propose(policy=policy, changes={"goal_seconds": 86400}, reason=reason, by=users["admin"], at=now - 2 * HOUR)


def make_calendar_proposal(project: Project, users: Mapping[str, User], now: datetime) -> None:
    """The desk opens on Saturday mornings too: a calendar of the project's own instead of the company's."""
    followed = calendar_for(project)
    if followed is None:
        return
    proposed = Proposed(
        week=followed.week | {"5": [["09:00", "12:00"]]},
        days=followed.days,
        provisional_years=tuple(followed.provisional_years),
    )
    reason = "周六上午来前台的业主多，建议本小区周六上午照常上班"
    propose_calendar(project=project, proposed=proposed, by=users["admin"], at=now - HOUR, reason=reason)
