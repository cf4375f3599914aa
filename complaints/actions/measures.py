"""Improvement measures: planned from complaints, given to somebody with a day, followed to the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, Project, User
from cases.actions import NewCase, grant, lock, open_case
from cases.models import Case
from cases.rules import LONGEST, title_of
from cases.states import Channel
from cases.words import words_of
from complaints.models import Complaint, Measure, Topic
from complaints.permissions import can_finish, can_plan
from complaints.rules import narrowest
from complaints.states import MEASURE, MEASURE_TRANSITIONS, MeasureState
from core.errors import Invalid, NotAllowed
from core.moments import midnight
from core.transitions import require
from core.words import reason_of
from notifications.actions import Notice, tell
from records.ahead import too_far
from sla.actions import happen


@dataclass(frozen=True, kw_only=True)
class NewMeasure:
    """What is to be changed, who sees to it, until when, and from which cause or complaints it was drawn."""

    project: Project
    what: str
    handler: User
    due_on: date
    department: Department | None = None
    topic: Topic | None = None
    complaints: Sequence[Complaint] = field(default_factory=list)


@transaction.atomic
def plan(*, new: NewMeasure, by: User, at: datetime) -> Measure:
    """Plan a measure: it is numbered, given to somebody who is told, and its clock runs to the end of its day.

    What was drawn from a complaint about a colleague is read by those who read that complaint, and by who has it.
    Raises `NotAllowed`, `Invalid`. Source: 三.5 (制定改进措施); CMP-12.
    """
    if not can_plan(by, new.project.pk):
        raise NotAllowed(_("Measures are planned by supervisors, managers and the quality department."))
    words = words_of(new.what, _("Write down what is to be done."), field="what", longest=LONGEST)
    _check(new, at)
    department = new.department or _department_of(new.handler, new.project)
    case = open_case(
        new=NewCase(
            kind=MEASURE,
            state=MeasureState.PLANNED,
            project=new.project,
            title=title_of(words),
            channel=Channel.STAFF,
            category=new.topic.code if new.topic else "",
            department=department,
            handler=new.handler,
            promised_at=_end_of(new.due_on, new.project),
            reserved_for=narrowest(complaint.case.reserved_for for complaint in new.complaints),
        ),
        at=at,
        by=by,
    )
    measure = Measure.objects.create(case=case, what=words, due_on=new.due_on)
    measure.complaints.set(new.complaints)
    grant(case=case, user=new.handler, at=at)
    happen(case=case, kind="measure.opened", at=at, by=by, data=_promised(measure) | {"who": str(new.handler)})
    _tell(measure, "measure.yours", [new.handler], by, at)
    return measure


def _check(new: NewMeasure, at: datetime) -> None:
    wrong: dict[str, object] = {}
    if new.department is not None and new.department.project_id != new.project.pk:
        wrong["department"] = _("Not in this project.")
    if not any(m.project_id in (None, new.project.pk) for m in new.handler.active_memberships if new.handler.is_office):
        wrong["handler"] = _("Not a colleague.")
    if any(complaint.case.project_id != new.project.pk for complaint in new.complaints):
        wrong["complaints"] = _("Not in this project.")
    if any(complaint.about_person_id == new.handler.pk for complaint in new.complaints):
        wrong["handler"] = _("The complaint is about this colleague: choose somebody else.")
    wrong |= _wrong_day(new.due_on, new.project, at)
    if wrong:
        raise Invalid(_("The measure cannot be planned like this."), fields=wrong)


def _wrong_day(day: date, project: Project, at: datetime) -> dict[str, object]:
    today = at.astimezone(project.tz).date()
    if day < today:
        return {"due_on": _("Choose a day from today on.")}
    words = too_far(day, at)
    return {"due_on": words} if words else {}


def _department_of(user: User, project: Project) -> Department | None:
    found = (m.department for m in user.active_memberships if m.project_id == project.pk)
    return next((department for department in found if department is not None), None)


def _end_of(day: date, project: Project) -> datetime:
    """The last minute of the day: its date is what is read beside the clock."""
    return midnight(day + timedelta(days=1), project.tz) - timedelta(minutes=1)


def _promised(measure: Measure) -> dict[str, object]:
    """What the clock runs to, and the day as the sentence says it."""
    until = _end_of(measure.due_on, measure.case.project)
    return {"until": until.isoformat(), "day": {"on": measure.due_on.isoformat()}}


def _begin(measure: Measure, verb: str, by: User, expected: int | None, *, planner: bool) -> Measure:
    case = lock(measure.case, expected=expected)
    may = can_plan(by, case.project_id) if planner else can_finish(by, case)
    if not may:
        raise NotAllowed(
            _("Measures are planned by supervisors, managers and the quality department.")
            if planner
            else _("Only who has the measure, or who leads, reports it as done.")
        )
    require(MEASURE_TRANSITIONS, verb, case.state, labels=dict(MeasureState.choices))
    fresh = Measure.objects.get(pk=measure.pk)
    fresh.case = case
    return fresh


def _tell(measure: Measure, template: str, to: Sequence[User], by: User, at: datetime, **data: object) -> None:
    case = measure.case
    others = tuple(user for user in to if user != by)
    key = f"{template}:{case.number}:{case.version}"
    tell([Notice(key=key, template=template, case=case, to=others, data=data)], at=at)


@transaction.atomic
def finish(*, measure: Measure, result: str, by: User, at: datetime, expected: int | None = None) -> Measure:
    """Report a measure as done, with what was done; whoever planned it is told."""
    measure = _begin(measure, "finish", by, expected, planner=False)
    measure.result = words_of(result, _("Write down what was done."), field="result", longest=LONGEST)
    measure.save(update_fields=["result"])
    step = MEASURE_TRANSITIONS["finish"]
    happen(case=measure.case, kind=step.event, state=step.target, at=at, by=by, text=measure.result)
    _tell(measure, "measure.done", _planner(measure.case), by, at)
    return measure


def _planner(case: Case) -> list[User]:
    return [case.taken_by] if case.taken_by is not None else []


@transaction.atomic
def postpone(
    *, measure: Measure, due_on: date, reason: str, by: User, at: datetime, expected: int | None = None
) -> Measure:
    """Give it another day, with the reason; the old day stays on record."""
    measure = _begin(measure, "postpone", by, expected, planner=True)
    words = reason_of(reason, _("Say why it is put off."))
    _move_to(measure, due_on, at)
    _go_on(measure, "postpone", words, by, at)
    return measure


@transaction.atomic
def drop(*, measure: Measure, reason: str, by: User, at: datetime, expected: int | None = None) -> Measure:
    """Give it up, with the reason."""
    measure = _begin(measure, "drop", by, expected, planner=True)
    words = reason_of(reason, _("Say why it is dropped."))
    step = MEASURE_TRANSITIONS["drop"]
    happen(case=measure.case, kind=step.event, state=step.target, at=at, by=by, text=words)
    _tell(measure, "measure.dropped", [measure.case.handler] if measure.case.handler else [], by, at)
    return measure


@transaction.atomic
def resume(
    *, measure: Measure, due_on: date, reason: str, by: User, at: datetime, expected: int | None = None
) -> Measure:
    """Take it up again: it did not hold, or was dropped too soon."""
    measure = _begin(measure, "resume", by, expected, planner=True)
    words = reason_of(reason, _("Say why it is taken up again."))
    _move_to(measure, due_on, at)
    _go_on(measure, "resume", words, by, at)
    return measure


def _move_to(measure: Measure, day: date, at: datetime) -> None:
    wrong = _wrong_day(day, measure.case.project, at)
    if wrong:
        raise Invalid(str(wrong["due_on"]), fields=wrong)
    measure.due_on = day
    measure.save(update_fields=["due_on"])


def _go_on(measure: Measure, verb: str, words: str, by: User, at: datetime) -> None:
    step, case = MEASURE_TRANSITIONS[verb], measure.case
    changes = {"promised_at": _end_of(measure.due_on, case.project)}
    data = _promised(measure)
    happen(case=case, kind=step.event, state=step.target, at=at, by=by, text=words, data=data, changes=changes)
    _tell(measure, "measure.moved", [case.handler] if case.handler else [], by, at, day=data["day"])
