"""Quick intake: room and words, suggestions and doubles while typing, the number, and nothing typed is lost."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cases.models import Event
from complaints.actions import NewComplaint
from complaints.models import Complaint
from core.errors import NotAllowed, NotNow
from reception import actions
from reception.actions import take_complaint
from reception.models import Contact
from reception.states import Outcome
from tests.cast import NOON, Cast
from tests.reception.desk import (
    HOUR,
    MASKED,
    PHONE,
    ROOM,
    call,
    clock_at,
    findable,
    queries_for,
    repair,
    text_of,
    visit,
    words_of,
)
from tests.records.drafts import keep
from tests.tickets.flow import completed
from tickets.models import Ticket
from tickets.states import Charge

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    findable(cast)
    with clock_at(NOON):
        yield


def take(client: Client, **body: Any) -> Any:
    """Send the form with room and words, and what else is given."""
    return client.post("/intake/", {"unit": ROOM, "description": "厨房水管漏水", "idempotency_key": "k"} | body)


@pytest.mark.req("REP-1", "DSK-1")
def test_room_and_words_are_enough_and_the_number_stands_large_over_an_empty_form(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.frontdesk)
    answer = take(client)
    ticket = Ticket.objects.select_related("case__parent").get()
    assert answer["Location"] == f"/intake/?done={ticket.case.number}"
    assert (ticket.case.number, ticket.case.unit) == ("BX-20261123-0001", cast.units[ROOM])
    assert (ticket.case.contact_name, ticket.case.contact_phone) == ("张小明", PHONE)
    assert Contact.objects.get(case=ticket.case.parent).outcome == Outcome.TICKET
    page = client.get(answer["Location"])
    assert f'<p class="done-number">{ticket.case.number}</p>' in text_of(page)
    assert "厨房水管漏水</textarea>" not in text_of(page), "the form is ready for the next"
    assert "Taken down. Tell the caller this number" in words_of(page)


@pytest.mark.req("REP-1")
def test_everything_a_caller_says_is_kept(cast: Cast, signed_in: SignIn) -> None:
    begins, ends = "2026-11-24T14:00", "2026-11-24T16:30"
    take(
        signed_in(cast.frontdesk), contact_name="李阿姨", contact_phone="139 0000 1111", channel="walk_in",
        preferred_from=begins, preferred_to=ends, category="pipe", category_chosen="1",
        urgent="on", urgent_chosen="1",
    )  # fmt: skip
    ticket = Ticket.objects.select_related("case").get()
    assert (ticket.case.contact_name, ticket.case.contact_phone) == ("李阿姨", "13900001111")
    assert (ticket.case.channel, ticket.case.urgency) == ("walk_in", "urgent")
    assert ticket.preferred_from == NOON + timedelta(days=1, hours=2)
    assert ticket.preferred_to == NOON + timedelta(days=1, hours=4, minutes=30)


def test_a_half_day_named_by_the_caller_is_a_window(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    page = text_of(client.get("/intake/"))
    assert "Today, morning" not in page, "noon has come"
    assert "Today, afternoon" in page
    start = NOON + timedelta(days=1, hours=2)
    value = "2026-11-24T14:00:00+08:00|2026-11-24T18:00:00+08:00"
    assert value in page
    take(client, when=value)
    assert Ticket.objects.get().preferred_from == start


@pytest.mark.req("SEC-1", "REP-1")
def test_the_registers_phone_is_filled_in_masked_and_kept_whole(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    assert PHONE not in text_of(client.get("/rooms/home/", {"unit": ROOM}))
    take(client, contact_name="张小明", contact_phone=MASKED)
    assert Ticket.objects.select_related("case").get().case.contact_phone == PHONE


def test_a_masked_phone_that_is_nobodys_is_asked_for_again(cast: Cast, signed_in: SignIn) -> None:
    answer = take(signed_in(cast.frontdesk), contact_phone="137****0000")
    assert answer.status_code == 422
    assert "Type the whole number" in words_of(answer)


@pytest.mark.req("REP-1")
def test_what_does_not_fit_is_said_beside_the_field_and_nothing_typed_is_lost(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    answer = take(client, unit="9-9-999", contact_name="李阿姨", contact_phone="13900001111", category="pipe")
    assert answer.status_code == 422
    page = text_of(answer)
    for kept in ('value="9-9-999"', "厨房水管漏水</textarea>", 'value="李阿姨"', 'value="13900001111"'):
        assert kept in page
    assert "There is no single room" in words_of(answer)
    answer = take(client, description="  ")
    assert "Write down what it is about" in words_of(answer)
    answer = take(client, preferred_from="2026-11-24T16:00", preferred_to="2026-11-24T14:00")
    assert "The end must come after the beginning" in words_of(answer)
    answer = take(client, preferred_from="2025-11-24T14:00", preferred_to="2025-11-24T16:00")
    assert "This time is over. Choose one that is still to come." in words_of(answer)
    assert not Ticket.objects.exists()
    assert not Contact.objects.exists()


def test_without_a_room_a_public_place_is_needed(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    assert "Which room is it?" in words_of(take(client, unit=""))
    building = cast.units[ROOM].building
    take(client, unit="", place="3号楼大堂", building=str(building.pk), idempotency_key="l")
    case = Ticket.objects.select_related("case").get().case
    assert (case.unit, case.place, case.building) == (None, "3号楼大堂", building)


def test_the_same_form_sent_twice_is_one_ticket(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    assert take(client)["Location"] == take(client)["Location"]
    assert (Ticket.objects.count(), Contact.objects.count()) == (1, 1)


@pytest.mark.req("REP-2")
def test_saving_and_printing_opens_the_form_to_print(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    answer = take(client, then="print")
    assert answer["Location"].endswith("&print=1")
    page = text_of(client.get(answer["Location"]))
    number = Ticket.objects.select_related("case").get().case.number
    assert f'action="/tickets/{number}/paper/" target="desk-paper"' in page
    assert "data-print-now" in page


# --- what the words suggest ------------------------------------------------------------------------------------------
@pytest.mark.req("REP-2")
def test_words_suggest_category_urgency_and_who_pays_and_why(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    answer = client.post("/intake/suggest/", {"unit": ROOM, "description": "客厅插座漏电冒烟"})
    page, words = text_of(answer), words_of(answer)
    assert " checked" in page, "smoke cannot wait"
    assert "Because of" in words
    assert "Free service" in words
    assert "under warranty until" in words


def test_a_category_that_the_clerk_chose_stays(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    body = {"unit": ROOM, "description": "客厅灯不亮", "category": "drain", "category_chosen": "1"}
    page = text_of(client.post("/intake/suggest/", body))
    chosen = page[: page.index(" selected")].rpartition('value="')[2]
    assert chosen.startswith('drain"')
    body["category_chosen"] = ""
    page = text_of(client.post("/intake/suggest/", body))
    assert not page[: page.index(" selected")].rpartition('value="')[2].startswith('drain"')


def test_nothing_is_judged_before_there_is_something_to_judge(cast: Cast, signed_in: SignIn) -> None:
    words = words_of(signed_in(cast.frontdesk).get("/intake/"))
    assert "Free service" not in words
    assert "Paid service" not in words


@pytest.mark.req("REP-2")
def test_a_home_without_handover_date_says_that_the_warranty_is_undecided(cast: Cast, signed_in: SignIn) -> None:
    unit = cast.units[ROOM]
    unit.handed_over_on = None
    unit.save()
    body = {"unit": ROOM, "description": "客厅灯不亮"}
    assert "Not decided" in words_of(signed_in(cast.frontdesk).post("/intake/suggest/", body))
    take(signed_in(cast.frontdesk), description="客厅灯不亮")
    assert Ticket.objects.get().charge == Charge.UNDECIDED


@pytest.mark.req("REP-1")
def test_words_suggest_the_convenient_time_and_say_which_words(cast: Cast, signed_in: SignIn) -> None:
    page = text_of(
        signed_in(cast.frontdesk).post("/intake/suggest/", {"unit": ROOM, "description": "漏水，明天下午来"})
    )
    assert 'data-from="2026-11-24T14:00" data-to="2026-11-24T18:00" data-words="明天下午"' in page
    assert 'data-half="2026-11-24T14:00:00+08:00|2026-11-24T18:00:00+08:00"' in page


def test_no_time_is_suggested_where_nobody_comes(cast: Cast, signed_in: SignIn) -> None:
    body = {"unit": ROOM, "description": "明天下午停水吗", "category": "enquiry", "category_chosen": "1"}
    assert "data-wish" not in text_of(signed_in(cast.frontdesk).post("/intake/suggest/", body))


def test_tomorrow_counts_from_the_contact_in_which_it_was_said(cast: Cast, signed_in: SignIn) -> None:
    contact = call(cast, said="厨房漏水，明天下午来", at=NOON - timedelta(days=1))
    page = text_of(signed_in(cast.frontdesk).get("/intake/", {"contact": contact.case.number}))
    assert 'data-from="2026-11-23T14:00"' in page


# --- doubles ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-1")
def test_a_likely_double_of_the_same_room_shows_while_typing_and_one_press_joins(cast: Cast, signed_in: SignIn) -> None:
    ticket = repair(cast, "单元门禁刷卡没反应", at=NOON - HOUR)
    client = signed_in(cast.frontdesk)
    body = {"unit": ROOM, "description": "单元门禁坏了刷不开"}
    shown = text_of(client.post("/intake/suggest/", body))
    assert f'name="join" value="{ticket.case.number}" data-key="j"' in shown
    answer = client.post(
        "/intake/", {**body, "contact_name": "单小红", "join": ticket.case.number, "idempotency_key": "j"}
    )
    assert answer["Location"] == f"/intake/?done={ticket.case.number}"
    assert Ticket.objects.count() == 1
    assert Event.objects.get(case=ticket.case, kind="ticket.joined").data["other"] == f"{ROOM} 单小红"
    assert Contact.objects.filter(case__parent=ticket.case).get().said == "单元门禁坏了刷不开"


@pytest.mark.req("REP-1")
def test_what_another_room_reported_has_no_key_and_is_joined_only_after_a_question(
    cast: Cast, signed_in: SignIn
) -> None:
    ticket = repair(cast, "单元门禁刷卡没反应", at=NOON - HOUR)
    client = signed_in(cast.frontdesk)
    body = {"unit": "3-2-1502", "description": "单元门禁坏了刷不开", "contact_name": "单小红"}
    answer = client.post("/intake/suggest/", body)
    assert "Possibly the same fault" in words_of(answer)
    assert ROOM in words_of(answer), "which flat it is stands there"
    assert "data-key" not in text_of(answer)
    join = {**body, "join": ticket.case.number, "idempotency_key": "j"}
    asked = client.post("/intake/", join)
    assert asked.status_code == 200
    assert f"{ticket.case.number} is about {ROOM}" in words_of(asked)
    assert "the caller is in 3-2-1502" in words_of(asked)
    assert "单元门禁坏了刷不开</textarea>" in text_of(asked), "nothing typed is lost"
    assert not Contact.objects.filter(case__parent=ticket.case).exists()
    assert client.post("/intake/", join | {"join_asked": "BX-20261123-0099"}).status_code == 200, "another was asked of"
    assert not Contact.objects.filter(case__parent=ticket.case).exists()
    joined = client.post("/intake/", join | {"join_asked": ticket.case.number})
    assert joined["Location"] == f"/intake/?done={ticket.case.number}"
    assert Event.objects.get(case=ticket.case, kind="ticket.joined").data["other"] == "3-2-1502 单小红"
    assert Contact.objects.filter(case__parent=ticket.case).get().said == "单元门禁坏了刷不开"


def test_the_key_is_of_the_same_room_even_where_another_room_fits_better(cast: Cast, signed_in: SignIn) -> None:
    mine = repair(cast, "厨房水管漏水", at=NOON - HOUR)
    other = repair(cast, "厨房水管漏水，地上全是水", at=NOON - HOUR, room="3-2-1502")
    body = {"unit": ROOM, "description": "厨房水管漏水，地上全是水"}
    shown = text_of(signed_in(cast.frontdesk).post("/intake/suggest/", body))
    assert f'value="{mine.case.number}" data-key="j"' in shown
    assert f'value="{other.case.number}">' in shown


def test_a_fault_of_the_common_parts_is_asked_about_too(cast: Cast, signed_in: SignIn) -> None:
    building = cast.units[ROOM].building
    lobby: dict[str, Any] = {"unit": None, "place": "3号楼大堂", "building": building}
    ticket = repair(cast, "大堂门禁刷卡没反应", at=NOON - HOUR, **lobby)
    client = signed_in(cast.frontdesk)
    body = {"unit": ROOM, "description": "大堂门禁刷卡没反应", "join": ticket.case.number, "idempotency_key": "j"}
    asked = client.post("/intake/", body)
    assert f"{ticket.case.number} is about 3号楼大堂" in words_of(asked)
    assert not Event.objects.filter(kind="ticket.joined").exists()


def test_something_else_in_another_building_is_no_double(cast: Cast, signed_in: SignIn) -> None:
    ticket = repair(cast, "单元门禁刷卡没反应")
    body = {"unit": "3-2-1502", "description": "厨房下水堵了"}
    assert ticket.case.number not in text_of(signed_in(cast.frontdesk).post("/intake/suggest/", body))


def test_nobody_joins_a_ticket_of_another_project(cast: Cast, signed_in: SignIn) -> None:
    ticket = repair(cast)
    answer = signed_in(cast.frontdesk2).post("/intake/", {"join": ticket.case.number, "description": "x"})
    assert answer.status_code == 404
    assert not Event.objects.filter(kind="ticket.joined").exists()


# --- a complaint about what is reported already -----------------------------------------------------------------------
def complained(cast: Cast, **more: Any) -> Complaint:
    values: dict[str, Any] = {"project": cast.project, "unit": cast.units[ROOM], "contact_name": "张小明"}
    new = NewComplaint(**(values | {"description": "单元门禁刷卡没反应，说了三次", "grade": "minor"} | more))
    return take_complaint(new=new, by=cast.frontdesk, at=NOON - HOUR)


@pytest.mark.req("CMP-8")
def test_a_complaint_joins_the_open_repair_and_hears_when_it_is_done(cast: Cast, signed_in: SignIn) -> None:
    ticket = repair(cast, "单元门禁刷卡没反应", at=NOON - HOUR)
    complaint = complained(cast)
    client = signed_in(cast.frontdesk)
    body = {
        "complaint": complaint.case.number, "unit": ROOM, "contact_name": "张小明", "join": ticket.case.number,
        "description": complaint.description, "idempotency_key": "j",
    }  # fmt: skip
    answer = client.post("/intake/", body)
    assert answer["Location"] == f"/complaints/{complaint.case.number}/"
    client.post("/intake/", body)
    assert Ticket.objects.count() == 1
    joined = Event.objects.get(case=ticket.case, kind="ticket.joined")
    assert joined.data["other"] == f"{ROOM} {complaint.case.number} 张小明"
    page = client.get(answer["Location"])
    assert ticket.case.number in text_of(page)
    assert [repair.number for repair, _state in page.context["page"].repairs] == [ticket.case.number]
    completed(cast, ticket)
    moved = Event.objects.filter(case=complaint.case, kind="complaint.work_moved").order_by("pk")
    assert [(one.data["other"], one.data["words"]["en"]) for one in moved] == [
        (ticket.case.number, "reported already, and followed from here"),
        (ticket.case.number, "finished"),
    ]
    assert not Event.objects.filter(case=ticket.case, kind="complaint.work_moved").exists()


@pytest.mark.req("CMP-8")
def test_a_complaint_waits_for_a_repair_once_and_not_for_its_own(cast: Cast) -> None:
    ticket, complaint = repair(cast, at=NOON - HOUR), complained(cast)
    actions.join_complaint(complaint=complaint, ticket=ticket, by=cast.frontdesk, at=NOON)
    own = repair(cast, "门禁坏了", at=NOON, parent=complaint.case, channel="staff")
    for known in (ticket, own):
        with pytest.raises(NotNow):
            actions.join_complaint(complaint=complaint, ticket=known, by=cast.frontdesk, at=NOON)
    assert Event.objects.filter(case=ticket.case, kind="ticket.joined").count() == 1
    with pytest.raises(NotAllowed):
        actions.join_complaint(complaint=complained(cast), ticket=ticket, by=cast.technician, at=NOON)


@pytest.mark.req("CMP-8")
def test_what_a_complaint_about_a_colleague_says_does_not_come_along(cast: Cast) -> None:
    ticket = repair(cast, at=NOON - HOUR)
    complaint = complained(cast, about_person=cast.technician, description="何师傅态度恶劣")
    assert complaint.case.reserved_for
    actions.join_complaint(complaint=complaint, ticket=ticket, by=cast.supervisor, at=NOON)
    event = Event.objects.get(case=ticket.case, kind="ticket.joined")
    assert "态度" not in event.text
    assert complaint.case.number not in str(event.data)


@pytest.mark.req("CMP-8")
def test_another_rooms_repair_is_asked_about_before_a_complaint_joins_it(cast: Cast, signed_in: SignIn) -> None:
    ticket = repair(cast, "单元门禁刷卡没反应", at=NOON - HOUR, room="3-2-1502")
    complaint = complained(cast)
    body = {"complaint": complaint.case.number, "unit": ROOM, "description": "门禁", "join": ticket.case.number}
    asked = signed_in(cast.frontdesk).post("/intake/", body)
    assert "is about 3-2-1502" in words_of(asked)
    assert not Event.objects.filter(kind="ticket.joined").exists()


# --- from a contact, from a call, from a draft -----------------------------------------------------------------------
@pytest.mark.req("DSK-1")
def test_a_contact_becomes_a_ticket_with_what_was_written(cast: Cast, signed_in: SignIn) -> None:
    contact = call(cast, said="卫生间漏水")
    client = signed_in(cast.frontdesk)
    page = text_of(client.get("/intake/", {"contact": contact.case.number}))
    for filled in ('value="3-2-1501"', 'value="张小明"', f'value="{MASKED}"', "卫生间漏水</textarea>"):
        assert filled in page
    assert PHONE not in page
    take(client, contact=contact.case.number, contact_phone=MASKED, description="卫生间漏水")
    ticket = Ticket.objects.select_related("case").get()
    assert (ticket.case.parent_id, ticket.case.contact_phone) == (contact.case_id, PHONE)
    assert Contact.objects.get().outcome == Outcome.TICKET


def test_a_contact_of_another_project_is_not_there(cast: Cast, signed_in: SignIn) -> None:
    contact = visit(cast)
    assert signed_in(cast.frontdesk2).get("/intake/", {"contact": contact.case.number}).status_code == 404


@pytest.mark.req("DSK-2")
def test_a_calls_details_win_over_a_draft(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    keep(client, "tab-1", unit="3-2-1502", contact_name="单小红", description="没写完的")
    fresh = text_of(client.get("/intake/", {"unit": ROOM, "phone": PHONE, "name": "张小明"}))
    assert 'value="3-2-1501"' in fresh
    assert 'value="单小红"' not in fresh
    assert "没写完的</textarea>" not in fresh
    assert "1 form was begun and not sent" in fresh
    both = text_of(client.get("/intake/", {"draft": "tab-1", "name": "张小明"}))
    assert 'value="张小明"' in both
    assert "没写完的</textarea>" in both


@pytest.mark.req("DSK-1")
def test_a_resumed_draft_still_belongs_to_its_contact(cast: Cast, signed_in: SignIn) -> None:
    contact = call(cast, said="卫生间漏水")
    client = signed_in(cast.frontdesk)
    keep(client, "a", contact=contact.case.number, description="卫生间漏水，说得更细")
    page = text_of(client.get("/intake/", {"draft": "a"}))
    assert f'name="contact" value="{contact.case.number}"' in page
    assert "卫生间漏水，说得更细</textarea>" in page
    assert f'value="{MASKED}"' in page, "what the contact knows and nobody typed over"
    assert 'name="draft" value="a"' in page, "sent before a script runs, it is still this draft that was sent"


def test_a_draft_whose_contact_one_may_not_see_is_not_there(cast: Cast, signed_in: SignIn) -> None:
    elsewhere = visit(cast)
    client = signed_in(cast.frontdesk2)
    keep(client, "a", contact=elsewhere.case.number, description="x")
    assert client.get("/intake/", {"draft": "a"}).status_code == 404


def test_a_resumed_draft_keeps_what_the_clerk_chose_over_the_words(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    chosen = {"category": "power", "category_chosen": "1", "urgent": "on", "urgent_chosen": "1"}
    times = {"preferred_from": "2026-03-03T20:00", "preferred_to": "2026-03-03T21:30"}
    keep(client, "a", description="厨房水管漏水", **chosen, **times)
    response = client.get("/intake/", {"draft": "a"})
    page = text_of(response)
    assert '<option value="power" selected>' in page
    assert 'value="2026-03-03T20:00"' in page
    assert 'value="2026-03-03T21:30"' in page
    form = response.context["form"]
    assert (form["category_chosen"].value(), form["urgent_chosen"].value()) == ("1", "1")
    assert response.context["said"].urgent is True


def test_the_form_names_what_the_call_gave_so_that_no_draft_is_written_over_it(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    asked = {"unit": ROOM, "name": "张小明", "said": "漏水"}
    assert client.get("/intake/", asked).context["given"] == ["unit", "contact_name", "description"]
    assert client.get("/contacts/new/", asked).context["given"] == ["unit", "contact_name", "said"]


def test_a_draft_of_one_form_fills_no_other(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    keep(client, "a", form="contact", description="别处的")
    page = text_of(client.get("/intake/", {"draft": "a"}))
    assert "别处的" not in page


# --- who may ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("role", ["technician", "guard", "resident", "cashier", "gm", "quality", "head"])
def test_intake_is_for_those_who_receive(cast: Cast, signed_in: SignIn, role: str) -> None:
    client = signed_in(getattr(cast, role))
    assert client.get("/intake/").status_code == 404
    assert take(client).status_code == 404
    for address in ("/intake/suggest/", "/intake/photos/"):
        assert client.post(address, {"description": "x"}).status_code == 404


def test_what_is_no_picture_is_refused_with_a_sentence(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    assert client.post("/intake/photos/").status_code == 400
    assert client.post("/intake/photos/").json()["detail"]


def test_suggesting_costs_the_same_for_one_double_and_for_three(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    for n in range(3):
        repair(cast, f"厨房水管漏水{n}")
        if n in (0, 2):
            address = f"/intake/?unit={ROOM}&said=厨房水管漏水"
            assert queries_for(client, address) == 8


@pytest.mark.req("REP-1")
def test_a_half_day_chosen_while_it_was_offered_is_taken_until_its_end(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    morning = "2026-11-23T09:00:00+08:00|2026-11-23T12:00:00+08:00"
    with clock_at(NOON - timedelta(minutes=29)):
        assert morning not in text_of(client.get("/intake/"))
        assert take(client, when=morning).status_code == 302
    assert Ticket.objects.get().preferred_to == NOON
    late = take(client, when=morning, idempotency_key="late")
    assert late.status_code == 422
    assert "when" in late.context["form"].errors
    assert "This half day is over by now. Choose another time." in words_of(late)


@pytest.mark.req("REP-1")
def test_a_thirteenth_photo_is_refused_with_a_sentence_and_not_passed_over(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    refused = take(client, photos=[f"token{n}" for n in range(13)])
    assert refused.status_code == 422
    assert "At most 12 photos" in words_of(refused)
    assert 'data-most="12"' in text_of(refused)
    assert not Ticket.objects.exists()


def test_photos_are_locked_before_they_are_hung_up(cast: Cast, signed_in: SignIn) -> None:
    if not connection.features.has_select_for_update:
        pytest.skip("no row locks here")
    with CaptureQueriesContext(connection) as asked:
        take(signed_in(cast.frontdesk), photos=["token"])
    assert any("records_storedfile" in each["sql"] and "FOR UPDATE" in each["sql"] for each in asked)
