"""Channels over real sockets: what is accepted, refused, or in doubt; and at most once, whatever the gateway does."""

import hashlib
import hmac
import logging
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from accounts.models import User
from cases.models import Case
from notifications import channels
from notifications.actions import LEASE, Notice, deliver, tell
from notifications.channels import NotConfirmed, NotDelivered, Outgoing, open_secret
from notifications.models import Message
from records.crypto import encrypt
from tests.cast import NOON, Cast
from tests.notifications.gateway import MailServer, SmsGateway
from tests.notifications.setup import make_channel, make_rule
from tests.sla.trial import make_case, trial_kind

OUT = Outgoing(key="k:1#1", at=NOON, address="13800000001", subject="示范小区 · 预警", body="漏水")
HOUR = timedelta(hours=1)


@pytest.fixture
def sms() -> Iterator[SmsGateway]:
    with SmsGateway().serving() as gateway:
        yield gateway


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with MailServer().serving() as server:
        yield server


@pytest.fixture
def case(cast: Cast) -> Iterator[Case]:
    User.objects.filter(pk=cast.head.pk).update(phone="13800000001", email="head@example.org")
    with trial_kind():
        yield make_case(cast.project)


def told(cast: Cast, case: Case, key: str = "occasion") -> None:
    tell([Notice(key=key, template="case.assigned", case=case, to=(cast.head,), level="escalation")], at=NOON)


def outside() -> list[str]:
    return list(Message.objects.exclude(channel="in_app").values_list("state", flat=True))


# --- SMS -------------------------------------------------------------------------------------------------------------
def test_an_sms_is_signed_over_time_and_body(db: None, sms: SmsGateway) -> None:
    channels.send_sms(make_channel("sms", endpoint=sms.address, account="desk", sender="物业"), OUT)
    assert sms.taken == [{"id": "k:1#1", "to": "13800000001", "text": "漏水", "sender": "物业"}]
    headers = {name.lower(): value for name, value in sms.headers[0].items()}
    signed = headers["x-timestamp"].encode() + b"\n" + sms.bodies[0]
    assert headers["x-signature"] == hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert (headers["x-account"], headers["x-timestamp"]) == ("desk", str(int(NOON.timestamp())))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, NotDelivered),
        (401, NotDelivered),
        (429, NotDelivered),
        (302, NotDelivered),
        (408, NotConfirmed),
        (500, NotConfirmed),
        (503, NotConfirmed),
    ],
)
def test_what_the_gateway_answers_is_a_refusal_or_a_doubt(
    db: None, sms: SmsGateway, status: int, error: type[Exception]
) -> None:
    sms.status = status
    with pytest.raises(error):
        channels.send_sms(make_channel("sms", endpoint=sms.address), OUT)
    assert len(sms.taken) == 1


def test_a_gateway_that_is_not_there_took_nothing(db: None, sms: SmsGateway) -> None:
    with SmsGateway().serving() as gone:
        address = gone.address
    for wrong in (address, "http://no-such-host.invalid/", "nonsense", "http://"):
        with pytest.raises(NotDelivered):
            channels.send_sms(make_channel("sms", endpoint=wrong), OUT)


