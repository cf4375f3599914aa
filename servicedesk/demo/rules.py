"""A changed rule of the demonstration that waits for the general manager."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.models import User
from sla.actions import propose
from sla.models import Policy

HOUR = timedelta(hours=1)


def make_proposal(users: Mapping[str, User], now: datetime) -> None:
    """Minor complaints within one day instead of two; a leader sees what that would have done and decides."""
    policy = Policy.objects.get(key="complaint.resolve.minor")
    reason = "上月轻微投诉大多一天内已处理，建议缩短时限"
    propose(policy=policy, changes={"goal_seconds": 86400}, reason=reason, by=users["admin"], at=now - 2 * HOUR)
