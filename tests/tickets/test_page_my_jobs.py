"""A technician's pages: the day's jobs, one job done with a thumb, steps that come in late."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from cases.models import Event
from estate.models import Building, Unit
from tests.cast import NOON, Cast
from tests.tickets.flow import HOUR, accepted, completed, dispatched, in_progress, kinds, lines, opened
from tests.tickets.pages import LATER, MASKED, PHONE, clock_at, queries_for, read_in_english, words_of
from tests.tickets.pictures import photo_bytes
from tickets import actions
from tickets.models import Ticket
from tickets.states import Quote, State

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.req("REP-3")
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at():
        yield


def page(ticket: Ticket) -> str:
    return f"/my-jobs/{ticket.case.number}/"


def do(ticket: Ticket, verb: str) -> str:
    return f"/tickets/{ticket.case.number}/do/{verb}/"


def cards(response: Any, name: str) -> list[str]:
    return [card.number for card in response.context[name]]


def home_elsewhere(cast: Cast, number: str) -> Unit:
    code, entrance, room = number.split("-")
    building, _ = Building.objects.get_or_create(project=cast.project, code=code)
    return Unit.objects.create(
        project=cast.project,
        building=building,
        number=number,
        entrance=entrance,
        room=room,
        handed_over_on=date(2025, 6, 1),
    )


# --- the day ---------------------------------------------------------------------------------------------------------
def test_todays_jobs_are_in_the_order_of_the_buildings(cast: Cast, signed_in: SignIn) -> None:
    far = dispatched(cast, opened(cast))
    near = dispatched(cast, opened(cast, unit=home_elsewhere(cast, "1-1-101")))
    also_near = dispatched(cast, opened(cast, unit=home_elsewhere(cast, "1-1-102")))
    response = signed_in(cast.technician).get("/my-jobs/")
    assert cards(response, "today") == [near.case.number, also_near.case.number, far.case.number]


def test_other_days_and_what_is_on_hold_come_later(cast: Cast, signed_in: SignIn) -> None:
    today = dispatched(cast, opened(cast))
    tomorrow = dispatched(cast, opened(cast), at=NOON + timedelta(days=1))
    held = accepted(cast, opened(cast))
    actions.hold(ticket=held, reason="等配件", by=cast.technician, at=LATER)
    response = signed_in(cast.technician).get("/my-jobs/")
    assert cards(response, "today") == [today.case.number]
    assert cards(response, "later") == [held.case.number, tomorrow.case.number]


def test_what_is_finished_or_somebody_elses_is_not_there(cast: Cast, signed_in: SignIn) -> None:
    completed(cast, opened(cast))
    dispatched(cast, opened(cast), who=cast.technician2)
    response = signed_in(cast.technician).get("/my-jobs/")
    assert cards(response, "today") + cards(response, "later") == []
    assert "No job for today" in words_of(response)


@pytest.mark.req("REP-6")
def test_a_leak_test_waits_for_whoever_did_the_work(cast: Cast, signed_in: SignIn) -> None:
    ticket = completed(cast, opened(cast, code="wet_room_leak"))
    client = signed_in(cast.technician)
    assert cards(client.get("/my-jobs/"), "tests") == [ticket.case.number]
    assert cards(signed_in(cast.technician2).get("/my-jobs/"), "tests") == []
    answer = client.post(do(ticket, "end-leak-test"), {"result": "不漏", "next": "/my-jobs/"})
    assert answer.headers["Location"] == "/my-jobs/"
    assert cards(client.get("/my-jobs/"), "tests") == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_job_and_for_three(cast: Cast, signed_in: SignIn, count: int) -> None:
    for _ in range(count):
        dispatched(cast, opened(cast))
        dispatched(cast, opened(cast), at=NOON + timedelta(days=1))
    assert queries_for(signed_in(cast.technician), "/my-jobs/") == 7


# --- one job ---------------------------------------------------------------------------------------------------------
def test_everything_for_the_job_is_on_one_screen(cast: Cast, signed_in: SignIn) -> None:
    response = signed_in(cast.technician).get(page(dispatched(cast, opened(cast))))
    words = words_of(response)
    for expected in ("3-2-1501", "客厅吸顶灯不亮了", "张小明", MASKED, "Free service"):
        assert expected in words
    assert PHONE not in response.content.decode()


def test_every_step_ahead_is_there_for_the_time_without_signal(cast: Cast, signed_in: SignIn) -> None:
    body = signed_in(cast.technician).get(page(dispatched(cast, opened(cast)))).content.decode()
    assert '<div data-panel="accept">' in body
    assert '<div data-panel="arrive" hidden>' in body
    assert '<div data-panel="complete" hidden>' in body


def test_after_arriving_only_finishing_is_left(cast: Cast, signed_in: SignIn) -> None:
    body = signed_in(cast.technician).get(page(in_progress(cast, opened(cast)))).content.decode()
    assert 'data-panel="accept"' not in body
    assert '<div data-panel="complete">' in body


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("who", ["technician2", "supervisor", "frontdesk", "head", "guard", "resident", "frontdesk2"])
def test_a_job_page_is_its_technicians_alone(cast: Cast, signed_in: SignIn, who: str) -> None:
    assert signed_in(cast.users[who]).get(page(dispatched(cast, opened(cast)))).status_code == 404


def test_a_job_taken_away_is_gone(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    dispatched(cast, ticket, who=cast.technician2, at=LATER)
    assert signed_in(cast.technician).get(page(ticket)).status_code == 404


def test_accept_arrive_and_finish_with_a_phrase(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    client = signed_in(cast.technician)
    for verb in ("accept", "arrive"):
        assert client.post(do(ticket, verb), {"next": page(ticket)}).headers["Location"] == page(ticket)
    form = {"phone": "1", "phrase": "Mended.", "report": "换了镇流器", "next": "/my-jobs/"}
    assert client.post(do(ticket, "complete"), form).headers["Location"] == "/my-jobs/"
    ticket.refresh_from_db()
    assert (ticket.case.state, ticket.report) == (State.COMPLETED, "Mended. 换了镇流器")


def test_without_phrase_or_words_nothing_is_finished(cast: Cast, signed_in: SignIn) -> None:
    ticket = in_progress(cast, opened(cast))
    answer = signed_in(cast.technician).post(
        do(ticket, "complete"), {"phone": "1", "phrase": "", "report": " "}, headers=JSON
    )
    assert answer.status_code == 422
    assert answer.json()["detail"] == "Say what was done."


def test_parts_and_hours_come_from_the_price_list(cast: Cast, signed_in: SignIn) -> None:
    ticket = in_progress(cast, opened(cast))
    client = signed_in(cast.technician)
    item = client.get(page(ticket)).context["price_list"][0]
    form = {"phone": "1", "phrase": "Mended.", "item": [item.pk], "quantity": ["2"], "hours": "0.5"}
    client.post(do(ticket, "complete"), form)
    line = ticket.lines.done().first()
    assert line is not None
    assert (line.price_item_id, line.quantity, line.amount) == (item.pk, Decimal(2), item.price * 2)


def test_a_part_that_is_not_offered_is_refused(cast: Cast, signed_in: SignIn) -> None:
    ticket = in_progress(cast, opened(cast))
    form = {"phone": "1", "phrase": "Mended.", "item": ["999999"], "quantity": ["1"]}
    answer = signed_in(cast.technician).post(do(ticket, "complete"), form, headers=JSON)
    assert (answer.status_code, ticket.lines.count()) == (422, 0)


@pytest.mark.parametrize("count", [0, 2])
def test_the_job_page_costs_the_same_however_much_happened(cast: Cast, signed_in: SignIn, count: int) -> None:
    ticket = in_progress(cast, opened(cast))
    for n in range(count):
        at = NOON + 2 * HOUR + timedelta(minutes=n)
        actions.feedback(ticket=ticket, text="在路上", by=cast.technician, at=at)
    assert queries_for(signed_in(cast.technician), page(ticket)) == 10


# --- the price first -------------------------------------------------------------------------------------------------
@pytest.fixture
def paid(cast: Cast) -> Ticket:
    """A job under way that the resident pays for, without a quote."""
    ticket = opened(cast)
    actions.override_charge(ticket=ticket, charge="paid", reason="人为损坏", by=cast.supervisor, at=NOON)
    return in_progress(cast, ticket)


@pytest.mark.req("REP-5")
def test_a_paid_job_cannot_be_finished_before_the_price_is_accepted(
    cast: Cast, signed_in: SignIn, paid: Ticket
) -> None:
    client = signed_in(cast.technician)
    assert "Quote the price first" in words_of(client.get(page(paid)))
    assert 'form="complete-form" disabled' in client.get(page(paid)).content.decode()
    answer = client.post(do(paid, "complete"), {"phone": "1", "phrase": "Mended."}, headers=JSON)
    assert answer.status_code == 409
    assert "accept" in answer.json()["detail"]


@pytest.mark.req("REP-5")
def test_the_price_is_quoted_shown_and_accepted_by_phone(cast: Cast, signed_in: SignIn, paid: Ticket) -> None:
    client = signed_in(cast.technician)
    item = client.get(page(paid)).context["price_list"][0]
    client.post(do(paid, "quote"), {"item": [item.pk], "quantity": ["1"], "next": page(paid)})
    assert "Does the resident accept the price?" in words_of(client.get(page(paid)))
    client.post(do(paid, "accept-quote"), {"how": "phone", "next": page(paid)})
    paid.refresh_from_db()
    assert (paid.quote, paid.quote_accepted_how) == (Quote.ACCEPTED, "phone")
    assert client.post(do(paid, "complete"), {"phone": "1", "phrase": "Mended."}).status_code == 302


@pytest.mark.req("REP-5")
def test_accepted_by_signature_needs_the_signature(cast: Cast, signed_in: SignIn, paid: Ticket) -> None:
    actions.quote(ticket=paid, lines=lines("labour_hour"), by=cast.technician, at=LATER)
    client = signed_in(cast.technician)
    refused = client.post(do(paid, "accept-quote"), {"how": "signature"})
    assert refused.status_code == 400
    assert "There is no signature yet" in words_of(refused)
    upload = SimpleUploadedFile("s.png", photo_bytes(), "image/png")
    client.post(f"/tickets/{paid.case.number}/photos/", {"file": upload, "kind": "signature"})
    assert client.post(do(paid, "accept-quote"), {"how": "signature"}).status_code == 302


def test_while_nobody_decided_who_pays_it_says_whom_to_call(cast: Cast, signed_in: SignIn) -> None:
    unit = cast.units["3-2-1501"]
    unit.handed_over_on = unit.completed_on = None
    unit.save()
    words = words_of(signed_in(cast.technician).get(page(in_progress(cast, opened(cast)))))
    assert "Call the office before you finish" in words


# --- steps that come in late -----------------------------------------------------------------------------------------
def late(hours: float) -> dict[str, str]:
    return {"happened_at": (LATER - timedelta(hours=hours)).isoformat()}


def test_a_step_sent_late_keeps_the_moment_that_the_phone_claims(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    client = signed_in(cast.technician)
    answer = client.post(do(ticket, "accept"), {**late(2), "next": page(ticket)}, headers=JSON)
    assert answer.json() == {"to": page(ticket)}
    event = Event.objects.get(kind="ticket.accepted")
    assert (event.at, event.claimed_at) == (LATER, LATER - timedelta(hours=2))
    assert "by the phone's clock" in words_of(client.get(page(ticket)))


@pytest.mark.parametrize("claimed", ["", "soon", "2026-11-23T17:00", (LATER - timedelta(seconds=30)).isoformat()])
def test_a_step_sent_at_once_or_with_no_real_moment_claims_nothing(cast: Cast, signed_in: SignIn, claimed: str) -> None:
    ticket = dispatched(cast, opened(cast))
    signed_in(cast.technician).post(do(ticket, "accept"), {"happened_at": claimed})
    assert Event.objects.get(kind="ticket.accepted").claimed_at is None


def test_a_queue_that_is_sent_twice_doubles_nothing(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    client = signed_in(cast.technician)
    queue = [("accept", {"idempotency_key": "a", **late(2)}), ("arrive", {"idempotency_key": "b", **late(1)})]
    for _ in range(2):
        for verb, form in queue:
            assert client.post(do(ticket, verb), form, headers=JSON).status_code == 200
    assert [kind for kind in kinds(ticket.case) if kind in ("ticket.accepted", "ticket.arrived")] == [
        "ticket.accepted",
        "ticket.arrived",
    ]


def test_one_key_with_another_wish_is_refused(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    client = signed_in(cast.technician)
    client.post(do(ticket, "accept"), {"idempotency_key": "a"}, headers=JSON)
    answer = client.post(do(ticket, "accept"), {"idempotency_key": "a", **late(1)}, headers=JSON)
    assert answer.status_code == 422


def test_a_step_that_no_longer_fits_is_refused_in_words_for_the_phone(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    answer = signed_in(cast.technician).post(do(ticket, "arrive"), {}, headers=JSON)
    assert answer.status_code == 409
    assert "Dispatched" in answer.json()["detail"]


def test_returning_the_job_leads_back_to_the_list(cast: Cast, signed_in: SignIn) -> None:
    ticket = accepted(cast, opened(cast))
    client = signed_in(cast.technician)
    answer = client.post(do(ticket, "return"), {"reason": "缺登高梯", "next": "/my-jobs/"}, follow=True)
    assert answer.redirect_chain == [("/my-jobs/", 302)]
    assert client.get(page(ticket)).status_code == 404


def test_residents_have_no_jobs(cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.resident).get("/my-jobs/").status_code == 404


def test_a_returned_job_sent_again_is_answered_as_the_first_time(cast: Cast, signed_in: SignIn) -> None:
    """The first answer was lost, and by it the technician no longer sees the ticket."""
    ticket = accepted(cast, opened(cast))
    client = signed_in(cast.technician)
    form = {"reason": "缺登高梯", "next": "/my-jobs/", "idempotency_key": "r", "version": ""}
    first, second = (client.post(do(ticket, "return"), form, headers=JSON) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json() == first.json() == {"to": "/my-jobs/"}
    assert kinds(ticket.case).count("ticket.returned") == 1
    assert client.post(do(ticket, "return"), {**form, "idempotency_key": "s"}, headers=JSON).status_code == 404


def test_a_refused_step_may_be_sent_again_under_its_key(cast: Cast, signed_in: SignIn) -> None:
    ticket = accepted(cast, opened(cast))
    client = signed_in(cast.technician)
    form = {"reason": "", "idempotency_key": "r"}
    assert client.post(do(ticket, "return"), form, headers=JSON).status_code == 422
    assert client.post(do(ticket, "return"), {**form, "reason": "缺梯"}, headers=JSON).status_code == 200
