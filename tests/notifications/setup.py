"""Channels and rules that the tests of telling set up."""

from collections.abc import Callable
from typing import Any

from accounts.models import Project
from notifications.channels import ADAPTERS, Outgoing
from notifications.models import Channel, TellingRule
from notifications.states import ChannelKind, Level


class Counting:
    """An adapter that counts what leaves, and fails as it is told to."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.channels: list[Channel] = []
        self.error: BaseException | None = None
        self.before: Callable[[], None] = lambda: None

    def __call__(self, channel: Channel, message: Outgoing) -> None:
        self.before()
        self.sent.append(message)
        self.channels.append(channel)
        if self.error is not None:
            raise self.error

    @property
    def addresses(self) -> list[str]:
        return [message.address for message in self.sent]

    @property
    def bodies(self) -> list[str]:
        return [message.body for message in self.sent]


def counting(monkeypatch: Any) -> Counting:
    """One counter behind every kind of channel."""
    counter = Counting()
    for kind in ChannelKind:
        monkeypatch.setitem(ADAPTERS, kind, counter)
    return counter


def make_channel(kind: str = ChannelKind.SMS, project: Project | None = None, **more: Any) -> Channel:
    channel = Channel(kind=kind, project=project, name_zh=f"{kind} 通道", **more)
    channel.keep_secret("s3cret")
    channel.keep_token("abcdef0123456789")
    channel.save()
    return channel


def make_rule(*channels: Channel, project: Project | None = None, levels: Any = Level, **more: Any) -> TellingRule:
    """A rule that sends the levels over the channels."""
    rule = TellingRule.objects.create(project=project, **more)
    for level in levels:
        getattr(rule, f"{level}_over").set(channels)
    return rule
