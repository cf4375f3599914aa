"""Tickets over the API: the whole flow, who sees what, errors that say what to do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from cases.models import Event
from tests.cast import NOON, Cast
from tests.tickets.flow import accepted, completed, dispatched, in_progress, opened
from tests.tickets.test_dispatch import png
from tickets import actions
from tickets.models import Ticket
from visits.models import Callback

Api = Callable[[User], APIClient]
URL = "/api/v1/tickets/"
NEW = {"project": "demo", "kind": "repair", "unit": "3-2-1501", "description": "客厅吸顶灯不亮了"}


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def verb(client: APIClient, number: str, name: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    return client.post(f"{URL}{number}/{name}/", body or {}, format="json", headers=headers)


# --- the flow ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-1", "REP-3", "CBK-1", "CBK-2")
def test_a_repair_from_the_call_to_the_callback(cast: Cast, api: Api, noon: Any) -> None:
    desk, phone = api(cast.frontdesk), api(cast.technician)
    made = desk.post(
        URL,
        {**NEW, "contact_name": "张小明", "contact_phone": "13812341234", "channel": "phone"},
        format="json",
    )
    assert made.status_code == 201, made.data
    assert made.data["number"] == "BX-20261123-0001"
    assert (made.data["state"], made.data["phase"], made.data["version"]) == ("pending", "open", 2)
    assert (made.data["category"], made.data["unit"], made.data["contact_phone"]) == ("lamp", "3-2-1501", "138****1234")
    assert (made.data["charge"], made.data["form"]) == ("free", "free")
    number = made.data["number"]
    assert phone.get(f"{URL}{number}/").status_code == 404, "nobody sent them yet"
    window = {"from": "2026-11-23T14:00:00+08:00", "to": "2026-11-23T16:00:00+08:00"}
    sent = verb(desk, number, "dispatch", {"technician": "technician", **window})
    assert (sent.status_code, sent.data["state"], sent.data["handler"]) == (200, "dispatched", "technician")
    noon.move_to(NOON + timedelta(minutes=8))
    assert verb(phone, number, "accept").data["state"] == "accepted"
    noon.move_to(NOON + timedelta(hours=2, minutes=30))
    assert verb(phone, number, "arrive").data["state"] == "in_progress"
    noon.move_to(NOON + timedelta(hours=3))
    done = verb(
        phone,
        number,
        "complete",
        {"report": "换了灯", "parts": [{"item": "led_bulb", "quantity": "2"}], "hours": "0.5"},
    )
    assert done.status_code == 200, done.data
    assert (done.data["state"], done.data["report"], done.data["payable"]) == ("completed", "换了灯", "0.00")
    assert [line["amount"] for line in done.data["lines"]] == ["30.00", "30.00"]
    assert [job["state"] for job in done.data["jobs"]] == ["finished"]
    seen = desk.get(f"{URL}{number}/").data
    clocks = {clock["key"]: clock for clock in seen["clocks"]}
    assert {key: clock["state"] for key, clock in clocks.items()} == {
        "ticket.respond": "met",
        "ticket.feedback": "met",
        "ticket.arrive": "met",
        "ticket.complete": "met",
        "callback.other": "running",
    }
    (owed,) = desk.get("/api/v1/callbacks/", {"case": number}).data["results"]
    assert clocks["callback.other"]["case"] == owed["number"] == seen["callbacks"][0]
    assert clocks["callback.other"]["due_at"] == "2026-11-25T15:00:00+08:00"
    said = desk.post(f"/api/v1/callbacks/{owed['number']}/record/", {"result": "satisfied", "score": 5}, format="json")
    assert (said.status_code, said.data["state"], said.data["score"]) == (200, "done", 5)
    end = desk.get(f"{URL}{number}/").data
    assert (end["state"], end["phase"]) == ("closed", "closed")
    assert [event["kind"] for event in end["events"]] == [
        "ticket.opened",
        "ticket.dispatched",
        "ticket.accepted",
        "ticket.arrived",
        "ticket.completed",
        "ticket.closed",
    ]
    assert end["events"][1]["by"] == "frontdesk"
    assert "14:00" in end["events"][1]["sentence"]


@pytest.mark.req("REP-7", "CBK-3")
def test_a_bad_callback_opens_it_again(cast: Cast, api: Api) -> None:
    number = completed(cast, opened(cast)).case.number
    desk = api(cast.frontdesk)
    (owed,) = desk.get("/api/v1/callbacks/", {"case": number}).data["results"]
    path = f"/api/v1/callbacks/{owed['number']}/record/"
    refused = desk.post(path, {"result": "dissatisfied"}, format="json")
    assert (refused.status_code, list(refused.data["fields"])) == (400, ["text"])
    desk.post(path, {"result": "dissatisfied", "text": "还在闪"}, format="json")
    seen = desk.get(f"{URL}{number}/").data
    assert seen["state"] == "reopened"
    respond = [clock for clock in seen["clocks"] if clock["key"] == "ticket.respond"]
    assert [clock["cycle"] for clock in respond] == [1, 2]


@pytest.mark.req("REP-6")
def test_a_leak_test_is_ended_without_words_too(cast: Cast, api: Api) -> None:
    number = completed(cast, opened(cast, code="roof_leak")).case.number
    assert not Callback.objects.exists()
    ended = verb(api(cast.technician), number, "end-leak-test")
    assert (ended.status_code, ended.data["leak_test_ended_at"]) == (200, "2026-11-23T12:00:00+08:00")
    assert Callback.objects.get().case.category == "leak"


@pytest.mark.req("REP-5")
def test_a_paid_service_quotes_first(cast: Cast, api: Api) -> None:
    ticket = in_progress(cast, opened(cast, code="unclog"))
    phone, number = api(cast.technician), ticket.case.number
    early = verb(phone, number, "complete", {"report": "通了"})
    assert (early.status_code, early.data["code"]) == (409, "quote_not_accepted")
    assert early.data["detail"]
    lines = [{"item": "unclog_toilet", "quantity": "1"}, {"name": "垫片", "quantity": "2", "unit_price": "1.50"}]
    assert verb(phone, number, "quote", {"lines": lines}).data["quote"] == "offered"
    assert verb(phone, number, "accept-quote", {"how": "signature"}).status_code == 400
    assert verb(phone, number, "accept-quote", {"how": "phone"}).data["quote"] == "accepted"
    done = verb(phone, number, "complete", {"report": "通了"})
    assert (done.data["payable"], done.data["form"]) == ("83.00", "paid")


def test_every_other_verb_has_its_address(cast: Cast, api: Api) -> None:
    desk, boss, phone = api(cast.frontdesk), api(cast.supervisor), api(cast.technician)
    number = accepted(cast, opened(cast)).case.number
    for client, name, body, state in (
        (desk, "feedback", {"text": "师傅两点到"}, "accepted"),
        (phone, "hold", {"reason": "等配件"}, "on_hold"),
        (phone, "resume", {}, "accepted"),
        (desk, "join-caller", {"contact_name": "邻居", "text": "我家也是"}, "accepted"),
        (desk, "change-category", {"category": "power"}, "accepted"),
        (desk, "amend-contact", {"contact_name": "张太太", "contact_phone": "13788889999"}, "accepted"),
        (boss, "override-charge", {"charge": "free", "reason": "老客户"}, "accepted"),
        (phone, "arrive", {}, "in_progress"),
        (phone, "add-parts", {"lines": [{"item": "hose", "quantity": 1}]}, "in_progress"),
        (phone, "return", {"reason": "要电工"}, "pending"),
        (boss, "cancel", {"reason": "业主不修了"}, "cancelled"),
    ):
        answer = verb(client, number, name, body)
        assert (answer.status_code, answer.data.get("state")) == (200, state), (name, answer.data)
    done = completed(cast, opened(cast, code="enquiry", description="几点开门")).case.number
    assert verb(desk, done, "reopen", {"reason": "没说清楚"}).data["state"] == "reopened"
    twin, kept = opened(cast).case.number, opened(cast).case.number
    assert verb(desk, twin, "join", {"original": kept}).data["joined_to"] == kept
    answered = opened(cast, code="enquiry").case.number
    verb(desk, answered, "complete", {"report": "八点"})
    assert verb(desk, answered, "close").data["state"] == "closed"


def test_photos_and_the_signature_are_sent_as_files(cast: Cast, api: Api) -> None:
    number = in_progress(cast, opened(cast)).case.number
    phone = api(cast.technician)
    kept = phone.post(f"{URL}{number}/photos/", {"photo": png(), "label": "before"}, format="multipart")
    assert kept.status_code == 200, kept.data
    signed = phone.post(f"{URL}{number}/sign/", {"signature": png()}, format="multipart")
    assert [photo["label"] for photo in signed.data["photos"]] == ["before", "signature"]
    wrong = SimpleUploadedFile("x.jpg", b"<html>", content_type="image/jpeg")
    refused = phone.post(f"{URL}{number}/photos/", {"photo": wrong, "label": "before"}, format="multipart")
    assert (refused.status_code, refused.data["code"]) == (400, "not_an_image")


# --- sent twice, sent late, sent from an old page ---------------------------------------------------------------------
def test_the_same_key_takes_one_ticket(cast: Cast, api: Api) -> None:
    desk = api(cast.frontdesk)
    first = desk.post(URL, NEW, format="json", headers={"Idempotency-Key": "k1"})
    again = desk.post(URL, NEW, format="json", headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.data) == (201, first.data)
    assert Ticket.objects.count() == 1
    other = desk.post(URL, {**NEW, "description": "别的"}, format="json", headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.data["code"]) == (422, "key_reused")
    assert desk.post(URL, NEW, format="json", headers={"Idempotency-Key": "k2"}).data["number"].endswith("0002")


def test_a_refused_request_does_not_use_up_its_key(cast: Cast, api: Api) -> None:
    desk, key = api(cast.frontdesk), {"Idempotency-Key": "k"}
    assert desk.post(URL, {**NEW, "description": ""}, format="json", headers=key).status_code == 400
    assert desk.post(URL, NEW, format="json", headers=key).status_code == 201


@pytest.mark.req("REP-3")
def test_a_phone_that_syncs_twice_acts_once(cast: Cast, api: Api) -> None:
    earlier = NOON - timedelta(hours=1)
    ticket = dispatched(cast, opened(cast, at=earlier), at=earlier)
    number = actions.accept(ticket=ticket, by=cast.technician, at=earlier).case.number
    phone = api(cast.technician)
    body = {"happened_at": "2026-11-23T11:30:00+08:00"}
    key = {"Idempotency-Key": "arrive-1"}
    answers = [verb(phone, number, "arrive", body, **key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    event = Event.objects.get(kind="ticket.arrived")
    assert event.claimed_at == NOON - timedelta(minutes=30)
    assert event.at == NOON


def test_an_old_version_is_refused_with_both(cast: Cast, api: Api) -> None:
    ticket = opened(cast)
    desk, number = api(cast.frontdesk), ticket.case.number
    seen = desk.get(f"{URL}{number}/").data["version"]
    assert verb(desk, number, "dispatch", {"technician": "technician"}, **{"If-Match": str(seen)}).status_code == 200
    stale = verb(desk, number, "dispatch", {"technician": "technician2"}, **{"If-Match": f'"{seen}"'})
    assert (stale.status_code, stale.data["code"]) == (409, "stale")
    assert (stale.data["yours"], stale.data["now"]) == (seen, seen + 1)
    for broken in ("x", "²"):
        answer = verb(desk, number, "dispatch", {"technician": "technician2"}, **{"If-Match": broken})
        assert answer.status_code == 400
    assert ticket.jobs.count() == 1


@pytest.mark.req("REP-1")
@pytest.mark.parametrize(("who", "channel"), [("resident", "online"), ("frontdesk", "phone")])
def test_a_channel_nobody_named_is_that_of_who_reports(cast: Cast, api: Api, who: str, channel: str) -> None:
    body = {name: value for name, value in NEW.items() if name != "channel"}
    assert api(cast.users[who]).post(URL, body, format="json").data["channel"] == channel


# --- who sees and does what -------------------------------------------------------------------------------------------
def test_without_a_token_nothing(cast: Cast) -> None:
    number = opened(cast).case.number
    for path in (URL, f"{URL}{number}/"):
        assert APIClient().get(path).status_code == 401
    assert APIClient().post(URL, NEW, format="json").status_code == 401


@pytest.mark.parametrize("who", ["frontdesk2", "technician", "resident2", "guard"])
def test_what_is_not_theirs_is_the_same_404_as_what_is_not_there(cast: Cast, api: Api, who: str) -> None:
    number = opened(cast).case.number
    client = api(getattr(cast, who))
    names = ("", "accept/", "cancel/", "photos/", "dispatch/", "join/")
    for name in names:
        method = client.post if name else client.get
        theirs, nothing = method(f"{URL}{number}/{name}"), method(f"{URL}BX-20261123-9999/{name}")
        assert (theirs.status_code, theirs.content) == (404, nothing.content)
    assert client.get(URL).data["results"] == []


def test_another_project_is_not_there(cast: Cast, api: Api) -> None:
    stranger = api(cast.frontdesk2)
    foreign, nothing = (stranger.post(URL, {**NEW, "project": code}, format="json") for code in ("demo", "nowhere"))
    assert (foreign.status_code, foreign.content) == (404, nothing.content)
    unit = api(cast.frontdesk).post(URL, {**NEW, "unit": "9-9-999"}, format="json")
    assert (unit.status_code, list(unit.data["fields"])) == (400, ["unit"])


def test_a_resident_takes_one_for_the_own_home_and_sees_what_is_meant_for_them(cast: Cast, api: Api) -> None:
    own = api(cast.resident)
    made = own.post(URL, {**NEW, "channel": "online"}, format="json")
    assert made.status_code == 201
    number = made.data["number"]
    foreign, nothing = (own.post(URL, {**NEW, "unit": unit}, format="json") for unit in ("3-2-1502", "9-9-999"))
    assert (foreign.status_code, foreign.content) == (400, nothing.content)
    desk = api(cast.frontdesk)
    verb(desk, number, "dispatch", {"technician": "technician"})
    verb(api(cast.technician), number, "return", {"reason": "不想去"})
    seen = own.get(f"{URL}{number}/").data
    assert "ticket.returned" not in [event["kind"] for event in seen["events"]]
    assert "不想去" not in own.get(f"{URL}{number}/").content.decode()
    assert seen["jobs"][0]["technician"] == "Technician", "a name, not what one signs in with"
    overridden = verb(api(cast.supervisor), number, "override-charge", {"charge": "free", "reason": "难缠"})
    assert "难缠" in overridden.data["charge_reason"]
    assert "难缠" not in own.get(f"{URL}{number}/").content.decode()
    assert verb(own, number, "dispatch", {"technician": "technician"}).status_code == 403


def test_a_guard_follows_what_they_reported(cast: Cast, api: Api) -> None:
    made = api(cast.guard).post(URL, {**NEW, "channel": "patrol"}, format="json")
    assert made.data["taken_by"] == "guard"
    assert api(cast.guard).get(f"{URL}{made.data['number']}/").status_code == 200


def test_who_returned_a_job_hears_where_it_stands_and_no_more(cast: Cast, api: Api) -> None:
    number = accepted(cast, opened(cast)).case.number
    answer = verb(api(cast.technician), number, "return", {"reason": "要电工"})
    assert set(answer.data) == {"number", "version", "kind", "state", "phase"}
    assert api(cast.technician).get(f"{URL}{number}/").status_code == 404


def test_a_wrong_role_is_told_so_in_a_sentence(cast: Cast, api: Api) -> None:
    number = opened(cast).case.number
    refused = verb(api(cast.quality), number, "cancel", {"reason": "x"})
    assert (refused.status_code, refused.data["code"]) == (403, "not_allowed")
    assert refused.data["detail"]


def test_out_of_order_is_told_so_in_a_sentence_that_names_the_state(cast: Cast, api: Api) -> None:
    number = opened(cast).case.number
    refused = verb(api(cast.supervisor), number, "accept")
    assert (refused.status_code, refused.data["code"]) == (409, "not_now")
    assert refused.data["detail"]


# --- input ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "complaint"}, "kind"),
        ({"category": "nonsense"}, "category"),
        ({"preferred_from": "tomorrow"}, "preferred_from"),
        ({"parent": "BX-1"}, "parent"),
        ({"contact": "JD-1"}, "contact"),
        ({"description": "a\u0000b"}, "description"),
        ({"channel": ["phone"]}, "channel"),
        ({"description": "", "title": ""}, "description"),
    ],
)
def test_what_does_not_fit_is_named(cast: Cast, api: Api, body: dict[str, Any], field: str) -> None:
    refused = api(cast.frontdesk).post(URL, {**NEW, **body}, format="json")
    assert refused.status_code == 400
    assert list(refused.data["fields"]) == [field]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("dispatch", {}),
        ("dispatch", {"technician": "nobody"}),
        ("dispatch", {"technician": "technician", "from": "2026-11-23T14:00:00+08:00"}),
        ("cancel", {}),
        ("change-category", {"category": "nonsense"}),
        ("amend-contact", {"contact_name": "张太太"}),
        ("feedback", {"text": ""}),
        ("accept", {"happened_at": "noon"}),
        ("quote", {"lines": [{"item": "gold", "quantity": 1}]}),
        ("quote", {"lines": [{"item": "hose", "quantity": "1e30"}]}),
        ("quote", {"lines": "hose"}),
        ("override-charge", {"charge": "half", "reason": "x"}),
    ],
)
def test_a_verb_that_lacks_something_is_refused(cast: Cast, api: Api, name: str, body: dict[str, Any]) -> None:
    refused = verb(api(cast.supervisor), opened(cast).case.number, name, body)
    assert refused.status_code == 400, refused.data
    assert refused.data["detail"]
    assert refused.data["fields"]


def test_answers_are_in_the_readers_language(cast: Cast, api: Api) -> None:
    number = opened(cast).case.number
    cast.frontdesk.language = "en"
    cast.frontdesk.save()
    seen = api(cast.frontdesk).get(f"{URL}{number}/").data
    assert (seen["state_label"], seen["category_label"]) == ("Pending dispatch", "Lamp")
    assert seen["charge_reason"].startswith("Free service: “Wiring” is under warranty until")


# --- lists ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 3])
def test_a_list_is_six_statements_however_long(
    cast: Cast, api: Api, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        completed(cast, opened(cast))
    desk = api(cast.frontdesk)
    with django_assert_num_queries(5):
        answer = desk.get(URL)
    assert len(answer.data["results"]) == count
    assert all(row["events"] and row["clocks"] for row in answer.data["results"])


def test_filters(cast: Cast, api: Api) -> None:
    lamp = opened(cast, at=NOON - timedelta(days=2))
    pipe = accepted(cast, opened(cast, code="pipe", unit=cast.units["3-2-1502"]))
    service = opened(cast, code="unclog")
    desk = api(cast.frontdesk)

    def numbers(**query: str) -> list[str]:
        return sorted(row["number"] for row in desk.get(URL, query).data["results"])

    everything = sorted(t.case.number for t in (lamp, pipe, service))
    assert numbers() == numbers(project="demo") == numbers(open="true") == everything
    assert numbers(state="accepted") == numbers(handler="technician") == [pipe.case.number]
    assert numbers(kind="service") == numbers(charge="paid") == [service.case.number]
    assert numbers(category="pipe") == numbers(unit="3-2-1502") == [pipe.case.number]
    assert numbers(opened_before="2026-11-22T00:00:00+08:00") == [lamp.case.number]
    assert numbers(opened_after="2026-11-22T00:00:00+08:00") == sorted([pipe.case.number, service.case.number])
    assert numbers(open="false") == numbers(phase="closed") == numbers(project="demo2") == []
    assert desk.get(URL, {"phase": "sideways"}).status_code == 400
    assert desk.get(URL, {"opened_after": "yesterday"}).status_code == 400


def test_a_page_has_a_next_one(cast: Cast, api: Api) -> None:
    made = [opened(cast).case.number for _ in range(3)]
    desk = api(cast.frontdesk)
    first = desk.get(URL, {"page_size": 2}).data
    second = desk.get(first["next"]).data
    assert [row["number"] for row in first["results"] + second["results"]] == made[::-1]
    assert second["next"] is None


def test_nothing_is_changed_by_reading(cast: Cast, api: Api) -> None:
    ticket = opened(cast)
    client = api(cast.frontdesk)
    for method in ("put", "patch", "delete"):
        assert getattr(client, method)(f"{URL}{ticket.case.number}/").status_code == 405
    assert Ticket.objects.get().case.version == ticket.case.version


@pytest.mark.req("REP-2")
def test_who_pays_is_looked_up_again_while_nobody_decided(cast: Cast, api: Api) -> None:
    ticket = opened(cast)
    desk, number = api(cast.frontdesk), ticket.case.number
    assert verb(desk, number, "review-charge").status_code == 409
    Ticket.objects.filter(pk=ticket.pk).update(charge="undecided")
    assert verb(desk, number, "review-charge").data["charge"] == "free"


def test_mending_name_and_phone_leaves_place_and_times_alone(cast: Cast, api: Api) -> None:
    ticket = opened(cast, place="北门", preferred_from=NOON, preferred_to=NOON + timedelta(hours=2))
    body = {"contact_name": "张太太", "contact_phone": "13788889999"}
    assert verb(api(cast.frontdesk), ticket.case.number, "amend-contact", body).status_code == 200
    ticket = Ticket.objects.select_related("case").get(pk=ticket.pk)
    assert (ticket.case.contact_name, ticket.case.place) == ("张太太", "北门")
    assert (ticket.preferred_from, ticket.preferred_to) == (NOON, NOON + timedelta(hours=2))
    gone = {**body, "place": "", "preferred_from": None, "preferred_to": None}
    assert verb(api(cast.frontdesk), ticket.case.number, "amend-contact", gone).status_code == 200
    ticket = Ticket.objects.select_related("case").get(pk=ticket.pk)
    assert (ticket.case.place, ticket.preferred_from, ticket.preferred_to) == ("", None, None)
