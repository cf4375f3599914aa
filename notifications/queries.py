"""Reads of messages for the inbox."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from notifications.models import Message, MessageQuerySet
from notifications.sentences import render
from notifications.states import Level

PAGE = 50
ICONS = {Level.INFO: "bell", Level.WARNING: "alarm-clock", Level.ESCALATION: "circle-alert"}


@dataclass(frozen=True)
class Letter:
    """A message as its reader sees it."""

    pk: int
    at: datetime
    sentence: str
    level: str
    level_name: str
    icon: str
    is_unread: bool
    number: str
    project: str


def inbox(user: User, *, unread_only: bool, before: int | None) -> tuple[list[Letter], int | None]:
    """One page of the person's messages, newest first, and what to ask for the next one (None at the end)."""
    rows: MessageQuerySet = Message.objects.visible_to(user)
    if unread_only:
        rows = rows.unread()
    if before is not None:
        rows = rows.filter(_older(before, user))
    found = list(rows.select_related("case", "project").order_by("-created_at", "-pk")[: PAGE + 1])
    page = found[:PAGE]
    return [_letter(row) for row in page], page[-1].pk if len(found) > PAGE else None


def _older(pk: int, user: User) -> Q:
    at = Message.objects.visible_to(user).filter(pk=pk).values("created_at")[:1]
    return Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk)


def _letter(row: Message) -> Letter:
    return Letter(
        pk=row.pk,
        at=row.created_at,
        sentence=render(row.template, row.data),
        level=row.level,
        level_name=str(Level(row.level).label),
        icon=ICONS[Level(row.level)],
        is_unread=row.read_at is None,
        number=row.case.number if row.case else "",
        project=str(row.project),
    )
