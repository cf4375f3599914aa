"""The very same sent again: what moves money does so a second time only where somebody says that it is meant.

Whoever goes back and presses the button again sends the same content under another key, and a form without a script
has no key at all. What was sent is remembered by its content, beside the answers to requests and in the transaction
of the act itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from records.actions import claim_key
from records.models import IdempotencyRecord

# For how long the very same, sent by the same person, is asked about and not acted on.
ASKED_WITHIN = timedelta(minutes=10)
SCOPE = "content"
# What belongs to the sending of a form and not to what was typed.
AGAIN = "again"
FOUND = 302


@dataclass(frozen=True)
class Money:
    """A form that moves money.

    `but` are fields that the page fills anew once it did: they tell no wish from another.
    """

    but: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Before:
    """The same, as it was carried out last: when, where it led, and how often it was meant until now."""

    at: datetime
    to: str
    times: int


class TakenBefore(Exception):
    """The same was carried out a moment ago and nobody said that it is meant once more; nothing was done."""

    def __init__(self, before: Before) -> None:
        super().__init__(before.to)
        self.before = before


def unless_taken(*, by: User, content: str, again: str, at: datetime, act: Callable[[], str]) -> str:
    """Carry out `act` unless this person sent the same `content` a moment ago; returns where it led.

    To be called within the transaction of the act: of two at the same moment the second waits for the first. `again`
    is the count of `Before.times` that the person was shown when they said to go on. Raises `TakenBefore`.
    """
    claimed = claim_key(by, SCOPE, content, content, at)
    if claimed is not None:
        return _kept(IdempotencyRecord.objects.get(pk=claimed), at, 0, act)
    row = IdempotencyRecord.objects.select_for_update().get(user=by, scope=SCOPE, key=content)
    before = Before(at=row.at, to=row.answer["data"]["to"], times=row.answer["data"]["times"])
    if at - before.at < ASKED_WITHIN and again != str(before.times):
        raise TakenBefore(before)
    return _kept(row, at, before.times, act)


def _kept(row: IdempotencyRecord, at: datetime, times: int, act: Callable[[], str]) -> str:
    to = act()
    row.at, row.status, row.answer = at, FOUND, {"data": {"to": to, "times": times + 1}}
    row.save(update_fields=["at", "status", "answer"])
    return to
