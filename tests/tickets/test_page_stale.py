"""A step of a ticket that came second: both values, who and when, and nothing typed is lost."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from tests.cast import Cast
from tests.tickets.flow import category, dispatched, kinds, opened
from tests.tickets.pages import LATER, clock_at, hidden, read_in_english, words_of
from tickets import actions
from tickets.actions import Contact
from tickets.models import Ticket
from tickets.states import State

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at():
        yield


def page(ticket: Ticket) -> str:
    return f"/tickets/{ticket.case.number}/"


def do(ticket: Ticket, verb: str) -> str:
    return f"/tickets/{ticket.case.number}/do/{verb}/"


@pytest.mark.req("REP-3")
def test_a_stale_form_shows_both_states_and_keeps_the_words(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.supervisor)
    shown = client.get(page(ticket))
    form = {name: hidden(shown, do(ticket, "cancel"), name) for name in ("version", "seen", "seen_at")}
    dispatched(cast, ticket, at=LATER + timedelta(minutes=3))
    response = client.post(do(ticket, "cancel"), {**form, "reason": "业主说已自行修好"})
    assert response.status_code == 409
    words = words_of(response)
    assert "业主说已自行修好" in words
    assert "State Pending dispatch Dispatched" in words, "then and now"
    assert "Somebody saved this while you were writing" in words
    assert f"{cast.frontdesk}, " in words, "who and when"
    ticket.case.refresh_from_db()
    assert ticket.case.state == State.DISPATCHED
    again = {"version": hidden(response, do(ticket, "cancel"), "version"), "reason": "业主说已自行修好"}
    assert client.post(do(ticket, "cancel"), again).status_code == 302
    ticket.case.refresh_from_db()
    assert ticket.case.state == State.CANCELLED


@pytest.mark.req("REP-3")
@pytest.mark.parametrize(
    ("verb", "typed", "pair"),
    [
        ("change-category", {"category": "pipe", "urgency": "normal"}, "Category Pipe or tap Fire protection"),
        ("amend-contact", {"name": "李四", "place": "东门"}, "Contact person 李四 王五"),
        ("redispatch", {"technician": "technician"}, "Who goes Technician"),
    ],
)
def test_a_form_that_came_second_shows_both_values_field_by_field(
    cast: Cast, signed_in: SignIn, verb: str, typed: dict[str, str], pair: str
) -> None:
    ticket = dispatched(cast, opened(cast))
    version = ticket.case.version
    actions.change_category(ticket=ticket, category=category("fire"), urgency="urgent", by=cast.frontdesk, at=LATER)
    actions.amend_contact(ticket=ticket, contact=Contact(name="王五"), by=cast.frontdesk, at=LATER)
    actions.dispatch(ticket=ticket, technician=cast.technician2, by=cast.frontdesk, at=LATER)
    if "category" in typed:
        typed = typed | {"category": str(category("pipe").pk)}
    if "technician" in typed:
        typed = typed | {"technician": str(cast.technician.pk)}
    client = signed_in(cast.supervisor)
    response = client.post(do(ticket, verb), {"version": version, **typed})
    assert response.status_code == 409
    assert pair in words_of(response)
    seen = kinds(ticket.case)
    again = {"version": hidden(response, do(ticket, verb), "version"), **typed}
    assert client.post(do(ticket, verb), again).status_code == 302
    assert len(kinds(ticket.case)) == len(seen) + 1, "pressed again it is done"


@pytest.mark.req("REP-3")
def test_a_number_that_came_second_stands_beside_the_one_it_would_replace(cast: Cast, signed_in: SignIn) -> None:
    """The form shows no number, so a save could put one in another's place unseen."""
    ticket = opened(cast)
    version = ticket.case.version
    contact = Contact(name="王五", phone="13955550001")
    actions.amend_contact(ticket=ticket, contact=contact, by=cast.frontdesk, at=LATER)
    typed = {"version": version, "name": "王五", "phone": "13977770002"}
    client = signed_in(cast.supervisor)
    response = client.post(do(ticket, "amend-contact"), typed)
    assert response.status_code == 409
    assert "New phone 13977770002 139****0001" in words_of(response)
    again = {**typed, "version": hidden(response, do(ticket, "amend-contact"), "version")}
    assert client.post(do(ticket, "amend-contact"), again).status_code == 302
    told = ticket.case.events.filter(kind="ticket.contact_amended").latest("pk")
    assert told.text == "139****0001 → 139****0002", "the record says what stood there, with its stars"