@pytest.mark.req("SLA-3")
@pytest.mark.parametrize("how", ["silent", "hang_up"])
def test_over_real_http_a_gateway_without_an_answer_is_asked_once_and_the_message_is_unknown(
    real_transactions: None, cast: Cast, case: Case, sms: SmsGateway, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(channels, "ANSWER", 0.2)
    setattr(sms, how, True)
    make_rule(make_channel("sms", endpoint=sms.address))
    told(cast, case)
    assert deliver(at=NOON) == {"sent": 0, "failed": 0, "unknown": 1}
    sms.silent = sms.hang_up = False
    for later in (LEASE / 2, 2 * LEASE, HOUR):
        told(cast, case)
        deliver(at=NOON + later)
    assert len(sms.taken) == 1
    assert outside() == ["unknown"]


@pytest.mark.req("SLA-3")
def test_over_real_http_an_accepted_sms_goes_once(cast: Cast, case: Case, sms: SmsGateway) -> None:
    make_rule(make_channel("sms", endpoint=sms.address))
    for _ in range(3):
        told(cast, case)
        deliver(at=NOON)
    assert [sent["to"] for sent in sms.taken] == ["13800000001"]
    assert outside() == ["sent"]


def test_a_trial_sms_stands_in_the_log_alone(db: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        channels.log_sms(make_channel("sms_log"), OUT)
    assert "漏水" in caplog.text


# --- mail ------------------------------------------------------------------------------------------------------------
def mail(server: MailServer, **more: Any) -> None:
    given: dict[str, Any] = {"endpoint": server.address, "sender": "desk@example.org"} | more
    subject = "物业\r\nBcc: x@example.org"
    message = Outgoing(key="k", at=NOON, address="a@example.org", subject=subject, body="漏水")
    channel = make_channel("mail", **given)
    channel.secret_stored = ""
    channels.send_mail(channel, message)


def test_a_mail_reaches_the_server_and_a_subject_is_one_line(db: None, mails: MailServer) -> None:
    mail(mails)
    read = message_from_bytes(mails.taken[0], policy=default)
    assert (read["To"], read["From"], read["Bcc"]) == ("a@example.org", "desk@example.org", None)
    assert read["Subject"] == "物业 Bcc: x@example.org"
    assert read.get_content().strip() == "漏水"


def test_a_mail_leaves_with_the_older_greeting_where_the_server_knows_no_other(db: None, mails: MailServer) -> None:
    mails.refuse = "EHLO"
    mail(mails)
    assert [message_from_bytes(taken)["To"] for taken in mails.taken] == ["a@example.org"]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_mail_that_the_server_refuses_has_not_left(db: None, mails: MailServer, command: str) -> None:
    mails.refuse = command
    with pytest.raises(NotDelivered):
        mail(mails)
    assert mails.taken == []


def test_a_mail_server_that_is_not_there_took_nothing(db: None) -> None:
    with MailServer().serving() as gone:
        address = gone.address
    with pytest.raises(NotDelivered):
        mail(gone, endpoint=address)


def test_a_mail_server_that_breaks_off_after_the_text_may_have_it(cast: Cast, case: Case, mails: MailServer) -> None:
    mails.drop_after_data = True
    channel = make_channel("mail", endpoint=mails.address, sender="desk@example.org")
    make_rule(channel)
    told(cast, case)
    assert deliver(at=NOON)["unknown"] == 1
    deliver(at=NOON + HOUR)
    assert len(mails.taken) == 1


# --- group robots ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "plugin"), [("wecom", NotifyWeComBot), ("dingtalk", NotifyDingTalk), ("feishu", NotifyFeishu)]
)
def test_a_robot_of_each_house_writes_into_its_group(
    cast: Cast, case: Case, sms: SmsGateway, monkeypatch: pytest.MonkeyPatch, kind: str, plugin: Any
) -> None:
    monkeypatch.setattr(plugin, "notify_url", sms.address + "?key={key}" if kind == "wecom" else sms.address)
    make_rule(make_channel(kind))
    tell([Notice(key="k", template="case.assigned", case=case, to=(cast.head, cast.gm), level="escalation")], at=NOON)
    assert deliver(at=NOON)["sent"] == 1, "one message for all of the group"
    text = str(sms.taken[0])
    assert case.number in text
    assert "Head" in text
    assert "Gm" in text
    sms.status = 500
    told(cast, case, "second")
    assert deliver(at=NOON)["unknown"] == 1


def test_a_token_that_is_none_is_a_failure(db: None) -> None:
    channel = make_channel("dingtalk")
    channel.keep_token("with blanks/and slashes")
    with pytest.raises(NotDelivered):
        channels.send_to_robot(channel, OUT)


# --- secrets ---------------------------------------------------------------------------------------------------------
def test_a_secret_comes_from_the_environment_where_it_names_a_variable(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setenv("NOTIFY_SMS_KEY", "from outside")
    assert open_secret(encrypt("env:NOTIFY_SMS_KEY")) == "from outside"
    assert open_secret(encrypt("plain")) == "plain"
    monkeypatch.delenv("NOTIFY_SMS_KEY")
    with pytest.raises(NotDelivered):
        open_secret(encrypt("env:NOTIFY_SMS_KEY"))
    assert open_secret(encrypt("env:SECRET_KEY")) == "env:SECRET_KEY", "the desk's own secrets are not for sending"
    stored = encrypt("plain")
    settings.SECRET_KEY = "another one altogether"
    with pytest.raises(NotDelivered):
        open_secret(stored)


def test_a_secret_stands_encrypted_in_the_table_and_in_no_version(db: None) -> None:
    channel = make_channel("sms")
    assert "s3cret" not in channel.secret_stored
    assert not {"secret_stored", "token_stored"} & {field.name for field in channel.history.model._meta.fields}
