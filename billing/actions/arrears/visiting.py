"""The visit to collect: a home visit of its own, planned for who lives here and does not pay, made, and reported."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from billing.actions.arrears.pausing import only_collectors
from billing.actions.arrears.turns import Turn, begin
from billing.models import Arrears
from billing.permissions import can_collect
from billing.states import ARREARS_TRANSITIONS, ArrearsState
from cases.models import Case
from visits.actions import OUTCOMES, Plan, Report, move_visit, plan_visit, report_visit
from visits.models import HomeVisit
from visits.queries.home_visits import planned_visit_of
from visits.rules import half_of
from visits.states import VISIT_TRANSITIONS

# What the home visit is called: data, in the language of the register. It says nothing of the amount.
TITLE = "上门拜访催缴"

MADE, MOVED, CANCELLED = ARREARS_TRANSITIONS["visit"].event, "arrears.visit_moved", "arrears.visit_cancelled"
# What the case writes down of each step of its visit; what calls a visit off happened to the case itself.
HEARD = {
    VISIT_TRANSITIONS["move"].event: MOVED,
    VISIT_TRANSITIONS["report"].event: MADE,
    VISIT_TRANSITIONS["cancel"].event: CANCELLED,
    VISIT_TRANSITIONS["let_go"].event: CANCELLED,
}


@transaction.atomic
def decide_visit(
    *,
    arrears: Arrears,
    on: date,
    half: str,
    visitor: User | None,
    reason: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Arrears:
    """Decide that somebody goes there: who, on which day, when on it. Decided again, it is another day or person.

    It is among their matters, and they and the supervisor hear where the day passes without a report. Raises
    `NotAllowed`, `NotNow`, `Invalid` for a day gone by or more than 30 days ahead, or for who does not collect.
    Source: 三(4)④ (对不交费又长期居住在小区的业主,可上门拜访催缴).
    """
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    step = turn.step("decide_visit")
    plan = Plan(on=on, half=half, visitor=visitor, reason=reason)
    planned = planned_visit_of(turn.case)
    if planned is not None:
        move_visit(visit=planned, plan=plan, by=by, at=at, claimed_at=claimed_at)
    else:
        turn.happen(step.event)
        plan_visit(parent=turn.case, title=TITLE, plan=plan, by=by, at=at, claimed_at=claimed_at)
    return turn.arrears


@transaction.atomic
def visit(
    *,
    arrears: Arrears,
    report: Report,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> HomeVisit:
    """Report a visit; one that nobody had decided is planned and made in one.

    Raises `NotAllowed`, `NotNow`, `Invalid` without an outcome, a report, a next step, or who was met.
    """
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    turn.step("visit")
    planned = planned_visit_of(turn.case)
    if planned is None:
        local = at.astimezone(turn.case.project.tz)
        plan = Plan(on=local.date(), half=half_of(local), visitor=by)
        planned = plan_visit(parent=turn.case, title=TITLE, plan=plan, by=by, at=at, claimed_at=claimed_at)
    return report_visit(visit=planned, report=report, by=by, at=at, claimed_at=claimed_at)


@transaction.atomic
def hear_of_visit(*, parent: Case, child: Case, event: str, at: datetime, by: User | None) -> None:
    """Write down what became of the visit of an arrears case; both are locked by the caller.

    After a delivered letter somebody has to decide anew what follows a visit that was made, or will not be. What else
    may happen to a visit is nothing to the case.
    """
    heard = HEARD.get(event)
    if heard is None:
        return
    arrears = Arrears.objects.select_related("unit", "debtor").get(case=parent)
    arrears.case = parent
    turn = Turn(arrears, parent, by, at)
    data: dict[str, Any] = {"visit": child.number}
    if heard == MADE:
        turn.step("visit")
        data |= {"worded": "arrears.visit_reported", "outcome": OUTCOMES[child.home_visit.outcome]}
    turn.happen(heard, data=data)
    if heard != MOVED and turn.rung == ArrearsState.DELIVERED:
        turn.happen("arrears.decision_owed")
