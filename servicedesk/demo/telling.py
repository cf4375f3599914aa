"""How people are told in the demonstration: SMS that only go into the log, and a technician who is on leave."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.actions import NewAbsence, declare_absence
from accounts.models import Project, User
from notifications.models import Channel, TellingRule
from notifications.states import ChannelKind


def make_telling(project: Project, users: Mapping[str, User], at: datetime) -> None:
    """A trial channel with its rule in a project, and a leave to come in the other."""
    sms = Channel.objects.create(
        kind=ChannelKind.SMS_LOG,
        name_zh="短信（试用，写入日志）",
        name_en="SMS (trial, into the log)",
        sender="枫林雅苑",
    )
    rule = TellingRule.objects.create(project=project, gather_minutes=10)
    for over in (rule.warning_over, rule.escalation_over):
        over.add(sms)
    away = NewAbsence(
        user=users["electrician"],
        substitute=users["plumber"],
        starts_at=at + timedelta(days=2),
        ends_at=at + timedelta(days=5),
        reason="年假",
    )
    declare_absence(new=away, by=users["supervisor"], at=at)
