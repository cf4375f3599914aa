"""Cases of every kind over the API: one shape, what one may see, nothing to change."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from records.masking import masked_phone
from tests.cast import NOON, Cast
from tests.tickets.flow import completed, opened, owed

Api = Callable[[User], APIClient]
URL = "/api/v1/cases/"
CONTRACT = {
    "number", "version", "kind", "state", "phase", "project", "unit", "title", "contact_name", "contact_phone",
    "opened_at", "handler", "department", "clocks", "events",
}  # fmt: skip
CLOCK = {"id", "key", "state", "started_at", "due_at", "met_at", "breached_at"}


def test_any_case_reads_as_the_contract_says(cast: Cast, api: Api) -> None:
    ticket = completed(cast, opened(cast))
    desk = api(cast.frontdesk)
    seen = desk.get(f"{URL}{ticket.case.number}/").data
    assert set(seen) >= CONTRACT
    assert (seen["kind"], seen["project"], seen["unit"]) == ("repair", "demo", "3-2-1501")
    assert (seen["handler"], seen["contact_phone"]) == ("technician", "138****1234")
    assert seen["opened_at"] == "2026-11-23T12:00:00+08:00"
    assert all(set(clock) >= CLOCK for clock in seen["clocks"])
    assert all(set(event) >= {"kind", "at", "by", "text"} for event in seen["events"])
    assert {clock["case"] for clock in seen["clocks"]} == {ticket.case.number, owed(ticket).case.number}


def test_the_clocks_of_a_case_do_not_depend_on_what_else_is_on_the_page(cast: Cast, api: Api) -> None:
    first = completed(cast, opened(cast))
    second = opened(cast, parent=first.case)  # a ticket of its own, whatever it was opened for
    desk = api(cast.frontdesk)
    listed = {row["number"]: row["clocks"] for row in desk.get(URL).data["results"]}
    for ticket in (first, second):
        number = ticket.case.number
        assert listed[number] == desk.get(f"{URL}{number}/").data["clocks"], number


def test_every_kind_is_in_one_list(cast: Cast, api: Api) -> None:
    ticket = completed(cast, opened(cast))
    callback = owed(ticket)
    desk = api(cast.frontdesk)

    def numbers(**query: str) -> list[str]:
        return [row["number"] for row in desk.get(URL, query).data["results"]]

    assert numbers() == [callback.case.number, ticket.case.number]
    assert numbers(kind="callback") == numbers(parent=ticket.case.number) == [callback.case.number]
    assert numbers(unit="3-2-1501", state="completed", open="true") == [ticket.case.number]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_is_five_statements_however_long(
    cast: Cast, api: Api, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        completed(cast, opened(cast))
    desk = api(cast.frontdesk)
    with django_assert_num_queries(5):
        answer = desk.get(URL)
    assert len(answer.data["results"]) == 2 * count


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("who", ["frontdesk2", "resident2", "technician2", "guard", "cashier"])
def test_what_one_may_not_see_is_not_there(cast: Cast, api: Api, who: str) -> None:
    number = completed(cast, opened(cast)).case.number
    client = api(getattr(cast, who))
    assert client.get(URL).data["results"] == []
    theirs, nothing = client.get(f"{URL}{number}/"), client.get(f"{URL}BX-20261123-9999/")
    assert (theirs.status_code, theirs.content) == (404, nothing.content)


@pytest.mark.req("SEC-1")
def test_the_phone_is_nowhere_in_clear(cast: Cast, api: Api) -> None:
    number = completed(cast, opened(cast)).case.number
    for path in (URL, f"{URL}{number}/", "/api/v1/tickets/", f"/api/v1/tickets/{number}/", "/api/v1/callbacks/"):
        assert "13812341234" not in api(cast.frontdesk).get(path).content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_cases_are_to_read_only(cast: Cast, api: Api, method: str) -> None:
    number = opened(cast, at=NOON).case.number
    client = api(cast.supervisor)
    assert getattr(client, method)(URL).status_code == 405
    assert getattr(client, method)(f"{URL}{number}/").status_code == 405


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812341234", "138****1234"),
        ("+86 138 1234 1234", "138****1234"),
        ("057188880000", "****00"),
        ("12345", "****45"),
        ("1234", "****"),
        ("", ""),
        ("无", ""),
    ],
)
def test_masks(number: str, shown: str) -> None:
    assert masked_phone(number) == shown
