"""Steps that a phone sends late: never silently over what somebody else did to the job meanwhile."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from core.errors import Stale
from sla.actions.sweeping import sweep_clocks
from tests.cast import NOON, Cast
from tests.tickets.flow import HOUR, MINUTE, accepted, category, dispatched, kinds, lines, opened
from tests.tickets.pages import LATER, clock_at, hidden, read_in_english, words_of
from tickets import actions
from tickets.actions import Contact
from tickets.models import Ticket
from tickets.states import State

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.req("REP-3")
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at():
        yield


def do(ticket: Ticket, verb: str) -> str:
    return f"/tickets/{ticket.case.number}/do/{verb}/"


class Phone:
    """A technician's phone: looks once at a job, and sends what was tapped later."""

    def __init__(self, client: Client, ticket: Ticket, first: str = "accept") -> None:
        self.client = client
        self.ticket = ticket
        self.seen = hidden(client.get(f"/my-jobs/{ticket.case.number}/"), do(ticket, first), "seen_event")

    def send(self, verb: str, **typed: str) -> Any:
        at = NOON + 2 * HOUR
        body = {"seen_event": self.seen, "idempotency_key": verb, "happened_at": at.isoformat(), **typed}
        return self.client.post(do(self.ticket, verb), body, headers=JSON)


def moved_to_tomorrow(cast: Cast, ticket: Ticket) -> None:
    at = LATER - HOUR
    begins, ends = LATER + 20 * HOUR, LATER + 22 * HOUR
    who, by = cast.technician, cast.frontdesk
    actions.dispatch(ticket=ticket, technician=who, window_from=begins, window_to=ends, by=by, at=at)


def recategorised(cast: Cast, ticket: Ticket) -> None:
    pipe = category("pipe")
    actions.change_category(ticket=ticket, category=pipe, urgency="normal", by=cast.frontdesk, at=LATER - HOUR)


def other_contact(cast: Cast, ticket: Ticket) -> None:
    actions.amend_contact(ticket=ticket, contact=Contact(name="王五"), by=cast.frontdesk, at=LATER - HOUR)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (moved_to_tomorrow, "sent"),
        (recategorised, "Pipe or tap"),
        (other_contact, "contact"),
    ],
)
def test_a_late_step_over_somebody_elses_work_is_refused_and_says_what_they_did(
    cast: Cast, signed_in: SignIn, change: Callable[[Cast, Ticket], None], words: str
) -> None:
    ticket = dispatched(cast, opened(cast))
    phone = Phone(signed_in(cast.technician), ticket)
    change(cast, ticket)
    before = kinds(ticket.case)
    refused = phone.send("accept")
    assert refused.status_code == 409
    said = refused.json()["detail"]
    assert str(cast.frontdesk) in said
    assert words.lower() in said.lower()
    assert "has not been carried out" in said
    assert kinds(ticket.case) == before
    phone.seen = str(refused.json()["seen_event"])
    assert refused.json()["changed_at"] == (LATER - HOUR).isoformat()
    again = phone.send("accept", happened_at=LATER.isoformat())
    assert again.status_code == 200, "sent all the same, and knowingly"
    done = [kind for kind in kinds(ticket.case) if not kind.startswith("clock.")]
    assert done == [*(kind for kind in before if not kind.startswith("clock.")), "ticket.accepted"]


def test_the_steps_of_one_phone_follow_each_other_from_one_look(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    phone = Phone(signed_in(cast.technician), ticket)
    answers = [phone.send("accept"), phone.send("arrive"), phone.send("complete", phone="1", report="换了灯座")]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    ticket.case.refresh_from_db()
    assert ticket.case.state == State.COMPLETED


def test_what_comes_in_between_stops_the_steps_that_follow_it(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    phone = Phone(signed_in(cast.technician), ticket)
    assert phone.send("accept").status_code == 200
    recategorised(cast, ticket)
    assert phone.send("arrive").status_code == 409
    assert phone.send("accept").status_code == 200, "a repeat is answered as it was answered first"
    assert kinds(ticket.case).count("ticket.accepted") == 1
    ticket.case.refresh_from_db()
    assert ticket.case.state == State.ACCEPTED


def test_a_word_to_the_resident_and_a_clock_do_not_hold_a_late_step_up(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    phone = Phone(signed_in(cast.technician), ticket)
    actions.feedback(ticket=ticket, text="师傅在路上", by=cast.frontdesk, at=NOON + 3 * MINUTE)
    sweep_clocks(at=NOON + 4 * HOUR)
    ticket.case.refresh_from_db()
    assert "clock.told" in kinds(ticket.case) or "clock.breached" in kinds(ticket.case)
    assert phone.send("accept").status_code == 200


def test_a_price_is_not_accepted_over_another_price(cast: Cast, signed_in: SignIn) -> None:
    """Not kept for later by the phone, yet sent from a page that may be old."""
    ticket = accepted(cast, opened(cast, code="unclog"))
    actions.quote(ticket=ticket, lines=lines("hose"), by=cast.technician, at=LATER - 2 * HOUR)
    phone = Phone(signed_in(cast.technician), ticket, first="accept-quote")
    actions.quote(ticket=ticket, lines=lines("hose", quantity="2"), by=cast.supervisor, at=LATER - HOUR)
    refused = signed_in(cast.technician).post(do(ticket, "accept-quote"), {"seen_event": phone.seen, "how": "phone"})
    assert refused.status_code == 409
    assert str(cast.supervisor) in words_of(refused)
    ticket.refresh_from_db()
    assert ticket.quote == "offered"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_what_is_committed_between_the_look_and_the_lock_is_seen_by_the_lock(
    real_transactions: None, cast: Cast
) -> None:
    ticket = dispatched(cast, opened(cast))
    read = Ticket.objects.select_related("case").get(pk=ticket.pk)
    recategorised(cast, ticket)
    with pytest.raises(Stale):
        actions.accept(ticket=read, by=cast.technician, at=LATER + timedelta(days=1), expected=read.case.version)
