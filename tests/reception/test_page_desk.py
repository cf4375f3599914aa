"""The front desk's home and the waiting line."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from reception import actions
from reception.models import Contact
from reception.queries import owed
from reception.states import AskedFor, Purpose, State
from sla.models import Clock
from tests.cast import NOON, Cast
from tests.reception.desk import (
    HOUR,
    MINUTE,
    ROOM,
    call,
    clock_at,
    findable,
    queries_for,
    repair,
    text_of,
    visit,
    words_of,
)

SignIn = Callable[[User], Client]
NOW = NOON + 10 * MINUTE


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    findable(cast)
    with clock_at(NOW):
        yield


@pytest.mark.req("DSK-4")
def test_the_line_shows_who_waits_how_long_and_calls_for_help_after_three_minutes(
    cast: Cast, signed_in: SignIn
) -> None:
    visit(cast, "钱先生", at=NOW - 2 * MINUTE)
    visit(cast, "孙先生", at=NOW - 4 * MINUTE)
    words = words_of(signed_in(cast.frontdesk).get("/desk/"))
    assert words.index("孙先生") < words.index("钱先生"), "who came first stands first"
    assert "Waited 4 min: ask a colleague to help" in words
    assert "Waited 2 min" in words
    assert "Waited 2 min: ask" not in words


@pytest.mark.req("DSK-4")
def test_an_urgent_visitor_stands_first_and_is_flagged_at_once(cast: Cast, signed_in: SignIn) -> None:
    visit(cast, "钱先生", at=NOW - 2 * MINUTE)
    visit(cast, "急先生", at=NOW, urgent=True)
    words = words_of(signed_in(cast.frontdesk).get("/desk/line/"))
    assert words.index("急先生") < words.index("钱先生")
    assert "Urgent: ask a colleague to help" in words


@pytest.mark.req("DSK-4")
def test_who_is_served_and_who_is_on_hold_for_too_long_is_seen(cast: Cast, signed_in: SignIn) -> None:
    call(cast, at=NOW - MINUTE)
    actions.hold(contact=call(cast, at=NOW - MINUTE), by=cast.frontdesk, at=NOW - timedelta(seconds=25))
    words = words_of(signed_in(cast.supervisor).get("/desk/line/"))
    assert "Being served" in words
    assert "On hold for more than 20 seconds" in words
    assert "with Frontdesk" in words


@pytest.mark.req("DSK-4")
def test_somebody_joins_the_line_with_nothing_typed(cast: Cast, signed_in: SignIn) -> None:
    answer = signed_in(cast.frontdesk).post("/desk/join/", {"idempotency_key": "one"})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    contact = Contact.objects.get()
    assert (contact.case.state, contact.case.channel, contact.queued_at) == (State.QUEUED, "walk_in", NOW)
    assert Clock.objects.get(case=contact.case, key="contact.wait").due_at == NOW + 3 * MINUTE


def test_somebody_joins_the_line_once_however_often_the_form_is_sent(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    body = {
        "contact_name": "周女士", "unit": "1501", "purpose": Purpose.COMPLAINT, "asked_for": AskedFor.SUPERVISOR,
        "urgent": "on", "idempotency_key": "k",
    }  # fmt: skip
    for _ in range(2):
        client.post("/desk/join/", body)
    contact = Contact.objects.get()
    assert (contact.case.contact_name, contact.case.unit, contact.asked_for) == (
        "周女士", cast.units[ROOM], AskedFor.SUPERVISOR,
    )  # fmt: skip
    assert contact.is_resident
    assert contact.case.urgency == "urgent"


def test_a_room_that_does_not_exist_keeps_what_was_typed(cast: Cast, signed_in: SignIn) -> None:
    answer = signed_in(cast.frontdesk).post("/desk/join/", {"contact_name": "周女士", "unit": "9-9-9"})
    assert answer.status_code == 422
    assert 'value="周女士"' in text_of(answer)
    assert 'value="9-9-9"' in text_of(answer)
    assert not Contact.objects.exists()


@pytest.mark.req("DSK-3")
def test_my_matters_stand_by_their_next_promise_with_its_name(cast: Cast, signed_in: SignIn) -> None:
    contact = call(cast, said="电梯年检哪天")
    actions.promise(
        contact=contact, to=cast.technician, until=NOW + 5 * HOUR, question="？", by=cast.frontdesk, at=NOON
    )
    repair(cast, "厨房水管漏水", at=NOON)
    words = words_of(signed_in(cast.frontdesk).get("/desk/"))
    assert words.index("厨房水管漏水") < words.index("电梯年检哪天"), "ten minutes come before five hours"
    for expected in ("Technical response", "Promised reply"):
        assert expected in words


def test_a_colleagues_matter_that_falls_due_is_seen_by_the_others(cast: Cast, signed_in: SignIn) -> None:
    repair(cast, "厨房水管漏水", at=NOON)
    words = words_of(signed_in(cast.supervisor).get("/desk/"))
    assert words.index("due soon") < words.index("厨房水管漏水")
    assert "Nothing of yours is due" in words


@pytest.mark.req("DSK-3")
def test_a_list_of_the_desk_says_how_many_there_are_and_leads_to_all_of_them(cast: Cast, signed_in: SignIn) -> None:
    for n in range(owed.MOST_ROWS + 2):
        repair(cast, f"第{n:02}件：灯坏", at=NOON + n * timedelta(seconds=1))
    client = signed_in(cast.frontdesk)
    page = client.get("/desk/")
    assert "12 of 14 shown: see all" in words_of(page)
    assert 'href="/desk/matters/?list=mine"' in text_of(page)
    assert "第13件" not in words_of(page)
    whole = words_of(client.get("/desk/matters/?list=mine"))
    assert "14 matters" in whole
    assert all(f"第{n:02}件" in whole for n in range(owed.MOST_ROWS + 2))
    assert whole.index("第00件") < whole.index("第13件"), "next due first"


def test_a_list_that_ends_sooner_says_nothing_of_more(cast: Cast, signed_in: SignIn) -> None:
    for n in range(owed.MOST_ROWS):
        repair(cast, f"第{n:02}件：灯坏", at=NOON)
    page = signed_in(cast.frontdesk).get("/desk/")
    assert "shown: see all" not in words_of(page)


def test_the_whole_list_goes_on_over_pages_and_nobody_stands_on_two(
    cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owed, "PAGE", 2)
    numbers = {repair(cast, f"第{n}件：灯坏", at=NOON).case.number for n in range(5)}
    client = signed_in(cast.supervisor)
    pages = [text_of(client.get(f"/desk/matters/?list=soon&page={n}")) for n in (1, 2, 3)]
    shown = [{number for number in numbers if number in page} for page in pages]
    assert [len(each) for each in shown] == [2, 2, 1]
    assert set().union(*shown) == numbers
    assert "list=soon&amp;page=2" in pages[0]
    assert 'rel="next"' not in pages[2]


def test_a_list_that_the_desk_does_not_have_is_no_page(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    assert client.get("/desk/matters/?list=other").status_code == 404
    for page in ("0", "-1", "x", "99999999999999999999"):
        assert client.get(f"/desk/matters/?list=today&page={page}").status_code == 200


def test_a_whole_list_costs_the_same_for_one_and_for_three(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    for n in range(3):
        repair(cast, f"第{n}件：灯坏")
        if n in (0, 2):
            assert [queries_for(client, f"/desk/matters/?list={name}") for name in owed.LISTINGS] == [5, 5, 5, 5]


def test_the_other_projects_line_stays_there(cast: Cast, signed_in: SignIn) -> None:
    visit(cast, "孙先生")
    words = words_of(signed_in(cast.frontdesk2).get("/desk/"))
    assert "孙先生" not in words
    assert "Nobody is waiting" in words


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("role", ["technician", "guard", "resident", "cashier", "gm", "quality", "head"])
@pytest.mark.parametrize("address", ["/desk/", "/desk/line/", "/desk/matters/"])
def test_the_desk_is_for_those_who_receive(cast: Cast, signed_in: SignIn, role: str, address: str) -> None:
    assert signed_in(getattr(cast, role)).get(address).status_code == 404


def test_strangers_are_sent_to_sign_in(client: Client, db: None) -> None:
    for address in ("/desk/", "/search/", "/intake/", "/call/", "/contacts/", "/units/demo/3-2-1501/"):
        assert client.get(address)["Location"].startswith("/accounts/login/")


def test_the_desk_costs_the_same_for_one_and_for_three(cast: Cast, signed_in: SignIn) -> None:
    client, polling = signed_in(cast.frontdesk), signed_in(cast.frontdesk)
    polling.defaults["HTTP_HX_REQUEST"] = "true"
    for n in range(3):
        visit(cast, f"客{n}")
        repair(cast, f"第{n}件：灯坏")
        if n in (0, 2):
            assert queries_for(client, "/desk/") == 9
            assert queries_for(polling, "/desk/line/") == 3
