"""The one search as a page and as a list under the box, and the room picker's answers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from estate.actions import reindex_register
from tests.cast import NOON, Cast, make_home
from tests.reception.desk import MASKED, PHONE, ROOM, clock_at, findable, queries_for, repair, text_of, words_of
from tickets.actions import dispatch

SignIn = Callable[[User], Client]
NOTHING: dict[str, Any] = {}
IN_BOX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    findable(cast)
    with clock_at(NOON):
        yield


@pytest.mark.req("DSK-2")
@pytest.mark.parametrize("query", ["3-2-1501", "321501", "张小明", "zxm", PHONE, "1234", "1501"])
def test_the_only_home_meant_opens_at_once(cast: Cast, signed_in: SignIn, query: str) -> None:
    answer = signed_in(cast.frontdesk).get("/search/", {"q": query})
    assert (answer.status_code, answer["Location"]) == (302, "/units/demo/3-2-1501/")


@pytest.mark.req("DSK-2")
def test_the_box_shows_room_name_masked_phone_and_how_much_is_open(cast: Cast, signed_in: SignIn) -> None:
    repair(cast)
    answer = signed_in(cast.frontdesk).get("/search/", {"q": "zxm"}, **IN_BOX)
    words = words_of(answer)
    for expected in ("3-2-1501 张小明", "Owner", MASKED, "1 open"):
        assert expected in words
    assert PHONE not in text_of(answer)
    assert "<html" not in text_of(answer)


def test_a_number_opens_its_matter_and_a_part_of_it_lists_it(cast: Cast, signed_in: SignIn) -> None:
    ticket = repair(cast)
    client = signed_in(cast.frontdesk)
    assert client.get("/search/", {"q": ticket.case.number.lower()})["Location"] == f"/c/{ticket.case.number}/"
    assert ticket.case.number in words_of(client.get("/search/", {"q": "漏水"}, **IN_BOX))
    day, _hyphen, count = ticket.case.number.removeprefix("BX-").partition("-")
    for said in (f"{day}-{count}", f"{day}{count}", count):
        assert ticket.case.number in words_of(client.get("/search/", {"q": said}, **IN_BOX)), said


@pytest.mark.req("DSK-2")
def test_a_matter_that_was_found_says_who_brought_it(cast: Cast, signed_in: SignIn) -> None:
    repair(cast, "路灯不亮", unit=None, place="南门", contact_name="路人甲", contact_phone="13877776666")
    for options in NOTHING, IN_BOX:
        answer = signed_in(cast.frontdesk).get("/search/", {"q": "路灯", "all": "1"}, **options)
        assert "南门 · 路人甲 · 路灯不亮" in words_of(answer)
        assert "13877776666" not in text_of(answer)
    assert "路人甲" not in words_of(signed_in(cast.technician).get("/search/", {"q": "路灯", "all": "1"}))


@pytest.mark.req("DSK-2")
def test_somebody_unknown_is_said_to_be_no_resident_with_what_to_do_next(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    for options in NOTHING, IN_BOX:
        answer = client.get("/search/", {"q": "无此人"}, **options)
        assert "Perhaps somebody who is not on record." in words_of(answer)
        assert "/contacts/new/?name=" in text_of(answer)
    assert "phone=13899990000" in text_of(client.get("/search/", {"q": "13899990000"}))


@pytest.mark.req("SEC-1")
def test_a_technician_finds_the_own_jobs_and_no_register(cast: Cast, signed_in: SignIn) -> None:
    ticket = repair(cast)
    client = signed_in(cast.technician)
    assert ticket.case.number not in text_of(client.get("/search/", {"q": "zxm"}, **IN_BOX))
    dispatch(ticket=ticket, technician=cast.technician, by=cast.supervisor, at=NOON)
    cast.technician.__dict__.pop("active_memberships", None)
    words = words_of(client.get("/search/", {"q": "1501"}, **IN_BOX))
    assert ticket.case.number in words
    assert "张小明" not in words


@pytest.mark.req("SEC-1")
def test_another_projects_homes_are_not_found_and_residents_have_no_search(cast: Cast, signed_in: SignIn) -> None:
    make_home(cast.other_project, "7-1-701", "远方人", "13611112222")
    reindex_register(project=cast.other_project)
    assert "远方人" not in text_of(signed_in(cast.frontdesk).get("/search/", {"q": "7-1-701"}, **IN_BOX))
    assert signed_in(cast.resident).get("/search/", {"q": "zxm"}).status_code == 404


@pytest.mark.parametrize("query", ["", " ", "%", "x" * 3000, "'\"<b>", "-"])
def test_nonsense_finds_nothing_and_breaks_nothing(cast: Cast, signed_in: SignIn, query: str) -> None:
    client = signed_in(cast.frontdesk)
    for options in NOTHING, IN_BOX:
        answer = client.get("/search/", {"q": query}, **options)
        assert answer.status_code == 200
        assert "<b>" not in text_of(answer).replace("&lt;b&gt;", "")


def test_at_most_eight_hits_in_the_box_and_a_way_to_all_of_them(cast: Cast, signed_in: SignIn) -> None:
    for room in range(101, 112):
        make_home(cast.project, f"8-1-{room}", "李雷", f"1370000{room:04d}")
    reindex_register(project=cast.project)
    client = signed_in(cast.frontdesk)
    found = text_of(client.get("/search/", {"q": "李雷"}, **IN_BOX))
    assert found.count('class="found"') == 8
    assert "all=1" in found
    assert text_of(client.get("/search/", {"q": "李雷"})).count("row-link") == 11


def test_a_search_costs_the_same_for_one_home_and_for_three(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    for n, room in enumerate((101, 102, 103)):
        make_home(cast.project, f"8-1-{room}", "李雷", f"1370000{room:04d}")
        reindex_register(project=cast.project)
        if n in (0, 2):
            assert queries_for(client, "/search/?q=李雷&all=1") == 12


# --- choosing a room -------------------------------------------------------------------------------------------------
@pytest.mark.req("DSK-2")
def test_a_room_picker_finds_rooms_of_the_project_only_and_shows_who_is_there(cast: Cast, signed_in: SignIn) -> None:
    repair(cast)
    client = signed_in(cast.frontdesk)
    options = text_of(client.get("/rooms/", {"unit": "1501"}))
    assert 'data-number="3-2-1501"' in options
    assert MASKED in options
    home = client.get("/rooms/home/", {"unit": "3栋2单元1501"})
    assert f'data-name="张小明" data-phone="{MASKED}"' in text_of(home)
    assert "厨房水管漏水" in words_of(home)
    assert "is no room" in words_of(client.get("/rooms/home/", {"unit": "9-9-9"}))
    assert words_of(client.get("/rooms/home/")).strip() == ""


@pytest.mark.parametrize("address", ["/rooms/?unit=1501", "/rooms/home/?unit=1501"])
@pytest.mark.parametrize("role", ["technician", "guard", "resident", "cashier"])
def test_rooms_are_chosen_by_those_who_receive(cast: Cast, signed_in: SignIn, role: str, address: str) -> None:
    assert signed_in(getattr(cast, role)).get(address).status_code == 404


def test_a_picker_of_the_other_project_does_not_see_ours(cast: Cast, signed_in: SignIn) -> None:
    assert "data-number" not in text_of(signed_in(cast.frontdesk2).get("/rooms/", {"unit": ROOM}))
    assert "张小明" not in text_of(signed_in(cast.frontdesk2).get("/rooms/home/", {"unit": ROOM}))
