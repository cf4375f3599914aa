"""Several low messages to one person go as one, each is told once, and none is lost on the way."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from cases.models import Case
from notifications.actions import LEASE, deliver, plan
from notifications.actions.delivering import MOST_TOGETHER
from notifications.channels import NotDelivered
from notifications.models import Message, TellingRule
from tests.cast import NOON, Cast
from tests.notifications.setup import Counting, counting, make_channel, make_rule
from tests.notifications.test_planning import HOUR, MORNING, NIGHT, reach, say
from tests.sla.trial import make_case, trial_kind
from tests.threads import at_once

MINUTE = timedelta(minutes=1)


class Killed(BaseException):
    """What a `kill` looks like to Python code."""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return counting(monkeypatch)


@pytest.fixture
def case(cast: Cast) -> Iterator[Case]:
    reach(cast)
    with trial_kind():
        yield make_case(cast.project)


def by_night(case: Case, count: int, *people: User, level: str = "info") -> None:
    for n in range(count):
        say(case, *people, key=f"night {n}", level=level, at=NIGHT + n * MINUTE, title=f"第{n}件")


def states(channel: str = "sms") -> list[str]:
    return list(Message.objects.filter(channel=channel).order_by("pk").values_list("state", flat=True))


def test_what_came_by_night_is_one_sms_in_the_morning(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms", sender="物业"))
    by_night(case, 3, cast.head)
    deliver(at=NIGHT + HOUR)
    assert sent.sent == []
    assert deliver(at=MORNING)["sent"] == 3
    (body,) = sent.bodies
    assert body.startswith("【物业】示范小区 · 3 条消息")
    assert all(f"第{n}件" in body for n in range(3))
    rows = list(Message.objects.filter(channel="sms").order_by("pk"))
    assert {row.told_with_id for row in rows} == {rows[0].pk}
    assert {row.sent_at for row in rows} == {rows[0].sent_at}
    deliver(at=MORNING + HOUR)
    assert len(sent.sent) == 1


@pytest.mark.parametrize("others", [2, MOST_TOGETHER + 1])
def test_what_cannot_wait_for_the_morning_goes_alone_and_takes_nothing_along(
    cast: Cast, case: Case, sent: Counting, others: int
) -> None:
    make_rule(make_channel("sms"))
    by_night(case, others, cast.gm, level="warning")
    at = NIGHT + HOUR
    deliver(at=at)
    say(case, cast.gm, key="due", level="warning", at=at, due={"by": (at + HOUR).isoformat()}, title="电梯困人")
    deliver(at=at)
    (body,) = sent.bodies
    assert "电梯困人" in body
    assert states() == ["pending"] * others + ["sent"]
    deliver(at=MORNING)
    assert states() == ["sent"] * (others + 1)


def test_each_person_and_channel_has_a_digest_of_its_own_and_an_escalation_has_none(
    cast: Cast, case: Case, sent: Counting
) -> None:
    make_rule(make_channel("sms"), make_channel("mail"))
    by_night(case, 2, cast.head, cast.gm)
    say(case, cast.head, key="e1", at=MORNING)
    say(case, cast.head, key="e2", at=MORNING)
    deliver(at=MORNING)
    assert sorted(sent.addresses) == sorted(
        ["head@example.org", "gm@example.org", "tel-head", "tel-gm", *2 * ["head@example.org", "tel-head"]]
    )
    assert sent.addresses[0] in ("head@example.org", "tel-head"), "what is urgent goes first"
    assert not Message.objects.filter(level="escalation").exclude(told_with=None).exists()


def test_one_alone_is_no_digest(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("mail", sender="desk@example.org"))
    by_night(case, 1, cast.head)
    deliver(at=MORNING)
    assert sent.sent[0].subject == "示范小区 · 通知"
    assert Message.objects.get(channel="mail").told_with is None


def test_within_the_time_to_gather_they_wait_for_each_other(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"), gather_minutes=30)
    say(case, cast.head, key="a", level="warning", at=NOON)
    say(case, cast.head, key="b", level="warning", at=NOON + 20 * MINUTE)
    say(case, cast.head, key="c", level="escalation", at=NOON + 21 * MINUTE)
    deliver(at=NOON + 29 * MINUTE)
    assert len(sent.sent) == 1, "the escalation does not wait"
    deliver(at=NOON + 30 * MINUTE)
    assert len(sent.sent) == 2
    assert set(states()) == {"sent"}


def test_gathering_into_the_night_ends_in_the_morning(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"), gather_minutes=60)
    say(case, cast.head, level="warning", at=NIGHT - 90 * MINUTE)  # 21:30
    deliver(at=NIGHT)
    assert sent.sent == []
    deliver(at=MORNING)
    assert len(sent.sent) == 1


def test_a_long_night_makes_several_digests_and_loses_none(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"))
    by_night(case, 2 * MOST_TOGETHER + 1, cast.head)
    assert deliver(at=MORNING)["sent"] == 2 * MOST_TOGETHER + 1
    assert len(sent.sent) == 3
    assert all(sum(f"第{n}件" in body for body in sent.bodies) == 1 for n in range(9, 2 * MOST_TOGETHER + 1))


def test_a_digest_that_is_refused_failed_with_everything_in_it(cast: Cast, case: Case, sent: Counting) -> None:
    sent.error = NotDelivered("no")
    make_rule(make_channel("sms"))
    by_night(case, 3, cast.head)
    assert deliver(at=MORNING)["failed"] == 3
    assert states() == ["failed"] * 3


@pytest.mark.req("SLA-3")
def test_killed_while_a_digest_is_sent_all_of_it_is_unknown_and_none_is_sent_again(
    real_transactions: None, cast: Cast, case: Case, sent: Counting
) -> None:
    make_rule(make_channel("sms"))
    by_night(case, 3, cast.head)
    sent.error = Killed()
    with pytest.raises(Killed):
        deliver(at=MORNING)
    sent.error = None
    assert states() == ["sending"] * 3
    say(case, cast.head, key="later", level="info", at=MORNING + MINUTE)
    assert deliver(at=MORNING + MINUTE)["sent"] == 1, "what comes later does not wait for it"
    assert deliver(at=MORNING + 2 * LEASE)["unknown"] == 3
    assert states() == ["unknown"] * 3 + ["sent"]
    assert len(sent.sent) == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.req("SLA-3")
def test_four_passes_at_once_send_one_digest_to_each(
    real_transactions: None, cast: Cast, case: Case, sent: Counting
) -> None:
    make_rule(make_channel("sms"))
    by_night(case, 12, cast.head, cast.gm, cast.supervisor)
    found = at_once(4, lambda _: deliver(at=MORNING))
    assert sum(counts["sent"] for counts in found if isinstance(counts, dict)) == 36, found
    assert sorted(sent.addresses) == ["tel-gm", "tel-head", "tel-supervisor"]
    assert states() == ["sent"] * 36


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["tell", "deliver", "plan", "kill"]), st.integers(0, 4), st.integers(1, 600)),
        min_size=1,
        max_size=14,
    )
)
@pytest.mark.req("SLA-3")
def test_whatever_the_order_nothing_goes_twice_and_nothing_is_lost(
    cast: Cast, case: Case, sent: Counting, steps: list[tuple[str, int, int]]
) -> None:
    TellingRule.objects.all().delete()
    make_rule(make_channel("sms"))
    example, at, told = Message.objects.count(), NOON, set()
    for verb, which, minutes in steps:
        at += minutes * MINUTE
        if verb == "tell":
            level = ("info", "warning", "escalation")[which % 3]
            say(case, cast.head, key=f"{example} {which}", level=level, at=at, title=f"<{example} {which}>")
            told.add(which)
        elif verb == "plan":
            plan(at=at)
        else:
            sent.error = Killed() if verb == "kill" else None
            with suppress(Killed):
                deliver(at=at)
            sent.error = None
    for days in (30, 31):  # by day, when nothing waits
        deliver(at=NOON + timedelta(days=days))
    for which in range(5):
        times = sum(f"<{example} {which}>" in body for body in sent.bodies)
        assert times == (which in told)
    assert not set(states()) & {"pending", "sending"}
