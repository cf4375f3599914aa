"""Try a channel: one message through its own adapter to an address that somebody typed.

It is no message of the desk: nobody is told of anything by it, and no inbox has a row of it. The worker sends it like
everything else, for it alone needs the way out and knows the secrets of its environment.
"""

import queue
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from core.errors import Invalid, NotAllowed, NotNow
from core.watch import Watch
from notifications.channels import ADAPTERS, hand_over
from notifications.composing import compose_test
from notifications.models import LOST_AFTER, Channel, ChannelTest
from notifications.permissions import can_try
from notifications.rules import is_phone
from notifications.states import ChannelKind, Delivery
from records.actions import audit
from records.masking import masked_phone

# No test is waited for longer, and none is begun once a pass has gone on for so long: deadlines are watched meanwhile.
PATIENCE = timedelta(seconds=20)
UNSENT = gettext_noop("no worker took it within two minutes: see whether it runs")
SILENT = gettext_noop("nothing was answered in time")
Outcome = tuple[str, str]


@transaction.atomic
def ask_for_test(*, channel: Channel, address: str, by: User, at: datetime) -> ChannelTest:
    """Write down that a channel is to be tried; the next pass of the worker does it.

    Raises `NotAllowed`, `NotNow` for a channel that is not in use, `Invalid` for what is no address of its kind.
    """
    if not can_try(by, channel):
        raise NotAllowed(_("Only an administrator tries a channel."))
    if not channel.is_active:
        raise NotNow(_("This channel is not in use: tick “in use” and save it first."))
    address = "" if channel.is_robot else address.strip()
    problem = _doubt(channel, address)
    if problem:
        raise Invalid(problem, fields={"address": problem})
    test = ChannelTest.objects.create(channel=channel, address=address, by=by, at=at)
    _record(test, "channel.test_asked", at)
    return test


def _doubt(channel: Channel, address: str) -> str:
    if channel.is_robot:
        return ""
    if channel.kind == ChannelKind.MAIL:
        try:
            validate_email(address)
        except ValidationError:
            return _("Enter an e-mail address.")
        return ""
    return "" if is_phone(address) else _("Enter a phone number: digits, with + and the country's code where needed.")


def _record(test: ChannelTest, action: str, at: datetime, **more: str) -> None:
    channel = test.channel
    to = test.address if channel.kind == ChannelKind.MAIL else masked_phone(test.address)
    data = {"channel": str(channel), "to": to, **more}
    audit(at=at, by=test.by, action=action, project=channel.project, target=str(channel.pk), data=data)


def send_tests(*, at: datetime) -> dict[str, int]:
    """Send the tests that wait, and write down what became of each; one that waited too long is not sent any more.

    Each is claimed before its channel is called, outside any transaction: killed in between it is never sent again.
    Returns counts.
    """
    watch, counts = Watch(at), {"sent": 0, "failed": 0, "unknown": 0}
    waiting = ChannelTest.objects.filter(state=Delivery.PENDING).select_related("channel__project", "by")
    for test in waiting.order_by("pk"):
        if watch.now - at > PATIENCE:
            break
        if ChannelTest.objects.filter(pk=test.pk, state=Delivery.PENDING).update(state=Delivery.SENDING):
            state, error = _outcome(test, watch.now)
            _end(test, state, error, watch.now)
            counts[str(state)] += 1
    return counts


def _outcome(test: ChannelTest, at: datetime) -> Outcome:
    return (Delivery.FAILED, UNSENT) if at >= test.at + LOST_AFTER else _within(PATIENCE, partial(_hand_over, test, at))


def _hand_over(test: ChannelTest, at: datetime) -> Outcome:
    channel = test.channel
    return hand_over(lambda: partial(ADAPTERS[channel.kind], channel, compose_test(test, at=at)))


def _within(patience: timedelta, act: Callable[[], Outcome]) -> Outcome:
    """What `act` answers, or that nothing was answered in time; a thread that is left behind ends by itself."""
    answers: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    threading.Thread(target=lambda: answers.put(act()), daemon=True).start()
    try:
        return answers.get(timeout=patience.total_seconds())
    except queue.Empty:
        return Delivery.UNKNOWN, SILENT


@transaction.atomic
def _end(test: ChannelTest, state: str, error: str, at: datetime) -> None:
    waiting = ChannelTest.objects.filter(pk=test.pk, state=Delivery.SENDING)
    waiting.update(state=state, error=error[:500], ended_at=at)
    _record(test, "channel.tested", at, outcome=str(state))
