"""Whoever goes on a home visit hears of all that others do with it: planned, moved, called off, planned again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Membership, User
from billing.actions import arrears as acts
from billing.models import Arrears
from cases.models import Event
from core.errors import NotNow
from notifications.models import Message
from tests.billing.arrears.ladder import again, clock, delivered, found, overdue, planned
from tests.billing.money import paid
from tests.cast import NOON, Cast
from visits.actions import Plan, cancel_visit, move_visit, plan_again, plan_visit
from visits.models import HomeVisit
from visits.rules import next_day
from visits.states import VisitState

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-4", "ARR-6")]
DAY = timedelta(days=1)
Leaves = Callable[[Cast], None]


def heard() -> list[tuple[str, str]]:
    """Who was told what of home visits, in that order."""
    told = Message.objects.filter(template__startswith="home_visit.").order_by("pk")
    rows = told.values_list("template", "user__username")
    return [(template.removeprefix("home_visit."), str(name)) for template, name in rows]


def visit_of(cast: Cast, *, days: int = 2) -> HomeVisit:
    """A visit that the supervisor planned for the cashier to make."""
    overdue(cast)
    planned(cast, found(cast), NOON, days=days)
    return newest()


def newest() -> HomeVisit:
    return HomeVisit.objects.select_related("case__parent__project", "case__handler").latest("pk")


@pytest.mark.pure
@pytest.mark.parametrize(
    ("half", "hour", "later"),
    [("morning", 8, 1), ("afternoon", 11, 0), ("afternoon", 12, 1), ("evening", 17, 0), ("evening", 20, 1)],
)
def test_a_time_of_the_day_that_has_begun_is_tomorrows(half: str, hour: int, later: int) -> None:
    now = datetime(2026, 11, 23, hour, tzinfo=ZoneInfo("Asia/Shanghai"))
    for gone in (0, 3):
        assert next_day((now - gone * DAY).date(), half, now) == (now + later * DAY).date()
    assert next_day((now + 4 * DAY).date(), half, now) == (now + 4 * DAY).date()


def test_whoever_goes_hears_of_it_from_those_who_plan_and_move_it(cast: Cast) -> None:
    visit = visit_of(cast)
    assert heard() == [("yours", "cashier")]
    assert "3-2-1501" in str(Message.objects.get(template="home_visit.yours").data)
    day = (NOON + 3 * DAY).date()
    move_visit(visit=visit, plan=Plan(on=day, half="morning", visitor=cast.supervisor), by=cast.gm, at=NOON)
    assert heard()[1:] == [("not_yours", "cashier"), ("yours", "supervisor")]
    cancel_visit(visit=newest(), reason="改为电话", by=cast.gm, at=NOON)
    assert heard()[3:] == [("off", "supervisor")]


def test_nobody_is_told_what_they_wrote_down_themselves(cast: Cast) -> None:
    overdue(cast)
    day = (NOON + DAY).date()
    given: dict[str, Any] = {"half": "evening", "visitor": cast.cashier, "by": cast.cashier, "at": NOON}
    acts.decide_visit(arrears=found(cast), on=day, **given)
    acts.decide_visit(arrears=found(cast), on=day + DAY, **given)
    cancel_visit(visit=newest(), reason="改为电话", by=cast.cashier, at=NOON)
    assert heard() == []


def test_they_do_not_walk_to_a_home_that_paid_and_hear_when_collecting_goes_on(cast: Cast) -> None:
    bill = overdue(cast)
    planned(cast, found(cast), NOON, days=2)
    paid(cast, bill, at=NOON + DAY)
    assert heard() == [("yours", "cashier"), ("off", "cashier")], "also by the payment that they took themselves"

    with pytest.raises(NotNow):
        cancel_visit(visit=newest(), reason="已结清", by=cast.cashier, at=NOON + DAY)


def test_what_rested_goes_on_at_a_time_that_is_to_come(cast: Cast) -> None:
    visit = visit_of(cast, days=1)
    acts.dispute(arrears=again(found_again(visit)), reason="面积不对", by=cast.supervisor, at=NOON)
    late = (NOON + DAY).astimezone(cast.project.tz).replace(hour=19)
    acts.settle_dispute(arrears=again(found_again(visit)), finding="无误", by=cast.supervisor, at=late)
    assert heard()[1:] == [("off", "cashier"), ("yours", "cashier")]
    assert (newest().case.state, newest().on) == (VisitState.PLANNED, (late + DAY).date())


def found_again(visit: HomeVisit) -> Arrears:
    return visit.case.parent.arrears  # type: ignore[union-attr]


def leaves(cast: Cast) -> None:
    User.objects.filter(pk=cast.cashier.pk).update(is_active=False)


def loses_the_role(cast: Cast) -> None:
    Membership.objects.filter(user=cast.cashier).update(role="guard")


@pytest.mark.parametrize("gone", [leaves, loses_the_role])
def test_who_left_is_sent_nowhere_and_somebody_decides_anew(cast: Cast, gone: Leaves) -> None:
    overdue(cast)
    arrears = planned(cast, delivered(cast, found(cast), NOON), NOON + 100 * DAY, days=20)
    later = NOON + 101 * DAY
    acts.dispute(arrears=arrears, reason="面积不对", by=cast.supervisor, at=later)
    gone(cast)
    acts.settle_dispute(arrears=again(arrears), finding="无误", by=cast.supervisor, at=later + DAY)
    assert newest().case.state == VisitState.CANCELLED
    assert heard()[-1] == ("nobody", "supervisor")
    assert clock(arrears.case, "arrears.visit").ended_at == later + DAY, "nobody waits for that visit"
    assert clock(arrears.case, "arrears.legal").ended_at is None, "a decision is owed"
    assert Event.objects.filter(case=arrears.case, kind="arrears.decision_owed").count() == 1
    case = newest().case.parent
    assert case is not None
    assert plan_again(parent=case, at=later + 2 * DAY, by=None) is None
    assert heard()[-2][0] != "nobody", "said once"


def test_a_case_has_one_planned_visit_at_a_time(cast: Cast) -> None:
    visit = visit_of(cast)
    plan = Plan(on=visit.on, half="morning", visitor=cast.cashier)
    assert visit.case.parent is not None
    with pytest.raises(NotNow, match=visit.case.number):
        plan_visit(parent=visit.case.parent, title="再去一次", plan=plan, by=cast.supervisor, at=NOON)
    assert HomeVisit.objects.count() == 1
