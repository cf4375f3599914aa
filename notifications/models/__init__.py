"""Messages, and the means by which people are told."""

from notifications.models.means import Channel, MessageTemplate, TellingRule, check_channels, kept_by
from notifications.models.message import IN_APP, LOW, OVERSEERS, Message, MessageQuerySet
from notifications.models.on_call import POSTS, OnCall, OnCallQuerySet
from notifications.models.trial import LOST_AFTER, ChannelTest

__all__ = [
    "IN_APP",
    "LOST_AFTER",
    "LOW",
    "OVERSEERS",
    "POSTS",
    "Channel",
    "ChannelTest",
    "Message",
    "MessageQuerySet",
    "MessageTemplate",
    "OnCall",
    "OnCallQuerySet",
    "TellingRule",
    "check_channels",
    "kept_by",
]
