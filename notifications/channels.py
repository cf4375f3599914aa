"""Ways to tell somebody outside the application. A channel is a function; apprise and SMS adapters join here."""

from collections.abc import Callable

import structlog

from notifications.models import Message

log = structlog.get_logger(__name__)


class NotDelivered(Exception):
    """The channel said no before anything left: it is safe to call the message failed."""


def console(message: Message, text: str) -> None:
    """Write the message to the log: the channel of a machine without any other."""
    log.info("message", to=message.address, text=text, case=message.case_id, level=message.level)


CHANNELS: dict[str, Callable[[Message, str], None]] = {"console": console}
