"""Contacts: taken, waited, held, promised, answered, handed over; every step on record and every promise a clock."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cases.models import Case, CaseAccess, Event
from cases.sentences import sentence
from core.errors import Invalid, NotAllowed, NotNow, Stale
from estate.models import Household
from notifications.models import IN_APP, Message
from notifications.sentences import render
from reception import actions
from reception.actions import Caller, NewContact
from reception.models import Contact
from reception.states import AskedFor, Outcome, Purpose, State
from sla.actions import sweep_clocks
from sla.models import Clock
from tests.cast import NOON, Cast

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def caller(cast: Cast) -> Caller:
    """张小明 of 3-2-1501."""
    return Caller(name="张小明", phone="138 1234 1234", unit=cast.units["3-2-1501"])


def called(cast: Cast, **more: Any) -> Contact:
    """A call being served by the desk."""
    new = NewContact(project=cast.project, said="电梯什么时候年检？", caller=caller(cast), **more)
    return actions.log_contact(new=new, by=cast.frontdesk, at=NOON)


def came(cast: Cast, at: datetime = NOON, **more: Any) -> Contact:
    """A visitor in line."""
    new = NewContact(project=cast.project, channel="walk_in", caller=Caller(name="访客"), **more)
    return actions.queue(new=new, by=cast.frontdesk, at=at)


def clock(contact: Contact, key: str) -> Clock:
    """The contact's clock of that promise."""
    return Clock.objects.get(case=contact.case, key=key)


def kinds(contact: Contact) -> list[str]:
    """What happened, in order."""
    return list(Event.objects.filter(case=contact.case).order_by("pk").values_list("kind", flat=True))


@pytest.mark.req("DSK-1")
def test_a_call_answered_at_once_stands_in_the_work_log_in_full(cast: Cast) -> None:
    new = NewContact(
        project=cast.project, channel="phone", purpose=Purpose.ENQUIRY, said="物业费怎么交？", caller=caller(cast)
    )
    contact = actions.log_contact(
        new=new, by=cast.frontdesk, at=NOON, outcome=Outcome.ANSWERED, done="已告知可在前台或小程序缴费"
    )
    case = Case.objects.get(pk=contact.case_id)
    assert case.number == "JD-20261123-0001"
    assert (case.contact_name, case.contact_phone, case.unit, case.channel) == (
        "张小明", "13812341234", cast.units["3-2-1501"], "phone",
    )  # fmt: skip
    assert (case.state, case.taken_by, case.opened_at, case.closed_at) == (State.CLOSED, cast.frontdesk, NOON, NOON)
    assert case.household == cast.households["3-2-1501"]
    assert (contact.said, contact.done, contact.outcome) == ("物业费怎么交？", "已告知可在前台或小程序缴费", "answered")
    assert contact.is_resident
    assert kinds(contact) == ["contact.served", "contact.answered"]


@pytest.mark.req("DSK-2")
def test_who_belongs_to_no_unit_is_on_record_as_no_resident(cast: Cast) -> None:
    assert not came(cast).is_resident


@pytest.mark.req("DSK-4")
def test_a_visitor_in_line_is_flagged_after_three_minutes_and_the_wait_is_recorded(cast: Cast) -> None:
    contact = came(cast)
    assert clock(contact, "contact.wait").due_at == NOON + 3 * MINUTE
    sweep_clocks(at=NOON + 3 * MINUTE)
    assert not Message.objects.filter(case=contact.case).exists(), "three minutes are not over yet"
    sweep_clocks(at=NOON + 3 * MINUTE + SECOND)
    told = Message.objects.filter(case=contact.case, channel=IN_APP)
    assert [m.user for m in told] == [cast.frontdesk]
    actions.serve(contact=contact, by=cast.frontdesk, at=NOON + 5 * MINUTE)
    contact.refresh_from_db()
    assert contact.waited(NOON) == 5 * MINUTE
    assert clock(contact, "contact.wait").state == "missed"


@pytest.mark.req("DSK-4")
def test_an_urgent_visitor_is_flagged_at_once(cast: Cast) -> None:
    contact = came(cast, urgent=True)
    assert clock(contact, "contact.wait").due_at == NOON
    sweep_clocks(at=NOON + SECOND)
    assert Message.objects.filter(case=contact.case, channel=IN_APP).exists()


@pytest.mark.req("DSK-4")
def test_who_is_served_in_time_is_served_in_time(cast: Cast) -> None:
    contact = came(cast)
    actions.serve(contact=contact, by=cast.frontdesk, at=NOON + 2 * MINUTE)
    assert clock(contact, "contact.wait").state == "met"
    contact.case.refresh_from_db()
    assert (contact.case.state, contact.case.handler) == (State.SERVING, cast.frontdesk)


