"""A home visit: its page for a hand, its list, its steps and its API; who may, and what it costs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from core.errors import NotAllowed, NotNow, Stale
from records.models import AuditEntry
from tests.billing.arrears.ladder import found, overdue, planned
from tests.billing.money import HOME, NEXT_DOOR
from tests.cast import NOON, Cast, make_home
from tests.records.pictures import upload
from tests.tickets.pages import clock_at, queries_for, read_in_english, words_of
from tests.tickets.pictures import photo_bytes
from visits.actions import Plan, Report, cancel_visit, move_visit, report_visit
from visits.models import HomeVisit
from visits.rules import day_fits, half_of
from visits.states import Half, VisitState

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-4")]
SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
DAY = timedelta(days=1)
SAID = {"outcome": "met", "met": "业主", "report": "在家，仍不缴", "next_step": "月底再催"}
URL = "/api/v1/home-visits/"


def to_visit(cast: Cast, *homes: str, days: int = 1) -> HomeVisit:
    """Visits that were decided for homes, for the cashier to make, each a day later; the first of them."""
    homes = homes or (HOME,)
    for home in homes:
        overdue(cast, home=home)
    for later, home in enumerate(homes):
        planned(cast, found(cast, home=home), NOON, days=days + later)
    return HomeVisit.objects.select_related("case__parent", "case__handler", "case__project").earliest("pk")


def step(visit: HomeVisit, verb: str) -> str:
    return f"/home-visits/{visit.case.number}/do/{verb}/"


def more_homes(cast: Cast, count: int) -> list[str]:
    """Homes of as many owners."""
    for number in range(count):
        home = f"5-1-{number + 1}01"
        cast.units[home] = make_home(cast.project, home, "业主", f"1380000000{number}")[0]
    return [f"5-1-{number + 1}01" for number in range(count)]


def numbers(page: Any) -> list[str]:
    return [row.case.number for row in page.context["rows"]]


# --- rules -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "fits"), [(-1, False), (0, True), (30, True), (31, False)])
def test_a_visit_is_planned_within_thirty_days(days: int, fits: bool) -> None:
    assert day_fits((NOON + days * DAY).date(), NOON.date()) is fits


@pytest.mark.parametrize(("hour", "half"), [(9, Half.MORNING), (12, Half.AFTERNOON), (18, Half.EVENING)])
def test_when_on_its_day_somebody_went(hour: int, half: Half) -> None:
    assert half_of(datetime(2026, 11, 23, hour, tzinfo=UTC)) == half


# --- actions ---------------------------------------------------------------------------------------------------------
def test_who_does_not_collect_neither_moves_nor_reports_nor_cancels_it(cast: Cast) -> None:
    visit = to_visit(cast)
    plan = Plan(on=NOON.date(), half="morning", visitor=cast.cashier)
    report = Report(outcome="nobody", said="没人", next_step="再去")
    for act, given in (
        (move_visit, {"plan": plan}),
        (report_visit, {"report": report}),
        (cancel_visit, {"reason": "忙"}),
    ):
        with pytest.raises(NotAllowed):
            act(visit=visit, **given, by=cast.frontdesk, at=NOON)


def test_what_was_made_is_over_and_who_is_late_hears_of_it(cast: Cast) -> None:
    visit = to_visit(cast)
    report = Report(outcome="nobody", said="没人", next_step="再去")
    plan = Plan(on=(NOON + DAY).date(), half="morning", visitor=cast.supervisor)
    with pytest.raises(Stale):
        move_visit(visit=visit, plan=plan, by=cast.supervisor, at=NOON, expected=visit.case.version - 1)
    assert move_visit(visit=visit, plan=plan, by=cast.supervisor, at=NOON).case.handler == cast.supervisor
    report_visit(visit=visit, report=report, by=cast.cashier, at=NOON)
    with pytest.raises(NotNow):
        cancel_visit(visit=visit, reason="不去了", by=cast.supervisor, at=NOON)


@pytest.mark.parametrize(
    "wrong",
    [{"outcome": "nobody"}, {"made_at": NOON, "report": "x"}, {"outcome": "met", "report": "x", "made_at": NOON}],
)
def test_the_database_keeps_no_half_report(cast: Cast, wrong: dict[str, Any]) -> None:
    visit = to_visit(cast)
    by = {"made_by": cast.cashier} if wrong.get("made_at") else {}
    with pytest.raises(IntegrityError), transaction.atomic():
        HomeVisit.objects.filter(pk=visit.pk).update(**wrong, **by)


# --- the page --------------------------------------------------------------------------------------------------------
def test_whoever_goes_sees_where_and_for_what_and_reports_it_with_a_photo(cast: Cast, signed_in: SignIn) -> None:
    read_in_english(cast)
    visit = to_visit(cast)
    client, parent = signed_in(cast.cashier), visit.case.parent
    assert parent is not None
    with clock_at(NOON + DAY):
        page = words_of(client.get(f"/home-visits/{visit.case.number}/"))
        for words in (HOME, "张小明", parent.number, "in the evening", str(cast.cashier)):
            assert words in page
        half_said = client.post(step(visit, "report"), SAID | {"met": ""})
        assert half_said.status_code == 400
        assert "Say who was met." in words_of(half_said)
        assert "在家，仍不缴" in half_said.content.decode(), "what was typed is still there"
        form = SAID | {"photo": upload(photo_bytes()), "idempotency_key": "k"}
        done = client.post(step(visit, "report"), form, follow=True)
        assert "Somebody was met" in words_of(done)
        photo = HomeVisit.objects.get().photo
        assert photo is not None
        address = f"/c/{visit.case.number}/files/{photo.file.token}/"
        assert client.get(address).status_code == 200
        for shown in (done, client.get(f"/arrears/{parent.number}/")):
            assert address in shown.content.decode()
        told = words_of(client.get(f"/arrears/{parent.number}/"))
    assert "The visit was made: somebody was met." in told
    assert "Visited: somebody was met." not in told, "it is said once, in the words of the visit"
    assert "在家，仍不缴" in told


def test_somebody_moved_it_meanwhile(cast: Cast, signed_in: SignIn) -> None:
    read_in_english(cast)
    visit = to_visit(cast)
    client, seen = signed_in(cast.supervisor), visit.case.version
    plan = {"on": (NOON + 3 * DAY).date().isoformat(), "half": "morning", "visitor": str(cast.cashier.pk)}
    with clock_at(NOON):
        move_visit(
            visit=visit,
            plan=Plan(on=(NOON + 2 * DAY).date(), half="afternoon", visitor=cast.supervisor),
            by=cast.gm,
            at=NOON,
        )
        late = client.post(step(visit, "move"), plan | {"version": seen})
        assert late.status_code == 409
        assert "Somebody saved this while you were writing" in words_of(late)
        assert client.post(step(visit, "move"), plan).status_code == 302
        assert client.post(step(visit, "cancel"), {"reason": "约好来缴"}).status_code == 302
    assert HomeVisit.objects.get().case.state == VisitState.CANCELLED


@pytest.mark.req("SEC-1")
def test_who_only_reads_is_offered_no_step_and_strangers_find_nothing(cast: Cast, signed_in: SignIn) -> None:
    visit = to_visit(cast)
    page = f"/home-visits/{visit.case.number}/"
    desk = signed_in(cast.frontdesk)
    assert "/do/" not in desk.get(page).content.decode()
    assert desk.post(step(visit, "cancel"), {"reason": "x"}).status_code == 403
    assert desk.post(f"{page}dial/").status_code == 403
    assert desk.get("/home-visits/").status_code == 404, "the list is for who goes"
    for who in (cast.technician, cast.guard, cast.frontdesk2, cast.resident):
        assert signed_in(who).get(page).status_code == 404


@pytest.mark.req("SEC-1")
def test_dialling_is_one_tap_with_the_visit_as_the_reason(cast: Cast, signed_in: SignIn) -> None:
    visit = to_visit(cast)
    answer = signed_in(cast.cashier).post(f"/home-visits/{visit.case.number}/dial/", HTTP_HX_REQUEST="true")
    assert f'href="tel:{visit.case.contact_phone}"' in answer.content.decode()
    assert AuditEntry.objects.get(action="contact.revealed").reason == visit.case.number
    cancel_visit(visit=visit, reason="已缴", by=cast.cashier, at=NOON)
    over = signed_in(cast.cashier).post(f"/home-visits/{visit.case.number}/dial/", HTTP_HX_REQUEST="true")
    assert over.status_code == 409, "theirs still, and over"
    assert "/dial/" not in signed_in(cast.cashier).get(f"/home-visits/{visit.case.number}/").content.decode()
    assert AuditEntry.objects.filter(action="contact.revealed").count() == 1


# --- the list --------------------------------------------------------------------------------------------------------
def test_the_list_is_told_apart_by_state_day_and_person(cast: Cast, signed_in: SignIn) -> None:
    read_in_english(cast)
    first, second = to_visit(cast, HOME, NEXT_DOOR), HomeVisit.objects.select_related("case").latest("pk")
    move_visit(
        visit=second,
        plan=Plan(on=(NOON + 4 * DAY).date(), half="morning", visitor=cast.supervisor),
        by=cast.gm,
        at=NOON,
    )
    client, one, two = signed_in(cast.cashier), first.case.number, second.case.number
    with clock_at(NOON + 2 * DAY):
        assert numbers(client.get("/home-visits/")) == [one, two]
        assert numbers(client.get("/home-visits/?view=late")) == [one]
        assert numbers(client.get("/home-visits/?who=me")) == [one]
        assert numbers(client.get(f"/home-visits/?who={cast.supervisor.pk}")) == [two]
        assert numbers(client.get(f"/home-visits/?day={(NOON + 4 * DAY).date()}")) == [two]
        assert "No visit fits these filters." in words_of(client.get("/home-visits/?day=2026-01-01"))
        assert "A visit is decided on the page of the matter" in words_of(client.get("/home-visits/?view=done"))
        for nonsense in ("view=all", "day=never", "who=nobody", "page=x"):
            assert numbers(client.get(f"/home-visits/?{nonsense}")) == [one, two]
        report_visit(
            visit=first, report=Report(outcome="nobody", said="没人", next_step="再去"), by=cast.cashier, at=NOON
        )
        assert numbers(client.get("/home-visits/?view=done")) == [one]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_statements_whatever_its_length(cast: Cast, signed_in: SignIn, rows: int) -> None:
    to_visit(cast, *more_homes(cast, rows))
    assert queries_for(signed_in(cast.cashier), "/home-visits/") == 6


# --- the API ---------------------------------------------------------------------------------------------------------
def test_a_program_reads_moves_and_reports_it(cast: Cast, api: Api) -> None:
    visit = to_visit(cast)
    program, one = api(cast.cashier), f"{URL}{visit.case.number}/"
    with clock_at(NOON):
        (row,) = program.get(URL, {"state": "planned", "on": (NOON + DAY).date().isoformat()}).data["results"]
        parent = visit.case.parent.number if visit.case.parent else ""
        assert (row["handler"], row["parent"], row["half"]) == ("cashier", parent, "evening")
        plan = {"on": (NOON + 2 * DAY).date().isoformat(), "half": "morning", "visitor": "supervisor"}
        assert program.post(f"{one}move/", plan | {"visitor": "guard"}, format="json").status_code == 400
        moved = program.post(f"{one}move/", plan, format="json").data
        assert (moved["on"], moved["half"], moved["handler"]) == (plan["on"], "morning", "supervisor")
        arrears = program.get(f"/api/v1/arrears/{parent}/").data
        assert (arrears["visit"], str(arrears["visit_on"])) == (visit.case.number, plan["on"])
        assert (arrears["visit_half"], arrears["visitor"]) == ("morning", "supervisor")
        assert program.post(f"{one}report/", SAID | {"outcome": "unsaid"}, format="json").status_code == 400
        again: Any = {"format": "json", "headers": {"Idempotency-Key": "a"}}
        assert program.post(f"{one}report/", SAID, **again).status_code == 200
        done = program.post(f"{one}report/", SAID, **again).data
        assert ({name: done[name] for name in SAID}, done["made_by"]) == (SAID, "cashier")
        assert program.post(f"{one}cancel/", {"reason": "不去"}, format="json").status_code == 409
        arrears = program.get(f"/api/v1/arrears/{parent}/").data
    assert (arrears["visit"], arrears["visits"][0]["number"]) == (None, visit.case.number)
    assert program.get(URL, {"outcome": "met"}).data["results"][0]["number"] == visit.case.number
    assert api(cast.resident).get(URL).data["results"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_an_api_list_costs_the_same_statements_whatever_its_length(
    cast: Cast, api: Api, rows: int, django_assert_num_queries: Any
) -> None:
    to_visit(cast, *more_homes(cast, rows))
    program = api(cast.cashier)
    with django_assert_num_queries(6):
        assert len(program.get(URL).data["results"]) == rows
