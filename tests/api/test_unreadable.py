"""What no program means to send is refused in the one shape of errors, never with a failure of the server."""

from base64 import b64encode
from collections.abc import Callable
from datetime import date

import pytest

from estate.models import Unit
from tests.api.program import ERROR, ROOT, Program
from tests.api.test_flow import NEW
from tests.cast import Cast

SignedIn = Callable[[str], Program]
pytestmark = pytest.mark.req("SEC-1")


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"{", b"\xff\xfe{}", b"NaN"])
@pytest.mark.usefixtures("cast", "hands")
def test_a_body_that_cannot_be_read_is_one_sentence(program: SignedIn, body: bytes) -> None:
    stranger = Program().client.generic("POST", f"{ROOT}auth/token/", body, content_type="application/json")  # type: ignore[arg-type]  # bytes as they came
    desk = program("frontdesk").client.generic("POST", f"{ROOT}tickets/", body, content_type="application/json")  # type: ignore[arg-type]  # bytes as they came
    for answer in (stranger, desk):
        assert answer.status_code == 400
        assert set(answer.json()) == ERROR
        assert answer.json()["code"] == "parse_error"
    assert "parse error" not in stranger.json()["detail"]


@pytest.mark.parametrize("position", ["2026-11-24", "²", "-1", "9" * 40, "x"])
@pytest.mark.parametrize("collection", ["cases", "tickets", "callbacks", "contacts", "clocks", "units", "people"])
def test_a_cursor_of_something_else_is_no_page(program: SignedIn, collection: str, position: str) -> None:
    cursor = b64encode(b"p=" + position.encode()).decode()
    program("frontdesk").refused(404, "not_found", "get", f"{collection}/", {"cursor": cursor})


@pytest.mark.parametrize(
    ("collection", "name"),
    [
        ("cases", "opened_after"),
        ("tickets", "opened_before"),
        ("contacts", "opened_after"),
        ("callbacks", "opened_after"),
        ("clocks", "due_before"),
        ("clocks", "due_after"),
    ],
)
@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00", "3000-01-01T00:00:00Z"]
)
def test_a_moment_beyond_all_use_is_refused_beside_its_name(
    program: SignedIn, collection: str, name: str, moment: str
) -> None:
    error = program("frontdesk").refused(400, "invalid", "get", f"{collection}/", {name: moment})
    assert set(error["fields"]) == {name}


@pytest.mark.parametrize("name", ["preferred_from", "preferred_to"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "3000-01-01T00:00:00Z"])
def test_a_body_names_no_moment_beyond_all_use_either(program: SignedIn, name: str, moment: str) -> None:
    error = program("frontdesk").refused(400, "invalid", "post", "tickets/", {**NEW, name: moment})
    assert set(error["fields"]) == {name}


@pytest.mark.parametrize(
    ("verb", "name", "more"),
    [
        ("dispatch", "from", {"technician": "technician"}),
        ("dispatch", "to", {"technician": "technician"}),
        ("cancel", "happened_at", {"reason": "不用了"}),
    ],
)
def test_a_verb_names_no_moment_beyond_all_use(program: SignedIn, verb: str, name: str, more: dict[str, str]) -> None:
    desk = program("frontdesk")
    path = f"tickets/{desk.create('tickets', NEW)['number']}/{verb}/"
    error = desk.refused(400, "invalid", "post", path, {**more, name: "9999-12-31T23:59:59Z"})
    assert set(error["fields"]) == {name}


def test_the_moments_in_use_still_filter(program: SignedIn) -> None:
    desk = program("frontdesk")
    number = desk.create("tickets", NEW)["number"]
    assert [row["number"] for row in desk.rows("tickets", opened_after="2026-11-23T12:00:00+08:00")] == [number]
    assert desk.rows("tickets", opened_before="2026-11-23T12:00:00+08:00") == []


@pytest.mark.parametrize(
    ("collection", "asked"),
    [
        ("cases", {"kind": "wish"}),
        ("cases", {"state": "asleep"}),
        ("cases", {"urgency": "very"}),
        ("cases", {"phase": "half"}),
        ("cases", {"open": "maybe"}),
        ("tickets", {"charge": "some"}),
        ("callbacks", {"result": "perhaps"}),
        ("clocks", {"state": "asleep"}),
        ("units", {"status": "asleep"}),
        ("people", {"kind": "ghost"}),
        ("vehicles", {"current": "2"}),
        ("tickets", {"page_size": "many"}),
        ("tickets", {"page_size": "-1"}),
        ("tickets", {"page_size": "0"}),
        ("tickets", {"sate": "closed"}),
        ("projects", {"q": "x"}),
        ("clocks", {"due": "2026-11-23"}),
    ],
)
def test_a_filter_that_means_nothing_is_refused_beside_its_name(
    program: SignedIn, collection: str, asked: dict[str, str]
) -> None:
    error = program("frontdesk").refused(400, "invalid", "get", f"{collection}/", asked)
    assert set(error["fields"]) == set(asked)


