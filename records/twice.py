"""The very same sent again: what moves money does so a second time only where somebody says that it is meant.

Whoever goes back and presses the button again sends the same content under another key, and a form without a script
has no key at all. What was sent is remembered by its content, beside the answers to requests and in the transaction
of the act itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from records.actions import answered, body_hash, claim_keys, earlier
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


@dataclass(frozen=True)
class Sent:
    """What was sent under a key of its own: in which scope, under which key, and all of it."""

    scope: str
    key: str
    body: object


@transaction.atomic
def once_unless_taken(
    *, by: User, content: str, again: str, sent: Sent | None, at: datetime, act: Callable[[], str]
) -> str:
    """Carry out `act` once for what was `sent`, and not if this person sent the same `content` a moment ago.

    Returns where it led, the first time too. Of two at the same moment the second waits for the first. `again` is the
    count of `Before.times` that the person was shown when they said to go on. Raises `TakenBefore`; `KeyReused` where
    the key stood for something else.
    """
    keys = [(sent.scope, sent.key, body_hash(sent.body))] if sent else []
    claimed = claim_keys(by, [*keys, (SCOPE, content, content)], at)
    for scope, key, digest in keys:
        if scope not in claimed:
            found = earlier(by, scope, key, digest)
            IdempotencyRecord.objects.filter(pk__in=claimed.values()).delete()  # forgotten meanwhile, and not done anew
            return str(found.data["to"])
    times = 0
    if SCOPE not in claimed:
        row = IdempotencyRecord.objects.select_for_update().get(user=by, scope=SCOPE, key=content)
        before = Before(at=row.at, to=row.answer["data"]["to"], times=row.answer["data"]["times"])
        if at - before.at < ASKED_WITHIN and again != str(before.times):
            raise TakenBefore(before)
        claimed[SCOPE], times = row.pk, before.times
    to = act()
    answered(claimed.values(), FOUND, {"to": to, "times": times + 1}, at=at)
    return to
