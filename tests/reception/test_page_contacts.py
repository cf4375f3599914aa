"""The work log, logging a contact, and one contact's page."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from cases.models import Case, Event
from reception import actions
from reception.models import Contact
from reception.queries.log import Filters, one_page
from reception.states import Outcome, State
from records.models import AuditEntry
from sla.models import Clock
from tests.cast import NOON, Cast
from tests.reception.desk import (
    HOUR,
    MASKED,
    MINUTE,
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

SignIn = Callable[[User], Client]
NOW = NOON + HOUR


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    findable(cast)
    with clock_at(NOW):
        yield


def page(contact: Contact) -> str:
    return f"/contacts/{contact.case.number}/"


def log(client: Client, then: str | list[str], **body: Any) -> Any:
    """Send the form of a new contact."""
    filled = {"unit": ROOM, "contact_name": "张小明", "contact_phone": MASKED, "said": "物业费怎么交？"}
    return client.post("/contacts/new/", {**filled, "purpose": "enquiry", "channel": "phone", "then": then} | body)


# --- logging one -----------------------------------------------------------------------------------------------------
@pytest.mark.req("DSK-1")
def test_a_call_answered_at_once_is_logged_in_one_press(cast: Cast, signed_in: SignIn) -> None:
    answer = log(signed_in(cast.frontdesk), "answer", done="已告知")
    contact = Contact.objects.select_related("case").get()
    assert answer["Location"] == page(contact)
    assert (contact.outcome, contact.done, contact.said) == (Outcome.ANSWERED, "已告知", "物业费怎么交？")
    assert (contact.case.contact_phone, contact.case.taken_by) == (PHONE, cast.frontdesk)


@pytest.mark.req("DSK-1", "DSK-3")
def test_a_contact_ends_as_a_promise_with_a_clock(cast: Cast, signed_in: SignIn) -> None:
    until = "2026-11-23T15:30"
    log(signed_in(cast.frontdesk), "promise", to=str(cast.technician.pk), until=until, question="电梯年检日期")
    contact = Contact.objects.select_related("case").get()
    assert (contact.case.state, contact.promised_to) == (State.PROMISED, cast.technician)
    assert Clock.objects.get(key="contact.promise").due_at == NOON + 3.5 * HOUR


@pytest.mark.req("DSK-1")
def test_a_contact_ends_handed_to_a_named_person(cast: Cast, signed_in: SignIn) -> None:
    log(signed_in(cast.frontdesk), "hand_over", to=str(cast.gm.pk), unit="", contact_phone="", contact_name="街道办")
    contact = Contact.objects.get()
    assert (contact.outcome, contact.handed_to) == (Outcome.HANDED, cast.gm)
    assert not contact.is_resident


@pytest.mark.req("DSK-1")
def test_a_contact_that_becomes_a_ticket_goes_on_to_intake_with_what_was_typed(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    answer = log(client, "ticket", said="卫生间漏水")
    contact = Contact.objects.select_related("case").get()
    assert answer["Location"] == f"/intake/?contact={contact.case.number}"
    assert "卫生间漏水</textarea>" in text_of(client.get(answer["Location"]))


def test_a_promise_without_colleague_or_time_says_so_and_keeps_what_was_typed(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    answer = log(client, "promise")
    assert answer.status_code == 422
    assert "Choose the colleague" in words_of(answer)
    assert "物业费怎么交？</textarea>" in text_of(answer)
    answer = log(client, "promise", to=str(cast.technician.pk), until="2026-11-23T09:00")
    assert "has already passed" in words_of(answer)
    answer = log(client, "promise", to=str(cast.technician.pk), until="9999-12-31T23:59")
    assert answer.status_code == 422, "no year that cannot be reckoned with"
    answer = log(client, "promise", to=str(cast.frontdesk2.pk), until="2026-11-23T15:00")
    assert answer.status_code == 422, "somebody of another project cannot be chosen"
    assert not Case.objects.exists()


def test_an_unknown_ending_is_refused(cast: Cast, signed_in: SignIn) -> None:
    assert log(signed_in(cast.frontdesk), "explode").status_code == 422
    assert not Case.objects.exists()


@pytest.mark.req("DSK-2")
def test_a_new_contact_is_filled_in_with_whoever_calls(cast: Cast, signed_in: SignIn) -> None:
    words = text_of(signed_in(cast.frontdesk).get("/contacts/new/", {"unit": "1501", "name": "张小明", "phone": PHONE}))
    for filled in ('value="3-2-1501"', 'value="张小明"', f'value="{PHONE}"'):
        assert filled in words


# --- one contact -----------------------------------------------------------------------------------------------------
@pytest.mark.req("DSK-4")
def test_a_visitor_is_served_written_down_and_answered(cast: Cast, signed_in: SignIn) -> None:
    contact = visit(cast, at=NOW - 2 * MINUTE)
    client = signed_in(cast.frontdesk)
    answer = client.post(f"{page(contact)}do/serve/", {"version": str(contact.case.version)})
    assert answer["Location"] == page(contact)
    words = words_of(client.get(page(contact)))
    assert "Being served" in words
    assert "No room on record" in words
    assert "2 minutes" in words
    body = {"unit": "1502", "said": "咨询装修手续", "purpose": "enquiry", "then": "answer", "done": "已给须知"}
    client.post(f"{page(contact)}finish/", body)
    contact = Contact.objects.select_related("case__unit").get()
    assert (contact.outcome, contact.is_resident, contact.case.unit) == (
        Outcome.ANSWERED, True, cast.units["3-2-1502"],
    )  # fmt: skip


@pytest.mark.req("DSK-3")
def test_the_specialist_sees_the_question_and_gives_the_reply(cast: Cast, signed_in: SignIn) -> None:
    contact = call(cast)
    actions.promise(
        contact=contact, to=cast.technician, until=NOW + HOUR, question="电梯年检日期", by=cast.frontdesk, at=NOON
    )
    client = signed_in(cast.technician)
    assert "电梯年检日期" in words_of(client.get(page(contact)))
    assert "finish/" not in text_of(client.get(page(contact))), "a specialist replies, the desk writes down"
    assert client.post(f"{page(contact)}finish/", {"purpose": "enquiry", "then": "answer"}).status_code == 404
    assert client.post(f"{page(contact)}reply/", {"text": " "}).status_code == 422
    client.post(f"{page(contact)}reply/", {"text": "12月5日"})
    assert Contact.objects.get().done == "12月5日"


@pytest.mark.req("SEC-1")
def test_whoever_owes_the_reply_dials_and_that_is_written_down(cast: Cast, signed_in: SignIn) -> None:
    contact = call(cast)
    actions.promise(contact=contact, to=cast.technician, until=NOW + HOUR, question="？", by=cast.frontdesk, at=NOON)
    client = signed_in(cast.technician)
    assert PHONE not in text_of(client.get(page(contact)))
    assert PHONE in text_of(client.post(f"{page(contact)}dial/", HTTP_HX_REQUEST="true"))
    assert AuditEntry.objects.get(action="contact.revealed").reason == contact.case.number
    assert signed_in(cast.gm).post(f"{page(contact)}dial/").status_code == 404


@pytest.mark.req("DSK-4")
def test_a_visitor_who_insists_is_passed_to_somebody_else(cast: Cast, signed_in: SignIn) -> None:
    contact = visit(cast)
    client = signed_in(cast.frontdesk)
    body = {"to": str(cast.supervisor.pk), "reason": "坚持要主管", "version": str(contact.case.version)}
    client.post(f"{page(contact)}pass/", body)
    case = Case.objects.get(pk=contact.case_id)
    assert (case.handler, case.state) == (cast.supervisor, State.QUEUED)
    assert "Supervisor was asked" in words_of(client.get("/desk/line/"))
    before = case.version
    client.post(f"{page(contact)}pass/", {"to": "999999"})
    assert Case.objects.get(pk=contact.case_id).version == before


def test_two_desks_that_write_at_once_are_both_shown_and_nothing_is_overwritten(cast: Cast, signed_in: SignIn) -> None:
    contact = actions.serve(contact=visit(cast), by=cast.frontdesk, at=NOON)
    stale = str(contact.case.version)
    mine, theirs = signed_in(cast.frontdesk), signed_in(cast.supervisor)
    body = {"purpose": "enquiry", "then": "", "version": stale}
    theirs.post(f"{page(contact)}finish/", body | {"contact_name": "孙大爷", "said": "办门禁卡"})
    answer = mine.post(f"{page(contact)}finish/", body | {"contact_name": "孙先生", "said": "办车位"})
    assert answer.status_code == 422
    words = words_of(answer)
    assert "Somebody saved this while you were writing" in words
    assert f"{cast.supervisor}, " in words
    for both in ("Who 孙先生 孙大爷", "What was said 办车位 办门禁卡"):
        assert both in words, "field by field, mine and theirs"
    assert "办车位</textarea>" in text_of(answer)
    assert Contact.objects.get().said == "办门禁卡"
    version = Case.objects.get().version
    assert f'name="version" value="{version}"' in text_of(answer), "pressing again puts mine in its place"


def test_a_reply_that_somebody_else_gave_first_is_not_lost(cast: Cast, signed_in: SignIn) -> None:
    contact = actions.promise(
        contact=call(cast), to=cast.frontdesk, until=NOON + 4 * HOUR, question="何时修好", by=cast.frontdesk, at=NOON
    )
    body = {"version": str(contact.case.version), "seen": contact.case.state, "seen_at": NOON.isoformat()}
    signed_in(cast.supervisor).post(f"{page(contact)}reply/", body | {"text": "明天上午"})
    answer = signed_in(cast.frontdesk).post(f"{page(contact)}reply/", body | {"text": "周五下午"})
    assert answer.status_code == 422
    words = words_of(answer)
    assert "What was replied 周五下午 明天上午" in words
    assert "State Reply promised Ended" in words


def test_whom_one_wanted_to_ask_is_not_lost_either(cast: Cast, signed_in: SignIn) -> None:
    contact = visit(cast)
    body = {"to": str(cast.supervisor.pk), "reason": "坚持要主管", "version": str(contact.case.version)}
    actions.serve(contact=contact, by=cast.frontdesk, at=NOON)
    answer = signed_in(cast.frontdesk).post(f"{page(contact)}pass/", body)
    assert answer.status_code == 422
    assert "Somebody saved this while you were writing" in words_of(answer)
    assert 'value="坚持要主管"' in text_of(answer)
    assert "data-open-now" in text_of(answer)
    version = Case.objects.get().version
    signed_in(cast.frontdesk).post(f"{page(contact)}pass/", body | {"version": str(version)})
    assert Case.objects.get().version == version + 1, "pressed again it is done"


def test_somebody_who_is_being_served_by_now_is_not_logged_as_gone(cast: Cast, signed_in: SignIn) -> None:
    contact = visit(cast)
    seen = str(contact.case.version)
    client = signed_in(cast.frontdesk)
    assert 'do/leave/"><input type="hidden" name="csrfmiddlewaretoken"' in text_of(client.get(page(contact)))
    actions.serve(contact=contact, by=cast.supervisor, at=NOON)
    assert client.post(f"{page(contact)}do/leave/", {"version": seen}).status_code == 409
    assert Case.objects.get().state == State.SERVING


def test_a_visitor_who_left_is_logged_and_the_desk_goes_on(cast: Cast, signed_in: SignIn) -> None:
    contact = visit(cast)
    answer = signed_in(cast.frontdesk).post(f"{page(contact)}do/leave/")
    assert answer["Location"] == "/desk/"
    assert Contact.objects.get().outcome == Outcome.LEFT


def test_an_unknown_verb_is_not_there(cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.frontdesk).post(f"{page(visit(cast))}do/dance/").status_code == 404


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("role", ["technician", "guard", "resident", "cashier", "frontdesk2"])
def test_a_contact_is_not_there_for_others(cast: Cast, signed_in: SignIn, role: str) -> None:
    contact = call(cast)
    client = signed_in(getattr(cast, role))
    assert client.get(page(contact)).status_code == 404
    for verb in ("finish/", "pass/", "reply/", "dial/", "do/serve/"):
        assert client.post(page(contact) + verb, {"purpose": "enquiry"}).status_code == 404


# --- the log ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("DSK-1")
def test_the_log_shows_who_when_how_what_and_what_came_of_it(cast: Cast, signed_in: SignIn) -> None:
    actions.answer(contact=call(cast, said="问物业费"), by=cast.frontdesk, at=NOON, done="已告知")
    visit(cast, "路人甲")
    words = words_of(signed_in(cast.quality).get("/contacts/"))
    for expected in (
        "问物业费",
        "已告知",
        "Answered at once",
        "3-2-1501",
        "路人甲",
        "no room on record",
        "Waiting in line",
    ):
        assert expected in words
    assert "2 contacts" in words
    assert words.index("路人甲") < words.index("问物业费"), "newest first"


@pytest.mark.req("DSK-1")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("day=today", {"今天的电话", "今天的来访"}),
        ("day=yesterday", {"昨天的电话"}),
        ("day=2026-11-22", {"昨天的电话"}),
        ("day=nonsense", {"今天的电话", "今天的来访", "昨天的电话"}),
        ("channel=walk_in", {"今天的来访"}),
        ("channel=walk_in&day=yesterday", set()),
        ("staff=x", {"今天的电话", "今天的来访", "昨天的电话"}),
    ],
)
def test_the_log_is_read_by_day_and_channel(cast: Cast, signed_in: SignIn, query: str, found: set[str]) -> None:
    call(cast, said="今天的电话")
    visit(cast, said="今天的来访")
    call(cast, said="昨天的电话", at=NOON - 24 * HOUR)
    words = words_of(signed_in(cast.frontdesk).get(f"/contacts/?{query}"))
    assert {said for said in ("今天的电话", "今天的来访", "昨天的电话") if said in words} == found


def test_the_log_is_read_by_who_took_it(cast: Cast, signed_in: SignIn) -> None:
    call(cast, said="前台接的")
    words = words_of(signed_in(cast.frontdesk).get(f"/contacts/?staff={cast.supervisor.pk}"))
    assert "前台接的" not in words
    assert "No contact fits" in words


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("role", ["technician", "guard", "resident", "cashier", "head"])
def test_the_log_is_for_who_keeps_it_and_those_above(cast: Cast, signed_in: SignIn, role: str) -> None:
    assert signed_in(getattr(cast, role)).get("/contacts/").status_code == 404
    assert signed_in(getattr(cast, role)).get("/contacts/new/").status_code == 404


def test_a_long_log_goes_on_where_the_page_ends(cast: Cast, signed_in: SignIn) -> None:
    for n in range(52):
        call(cast, said=f"第{n:02d}个电话")
    client = signed_in(cast.frontdesk)
    first = client.get("/contacts/?channel=phone")
    assert "第51个电话" in words_of(first)
    assert "第01个电话" not in words_of(first)
    address = text_of(first).partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    rest = words_of(client.get(address))
    assert "第01个电话" in rest
    assert "第02个电话" not in rest


def test_lists_and_pages_cost_the_same_for_one_and_for_three(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    for n in range(3):
        contact = call(cast, said=f"第{n}个")
        repair(cast, f"灯坏{n}", contact=contact.case)
        if n in (0, 2):
            assert queries_for(client, "/contacts/") == 6
            assert queries_for(client, page(contact)) == 7


@pytest.mark.req("DSK-1")
@pytest.mark.parametrize("verb", ["", "hold"])
def test_what_was_done_is_kept_also_where_the_contact_goes_on(cast: Cast, signed_in: SignIn, verb: str) -> None:
    body = {"said": "问停车", "purpose": "enquiry", "channel": "phone", "done": "已说明收费标准", "then": verb}
    assert signed_in(cast.frontdesk).post("/contacts/new/", body).status_code == 302
    assert Contact.objects.latest("pk").done == "已说明收费标准"


# --- how it ends -----------------------------------------------------------------------------------------------------
CHOSEN = re.compile(r'name="then" value="(\w*)" checked[^>]* data-save="([^"]+)"')


@pytest.mark.req("DSK-1")
def test_what_the_button_says_is_what_stands_chosen(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    shown = client.get("/contacts/new/").content.decode()
    assert CHOSEN.findall(shown) == [("answer", "Save: answered")]
    assert "<span data-save-words>Save: answered</span>" in shown
    for purpose, verb in (("repair", "ticket"), ("complaint", "complaint"), ("payment", "answer")):
        shown = client.get(f"/contacts/new/?purpose={purpose}").content.decode()
        assert [chosen for chosen, _words in CHOSEN.findall(shown)] == [verb]


@pytest.mark.req("DSK-1")
def test_a_form_that_comes_back_keeps_how_it_was_to_end(cast: Cast, signed_in: SignIn) -> None:
    answer = log(signed_in(cast.frontdesk), "promise", question="电梯年检日期", until="2026-11-23T15:30")
    assert answer.status_code == 422
    assert CHOSEN.findall(answer.content.decode()) == [("promise", "Save and promise the reply")]


def test_a_button_goes_before_what_is_chosen(cast: Cast, signed_in: SignIn) -> None:
    log(signed_in(cast.frontdesk), ["answer", "hold"])
    assert Contact.objects.select_related("case").get().case.state == State.ON_HOLD


@pytest.mark.req("DSK-3")
def test_while_a_reply_is_owed_the_form_only_changes_what_was_written(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    log(client, "promise", to=str(cast.technician.pk), until="2026-11-23T15:30", question="电梯年检日期")
    contact = Contact.objects.select_related("case").get()
    shown = client.get(page(contact)).content.decode()
    assert CHOSEN.findall(shown) == [("", "Save the change")]
    assert 'value="answer"' not in shown
    assert 'name="then" value="hold"' not in shown


def test_a_contact_that_is_over_leads_on_to_the_next(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    shown = client.get(log(client, "answer", done="已告知")["Location"]).content.decode()
    number = Contact.objects.select_related("case").get().case.number
    assert f"Saved as {number}: Answered at once." in shown
    assert '<a class="btn btn-primary" href="/contacts/new/"' in shown


@pytest.mark.req("DSK-1")
@pytest.mark.parametrize("said", ["", "游泳池几月开放"])
def test_a_contact_of_which_no_answer_was_written_down_is_not_answered(
    cast: Cast, signed_in: SignIn, said: str
) -> None:
    client = signed_in(cast.frontdesk)
    body = {"unit": "3-2-1501", "channel": "phone", "purpose": "enquiry", "said": said, "done": " ", "then": "answer"}
    refused = client.post("/contacts/new/", body)
    assert refused.status_code == 422
    assert "done" in refused.context["form"].errors
    assert said in refused.content.decode()
    assert not Contact.objects.exists()
    assert client.post("/contacts/new/", {**body, "done": "六月开放"}).status_code == 302


@pytest.mark.req("DSK-3")
def test_colleagues_are_named_with_what_they_do_here(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.frontdesk).get("/contacts/new/").content.decode()
    assert f"{cast.technician} · {cast.technician.active_memberships[0].department}" in page


@pytest.mark.req("DSK-1")
def test_the_log_goes_by_when_somebody_called_whenever_it_was_written_down(cast: Cast, signed_in: SignIn) -> None:
    caller = actions.Caller(name="张小明", phone="13812341234", unit=cast.units["3-2-1501"])
    for minutes in (0, 20, 10):
        new = actions.NewContact(project=cast.project, said=f"第{minutes}分钟", caller=caller)
        actions.log_contact(new=new, by=cast.frontdesk, at=NOON + timedelta(minutes=minutes))
    rows = one_page(Filters(), user=cast.frontdesk, project=cast.project, at=NOON, before=None).contacts
    assert [row.said for row in rows] == ["第20分钟", "第10分钟", "第0分钟"]
    older = one_page(Filters(), user=cast.frontdesk, project=cast.project, at=NOON, before=rows[1].pk).contacts
    assert [row.said for row in older] == ["第0分钟"]


@pytest.mark.req("DSK-1")
@pytest.mark.parametrize("done", ["收费标准已发微信", ""])
def test_what_was_answered_before_stays_in_the_story_when_it_is_written_anew_or_emptied(
    cast: Cast, signed_in: SignIn, done: str
) -> None:
    client = signed_in(cast.frontdesk)
    body = {"said": "问停车", "purpose": "enquiry", "channel": "phone", "then": "hold"}
    client.post("/contacts/new/", body | {"done": "已说明收费标准"})
    contact = Contact.objects.get()
    assert client.post(f"{page(contact)}finish/", body | {"done": done, "then": ""}).status_code == 302
    contact.refresh_from_db()
    assert contact.done == done
    assert Event.objects.get(case=contact.case, kind="contact.reworded").text == "已说明收费标准"
    refused = client.post(f"{page(contact)}finish/", body | {"done": " ", "then": "answer"})
    assert "done" in refused.context["form"].errors, "nobody was answered with nothing"
