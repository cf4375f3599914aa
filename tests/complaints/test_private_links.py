"""What was opened for a private complaint does not name it to those whom it passes by, on pages or over the API."""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from cases.models import Case
from complaints.models import Complaint
from reception import actions as desk
from reception.actions import NewContact
from tests.cast import NOON, Cast, make_user
from tests.complaints.scene import taken
from tests.tickets.flow import opened
from tickets.models import Ticket

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
pytestmark = pytest.mark.req("CMP-15")


@pytest.fixture
def private(cast: Cast) -> Complaint:
    """One about the head of maintenance."""
    return taken(cast, by="supervisor", about_person=cast.head)


@pytest.fixture
def repair(cast: Cast, private: Complaint) -> Ticket:
    """A repair opened for it, which maintenance sees."""
    ticket = opened(cast, parent=private.case)
    Case.objects.filter(pk=ticket.case.pk).update(department=cast.departments["maintenance"])
    return ticket


def test_the_repair_names_its_complaint_to_those_only_who_see_it(
    cast: Cast, signed_in: SignIn, api: Api, private: Complaint, repair: Ticket
) -> None:
    number, path = private.case.number, f"tickets/{repair.case.number}/"
    for reader, sees in ((cast.head, False), (cast.supervisor, True)):
        page = signed_in(reader).get(f"/{path}").content.decode()
        assert (number in page) is sees
        assert api(reader).get(f"/api/v1/{path}").json()["parent"] == (number if sees else None)
        rows = api(reader).get("/api/v1/cases/").json()["results"]
        (row,) = [row for row in rows if row["number"] == repair.case.number]
        assert row["parent"] == (number if sees else None)


@pytest.mark.parametrize("of", ["tickets", "cases"])
def test_no_filter_finds_out_what_it_was_opened_for(
    cast: Cast, api: Api, private: Complaint, repair: Ticket, of: str
) -> None:
    for reader, found in ((cast.head, 0), (cast.supervisor, 1)):
        rows = api(reader).get(f"/api/v1/{of}/?parent={private.case.number}&kind=repair").json()["results"]
        assert len(rows) == found


def test_a_contact_that_its_taker_may_not_read_is_no_dead_end_on_the_complaint(
    cast: Cast, signed_in: SignIn, api: Api
) -> None:
    other = make_user("frontdesk3", "frontdesk", cast.project, cast.departments["service"])
    contact = desk.log_contact(new=NewContact(project=cast.project, said="投诉前台"), by=cast.frontdesk, at=NOON)
    complaint = taken(cast, about_person=other, contact=contact.case)
    number = complaint.case.number
    assert not Case.objects.visible_to(cast.frontdesk).filter(pk=contact.case.pk).exists()
    assert contact.case.number not in signed_in(cast.frontdesk).get(f"/complaints/{number}/").content.decode()
    assert api(cast.frontdesk).get(f"/api/v1/complaints/{number}/").json()["parent"] is None
    assert contact.case.number in signed_in(cast.supervisor).get(f"/complaints/{number}/").content.decode()
    assert api(cast.supervisor).get(f"/api/v1/complaints/{number}/").json()["parent"] == contact.case.number
