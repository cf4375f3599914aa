"""What leaves the application, in words: one message, or several as a digest."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from notifications.channels import Outgoing
from notifications.means import Wording
from notifications.models import Channel, ChannelTest, Message
from notifications.states import MEDIUM_OF, ChannelKind, Level, Medium

# A line of an SMS that lists several; an SMS is paid for by its length.
SMS_LINE = 60
SMS = (ChannelKind.SMS, ChannelKind.SMS_LOG)


def language_of(message: Message) -> str:
    """The language that a message is written in: its reader's, else the installation's."""
    return (message.user.language if message.user else "") or settings.LANGUAGE_CODE


def body_of(message: Message, wording: Wording, medium: str) -> tuple[str, str]:
    """Subject (may be empty) and text of one message, in the active language."""
    more = {"person": str(message.user or ""), "project": str(message.project)}
    subject, text = wording.words(message.template, message.data, medium=medium, language=language_of(message), **more)
    if message.on_behalf_of is not None:
        text = _("For %(name)s: %(text)s") % {"name": message.on_behalf_of, "text": text}
    return subject, text


def plain(message: Message, wording: Wording) -> str:
    """The text of a message for a channel of the machine."""
    with translation.override(language_of(message)), timezone.override(message.project.tz):
        return body_of(message, wording, Medium.ANY)[1]


def compose(rows: list[Message], channel: Channel, wording: Wording, *, at: datetime) -> Outgoing:
    """What leaves over a channel for messages to the same reader: the one itself, or a digest that lists them."""
    first = rows[0]
    with translation.override(language_of(first)), timezone.override(first.project.tz):
        subject, body = _single(first, channel, wording) if len(rows) == 1 else _digest(rows, channel, wording)
        if channel.is_robot:
            body = f"{subject}\n{body}"
    return Outgoing(key=f"{first.key}#{first.attempt}", at=at, address=first.address, subject=subject, body=body)


def compose_test(test: ChannelTest, *, at: datetime) -> Outgoing:
    """What leaves over a channel that somebody tries, in their language."""
    channel = test.channel
    with translation.override(test.by.language or settings.LANGUAGE_CODE):
        subject = _("Test of the channel “%(channel)s”") % {"channel": channel}
        text = _("%(name)s is trying whether this channel works. There is nothing to do.") % {"name": test.by}
        body = _signed(text, channel)
    if channel.is_robot:
        body = f"{subject}\n{body}"
    return Outgoing(key=f"test:{test.pk}", at=at, address=test.address, subject=subject, body=body)


def _single(message: Message, channel: Channel, wording: Wording) -> tuple[str, str]:
    subject, text = body_of(message, wording, MEDIUM_OF[ChannelKind(channel.kind)])
    usual = f"{message.project} · {Level(message.level).label}"
    return subject or usual, _signed(text, channel) + _people(message)


def _digest(rows: list[Message], channel: Channel, wording: Wording) -> tuple[str, str]:
    medium = MEDIUM_OF[ChannelKind(channel.kind)]
    told = [body_of(row, wording, medium)[1] + _people(row) for row in rows]
    count = {"count": len(rows)}
    subject = f"{rows[0].project} · " + ngettext("%(count)s message", "%(count)s messages", len(rows)) % count
    if channel.kind in SMS:
        lines = [f"{n}) {Truncator(text).chars(SMS_LINE)}" for n, text in enumerate(told, 1)]
        return subject, _signed(f"{subject}\n" + "\n".join(lines), channel)
    return subject, "\n".join(f"{n}. {text}" for n, text in enumerate(told, 1))


def _people(message: Message) -> str:
    """Whom a message in a group is for."""
    names = message.data.get("people", [])
    return " → " + pgettext("between names", ", ").join(names) if names else ""


def _signed(text: str, channel: Channel) -> str:
    """An SMS begins with who sends it, as the carriers demand."""
    return f"【{channel.sender}】{text}" if channel.kind in SMS and channel.sender else text
