"""刚才做的: what it lists for whom, taking one thing back, taking back all that were sent together."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from cases.models import Case, Event
from tests.cast import NOON, Cast
from tests.tickets.flow import HOUR, MINUTE, category, in_progress, kinds, opened
from tests.tickets.pages import clock_at, hidden, queries_for, read_in_english, text_of, words_of
from tickets import actions
from tickets.models import Job, Ticket
from tickets.states import State

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
PAGE = "/just-done/"
UNDO = "/just-done/undo/"
AT = NOON + 2 * HOUR
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at(AT + MINUTE):
        yield


def sent(cast: Cast, *, at: Any = AT, by: User | None = None) -> Ticket:
    ticket = opened(cast)
    return actions.dispatch(ticket=ticket, technician=cast.technician, by=by or cast.frontdesk, at=at).ticket


def event_of(ticket: Ticket, kind: str = "ticket.dispatched") -> int:
    return Event.objects.filter(case=ticket.case, kind=kind).latest("pk").pk


def state(ticket: Ticket) -> str:
    return Case.objects.get(pk=ticket.case_id).state


def send_many(client: Client, cast: Cast, tickets: list[Ticket]) -> None:
    picked = [ticket.case.number for ticket in tickets]
    client.post("/tickets/dispatch/", {"pick": picked, "technician": cast.technician.pk, "idempotency_key": "k"})


# --- the list --------------------------------------------------------------------------------------------------------
def test_it_lists_ones_own_deeds_of_the_shift_with_their_records(cast: Cast, signed_in: SignIn) -> None:
    old = opened(cast, at=AT - timedelta(hours=8), description="太久了")
    ticket = sent(cast)
    accepted_one = actions.accept(ticket=sent(cast), by=cast.technician, at=AT)
    response = signed_in(cast.frontdesk).get(PAGE)
    words = words_of(response)
    assert "Sent Technician" in words
    assert f'href="/c/{ticket.case.number}/"' in text_of(response)
    assert "accepted the job" not in words, "that was somebody else"
    assert old.case.number not in words
    assert "went on since" in words, f"{accepted_one.case.number} was accepted"
    assert text_of(response).count(f'action="{UNDO}"') == 1


def test_the_menu_of_the_top_bar_asks_for_the_same_list_when_it_is_opened(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    sent(cast)
    page = text_of(client.get("/tickets/"))
    assert 'data-key="z"' in page
    assert f'hx-get="{PAGE}"' in page
    menu = text_of(client.get(PAGE, headers={"HX-Request": "true"}))
    assert "Sent Technician" in menu
    assert "<html" not in menu


def test_it_reaches_across_midnight(cast: Cast, signed_in: SignIn) -> None:
    late = NOON + timedelta(hours=11, minutes=50)
    ticket = sent(cast, at=late)
    client = signed_in(cast.frontdesk)
    with clock_at(late + 20 * MINUTE):
        assert ticket.case.number in words_of(client.get(PAGE))
        client.post(UNDO, {"event": event_of(ticket)})
    assert state(ticket) == State.PENDING


def test_an_empty_list_says_what_it_is_for(cast: Cast, signed_in: SignIn) -> None:
    assert "Nothing yet in this shift" in words_of(signed_in(cast.guard).get(PAGE))


def test_it_holds_all_and_costs_the_same_for_one_and_for_three(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    sent(cast)
    one = queries_for(client, PAGE)
    for _ in range(2):
        sent(cast)
    assert queries_for(client, PAGE) == one == 6
    for _ in range(20):
        opened(cast, at=AT)
    assert text_of(client.get(PAGE)).count('class="done-row"') == 26


@pytest.mark.req("SEC-1")
def test_residents_have_no_such_page(cast: Cast, signed_in: SignIn) -> None:
    ticket = sent(cast)
    client = signed_in(cast.resident)
    assert client.get(PAGE).status_code == 404
    assert client.post(UNDO, {"event": event_of(ticket)}).status_code == 404
    assert state(ticket) == State.DISPATCHED


# --- undoing ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-3")
def test_one_thing_is_taken_back_and_its_record_says_so(cast: Cast, signed_in: SignIn) -> None:
    ticket = sent(cast)
    client = signed_in(cast.frontdesk)
    answer = client.post(UNDO, {"event": event_of(ticket)}, follow=True)
    assert answer.redirect_chain == [(f"/tickets/{ticket.case.number}/", 302)]
    words = words_of(answer)
    assert "undone: it stands as before" in words
    assert "Took the job back from Technician" in words
    assert state(ticket) == State.PENDING
    listed = words_of(client.get(PAGE))
    assert "the dispatch was undone" in listed
    assert listed.count("Undone") == 1
    assert "went on since" not in listed
    portal = signed_in(cast.resident).get(f"/home/{ticket.case.number}/")
    assert portal.status_code == 200
    assert "Took the job back" not in words_of(portal)


def test_a_button_pressed_twice_acts_once_and_says_so_twice(cast: Cast, signed_in: SignIn) -> None:
    ticket = sent(cast)
    client = signed_in(cast.frontdesk)
    body = {"event": event_of(ticket), "idempotency_key": "k"}
    for _ in range(2):
        assert "undone: it stands as before" in words_of(client.post(UNDO, body, follow=True))
    assert kinds(ticket.case).count("ticket.dispatch_undone") == 1


def test_a_refusal_says_what_happened_since(cast: Cast, signed_in: SignIn) -> None:
    ticket = sent(cast)
    actions.accept(ticket=ticket, by=cast.technician, at=AT)
    words = words_of(signed_in(cast.frontdesk).post(UNDO, {"event": event_of(ticket)}, follow=True))
    assert "went on since (Technician: “Technician accepted the job.”)" in words
    assert state(ticket) == State.ACCEPTED


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("who", ["frontdesk2", "technician2", "guard"])
def test_what_one_does_not_see_is_not_there(cast: Cast, signed_in: SignIn, who: str) -> None:
    ticket = sent(cast)
    client = signed_in(cast.users[who])
    assert client.post(UNDO, {"event": event_of(ticket)}).status_code == 404
    assert client.post(UNDO, {"event": "x"}).status_code == 404
    assert client.post(UNDO).status_code == 400
    assert state(ticket) == State.DISPATCHED


def test_a_colleague_does_not_take_back_what_the_desk_did(cast: Cast, signed_in: SignIn) -> None:
    ticket = sent(cast)
    words = words_of(signed_in(cast.head).post(UNDO, {"event": event_of(ticket)}, follow=True))
    assert "Only whoever did it, or a supervisor" in words
    assert state(ticket) == State.DISPATCHED


def test_a_supervisor_takes_it_back_on_the_tickets_page_and_says_why(cast: Cast, signed_in: SignIn) -> None:
    ticket = sent(cast)
    url, do = f"/tickets/{ticket.case.number}/", f"/tickets/{ticket.case.number}/do/correct/"
    client = signed_in(cast.supervisor)
    shown = client.get(url)
    assert f'action="{do}"' in text_of(shown)
    assert "Frontdesk: Sent Technician" in words_of(shown)
    assert client.post(do, {"version": hidden(shown, do, "version"), "reason": " "}).status_code == 422
    assert "Say why" in words_of(client.post(UNDO, {"event": event_of(ticket)}, follow=True))
    assert state(ticket) == State.DISPATCHED
    answer = client.post(do, {"version": hidden(shown, do, "version"), "reason": "业主要换人"}, follow=True)
    assert "Taken back: it stands as before." in words_of(answer)
    assert "业主要换人" in words_of(answer)
    assert state(ticket) == State.PENDING
    assert f'action="{do}"' not in text_of(answer), "now it is one's own"


@pytest.mark.parametrize("who", ["frontdesk", "head", "gm", "technician"])
def test_nobody_else_has_that_button(cast: Cast, signed_in: SignIn, who: str) -> None:
    ticket = sent(cast)
    assert "/do/correct/" not in text_of(signed_in(cast.users[who]).get(f"/tickets/{ticket.case.number}/"))


def test_the_button_goes_once_it_can_no_longer_be_undone(cast: Cast, signed_in: SignIn) -> None:
    ticket = sent(cast)
    actions.accept(ticket=ticket, by=cast.technician, at=AT)
    assert "/do/correct/" not in text_of(signed_in(cast.supervisor).get(f"/tickets/{ticket.case.number}/"))
    late = sent(cast)
    with clock_at(AT + 31 * MINUTE):
        assert "/do/correct/" not in text_of(signed_in(cast.supervisor).get(f"/tickets/{late.case.number}/"))


def test_a_hold_and_a_category_have_their_button_too(cast: Cast, signed_in: SignIn) -> None:
    held = actions.hold(ticket=in_progress(cast, opened(cast)), reason="等配件", by=cast.frontdesk, at=AT)
    sorted_anew = actions.change_category(ticket=opened(cast), category=category("fire"), by=cast.frontdesk, at=AT)
    client = signed_in(cast.frontdesk)
    for ticket, kind in ((held, "ticket.held"), (sorted_anew, "ticket.recategorised")):
        assert f'name="event" value="{event_of(ticket, kind)}"' in text_of(client.get(PAGE))
        client.post(UNDO, {"event": event_of(ticket, kind)})
    assert state(held) == State.IN_PROGRESS
    assert Case.objects.get(pk=sorted_anew.case_id).category == "lamp"


# --- several at once -------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-3")
def test_all_that_were_sent_together_are_taken_back_together(cast: Cast, signed_in: SignIn) -> None:
    tickets = [opened(cast) for _ in range(3)]
    client = signed_in(cast.supervisor)
    send_many(client, cast, tickets)
    assert "Undo it from what you just did" in words_of(client.get("/tickets/"))
    actions.accept(ticket=tickets[1], by=cast.technician, at=AT + MINUTE)
    page = client.get(PAGE)
    assert "Sent Technician to 3 tickets." in words_of(page)
    assert "Undo these 2 tickets" in words_of(page)
    (batch,) = [one for one in page.context["done"] if len(one.deeds) == 3]
    events = [deed.pk for deed in batch.undoable]
    answer = client.post(UNDO, {"event": [*events, event_of(tickets[1])]})
    assert answer.headers["Location"] == PAGE
    results = client.get(PAGE).context["results"]
    assert [result["ok"] for result in results] == [True, False, True]
    assert [state(ticket) for ticket in tickets] == [State.PENDING, State.ACCEPTED, State.PENDING]
    assert client.get(PAGE).context["results"] is None, "told once"


def test_a_list_that_is_out_of_date_sends_nobody_to_what_changed_and_says_what_did(
    cast: Cast, signed_in: SignIn
) -> None:
    tickets = [opened(cast), opened(cast)]
    client = signed_in(cast.supervisor)
    seen = {f"seen-{ticket.case.number}": ticket.case.version for ticket in tickets}
    assert all(f'name="{name}" value="{version}"' in text_of(client.get("/tickets/")) for name, version in seen.items())
    actions.change_category(ticket=tickets[0], category=category("fire"), by=cast.frontdesk, at=AT)
    picked = [ticket.case.number for ticket in tickets]
    client.post("/tickets/dispatch/", {"pick": picked, "technician": cast.technician.pk, **seen})
    first, second = client.get("/tickets/").context["results"]
    assert (first["ok"], second["ok"]) == (False, True)
    assert "Somebody changed this matter" in first["words"]
    assert "Frontdesk: “Sorted anew" in first["words"]
    assert Job.objects.count() == 1


# --- over the API ----------------------------------------------------------------------------------------------------
def test_the_api_takes_back_what_was_done_last(cast: Cast, api: Api) -> None:
    ticket = sent(cast)
    path = f"/api/v1/tickets/{ticket.case.number}/undo/"
    assert api(cast.resident2).post(path).status_code == 404
    assert api(cast.resident).post(path).status_code == 403
    version = Case.objects.get(pk=ticket.case_id).version
    stale = api(cast.frontdesk).post(path, headers={"If-Match": f'"{version - 1}"'})
    assert (stale.status_code, stale.data["code"]) == (409, "stale")
    done = api(cast.frontdesk).post(path, headers={"If-Match": f'"{version}"', "Idempotency-Key": "k"})
    assert (done.status_code, done.data["state"]) == (200, "pending")
    assert done.data["events"][-1]["kind"] == "ticket.dispatch_undone"
    again = api(cast.frontdesk).post(path, headers={"If-Match": f'"{version}"', "Idempotency-Key": "k"})
    assert again.data == done.data
    refused = api(cast.frontdesk).post(path)
    assert (refused.status_code, refused.data["code"]) == (409, "not_now")


def test_the_page_has_all_of_the_shift_and_the_menu_the_newest(cast: Cast, signed_in: SignIn) -> None:
    """What can be undone for half an hour does not leave the list because of what came after it."""
    first = sent(cast)
    for minute in range(1, 25):
        actions.amend_contact(
            ticket=first,
            contact=actions.Contact(name=f"第{minute}"),
            by=cast.frontdesk,
            at=AT + timedelta(seconds=minute),
        )
    client = signed_in(cast.frontdesk)
    with clock_at(AT + MINUTE):
        page = client.get(PAGE).content.decode()
        menu = client.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert "Sent Technician" in page
    assert "Sent Technician" not in menu
    assert menu.count("done-row") == 20
