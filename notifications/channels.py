"""Ways to tell somebody outside the application: one function for each kind of channel.

A channel that raises `NotDelivered` let nothing leave; whatever else it raises, nobody knows whether it arrived.
"""

import hashlib
import hmac
import json
import os
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPAuthenticationError, SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any

import requests
import structlog
from apprise import Apprise
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext_noop
from urllib3.exceptions import NewConnectionError

from notifications.models import Channel, Message
from notifications.states import ChannelKind, Delivery
from records.crypto import decrypt

log = structlog.get_logger(__name__)
# Seconds to connect and to wait for an answer; well within the lease of a message.
CONNECT, ANSWER = 5, 15
# A secret may name a variable of the environment, but none of the desk's own.
FROM_ENVIRONMENT = re.compile(r"env:(NOTIFY_[A-Z0-9_]+)")
SSL_PORT, STARTTLS_PORT = "465", "587"


class NotDelivered(Exception):
    """The channel said no before anything left: it is safe to call the message failed."""


class NotConfirmed(Exception):
    """The message may have left; the other end did not say so."""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """What leaves: `key` is another one for every attempt that a person asked for."""

    key: str
    at: datetime
    address: str
    subject: str
    body: str


def open_secret(stored: str) -> str:
    """The secret behind a stored value: decrypted, and read from the environment where it names a variable.

    Raises `NotDelivered` where either is impossible.
    """
    try:
        text = decrypt(stored)
    except InvalidToken as problem:
        raise NotDelivered(gettext_noop("the channel's secret cannot be read: enter it again")) from problem
    named = FROM_ENVIRONMENT.fullmatch(text)
    if named is None:
        return text
    if named[1] not in os.environ:
        raise NotDelivered(f"{named[1]} is not set in the environment")
    return os.environ[named[1]]


def console(message: Message, text: str) -> None:
    """Write to the log that a message went out: the channel of a machine without any other.

    What it says is personal information and stays out of logs, except where everything is made up (`DEMO`).
    """
    number = message.case.number if message.case else ""
    said = {"to": message.address, "text": text} if settings.DEMO else {}
    log.info("message", key=message.key, template=message.template, case=number, **said)


def send_mail(channel: Channel, message: Outgoing) -> None:
    """Hand an e-mail to the channel's SMTP server: TLS on port 465, STARTTLS on 587, none elsewhere."""
    host, _, port = channel.endpoint.partition(":")
    backend = EmailBackend(
        host=host,
        port=int(port or STARTTLS_PORT),
        username=channel.account,
        password=open_secret(channel.secret_stored),
        use_ssl=port == SSL_PORT,
        use_tls=port in ("", STARTTLS_PORT),
        timeout=ANSWER,
    )
    mail = EmailMessage(
        " ".join(message.subject.split()), message.body, channel.sender, [message.address], connection=backend
    )
    _open(backend)
    try:
        mail.send()
    except (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError) as problem:
        raise NotDelivered(f"mail server: {problem}") from problem
    finally:
        # What was accepted stays accepted, however the server takes its leave.
        with suppress(OSError, SMTPException):
            backend.close()


def _open(backend: EmailBackend) -> None:
    """Reach the mail server and sign in; what goes wrong is said in words, and in the log as it came."""
    try:
        backend.open()
    except SMTPAuthenticationError as problem:
        log.warning("mail_sign_in", problem=str(problem))
        raise NotDelivered(gettext_noop("the mail server refused the account or its password")) from problem
    except SMTPException as problem:
        raise NotDelivered(f"mail server: {problem}") from problem
    except ssl.SSLError as problem:
        log.warning("mail_encryption", problem=str(problem))
        raise NotDelivered(gettext_noop("no encrypted connection to the mail server came about")) from problem
    except OSError as problem:
        log.warning("mail_unreached", problem=str(problem))
        raise NotDelivered(gettext_noop("the mail server was not reached")) from problem


