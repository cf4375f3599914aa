"""Visits to collect become cases of their own, each a part of its arrears case; their day's clock goes with them."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import Max, Min
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
OLD_KEY, NEW_KEY, DECISION_KEY = "arrears.visit_day", "home_visit.day", "arrears.visit"
WHY = "上门拜访成为独立事项"
# What the rule of the day listened to, as it is called at the visit. Whatever else happens to the arrears case no visit
# hears of: while that rests, or once it has ended, the visit is called off.
NAMES = {"arrears.visit_planned": ["home_visit.planned", "home_visit.moved"], "arrears.visited": ["home_visit.visited"]}
LISTENS = ("starts", "stops", "pauses", "resumes", "cancels")
# So many steps are numbered in each version (`sla.models.promises.MOST_STEPS`).
STEPS = 20
CALLED_OFF = {"zh": "催缴暂停或已结束", "en": "collecting rests or has ended"}


def move(apps: Any, editor: Any) -> None:
    """Take over what was made, then what is planned."""
    at = timezone.now()
    day_rule = _day_rule(apps, at)
    _decision_rule(apps, at)
    visits = apps.get_model("visits", "HomeVisit").objects
    before, taken = visits.count(), 0
    planned = {
        arrears.pk: arrears
        for arrears in apps.get_model("billing", "Arrears")
        .objects.filter(visit_decided_at__isnull=False)
        .select_related("case__project", "case__unit", "visitor")
    }
    made: dict[int, list[Any]] = defaultdict(list)
    rows = apps.get_model("billing", "ArrearsVisit").objects.select_related("arrears__case__project", "by", "photo")
    for row in rows.order_by("at", "pk"):
        made[row.arrears_id].append(row)
    for key in sorted({*made, *planned}):
        cases = [(row.at, _made(apps, row)) for row in made[key]]
        waits = _planned(apps, planned[key], at) if key in planned else None
        parent = (planned[key] if waits is not None else made[key][0].arrears).case
        _take_clocks(apps, parent, cases, waits, day_rule)
        taken += len(cases) + (waits is not None)
    there = apps.get_model("billing", "ArrearsVisit").objects.count() + len(planned)
    if not there == taken == visits.count() - before:
        message = f"{there} visits to collect, but {visits.count() - before} were taken over"
        raise RuntimeError(message)


def _day_rule(apps: Any, at: datetime) -> Any:
    """The rule of the day, now of the visits: a new version of what is in force, which stays as it was approved.

    Where visits have a rule of their own already, that one holds, and the former one ends. None where there is none.
    """
    policies = apps.get_model("sla", "Policy").objects
    old, new = policies.filter(key=OLD_KEY).first(), policies.filter(key=NEW_KEY).first()
    if old is not None and new is not None:
        _end(apps, old, at)
    elif old is not None:
        policies.filter(pk=old.pk).update(key=NEW_KEY)
        apps.get_model("sla", "Clock").objects.filter(key=OLD_KEY).update(key=NEW_KEY)
        new = old
        _replace(apps, old, at, _of_visits)
    return None if new is None else _in_force(apps, new)


def _of_visits(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule with the events of a visit for those of its arrears case."""
    heard = {name: [new for old in rule[name] for new in _renamed(old)] for name in LISTENS}
    return {**rule, **heard, "case_kinds": ["home_visit"]}


def _renamed(event: str) -> list[str]:
    return NAMES.get(event, [] if event.startswith("arrears.") else [event])


def _decision_rule(apps: Any, at: datetime) -> None:
    """The rule of the decision hears of a visit that was cancelled; what runs under it does too."""
    policy = apps.get_model("sla", "Policy").objects.filter(key=DECISION_KEY).first()
    former = None if policy is None else _in_force(apps, policy)
    if former is None or "arrears.visit_cancelled" in former.cancels:
        return
    new = _replace(apps, policy, at, lambda rule: {**rule, "cancels": [*rule["cancels"], "arrears.visit_cancelled"]})
    for clock in apps.get_model("sla", "Clock").objects.filter(version__policy=policy, ended_at=None):
        _follow(apps, clock, new, at)


def _in_force(apps: Any, policy: Any) -> Any:
    return apps.get_model("sla", "PolicyVersion").objects.filter(
        policy=policy, approved_at__isnull=False, replaced_at=None
    ).first()  # fmt: skip


def _end(apps: Any, policy: Any, at: datetime) -> None:
    """Nothing more begins under the policy; what waits to be decided about it is withdrawn, as by a newer proposal."""
    versions = apps.get_model("sla", "PolicyVersion").objects.filter(policy=policy)
    versions.filter(approved_at__isnull=False, replaced_at=None).update(replaced_at=at)
    versions.filter(approved_at=None, withdrawn_at=None, refused_at=None).update(withdrawn_at=at)


