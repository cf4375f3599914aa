"""What becomes of a planned visit while what it was planned for rests or has ended, and once that goes on."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from cases.actions import lock
from cases.models import Case, Event
from cases.registry import kind_of
from core.transitions import require
from sla.actions import happen
from visits.actions.home_visits import planned_data
from visits.models import HomeVisit
from visits.queries import planned_visit_of
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
    step = require(VISIT_TRANSITIONS, "call_off", visit.case.state, labels=kind_of(HOME_VISIT).states)
    happen(case=visit.case, kind=step.event, state=step.target, at=at, by=by, data={"why": dict(why)})
    return visit


@transaction.atomic
def plan_again(*, parent: Case, at: datetime, by: User | None) -> HomeVisit | None:
    """The case goes on, and with it the visit that was called off last: on its day, or today where that has gone by.

    The caller holds `parent`. None where no visit was called off, or another one was planned, made or cancelled since.
    """
    visit = HomeVisit.objects.filter(case__parent=parent).select_related("case").order_by("-pk").first()
    if visit is None or visit.case.state != VisitState.CANCELLED or _last_step(visit.case) != CALLED_OFF:
        return None
    visit.case = lock(visit.case)
    step = require(VISIT_TRANSITIONS, "plan_again", visit.case.state, labels=kind_of(HOME_VISIT).states)
    visit.on = max(visit.on, at.astimezone(parent.project.tz).date())
    visit.save(update_fields=["on"])
    happen(case=visit.case, kind=step.event, state=step.target, at=at, by=by, data=planned_data(visit))
    return visit


def _last_step(case: Case) -> str:
    """The kind of the newest event that took it somewhere; what clocks write of themselves is none."""
    taken = {step.event for step in VISIT_TRANSITIONS.values()}
    events = Event.objects.filter(case=case, kind__in=taken).order_by("-pk")
    return events.values_list("kind", flat=True).first() or ""
