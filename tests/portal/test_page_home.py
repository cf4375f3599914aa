"""Residents' pages: the own home's matters, in words, and nobody else's."""

from collections.abc import Callable, Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from portal import queries
from tests.cast import NOON, Cast
from tests.tickets.flow import HOUR, accepted, called_back, completed, dispatched, in_progress, opened
from tests.tickets.pages import clock_at, queries_for, read_in_english, words_of
from tests.tickets.pictures import photo_bytes
from tickets import actions
from tickets.models import Ticket

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.req("POR-3")


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at():
        yield


def page(ticket: Ticket) -> str:
    return f"/home/{ticket.case.number}/"


def test_residents_land_on_their_home(cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.resident).get("/").headers["Location"] == "/home/"


def test_open_matters_come_before_finished_ones(cast: Cast, signed_in: SignIn) -> None:
    done = called_back(cast, completed(cast, opened(cast, description="门锁坏了")))
    runs = opened(cast)
    response = signed_in(cast.resident).get("/home/")
    assert [row.number for row in response.context["running"]] == [runs.case.number]
    assert [row.number for row in response.context["finished"]] == [done.case.number]


def test_the_neighbours_matter_is_not_there(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.resident2)
    assert ticket.case.number not in client.get("/home/").content.decode()
    assert client.get(page(ticket)).status_code == client.get("/home/BX-19990101-0001/").status_code == 404


def test_whoever_moved_out_sees_nothing_any_more(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    household = cast.households["3-2-1501"]
    household.ended_on = NOON.date()
    household.save()
    client = signed_in(cast.resident)
    assert client.get(page(ticket)).status_code == 404
    assert "not connected to a home" in words_of(client.get("/home/"))


def test_steps_meant_for_the_resident_are_told_and_the_rest_is_not(cast: Cast, signed_in: SignIn) -> None:
    ticket = in_progress(cast, opened(cast))
    actions.override_charge(ticket=ticket, charge="free", reason="经理关照", by=cast.supervisor, at=NOON + 2 * HOUR)
    words = words_of(signed_in(cast.resident).get(page(ticket)))
    assert "Technician arrived." in words
    assert "经理关照" not in words
    assert "not shown to the resident" not in words


def test_promises_are_words_with_a_clock_time(cast: Cast, signed_in: SignIn) -> None:
    words = words_of(signed_in(cast.resident).get(page(dispatched(cast, opened(cast)))))
    assert "Somebody will be at your door By Today 14:02" in words
    assert "We are late, and sorry" not in words.split("Somebody will be at your door")[0]
    assert "Technical response" not in words, "the house's own affair"


def test_a_promise_that_was_kept_says_so_and_one_that_was_not_too(cast: Cast, signed_in: SignIn) -> None:
    said = {
        str(p.words): p for p in signed_in(cast.resident).get(page(in_progress(cast, opened(cast)))).context["promises"]
    }
    kept = [p for p in said.values() if p.kept_at is not None]
    assert len(kept) == 2
    assert not any(p.late for p in kept)


def test_a_pause_is_told_as_one(cast: Cast, signed_in: SignIn) -> None:
    ticket = accepted(cast, opened(cast))
    actions.hold(ticket=ticket, reason="等配件", by=cast.technician, at=NOON + HOUR)
    assert "Paused" in words_of(signed_in(cast.resident).get(page(ticket)))


def test_pictures_are_shown_and_can_be_opened(cast: Cast, signed_in: SignIn) -> None:
    ticket = in_progress(cast, opened(cast))
    upload = SimpleUploadedFile("a.jpg", photo_bytes(), "image/jpeg")
    actions.add_photo(ticket=ticket, upload=upload, label="after", by=cast.technician, at=NOON + 2 * HOUR)
    client = signed_in(cast.resident)
    (photo,) = client.get(page(ticket)).context["photos"]
    assert client.get(photo.url).status_code == 200
    assert signed_in(cast.resident2).get(photo.url).status_code == 404


def test_a_number_leads_residents_to_their_page_and_staff_to_theirs(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    address = f"/c/{ticket.case.number}/"
    assert signed_in(cast.resident).get(address).headers["Location"] == page(ticket)
    assert signed_in(cast.frontdesk).get(address).headers["Location"] == f"/tickets/{ticket.case.number}/"


@pytest.mark.parametrize("who", ["frontdesk", "technician", "guard"])
def test_staff_without_a_home_here_see_an_empty_one(cast: Cast, signed_in: SignIn, who: str) -> None:
    ticket = opened(cast)
    client = signed_in(cast.users[who])
    assert client.get(page(ticket)).status_code == 404
    assert ticket.case.number not in client.get("/home/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_matter_and_for_three(cast: Cast, signed_in: SignIn, count: int) -> None:
    for _ in range(count):
        ticket = in_progress(cast, opened(cast))
    client = signed_in(cast.resident)
    assert queries_for(client, "/home/") == 5
    assert queries_for(client, page(ticket)) == 7


def test_an_old_matter_that_is_still_open_stands_before_many_newer_ones_that_are_over(
    cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST", 2)
    runs = opened(cast)
    for _ in range(2):
        called_back(cast, completed(cast, opened(cast, description="门锁坏了")))
    response = signed_in(cast.resident).get("/home/")
    assert [row.number for row in response.context["running"]] == [runs.case.number]


def test_what_stays_over_the_page_is_one_button_and_the_rest_is_in_the_page(cast: Cast, signed_in: SignIn) -> None:
    cast.project.phone = "0571-88880000"
    cast.project.save()
    page, over = signed_in(cast.resident).get("/home/").content.decode().split('<div class="hand-act">')
    over = over.partition('class="bottom-bar"')[0]
    assert over.count("<a ") == 1
    assert "tel:0571-88880000" in over
    for address in ("/home/complaint/", "/home/tariffs/"):
        assert address in page
