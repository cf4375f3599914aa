"""The outbox: told once inside, at most once outside, and what nobody can know is shown as unknown."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from cases.models import Case
from notifications.actions import LEASE, Notice, deliver, mark_read, plan, tell
from notifications.channels import CHANNELS, NotDelivered
from notifications.models import Message
from notifications.states import Delivery
from sla.health import last_beat
from sla.sweeps import run
from tests.cast import NOON, Cast
from tests.sla.trial import make_case, trial_kind
from tests.threads import at_once

HOUR = timedelta(hours=1)


class Killed(BaseException):
    """What a `kill` looks like to Python code."""


class Gateway:
    """A channel that counts what leaves, and fails as it is told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.error: BaseException | None = None

    def __call__(self, message: Message, text: str) -> None:
        if isinstance(self.error, NotDelivered):
            raise self.error
        self.sent.append((message.address, text))
        if self.error is not None:
            raise self.error


@pytest.fixture
def gateway(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """The counting gateway as the installation's only channel."""
    counting = Gateway()
    monkeypatch.setitem(CHANNELS, "counting", counting)
    settings.NOTIFY_CHANNELS = ["counting"]
    return counting


@pytest.fixture
def case(cast: Cast) -> Iterator[Case]:
    with trial_kind():
        yield make_case(cast.project)


def notice(case: Case, *people: Any, key: str = "occasion") -> Notice:
    return Notice(key=key, template="case.assigned", case=case, to=people)


def states() -> dict[str, str]:
    return dict(Message.objects.exclude(channel="in_app").values_list("user__username", "state"))


def test_a_notice_is_in_the_inbox_at_once_and_leaves_with_the_next_pass(
    cast: Cast, case: Case, gateway: Gateway
) -> None:
    tell([notice(case, cast.technician, cast.head)], at=NOON)
    assert Message.objects.visible_to(cast.technician).unread().count() == 1
    assert gateway.sent == []
    assert deliver(at=NOON) == {"sent": 2, "failed": 0, "unknown": 0}
    assert [address for address, _ in gateway.sent] == ["technician", "head"]


@pytest.mark.req("SLA-3")
def test_telling_the_same_occasion_twice_tells_once(cast: Cast, case: Case, gateway: Gateway) -> None:
    for _ in range(3):
        tell([notice(case, cast.head, cast.head)], at=NOON)
        deliver(at=NOON)
    assert len(gateway.sent) == 1
    assert Message.objects.count() == 2


@pytest.mark.req("SLA-3")
def test_a_slow_channel_leaves_the_rest_to_the_next_pass(
    cast: Cast, case: Case, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(message: Message, text: str) -> None:
        time.sleep(0.06)
        gateway(message, text)

    monkeypatch.setitem(CHANNELS, "counting", slow)
    tell([notice(case, cast.technician, cast.head, cast.gm)], at=NOON)
    bound = timedelta(seconds=0.05)
    assert deliver(at=NOON, within=bound) == {"sent": 1, "failed": 0, "unknown": 0}
    assert sorted(states().values()) == ["pending", "pending", "sent"]
    assert deliver(at=NOON + HOUR) == {"sent": 2, "failed": 0, "unknown": 0}
    assert [address for address, _ in gateway.sent] == ["technician", "head", "gm"]


def test_the_heartbeat_does_not_wait_for_the_whole_outbox(
    cast: Cast, case: Case, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(message: Message, text: str) -> None:
        time.sleep(0.06)
        gateway(message, text)

    monkeypatch.setitem(CHANNELS, "counting", slow)
    tell([notice(case, cast.technician, cast.head, cast.gm)], at=NOON)
    assert run(NOON, sending=timedelta(seconds=0.05))["outbox"]["sent"] == 1
    assert last_beat().at == NOON


def test_everybody_reads_it_in_their_own_language_and_zone(cast: Cast, case: Case, gateway: Gateway) -> None:
    cast.head.language = "en"
    cast.head.save(update_fields=["language"])
    due = {"promise": {"zh": "完工", "en": "Completion"}, "due": {"at": NOON.isoformat()}}
    tell([Notice(key="k", template="clock.breach", case=case, to=(cast.head, cast.gm), data=due)], at=NOON)
    deliver(at=NOON)
    texts = dict(gateway.sent)
    assert "“Completion”" in texts["head"]
    assert "完工" in texts["gm"]
    assert all("12:00" in text for text in texts.values())


def test_a_channel_that_says_no_failed_and_is_not_tried_again(cast: Cast, case: Case, gateway: Gateway) -> None:
    gateway.error = NotDelivered("no such number")
    tell([notice(case, cast.head)], at=NOON)
    assert deliver(at=NOON)["failed"] == 1
    assert deliver(at=NOON + HOUR) == {"sent": 0, "failed": 0, "unknown": 0}
    assert Message.objects.exclude(channel="in_app").get().error == "no such number"


def test_a_channel_that_breaks_off_may_have_sent_it(cast: Cast, case: Case, gateway: Gateway) -> None:
    gateway.error = ConnectionResetError()
    tell([notice(case, cast.head)], at=NOON)
    assert deliver(at=NOON)["unknown"] == 1
    gateway.error = None
    deliver(at=NOON + HOUR)
    assert len(gateway.sent) == 1
    assert states() == {"head": "unknown"}


def test_a_channel_that_does_not_exist_is_a_failure_not_a_doubt(cast: Cast, case: Case, settings: Any) -> None:
    settings.NOTIFY_CHANNELS = ["pigeon"]
    tell([notice(case, cast.head)], at=NOON)
    assert deliver(at=NOON)["failed"] == 1


@pytest.mark.req("SLA-3")
def test_killed_while_sending_it_is_unknown_and_never_sent_twice(
    real_transactions: None, cast: Cast, case: Case, gateway: Gateway
) -> None:
    gateway.error = Killed()
    tell([notice(case, cast.head), notice(case, cast.gm, key="second")], at=NOON)
    with pytest.raises(Killed):
        deliver(at=NOON)
    gateway.error = None
    assert states() == {"head": "sending", "gm": "pending"}
    assert deliver(at=NOON + LEASE / 2)["sent"] == 1
    assert states() == {"head": "sending", "gm": "sent"}
    assert deliver(at=NOON + 2 * LEASE)["unknown"] == 1
    assert states() == {"head": "unknown", "gm": "sent"}
    assert len(gateway.sent) == 2


def test_killed_before_the_transaction_ended_nobody_was_told(
    real_transactions: None, cast: Cast, case: Case, gateway: Gateway
) -> None:
    class Dying:
        def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            result = execute(sql, params, many, context)
            if "UPDATE" in sql and "leased_until" in sql and Delivery.SENDING in params:
                raise Killed
            return result

    tell([notice(case, cast.head)], at=NOON)
    plan(at=NOON)
    with pytest.raises(Killed), connection.execute_wrapper(Dying()):
        deliver(at=NOON)
    assert states() == {"head": "pending"}
    assert deliver(at=NOON)["sent"] == 1


def test_who_finishes_after_being_given_up_says_what_became_of_it(cast: Cast, case: Case, gateway: Gateway) -> None:
    tell([notice(case, cast.head)], at=NOON)

    class Slow(Gateway):
        def __call__(self, message: Message, text: str) -> None:
            deliver(at=NOON + 2 * LEASE)  # another pass, meanwhile
            super().__call__(message, text)

    slow = Slow()
    CHANNELS["counting"] = slow
    assert deliver(at=NOON)["sent"] == 1
    assert len(slow.sent) == 1
    assert states() == {"head": "sent"}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.req("SLA-3")
def test_four_passes_at_once_send_each_message_once(
    real_transactions: None, cast: Cast, case: Case, gateway: Gateway
) -> None:
    tell([notice(case, cast.head, key=f"occasion {n}") for n in range(40)], at=NOON)
    found = at_once(4, lambda _: deliver(at=NOON))
    assert sum(counts["sent"] for counts in found if isinstance(counts, dict)) == 40
    assert len(gateway.sent) == 40
    assert set(states().values()) == {"sent"}


def test_an_inbox_is_its_owners_alone(cast: Cast, case: Case) -> None:
    tell([notice(case, cast.technician)], at=NOON)
    message = Message.objects.get(channel="in_app")
    assert mark_read(user=cast.head, at=NOON, pks=[message.pk]) == 0
    assert mark_read(user=cast.technician, at=NOON, pks=[message.pk]) == 1
    assert mark_read(user=cast.technician, at=NOON + HOUR) == 0
    message.refresh_from_db()
    assert message.read_at == NOON
