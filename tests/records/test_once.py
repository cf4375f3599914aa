"""The same request sent twice acts once."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.datastructures import MultiValueDict

from core.errors import Invalid, KeyReused
from records.actions import Answer, audit, body_hash, forget_answers, once
from records.models import AuditEntry, IdempotencyRecord
from tests.cast import NOON, Cast
from tests.records.pictures import upload
from tests.threads import at_once


def act(cast: Cast, *, key: str = "k", body: object = None, who: str = "frontdesk", scope: str = "POST /x") -> Answer:
    """A request that writes one audit entry and is answered with how many there are."""

    def write() -> Answer:
        audit(at=NOON, by=cast.users[who], action="tried")
        return Answer(status=201, data={"entries": AuditEntry.objects.count(), "at": NOON})

    return once(by=cast.users[who], scope=scope, key=key, body=body or {"a": 1}, at=NOON, act=write)


def test_the_second_request_gets_the_first_answer_and_does_nothing(cast: Cast) -> None:
    first, second = act(cast), act(cast)
    assert (first.replayed, second.replayed) == (False, True)
    assert (second.status, second.data["entries"]) == (201, 1)
    assert AuditEntry.objects.count() == 1


def test_the_order_of_fields_makes_no_other_request(cast: Cast) -> None:
    act(cast, body={"a": 1, "b": [1, 2]})
    assert act(cast, body={"b": [1, 2], "a": 1}).replayed


def test_another_body_under_the_same_key_is_refused(cast: Cast) -> None:
    act(cast)
    with pytest.raises(KeyReused) as refusal:
        act(cast, body={"a": 2})
    assert refusal.value.status == 422
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("other", [{"who": "cashier"}, {"scope": "POST /y"}, {"key": "k2"}])
def test_other_people_places_and_keys_are_other_requests(cast: Cast, other: dict[str, str]) -> None:
    act(cast)
    assert not act(cast, **other).replayed


def test_what_was_refused_may_be_tried_again_under_its_key(cast: Cast) -> None:
    def refuse() -> Answer:
        audit(at=NOON, by=cast.frontdesk, action="tried")
        raise Invalid("no")

    with pytest.raises(Invalid):
        once(by=cast.frontdesk, scope="POST /x", key="k", body={"a": 1}, at=NOON, act=refuse)
    assert not AuditEntry.objects.exists()
    assert not IdempotencyRecord.objects.exists()
    assert not act(cast).replayed


def test_an_answer_is_kept_for_thirty_days(cast: Cast) -> None:
    act(cast)
    assert forget_answers(NOON + timedelta(days=30)) == 0
    assert act(cast).replayed
    with CaptureQueriesContext(connection) as asked:
        assert forget_answers(NOON + timedelta(days=30, seconds=1)) == 1
    assert len([each for each in asked if "DELETE" in each["sql"]]) == 1
    assert not any("SELECT" in each["sql"] for each in asked)


def test_an_empty_answer_is_an_answer(cast: Cast) -> None:
    for replayed in (False, True):
        given = once(by=cast.gm, scope="s", key="k", body=None, at=NOON, act=lambda: Answer(status=204, data=None))
        assert (given.status, given.data, given.replayed) == (204, None, replayed)


def test_a_fingerprint_tells_bodies_apart() -> None:
    bodies: list[object] = [{}, {"a": 1}, {"a": "1"}, {"a": [1]}, {"a": None}, [], None, {"b": 1}]
    assert len({body_hash(body) for body in bodies}) == len(bodies)


def test_files_are_told_apart_by_what_is_in_them_and_not_by_their_name() -> None:
    def sent(*contents: bytes) -> MultiValueDict[str, object]:
        return MultiValueDict({"photo": [upload(content, "photo.jpg") for content in contents]})

    bodies = [sent(b"a"), sent(b"b"), sent(b"a", b"b"), sent(b"b", b"a"), sent(b"c", b"b"), sent()]
    assert len({body_hash(body) for body in bodies}) == len(bodies)
    again = sent(b"a", b"b")
    assert body_hash(again) == body_hash(bodies[2])
    assert [file.read() for file in again.getlist("photo")] == [b"a", b"b"], "they can still be read"  # type: ignore[attr-defined]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_twenty_equal_requests_at_once_act_once_and_are_answered_alike(real_transactions: None, cast: Cast) -> None:
    def slow() -> Answer:
        audit(at=NOON, by=cast.frontdesk, action="tried")
        time.sleep(0.05)
        return Answer(status=201, data={"n": 7})

    answers = at_once(20, lambda _: once(by=cast.frontdesk, scope="POST /x", key="k", body={}, at=NOON, act=slow))
    assert {(a.status, a.data["n"]) for a in answers if isinstance(a, Answer)} == {(201, 7)}
    assert len([a for a in answers if isinstance(a, Answer) and not a.replayed]) == 1
    assert AuditEntry.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_when_the_first_of_two_fails_the_second_acts(real_transactions: None, cast: Cast) -> None:
    def work(index: int) -> Answer:
        def maybe() -> Answer:
            time.sleep(0.1)
            if AuditEntry.objects.filter(action="failed once").count() == 0 and index == 0:
                raise Invalid("not this time")
            audit(at=NOON, by=cast.frontdesk, action="tried")
            return Answer(status=201, data=index)

        if index == 1:
            time.sleep(0.03)
        return once(by=cast.frontdesk, scope="POST /x", key="k", body={}, at=NOON, act=maybe)

    first, second = at_once(2, work)
    assert isinstance(first, Invalid)
    assert isinstance(second, Answer)
    assert (second.data, second.replayed) == (1, False)
