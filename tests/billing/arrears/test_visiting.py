"""A visit to collect: a home visit of its own, planned for a day and a person, watched, reported, called off."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from billing.actions import arrears as acts
from billing.actions.arrears.bundling import bundle
from billing.actions.arrears.pausing import end_promises
from billing.actions.arrears.visiting import hear_of_visit
from billing.actions.reversing import reverse_or_ask
from billing.states import ArrearsState
from cases.models import Case, Event
from cases.queries import said_once, timeline
from core.errors import Invalid
from notifications.models import Message
from records.papers import FONTS
from sla.actions import sweep_clocks
from sla.states import ClockState
from tests.billing.arrears.ladder import again, clock, delivered, found, overdue, planned, visited
from tests.billing.money import paid
from tests.cast import NOON, Cast
from tests.paper import poppler, words_on
from tests.records.pictures import upload
from tests.tickets.pictures import photo_bytes
from visits.actions import cancel_visit
from visits.models import HomeVisit
from visits.states import VisitState

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-4")]
DAY = timedelta(days=1)
SignIn = Callable[[User], Client]


def newest() -> HomeVisit:
    """The visit that was planned last."""
    return HomeVisit.objects.select_related("case__parent", "case__handler", "case__project").latest("pk")


def test_a_visit_names_day_and_person_and_stands_among_what_they_have_to_do(cast: Cast, signed_in: SignIn) -> None:
    now = timezone.now()
    overdue(cast, at=now)
    arrears = found(cast, now)
    today = now.astimezone(cast.project.tz).date()
    for wrong in ({"on": today - DAY}, {"on": today + 31 * DAY}, {"half": "night"}, {"visitor": cast.guard}):
        plan: dict[str, Any] = {"on": today, "half": "morning", "visitor": cast.cashier} | wrong
        with pytest.raises(Invalid):
            acts.decide_visit(arrears=arrears, **plan, by=cast.supervisor, at=now)
    assert not HomeVisit.objects.exists()
    arrears = planned(cast, arrears, now)
    visit = newest()
    assert (visit.case.parent, visit.case.handler, visit.half) == (arrears.case, cast.cashier, "evening")
    assert (visit.case.unit, visit.case.household) == (arrears.unit, arrears.household)
    assert arrears.case.handler is None, "the case is not theirs, the visit is"
    for address in ("/my-jobs/", "/home-visits/?who=me"):
        assert visit.case.number in signed_in(cast.cashier).get(address).content.decode()
    assert visit.case.number not in signed_in(cast.supervisor).get("/home-visits/?who=me").content.decode()
    due = clock(visit.case, "home_visit.day").due_at
    assert due.astimezone(cast.project.tz).date() == today + 2 * DAY, "the midnight that ends its day"
    # Decided again it is another day of the same visit.
    arrears = planned(cast, arrears, now, days=3)
    assert (HomeVisit.objects.count(), newest().on) == (1, today + 3 * DAY)
    due = clock(visit.case, "home_visit.day").due_at
    sweep_clocks(at=due + timedelta(minutes=1))
    warned = Message.objects.filter(data__key="home_visit.day", case=visit.case)
    assert set(warned.values_list("user__username", flat=True)) >= {"cashier", "supervisor"}


@pytest.mark.parametrize("outcome", ["met", "nobody", "refused"])
def test_a_visit_is_reported_with_its_outcome(cast: Cast, outcome: str) -> None:
    overdue(cast)
    arrears = planned(cast, delivered(cast, found(cast), NOON), NOON + 100 * DAY)
    assert clock(arrears.case, "arrears.legal").ended_at is not None
    arrears = visited(cast, arrears, NOON + 101 * DAY, outcome)
    made = newest()
    assert (made.outcome, made.report, made.next_step) == (outcome, "仍不缴", "发函")
    assert (made.case.state, made.made_by, made.made_at) == (VisitState.DONE, cast.cashier, NOON + 101 * DAY)
    assert clock(arrears.case, "arrears.visit").met_at == NOON + 101 * DAY
    assert clock(made.case, "home_visit.day").met_at == NOON + 101 * DAY
    assert clock(arrears.case, "arrears.legal").ended_at is None, "somebody decides anew what follows"


@poppler
@pytest.mark.req("ARR-5")
def test_the_legal_file_has_the_visits_in_the_words_that_were_written(cast: Cast) -> None:
    overdue(cast)
    arrears = planned(cast, found(cast), NOON)
    arrears = visited(cast, arrears, NOON + DAY)
    pack = bundle(arrears=arrears, url="https://desk.example.org/", fonts=FONTS, by=cast.supervisor, at=NOON + 2 * DAY)
    with zipfile.ZipFile(io.BytesIO(pack)) as found_in:
        words = words_on(found_in.read(f"{arrears.case.number}.pdf"))
    assert "上门拜访" in words
    for said in ("见到人，业主本人。仍不缴", "下一步：发函"):
        assert said in words
    assert "已走访" in words
    assert "已上门" not in words, "what happened is said once"


def test_each_step_of_a_visit_is_said_once_and_what_no_visit_does_is_nothing(cast: Cast) -> None:
    overdue(cast)
    arrears = planned(cast, planned(cast, found(cast), NOON), NOON, days=3)
    arrears = visited(cast, arrears, NOON + DAY)
    kinds = [line.kind for line in timeline(arrears.case, cast.cashier)]
    for own in ("decided", "moved", "reported", "cancelled"):
        assert f"arrears.visit_{own}" not in kinds
    assert "arrears.visited" not in kinds
    assert {"home_visit.planned", "home_visit.moved", "home_visit.visited"} <= set(kinds)
    before, child = Event.objects.filter(case=arrears.case).count(), newest().case
    hear_of_visit(parent=arrears.case, child=child, event="home_visit.wondered", at=NOON, by=None)
    assert Event.objects.filter(case=arrears.case).count() == before


def test_what_repeats_a_visit_that_the_reader_does_not_see_stays(cast: Cast) -> None:
    overdue(cast)
    arrears = visited(cast, planned(cast, found(cast), NOON), NOON + DAY)
    own = Event.objects.filter(case=arrears.case).order_by("-at", "-pk")
    assert said_once(list(own)) == list(own)


@pytest.mark.req("SEC-1")
def test_the_page_and_the_api_show_only_visits_that_the_reader_sees(
    cast: Cast, signed_in: SignIn, api: Callable[[User], APIClient]
) -> None:
    overdue(cast)
    arrears = planned(cast, visited(cast, planned(cast, found(cast), NOON), NOON + DAY), NOON + DAY)
    made, plan = HomeVisit.objects.order_by("pk")
    address, read = f"/arrears/{arrears.case.number}/", signed_in(cast.cashier)
    for number in (made.case.number, plan.case.number):
        assert number in read.get(address).content.decode()
    Case.objects.filter(parent=arrears.case).update(reserved_for="manager")
    assert "/home-visits/ZF-" not in read.get(address).content.decode()
    seen = api(cast.cashier).get(f"/api/v1/arrears/{arrears.case.number}/").data
    assert (seen["visits"], seen["visit"]) == ([], None)


def test_a_visit_that_nobody_decided_is_planned_and_made_in_one(cast: Cast) -> None:
    overdue(cast)
    arrears = visited(cast, found(cast), NOON)
    visit = newest()
    assert (visit.on, visit.half, visit.case.state) == (NOON.date(), "afternoon", VisitState.DONE)
    assert not Event.objects.filter(case=arrears.case, kind="arrears.visit_decided").exists()
    planned(cast, arrears, NOON + DAY)
    assert HomeVisit.objects.count() == 2, "the next one is another one"


@pytest.mark.parametrize(
    ("given", "field"),
    [({"outcome": ""}, "outcome"), ({"met": ""}, "met"), ({"said": " "}, "report"), ({"next_step": ""}, "next_step")],
)
def test_a_report_says_all_of_it(cast: Cast, given: dict[str, str], field: str) -> None:
    overdue(cast)
    arrears = planned(cast, found(cast), NOON)
    said: dict[str, Any] = {"outcome": "met", "met": "业主", "said": "仍不缴", "next_step": "发函"} | given
    with pytest.raises(Invalid) as refused:
        acts.visit(arrears=arrears, report=acts.Report(**said), by=cast.cashier, at=NOON + DAY)
    assert field in refused.value.fields
    photo = acts.Report(outcome="met", met="业主", said="仍不缴", next_step="发函", photo=upload(photo_bytes()))
    assert acts.visit(arrears=again(arrears), report=photo, by=cast.cashier, at=NOON + DAY).photo is not None


def test_a_cancelled_visit_is_owed_no_more_and_somebody_decides_anew(cast: Cast) -> None:
    overdue(cast)
    arrears = planned(cast, delivered(cast, found(cast), NOON), NOON + 100 * DAY)
    cancel_visit(visit=newest(), reason="业主来电约缴", by=cast.supervisor, at=NOON + 101 * DAY)
    assert clock(arrears.case, "arrears.visit").state == ClockState.CANCELLED
    assert clock(arrears.case, "arrears.legal").ended_at is None
    assert again(arrears).case.state == ArrearsState.DELIVERED


@pytest.mark.parametrize("how", ["promise", "dispute", "excuse"])
def test_while_collecting_rests_nobody_goes_and_then_somebody_does(cast: Cast, how: str) -> None:
    overdue(cast)
    arrears = planned(cast, found(cast), NOON, days=2)
    later = NOON + DAY
    if how == "promise":
        acts.promise(arrears=arrears, until=(later + 4 * DAY).date(), by=cast.supervisor, at=later)
    else:
        rest = acts.dispute if how == "dispute" else acts.excuse
        rest(arrears=arrears, reason="有困难", by=cast.supervisor, at=later)
    visit = newest()
    assert (visit.case.state, visit.case.closed_at) == (VisitState.CANCELLED, later)
    assert Event.objects.get(case=visit.case, kind="home_visit.called_off").data["why"]["zh"]
    assert clock(visit.case, "home_visit.day").ended_at == later
    after = NOON + 10 * DAY
    if how == "promise":
        assert end_promises(at=after) == 1
    elif how == "dispute":
        acts.settle_dispute(arrears=again(arrears), finding="金额无误", by=cast.supervisor, at=after)
    else:
        acts.take_up(arrears=again(arrears), reason="恢复催缴", by=cast.supervisor, at=after)
    visit = newest()
    assert (visit.case.state, visit.on, visit.case.closed_at) == (VisitState.PLANNED, after.date(), None)
    assert clock(visit.case, "home_visit.day").ended_at is None


def test_what_a_person_cancelled_stays_so_when_collecting_goes_on(cast: Cast) -> None:
    overdue(cast)
    arrears = planned(cast, found(cast), NOON, days=2)
    cancel_visit(visit=newest(), reason="改为电话", by=cast.supervisor, at=NOON)
    acts.dispute(arrears=again(arrears), reason="面积不对", by=cast.cashier, at=NOON + DAY)
    acts.settle_dispute(arrears=again(arrears), finding="无误", by=cast.cashier, at=NOON + 2 * DAY)
    assert newest().case.state == VisitState.CANCELLED


def test_once_all_is_paid_nobody_goes_there_unless_it_is_taken_back(cast: Cast) -> None:
    bill = overdue(cast)
    arrears = planned(cast, found(cast), NOON, days=2)
    receipt = paid(cast, bill, at=NOON + DAY)
    assert again(arrears).case.state == ArrearsState.SETTLED
    assert newest().case.state == VisitState.CANCELLED
    reverse_or_ask(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON + DAY)
    assert newest().case.state == VisitState.PLANNED, "owed again, and so they go there as planned"
    assert newest().on == (NOON + 2 * DAY).date()
