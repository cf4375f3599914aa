"""A clerk in two projects: what the open page sends goes where the page is, not where another window went."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from accounts.models import Membership, User
from accounts.states import Role
from reception.models import Contact
from records.models import Draft, StoredFile
from tests.cast import NOON, Cast, make_home
from tests.reception.desk import ROOM, clock_at, findable, text_of
from tests.records.pictures import photo, upload

SignIn = Callable[[User], Client]
HERE = {"X-Project": "demo"}


@pytest.fixture
def client(cast: Cast, signed_in: SignIn) -> Iterator[Client]:
    """The clerk's browser; the other project was opened last, in another window."""
    Membership.objects.create(user=cast.frontdesk, role=Role.FRONTDESK, project=cast.other_project)
    make_home(cast.other_project, ROOM, "别处的人", "13700001111")
    findable(cast)
    client = signed_in(cast.frontdesk)
    with clock_at(NOON):
        client.get(f"/units/demo2/{ROOM}/")
        assert client.session["project"] == "demo2"
        yield client


@pytest.mark.req("DSK-2")
@pytest.mark.parametrize("address", ["/rooms/", "/rooms/home/"])
def test_rooms_and_who_lives_there_are_those_of_the_page(client: Client, address: str) -> None:
    found = text_of(client.get(address, {"unit": ROOM}, headers=HERE))
    assert "张小明" in found
    assert "别处的人" not in found
    assert client.session["project"] == "demo2", "the other window stays where it is"


@pytest.mark.req("REP-1")
def test_a_photo_is_kept_where_its_ticket_will_be(cast: Cast, client: Client) -> None:
    answer = client.post("/intake/photos/", {"file": upload(photo(32, 32))}, headers=HERE)
    assert StoredFile.objects.get(token=answer.json()["id"]).project == cast.project


def test_a_draft_stays_in_the_project_of_its_form(cast: Cast, client: Client) -> None:
    sent = {"key": "one", "form": "intake", "page": "/intake/", "title": "登记", "data": '{"description": ["灯"]}'}
    assert client.post("/drafts/keep/", sent, headers=HERE).status_code == 204
    assert Draft.objects.get().project == cast.project


@pytest.mark.req("DSK-4")
def test_somebody_joins_the_line_of_the_page(cast: Cast, client: Client) -> None:
    page = text_of(client.get("/desk/", {"project": "demo"}))
    assert page.count('<input type="hidden" name="project" value="demo">') >= 1
    client.get(f"/units/demo2/{ROOM}/")
    client.post("/desk/join/", {"project": "demo", "contact_name": "孙先生"})
    assert Contact.objects.get().case.project == cast.project


def test_the_line_asked_for_again_is_that_of_the_page(cast: Cast, client: Client) -> None:
    client.post("/desk/join/", {"project": "demo2", "contact_name": "孙先生"})
    assert "孙先生" not in text_of(client.get("/desk/line/", headers=HERE))


@pytest.mark.parametrize("code", ["nowhere", "demo2"])
def test_a_project_that_is_not_ones_own_is_not_there(cast: Cast, signed_in: SignIn, code: str) -> None:
    client = signed_in(cast.frontdesk)
    assert client.get("/rooms/", {"unit": ROOM}, headers={"X-Project": code}).status_code == 404
    assert client.post("/desk/join/", {"project": code}).status_code == 404
