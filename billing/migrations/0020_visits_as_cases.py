"""Visits to collect become cases of their own, each a part of its arrears case; their day's clock goes with them."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import Min
from django.utils import timezone

from cases.rules import case_tokens, format_number
from records.search import clean

TITLE = "上门拜访催缴"
# What was only decided was to be made within so many days.
WITHIN = timedelta(days=30)
HALVES = {"morning": ["上午", "in the morning"], "afternoon": ["下午", "in the afternoon"],
          "evening": ["晚上", "in the evening"]}  # fmt: skip
OUTCOMES = {"met": ["见到人", "somebody was met"], "nobody": ["家中无人", "nobody was in"],
            "refused": ["拒绝沟通", "they would not talk"], "unsaid": ["未记录", "not written down"]}  # fmt: skip
OLD_KEY, NEW_KEY = "arrears.visit_day", "home_visit.day"


def move(apps: Any, editor: Any) -> None:
    """Take over what was made, then what is planned."""
    _rename_rules(apps)
    for made in apps.get_model("billing", "ArrearsVisit").objects.select_related(
        "arrears__case__project", "by", "photo"
    ):
        _made(apps, made)
    planned = apps.get_model("billing", "Arrears").objects.filter(visit_decided_at__isnull=False)
    for arrears in planned.select_related("case__project", "visitor"):
        _planned(apps, arrears)


def _rename_rules(apps: Any) -> None:
    """The rule of the day is one of the visits now; that of the decision hears of a visit that was cancelled."""
    versions = apps.get_model("sla", "PolicyVersion").objects
    if not apps.get_model("sla", "Policy").objects.filter(key=NEW_KEY).exists():
        versions.filter(policy__key=OLD_KEY).update(
            case_kinds=["home_visit"],
            starts=["home_visit.planned", "home_visit.moved"],
            stops=["home_visit.visited"],
            pauses=[],
            resumes=[],
            cancels=[],
        )
        apps.get_model("sla", "Policy").objects.filter(key=OLD_KEY).update(key=NEW_KEY)
        apps.get_model("sla", "Clock").objects.filter(key=OLD_KEY).update(key=NEW_KEY)
    for version in versions.filter(policy__key="arrears.visit"):
        if "arrears.visit_cancelled" not in version.cancels:
            version.cancels = [*version.cancels, "arrears.visit_cancelled"]
            version.save(update_fields=["cancels"])


def _made(apps: Any, made: Any) -> None:
    parent = made.arrears.case
    local = made.at.astimezone(ZoneInfo(parent.project.time_zone))
    # Who was met is asked for since outcomes are; before that neither was written down.
    outcome = made.outcome or "unsaid"
    case = _case(apps, parent, state="done", opened_at=made.at, closed_at=made.at, handler=made.by)
    if made.photo is not None:
        made.photo.case, made.photo.label = case, "visit"
        made.photo.save(update_fields=["case", "label"])
    apps.get_model("visits", "HomeVisit").objects.create(
        case=case,
        on=local.date(),
        half="morning" if local.hour < 12 else "afternoon" if local.hour < 18 else "evening",
        outcome=outcome,
        met=made.met,
        report=made.report,
        next_step=made.next_step,
        made_at=made.at,
        made_by=made.by,
        photo=made.photo,
    )
    _event(apps, case, "home_visit.visited", made.at, made.by, {"outcome": _both(OUTCOMES[outcome])})


def _planned(apps: Any, arrears: Any) -> None:
    """What is planned for a case that goes on; for one that rests or has ended it is called off, and may go on with it."""
    parent, zone = arrears.case, ZoneInfo(arrears.case.project.time_zone)
    day = arrears.visit_on or (arrears.visit_decided_at + WITHIN).astimezone(zone).date()
    half, goes_on = arrears.visit_half or "evening", parent.phase == "open"
    over = None if goes_on else arrears.ended_at or timezone.now()
    state = "planned" if goes_on else "cancelled"
    case = _case(apps, parent, state=state, opened_at=arrears.visit_decided_at, closed_at=over, handler=arrears.visitor)
    apps.get_model("visits", "HomeVisit").objects.create(case=case, on=day, half=half)
    ends = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)
    who = arrears.visitor.name or arrears.visitor.username if arrears.visitor else "—"
    data = {"day": {"on": day.isoformat()}, "half": _both(HALVES[half]), "who": who, "until": ends.isoformat()}
    _event(apps, case, "home_visit.planned", arrears.visit_decided_at, None, data)
    if over is not None:
        why = _both(["催缴暂停或已结束", "collecting rests or has ended"])
        _event(apps, case, "home_visit.called_off", over, None, {"why": why})
    _take_clock(apps, parent, case, over)
    type(parent).objects.filter(pk=parent.pk).update(handler=None)


def _take_clock(apps: Any, parent: Any, case: Any, over: datetime | None) -> None:
    """The clock of the day goes on at the visit, whose own it is; it ends with a visit that is called off."""
    clocks = apps.get_model("sla", "Clock").objects
    clock = clocks.filter(case=parent, key=NEW_KEY).order_by("-pk").first()
    if clock is not None:
        clock.case = case
        if over is not None and clock.ended_at is None:
            clock.state, clock.ended_at, clock.next_at = "cancelled", over, None
            events = apps.get_model("sla", "ClockEvent").objects
            events.create(clock=clock, kind="cancelled", at=over, recorded_at=over)
        clock.save()
    for one in (parent, case):
        running = clocks.filter(case=one, ended_at=None).exclude(state="paused").aggregate(first=Min("due_at"))
        type(case).objects.filter(pk=one.pk).update(due_at=running["first"])


def _case(apps: Any, parent: Any, *, state: str, opened_at: datetime, closed_at: datetime | None, handler: Any) -> Any:
    """The row of a case like its parent's, with its number and what it is found by."""
    copied = ("project", "unit", "building", "household", "place", "contact_name", "contact_phone", "department")
    case = apps.get_model("cases", "Case").objects.create(
        **{name: getattr(parent, name) for name in (*copied, "reserved_for", "is_history")},
        number=_number(apps, opened_at.astimezone(ZoneInfo(parent.project.time_zone)).date()),
        kind="home_visit",
        state=state,
        phase="open" if closed_at is None else "closed",
        title=TITLE,
        channel="staff",
        handler=handler,
        parent=parent,
        opened_at=opened_at,
        closed_at=closed_at,
    )
    tokens = case_tokens(
        number=case.number,
        title=TITLE,
        contact_name=case.contact_name,
        contact_phone=case.contact_phone,
        unit_number=case.unit.number if case.unit else "",
        place=case.place,
    )
    rank = int(opened_at.timestamp())
    rows = apps.get_model("records", "SearchToken")
    shared = {"project": case.project, "kind": "case", "object_id": case.pk, "rank": rank}
    rows.objects.bulk_create([rows(token=token, **shared) for token in sorted(clean(tokens))], ignore_conflicts=True)
    return case


def _number(apps: Any, day: Any) -> str:
    counter, _is_new = apps.get_model("cases", "Counter").objects.get_or_create(prefix="ZF", day=day)
    counter.last += 1
    counter.save(update_fields=["last"])
    return format_number("ZF", day, counter.last)


def _event(apps: Any, case: Any, kind: str, at: datetime, by: Any, data: dict[str, Any]) -> None:
    apps.get_model("cases", "Event").objects.create(case=case, kind=kind, at=at, recorded_at=at, by=by, data=data)


def _both(words: list[str]) -> dict[str, str]:
    return dict(zip(("zh", "en"), words, strict=True))


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0019_collected_in"),
        ("cases", "0013_photos_of_visits"),
        ("records", "0001_squashed_0005_approval"),
        ("sla", "0001_squashed_0011_set_aside_again"),
        ("visits", "0003_home_visits"),
    ]

    # Backwards the cases stay: what happened to them is never taken away, and forwards again none is made twice.
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
