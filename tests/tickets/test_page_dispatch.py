"""The dispatch board: what waits, whom to send and why, everybody's day."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import translation

from accounts.models import User
from cases.models import Case
from tests.cast import NOON, Cast, make_user
from tests.tickets.flow import HOUR, category, completed, dispatched, opened
from tests.tickets.pages import LATER, clock_at, hidden, queries_for, read_in_english, words_of
from tickets import actions
from tickets.models import Ticket
from tickets.queries import technicians_for
from tickets.states import State

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.req("REP-3")


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at():
        yield


def asked(ticket: Ticket, more: str = "") -> str:
    return f"/dispatch/?ticket={ticket.case.number}{more}"


def test_only_what_nobody_was_sent_to_waits_and_what_falls_due_first_is_first(cast: Cast, signed_in: SignIn) -> None:
    second = opened(cast, at=NOON + timedelta(minutes=5))
    first = opened(cast)
    dispatched(cast, opened(cast))
    response = signed_in(cast.supervisor).get("/dispatch/")
    assert [item["case"].number for item in response.context["waiting"]] == [first.case.number, second.case.number]


def test_the_skilled_one_is_suggested_with_the_reasons(cast: Cast, signed_in: SignIn) -> None:
    cast.technician2.skills.create(category=category("lamp"))
    response = signed_in(cast.supervisor).get(asked(opened(cast)))
    best = response.context["choices"][0]
    assert best.person.pk == cast.technician2.pk
    with translation.override("en"):
        assert [str(reason.words) for reason in best.reasons] == ["knows this trade", "has the least to do"]
    assert "not trained for it" in words_of(response)


def test_choosing_a_ticket_and_pressing_send_is_all_it_takes(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast, preferred_from=NOON + 6 * HOUR, preferred_to=NOON + 7 * HOUR)
    client = signed_in(cast.supervisor)
    response = client.get(asked(ticket))
    form = f"/tickets/{ticket.case.number}/do/dispatch/"
    names = ("version", "next", "technician", "window_from", "window_to")
    answer = client.post(form, {name: hidden(response, form, name) for name in names})
    assert answer.headers["Location"] == "/dispatch/"
    job = ticket.jobs.get()
    assert (job.window_from, job.window_to) == (NOON + 6 * HOUR, NOON + 7 * HOUR), "the time the resident named"
    ticket.case.refresh_from_db()
    assert ticket.case.state == State.DISPATCHED


def test_a_clash_is_shown_before_anything_is_saved(cast: Cast, signed_in: SignIn) -> None:
    other = dispatched(cast, opened(cast), at=LATER)
    ticket = opened(cast)
    at_the_same_time = "&from=2026-11-23T18:30&to=2026-11-23T19:00"
    response = signed_in(cast.supervisor).get(asked(ticket, at_the_same_time))
    busy = next(choice for choice in response.context["choices"] if choice.person.pk == cast.technician.pk)
    assert busy.clash_number == other.case.number
    assert not busy.is_first
    assert "Send all the same" in words_of(response)
    assert ticket.jobs.count() == 0


def test_jobs_stand_on_the_half_hours_they_are_agreed_for(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast), at=LATER - HOUR)  # 17:00 to 18:00
    rows = signed_in(cast.supervisor).get("/dispatch/").context["rows"]
    day = {row.person.pk: row for row in rows}
    (block,) = day[cast.technician.pk].blocks
    assert (block.number, block.classes) == (ticket.case.number, "at-19 for-2 lane-1")
    assert day[cast.technician2.pk].blocks == ()


def test_two_jobs_at_one_time_are_marked_and_beside_each_other(cast: Cast, signed_in: SignIn) -> None:
    for _ in range(2):
        dispatched(cast, opened(cast), at=LATER - HOUR)
    rows = signed_in(cast.supervisor).get("/dispatch/").context["rows"]
    classes = [block.classes for row in rows for block in row.blocks]
    assert classes == ["at-19 for-2 lane-1 block-clash", "at-19 for-2 lane-2 block-clash"]


def test_a_finished_job_stays_on_the_day_and_one_without_a_time_is_named_below(cast: Cast, signed_in: SignIn) -> None:
    completed(cast, opened(cast))
    loose = opened(cast)
    actions.dispatch(ticket=loose, technician=cast.technician, by=cast.head, at=LATER)
    rows = signed_in(cast.head).get("/dispatch/").context["rows"]
    mine = next(row for row in rows if row.person.pk == cast.technician.pk)
    assert "block-done" in mine.blocks[0].classes
    assert [job.ticket.case.number for job in mine.loose] == [loose.case.number]


def night_job(cast: Cast, begins: float, hours: float) -> Ticket:
    """A job that begins so many hours after the tests' noon."""
    ticket, start = opened(cast), NOON + begins * HOUR
    actions.dispatch(
        ticket=ticket,
        technician=cast.technician,
        window_from=start,
        window_to=start + hours * HOUR,
        by=cast.head,
        at=LATER,
    )
    return ticket


def test_work_outside_the_boards_hours_is_named_with_its_time(cast: Cast, signed_in: SignIn) -> None:
    noon = NOON.astimezone(cast.project.tz).hour
    late = night_job(cast, 22.5 - noon, 2)
    client = signed_in(cast.head)
    today, tomorrow = (client.get(f"/dispatch/?day={day}") for day in ("today", "tomorrow"))
    for response in (today, tomorrow):
        assert [block.number for row in response.context["rows"] for block in row.outside] == [late.case.number]
        assert [block for row in response.context["rows"] for block in row.blocks] == []
        assert "Outside these hours: Today 22:30–0:30 3-2-1501" in words_of(response)