def _replace(apps: Any, policy: Any, at: datetime, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Put a changed version in the place of the one in force; that one stays as it is. None where none is in force."""
    model, former = apps.get_model("sla", "PolicyVersion"), _in_force(apps, policy)
    _end(apps, policy, at)
    if former is None:
        return None
    about = {"id", "policy", "number", "reason", "refusal"}
    fields = [field.attname for field in model._meta.concrete_fields if field.name not in about]
    rule = change({name: getattr(former, name) for name in fields if not name.endswith(("_at", "_by_id"))})
    number = 1 + model.objects.filter(policy=policy).aggregate(last=Max("number"))["last"]
    return model.objects.create(policy=policy, number=number, reason=WHY, created_at=at, approved_at=at, **rule)


def _follow(apps: Any, clock: Any, version: Any, at: datetime) -> None:
    """Let a clock that runs follow another version from now on: it is due as before, and nobody is told twice."""
    former, first, limit = clock.version, (version.number - 1) * STEPS, len(version.steps)
    places = [step - (former.number - 1) * STEPS for step in clock.steps_done]
    clock.version = version
    clock.steps_done = [first + place for place in places if 0 <= place < limit]
    clock.save(update_fields=["version", "steps_done"])
    due = clock.due_at.isoformat()
    data = {"from": due, "to": due, "former": former.number, "version": version.number, "reason": WHY}
    apps.get_model("sla", "ClockEvent").objects.create(clock=clock, kind="moved", at=at, recorded_at=at, data=data)


def _made(apps: Any, made: Any) -> Any:
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
    text = "\n".join(filter(None, [made.met, made.report, made.next_step]))
    _event(apps, case, "home_visit.visited", made.at, made.by, {"outcome": _both(OUTCOMES[outcome])}, text)
    return case


def _planned(apps: Any, arrears: Any, at: datetime) -> Any:
    """What is planned for a case that goes on; for one that rests or has ended it is called off, and may go on with it."""
    parent, zone = arrears.case, ZoneInfo(arrears.case.project.time_zone)
    day = arrears.visit_on or (arrears.visit_decided_at + WITHIN).astimezone(zone).date()
    half, goes_on = arrears.visit_half or "evening", parent.phase == "open"
    over = None if goes_on else arrears.ended_at or at
    state = "planned" if goes_on else "cancelled"
    case = _case(apps, parent, state=state, opened_at=arrears.visit_decided_at, closed_at=over, handler=arrears.visitor)
    apps.get_model("visits", "HomeVisit").objects.create(case=case, on=day, half=half)
    ends = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)
    who = arrears.visitor.name or arrears.visitor.username if arrears.visitor else "—"
    data = {"day": {"on": day.isoformat()}, "half": _both(HALVES[half]), "who": who, "until": ends.isoformat()}
    events = apps.get_model("cases", "Event").objects.filter(case=parent, kind="arrears.visit_decided")
    said = events.filter(at=arrears.visit_decided_at).select_related("by").last()
    by, text = (None, "") if said is None else (said.by, said.text)
    _event(apps, case, "home_visit.planned", arrears.visit_decided_at, by, data, text)
    if over is not None:
        _event(apps, case, "home_visit.called_off", over, None, {"why": CALLED_OFF})
    # Whoever goes had the case for that; where somebody else has it, they keep it.
    if arrears.visitor_id is not None and parent.handler_id == arrears.visitor_id:
        type(parent).objects.filter(pk=parent.pk).update(handler=None)
    return case


def _take_clocks(apps: Any, parent: Any, made: list[tuple[datetime, Any]], planned: Any, rule: Any) -> None:
    """The clocks of the day go on at the visits whose own they are, matched by time: one of no visit stays.

    What runs follows the rule of visits; it ends with a visit that is called off.
    """
    clocks = apps.get_model("sla", "Clock").objects
    for clock in clocks.filter(case=parent, key__in=[OLD_KEY, NEW_KEY]).select_related("version"):
        clock.case = _visit_of(clock, made, planned) or parent
        if clock.ended_at is None and clock.case == planned and rule is not None:
            clock.key = NEW_KEY
            if clock.version_id != rule.pk:
                _follow(apps, clock, rule, timezone.now())
        clock.save()
        if clock.ended_at is None and clock.case == planned and planned.closed_at is not None:
            _cancel(apps, clock, planned.closed_at)
    for one in filter(None, (parent, planned)):
        running = clocks.filter(case=one, ended_at=None).exclude(state="paused").aggregate(first=Min("due_at"))
        type(parent).objects.filter(pk=one.pk).update(due_at=running["first"])


def _visit_of(clock: Any, made: list[tuple[datetime, Any]], planned: Any) -> Any:
    """Whose day a clock watched: of the first visit that was made after it began; of none of them, what is planned."""
    if clock.ended_at is None:
        return planned
    for at, case in made:
        if clock.started_at < at or clock.met_at == at:
            return case
    return planned


def _cancel(apps: Any, clock: Any, at: datetime) -> None:
    clock.state, clock.ended_at, clock.next_at, clock.paused_at = "cancelled", at, None, None
    clock.save(update_fields=["state", "ended_at", "next_at", "paused_at"])
    apps.get_model("sla", "ClockEvent").objects.create(clock=clock, kind="cancelled", at=at, recorded_at=at)


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


def _event(apps: Any, case: Any, kind: str, at: datetime, by: Any, data: dict[str, Any], text: str = "") -> None:
    events = apps.get_model("cases", "Event").objects
    events.create(case=case, kind=kind, at=at, recorded_at=at, by=by, data=data, text=text)


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
