"""Writes of home visits: plan one for a case, move it, report it, cancel it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.actions import NewCase, attach_photo, open_case
from cases.family import lock_line, tell_parent
from cases.models import Case
from cases.registry import kind_of
from cases.states import Channel, PhotoLabel
from cases.words import kept, words_of
from core.errors import Invalid, NotAllowed, NotNow
from core.transitions import Step, require
from sla.actions import happen
from visits.actions.telling import tell_of_end, tell_of_plan
from visits.models import HomeVisit
from visits.permissions import can_go, can_make, can_visit
from visits.queries.home_visits import planned_visit_of
from visits.rules import day_ends, day_fits
from visits.states import HALF_WORDS, HOME_VISIT, REPORTED, VISIT_TRANSITIONS, Half, VisitOutcome, VisitState

LONGEST_REPORT, LONGEST_MET = 2000, 100
OUTCOMES: dict[str, dict[str, str]] = {
    VisitOutcome.MET: {"zh": "见到人", "en": "somebody was met"},
    VisitOutcome.NOBODY: {"zh": "家中无人", "en": "nobody was in"},
    VisitOutcome.REFUSED: {"zh": "拒绝沟通", "en": "they would not talk"},
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Who goes, on which local day, when on it, and why where somebody says so."""

    on: date
    half: str
    visitor: User | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """How a visit went: what came of it, who was met, what was said, what comes next, a photo where there is one."""

    outcome: str
    met: str = ""
    said: str
    next_step: str
    photo: "File[bytes] | None" = None


@transaction.atomic
def plan_visit(
    *, parent: Case, title: str, plan: Plan, by: User, at: datetime, claimed_at: datetime | None = None
) -> HomeVisit:
    """Plan that somebody goes there; it is among their matters, and they and the supervisor hear of a day gone by.

    `parent` is locked by the caller; its kind says who visits. Raises `NotAllowed`, `NotNow` where a visit is planned
    for it already, `Invalid` for a day gone by or more than 30 days ahead, or for who does not make such visits.
    Source: 三(4)④ (可上门拜访催缴); VIS-1.
    """
    if not can_visit(by, parent):
        raise _not_theirs()
    other = planned_visit_of(parent)
    if other is not None:
        raise NotNow(_("A visit is planned for this already: %(number)s.") % {"number": other.case.number})
    visitor, reason = _checked(plan, parent, at)
    new = NewCase(
        kind=HOME_VISIT,
        state=VisitState.PLANNED,
        project=parent.project,
        title=title,
        unit=parent.unit,
        building=parent.building,
        household=parent.household,
        place=parent.place,
        contact_name=parent.contact_name,
        contact_phone=parent.contact_phone,
        channel=Channel.STAFF,
        department=parent.department,
        handler=visitor,
        parent=parent,
        reserved_for=parent.reserved_for,
    )
    case = open_case(new=new, at=at, by=by)
    visit = HomeVisit.objects.create(case=case, on=plan.on, half=plan.half)
    event = happen(
        case=case,
        kind="home_visit.planned",
        at=at,
        by=by,
        text=reason,
        data=planned_data(visit),
        claimed_at=claimed_at,
    )
    tell_of_plan(visit, event)
    return visit


