"""Collections over the API: pages by cursor, filters, contacts, the register, clocks with more time."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.api.conftest import Hands
from tests.api.program import CLOCK, Json, Program, check_case, clock_of, kinds, moment
from tests.api.test_flow import NEW
from tests.cast import NOON

SignedIn = Callable[[str], Program]
VISIT: Json = {
    "project": "demo",
    "channel": "walk_in",
    "purpose": "enquiry",
    "contact_name": "张小明",
    "contact_phone": "13812341234",
    "unit": "3-2-1501",
    "text": "问装修要办什么手续",
}


# --- lists -----------------------------------------------------------------------------------------------------------
def test_a_list_comes_page_by_page_newest_first(program: SignedIn, hands: Hands) -> None:
    desk = program("frontdesk")
    made = []
    for _ in range(5):
        made.append(desk.create("tickets", NEW)["number"])
        hands.later(minutes=1)
    page = desk.get("tickets/", page_size="2")
    assert len(page["results"]) == 2
    assert page["next"]
    assert [row["number"] for row in desk.every_row("tickets", page_size="2")] == made[::-1]
    assert [row["number"] for row in desk.every_row("cases", page_size="2", kind="repair")] == made[::-1]
    assert len(list(desk.every_row("cases", page_size="3"))) == 10, "each call stands in the work log too"
    assert desk.get("tickets/")["next"] is None
    for row in desk.rows("tickets"):
        check_case(row)


def test_a_page_turned_while_new_ones_come_in_repeats_nothing(program: SignedIn) -> None:
    desk = program("frontdesk")
    made = [desk.create("tickets", NEW)["number"] for _ in range(4)]
    first = desk.get("tickets/", page_size="2")
    desk.create("tickets", NEW)
    second = desk.client.get(first["next"]).json()
    assert [row["number"] for row in first["results"] + second["results"]] == made[::-1]


def test_filters_of_cases(program: SignedIn) -> None:
    desk = program("frontdesk")
    one = desk.create("tickets", NEW)["number"]
    two = desk.create("tickets", {**NEW, "unit": "3-2-1502"})["number"]
    asked = desk.create("tickets", {**NEW, "kind": "enquiry", "category": None})["number"]
    desk.do("tickets", two, "cancel", {"reason": "不用了"})

    def numbers(**query: str) -> set[str]:
        return {row["number"] for row in desk.rows("cases", **query) if row["kind"] != "contact"}

    assert numbers() == {one, two, asked}
    assert numbers(kind="repair") == {one, two}
    assert numbers(state="cancelled") == {two}
    assert numbers(unit="3-2-1501") == {one, asked}
    assert numbers(open="true") == {one, asked}
    assert numbers(open="false") == {two}
    assert numbers(kind="repair", unit="3-2-1501", open="true") == {one}
    assert numbers(project="no_such") == set(), "what one may not see and what is not there are alike"


@pytest.mark.req("SLA-2")
def test_clocks_are_a_collection_of_their_own(program: SignedIn, hands: Hands) -> None:
    desk = program("frontdesk")
    number = desk.create("tickets", NEW)["number"]
    hands.later(hours=1)
    other = desk.create("tickets", {**NEW, "unit": "3-2-1502"})["number"]
    rows = desk.rows("clocks", case=number)
    assert all(set(row) >= CLOCK for row in rows)
    assert {row["key"] for row in rows} == {"ticket.respond", "ticket.feedback"}
    assert {row["id"] for row in rows} == {clock["id"] for clock in desk.get(f"cases/{number}/")["clocks"]}
    assert len(desk.rows("clocks", key="ticket.respond")) == 2
    program("frontdesk").do("tickets", other, "cancel", {"reason": "不用了"})
    assert {row["key"] for row in desk.rows("clocks", case=other, state="cancelled")} == {
        "ticket.respond",
        "ticket.feedback",
    }
    soon = desk.rows("clocks", due_before=(NOON + timedelta(minutes=11)).isoformat())
    assert [(row["key"], row["id"]) for row in soon] == [
        (row["key"], row["id"]) for row in rows if row["key"] == "ticket.respond"
    ]
    assert program("technician").rows("clocks") == []


@pytest.mark.req("SLA-4")
def test_a_supervisor_gives_a_deadline_more_time_on_the_record(program: SignedIn, hands: Hands) -> None:
    number = program("frontdesk").create("tickets", NEW)["number"]
    chief = program("supervisor")
    clock = clock_of(chief.get(f"tickets/{number}/"), "ticket.feedback")
    more = {"by_hours": 6, "reason": "业主出差，明晚才回"}
    path = f"clocks/{clock['id']}/extend/"
    program("frontdesk").refused(403, "not_allowed", "post", path, more)
    program("technician").refused(404, "not_found", "post", path, more)
    nameless = chief.refused(400, "invalid", "post", path, {"by_hours": 6})
    assert set(nameless["fields"]) == {"reason"}
    beyond = chief.refused(400, "invalid", "post", path, {**more, "by_hours": 0})
    assert set(beyond["fields"]) == {"by_hours"}
    chief.do("clocks", str(clock["id"]), "extend", more)
    seen = chief.get(f"tickets/{number}/")
    assert moment(clock_of(seen, "ticket.feedback")["due_at"]) == NOON + timedelta(hours=30)
    assert (seen["events"][-1]["kind"], seen["events"][-1]["text"]) == ("clock.extended", more["reason"])
    program("frontdesk").do("tickets", number, "feedback", {"text": "说好明晚"})
    chief.refused(409, "not_now", "post", path, more)


# --- contacts --------------------------------------------------------------------------------------------------------
@pytest.mark.req("DSK-1", "DSK-4", "SLA-2")
def test_a_visitor_waits_is_served_and_goes(program: SignedIn, hands: Hands) -> None:
    desk = program("frontdesk")
    made = desk.create("contacts", VISIT, Idempotency_Key="visit-1")
    assert desk.create("contacts", VISIT, Idempotency_Key="visit-1") == made
    check_case(made)
    assert (made["kind"], made["number"], made["phase"]) == ("contact", "JD-20261123-0001", "open")
    assert moment(clock_of(made, "contact.wait")["due_at"]) == NOON + timedelta(minutes=3)
    hands.later(minutes=3)
    served = desk.do("contacts", made["number"], "serve")
    assert clock_of(served, "contact.wait")["state"] == "met"
    closed = desk.do("contacts", made["number"], "close")
    assert closed["phase"] == "closed"
    desk.refused(409, "not_now", "post", f"contacts/{made['number']}/serve/")
    program("technician").refused(404, "not_found", "get", f"contacts/{made['number']}/")


@pytest.mark.req("DSK-1", "SLA-2")
def test_a_reply_is_promised_and_given(program: SignedIn, hands: Hands) -> None:
    desk = program("frontdesk")
    number = desk.create("contacts", VISIT)["number"]
    desk.do("contacts", number, "serve")
    agreed = "2026-11-23T23:59:00+08:00"
    promised = {"to": "supervisor", "at": agreed, "question": "阳台能不能封"}
    for wrong, field in (
        ({**promised, "at": "2026-11-23T11:59:00+08:00"}, "at"),
        ({**promised, "to": "nobody"}, "to"),
    ):
        error = desk.refused(400, "invalid", "post", f"contacts/{number}/promise/", wrong)
        assert set(error["fields"]) == {field}
    made = desk.do("contacts", number, "promise", promised)
    assert (made["handler"], clock_of(made, "contact.promise")["due_at"]) == ("supervisor", agreed)
    desk.refused(409, "not_now", "post", f"contacts/{number}/close/")
    hands.at(moment(agreed))
    given = program("supervisor").do("contacts", number, "reply", {"text": "要先报城管，再来办手续"})
    assert (given["phase"], clock_of(given, "contact.promise")["state"]) == ("closed", "met")
    assert "contact.replied" in kinds(given)


@pytest.mark.req("DSK-1", "REP-1")
def test_a_contact_becomes_a_repair(program: SignedIn) -> None:
    desk = program("frontdesk")
    contact = desk.create("contacts", {**VISIT, "purpose": "repair", "text": "灯不亮"})["number"]
    ticket = desk.create("tickets", {**NEW, "contact": contact})
    ended = desk.get(f"contacts/{contact}/")
    assert (ended["phase"], ticket["parent"]) == ("closed", contact)
    desk.refused(409, "not_now", "post", f"contacts/{contact}/serve/")


# --- the register ----------------------------------------------------------------------------------------------------
@pytest.mark.req("EST-1")
def test_units_are_read_and_added(program: SignedIn) -> None:
    admin, desk = program("admin"), program("frontdesk")
    assert {row["code"] for row in desk.rows("projects")} == {"demo"}
    assert {row["number"] for row in desk.rows("units", project="demo")} == {"3-2-1501", "3-2-1502"}
    unit = {"project": "demo", "number": "1-1-101", "building": "1", "entrance": "1", "room": "101"}
    made = admin.create("units", {**unit, "handed_over_on": "2015-06-01"})
    assert (made["number"], made["handed_over_on"]) == ("1-1-101", "2015-06-01")
    assert "1-1-101" in {row["number"] for row in desk.rows("units", project="demo")}
    assert desk.create("tickets", {**NEW, "unit": "1-1-101"})["charge"] == "paid", "its warranties are over"
    twice = admin.ask("post", "units/", unit)
    assert twice.status_code == 400
    assert set(twice.json()) == {"code", "detail", "fields"}
    assert program("frontdesk2").rows("units") == []
    program("technician").refused(403, "not_allowed", "post", "units/", {**unit, "number": "1-1-102", "room": "102"})


@pytest.mark.req("EST-2", "SEC-1")
def test_people_show_stars_until_somebody_says_why(program: SignedIn) -> None:
    desk = program("frontdesk")
    body = {"project": "demo", "name": "仇万里", "phones": ["13666668888"]}
    made = desk.create("people", body)
    assert "13666668888" not in str(made)
    path = f"people/{made['id']}/reveal/"
    missing = desk.refused(400, "invalid", "post", path, {"field": "phone"})
    assert set(missing["fields"]) == {"reason"}
    shown = desk.do("people", str(made["id"]), "reveal", {"field": "phone", "reason": "约上门时间"})
    assert "13666668888" in str(shown)
    program("technician").refused(404, "not_found", "post", path, {"field": "phone", "reason": "想知道"})
    program("frontdesk2").refused(404, "not_found", "get", f"people/{made['id']}/")


@pytest.mark.req("EST-1")
def test_vehicles_are_found_by_their_plate(program: SignedIn) -> None:
    desk = program("frontdesk")
    made = desk.create("vehicles", {"project": "demo", "plate": "浙A12345", "unit": "3-2-1501"})
    assert (made["plate"], made["unit"]) == ("浙A12345", "3-2-1501")
    assert [row["plate"] for row in desk.rows("vehicles", project="demo")] == ["浙A12345"]
    assert program("frontdesk2").rows("vehicles") == []


# --- the description -------------------------------------------------------------------------------------------------
def test_the_api_describes_itself(program: SignedIn) -> None:
    desk = program("frontdesk").client
    described = desk.get("/api/schema/?format=json").json()["paths"]
    for path in (
        "/api/v1/auth/token/", "/api/v1/cases/{number}/", "/api/v1/tickets/", "/api/v1/tickets/{number}/dispatch/",
        "/api/v1/tickets/{number}/accept-quote/", "/api/v1/callbacks/{number}/record/",
    ):  # fmt: skip
        assert path in described
    assert desk.get("/api/docs/").status_code == 200


def test_a_number_of_hours_beyond_all_use_is_refused_in_the_readers_language(program: SignedIn) -> None:
    desk, chief = program("frontdesk"), program("supervisor")
    desk.create("tickets", NEW)
    clock = chief.rows("clocks")[0]["id"]
    body = {"by_hours": 10**400, "reason": "等配件"}
    error = chief.refused(400, "invalid", "post", f"clocks/{clock}/extend/", body)
    assert "to float" not in error["fields"]["by_hours"], "the framework has no Chinese for it"
