"""Who calls: the address that a phone system opens with the number."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from accounts.models import User
from cases.models import Case
from estate.actions import MoveIn, move_in, move_out, reindex_register
from estate.states import Relation
from notifications.models import Message
from reception import actions
from reception.models import Contact
from reception.states import Outcome
from records.models import IdempotencyRecord
from tests.cast import NOON, Cast
from tests.reception.desk import HOUR, PHONE, ROOM, call, clock_at, findable, queries_for, repair, text_of, words_of
from tickets.actions import dispatch

SignIn = Callable[[User], Client]
ADDRESS = f"/call/?number={PHONE}"


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    findable(cast)
    with clock_at(NOON + HOUR):
        yield


@pytest.mark.req("DSK-2")
@pytest.mark.parametrize("number", [PHONE, "+86 138 1234 1234", "013812341234"])
def test_a_known_number_says_who_where_and_what_is_open(cast: Cast, signed_in: SignIn, number: str) -> None:
    repair(cast, "厨房水管漏水")
    words = words_of(signed_in(cast.frontdesk).get("/call/", {"number": number}))
    for expected in ("张小明", "3-2-1501", "Owner", "厨房水管漏水", "Technical response"):
        assert expected in words
    assert "not on record" not in words


@pytest.mark.req("DSK-2", "DSK-3")
def test_the_open_matter_and_the_promise_stand_before_what_is_over(cast: Cast, signed_in: SignIn) -> None:
    over = call(cast, said="问过物业费")
    actions.answer(contact=over, by=cast.frontdesk, at=NOON, done="已答复")
    promised = call(cast, said="问电梯年检")
    actions.promise(
        contact=promised, to=cast.technician, until=NOON + 3 * HOUR, question="？", by=cast.frontdesk, at=NOON
    )
    words = words_of(signed_in(cast.frontdesk).get(ADDRESS))
    assert words.index("问电梯年检") < words.index("问过物业费")
    assert "Promised reply" in words


@pytest.mark.req("DSK-2")
def test_a_caller_with_two_homes_chooses_by_key(cast: Cast, signed_in: SignIn) -> None:
    second = cast.units["3-2-1502"]
    new = MoveIn(unit=second, person=cast.people[ROOM], relation=Relation.TENANT, on=NOON.date())
    move_in(new=new, by=cast.frontdesk, at=NOON)
    repair(cast, "厨房水管漏水")
    repair(cast, "客厅灯坏了", room="3-2-1502")
    client = signed_in(cast.frontdesk)
    asked = text_of(client.get(ADDRESS))
    assert 'data-key="1"' in asked
    assert 'data-key="2"' in asked
    assert "厨房水管漏水" not in asked
    chosen = words_of(client.get(f"{ADDRESS}&unit=3-2-1502"))
    assert "客厅灯坏了" in chosen
    assert "厨房水管漏水" not in chosen


@pytest.mark.req("DSK-2")
def test_an_unknown_number_is_said_to_be_no_residents_with_what_to_do(cast: Cast, signed_in: SignIn) -> None:
    answer = signed_in(cast.frontdesk).get("/call/?number=13800000000")
    assert "Number not on record" in words_of(answer)
    assert "/contacts/new/?phone=13800000000" in text_of(answer)


@pytest.mark.req("DSK-2")
def test_a_stranger_who_reported_before_is_known_by_that_matter(cast: Cast, signed_in: SignIn) -> None:
    repair(cast, "路灯不亮", unit=None, place="南门", contact_name="路人甲", contact_phone="13877776666")
    words = words_of(signed_in(cast.frontdesk).get("/call/?number=13877776666"))
    for expected in ("路人甲", "路灯不亮", "Number not on record"):
        assert expected in words


def test_who_moved_out_is_recognised_as_such(cast: Cast, signed_in: SignIn) -> None:
    move_out(household=cast.households[ROOM], on=NOON.date(), by=cast.frontdesk, at=NOON)
    words = words_of(signed_in(cast.frontdesk).get(ADDRESS))
    assert "This was the number of 张小明" in words


@pytest.mark.req("DSK-1", "DSK-2")
def test_a_repeat_call_is_logged_with_one_press_and_the_technician_hears_of_it(cast: Cast, signed_in: SignIn) -> None:
    ticket = repair(cast)
    dispatch(ticket=ticket, technician=cast.technician, by=cast.supervisor, at=NOON)
    body = {
        "matter": ticket.case.number, "number": PHONE, "unit": ROOM, "name": "张小明", "idempotency_key": "k",
    }  # fmt: skip
    client = signed_in(cast.frontdesk)
    for _ in range(2):
        answer = client.post("/call/repeat/", body)
    assert answer["Location"] == f"/call/?number={PHONE}&unit=3-2-1501"
    assert PHONE not in str(IdempotencyRecord.objects.get().answer)
    logged = Contact.objects.get(case__parent=ticket.case)
    assert (logged.outcome, logged.case.contact_phone) == (Outcome.ANSWERED, PHONE)
    assert Message.objects.filter(template="contact.chased", user=cast.technician).exists()
    assert ticket.case.number in words_of(client.get(answer["Location"]))


def test_a_matter_of_another_project_cannot_be_chased(cast: Cast, signed_in: SignIn) -> None:
    ticket = repair(cast)
    answer = signed_in(cast.frontdesk2).post("/call/repeat/", {"matter": ticket.case.number})
    assert answer.status_code == 404
    assert not Case.objects.filter(parent=ticket.case).exists()


@pytest.mark.parametrize("number", ["", "anonymous", "1", "%00", "9" * 500])
def test_whatever_the_phone_system_sends_the_page_opens(cast: Cast, signed_in: SignIn, number: str) -> None:
    assert signed_in(cast.frontdesk).get("/call/", {"number": number}).status_code == 200


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("role", ["technician", "guard", "resident", "cashier", "gm"])
def test_calls_pop_up_for_those_who_receive(cast: Cast, signed_in: SignIn, role: str) -> None:
    assert signed_in(getattr(cast, role)).get(ADDRESS).status_code == 404


@pytest.mark.req("SEC-1")
def test_the_other_project_does_not_recognise_our_resident(cast: Cast, signed_in: SignIn) -> None:
    reindex_register(project=cast.project)
    words = words_of(signed_in(cast.frontdesk2).get(ADDRESS))
    assert "张小明" not in words
    assert "Number not on record" in words


def test_it_costs_the_same_for_one_open_matter_and_for_three(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    for n in range(3):
        repair(cast, f"第{n}件：灯坏")
        if n in (0, 2):
            assert queries_for(client, ADDRESS) == 11
