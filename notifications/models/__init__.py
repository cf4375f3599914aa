"""Messages, and the means by which people are told."""

from notifications.models.means import Channel, MessageTemplate, TellingRule, check_channels, kept_by
from notifications.models.message import IN_APP, LOW, OVERSEERS, Message, MessageQuerySet

__all__ = [
    "IN_APP",
    "LOW",
    "OVERSEERS",
    "Channel",
    "Message",
    "MessageQuerySet",
    "MessageTemplate",
    "TellingRule",
    "check_channels",
    "kept_by",
]
