"""A repair from the call to the satisfied callback, by a program that has read nothing but the contract."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from estate.models import Unit
from tests.api.conftest import Hands
from tests.api.program import Json, Program, check_case, clock_of, kinds, moment
from tests.cast import NOON

SignedIn = Callable[[str], Program]
NEW: Json = {
    "project": "demo",
    "kind": "repair",
    "unit": "3-2-1501",
    "category": "lamp",
    "title": "客厅灯不亮",
    "description": "客厅吸顶灯不亮了，换过灯泡也不行",
    "contact_name": "张小明",
    "contact_phone": "13812341234",
    "channel": "phone",
}
AFTERNOON = {"from": "2026-11-23T14:00:00+08:00", "to": "2026-11-23T16:00:00+08:00"}
MINUTES, HOURS, DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def due(case: Json, key: str) -> datetime:
    """When a promise of the case is due."""
    return moment(clock_of(case, key)["due_at"])


def stands(case: Json, key: str) -> str:
    """How the newest promise of a key stands."""
    state: str = clock_of(case, key)["state"]
    return state


def to_work(program: SignedIn, hands: Hands, number: str, who: str = "technician") -> Program:
    """Send somebody, who accepts and arrives; ten minutes pass between the steps."""
    hands.later(minutes=2)
    program("frontdesk").do("tickets", number, "dispatch", {"technician": who})
    worker = program(who)
    hands.later(minutes=3)
    worker.do("tickets", number, "accept")
    hands.later(minutes=30)
    worker.do("tickets", number, "arrive")
    hands.later(minutes=10)
    return worker


def callback_of(program: SignedIn, number: str) -> Json:
    """The one callback that is owed for a ticket."""
    owed = [row for row in program("frontdesk").rows("callbacks", case=number) if row["phase"] != "closed"]
    assert len(owed) == 1
    return owed[0]


@pytest.mark.req("REP-1")
def test_a_repair_is_created_once_however_often_it_is_sent(program: SignedIn) -> None:
    desk = program("frontdesk")
    first = desk.create("tickets", NEW, Idempotency_Key="call-17")
    again = desk.create("tickets", NEW, Idempotency_Key="call-17")
    assert again == first
    assert [row["number"] for row in desk.rows("cases", kind="repair")] == [first["number"]]
    desk.refused(422, "key_reused", "post", "tickets/", {**NEW, "title": "别的"}, Idempotency_Key="call-17")
    other = program("supervisor").create("tickets", NEW, Idempotency_Key="call-17")
    assert other["number"] != first["number"], "another person's key is another key"


@pytest.mark.req("REP-1", "REP-4", "SLA-2")
def test_a_new_repair_reads_as_the_contract_says_and_its_clocks_run(program: SignedIn) -> None:
    made = program("frontdesk").create("tickets", NEW)
    check_case(made)
    assert made["number"] == "BX-20261123-0001"
    facts = {name: made[name] for name in ("kind", "state", "phase", "project", "unit", "title", "handler")}
    assert facts == {
        "kind": "repair", "state": "pending", "phase": "open", "project": "demo", "unit": "3-2-1501",
        "title": "客厅灯不亮", "handler": None,
    }  # fmt: skip
    assert (made["contact_name"], made["contact_phone"]) == ("张小明", "138****1234")
    assert made["department"]
    assert moment(made["opened_at"]) == NOON
    assert made["opened_at"].endswith("+08:00"), "times are the project's"
    assert {clock["key"]: (clock["state"], moment(clock["due_at"])) for clock in made["clocks"]} == {
        "ticket.respond": ("running", NOON + 10 * MINUTES),
        "ticket.feedback": ("running", NOON + 24 * HOURS),
    }
    assert kinds(made) == ["ticket.opened"]
    assert made["events"][0]["by"] == "frontdesk"
    for path in (f"cases/{made['number']}/", f"tickets/{made['number']}/"):
        seen = program("frontdesk").get(path)
        check_case(seen)
        assert (seen["version"], seen["clocks"]) == (made["version"], made["clocks"])


@pytest.mark.req("REP-3", "REP-4", "CBK-1", "CBK-2", "SLA-2")
def test_a_free_repair_from_the_call_to_the_satisfied_callback(program: SignedIn, hands: Hands) -> None:
    desk, worker = program("frontdesk"), program("technician")
    number = desk.create("tickets", NEW)["number"]
    worker.refused(404, "not_found", "get", f"tickets/{number}/")
    hands.later(minutes=2)
    sent = desk.do("tickets", number, "dispatch", {"technician": "technician", **AFTERNOON})
    assert (sent["state"], sent["handler"]) == ("dispatched", "technician")
    assert due(sent, "ticket.arrive") == moment(AFTERNOON["to"])
    hands.later(minutes=6)
    accepted = worker.do("tickets", number, "accept")
    assert stands(accepted, "ticket.respond") == "met"
    assert due(accepted, "ticket.complete") == hands.now + 72 * HOURS
    hands.at(moment(AFTERNOON["to"]))
    arrived = worker.do("tickets", number, "arrive")
    assert stands(arrived, "ticket.arrive") == "met", "the very moment it is due is still in time"
    assert stands(arrived, "ticket.feedback") == "met", "being there is a word back"
    worker.do("tickets", number, "feedback", {"text": "驱动坏了，马上换"})
    hands.later(minutes=30)
    parts = [{"name": "LED 驱动", "quantity": "1", "unit_price": "35.00"}]
    done = worker.do("tickets", number, "complete", {"report": "换了驱动", "parts": parts, "hours": "0.5"})
    assert (done["state"], done["phase"], stands(done, "ticket.complete")) == ("completed", "waiting", "met")
    owed = callback_of(program, number)
    check_case(owed)
    assert due(owed, "callback.other") == hands.now + 2 * DAYS
    assert (owed["kind"], owed["unit"], owed["contact_phone"]) == ("callback", "3-2-1501", "138****1234")
    assert due(desk.get(f"tickets/{number}/"), "callback.other") == hands.now + 2 * DAYS, "the work shows it too"
    hands.later(days=1)
    called = desk.do("callbacks", owed["number"], "record", {"result": "satisfied", "score": 5, "text": "很快"})
    assert (called["phase"], stands(called, "callback.other")) == ("closed", "met")
    closed = desk.get(f"tickets/{number}/")
    assert (closed["state"], closed["phase"]) == ("closed", "closed")
    assert {clock["state"] for clock in closed["clocks"]} == {"met"}
    assert [kind for kind in kinds(closed) if kind.startswith("ticket.")] == [
        "ticket.opened", "ticket.dispatched", "ticket.accepted", "ticket.arrived", "ticket.feedback",
        "ticket.completed", "ticket.closed",
    ]  # fmt: skip
    assert desk.rows("cases", open="true", unit="3-2-1501") == []


@pytest.mark.req("REP-2", "REP-5")
def test_a_paid_repair_is_completed_after_the_quote_was_accepted(
    program: SignedIn, hands: Hands, old_home: Unit
) -> None:
    made = program("frontdesk").create("tickets", {**NEW, "unit": old_home.number})
    number = made["number"]
    worker = to_work(program, hands, number)
    path = f"tickets/{number}/complete/"
    worker.refused(409, "quote_not_accepted", "post", path, {"report": "换了驱动"})
    worker.refused(409, "not_now", "post", f"tickets/{number}/accept-quote/")
    lines = [
        {"name": "LED 驱动", "quantity": "2", "unit_price": "35.00"},
        {"name": "人工", "quantity": "0.5", "unit_price": "60.00", "kind": "labour"},
    ]
    worker.do("tickets", number, "quote", {"lines": lines})
    worker.refused(409, "quote_not_accepted", "post", path, {"report": "换了驱动"})
    accepted = worker.do("tickets", number, "accept-quote")
    dearer = [{"name": "整灯", "quantity": "1", "unit_price": "180.00"}]
    worker.refused(409, "more_than_quoted", "post", path, {"report": "换了整灯", "parts": dearer})
    stands_still = worker.get(f"tickets/{number}/")
    assert (stands_still["state"], stands_still["version"]) == ("in_progress", accepted["version"])
    hands.later(minutes=20)
    done = worker.do("tickets", number, "complete", {"report": "换了两个驱动"})
    assert done["state"] == "completed"
    events = [event for event in done["events"] if event["kind"].startswith("ticket.quote")]
    assert [event["kind"] for event in events] == ["ticket.quoted", "ticket.quote_accepted"]
    assert due(callback_of(program, number), "callback.other") == hands.now + 2 * DAYS


@pytest.mark.req("REP-2")
def test_who_pays_is_decided_by_the_date_of_handover(program: SignedIn, old_home: Unit) -> None:
    desk = program("frontdesk")
    free = desk.create("tickets", NEW)
    paid = desk.create("tickets", {**NEW, "unit": old_home.number})
    assert (free["charge"], paid["charge"]) == ("free", "paid")
    assert free["form"] != paid["form"]
    desk.refused(
        403, "not_allowed", "post", f"tickets/{paid['number']}/override-charge/", {"charge": "free", "reason": "x"}
    )
    decided = program("supervisor").do(
        "tickets", paid["number"], "override-charge", {"charge": "free", "reason": "上月换过的同一个灯，保质期内"}
    )
    assert decided["charge"] == "free"
    assert decided["events"][-1]["text"] == "上月换过的同一个灯，保质期内"


@pytest.mark.req("REP-6", "CBK-1")
def test_a_leak_is_called_back_about_within_three_days_of_its_test(program: SignedIn, hands: Hands) -> None:
    desk = program("frontdesk")
    leak = {**NEW, "category": "wet_room_leak", "title": "卫生间漏水", "description": "卫生间漏水到楼下"}
    number = desk.create("tickets", leak)["number"]
    worker = to_work(program, hands, number)
    done = worker.do("tickets", number, "complete", {"report": "重做防水"})
    finished_at = hands.now
    assert (done["state"], stands(done, "ticket.leak_test")) == ("completed", "running")
    assert due(done, "ticket.leak_test") == finished_at + 7 * DAYS
    assert desk.rows("callbacks", case=number) == [], "nobody is asked before the test is over"
    desk.refused(409, "leak_test_runs", "post", f"tickets/{number}/close/")
    hands.later(days=2)
    ended = worker.do("tickets", number, "end-leak-test")
    assert stands(ended, "ticket.leak_test") == "met"
    owed = callback_of(program, number)
    assert due(owed, "callback.leak") == hands.now + 3 * DAYS
    assert [clock["key"] for clock in owed["clocks"]] == ["callback.leak"]
    desk.refused(409, "callback_owed", "post", f"tickets/{number}/close/")
    hands.at(due(owed, "callback.leak"))
    desk.do("callbacks", owed["number"], "record", {"result": "satisfied", "score": 4})
    closed = desk.get(f"tickets/{number}/")
    assert (closed["state"], stands(closed, "callback.leak")) == ("closed", "met")


@pytest.mark.req("CBK-1")
def test_a_safety_repair_owes_its_own_callback(program: SignedIn, hands: Hands) -> None:
    desk = program("frontdesk")
    gate = {**NEW, "unit": None, "place": "3 幢大门", "category": "access", "title": "门禁刷不开"}
    number = desk.create("tickets", gate)["number"]
    to_work(program, hands, number).do("tickets", number, "complete", {"report": "换了读卡器"})
    assert due(callback_of(program, number), "callback.safety") == hands.now + 2 * DAYS


@pytest.mark.req("REP-7", "CBK-2", "CBK-3")
def test_not_satisfied_opens_it_again_and_a_new_callback_is_owed(program: SignedIn, hands: Hands) -> None:
    desk = program("frontdesk")
    number = desk.create("tickets", NEW)["number"]
    to_work(program, hands, number).do("tickets", number, "complete", {"report": "换了灯泡"})
    first = callback_of(program, number)["number"]
    record = f"callbacks/{first}/record/"
    hands.later(hours=1)
    tried = desk.do("callbacks", first, "record", {"result": "unreachable", "text": "没人接"})
    assert (tried["phase"], stands(tried, "callback.other")) == ("open", "running"), "not reached stays owed"
    missing = desk.refused(400, "invalid", "post", record, {"result": "dissatisfied"})
    assert set(missing["fields"]) == {"text"}
    hands.later(hours=3)
    desk.do("callbacks", first, "record", {"result": "dissatisfied", "score": 2, "text": "又闪了"})
    desk.refused(409, "not_now", "post", record, {"result": "satisfied"})
    again = desk.get(f"tickets/{number}/")
    assert (again["state"], again["phase"], again["handler"]) == ("reopened", "open", None)
    assert due(again, "ticket.respond") == hands.now + 10 * MINUTES, "a new cycle of the response"
    assert len([clock for clock in again["clocks"] if clock["key"] == "ticket.respond"]) == 2
    assert kinds(again)[:6] == [
        "ticket.opened", "ticket.dispatched", "ticket.accepted", "ticket.arrived", "ticket.completed",
        "ticket.reopened",
    ]  # fmt: skip
    program("technician").refused(403, "not_allowed", "post", f"tickets/{number}/accept/")
    to_work(program, hands, number, "technician2").do("tickets", number, "complete", {"report": "换了驱动"})
    second = callback_of(program, number)
    assert second["number"] != first
    assert due(second, "callback.other") == hands.now + 2 * DAYS
    desk.do("callbacks", second["number"], "record", {"result": "satisfied", "score": 5})
    closed = desk.get(f"tickets/{number}/")
    assert closed["state"] == "closed"
    assert [job["technician"] for job in closed["jobs"]] == ["technician", "technician2"]
    assert kinds(closed).count("ticket.completed") == 2


@pytest.mark.req("REP-4", "SLA-2")
def test_only_a_hold_stops_the_completion_clock(program: SignedIn, hands: Hands) -> None:
    number = program("frontdesk").create("tickets", NEW)["number"]
    worker = to_work(program, hands, number)
    before = due(worker.get(f"tickets/{number}/"), "ticket.complete")
    worker.refused(400, "invalid", "post", f"tickets/{number}/hold/")
    held = worker.do("tickets", number, "hold", {"reason": "等厂家发货"})
    assert (held["state"], held["phase"], stands(held, "ticket.complete")) == ("on_hold", "waiting", "paused")
    worker.refused(409, "not_now", "post", f"tickets/{number}/complete/", {"report": "换了"})
    hands.later(days=5)
    on = worker.do("tickets", number, "resume")
    assert stands(on, "ticket.complete") == "running"
    assert due(on, "ticket.complete") == before + 5 * DAYS


@pytest.mark.req("SLA-3", "SLA-4")
def test_a_promise_missed_and_kept_later_shows_both(program: SignedIn, hands: Hands) -> None:
    desk = program("frontdesk")
    number = desk.create("tickets", NEW)["number"]
    desk.do("tickets", number, "dispatch", {"technician": "technician"})
    hands.later(minutes=10)
    call_command("sweep")
    assert stands(desk.get(f"tickets/{number}/"), "ticket.respond") == "running", "due is not yet missed"
    hands.later(seconds=1)
    call_command("sweep")
    missed = clock_of(desk.get(f"tickets/{number}/"), "ticket.respond")
    assert (missed["state"], missed["met_at"]) == ("missed", None)
    assert moment(missed["breached_at"]) == NOON + 10 * MINUTES, "the true moment, not when it was found"
    hands.later(minutes=7)
    kept = clock_of(program("technician").do("tickets", number, "accept"), "ticket.respond")
    assert (kept["state"], kept["breached_at"]) == ("missed", missed["breached_at"])
    assert moment(kept["met_at"]) == hands.now


@pytest.mark.req("REP-1", "REP-4")
def test_numbers_and_clocks_turn_at_midnight_of_the_project(program: SignedIn, hands: Hands) -> None:
    desk = program("frontdesk")
    hands.at(moment("2026-11-23T23:59:59+08:00"))
    last = desk.create("tickets", NEW)
    assert last["number"] == "BX-20261123-0001"
    assert clock_of(last, "ticket.respond")["due_at"] == "2026-11-24T00:09:59+08:00"
    hands.later(seconds=1)
    first = desk.create("tickets", NEW)
    assert first["number"] == "BX-20261124-0001"
    assert first["opened_at"] == "2026-11-24T00:00:00+08:00"
    assert clock_of(first, "ticket.feedback")["due_at"] == "2026-11-25T00:00:00+08:00"
    until = {"from": "2026-11-24T00:10:00+08:00", "to": "2026-11-24T23:59:00+08:00"}
    sent = desk.do("tickets", first["number"], "dispatch", {"technician": "technician", **until})
    assert clock_of(sent, "ticket.arrive")["due_at"] == until["to"]
    worker = program("technician")
    worker.do("tickets", first["number"], "accept")
    hands.at(moment(until["to"]) + timedelta(seconds=1))
    late = clock_of(worker.do("tickets", first["number"], "arrive"), "ticket.arrive")
    assert (late["state"], late["breached_at"]) == ("missed", until["to"])


@pytest.mark.req("REP-4")
def test_the_29th_of_february_is_a_day_like_others(program: SignedIn, hands: Hands) -> None:
    hands.at(moment("2028-02-28T23:59:00+08:00"))
    made = program("frontdesk").create("tickets", NEW)
    assert clock_of(made, "ticket.feedback")["due_at"] == "2028-02-29T23:59:00+08:00"
    hands.later(minutes=1)
    assert program("frontdesk").create("tickets", NEW)["number"] == "BX-20280229-0001"


@pytest.mark.req("REP-3")
def test_what_a_phone_did_without_signal_keeps_both_times(program: SignedIn, hands: Hands) -> None:
    number = program("frontdesk").create("tickets", NEW)["number"]
    program("frontdesk").do("tickets", number, "dispatch", {"technician": "technician"})
    hands.later(hours=1)
    claimed = {"happened_at": "2026-11-23T12:05:00+08:00"}
    worker = program("technician")
    accepted = worker.do("tickets", number, "accept", claimed, Idempotency_Key="accept-1")
    assert worker.do("tickets", number, "accept", claimed, Idempotency_Key="accept-1") == accepted
    event = next(event for event in accepted["events"] if event["kind"] == "ticket.accepted")
    assert (moment(event["at"]), moment(event["claimed_at"])) == (hands.now, NOON + 5 * MINUTES)
    assert stands(accepted, "ticket.respond") == "missed", "the time of receipt decides"
    assert kinds(accepted).count("ticket.accepted") == 1


@pytest.mark.req("REP-1")
def test_the_way_out_is_cancelling_with_a_reason(program: SignedIn) -> None:
    desk = program("frontdesk")
    number = desk.create("tickets", NEW)["number"]
    desk.refused(400, "invalid", "post", f"tickets/{number}/cancel/")
    gone = desk.do("tickets", number, "cancel", {"reason": "业主自己修好了"})
    assert (gone["state"], gone["phase"]) == ("cancelled", "closed")
    assert {clock["state"] for clock in gone["clocks"]} == {"cancelled"}
    assert desk.rows("callbacks", case=number) == []