@pytest.mark.req("DSK-4")
def test_a_caller_on_hold_is_picked_up_within_twenty_seconds_and_the_seconds_are_counted(cast: Cast) -> None:
    contact = called(cast)
    contact = actions.hold(contact=contact, by=cast.frontdesk, at=NOON)
    assert clock(contact, "contact.hold").due_at == NOON + 20 * SECOND
    contact = actions.pick_up(contact=contact, by=cast.frontdesk, at=NOON + 15 * SECOND)
    contact = actions.hold(contact=contact, by=cast.frontdesk, at=NOON + MINUTE)
    contact = actions.pick_up(contact=contact, by=cast.frontdesk, at=NOON + MINUTE + 30 * SECOND)
    assert contact.held_seconds == 45
    assert list(Clock.objects.filter(case=contact.case, key="contact.hold").values_list("state", flat=True)) == [
        "met", "missed",
    ]  # fmt: skip


def test_answering_somebody_on_hold_picks_them_up(cast: Cast) -> None:
    contact = actions.hold(contact=called(cast), by=cast.frontdesk, at=NOON)
    contact = actions.answer(contact=contact, by=cast.frontdesk, at=NOON + 10 * SECOND, done="已答复")
    assert kinds(contact) == ["contact.served", "contact.held", "contact.picked_up", "contact.answered"]
    assert (contact.held_seconds, contact.held_at) == (10, None)
    assert clock(contact, "contact.hold").state == "met"


@pytest.mark.req("DSK-4")
def test_a_visitor_who_asks_for_the_supervisor_gets_one_told_at_once(cast: Cast) -> None:
    contact = came(cast, asked_for=AskedFor.SUPERVISOR)
    message = Message.objects.get(case=contact.case, channel=IN_APP)
    assert message.user == cast.supervisor
    assert "访客" in render(message.template, message.data)


@pytest.mark.req("DSK-4")
def test_somebody_waiting_is_handed_to_another_colleague_and_keeps_the_place_in_line(cast: Cast) -> None:
    contact = actions.pass_on(contact=came(cast), to=cast.supervisor, by=cast.frontdesk, at=NOON + MINUTE)
    contact.case.refresh_from_db()
    assert (contact.case.state, contact.case.handler) == (State.QUEUED, cast.supervisor)
    assert Message.objects.filter(case=contact.case, user=cast.supervisor, template="contact.passed").exists()
    assert clock(contact, "contact.wait").ended_at is None
    with pytest.raises(Invalid):
        actions.pass_on(contact=contact, to=cast.frontdesk2, by=cast.frontdesk, at=NOON + MINUTE)


@pytest.mark.req("DSK-4")
def test_who_left_the_line_is_on_record_as_having_left(cast: Cast) -> None:
    contact = actions.close(contact=came(cast), by=cast.frontdesk, at=NOON + 10 * MINUTE)
    assert contact.outcome == Outcome.LEFT
    assert contact.waited(NOON + timedelta(hours=9)) == 10 * MINUTE
    assert contact.served_by is None


# --- promises --------------------------------------------------------------------------------------------------------
def promised(cast: Cast, contact: Contact | None = None, **more: Any) -> Contact:
    """A call with a reply promised by the technician within two hours."""
    values: dict[str, Any] = {
        "to": cast.technician,
        "until": NOON + timedelta(hours=2),
        "question": "电梯年检日期",
        "by": cast.frontdesk,
        "at": NOON + MINUTE,
    }
    return actions.promise(contact=contact or called(cast), **(values | more))


@pytest.mark.req("DSK-3")
def test_a_promised_reply_is_a_clock_of_the_specialist_who_sees_the_contact(cast: Cast) -> None:
    contact = promised(cast)
    case = Case.objects.get(pk=contact.case_id)
    assert (case.state, case.handler, case.promised_at) == (State.PROMISED, cast.technician, NOON + timedelta(hours=2))
    assert clock(contact, "contact.promise").due_at == NOON + timedelta(hours=2)
    assert Case.objects.visible_to(cast.technician).filter(pk=case.pk).exists()
    assert not Case.objects.visible_to(cast.technician2).filter(pk=case.pk).exists()
    message = Message.objects.get(case=case, channel=IN_APP)
    assert (message.user, message.template) == (cast.technician, "contact.promised")
    assert "电梯年检日期" in render(message.template, message.data)


