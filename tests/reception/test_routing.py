"""Questions and suggestions reach somebody who can answer, within a clock, and the answer comes back to the desk."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from rest_framework.test import APIClient

from accounts.models import User
from cases.models import Case
from cases.registry import kind_of
from core.errors import Invalid, NotAllowed, NotNow
from notifications.models import Message
from reception import actions as desk
from reception.actions import Caller, NewContact
from reception.models import Contact
from reception.states import Outcome, Purpose, State
from sla.actions import sweep_clocks
from sla.models import Clock
from tests.cast import NOON, Cast
from tickets import actions as tickets
from tickets.models import Ticket

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
pytestmark = pytest.mark.req("DSK-18")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def asked(cast: Cast, said: str = "地下车库能不能装充电桩？", **more: Any) -> Contact:
    caller = Caller(name="张小明", phone="13812341234", unit=cast.units["3-2-1501"])
    new = NewContact(project=cast.project, said=said, caller=caller, **more)
    return desk.log_contact(new=new, by=cast.frontdesk, at=NOON)


def routed(cast: Cast, **more: Any) -> Ticket:
    given = {"department": cast.departments["maintenance"]} | more
    return desk.route(contact=asked(cast), by=cast.frontdesk, at=NOON + MINUTE, **given)


def clock(case: Case) -> Clock:
    return Clock.objects.get(case=case, key="contact.answer")


def told(template: str) -> set[str]:
    rows = Message.objects.filter(channel="in_app", template=template).select_related("user")
    return {row.user.username for row in rows if row.user}


# --- its words --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "words"), [("repair", "待派单"), ("enquiry", "待答复"), ("suggestion", "待答复")])
def test_a_question_waits_to_be_answered_and_a_repair_to_be_dispatched(kind: str, words: str) -> None:
    with translation.override("zh-hans"):
        assert str(kind_of(kind).states["pending"]) == words


def test_a_question_that_nobody_has_yet_reads_so_on_every_page(cast: Cast, signed_in: SignIn) -> None:
    number = routed(cast).case.number
    contact = Contact.objects.get().case.number
    for user, address in (
        (cast.supervisor, f"/tickets/{number}/"),
        (cast.supervisor, "/tickets/?view=all"),
        (cast.frontdesk, f"/contacts/{contact}/"),
    ):
        page = signed_in(user).get(address).content.decode()
        assert '<span class="state state-open">待答复</span>' in page, address


def test_whoever_has_the_question_was_passed_it_and_not_sent_out(cast: Cast, signed_in: SignIn) -> None:
    ticket = routed(cast, to=cast.technician)
    page = signed_in(cast.supervisor).get(f"/tickets/{ticket.case.number}/").content.decode()
    assert "已转办" in page
    assert '<h2 class="card-title">谁来答复</h2>' in page
    assert '<h2 class="card-title">派工单</h2>' not in page
    assert '<span class="state">已派单</span>' not in page


# --- the way there ---------------------------------------------------------------------------------------------------
def test_a_department_owes_the_answer_in_a_day_and_its_head_is_told(cast: Cast) -> None:
    ticket = routed(cast)
    case = ticket.case
    assert (case.kind, case.department, case.handler) == ("enquiry", cast.departments["maintenance"], None)
    assert clock(case).due_at == NOON + MINUTE + DAY
    assert told("ticket.asked") == {"head"}
    contact = Contact.objects.get()
    assert (contact.case.state, contact.outcome, case.parent) == (State.CLOSED, Outcome.ASKED, contact.case)


def test_a_person_has_it_in_their_work_and_is_told(cast: Cast) -> None:
    ticket = routed(cast, department=None, to=cast.technician)
    assert (ticket.case.handler, ticket.case.department) == (cast.technician, cast.departments["maintenance"])
    assert told("case.assigned") == {"technician"}
    assert told("ticket.asked") == set()


def test_a_suggestion_goes_as_such(cast: Cast) -> None:
    contact = asked(cast, said="建议大门口加一排座椅", purpose=Purpose.SUGGESTION)
    ticket = desk.route(contact=contact, department=cast.departments["service"], by=cast.frontdesk, at=NOON + MINUTE)
    assert (ticket.case.kind, ticket.case.number[:2]) == ("suggestion", "JY")
    assert clock(ticket.case).ended_at is None


@pytest.mark.parametrize(("said", "named"), [("", True), ("问一下", False)])
def test_without_words_or_without_anybody_nothing_happens(cast: Cast, said: str, named: bool) -> None:
    to: dict[str, Any] = {"department": cast.departments["service"]} if named else {}
    with pytest.raises(Invalid):
        desk.route(contact=asked(cast, said=said), by=cast.frontdesk, at=NOON + MINUTE, **to)
    assert not Ticket.objects.exists()
    assert Contact.objects.get().case.state == State.SERVING


def test_only_the_desk_passes_it_on_and_once(cast: Cast) -> None:
    contact = asked(cast)
    service = cast.departments["service"]
    with pytest.raises(NotAllowed):
        desk.route(contact=contact, department=service, by=cast.technician, at=NOON + MINUTE)
    desk.route(contact=contact, department=service, by=cast.frontdesk, at=NOON + MINUTE)
    with pytest.raises(NotNow):
        desk.route(contact=contact, department=service, by=cast.frontdesk, at=NOON + 2 * MINUTE)


# --- the clock -------------------------------------------------------------------------------------------------------
def test_at_four_fifths_who_has_it_is_told_and_after_it_the_supervisor(cast: Cast) -> None:
    ticket = routed(cast, to=cast.technician)
    sweep_clocks(at=NOON + 0.8 * DAY + 2 * MINUTE)
    sweep_clocks(at=NOON + DAY + 2 * MINUTE)
    rows = Message.objects.filter(case=ticket.case, channel="in_app", template__startswith="clock.")
    heard = [(row.user.username, row.data.get("promise", {})) for row in rows.select_related("user") if row.user]
    names = {who for who, promise in heard if "咨询建议答复" in str(promise)}
    assert {"technician", "supervisor"} <= names
    assert clock(ticket.case).breached_at == NOON + MINUTE + DAY


def test_the_answer_stops_it_and_comes_back_to_who_took_the_question(cast: Cast) -> None:
    ticket = routed(cast, to=cast.technician)
    tickets.complete(ticket=ticket, report="下月开始安装，先到先得", by=cast.technician, at=NOON + 60 * MINUTE)
    assert clock(ticket.case).state == "met"
    assert told("ticket.answered") == {"frontdesk"}


def test_the_time_that_was_agreed_on_holds_instead_of_the_rules_own(cast: Cast) -> None:
    by_five = NOON + timedelta(hours=5)
    assert clock(routed(cast, until=by_five).case).due_at == by_five
    with pytest.raises(Invalid, match="已经过"):
        routed(cast, until=NOON)


# --- pages -----------------------------------------------------------------------------------------------------------
def test_it_is_passed_on_at_the_end_of_a_contact(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    body = {
        "unit": "3-2-1501", "said": "能装充电桩吗", "purpose": "suggestion", "channel": "phone", "then": "route",
        "to": str(cast.technician.pk),
    }  # fmt: skip
    answer = client.post("/contacts/new/", body)
    assert answer.status_code == 302, answer.context["form"].errors
    case = Case.objects.get(kind="suggestion")
    assert answer["Location"] == f"/contacts/{Contact.objects.get().case.number}/"
    page = client.get(answer["Location"]).content.decode()
    assert case.number in page
    assert "已转办" in page
    refused = client.post("/contacts/new/", {**body, "to": ""})
    assert refused.status_code == 422
    assert "能装充电桩吗" in refused.content.decode()
    assert Case.objects.filter(kind="suggestion").count() == 1


def test_who_has_it_answers_on_its_page_and_the_desk_sees_the_answer(cast: Cast, signed_in: SignIn) -> None:
    ticket = routed(cast, to=cast.technician)
    number, contact = ticket.case.number, Contact.objects.get().case.number
    worker, front = signed_in(cast.technician), signed_in(cast.frontdesk)
    assert number in worker.get("/my-jobs/").content.decode()
    primary = worker.get(f"/tickets/{number}/").context["primary"]
    assert (primary.verb, str(primary.label)) == ("answer", "答复")
    assert front.get("/desk/").context["answers"].rows == []
    wrong = worker.post(f"/tickets/{number}/do/answer/", {"text": ""})
    assert wrong.status_code == 422
    worker.post(f"/tickets/{number}/do/answer/", {"text": "下月开始安装"})
    assert "下月开始安装" in front.get("/desk/").content.decode()
    page = front.get(f"/contacts/{contact}/").content.decode()
    assert "下月开始安装" in page
    assert "已答复" in front.get(f"/tickets/{number}/").content.decode()
    front.post(f"/tickets/{number}/do/close/")
    assert front.get("/desk/").context["answers"].rows == []


def test_a_question_is_answered_and_not_finished(cast: Cast, signed_in: SignIn) -> None:
    ticket = routed(cast, to=cast.technician)
    page = signed_in(cast.technician).get(f"/tickets/{ticket.case.number}/")
    verbs = {step.verb for step in page.context["steps"]}
    assert "answer" in verbs
    assert "complete" not in verbs


@pytest.mark.parametrize("rows", [1, 3])
def test_the_desk_costs_the_same_however_many_answers_wait(
    cast: Cast, signed_in: SignIn, rows: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(rows):
        tickets.complete(ticket=routed(cast), report="可以", by=cast.frontdesk, at=NOON + 5 * MINUTE)
    client = signed_in(cast.supervisor)
    client.get("/desk/")
    with django_assert_max_num_queries(16):
        assert len(client.get("/desk/").context["answers"].rows) == rows


# --- the API ---------------------------------------------------------------------------------------------------------
def test_a_program_passes_it_on_by_the_same_rules(cast: Cast, api: Api) -> None:
    number = asked(cast).case.number
    url = f"/api/v1/contacts/{number}/route/"
    assert api(cast.frontdesk).post(url, {}).status_code == 400
    assert api(cast.frontdesk).post(url, {"department": "nonsense"}).status_code == 400
    by_then = timezone.now().replace(microsecond=0) + timedelta(hours=5)
    body = {"department": "maintenance", "to": "technician", "until": by_then.isoformat()}
    done = api(cast.frontdesk).post(url, body)
    assert (done.status_code, done.json()["outcome"]) == (200, "asked")
    case = Case.objects.get(kind="enquiry")
    assert (case.handler, clock(case).due_at) == (cast.technician, by_then)
