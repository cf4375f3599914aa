"""Send what waits in the outbox: lease, call, write down what became of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property, partial

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from core.watch import Watch
from notifications.actions.planning import plan
from notifications.channels import ADAPTERS, CHANNELS, hand_over
from notifications.composing import compose, plain
from notifications.means import Means, Wording
from notifications.models import LOW, Message, MessageTemplate
from notifications.states import Delivery

LEASE = timedelta(minutes=2)
# Deadlines are watched and the heartbeat is written by the same process: it must be back long before somebody takes its
# silence for a standstill, however slow a channel is. What is left goes with the next wake-up.
PATIENCE = timedelta(seconds=20)
# So many messages go together at most; more go in the next digest.
MOST_TOGETHER = 20
# What may be gathered with others: what is not urgent and goes over a channel that an administrator set up.
TOGETHER = Q(via__isnull=False, level__in=LOW)
LOST = gettext_noop("the process ended while sending")


def deliver(*, at: datetime, within: timedelta | None = None) -> dict[str, int]:
    """Send what waits in the outbox; nothing more is begun once `within` is over. Returns counts.

    A row is leased and committed before its channel is called; a crash in between leaves it `unknown`, which a person
    resolves: outside the application a message goes at most once.
    """
    counts = {"sent": 0, "failed": 0, "unknown": _give_up_expired(at)}
    # A slow channel makes a long pass: a lease counts from when it is taken, or another pass would give it up.
    watch = Watch(at)
    end = None if within is None else at + within
    while (end is None or watch.now <= end) and plan(at=watch.now):
        pass
    decided = _Decided()
    while end is None or watch.now <= end:
        moment = watch.now
        leased = _lease(moment, decided)
        if not leased:
            break
        counts[_send(leased, moment, decided)] += len(leased)
    decided.show_broken(at)
    return counts


class _Decided:
    """What administrators decided, read when a pass first asks."""

    @cached_property
    def means(self) -> Means:
        """Rules of telling."""
        return Means.read()

    @cached_property
    def wording(self) -> Wording:
        """The company's own words."""
        return Wording.read()

    @transaction.atomic
    def show_broken(self, at: datetime) -> None:
        """Mark the templates that could not be filled."""
        if "wording" not in self.__dict__:
            return
        for pk, why in self.wording.broken.items():
            MessageTemplate.objects.filter(pk=pk, broken_at=None).update(broken_at=at, broken_why=why[:200])


@transaction.atomic
def _give_up_expired(at: datetime) -> int:
    lost = Message.objects.filter(state=Delivery.SENDING, leased_until__lt=at)
    return lost.update(state=Delivery.UNKNOWN, error=LOST)


def _lease(at: datetime, decided: _Decided) -> list[Message]:
    """Take what goes next: what goes by itself first, then a person's other messages together."""
    return _take(_one, at, decided) or _take(_several, at, decided)


def _take(choose: Callable[[datetime], list[Message]], at: datetime, decided: _Decided) -> list[Message]:
    """Lease what `choose` finds; what has come into quiet hours meanwhile waits for their end.

    At night what does not wait for the morning goes alone: the others of a digest stay until then.
    """
    while True:
        with transaction.atomic():
            rows = choose(at)
            if not rows:
                return []
            leaves = {row.pk: decided.means.leaves(row, at) for row in rows}
            _put_off(rows, {pk: moment for pk, moment in leaves.items() if moment > at})
            ready = [row for row in rows if leaves[row.pk] <= at]
            if ready:
                _mark(ready, at)
                return ready


def _put_off(rows: list[Message], until: dict[int, datetime]) -> None:
    """Let messages wait; of those that wait so long already nothing is written."""
    later = [row for row in rows if row.pk in until and row.not_before != until[row.pk]]
    for moment in {until[row.pk] for row in later}:
        pks = [row.pk for row in later if until[row.pk] == moment]
        Message.objects.filter(pk__in=pks).update(not_before=moment)


def _one(at: datetime) -> list[Message]:
    waiting = Message.objects.select_for_update(skip_locked=True, of=("self",)).to_send(at).exclude(TOGETHER)
    return list(
        waiting.select_related("user", "project", "case", "via", "on_behalf_of").order_by("created_at", "pk")[:1]
    )


def _several(at: datetime) -> list[Message]:
    """The messages of one person over one channel; those that still gather go along with the first that is due.

    Nobody skips here: two passes must find the same rows in the same order, or a digest would fall apart. The second
    waits for the first one's lease, a moment, and finds the rows taken.
    """
    while True:
        first = Message.objects.to_send(at).filter(TOGETHER).order_by("not_before", "pk").first()
        if first is None:
            return []
        alike = Message.objects.filter(
            TOGETHER,
            state=Delivery.PENDING,
            via_id=first.via_id,
            user=first.user_id,
            address=first.address,
            project_id=first.project_id,
            attempt=first.attempt,
        )
        # What is due is among them however many still wait; locked and told in the order in which they were written.
        nearest = list(alike.order_by("not_before", "pk").values_list("pk", flat=True)[:MOST_TOGETHER])
        locked = alike.select_for_update(of=("self",)).select_related("user", "project", "case", "via", "on_behalf_of")
        rows = list(locked.filter(pk__in=nearest).order_by("pk"))
        if rows:
            return rows


def _mark(rows: list[Message], at: datetime) -> None:
    lead = rows[0].pk if len(rows) > 1 else None
    leased = {"state": Delivery.SENDING, "leased_until": at + LEASE, "told_with_id": lead}
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(**leased)


def _send(rows: list[Message], at: datetime, decided: _Decided) -> str:
    state, error = _hand_over(rows, at, decided)
    # The same attempt only: a person may have had it sent again meanwhile.
    Message.objects.filter(
        pk__in=[row.pk for row in rows],
        attempt=rows[0].attempt,
        state__in=[Delivery.SENDING, Delivery.UNKNOWN],
    ).update(state=state, error=error[:500], sent_at=at if state == Delivery.SENT else None, leased_until=None)
    return str(state)


def _hand_over(rows: list[Message], at: datetime, decided: _Decided) -> tuple[str, str]:
    return hand_over(partial(_call, rows, at, decided))


def _call(rows: list[Message], at: datetime, decided: _Decided) -> Callable[[], None]:
    """What to call, with everything in words. Raises `KeyError` where there is no such channel."""
    first = rows[0]
    if first.via is None:
        return partial(CHANNELS[first.channel], first, plain(first, decided.wording))
    return partial(ADAPTERS[first.via.kind], first.via, compose(rows, first.via, decided.wording, at=at))
