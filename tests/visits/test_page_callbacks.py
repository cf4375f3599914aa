"""Callbacks: the worklist, the call beside it, its answer, its number dialled."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from cases.models import Case
from complaints.actions import close, resolve
from records.models import AuditEntry
from tests.cast import NOON, Cast
from tests.complaints.scene import taken
from tests.tickets.flow import HOUR, called_back, completed, kinds, opened, owed
from tests.tickets.pages import LATER, MASKED, PHONE, clock_at, queries_for, read_in_english, words_of
from tickets.models import Ticket
from tickets.states import State as TicketState
from visits.models import Callback
from visits.states import State

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.req("CBK-2")


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at():
        yield


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """A repair finished at 14:00 in Shanghai, its callback owed."""
    return completed(cast, opened(cast))


def record(callback: Callback) -> str:
    return f"/callbacks/{callback.case.number}/record/"


def listed(response: Any) -> list[str]:
    return [row.number for row in response.context["rows"]]


# --- the worklist ----------------------------------------------------------------------------------------------------
def test_what_falls_due_first_is_first_and_open(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    earlier = completed(cast, opened(cast), at=NOON + HOUR + timedelta(minutes=30))
    response = signed_in(cast.frontdesk).get("/callbacks/")
    assert listed(response) == [owed(earlier).case.number, owed(ticket).case.number]
    assert response.context["call"].case.number == owed(earlier).case.number


def test_one_page_has_the_script_the_job_and_its_history(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    response = signed_in(cast.frontdesk).get("/callbacks/")
    words = words_of(response)
    for expected in ("3-2-1501", "张小明", MASKED, ticket.case.number, "客厅吸顶灯不亮了", "Technician arrived."):
        assert expected in words
    assert "Thank you" in words
    assert PHONE not in response.content.decode()


def test_one_that_waits_for_its_next_try_is_under_later(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    client = signed_in(cast.frontdesk)
    callback = owed(ticket)
    client.post(record(callback), {"result": "unreachable"})
    assert listed(client.get("/callbacks/")) == []
    assert "Nobody to call now" in words_of(client.get("/callbacks/"))
    later = client.get("/callbacks/?show=later")
    assert listed(later) == [callback.case.number]
    assert "again Today 19:00" in words_of(later)


def test_one_may_be_opened_by_its_number(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    completed(cast, opened(cast), at=NOON + HOUR + timedelta(minutes=30))
    number = owed(ticket).case.number
    assert signed_in(cast.frontdesk).get(f"/callbacks/?open={number}").context["call"].case.number == number


@pytest.mark.parametrize("who", ["resident", "technician", "guard", "head"])
def test_the_list_is_not_there_for_who_makes_no_calls(cast: Cast, signed_in: SignIn, ticket: Ticket, who: str) -> None:
    assert signed_in(getattr(cast, who)).get("/callbacks/").status_code == 404


def test_who_was_given_a_callback_has_the_list(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    Case.objects.filter(pk=owed(ticket).case.pk).update(handler=cast.head)
    assert signed_in(cast.head).get("/callbacks/").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_call_and_for_three(cast: Cast, signed_in: SignIn, count: int) -> None:
    for _ in range(count):
        completed(cast, opened(cast))
    assert queries_for(signed_in(cast.frontdesk), "/callbacks/") == 7


def test_a_full_list_still_says_how_many_there_are(
    cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        completed(cast, opened(cast))
    client = signed_in(cast.frontdesk)
    monkeypatch.setattr("visits.views.callbacks.MOST", 2)
    assert "3 to call" in words_of(client.get("/callbacks/"))
    monkeypatch.setattr("visits.views.callbacks.COUNTED", 2)
    assert "2+ to call" in words_of(client.get("/callbacks/"))


@pytest.mark.req("CBK-3")
def test_a_bad_score_is_not_saved_as_satisfied(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    refused = signed_in(cast.frontdesk).post(record(owed(ticket)), {"result": "satisfied", "score": "1"})
    assert refused.status_code == 400
    assert "A score of 1 or 2 means not satisfied" in words_of(refused)
    ticket.case.refresh_from_db()
    assert ticket.case.state == TicketState.COMPLETED


# --- answers ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("CBK-1")
def test_content_with_a_score_closes_the_ticket_and_opens_the_next_call(
    cast: Cast, signed_in: SignIn, ticket: Ticket
) -> None:
    following = completed(cast, opened(cast), at=NOON + 3 * HOUR)
    client = signed_in(cast.frontdesk)
    callback = owed(ticket)
    response = client.post(record(callback), {"result": "satisfied", "score": "5"}, follow=True)
    assert response.redirect_chain == [("/callbacks/", 302)]
    assert response.context["call"].case.number == owed(following).case.number
    callback.refresh_from_db()
    assert (callback.result, callback.score, callback.case.state) == ("satisfied", 5, State.DONE)
    ticket.case.refresh_from_db()
    assert ticket.case.state == TicketState.CLOSED


@pytest.mark.req("CBK-3", "REP-7")
def test_not_content_needs_words_and_opens_the_ticket_again(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    client = signed_in(cast.frontdesk)
    callback = owed(ticket)
    refused = client.post(record(callback), {"result": "dissatisfied", "score": "2"})
    assert refused.status_code == 422
    body = refused.content.decode()
    assert 'value="dissatisfied" id="id_result_dissatisfied"' in body
    assert body.count(" checked") == 2, "the choice and the score are still there"
    client.post(record(callback), {"result": "dissatisfied", "score": "2", "text": "晚上又不亮了"})
    ticket.case.refresh_from_db()
    assert ticket.case.state == TicketState.REOPENED


def test_no_answer_says_when_it_will_be_tried_again(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    client = signed_in(cast.frontdesk)
    assert "It comes back to this list Today 19:00" in words_of(client.get("/callbacks/"))
    response = client.post(record(owed(ticket)), {"result": "unreachable", "score": "4"}, follow=True)
    assert "3-2-1501: not reached, to be tried again" in words_of(response)
    assert owed(ticket).score is None, "nobody was reached who could give a score"


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("satisfied", "3-2-1501: satisfied; {number}: Closed."),
        ("dissatisfied", "3-2-1501: not satisfied, the supervisors know; {number}: Reopened."),
    ],
)
def test_it_says_how_the_complaint_stands_that_the_call_was_about(
    cast: Cast, signed_in: SignIn, result: str, words: str
) -> None:
    complaint = taken(cast)
    resolve(complaint=complaint, outcome="explained", result="住户撤回", by=cast.supervisor, at=NOON + HOUR)
    close(complaint=complaint, confirmed=False, reason="撤回", by=cast.supervisor, at=NOON + HOUR)
    client, callback = signed_in(cast.frontdesk), Callback.objects.get()
    number = complaint.case.number
    assert f"{number} is opened again, and once it is settled" in words_of(client.get("/callbacks/"))
    answer = client.post(record(callback), {"result": result, "text": "还是脏"}, follow=True)
    assert words.format(number=number) in words_of(answer)


@pytest.mark.parametrize(
    "form", [{}, {"result": "maybe"}, {"result": "satisfied", "score": "6"}, {"result": "satisfied", "score": "x"}]
)
def test_half_an_answer_is_refused_and_nothing_happens(
    cast: Cast, signed_in: SignIn, ticket: Ticket, form: dict[str, str]
) -> None:
    callback = owed(ticket)
    assert signed_in(cast.frontdesk).post(record(callback), form).status_code == 422
    assert kinds(callback.case) == ["callback.owed"]


def test_the_same_answer_sent_twice_counts_once(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    client = signed_in(cast.frontdesk)
    callback = owed(ticket)
    form = {"result": "unreachable", "idempotency_key": "k"}
    for _ in range(2):
        assert client.post(record(callback), form).status_code == 302
    assert owed(ticket).attempts == 1


def test_somebody_was_faster(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    callback = owed(ticket)
    client = signed_in(cast.frontdesk)
    version = callback.case.version
    called_back(cast, ticket)
    response = client.post(record(callback), {"result": "unreachable", "text": "没人接", "version": version})
    assert response.status_code == 409
    assert "Somebody changed this matter" in words_of(response)
    words = words_of(response)
    assert "Somebody saved this while you were writing" in words
    assert "Result Not reached Satisfied" in words, "mine and theirs"
    assert "What was said 没人接 —" in words, "what was typed is still there"
    assert (
        f"This callback is over, so yours is not recorded; it stands below to be copied. Open {ticket.case.number}"
        in words
    )
    assert "press the button once more" not in words, "there is none"


def test_somebody_tried_meanwhile_and_pressing_again_counts_as_the_next_try(
    cast: Cast, signed_in: SignIn, ticket: Ticket
) -> None:
    callback = owed(ticket)
    mine = {"result": "satisfied", "score": "5", "text": "很好", "version": callback.case.version}
    signed_in(cast.supervisor).post(record(callback), {"result": "unreachable"})
    client = signed_in(cast.frontdesk)
    response = client.post(record(callback), mine)
    assert response.status_code == 409
    words = words_of(response)
    assert "Result Satisfied Not reached" in words
    assert str(cast.supervisor) in words
    assert "很好</textarea>" in response.content.decode()
    version = Case.objects.get(pk=callback.case_id).version
    assert client.post(record(callback), {**mine, "version": version}).status_code == 302


def test_a_finished_call_has_its_own_page_without_a_form(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    callback = owed(ticket)
    client = signed_in(cast.frontdesk)
    assert "data-callback" in client.get(f"/callbacks/{callback.case.number}/").content.decode()
    called_back(cast, ticket)
    done = client.get(f"/callbacks/{callback.case.number}/")
    assert "data-callback" not in done.content.decode()
    assert "Done" in words_of(done)


# --- who, and the number ---------------------------------------------------------------------------------------------
@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("who", ["technician", "guard", "cashier", "frontdesk2", "resident", "resident2"])
def test_who_does_not_call_back_finds_nothing(cast: Cast, signed_in: SignIn, ticket: Ticket, who: str) -> None:
    number = owed(ticket).case.number
    client = signed_in(cast.users[who])
    assert client.get(f"/callbacks/{number}/").status_code == 404
    assert client.post(f"/callbacks/{number}/record/", {"result": "satisfied"}).status_code == 404
    assert client.post(f"/callbacks/{number}/dial/").status_code == 404
    page = client.get("/callbacks/")
    if who == "frontdesk2":
        assert listed(page) == [], "another project's desk has a list of its own"
    else:
        assert page.status_code == 404


@pytest.mark.req("SEC-1")
def test_who_only_watches_is_offered_no_answer_and_refused_one(cast: Cast, signed_in: SignIn, ticket: Ticket) -> None:
    callback = owed(ticket)
    client = signed_in(cast.quality)
    body = client.get(f"/callbacks/{callback.case.number}/").content.decode()
    assert "data-callback" not in body
    assert "/dial/" not in body
    assert client.post(record(callback), {"result": "satisfied"}).status_code == 403
    assert client.post(f"/callbacks/{callback.case.number}/dial/").status_code == 403
    assert kinds(callback.case) == ["callback.owed"]


@pytest.mark.req("SEC-1")
def test_dialling_is_one_tap_and_logged_with_the_callbacks_number(
    cast: Cast, signed_in: SignIn, ticket: Ticket
) -> None:
    number = owed(ticket).case.number
    client = signed_in(cast.frontdesk)
    response = client.post(f"/callbacks/{number}/dial/", HTTP_HX_REQUEST="true")
    assert f'href="tel:{PHONE}"' in response.content.decode()
    assert AuditEntry.objects.get(action="contact.revealed").reason == number
    called_back(cast, ticket, at=LATER)
    assert client.post(f"/callbacks/{number}/dial/").status_code == 403, "once it is done, a reason is asked for"
