"""Visits to collect from before they were cases: each comes over once, with its clock, and rules stay as approved."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from billing.actions import arrears as acts
from billing.models import Arrears, Bill
from sla.models import Clock, Policy, PolicyVersion
from sla.states import ClockState
from tests.billing.arrears.ladder import found, overdue
from tests.billing.money import paid
from tests.cast import NOON, Cast, make_home
from visits.models import HomeVisit
from visits.states import VisitState

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("ARR-4")]
DAY = timedelta(days=1)
BEFORE = [("billing", "0019_collected_in")]
MADE, PLANNED, RESTS, ENDED, OLD = (f"6-1-{floor}01" for floor in range(1, 6))
# Rooms that know nothing of billing: their tables stay as they are.
BELOW = {"accounts", "cases", "sla", "visits"}
STEPS = [{"to": ["handler"], "offset": 3600}, {"to": ["gm"], "offset": 7200}]
Apps = Any
LISTENS = ("number", "case_kinds", "starts", "stops", "pauses", "resumes", "cancels", "steps", "approved_at")


def to(targets: list[tuple[str, str]]) -> Apps:
    """Bring the database there; the models as they were then."""
    MigrationExecutor(connection).migrate(targets)
    loader = MigrationExecutor(connection).loader
    beside = [node for node in loader.graph.leaf_nodes() if node[0] in BELOW]
    return loader.project_state([*targets, *beside]).apps


@pytest.fixture
def before(real_transactions: None, cast: Cast) -> Iterator[Apps]:
    """Five cases as the former version left them; whatever happens, the newest tables are there again at the end."""
    for number, home in enumerate((MADE, PLANNED, RESTS, ENDED, OLD)):
        cast.units[home] = make_home(cast.project, home, "业主", f"1390000000{number}")[0]
        overdue(cast, home=home)
    for home in (MADE, PLANNED, RESTS, ENDED, OLD):
        found(cast, home=home)
    acts.dispute(arrears=case_of(cast, RESTS), reason="面积不对", by=cast.cashier, at=NOON)
    paid(cast, Bill.objects.get(unit=cast.units[ENDED]), home=ENDED, at=NOON + DAY)
    newest = [node for node in MigrationExecutor(connection).loader.graph.leaf_nodes() if node[0] == "billing"]
    try:
        yield to(BEFORE)
    finally:
        to(newest)


def test_backwards_what_is_collected_stays_so(before: Apps) -> None:
    apps = to([("billing", "0018_billed_until_index")])
    assert apps.get_model("billing", "Bill").objects.filter(collected=True).count() == 4


def case_of(cast: Cast, home: str) -> Arrears:
    return Arrears.objects.select_related("case__project").get(unit=cast.units[home])


def rule(apps: Apps) -> Any:
    """The rule of the day as it was: loaded once, then changed by a leader."""
    policy = apps.get_model("sla", "Policy").objects.create(
        key="arrears.visit_day", name_zh="按约定日上门", source="ours"
    )
    given = {
        "policy": policy,
        "case_kinds": ["arrears"],
        "starts": ["arrears.visit_planned"],
        "stops": ["arrears.visited"],
        "pauses": ["arrears.promised", "arrears.disputed"],
        "resumes": ["arrears.promise_ended", "arrears.dispute_settled"],
        "cancels": ["arrears.filed", "arrears.excused"],
        "goal": "field",
        "goal_field": "event.until",
        "restarts": True,
        "created_at": NOON - 90 * DAY,
        "approved_at": NOON - 90 * DAY,
    }
    versions = apps.get_model("sla", "PolicyVersion").objects
    versions.create(number=1, replaced_at=NOON - 60 * DAY, steps=STEPS[:1], **given)
    versions.create(number=3, **(given | {"approved_at": None}), steps=[])
    return versions.create(number=2, steps=STEPS, reason="总经理也要知道", **given)


def fill(apps: Apps, cast: Cast) -> None:
    """What the former version kept of visits: made, planned after another, resting, ended, old and decided only."""
    version, rows = rule(apps), apps.get_model("billing", "Arrears").objects
    users = apps.get_model("accounts", "User").objects

    def one(home: str) -> Any:
        return rows.get(unit_id=cast.units[home].pk)

    def made(home: str, at: datetime, **more: Any) -> None:
        given = {"arrears": one(home), "at": at, "by": users.get(pk=cast.cashier.pk), "report": "仍不缴", **more}
        apps.get_model("billing", "ArrearsVisit").objects.create(**given)

    def decided(home: str, at: datetime, **more: Any) -> None:
        given = {"visit_decided_at": at, "visitor_id": cast.cashier.pk, **more}
        rows.filter(unit_id=cast.units[home].pk).update(**given)
        cases = apps.get_model("cases", "Case").objects
        cases.filter(pk=one(home).case_id, handler=None).update(handler=cast.cashier.pk)

    def clock(home: str, at: datetime, **more: Any) -> None:
        key, due = "arrears.visit_day", at + 3 * DAY
        given = {"case_id": one(home).case_id, "key": key, "version": version, "started_at": at, "due_at": due} | more
        apps.get_model("sla", "Clock").objects.create(goal_seconds=3 * 86400, **given)

    met = {"state": "met", "met_at": NOON - 20 * DAY, "ended_at": NOON - 20 * DAY}
    for home in (MADE, PLANNED):
        made(home, NOON - 20 * DAY, outcome="met", met="业主", next_step="再催")
        clock(home, NOON - 22 * DAY, **met)
    day = (NOON + 2 * DAY).date()
    decided(PLANNED, NOON - DAY, visit_on=day, visit_half="morning")
    clock(PLANNED, NOON - DAY, cycle=2, steps_done=[20])
    decided(RESTS, NOON - DAY, visit_on=day, visit_half="morning")
    clock(RESTS, NOON - DAY, state="paused", paused_at=NOON)
    decided(ENDED, NOON - DAY, visit_on=day, visit_half="morning")
    made(OLD, NOON - 200 * DAY)
    clock(OLD, NOON - 202 * DAY, state="met", met_at=NOON - 200 * DAY, ended_at=NOON - 200 * DAY)
    apps.get_model("cases", "Case").objects.filter(pk=one(OLD).case_id).update(handler=cast.gm.pk)
    decided(OLD, NOON - DAY)


def visits(cast: Cast, home: str) -> list[HomeVisit]:
    rows = HomeVisit.objects.filter(case__parent__arrears__unit=cast.units[home])
    return list(rows.select_related("case__parent__project", "case__handler").order_by("case__opened_at"))


def clocks(visit: HomeVisit) -> list[tuple[str, int]]:
    return list(Clock.objects.filter(case=visit.case).values_list("state", "version__number"))


def forget_the_newer_rule(apps: Apps) -> None:
    apps.get_model("sla", "PolicyVersion").objects.filter(policy__key="home_visit.day").delete()
    apps.get_model("sla", "Policy").objects.filter(key="home_visit.day").delete()


@pytest.mark.parametrize("both", [False, True], ids=["only the former rule", "visits have a rule already"])
def test_every_visit_comes_over_with_its_clock_and_rules_stay_as_approved(before: Apps, cast: Cast, both: bool) -> None:
    if not both:
        forget_the_newer_rule(before)
    fill(before, cast)
    approved = list(before.get_model("sla", "PolicyVersion").objects.order_by("pk").values("pk", *LISTENS))
    to([("billing", "0021_visits_to_collect_go")])
    # --- rules
    kept = PolicyVersion.objects.filter(pk__in=[row["pk"] for row in approved]).order_by("pk")
    assert list(kept.values("pk", *LISTENS)) == approved
    rule_of_day = PolicyVersion.objects.in_force().get(policy__key="home_visit.day")
    assert (rule_of_day.case_kinds, rule_of_day.stops) == (["home_visit"], ["home_visit.visited"])
    assert rule_of_day.starts == ["home_visit.planned", "home_visit.moved"]
    if both:
        assert not PolicyVersion.objects.in_force().filter(policy__key="arrears.visit_day").exists()
    else:
        assert (rule_of_day.number, rule_of_day.steps) == (4, STEPS), "what a leader changed holds on"
        assert not Policy.objects.filter(key="arrears.visit_day").exists()
    assert not PolicyVersion.objects.waiting().filter(policy__key__in=["arrears.visit_day", "home_visit.day"]).exists()
    number = rule_of_day.number
    # --- visits, each with its own clock
    (made,) = visits(cast, MADE)
    assert (made.case.state, made.outcome, clocks(made)) == (VisitState.DONE, "met", [("met", 2)])
    earlier, planned = visits(cast, PLANNED)
    assert (earlier.case.state, clocks(earlier)) == (VisitState.DONE, [("met", 2)])
    assert (planned.case.state, planned.half, clocks(planned)) == (VisitState.PLANNED, "morning", [("running", number)])
    (rests,), (ended,) = visits(cast, RESTS), visits(cast, ENDED)
    assert (rests.case.state, ended.case.state) == (VisitState.CANCELLED, VisitState.CANCELLED)
    assert [state for state, _number in clocks(rests)] == [ClockState.CANCELLED]
    old, decided = visits(cast, OLD)
    assert (old.outcome, clocks(old), clocks(decided)) == ("unsaid", [("met", 2)], [])
    assert decided.half == "evening", "only decided: it takes no clock of an earlier one"
    # --- who has the case
    assert planned.case.handler == cast.cashier
    assert case_of(cast, PLANNED).case.handler is None
    assert case_of(cast, OLD).case.handler == cast.gm, "it is theirs, whoever visits"
    parents = Arrears.objects.values("case")
    assert not Clock.objects.filter(case__in=parents, key__in=["arrears.visit_day", "home_visit.day"]).exists()
