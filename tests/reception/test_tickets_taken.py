"""A ticket taken at the desk stands in the work log: from a contact, with one made for it, or joined to an open one."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from cases.models import Case, Event
from core.errors import NotAllowed
from reception import actions
from reception.actions import Caller
from reception.models import Contact
from reception.states import Outcome, Purpose, State
from tests.cast import NOON, Cast
from tests.reception.desk import PHONE, ROOM, call, events, findable, repair, visit
from tests.tickets.pictures import photo_bytes
from tickets.actions import NewTicket
from tickets.models import Ticket


def contact_of(ticket: Ticket) -> Contact:
    """The contact under which the ticket stands."""
    return Contact.objects.get(case=Case.objects.get(pk=ticket.case_id).parent)


@pytest.mark.req("REP-1", "DSK-1")
@pytest.mark.parametrize("channel", ["phone", "walk_in", "letter", "email", "wechat"])
def test_a_repair_taken_at_the_desk_stands_in_the_work_log(cast: Cast, channel: str) -> None:
    ticket = repair(cast, "厨房水管漏水", channel=channel, contact_name="张小明")
    contact = contact_of(ticket)
    assert (contact.said, contact.outcome, contact.purpose) == ("厨房水管漏水", Outcome.TICKET, Purpose.REPAIR)
    assert (contact.case.channel, contact.case.state, contact.case.unit) == (channel, State.CLOSED, cast.units[ROOM])
    assert (contact.case.contact_name, contact.case.contact_phone, contact.case.taken_by) == (
        "张小明", PHONE, cast.frontdesk,
    )  # fmt: skip
    assert contact.is_resident


def test_what_a_patrol_or_a_technician_reports_is_no_contact(cast: Cast) -> None:
    repair(cast, channel="patrol")
    new = NewTicket(project=cast.project, unit=cast.units[ROOM], description="楼道灯坏")
    actions.take_ticket(new=new, by=cast.technician, at=NOON)
    assert Ticket.objects.count() == 2
    assert not Contact.objects.exists()


def test_nothing_stays_in_the_log_where_the_ticket_was_refused(cast: Cast) -> None:
    new = NewTicket(project=cast.other_project, unit=cast.units[ROOM], description="漏水")
    with pytest.raises(NotAllowed):
        actions.take_ticket(new=new, by=cast.frontdesk, at=NOON)
    assert not Contact.objects.exists()


@pytest.mark.req("DSK-1")
def test_a_contact_becomes_a_ticket_with_what_was_typed(cast: Cast) -> None:
    contact = call(cast, said="卫生间漏水")
    ticket = actions.open_ticket_from(contact=contact, new=NewTicket(project=cast.project), by=cast.frontdesk, at=NOON)
    case = Case.objects.get(pk=ticket.case_id)
    assert (case.parent, case.unit, case.contact_phone) == (contact.case, cast.units[ROOM], PHONE)
    assert ticket.description == "卫生间漏水"
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.outcome, contact.case.state) == (Outcome.TICKET, State.CLOSED)
    assert events(contact) == ["contact.served", "contact.closed"]


def test_a_ticket_for_a_contact_whose_reply_is_owed_leaves_the_promise_alone(cast: Cast) -> None:
    contact = call(cast)
    later = NOON.replace(hour=8)
    actions.promise(contact=contact, to=cast.technician, until=later, question="？", by=cast.frontdesk, at=NOON)
    new = NewTicket(project=cast.project, description="漏水")
    actions.open_ticket_from(contact=contact, new=new, by=cast.frontdesk, at=NOON)
    contact.case.refresh_from_db()
    assert contact.case.state == State.PROMISED


@pytest.mark.req("REP-1")
def test_a_caller_joined_to_an_open_ticket_stands_on_it_and_in_the_log(cast: Cast) -> None:
    ticket = repair(cast, "电梯不动了", unit=None, place="3号楼电梯")
    caller = Caller(name="单小红", phone="13912345678", unit=cast.units["3-2-1502"])
    contact = actions.join_ticket(
        ticket=ticket, caller=caller, said="电梯坏了", channel="phone", by=cast.frontdesk, at=NOON
    )
    assert (contact.case.parent, contact.outcome, contact.done) == (ticket.case, Outcome.TICKET, ticket.case.number)
    joined = Event.objects.get(case=ticket.case, kind="ticket.joined")
    assert (joined.data["other"], joined.text) == ("3-2-1502 单小红", "电梯坏了")
    assert Ticket.objects.count() == 1


def test_a_contact_at_the_desk_that_is_joined_ends_there(cast: Cast) -> None:
    ticket = repair(cast, "电梯不动了")
    contact = actions.serve(contact=visit(cast), by=cast.frontdesk, at=NOON)
    actions.join_ticket(
        ticket=ticket, caller=Caller(), said="电梯", channel="walk_in", contact=contact, by=cast.frontdesk, at=NOON
    )
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.outcome, contact.done, contact.case.state) == (Outcome.TICKET, ticket.case.number, State.CLOSED)


@pytest.mark.req("REP-1")
def test_pictures_sent_before_there_was_a_number_hang_on_the_ticket_once_and_only_ones_own(
    cast: Cast, signed_in: Any
) -> None:
    findable(cast)
    client = signed_in(cast.frontdesk)
    from_desk = client.post("/intake/photos/", {"file": upload()}).json()["id"]
    foreign = signed_in(cast.supervisor).post("/intake/photos/", {"file": upload()}).json()["id"]
    new = NewTicket(project=cast.project, unit=cast.units[ROOM], description="漏水")
    ticket = actions.take_ticket(new=new, by=cast.frontdesk, at=NOON, photos=[from_desk, foreign, "nonsense"])
    assert [a.file.token for a in ticket.case.attachments.all()] == [from_desk]
    again = actions.take_ticket(new=new, by=cast.frontdesk, at=NOON, photos=[from_desk])
    assert not again.case.attachments.exists()


def upload() -> Any:
    """A picture as a browser sends it."""

    return SimpleUploadedFile("photo.jpg", photo_bytes(), content_type="image/jpeg")


@pytest.mark.req("REP-1", "DSK-1")
def test_a_ticket_over_the_api_stands_in_the_work_log_too_and_once(cast: Cast, api: Any) -> None:
    client: APIClient = api(cast.frontdesk)
    body = {"project": "demo", "unit": ROOM, "description": "插座没电", "contact_name": "张小明", "channel": "phone"}
    first = client.post("/api/v1/tickets/", body, format="json", HTTP_IDEMPOTENCY_KEY="one")
    again = client.post("/api/v1/tickets/", body, format="json", HTTP_IDEMPOTENCY_KEY="one")
    assert (first.status_code, first.json()["number"]) == (201, again.json()["number"])
    contact = Contact.objects.get()
    assert first.json()["parent"] == contact.case.number
    assert (contact.said, contact.outcome) == ("插座没电", Outcome.TICKET)


def test_a_ticket_from_a_contact_over_the_api_ends_that_contact(cast: Cast, api: Any) -> None:
    contact = call(cast)
    body = {"project": "demo", "unit": ROOM, "description": "插座没电", "contact": contact.case.number}
    made = api(cast.frontdesk).post("/api/v1/tickets/", body, format="json")
    assert made.json()["parent"] == contact.case.number
    assert Contact.objects.get().outcome == Outcome.TICKET