def test_work_that_goes_beyond_the_board_stays_on_it_with_its_real_end(cast: Cast, signed_in: SignIn) -> None:
    night_job(cast, 18 - NOON.astimezone(cast.project.tz).hour, 5)
    response = signed_in(cast.head).get("/dispatch/")
    assert [block.classes for row in response.context["rows"] for block in row.blocks] == ["at-21 for-4 lane-1"]
    assert "18:00–23:00" in words_of(response)
    assert "Outside these hours: Today 18:00–23:00 3-2-1501" in words_of(response)


def test_tomorrow_shows_tomorrow(cast: Cast, signed_in: SignIn) -> None:
    dispatched(cast, opened(cast), at=LATER)
    dispatched(cast, opened(cast), at=NOON + timedelta(hours=22))
    client = signed_in(cast.supervisor)
    today, tomorrow = (client.get(f"/dispatch/?day={day}").context["rows"] for day in ("today", "tomorrow"))
    assert [block.classes for row in today for block in row.blocks] == ["at-21 for-2 lane-1"]
    assert [block.classes for row in tomorrow for block in row.blocks] == ["at-7 for-2 lane-1"]


def test_somebody_booked_in_another_project_is_not_free_here(cast: Cast, signed_in: SignIn) -> None:
    roaming = make_user("roaming", "technician", None)
    other = opened(cast, by=cast.frontdesk2, project=cast.other_project, unit=None, place="大堂", at=LATER)
    begins = LATER + HOUR
    actions.dispatch(
        ticket=other, technician=roaming, window_from=begins, window_to=begins + HOUR, by=cast.frontdesk2, at=LATER
    )
    ticket = opened(cast)
    response = signed_in(cast.supervisor).get(asked(ticket, "&from=2026-11-23T18:30&to=2026-11-23T19:00"))
    busy = next(choice for choice in response.context["choices"] if choice.person.pk == roaming.pk)
    assert (busy.clash_window is not None, busy.person.load) == (True, 1)
    assert busy.clash_number == "", "whose ticket it is, is not said here"


def test_the_board_offers_for_a_ticket_whom_its_own_page_offers(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast), at=LATER)
    response = signed_in(cast.supervisor).get(asked(ticket, "&from=2026-11-23T18:30&to=2026-11-23T19:00"))
    offered = {choice.person.pk: choice for choice in response.context["choices"]}
    assert set(offered) == {user.pk for user in technicians_for(ticket.case)}
    assert cast.head.pk in offered, "of the ticket's department"
    assert offered[cast.technician.pk].clash_number == "", "its own job does not clash"


def test_an_open_job_stands_on_the_board_however_long_ago_it_began(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    actions.dispatch(
        ticket=ticket,
        technician=cast.technician,
        window_from=NOON - timedelta(days=60),
        window_to=LATER + HOUR,
        by=cast.head,
        at=LATER,
    )
    rows = signed_in(cast.head).get("/dispatch/").context["rows"]
    assert [block.number for row in rows for block in row.blocks] == [ticket.case.number]


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("frontdesk", 200),
        ("supervisor", 200),
        ("head", 200),
        ("gm", 200),
        ("technician", 404),
        ("quality", 404),
        ("resident", 404),
    ],
)
def test_only_who_may_send_people_has_a_board(cast: Cast, signed_in: SignIn, who: str, status: int) -> None:
    assert signed_in(cast.users[who]).get("/dispatch/").status_code == status


@pytest.mark.req("SEC-1")
def test_another_projects_ticket_is_not_there(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    response = signed_in(cast.frontdesk2).get(asked(ticket))
    assert response.context["ticket"] is None
    assert "3-2-1501" not in response.content.decode()


@pytest.mark.parametrize(
    "query", ["?from=x&to=y", "?from=2026-11-23T18:00", "?day=yesterday", "?from=9999-12-31T23:59"]
)
def test_nonsense_in_the_address_does_no_harm(cast: Cast, signed_in: SignIn, query: str) -> None:
    ticket = opened(cast)
    response = signed_in(cast.supervisor).get(f"/dispatch/{query}&ticket={ticket.case.number}")
    assert response.status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_row_and_for_three(cast: Cast, signed_in: SignIn, count: int) -> None:
    for _ in range(count):
        dispatched(cast, opened(cast))
        waits = opened(cast)
    assert queries_for(signed_in(cast.supervisor), asked(waits)) == 9


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("theirs", [True, False])
def test_a_clash_names_the_other_ticket_only_to_who_may_see_it(cast: Cast, signed_in: SignIn, theirs: bool) -> None:
    busy = dispatched(cast, opened(cast), at=LATER)
    if not theirs:
        Case.objects.filter(pk=busy.case_id).update(project=cast.other_project, unit=None)
    form = {"technician": cast.technician.pk, "window_from": "2026-11-23T18:00", "window_to": "2026-11-23T19:30"}
    waits = opened(cast)
    address = f"/tickets/{waits.case.number}/do/dispatch/"
    response = signed_in(cast.frontdesk).post(address, form)
    assert response.status_code == 302
    warned = " ".join(str(message) for message in get_messages(response.wsgi_request))
    assert "booked" in warned
    assert (busy.case.number in warned) is theirs