@pytest.mark.req("DSK-3")
def test_a_promise_warns_specialist_and_taker_and_then_climbs_to_the_supervisor(cast: Cast) -> None:
    contact = promised(cast)
    Message.objects.all().delete()
    sweep_clocks(at=NOON + timedelta(hours=1, minutes=31))
    warned = Message.objects.filter(case=contact.case, channel=IN_APP)
    assert {m.user for m in warned} == {cast.technician, cast.frontdesk}
    sweep_clocks(at=NOON + timedelta(hours=2, seconds=1))
    assert Message.objects.filter(case=contact.case, channel=IN_APP, user=cast.supervisor).count() == 1


@pytest.mark.req("DSK-3")
def test_the_specialist_gives_the_reply_and_the_contact_ends(cast: Cast) -> None:
    contact = actions.reply(
        contact=promised(cast), text="12月5日年检", by=cast.technician, at=NOON + timedelta(hours=1)
    )
    assert (contact.outcome, contact.done) == (Outcome.PROMISED, "12月5日年检")
    contact.case.refresh_from_db()
    assert contact.case.state == State.CLOSED
    assert clock(contact, "contact.promise").state == "met"


def test_a_promise_moved_to_a_later_time_is_one_promise_with_a_new_time(cast: Cast) -> None:
    contact = promised(cast)
    promised(cast, contact, until=NOON + timedelta(hours=5), at=NOON + timedelta(hours=1))
    live = Clock.objects.live().filter(case=contact.case, key="contact.promise")
    assert [c.due_at for c in live] == [NOON + timedelta(hours=5)]


def test_a_promise_needs_a_time_ahead_a_question_and_a_colleague(cast: Cast) -> None:
    contact = called(cast)
    for wrong, name in (
        ({"until": NOON}, "at"),
        ({"question": "  "}, "question"),
        ({"to": cast.frontdesk2}, "to"),
        ({"to": cast.resident}, "to"),
    ):
        with pytest.raises(Invalid) as refused:
            promised(cast, contact, **wrong)
        assert name in refused.value.fields
    assert not Clock.objects.filter(case=contact.case, key="contact.promise").exists()


@pytest.mark.req("DSK-3")
def test_a_contact_with_a_reply_owed_cannot_be_closed(cast: Cast) -> None:
    contact = promised(cast)
    with pytest.raises(NotNow):
        actions.close(contact=contact, by=cast.frontdesk, at=NOON + 2 * MINUTE)
    with pytest.raises(NotAllowed):
        actions.reply(contact=contact, text="随便", by=cast.technician2, at=NOON + 2 * MINUTE)
    with pytest.raises(Invalid):
        actions.reply(contact=contact, text=" ", by=cast.technician, at=NOON + 2 * MINUTE)
    assert clock(contact, "contact.promise").ended_at is None


# --- the other endings -----------------------------------------------------------------------------------------------
@pytest.mark.req("DSK-1")
def test_a_contact_handed_to_a_named_person_ends_and_they_see_it(cast: Cast) -> None:
    contact = actions.hand_over(contact=called(cast), to=cast.gm, by=cast.frontdesk, at=NOON, done="请总经理接待")
    assert (contact.outcome, contact.handed_to) == (Outcome.HANDED, cast.gm)
    assert CaseAccess.objects.filter(case=contact.case, user=cast.gm).exists()
    last = Event.objects.filter(case=contact.case).order_by("pk").last()
    assert last is not None
    assert sentence(last.kind, last.data).find("Gm") > 0


def test_promising_from_the_line_serves_first_so_that_the_wait_ends(cast: Cast) -> None:
    contact = promised(cast, came(cast))
    assert kinds(contact) == ["contact.queued", "contact.served", "contact.promised"]
    assert clock(contact, "contact.wait").state == "met"
    assert contact.served_by == cast.frontdesk


def test_what_has_ended_stays_ended(cast: Cast) -> None:
    contact = actions.answer(contact=called(cast), by=cast.frontdesk, at=NOON)
    for verb in (actions.hold, actions.serve, actions.answer, actions.pick_up):
        with pytest.raises(NotNow):
            verb(contact=contact, by=cast.frontdesk, at=NOON)
    before = Event.objects.count()
    actions.close(contact=contact, by=cast.frontdesk, at=NOON)
    assert Event.objects.count() == before, "closing what is closed changes nothing"


@pytest.mark.parametrize("role", ["technician", "guard", "cashier", "resident", "frontdesk2", "quality"])
def test_only_the_desk_takes_contacts(cast: Cast, role: str) -> None:
    with pytest.raises(NotAllowed):
        actions.log_contact(new=NewContact(project=cast.project), by=getattr(cast, role), at=NOON)
    with pytest.raises(NotAllowed):
        actions.serve(contact=came(cast), by=getattr(cast, role), at=NOON)