def signature(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over the time, a line break and the body, in hexadecimal: how the gateway knows us."""
    return hmac.new(secret.encode(), stamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()


def send_sms(channel: Channel, message: Outgoing) -> None:
    """Hand an SMS to a gateway over HTTP (described in docs/operations.md).

    2xx: accepted. 3xx and 4xx: refused, save 408. Anything else, and silence once connected: not known.
    """
    content = {"id": message.key, "to": message.address, "text": message.body, "sender": channel.sender}
    body = json.dumps(content, ensure_ascii=False).encode()
    stamp = str(int(message.at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "X-Account": channel.account,
        "X-Timestamp": stamp,
        "X-Signature": signature(open_secret(channel.secret_stored), stamp, body),
    }
    try:
        # The status decides; what else the gateway says is not waited for.
        with requests.post(
            channel.endpoint, data=body, headers=headers, timeout=(CONNECT, ANSWER), allow_redirects=False, stream=True
        ) as answer:
            status = answer.status_code
    # An address that is none is a `ValueError` to the library.
    except (requests.ConnectTimeout, ValueError) as problem:
        raise NotDelivered(gettext_noop("the gateway was not reached")) from problem
    except requests.ConnectionError as problem:
        if _never_connected(problem):
            raise NotDelivered(gettext_noop("the gateway was not reached")) from problem
        raise NotConfirmed(gettext_noop("the gateway broke off")) from problem
    except requests.RequestException as problem:
        raise NotConfirmed(gettext_noop("the gateway did not answer")) from problem
    _judge(status)


def _never_connected(problem: requests.ConnectionError) -> bool:
    cause = problem.args[0] if problem.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _judge(status: int) -> None:
    if status // 100 in (3, 4) and status != requests.codes.request_timeout:
        raise NotDelivered(f"the gateway refused it: {status}")
    if status // 100 != 2:
        raise NotConfirmed(f"the gateway answered {status}")


def log_sms(channel: Channel, message: Outgoing) -> None:
    """Write an SMS to the log instead of sending it."""
    log.info("sms", to=message.address, text=message.body, sender=channel.sender)


def robot_of(channel: Channel) -> dict[str, Any]:
    """How `apprise` is told of a group robot. Raises `NotDelivered` for a secret that cannot be read."""
    token = open_secret(channel.token_stored)
    if channel.kind == ChannelKind.WECOM:
        return {"schema": "wecombot", "key": token}
    if channel.kind == ChannelKind.FEISHU:
        return {"schema": "feishu", "token": token}
    secret = open_secret(channel.secret_stored)
    return {"schema": "dingtalk", "token": token} | ({"secret": secret} if secret else {})


def send_to_robot(channel: Channel, message: Outgoing) -> None:
    """Write into the group of a WeCom, DingTalk or Feishu robot. The library says only whether it was confirmed."""
    robot = Apprise.instantiate(robot_of(channel))
    if robot is None:
        raise NotDelivered(gettext_noop("this is no token of such a robot"))
    if not robot.notify(body=message.body, title=message.subject):
        raise NotConfirmed(gettext_noop("the robot's service did not confirm it"))


# Of this machine's settings (NOTIFY_CHANNELS), by name: used where no rule for telling was made.
CHANNELS: dict[str, Callable[[Message, str], None]] = {"console": console}
# Of the channels that administrators set up, by kind.
ADAPTERS: dict[str, Callable[[Channel, Outgoing], None]] = {
    ChannelKind.MAIL: send_mail,
    ChannelKind.SMS: send_sms,
    ChannelKind.SMS_LOG: log_sms,
    ChannelKind.WECOM: send_to_robot,
    ChannelKind.DINGTALK: send_to_robot,
    ChannelKind.FEISHU: send_to_robot,
}


def hand_over(prepare: Callable[[], Callable[[], None]]) -> tuple[str, str]:
    """Call a channel once, and say what became of it and why: sent, failed, or not known.

    What `prepare` raises, nothing was sent for. A channel may raise anything; whether it was sent is then not known.
    """
    try:
        call = prepare()
    except Exception as problem:
        return Delivery.FAILED, repr(problem)
    try:
        call()
    except NotDelivered as problem:
        return Delivery.FAILED, str(problem)
    except NotConfirmed as problem:
        return Delivery.UNKNOWN, str(problem)
    except Exception as problem:
        return Delivery.UNKNOWN, repr(problem)
    return Delivery.SENT, ""