@transaction.atomic
def move_visit(
    *,
    visit: HomeVisit,
    plan: Plan,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> HomeVisit:
    """Let it be on another day, at another time, or somebody else's. What it is for hears of it.

    Raises like `plan_visit`; `NotNow` once it is over, `Stale`.
    """
    visit, step = _begin(visit, "move", by=by, expected=expected)
    visitor, reason = _checked(plan, visit.case.parent, at)
    visit.on, visit.half = plan.on, plan.half
    visit.save(update_fields=["on", "half"])
    former, visit.case.handler = visit.case.handler, visitor
    data, changes = planned_data(visit), {"handler": visitor}
    event = happen(
        case=visit.case,
        kind=step.event,
        at=at,
        by=by,
        text=reason,
        data=data,
        changes=changes,
        claimed_at=claimed_at,
    )
    tell_of_plan(visit, event, former=former)
    tell_parent(child=visit.case, event=step.event, at=at, by=by)
    return visit


@transaction.atomic
def report_visit(
    *,
    visit: HomeVisit,
    report: Report,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> HomeVisit:
    """Report that it was made: what came of it, who was met, what was said, what comes next.

    What it is for hears of it. Raises `NotAllowed`, `NotNow`, `Stale`, `Invalid` without an outcome, a report, a next
    step, or who was met.
    """
    visit, step = _begin(visit, "report", by=by, expected=expected)
    for name, value in _told(report).items():
        setattr(visit, name, value)
    visit.made_at, visit.made_by = at, by
    if report.photo is not None:
        label = PhotoLabel.VISIT
        visit.photo = attach_photo(case=visit.case, upload=report.photo, label=label, by=by, at=at, for_resident=False)
        visit.case.refresh_from_db(fields=["version"])
    visit.save()
    happen(
        case=visit.case,
        kind=step.event,
        state=step.target,
        at=at,
        by=by,
        text="\n".join(filter(None, [visit.met, visit.report, visit.next_step])),
        data={"outcome": OUTCOMES[visit.outcome]},
        claimed_at=claimed_at,
    )
    tell_parent(child=visit.case, event=step.event, at=at, by=by)
    return visit


@transaction.atomic
def cancel_visit(
    *,
    visit: HomeVisit,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> HomeVisit:
    """Nobody goes there after all, with the reason. What it is for hears of it.

    Raises `NotAllowed`, `NotNow`, `Stale`, `Invalid` without a reason.
    """
    visit, step = _begin(visit, "cancel", by=by, expected=expected)
    words = words_of(reason, _("Say why."), field="reason")
    event = happen(case=visit.case, kind=step.event, state=step.target, at=at, by=by, text=words, claimed_at=claimed_at)
    tell_of_end(visit, event, words)
    tell_parent(child=visit.case, event=step.event, at=at, by=by)
    return visit


def planned_data(visit: HomeVisit) -> dict[str, Any]:
    """What an event says of a planned visit; its clock runs until the day is over."""
    case = visit.case
    return {
        "day": {"on": visit.on.isoformat()},
        "half": HALF_WORDS[visit.half],
        "who": str(case.handler),
        "until": day_ends(visit.on, case.project.tz).isoformat(),
    }


def _begin(visit: HomeVisit, verb: str, *, by: User, expected: int | None) -> tuple[HomeVisit, Step]:
    """Lock the visit with what it is for, as they stand now."""
    case = lock_line(visit.case, expected=expected)
    if not can_make(by, case):
        raise _not_theirs()
    step = require(VISIT_TRANSITIONS, verb, case.state, labels=kind_of(case.kind).states)
    fresh = HomeVisit.objects.get(pk=visit.pk)
    fresh.case = case
    return fresh, step


def _not_theirs() -> NotAllowed:
    return NotAllowed(_("This visit is not yours to plan or to make."))


def _checked(plan: Plan, parent: Case | None, at: datetime) -> tuple[User, str]:
    """Who goes for the case, and why it is so planned."""
    if parent is None:
        raise _not_theirs()
    if not day_fits(plan.on, at.astimezone(parent.project.tz).date()):
        wrong = _("Name a day from today on, within 30 days.")
        raise Invalid(wrong, fields={"on": wrong})
    if plan.half not in Half.values:
        raise Invalid(_("Say when on that day."), fields={"half": _("Unknown time.")})
    if plan.visitor is None or not can_go(plan.visitor, parent):
        raise Invalid(_("Choose who goes."), fields={"visitor": _("Nobody who makes such visits in this project.")})
    return plan.visitor, kept(plan.reason, field="reason")


def _told(report: Report) -> dict[str, str]:
    """The words of a report, as they are kept."""
    if report.outcome not in dict(REPORTED):
        raise Invalid(_("Say what came of the visit."), fields={"outcome": _("Required.")})
    met = kept(report.met, field="met", longest=LONGEST_MET)
    if report.outcome == VisitOutcome.MET and not met:
        raise Invalid(_("Say who was met."), fields={"met": _("Required.")})
    said = words_of(report.said, _("Write down how the visit went."), field="report", longest=LONGEST_REPORT)
    following = words_of(report.next_step, _("Write down what comes next."), field="next_step")
    return {"outcome": report.outcome, "met": met, "report": said, "next_step": following}
