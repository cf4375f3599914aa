"""Try a channel: one message through its own adapter, once, with what became of it in a sentence."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from core.errors import Invalid, NotAllowed, NotNow
from notifications.actions import ask_for_test, deliver, send_tests
from notifications.channels import NotConfirmed, NotDelivered
from notifications.models import Channel, ChannelTest, Message
from notifications.queries import outcome_words, reason_words
from notifications.states import ROBOTS, ChannelKind, Delivery
from records.models import AuditEntry
from sla.sweeps import run
from tests.cast import NOON, Cast
from tests.notifications.gateway import MailServer, SmsGateway
from tests.notifications.setup import Counting, counting, make_channel
from tests.tickets.pages import queries_for, read_in_english, words_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def english(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    User.objects.filter(pk=cast.admin.pk).update(is_staff=True)
    with translation.override("en"):
        yield


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return counting(monkeypatch)


def page_of(channel: Channel) -> str:
    return reverse("admin:notifications_channel_test", args=[channel.pk])


def tried(cast: Cast, channel: Channel, address: str = "13800001234") -> ChannelTest:
    test = ask_for_test(channel=channel, address=address, by=cast.admin, at=NOON)
    send_tests(at=NOON)
    test.refresh_from_db()
    return test


# --- on the page -----------------------------------------------------------------------------------------------------
@pytest.mark.req("SLA-3")
@pytest.mark.parametrize("kind", list(ChannelKind))
def test_each_kind_of_channel_is_tried_on_its_page_and_nobodys_inbox_has_it(
    cast: Cast, sent: Counting, signed_in: SignIn, kind: ChannelKind
) -> None:
    channel = make_channel(kind, cast.project, sender="示范物业")
    admin = signed_in(cast.admin)
    change = admin.get(reverse("admin:notifications_channel_change", args=[channel.pk])).content.decode()
    assert page_of(channel) in change
    shown = admin.get(page_of(channel))
    address = {} if kind in ROBOTS else {"address": "a@example.org" if kind == ChannelKind.MAIL else "13800001234"}
    assert ("address" in shown.context["form"].fields) is bool(address)
    key = shown.context["form"]["idempotency_key"].value()
    with time_machine.travel(NOON, tick=False):
        said = admin.post(page_of(channel), {**address, "idempotency_key": key}, follow=True)
    assert "It is being sent" in words_of(said)
    assert 'http-equiv="refresh"' in said.content.decode(), "the page asks again by itself"
    assert not sent.sent, "the worker sends, not the page"
    assert send_tests(at=NOON) == {"sent": 1, "failed": 0, "unknown": 0}
    done = admin.get(page_of(channel))
    assert "Delivered: the other end accepted it." in words_of(done)
    assert 'http-equiv="refresh"' not in done.content.decode()
    assert sent.addresses == [address.get("address", "")]
    assert sent.channels == [channel]
    assert "Admin is trying whether this channel works" in sent.bodies[0]
    assert not Message.objects.exists()
    entries = AuditEntry.objects.filter(action__startswith="channel.").order_by("pk")
    assert [(e.action, e.by, e.project) for e in entries] == [
        ("channel.test_asked", cast.admin, cast.project),
        ("channel.tested", cast.admin, cast.project),
    ]
    assert entries[1].data["outcome"] == "sent"


def test_a_double_click_sends_once(cast: Cast, sent: Counting, signed_in: SignIn) -> None:
    channel = make_channel(ChannelKind.SMS, cast.project)
    admin, form = signed_in(cast.admin), {"address": "13800001234", "idempotency_key": "k"}
    with time_machine.travel(NOON, tick=False):
        for _ in range(2):
            assert admin.post(page_of(channel), form).status_code == 302
    assert ChannelTest.objects.count() == 1
    for _ in range(2):
        send_tests(at=NOON)
    assert len(sent.sent) == 1, "what was begun is not begun again"


def test_the_workers_pass_sends_it(cast: Cast, sent: Counting) -> None:
    ask_for_test(channel=make_channel(project=cast.project), address="13800001234", by=cast.admin, at=NOON)
    assert run(NOON)["tests"]["sent"] == 1
    assert run(NOON)["tests"]["sent"] == 0
    assert len(sent.sent) == 1


def test_two_workers_at_once_send_it_once(cast: Cast, sent: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_for_test(channel=make_channel(project=cast.project), address="13800001234", by=cast.admin, at=NOON)

    def meanwhile(patience: timedelta, act: Any) -> Any:
        assert send_tests(at=NOON) == {"sent": 0, "failed": 0, "unknown": 0}
        return act()

    monkeypatch.setattr("notifications.actions.trying._within", meanwhile)
    assert send_tests(at=NOON)["sent"] == 1
    assert len(sent.sent) == 1


def test_what_no_worker_took_in_time_is_not_sent_hours_later(cast: Cast, sent: Counting) -> None:
    test = ask_for_test(channel=make_channel(project=cast.project), address="13800001234", by=cast.admin, at=NOON)
    assert "has not come by" in outcome_words(test, NOON + 3 * MINUTE)
    assert send_tests(at=NOON + 60 * MINUTE)["failed"] == 1
    test.refresh_from_db()
    assert not sent.sent
    assert "It did not go out: no worker took it" in outcome_words(test, NOON + 60 * MINUTE)


@pytest.mark.parametrize(
    ("kind", "address"),
    [("sms", ""), ("sms", "abc"), ("sms", "a@example.org"), ("mail", "13800001234"), ("mail", "a@@example.org")],
)
def test_what_is_no_address_is_refused_beside_the_field_and_nothing_leaves(
    cast: Cast, sent: Counting, signed_in: SignIn, kind: str, address: str
) -> None:
    channel = make_channel(kind, cast.project)
    page = signed_in(cast.admin).post(page_of(channel), {"address": address, "idempotency_key": "k"})
    assert page.status_code == 422
    assert page.context["form"].errors["address"]
    assert f'value="{address}"' in page.content.decode() or not address
    assert not sent.sent
    assert not ChannelTest.objects.exists()


def test_whose_channel_it_is_not_finds_none_and_one_not_in_use_is_not_tried(
    cast: Cast, sent: Counting, signed_in: SignIn
) -> None:
    theirs, whole = make_channel(project=cast.other_project), make_channel()
    admin = signed_in(cast.admin)
    for channel in (theirs, whole):
        assert admin.get(page_of(channel)).status_code == 404
        assert admin.post(page_of(channel), {"address": "13800001234", "idempotency_key": "k"}).status_code == 404
        with pytest.raises(NotAllowed):
            tried(cast, channel)
    assert signed_in(cast.gm).get(page_of(theirs)).status_code in (302, 403, 404)
    with pytest.raises(NotNow):
        tried(cast, make_channel(project=cast.project, is_active=False))
    with pytest.raises(Invalid):
        tried(cast, make_channel(project=cast.project), "nobody")
    assert not sent.sent


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_test_and_for_three(
    cast: Cast, sent: Counting, signed_in: SignIn, count: int
) -> None:
    channel = make_channel(project=cast.project)
    for _ in range(count):
        tried(cast, channel)
    assert queries_for(signed_in(cast.admin), page_of(channel)) == 7


# --- what became of it -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (None, Delivery.SENT, "Delivered"),
        (NotDelivered("the gateway refused it: 403"), Delivery.FAILED, "did not go out: the gateway refused it (403)."),
        (NotConfirmed("the gateway did not answer"), Delivery.UNKNOWN, "Nobody knows whether it arrived: the gateway"),
        (ValueError("broken"), Delivery.UNKNOWN, "Nobody knows whether it arrived"),
    ],
    ids=["sent", "failed", "unknown", "anything"],
)
def test_it_says_delivered_failed_or_unknown_with_the_reason(
    cast: Cast, sent: Counting, error: BaseException | None, state: str, words: str
) -> None:
    sent.error = error
    test = tried(cast, make_channel(project=cast.project))
    assert test.state == state
    assert words in outcome_words(test, NOON)
    deliver(at=NOON)
    assert len(sent.sent) == 1, "a test is never sent again by itself"


def test_a_channel_that_never_answers_is_waited_for_no_longer_than_was_said(
    cast: Cast, sent: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.actions.trying.PATIENCE", timedelta(milliseconds=50))
    over = threading.Event()
    sent.before = lambda: (over.wait(20), None)[1]
    test = tried(cast, make_channel(project=cast.project))
    over.set()
    assert (test.state, test.error) == (Delivery.UNKNOWN, "nothing was answered in time")


def test_whose_process_died_is_unknown_after_two_minutes(cast: Cast, signed_in: SignIn) -> None:
    channel = make_channel(project=cast.project)
    test = ask_for_test(channel=channel, address="13800001234", by=cast.admin, at=NOON)
    ChannelTest.objects.filter(pk=test.pk).update(state=Delivery.SENDING)
    for after, words in ((MINUTE, "It is being sent"), (3 * MINUTE, "the process ended while sending")):
        with time_machine.travel(NOON + after, tick=False):
            assert words in words_of(signed_in(cast.admin).get(page_of(channel)))


def test_it_goes_through_the_very_gateway(cast: Cast) -> None:
    with SmsGateway().serving() as gateway:
        channel = make_channel(project=cast.project, endpoint=gateway.address, account="desk", sender="示范物业")
        assert tried(cast, channel).state == Delivery.SENT
        assert gateway.taken[0]["to"] == "13800001234"
        assert gateway.taken[0]["text"].startswith("【示范物业】")
        gateway.status = 503
        assert "answered with an error (503)" in outcome_words(tried(cast, channel), NOON)


def test_a_mail_server_that_is_away_is_said_in_words(cast: Cast) -> None:
    mails = MailServer()
    with mails.serving():
        address = mails.address
    channel = make_channel(ChannelKind.MAIL, cast.project, endpoint=address, sender="desk@example.org")
    channel.keep_secret("")
    channel.save()
    test = tried(cast, channel, "a@example.org")
    assert outcome_words(test, NOON) == "It did not go out: the mail server was not reached."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("", ""),
        ("mail server: (550, b'no')", "the mail server said: (550, b'no')"),
        ("NOTIFY_KEY is not set in the environment", "NOTIFY_KEY is not set in the server's environment"),
        ("the gateway was not reached", "the gateway was not reached"),
        ("whatever", "whatever"),
    ],
)
def test_reasons_are_words(error: str, words: str) -> None:
    assert reason_words(error) == words


def test_the_admin_sites_first_page_leads_to_rules_and_calendars(cast: Cast, signed_in: SignIn) -> None:
    page: Any = signed_in(cast.admin).get(reverse("admin:index")).content.decode()
    for name in ("rules", "calendars"):
        assert f'href="{reverse(name)}"' in page
    listed = signed_in(cast.admin).get(reverse("admin:sla_policy_changelist")).content.decode()
    for name in ("rules", "calendars"):
        assert f'href="{reverse(name)}"' in listed
