"""Refusals over the API: one shape, a sentence for people, and what one may not see is not there."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from rest_framework import exceptions, serializers
from rest_framework.test import APIClient

from tests.api.conftest import Hands
from tests.api.program import ROOT, Json, Program
from tests.api.test_flow import NEW
from tests.cast import Cast

SignedIn = Callable[[str], Program]
NOBODYS = "BX-20261123-9999"


@pytest.fixture
def number(program: SignedIn) -> str:
    """A repair that waits for somebody."""
    made: str = program("frontdesk").create("tickets", NEW)["number"]
    return made


@pytest.mark.req("SEC-1")
@pytest.mark.usefixtures("cast", "hands")
def test_a_token_needs_the_right_password() -> None:
    program = Program()
    wrong = program.refused(400, "refused", "post", "auth/token/", {"username": "frontdesk", "password": "guess"})
    unknown = program.refused(400, "refused", "post", "auth/token/", {"username": "nobody", "password": "guess"})
    assert wrong == unknown, "it does not say which names exist"
    missing = program.refused(400, "invalid", "post", "auth/token/", {"username": "frontdesk"})
    assert set(missing["fields"]) == {"password"}


@pytest.mark.req("SEC-1")
@pytest.mark.usefixtures("cast", "hands")
def test_ten_wrong_guesses_close_the_door() -> None:
    program = Program()
    for _ in range(10):
        program.ask("post", "auth/token/", {"username": "frontdesk", "password": "guess"})
    program.refused(429, "locked_out", "post", "auth/token/", {"username": "frontdesk", "password": "guess"})


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("collection", ["cases", "tickets", "callbacks", "contacts", "units", "people", "clocks"])
@pytest.mark.usefixtures("cast", "hands")
def test_without_a_token_there_is_nothing(collection: str) -> None:
    Program().refused(401, "not_authenticated", "get", f"{collection}/")
    stranger = Program()
    stranger.client.credentials(HTTP_AUTHORIZATION="Token 0123456789abcdef")
    stranger.refused(401, "authentication_failed", "get", f"{collection}/")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**NEW, "unit": "9-9-9999"}, "unit"),
        ({**NEW, "category": "no_such"}, "category"),
        ({**NEW, "kind": "wish"}, "kind"),
        ({**NEW, "channel": "pigeon"}, "channel"),
        ({**NEW, "title": "", "description": ""}, "description"),
        ({**NEW, "preferred_from": "2026-11-24T10:00:00+08:00"}, "preferred_to"),
        ({**NEW, "preferred_from": "tomorrow"}, "preferred_from"),
        ({**NEW, "preferred_from": "0001-01-01"}, "preferred_from"),
        ({**NEW, "parent": NOBODYS}, "parent"),
        ({**NEW, "contact": "JD-20261123-9999"}, "contact"),
        ({"kind": "repair", "title": "灯不亮"}, "project"),
    ],
)
def test_input_that_does_not_fit_says_which_field(program: SignedIn, body: Json, field: str) -> None:
    error = program("frontdesk").refused(400, "invalid", "post", "tickets/", body)
    assert set(error["fields"]) == {field}
    assert program("frontdesk").rows("tickets") == []


def test_a_program_in_a_browser_whose_token_is_old_is_told_in_its_readers_language(cast: Cast) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(cast.frontdesk, backend="servicedesk.signin.DeskBackend")
    answer = browser.post(f"{ROOT}tickets/", NEW, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert "CSRF" not in answer.json()["detail"]


def test_every_sentence_of_the_framework_that_a_field_of_ours_can_say_is_chinese() -> None:
    fields = [field for one in shapes(serializers.Serializer) for field in declared(one) if not field.read_only]
    said = {str(words) for field in fields for words in field.error_messages.values()}
    said |= {str(one.default_detail) for one in exceptions.APIException.__subclasses__() if one.default_detail}
    assert len(said) > 30
    assert [words for words in said if not re.search("[\u4e00-\u9fff]", words)] == []


def shapes(kind: type[Any]) -> Iterator[type[Any]]:
    """Every serializer of ours that is loaded."""
    for one in kind.__subclasses__():
        yield from shapes(one)
        if one.__module__.partition(".")[0] in settings.OURS:
            yield one


def declared(shape: type[Any]) -> Iterator[Any]:
    """The fields of a serializer, and what lists are made of."""
    for field in shape().fields.values():
        yield field
        if isinstance(field, serializers.ListField | serializers.DictField):
            yield field.child


@pytest.mark.parametrize("body", ["{", '{"kind": "half a character: \\udfff"}'])
def test_a_body_that_is_no_json_is_refused_in_the_same_shape(program: SignedIn, body: str) -> None:
    client = program("frontdesk").client
    answer = client.generic("POST", f"{ROOT}tickets/", body, content_type="application/json")
    assert (answer.status_code, set(answer.json())) == (400, {"code", "detail", "fields"})
    wrong = client.put(f"{ROOT}tickets/", {}, format="json")
    assert (wrong.status_code, set(wrong.json())) == (405, {"code", "detail", "fields"})


def test_a_filter_that_is_no_word_of_the_list_is_said_as_it_was_sent(program: SignedIn) -> None:
    error = program("frontdesk").refused(400, "invalid", "get", "callbacks/?result=100%25%20%25s")
    assert "100% %s" in error["fields"]["result"]


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("who", ["frontdesk2", "resident2", "technician", "cashier"])
def test_what_one_may_not_see_is_the_same_404(program: SignedIn, number: str, who: str) -> None:
    stranger = program(who)
    for path in ("cases/{}/", "tickets/{}/"):
        foreign, nothing = (stranger.ask("get", path.format(n)) for n in (number, NOBODYS))
        assert foreign.status_code == nothing.status_code == 404
        assert foreign.content == nothing.content
    for verb, body in (("accept", {}), ("dispatch", {"technician": "technician"}), ("cancel", {"reason": "x"})):
        foreign, nothing = (stranger.ask("post", f"tickets/{n}/{verb}/", body) for n in (number, NOBODYS))
        assert (foreign.status_code, foreign.content) == (404, nothing.content)
    stranger.refused(404, "not_found", "get", f"tickets/{number}/")
    assert stranger.rows("tickets") == []
    assert stranger.rows("cases") == []


@pytest.mark.req("SEC-1")
def test_another_project_is_not_there_either(program: SignedIn) -> None:
    error = program("frontdesk2").refused(404, "not_found", "post", "tickets/", NEW)
    assert error == program("frontdesk2").refused(404, "not_found", "post", "tickets/", {**NEW, "project": "none"})


def test_a_verb_out_of_turn_says_why(program: SignedIn, number: str) -> None:
    desk = program("frontdesk")
    for verb, body in (("complete", {"report": "换了"}), ("end-leak-test", {}), ("resume", {}), ("close", {})):
        error = program("supervisor").refused(409, "not_now", "post", f"tickets/{number}/{verb}/", body)
        assert error["fields"] == {}
    desk.do("tickets", number, "dispatch", {"technician": "technician"})
    desk.refused(403, "not_allowed", "post", f"tickets/{number}/accept/")
    missing = desk.refused(400, "invalid", "post", f"tickets/{number}/dispatch/", {"technician": "nobody"})
    assert set(missing["fields"]) == {"technician"}
    program("technician").refused(403, "not_allowed", "post", f"tickets/{number}/reopen/", {"reason": "x"})
    program("supervisor").refused(409, "not_now", "post", f"tickets/{number}/reopen/", {"reason": "x"})


def test_a_stale_version_is_a_conflict_with_both_values(program: SignedIn, number: str, hands: Hands) -> None:
    desk = program("frontdesk")
    seen = desk.get(f"tickets/{number}/")["version"]
    desk.do("tickets", number, "dispatch", {"technician": "technician"}, If_Match=str(seen))
    path = f"tickets/{number}/cancel/"
    error = desk.refused(409, "stale", "post", path, {"reason": "不用了"}, If_Match=f'"{seen}"')
    now = desk.get(f"tickets/{number}/")
    assert (error["yours"], error["now"]) == (seen, now["version"])
    assert now["state"] == "dispatched"
    assert "派单" in error["detail"], "it says what happened meanwhile, as the page does"
    assert "版本" not in error["detail"]
    desk.refused(400, "invalid", "post", path, {"reason": "不用了"}, If_Match="soon")
    desk.do("tickets", number, "cancel", {"reason": "不用了"}, If_Match=str(now["version"]))


def test_a_refused_request_leaves_its_key_free(program: SignedIn) -> None:
    desk = program("frontdesk")
    desk.refused(400, "invalid", "post", "tickets/", {**NEW, "unit": "9-9-9999"}, Idempotency_Key="k")
    assert desk.create("tickets", NEW, Idempotency_Key="k")["unit"] == "3-2-1501"
    desk.refused(400, "invalid", "post", "tickets/", NEW, Idempotency_Key="k" * 201)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"result": "perhaps"}, 400),
        ({"result": "satisfied", "score": 6}, 400),
        ({"result": "dissatisfied"}, 400),
        ({}, 400),
    ],
)
def test_a_callback_needs_an_answer_that_means_something(
    program: SignedIn, number: str, body: Json, status: int
) -> None:
    program("frontdesk").do("tickets", number, "dispatch", {"technician": "technician"})
    for verb in ("accept", "arrive"):
        program("technician").do("tickets", number, verb)
    program("technician").do("tickets", number, "complete", {"report": "换了灯"})
    owed = program("frontdesk").rows("callbacks", case=number)[0]["number"]
    program("frontdesk").refused(status, "invalid", "post", f"callbacks/{owed}/record/", body)
    program("technician").refused(404, "not_found", "post", f"callbacks/{owed}/record/", {"result": "satisfied"})
    assert program("frontdesk").get(f"callbacks/{owed}/")["phase"] == "open"
