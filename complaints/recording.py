"""What is printed on a complaint's record, gathered from its rows. Chinese, in local time."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from accounts.models import User
from cases.family import heard_of
from cases.models import Case, Event
from cases.sentences import sentence
from cases.states import Channel, Phase
from complaints.models import Complaint, Topic
from complaints.papers import ComplaintRecord, RecordCallback, RecordPromise, RecordRemedy, RecordStep
from complaints.queries import repairs_among
from complaints.states import Grade, Outcome, Told
from records.papers import moment_words
from sla.models import ClockEvent
from sla.queries import Rung, extensions_of, ladder_of
from sla.wording import standing_words
from visits.models import Callback

Local = Callable[[datetime | None], datetime | None]


def record_of(complaint: Complaint, *, url: str, at: datetime) -> ComplaintRecord:
    """The record of a complaint as it stands at a moment, with the contact's phone in clear."""
    with translation.override("zh-hans"), timezone.override(complaint.case.project.tz):
        return _record(complaint, url, at)


def _record(complaint: Complaint, url: str, at: datetime) -> ComplaintRecord:
    case = complaint.case
    here = _in_zone_of(case)
    about = complaint.about_person or complaint.about_words
    named = [str(part) for part in (complaint.about_department, about) if part]
    called = list(Callback.objects.filter(case__parent=case).select_related("caller", "case").order_by("pk"))
    reached = tuple(_callback(one, one.done_at.astimezone(case.project.tz)) for one in called if one.done_at)
    return ComplaintRecord(
        project=case.project.name_zh,
        number=case.number,
        url=url,
        received_at=complaint.received_at.astimezone(case.project.tz),
        service_phone=case.project.phone,
        channel=str(Channel(case.channel).label),
        room=case.unit.number if case.unit else "",
        name=case.contact_name,
        phone=case.contact_phone,
        reachable=complaint.reachable,
        occurred_at=here(complaint.occurred_at),
        place=case.place,
        about=" ".join(named),
        description=complaint.description,
        demand=complaint.demand,
        wanted_by=here(complaint.wanted_by),
        grade=str(Grade(case.grade).label),
        topic=_topic(case),
        taken_by=_name(case.taker),
        replier=_name(complaint.replier),
        department=str(case.department or ""),
        handler=_name(case.handler),
        contacted_at=here(complaint.contacted_at),
        harm_stopped_at=here(complaint.harm_stopped_at),
        responsible="；".join(_responsible(complaint)),
        cause=complaint.cause,
        apologised=complaint.apologised,
        remedies=_remedies(complaint),
        repairs="、".join(_repairs(case)),
        steps=_steps(case),
        promises=_promises(case, at),
        outcome=str(Outcome(complaint.outcome).label) if complaint.outcome else "",
        result=complaint.result,
        opinion=_opinion(complaint, reached),
        informed_at=here(complaint.informed_at),
        informed_how=str(Told(complaint.informed_how).label) if complaint.informed_how else "",
        confirmed=complaint.confirmed,
        close_reason=complaint.close_reason,
        callbacks=reached,
        callback_owed=not reached or any(one.case.phase != Phase.CLOSED for one in called),
    )


def _callback(one: Callback, at: datetime) -> RecordCallback:
    """A callback in which the resident was reached, its score beside the result."""
    score = f"，{one.score} 分" if one.score else ""
    return RecordCallback(
        at=at,
        how=str(one.get_how_display()),
        by=_name(one.caller),
        result=f"{one.get_result_display()}{score}",
        text=one.text,
    )


def _opinion(complaint: Complaint, reached: Sequence[RecordCallback]) -> str:
    """What the resident says of the result: whether they agreed to it, and their word when they were last called."""
    agreed = [] if complaint.agreed is None else ["同意" if complaint.agreed else "不同意"]
    said = [f"回访{one.result}" for one in reached[-1:]]
    return "；".join([*agreed, *said])


def _in_zone_of(case: Case) -> Local:
    zone = case.project.tz
    return lambda moment: moment.astimezone(zone) if moment else None


def _name(user: User | None) -> str:
    return str(user) if user else ""


def _repairs(case: Case) -> list[str]:
    return [one.number for one in repairs_among(Case.objects.filter(heard_of(case)).order_by("pk"))]


def _topic(case: Case) -> str:
    found = Topic.objects.filter(code=case.category).first() if case.category else None
    return found.name if found else ""


def _responsible(complaint: Complaint) -> list[str]:
    rows = complaint.responsibilities.filter(ended_at=None).select_related("department")
    return [f"{row}（{row.note}）" if row.note else str(row) for row in rows]


def _remedies(complaint: Complaint) -> tuple[RecordRemedy, ...]:
    rows = complaint.remedies.order_by("pk")
    return tuple(RecordRemedy(text=row.text, cost=row.cost, state=str(row.get_state_display())) for row in rows)


def _steps(case: Case) -> tuple[RecordStep, ...]:
    """What people did, oldest first; photos are kept with it and need no line."""
    rows = Event.objects.filter(case=case, by__isnull=False).exclude(kind="case.photo").select_related("by")
    zone = case.project.tz
    return tuple(
        RecordStep(
            at=row.at.astimezone(zone),
            by=str(row.by),
            text="\n".join(part for part in (sentence(row.kind, row.data), row.text) if part),
        )
        for row in rows.order_by("at", "pk")
    )


def _promises(case: Case, at: datetime) -> tuple[RecordPromise, ...]:
    """Its deadlines and those of its callbacks, and what became of each, what was due first at the top.

    They are those of the page, whoever reads it. Source: 时限规则 SLA-2, SLA-4.
    """
    rungs = ladder_of(Case.objects.with_parts([case.pk]), case)
    extended, zone = extensions_of(rungs), case.project.tz
    return tuple(
        _promise(rung, extended.get(rung.clock_id, []), zone, at)
        for rung in sorted(rungs, key=lambda rung: (rung.due_at, rung.clock_id))
    )


def _promise(rung: Rung, extended: Sequence[ClockEvent], zone: ZoneInfo, at: datetime) -> RecordPromise:
    again = f"第 {rung.cycle} 次" if rung.cycle > 1 else ""
    return RecordPromise(
        promise=" ".join(part for part in (rung.label, rung.subject, again) if part),
        due_at=rung.due_at.astimezone(zone),
        first_due_at=_moment(extended[0].data["from"], zone) if extended else None,
        state=_state(rung, extended, zone, at),
    )


def _moment(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).astimezone(zone)


def _state(rung: Rung, extended: Sequence[ClockEvent], zone: ZoneInfo, at: datetime) -> str:
    """How a deadline stands, in the page's words; when it was missed, when it was given more time, when it was kept."""
    is_over = at > rung.due_at or (rung.breached_at is not None and rung.ended_at is not None)
    parts = [standing_words(rung.state, rung.met_at) or ("超时" if is_over else "未到期")]
    if rung.breached_at is not None and rung.breached_at != rung.due_at:  # more time undid no breach
        parts.append(f"{moment_words(rung.breached_at.astimezone(zone))} 起超时")
    parts += [_extension(event, zone) for event in extended]
    if rung.met_at is not None:
        parts.append(f"{moment_words(rung.met_at.astimezone(zone))} 完成")
    return "，".join(parts)


def _extension(event: ClockEvent, zone: ZoneInfo) -> str:
    until = moment_words(_moment(event.data["to"], zone))
    return f"{moment_words(event.at.astimezone(zone))} 由 {_name(event.by)} 延至 {until}（{event.data['reason']}）"
