"""“小李正在填写”: who fills in which form of a case, seen by the others, gone by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cases.actions import be_gone, be_here
from cases.models import Event, Presence
from tests.cast import NOON, Cast
from tests.threads import at_once
from tests.tickets.flow import dispatched, opened
from tests.tickets.pages import clock_at

SignIn = Callable[[User], Client]
SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db


def others(client: Client, number: str, **body: str) -> list[Any]:
    answer = client.post(f"/cases/{number}/presence/", body)
    assert answer.status_code in (200, 204)
    return list(answer.json()["others"]) if answer.status_code == 200 else []


def test_the_others_see_who_fills_in_what(cast: Cast, signed_in: SignIn) -> None:
    number = opened(cast).case.number
    desk, boss = signed_in(cast.frontdesk), signed_in(cast.supervisor)
    with clock_at(NOON):
        assert others(desk, number, doing="  派工\n") == [], "oneself is not somebody else"
        assert others(boss, number) == [{"name": str(cast.frontdesk), "doing": "派工", "seconds": 30}]
        assert others(desk, number) == [], "who only looks leaves no sign"
    with clock_at(NOON + 10 * SECOND):
        others(desk, number, doing="挂起")
        assert [other["doing"] for other in others(boss, number)] == ["挂起"], "one sign a person, the last one"


def test_a_sign_holds_thirty_seconds_and_is_thrown_away_when_it_is_met(cast: Cast, signed_in: SignIn) -> None:
    case = opened(cast).case
    boss = signed_in(cast.supervisor)
    be_here(case=case, by=cast.frontdesk, doing="派工", at=NOON)
    with clock_at(NOON + 29 * SECOND):
        assert [other["seconds"] for other in others(boss, case.number)] == [1]
    with clock_at(NOON + 30 * SECOND):
        assert others(boss, case.number) == []
    assert not Presence.objects.exists()


def test_who_sent_or_closed_the_form_is_gone_at_once(cast: Cast, signed_in: SignIn) -> None:
    case = opened(cast).case
    be_here(case=case, by=cast.frontdesk, doing="派工", at=NOON)
    with clock_at(NOON + SECOND):
        assert others(signed_in(cast.frontdesk), case.number, gone="1") == []
        assert others(signed_in(cast.supervisor), case.number) == []


def test_nothing_has_happened_to_the_case(cast: Cast) -> None:
    case = opened(cast).case
    before = (case.version, Event.objects.count())
    be_here(case=case, by=cast.frontdesk, doing="派工" * 90, at=NOON)
    be_here(case=case, by=cast.frontdesk, doing="派工" * 90, at=NOON + SECOND)
    be_gone(case=case, by=cast.supervisor)
    case.refresh_from_db()
    assert (case.version, Event.objects.count()) == before
    assert Presence.objects.get().doing == "派工" * 30


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("who", ["resident", "resident2", "technician2", "frontdesk2", "guard"])
def test_residents_and_strangers_neither_see_nor_leave_a_sign(cast: Cast, signed_in: SignIn, who: str) -> None:
    case = dispatched(cast, opened(cast)).case
    be_here(case=case, by=cast.frontdesk, doing="派工", at=NOON)
    with clock_at(NOON):
        answer = signed_in(cast.users[who]).post(f"/cases/{case.number}/presence/", {"doing": "偷看"})
    assert answer.status_code == 404
    assert Presence.objects.get().doing == "派工"


def test_looking_costs_one_statement_and_writes_nothing(cast: Cast) -> None:
    case = opened(cast).case
    for doing in ("", "派工"):
        be_here(case=case, by=cast.frontdesk, doing="派工", at=NOON)
        with CaptureQueriesContext(connection) as asked:
            be_here(case=case, by=cast.supervisor, doing=doing, at=NOON)
        assert len([query for query in asked if "presence" in query["sql"]]) == (2 if doing else 1)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_eight_windows_of_one_person_leave_one_sign(real_transactions: None, cast: Cast) -> None:
    case = opened(cast).case
    at_once(8, lambda n: be_here(case=case, by=cast.frontdesk, doing=f"派工{n}", at=NOON))
    assert Presence.objects.count() == 1