def test_filters_that_mean_something_still_filter(program: SignedIn) -> None:
    desk = program("frontdesk")
    number = desk.create("tickets", NEW)["number"]
    for asked in ({"kind": "repair"}, {"open": "1"}, {"open": ""}, {"page_size": "200"}, {"urgency": "normal"}):
        assert [row["number"] for row in desk.rows("tickets", **asked)] == [number]
    assert desk.rows("tickets", open="False") == []


def test_who_asks_for_more_rows_than_a_page_has_is_told(program: SignedIn) -> None:
    page = program("frontdesk").get("units/", page_size="500")
    assert set(page) == {"results", "next", "detail"}
    assert "200" in page["detail"]
    assert "500" in page["detail"]
    assert set(program("frontdesk").get("units/", page_size="200")) == {"results", "next"}


@pytest.mark.req("REP-1")
def test_a_text_that_shows_nothing_is_none(program: SignedIn) -> None:
    body = {**NEW, "title": "", "description": "\u200b\u2060 \ufeff"}
    error = program("frontdesk").refused(400, "invalid", "post", "tickets/", body)
    assert set(error["fields"]) == {"description"}


@pytest.mark.req("REP-1")
def test_a_text_that_shows_nothing_is_none_in_an_upload_either(cast: Cast, program: SignedIn) -> None:
    desk = program("frontdesk")
    number = desk.create("tickets", NEW)["number"]
    answer = desk.client.post(f"{ROOT}tickets/{number}/cancel/", {"reason": "\u200b"}, format="multipart")
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"reason"}


def test_too_many_fields_are_refused_in_the_shape_of_errors(program: SignedIn) -> None:
    desk = program("frontdesk")
    path = f"{ROOT}tickets/{desk.create('tickets', NEW)['number']}/join/"
    answer = desk.client.post(path, {"original": ["x"] * 1001}, format="multipart")
    assert answer.status_code == 413
    assert set(answer.json()) == ERROR


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2999-01-01T00:00:00+08:00"])
def test_nothing_is_promised_for_a_moment_beyond_all_use(program: SignedIn, at: str) -> None:
    desk = program("frontdesk")
    number = desk.create("contacts", {"project": "demo", "text": "问一下"})["number"]
    body = {"to": "supervisor", "at": at, "question": "?"}
    assert set(desk.refused(400, "invalid", "post", f"contacts/{number}/promise/", body)["fields"]) == {"at"}


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "3000-01-01"])
@pytest.mark.parametrize("name", ["handed_over_on", "completed_on"])
def test_no_home_is_handed_over_beyond_all_use(program: SignedIn, name: str, day: str) -> None:
    admin = program("admin")
    path = f"units/{admin.rows('units')[0]['id']}/"
    assert set(admin.refused(400, "invalid", "patch", path, {name: day})["fields"]) == {name}


def test_a_warranty_without_an_end_in_any_calendar_still_stands(cast: Cast, program: SignedIn) -> None:
    Unit.objects.filter(pk=cast.units["3-2-1501"].pk).update(handed_over_on=date.max, completed_on=date.max)
    assert program("frontdesk").create("tickets", NEW)["charge"] == "free"


def test_wishes_longer_than_the_register_shows_are_refused(program: SignedIn) -> None:
    body = {"project": "demo", "name": "仇万里", "preferences": "好" * 2001}
    assert set(program("frontdesk").refused(400, "invalid", "post", "people/", body)["fields"]) == {"preferences"}


@pytest.mark.parametrize("version", ['"', '""', '"1', '1"', '""1""'])
def test_half_a_quoted_version_is_none(program: SignedIn, version: str) -> None:
    desk = program("frontdesk")
    path = f"tickets/{desk.create('tickets', NEW)['number']}/cancel/"
    desk.refused(400, "invalid", "post", path, {"reason": "不用了"}, If_Match=version)


@pytest.mark.parametrize(
    ("collection", "more", "field"),
    [
        ("tickets", {"preferred_from": "2999-01-01T09:00:00+08:00"}, "preferred_to"),
        ("complaints", {"wanted_by": "2999-01-01T12:00:00+08:00"}, "wanted_by"),
    ],
)
def test_what_somebody_wishes_for_is_within_three_years(
    program: SignedIn, collection: str, more: dict[str, str], field: str
) -> None:
    body = {"project": "demo", "unit": "3-2-1501", "description": "楼道灯坏了没人管"} | more
    if collection == "tickets":
        body |= {"kind": "repair", "preferred_to": "2999-01-01T12:00:00+08:00"}
    error = program("frontdesk").refused(400, "invalid", "post", f"{collection}/", body)
    assert set(error["fields"]) == {field}
    assert "3" in error["fields"][field]