def test_two_who_serve_the_same_visitor_at_once_do_not_overwrite_each_other(cast: Cast) -> None:
    contact = came(cast)
    version = contact.case.version
    actions.serve(contact=contact, by=cast.frontdesk, at=NOON, expected=version)
    with pytest.raises(Stale):
        actions.serve(contact=contact, by=cast.supervisor, at=NOON, expected=version)


def test_a_unit_of_another_project_is_refused(cast: Cast) -> None:
    new = NewContact(project=cast.other_project, caller=Caller(unit=cast.units["3-2-1501"]))
    with pytest.raises(Invalid):
        actions.log_contact(new=new, by=cast.frontdesk2, at=NOON)


@pytest.mark.req("DSK-1", "DSK-2")
def test_who_it_is_and_what_they_say_is_written_down_while_serving_and_found_at_once(cast: Cast) -> None:
    contact = actions.serve(contact=came(cast), by=cast.frontdesk, at=NOON)
    actions.write_down(
        contact=contact,
        by=cast.frontdesk,
        at=NOON,
        caller=caller(cast),
        purpose=Purpose.COMPLAINT,
        said="楼上太吵\n每晚",
    )
    case = Case.objects.get(pk=contact.case_id)
    assert (case.title, case.unit, case.contact_phone) == ("楼上太吵", cast.units["3-2-1501"], "13812341234")
    assert Contact.objects.get(pk=contact.pk).is_resident


@pytest.mark.req("DSK-2")
def test_asking_again_is_logged_under_the_matter_and_its_handler_is_told(cast: Cast) -> None:
    matter = promised(cast).case
    Message.objects.all().delete()
    contact = actions.chase(
        matter=matter, caller=caller(cast), channel="phone", by=cast.frontdesk, at=NOON + timedelta(hours=1)
    )
    assert (contact.case.parent, contact.outcome) == (matter, Outcome.ANSWERED)
    assert matter.number in contact.said
    assert [m.user for m in Message.objects.filter(template="contact.chased", channel=IN_APP)] == [cast.technician]
    actions.reply(contact=Contact.objects.get(case=matter), text="好了", by=cast.technician, at=NOON + MINUTE)
    matter.refresh_from_db()
    with pytest.raises(NotNow):
        actions.chase(matter=matter, caller=caller(cast), channel="phone", by=cast.frontdesk, at=NOON)


def test_where_no_supervisor_is_left_the_next_one_up_hears_who_asks_for_one(cast: Cast) -> None:
    cast.supervisor.memberships.update(ended_at=NOON)
    contact = came(cast, asked_for=AskedFor.SUPERVISOR)
    assert Message.objects.get(case=contact.case, template="contact.supervisor", channel=IN_APP).user == cast.gm


def test_a_caller_stands_with_the_household_whose_phone_it_is(cast: Cast) -> None:
    unit = cast.units["3-2-1501"]
    tenants = Household.objects.create(project=cast.project, unit=unit, is_owner=False)
    assert called(cast).case.household == cast.households["3-2-1501"]
    new = NewContact(project=cast.project, said="问一下", caller=Caller(name="王先生", phone="13600000000", unit=unit))
    assert actions.log_contact(new=new, by=cast.frontdesk, at=NOON).case.household == tenants


@pytest.mark.req("DSK-4")
def test_who_began_to_be_served_while_somebody_closed_it_was_answered_and_has_not_left(cast: Cast) -> None:
    contact = came(cast)
    actions.serve(contact=Contact.objects.get(pk=contact.pk), by=cast.frontdesk, at=NOON)
    closed = actions.close(contact=contact, by=cast.frontdesk, at=NOON + MINUTE)
    assert closed.outcome == Outcome.ANSWERED
    again = actions.close(contact=contact, by=cast.frontdesk, at=NOON + 2 * MINUTE)
    assert (again.case.state, again.outcome) == (State.CLOSED, Outcome.ANSWERED)


@pytest.mark.req("DSK-2")
def test_asking_again_goes_by_what_the_matter_says_when_it_is_locked(cast: Cast) -> None:
    matter = promised(cast).case
    seen = Case.objects.get(pk=matter.pk)
    promised(cast, Contact.objects.get(case=matter), to=cast.head)
    actions.chase(matter=seen, caller=caller(cast), channel="phone", by=cast.frontdesk, at=NOON + MINUTE)
    assert [m.user for m in Message.objects.filter(template="contact.chased", channel=IN_APP)] == [cast.head]
    actions.reply(contact=Contact.objects.get(case=matter), text="好了", by=cast.head, at=NOON + 2 * MINUTE)
    with pytest.raises(NotNow):
        actions.chase(matter=seen, caller=caller(cast), channel="phone", by=cast.frontdesk, at=NOON + 3 * MINUTE)
