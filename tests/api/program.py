"""A program of somebody else: it knows the contract's addresses and shapes, and holds every answer to them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rest_framework.test import APIClient

from tests.cast import PASSWORD

ROOT = "/api/v1/"
ERROR = {"code", "detail", "fields"}
CASE = {
    "number", "version", "kind", "state", "phase", "project", "unit", "title", "contact_name", "contact_phone",
    "opened_at", "handler", "department", "clocks", "events",
}  # fmt: skip
CLOCK = {"id", "key", "state", "started_at", "due_at", "met_at", "breached_at"}
EVENT = {"kind", "at", "by", "text"}
CLOCK_STATES = {"running", "paused", "met", "missed", "cancelled"}
PHASES = {"open", "waiting", "closed"}
Json = dict[str, Any]


class Program:
    """A client with a token that it got for a name and a password."""

    def __init__(self, username: str | None = None, password: str = PASSWORD) -> None:
        self.client = APIClient()
        if username is not None:
            token = self.client.post(f"{ROOT}auth/token/", {"username": username, "password": password}, format="json")
            assert token.status_code == 200, token.content
            assert set(token.json()) == {"token"}
            self.client.credentials(HTTP_AUTHORIZATION=f"Token {token.json()['token']}")

    def ask(self, method: str, path: str, body: Json | None = None, **headers: str) -> Any:
        """Send a request and give the answer as it came."""
        call = getattr(self.client, method)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "get":
            return call(ROOT + path, body or {}, headers=headers)
        return call(ROOT + path, body or {}, format="json", headers=headers)

    def get(self, path: str, **query: str) -> Json:
        """Read something that is there."""
        answer = self.ask("get", path, query)
        assert answer.status_code == 200, answer.content
        found: Json = answer.json()
        return found

    def rows(self, collection: str, **query: str) -> list[Json]:
        """The first page of a collection, which reads `{"results", "next"}`."""
        page = self.get(f"{collection}/", **query)
        assert set(page) == {"results", "next"}
        found: list[Json] = page["results"]
        return found

    def every_row(self, collection: str, **query: str) -> Iterator[Json]:
        """Every row of a collection, page after page."""
        page = self.get(f"{collection}/", **query)
        yield from page["results"]
        while page["next"]:
            answer = self.client.get(page["next"])
            assert answer.status_code == 200, answer.content
            page = answer.json()
            yield from page["results"]

    def create(self, collection: str, body: Json, **headers: str) -> Json:
        """Create something; the answer is 201 with the whole of it."""
        answer = self.ask("post", f"{collection}/", body, **headers)
        assert answer.status_code == 201, answer.content
        made: Json = answer.json()
        return made

    def do(self, collection: str, number: str, verb: str, body: Json | None = None, **headers: str) -> Json:
        """Carry out a verb; the answer is the thing as it stands now."""
        answer = self.ask("post", f"{collection}/{number}/{verb}/", body, **headers)
        assert answer.status_code == 200, answer.content
        done: Json = answer.json()
        return done

    def refused(self, status: int, code: str, method: str, path: str, body: Json | None = None, **headers: str) -> Json:
        """Be refused with a sentence for people, in the one shape of errors."""
        answer = self.ask(method, path, body, **headers)
        assert answer.status_code == status, answer.content
        error: Json = answer.json()
        assert set(error) >= ERROR, error
        assert error["code"] == code, error
        assert isinstance(error["detail"], str)
        assert error["detail"]
        assert isinstance(error["fields"], dict)
        assert all(isinstance(sentence, str) and sentence for sentence in error["fields"].values()), error
        return error


def moment(text: str) -> datetime:
    """An answer's time; it says its offset."""
    found = datetime.fromisoformat(text)
    assert found.tzinfo is not None, text
    return found


def check_case(case: Json) -> None:
    """Hold any case to the contract's shape."""
    assert set(case) >= CASE, CASE - set(case)
    assert case["phase"] in PHASES
    assert isinstance(case["version"], int)
    moment(case["opened_at"])
    for clock in case["clocks"]:
        assert set(clock) >= CLOCK, CLOCK - set(clock)
        assert clock["state"] in CLOCK_STATES
        assert moment(clock["started_at"]) <= moment(clock["due_at"])
    for event in case["events"]:
        assert set(event) >= EVENT, EVENT - set(event)
        moment(event["at"])


def clock_of(case: Json, key: str) -> Json:
    """The newest clock of a key in a case."""
    found = [clock for clock in case["clocks"] if clock["key"] == key]
    assert found, f"no clock {key} in {[clock['key'] for clock in case['clocks']]}"
    newest: Json = max(found, key=lambda clock: clock["id"])
    return newest


def kinds(case: Json) -> list[str]:
    """What happened to a case, in order."""
    return [event["kind"] for event in case["events"]]
