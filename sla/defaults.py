"""The default policies of contacts, repairs and callbacks, as data. Loaded once; admins edit them afterwards.

Source: 客服接待服务标准 and what the standard leaves to the company (marked as ours).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from sla.models import Calendar, CalendarVersion, Policy, PolicyVersion
from sla.states import Audience, Goal, Source
from sla.statutory import is_announced, statutory_days

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR


def told(*to: str, percent: int | None = None, offset: int = 0) -> dict[str, Any]:
    """A step: whom it tells, at a share of the time or so many seconds after the due moment (before: negative)."""
    return {"to": list(to), "percent": percent} if percent is not None else {"to": list(to), "offset": offset}


@dataclass(frozen=True, kw_only=True)
class Default:
    """One policy as it stands on a fresh database."""

    key: str
    zh: str
    en: str
    source: str
    kinds: list[str]
    starts: list[str]
    stops: list[str]
    clause: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list)
    rest: dict[str, Any] = field(default_factory=dict)


REPAIRS = ["repair", "service"]
ASKED = ["enquiry", "suggestion"]
# Somebody spoke with the resident about the complaint, whatever there was to say; its own promises listen to these too.
SPOKEN_ABOUT_COMPLAINT = [
    "complaint.progressed",
    "complaint.contacted",
    "complaint.answered",
    "complaint.delay_explained",
]

POLICIES = [
    Default(
        key="contact.wait",
        zh="等候接待",
        en="Waiting to be served",
        source=Source.STANDARD,
        kinds=["contact"],
        clause="工作繁忙接待标准 (事情紧急或已等待3分钟)",
        starts=["contact.queued"],
        stops=["contact.served"],
        steps=[told(Audience.DESK, Audience.FREE_COLLEAGUE)],
        rest={"goal_seconds": 3 * MINUTE, "goal_urgent_seconds": 0},
    ),
    Default(
        key="contact.hold",
        zh="请客户稍等",
        en="Caller on hold",
        source=Source.STANDARD,
        kinds=["contact"],
        clause="工作繁忙接待标准 场景二 (请您等我20秒)",
        starts=["contact.held"],
        stops=["contact.picked_up"],
        steps=[told(Audience.DESK)],
        rest={"goal_seconds": 20, "restarts": True},
    ),
    Default(
        key="contact.answer",
        zh="咨询建议答复",
        en="Answer to an enquiry or suggestion",
        source=Source.STANDARD_OUR_VALUE,
        kinds=ASKED,
        clause="物业客服服务标准 (在合理的时间内给予答复)",
        starts=["ticket.opened", "ticket.reopened"],
        stops=["ticket.completed"],
        steps=[told(Audience.HANDLER, percent=80), told(Audience.SUPERVISOR)],
        rest={"goal_seconds": DAY, "goal_field": "promised_at"},
    ),
    Default(
        key="contact.promise",
        zh="承诺回复",
        en="Promised reply",
        source=Source.STANDARD,
        kinds=["contact"],
        clause="三(1) 来访接待 (约定时间给予回复)",
        starts=["contact.promised"],
        stops=["contact.replied"],
        steps=[told(Audience.HANDLER, Audience.TAKER, offset=-30 * MINUTE), told(Audience.SUPERVISOR)],
        rest={"goal": Goal.FIELD, "goal_field": "event.until", "restarts": True},
    ),
    Default(
        key="ticket.respond",
        zh="技术响应",
        en="Technical response",
        source=Source.STANDARD,
        kinds=["repair", "enquiry:technical"],
        clause="物业客服部工作指南 4.2 (技术支持响应时间不超过10分钟)",
        starts=["ticket.opened", "ticket.reopened", "ticket.returned"],
        stops=["ticket.accepted", "ticket.completed"],  # the desk may answer a technical question at once
        steps=[told(Audience.HEAD), told(Audience.SUPERVISOR, offset=10 * MINUTE)],
        rest={"goal_seconds": 10 * MINUTE},
    ),
    Default(
        key="ticket.feedback",
        zh="首次反馈",
        en="First word back",
        source=Source.STANDARD_OUR_VALUE,
        kinds=[*REPAIRS, *ASKED, "complaint"],
        clause="岗位职责 4 (____小时内处理或获得反馈)",
        starts=["ticket.opened", "complaint.registered"],
        stops=["ticket.feedback", "ticket.arrived", "ticket.completed", *SPOKEN_ABOUT_COMPLAINT, "complaint.informed"],
        steps=[told(Audience.HANDLER, percent=80), told(Audience.SUPERVISOR)],
        rest={"goal_seconds": DAY},
    ),
    Default(
        key="ticket.arrive",
        zh="准时上门",
        en="Arrival at the agreed time",
        source=Source.STANDARD,
        kinds=REPAIRS,
        clause="三(3)③ (在约定时间上门维修服务)",
        starts=["ticket.dispatched"],
        stops=["ticket.arrived", "ticket.completed"],
        steps=[told(Audience.HANDLER, offset=-30 * MINUTE), told(Audience.HEAD, Audience.DESK)],
        rest={"goal": Goal.FIELD, "goal_field": "event.until", "restarts": True, "cancels": ["ticket.returned"]},
    ),
    Default(
        key="ticket.complete",
        zh="完工",
        en="Completion",
        source=Source.OURS,
        kinds=REPAIRS,
        starts=["ticket.accepted"],
        stops=["ticket.completed"],
        steps=[
            told(Audience.HANDLER, percent=80),
            told(Audience.HEAD),
            told(Audience.SUPERVISOR, offset=4 * HOUR),
        ],
        rest={
            "goal_seconds": 72 * HOUR,
            "goal_urgent_seconds": 4 * HOUR,
            "goal_field": "promised_at",
            "pauses": ["ticket.held"],
            "resumes": ["ticket.resumed"],
        },
    ),
    Default(
        key="ticket.leak_test",
        zh="试漏",
        en="Leak test",
        source=Source.OURS,
        kinds=["repair"],
        starts=["ticket.leak_test_begun"],
        stops=["ticket.leak_test_ended"],
        steps=[told(Audience.HEAD)],
        rest={"goal_seconds": 7 * DAY, "cancels": ["ticket.reopened"]},
    ),
    *(
        Default(
            key=f"callback.{category}",
            zh=zh,
            en=en,
            source=Source.STANDARD,
            kinds=[f"callback:{category}"],
            clause="四(1) 客服部对业主走、回访",
            starts=["callback.owed"],
            stops=["callback.reached"],
            steps=[told(Audience.CALLER, offset=-DAY), told(Audience.SUPERVISOR)],
            rest={"goal_seconds": days * DAY},
        )
        for category, zh, en, days in (
            ("safety", "安全设施维修回访", "Callback on a safety repair", 2),
            ("leak", "渗漏水维修回访", "Callback on a leak repair", 3),
            ("other", "维修回访", "Callback on a repair", 2),
        )
    ),
]


# The standard leaves the hours to the company (物业客服部规章制度: 遵守公司规定的工作时间); these are ours.
OFFICE_WEEK = {str(day): [["09:00", "18:00"]] for day in range(5)}


def load(*, at: datetime) -> int:
    """Load the policies of contacts, repairs and callbacks that are not there yet. Returns how many were new."""
    return load_policies(POLICIES, at=at)


@transaction.atomic
def load_calendar(*, at: datetime) -> int:
    """Load the company's working calendar, with this year and the next, where there is none. Returns how many."""
    calendar, _new = Calendar.objects.get_or_create(project=None)
    if calendar.versions.exists():
        return 0
    years = (at.year, at.year + 1)
    days: dict[str, Any] = {}
    for year in years:
        days |= statutory_days(year, OFFICE_WEEK)
    CalendarVersion.objects.create(
        calendar=calendar,
        number=1,
        week=OFFICE_WEEK,
        days=days,
        provisional_years=[year for year in years if not is_announced(year)],
        created_at=at,
        approved_at=at,
    )
    return 1


@transaction.atomic
def load_policies(policies: Sequence[Default], *, at: datetime) -> int:
    """Load the policies that are not there yet; those that are stay as they were edited. Returns how many were new."""
    known = set(Policy.objects.values_list("key", flat=True))
    fresh = [default for default in policies if default.key not in known]
    for default in fresh:
        policy = Policy.objects.create(
            key=default.key, name_zh=default.zh, name_en=default.en, source=default.source, clause=default.clause
        )
        PolicyVersion.objects.create(
            policy=policy,
            number=1,
            case_kinds=default.kinds,
            starts=default.starts,
            stops=default.stops,
            steps=default.steps,
            created_at=at,
            approved_at=at,
            **default.rest,
        )
    return len(fresh)
