"""Telling people: write to the outbox, deliver from it, read the inbox."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from accounts.models import Project, User
from cases.models import Case
from core.watch import Watch
from notifications.channels import CHANNELS, NotDelivered
from notifications.models import IN_APP, Message
from notifications.sentences import render
from notifications.states import Delivery, Level
from records.bulk import Row, insert

SENT, PENDING = str(Delivery.SENT), str(Delivery.PENDING)
LEASE = timedelta(minutes=2)
# Deadlines are watched and the heartbeat is written by the same process: it must be back long before somebody takes its
# silence for a standstill, however slow a channel is. What is left goes with the next wake-up.
PATIENCE = timedelta(seconds=20)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something to tell some people. `key` names the occasion: the same key tells the same person once."""

    key: str
    template: str
    case: Case
    to: tuple[User, ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    level: str = Level.INFO


COLUMNS = (
    "key",
    "channel",
    "user_id",
    "address",
    "state",
    "sent_at",
    "project_id",
    "case_id",
    "template",
    "data",
    "level",
    "created_at",
)


def rows_of(notice: Notice, *, at: datetime) -> list[Row]:
    """The rows of a notice: one in-app and one per configured channel for each person. Nobody is told of history."""
    case = notice.case
    if case.is_history:
        return []
    data = {"case": case.number, "title": case.title, **notice.data}
    alike = (case.project_id, case.pk, notice.template, data, str(notice.level), at)
    return [row for user in dict.fromkeys(notice.to) for row in _copies(notice.key, user, alike, at)]


@dataclass(frozen=True, kw_only=True)
class Word:
    """Something to tell one person that no case is about. `key` names the occasion as in a `Notice`."""

    key: str
    template: str
    project: Project
    to: User
    data: Mapping[str, Any] = field(default_factory=dict)
    level: str = Level.INFO


def pass_on(words: Iterable[Word], *, at: datetime) -> None:
    """Write the messages of `words` in the running transaction; keys already told are left as they are."""
    rows: list[Row] = []
    for word in words:
        alike = (word.project.pk, None, word.template, dict(word.data), str(word.level), at)
        rows += _copies(word.key, word.to, alike, at)
    write(rows)


def _copies(occasion: str, user: User, alike: Row, at: datetime) -> list[Row]:
    """A message in the inbox, and one for each channel outside."""
    key = f"{occasion}:{user.pk}"
    return [
        (f"{key}:{IN_APP}", IN_APP, user.pk, "", SENT, at, *alike),
        *(
            (f"{key}:{channel}", channel, user.pk, user.username, PENDING, None, *alike)
            for channel in settings.NOTIFY_CHANNELS
        ),
    ]


def write(rows: Collection[Row]) -> None:
    """Put rows into the outbox; keys already told are left as they are."""
    insert(Message, COLUMNS, rows, known_stay=True)


def tell(notices: Iterable[Notice], *, at: datetime) -> int:
    """Write the messages of `notices` in the running transaction; keys already told are left as they are."""
    rows = [row for notice in notices for row in rows_of(notice, at=at)]
    write(rows)
    return len(rows)


def deliver(*, at: datetime, within: timedelta | None = None) -> dict[str, int]:
    """Send what waits in the outbox; nothing more is begun once `within` is over. Returns counts.

    A row is leased and committed before its channel is called; a crash in between leaves it `unknown`, which a person
    resolves: outside the application a message goes at most once.
    """
    counts = {"sent": 0, "failed": 0, "unknown": _give_up_expired(at)}
    # A slow channel makes a long pass: a lease counts from when it is taken, or another pass would give it up.
    watch = Watch(at)
    while within is None or watch.now <= at + within:
        moment = watch.now
        message = _lease(moment)
        if message is None:
            break
        counts[_send(message, moment)] += 1
    return counts


@transaction.atomic
def _give_up_expired(at: datetime) -> int:
    lost = Message.objects.filter(state=Delivery.SENDING, leased_until__lt=at)
    return lost.update(state=Delivery.UNKNOWN, error="the process ended while sending")


@transaction.atomic
def _lease(at: datetime) -> Message | None:
    waiting = Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(state=Delivery.PENDING)
    message = waiting.select_related("user", "project").order_by("created_at", "pk").first()
    if message is not None:
        message.state, message.leased_until = Delivery.SENDING, at + LEASE
        message.save(update_fields=["state", "leased_until"])
    return message


def _send(message: Message, at: datetime) -> str:
    state, error = _hand_over(message)
    Message.objects.filter(pk=message.pk, state__in=[Delivery.SENDING, Delivery.UNKNOWN]).update(
        state=state, error=error[:500], sent_at=at if state == Delivery.SENT else None, leased_until=None
    )
    return str(state)


def _hand_over(message: Message) -> tuple[str, str]:
    channel = CHANNELS.get(message.channel)
    if channel is None:
        return Delivery.FAILED, f"there is no channel called {message.channel}"
    language = (message.user.language if message.user else "") or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(message.project.tz):
        text = render(message.template, message.data)
    try:
        channel(message, text)
    except NotDelivered as problem:
        return Delivery.FAILED, str(problem)
    except Exception as problem:  # a channel may raise anything; whether it was sent is then not known
        return Delivery.UNKNOWN, repr(problem)
    return Delivery.SENT, ""


@transaction.atomic
def mark_read(*, user: User, at: datetime, pks: Iterable[int] | None = None) -> int:
    """Mark messages of the person's inbox as read, all of them where `pks` is None."""
    rows = Message.objects.visible_to(user).unread()
    if pks is not None:
        rows = rows.filter(pk__in=list(pks))
    return rows.update(read_at=at)
