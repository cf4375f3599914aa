"""The printed form of a ticket: issued once, given again, and in the hands of those who need the number on it."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from cases.actions import grant
from cases.models import Attachment
from cases.states import PhotoLabel
from records.models import AuditEntry
from tests.cast import NOON, Cast
from tests.tickets.flow import completed, dispatched, opened
from tests.tickets.pages import clock_at, read_in_english, words_of
from tickets.models import Ticket
from tickets.reads.paper import paper_form

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at():
        yield


def page(ticket: Ticket) -> str:
    return f"/tickets/{ticket.case.number}/"


@pytest.mark.req("REP-2")
def test_a_reprint_is_the_paper_that_was_issued(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.frontdesk)
    version = ticket.case.version
    first = client.post(page(ticket) + "paper/").headers["Location"]
    assert client.post(page(ticket) + "paper/").headers["Location"] == first
    printed = client.get(first)
    assert printed.headers["Content-Type"] == "application/pdf"
    assert b"".join(printed.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert Attachment.objects.filter(case=ticket.case, label=PhotoLabel.PAPER).count() == 1
    ticket.case.refresh_from_db()
    assert ticket.case.version == version, "a printed form does not make an open page stale"
    assert AuditEntry.objects.filter(action="contact.revealed", by=cast.frontdesk).count() == 1


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("frontdesk", True), ("supervisor", True), ("gm", True), ("admin", True), ("head", True), ("technician", True),
        ("quality", False), ("cashier", False), ("technician2", False),
    ],
)  # fmt: skip
def test_the_form_with_the_number_is_for_the_desk_leaders_and_who_was_sent(
    cast: Cast, signed_in: SignIn, api: Callable[[User], APIClient], who: str, may: bool
) -> None:
    """Whoever else sees the ticket sees that there is a form, and is told why not."""
    ticket = dispatched(cast, opened(cast))
    if who in {"cashier", "technician2"}:
        grant(case=ticket.case, user=cast.users[who], at=NOON)
    issued = signed_in(cast.frontdesk).post(page(ticket) + "paper/").headers["Location"]
    client = signed_in(cast.users[who])
    shown = client.get(page(ticket))
    assert "Form printed" in words_of(shown)
    assert (f'href="{issued}"' in shown.content.decode()) is may
    assert (f'action="{page(ticket)}paper/"' in shown.content.decode()) is may
    found = (
        client.get(issued),
        client.post(page(ticket) + "paper/"),
        api(cast.users[who]).get(issued.replace("/c/", "/api/v1/cases/")),
    )
    assert [answer.status_code for answer in found] == ([200, 302, 200] if may else [403, 403, 403])
    if not may:
        assert all("The form shows the contact" in words_of(answer) for answer in found[:2])
        assert found[2].json()["code"] == "not_allowed"
    assert AuditEntry.objects.filter(action="contact.revealed", by=cast.users[who]).count() == (2 if may else 0)


def test_who_had_the_job_before_may_print_while_they_see_the_ticket(cast: Cast, signed_in: SignIn) -> None:
    ticket = completed(cast, opened(cast))
    assert signed_in(cast.technician).post(page(ticket) + "paper/").status_code == 302


def test_a_form_asked_for_online_names_nobody_who_took_it(cast: Cast) -> None:
    online = opened(cast, by=cast.resident, channel="online")
    assert paper_form(online, url="").taken_by == ""
    assert paper_form(opened(cast), url="").taken_by == str(cast.frontdesk)


def test_a_finished_ticket_has_a_form_of_its_own(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.frontdesk)
    before = client.post(page(ticket) + "paper/").headers["Location"]
    completed(cast, ticket)
    assert client.post(page(ticket) + "paper/").headers["Location"] != before
