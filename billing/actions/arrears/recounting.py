"""From when limitation of a bill counts, once a payment was taken back: the last act of the debtor that stands.

Source: 民法典 195 (a demand, a payment or an acknowledgement lets it count anew; what was taken back was none).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Max

from billing.actions.arrears.turns import Turn
from billing.models import PaymentLine
from billing.queries.arrears import LIMITATION_CLOCK
from cases.models import Event
from sla.models import Clock, ClockEvent
from sla.states import ClockEventKind

UNSAID = "arrears.unacknowledged"


def count_as_owed(turn: Turn, numbers: Sequence[str], taken_back: datetime) -> None:
    """Let limitation of what is owed count from where it does without the payment of a moment.

    A payment that settled a bill together with that one, and stands, is a part payment now. What was filed is watched
    no more.
    """
    if turn.arrears.filed_at is not None:
        return
    owed = {bill.number: bill.pk for bill in turn.bills if bill.number in numbers}
    if not owed:
        return
    stands, roots = _standing(turn, list(owed)), Clock.objects.live().filter(case=turn.case, key=LIMITATION_CLOCK)
    live = dict(roots.filter(subject__in=owed).values_list("subject", "started_at"))
    paid = _last_paid(list(owed.values()), taken_back)
    part: dict[datetime, list[str]] = defaultdict(list)
    kept: dict[tuple[datetime, int], list[str]] = defaultdict(list)
    for number, (since, root) in stands.items():
        last = paid.get(owed[number], since)
        if last > since:
            part[last].append(number)
        elif live.get(number) != since:
            kept[since, root].append(number)
    for moment, some in part.items():
        data = {"count": len(some), "paid": moment.isoformat()}
        turn.happen("arrears.debt_acknowledged", subjects=some, data=data, since=moment)
    for (moment, root), some in kept.items():
        turn.happen("arrears.limitation_kept", subjects=some, data={"bills": some, "root": root}, since=moment)


def undone(events: Iterable[Event]) -> set[int]:
    """The keys of the events that these take back: what they did to clocks, or what was said of limitation."""
    return {key for one in events if (key := one.data.get("undoes", one.data.get("unsaid"))) is not None}


def _standing(turn: Turn, numbers: Sequence[str]) -> dict[str, tuple[datetime, int]]:
    """The last of what let limitation of each bill count that was not taken back: since when, and the event's key."""
    rows = ClockEvent.objects.filter(
        clock__case=turn.case, clock__key=LIMITATION_CLOCK, clock__subject__in=numbers, kind=ClockEventKind.STARTED
    )
    began = [(one.clock.subject, one.clock.started_at, one.data.get("cause")) for one in rows.select_related("clock")]
    events = Event.objects.filter(case=turn.case)
    taken = undone(events.filter(kind=UNSAID))
    roots = {one.pk: one.data.get("root", one.pk) for one in events.filter(pk__in=[cause for _n, _at, cause in began])}
    found: dict[str, tuple[datetime, int]] = {}
    for number, since, cause in began:
        root = roots.get(cause)
        if root is not None and root not in taken:
            found[number] = max(found.get(number, (since, root)), (since, root))
    return found


def _last_paid(bills: Sequence[int], taken_back: datetime) -> dict[int, datetime]:
    """When the debtor paid a part of each bill last, by its key, of payments that stand."""
    lines = PaymentLine.objects.filter(bill__in=bills, payment__receipt__reversed_at=None)
    rows = lines.exclude(payment__at=taken_back).order_by().values("bill")
    return dict(rows.annotate(last=Max("payment__at")).values_list("bill", "last"))
