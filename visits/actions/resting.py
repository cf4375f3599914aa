"""What becomes of a planned visit while what it was planned for rests or has ended, and once that goes on."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from cases.actions import lock
from cases.family import tell_parent
from cases.models import Case, Event
from cases.registry import kind_of
from core.transitions import Step, require
from sla.actions import happen
from visits.actions.home_visits import planned_data
from visits.actions.telling import tell_of_going_on, tell_of_nobody, tell_of_rest
from visits.models import HomeVisit
from visits.permissions import can_go
from visits.queries.home_visits import planned_visit_of
from visits.rules import next_day
from visits.states import HOME_VISIT, VISIT_TRANSITIONS, VisitState

CALLED_OFF = VISIT_TRANSITIONS["call_off"].event


@transaction.atomic
def call_off(*, parent: Case, why: Mapping[str, str], at: datetime, by: User | None) -> HomeVisit | None:
    """Nobody goes while the case rests or has ended; `why` says it in both languages. The caller holds `parent`.

    None where no visit is planned.
    """
    visit = planned_visit_of(parent)
    if visit is None:
        return None
    visit.case = lock(visit.case)
    step = _step("call_off", visit)
    event = happen(case=visit.case, kind=step.event, state=step.target, at=at, by=by, data={"why": dict(why)})
    tell_of_rest(visit, event, dict(why))
    return visit


@transaction.atomic
def plan_again(*, parent: Case, at: datetime, by: User | None) -> HomeVisit | None:
    """The case goes on, and with it the visit that was called off last: on its day, or the next time that is to come.

    The caller holds `parent`. None where no visit was called off, or another one was planned, made or cancelled since;
    or where whoever was to go makes no such visits any more: what it is for hears of that, and the supervisors do.
    """
    rows = HomeVisit.objects.filter(case__parent=parent).select_related("case__handler", "case__unit")
    visit = rows.order_by("-pk").first()
    if visit is None or visit.case.state != VisitState.CANCELLED or _last_step(visit.case) != CALLED_OFF:
        return None
    visit.case = lock(visit.case)
    visit.case.parent = parent
    if visit.case.handler is None or not can_go(visit.case.handler, parent):
        _let_go(visit, at, by)
        return None
    step = _step("plan_again", visit)
    visit.on = next_day(visit.on, visit.half, at.astimezone(parent.project.tz))
    visit.save(update_fields=["on"])
    event = happen(case=visit.case, kind=step.event, state=step.target, at=at, by=by, data=planned_data(visit))
    tell_of_going_on(visit, event)
    return visit


def _let_go(visit: HomeVisit, at: datetime, by: User | None) -> None:
    """It stays cancelled, and somebody has to decide anew."""
    step = _step("let_go", visit)
    who = {"who": str(visit.case.handler or "—")}
    event = happen(case=visit.case, kind=step.event, state=step.target, at=at, by=by, data=who)
    tell_of_nobody(visit, event)
    tell_parent(child=visit.case, event=step.event, at=at, by=by)


def _step(verb: str, visit: HomeVisit) -> Step:
    return require(VISIT_TRANSITIONS, verb, visit.case.state, labels=kind_of(HOME_VISIT).states)


def _last_step(case: Case) -> str:
    """The kind of the newest event that took it somewhere; what clocks write of themselves is none."""
    taken = {step.event for step in VISIT_TRANSITIONS.values()}
    events = Event.objects.filter(case=case, kind__in=taken).order_by("-pk")
    return events.values_list("kind", flat=True).first() or ""
