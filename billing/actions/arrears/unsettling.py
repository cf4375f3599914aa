"""What taking a payment or waiver back does to the ladder: it goes on from where it stood, as if it had not been."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import User
from billing.actions.arrears.easing import come_to, ease, want_letter_again
from billing.actions.arrears.marking import mark
from billing.actions.arrears.recounting import count_as_owed, undone
from billing.actions.arrears.turns import Turn, go_on_visiting
from billing.models import Arrears, ArrearsBill, Bill
from billing.queries.arrears import LIMITATION_CLOCK
from billing.states import ArrearsState
from cases.models import Case, Event
from sla.models import Clock, ClockEvent
from sla.states import ClockEventKind

ACKNOWLEDGED = "arrears.debt_acknowledged"
SETTLED = "arrears.bills_settled"
# What a payment or waiver wrote into a case, and what is written when that is taken back.
TAKEN_BACK: dict[str, str] = {
    "arrears.settled": "arrears.reopened",
    SETTLED: "arrears.owed_again",
    "arrears.untold_settled": "arrears.as_before",
    "arrears.told_settled": "arrears.as_before",
    "arrears.letter_settled": "arrears.as_before",
    "arrears.demand_settled": "arrears.as_before",
    ACKNOWLEDGED: "arrears.unacknowledged",
}
# After which a case stands again where it stood.
MOVED = ("arrears.settled", SETTLED)


def settled_at(moment: datetime, bills: Sequence[Bill]) -> list[int]:
    """Keys of the cases that settled the bills, at a moment or after it: who takes a payment back locks them.

    Of several payments of a bill the last one settled it, whichever of them is taken back.
    """
    links = ArrearsBill.objects.filter(bill__in=bills, ended_at__gte=moment)
    return list(links.values_list("arrears__case_id", flat=True).distinct())


def owed_again(
    moment: datetime, bills: Sequence[Bill], *, cases: Mapping[int, Case], by: User | None, at: datetime
) -> None:
    """Let the locked cases know that what was paid or waived of the bills at a moment is owed again.

    A case that has ended since goes on from its rung, with its notices, letters, promise or visit, or is excused as
    before, whichever payment settled it; unless a newer one of who owes takes up what falls due: the day's round puts
    the bills into that.
    """
    found: dict[int, list[ArrearsBill]] = defaultdict(list)
    for link in _links(bills):
        found[link.arrears_id].append(link)
    for mine in found.values():
        arrears = mine[0].arrears
        case = cases.get(arrears.case_id)
        if case is not None:
            arrears.case = case
            _go_on(Turn(arrears, case, by, at), mine, moment)


def _links(bills: Sequence[Bill]) -> list[ArrearsBill]:
    """Where each bill is collected, or was when it was settled; not what was left out, or put into a newer case."""
    newest: dict[int, ArrearsBill] = {}
    for link in ArrearsBill.objects.filter(bill__in=bills).select_related("arrears__unit", "bill").order_by("pk"):
        newest[link.bill_id] = link
    settled = _settled([link for link in newest.values() if link.ended_at is not None])
    return [link for link in newest.values() if link.ended_at is None or link.pk in settled]


def _settled(ended: Sequence[ArrearsBill]) -> set[int]:
    """Keys of those that ended because their bill was settled; one statement."""
    if not ended:
        return set()
    cases, moments = [link.arrears.case_id for link in ended], [link.ended_at for link in ended if link.ended_at]
    written = {
        (event.case_id, event.at, number)
        for event in Event.objects.filter(case__in=cases, kind=SETTLED, at__in=moments)
        for number in event.data.get("bills", ())
    }
    return {link.pk for link in ended if (link.arrears.case_id, link.ended_at, link.bill.number) in written}


def _go_on(turn: Turn, links: Sequence[ArrearsBill], moment: datetime) -> None:
    arrears = turn.arrears
    moments = {moment, *(link.ended_at for link in links if link.ended_at is not None)}
    if turn.case.state == ArrearsState.SETTLED and arrears.ended_at is not None:
        moments.add(arrears.ended_at)
    if arrears.excused_at is not None:
        turn.save(ended_at=arrears.excused_at)
    elif arrears.ended_at is not None:
        if arrears.filed_at is None and Arrears.objects.climbing().alike(arrears).exclude(pk=arrears.pk).exists():
            return
        turn.save(ended_at=None)
    ArrearsBill.objects.filter(pk__in=[link.pk for link in links]).update(ended_at=None)
    mark(link.bill_id for link in links)
    numbers = {link.bill.number for link in links}
    undoing = _Undoing(turn, moment, numbers)
    for event in _written(turn, moment, moments):
        undoing.undo(event)
    if undoing.has_moved:
        _settle_others(turn, undoing.others)
        go_on_visiting(turn)
    count_as_owed(turn, sorted(numbers | undoing.recount), moment)
    turn.retitle()


def _written(turn: Turn, moment: datetime, moments: Iterable[datetime]) -> list[Event]:
    """What is to be taken back, the newest first: what the payment wrote, and what settled its bills after it."""
    events = Event.objects.filter(case=turn.case)
    taken = undone(events.filter(kind__in=set(TAKEN_BACK.values())))
    acknowledged = Q(kind=ACKNOWLEDGED) & (Q(at=moment) | Q(data__paid=moment.isoformat()))
    ended = Q(kind__in=[kind for kind in TAKEN_BACK if kind != ACKNOWLEDGED], at__in=list(moments))
    return [event for event in events.filter(acknowledged | ended).order_by("-pk") if event.pk not in taken]


@dataclass
class _Undoing:
    """The events of a case being taken back, with what of them is settled yet."""

    turn: Turn
    moment: datetime
    numbers: set[str]
    others: set[str] = field(default_factory=set)
    recount: set[str] = field(default_factory=set)
    has_moved: bool = False

    def undo(self, event: Event) -> None:
        """Take one event back, where it is about what is owed again and nothing took its place since."""
        turn, kind = self.turn, event.kind
        if kind == ACKNOWLEDGED:
            self._unsay(event)
            return
        bills = set(event.data.get("bills", ()))
        if kind == SETTLED and not bills & self.numbers:
            return
        if kind == "arrears.letter_settled":
            if not want_letter_again(turn, event.at):
                return
        elif kind not in MOVED and self._is_replaced(event):
            return
        self.has_moved = True
        self.others |= bills - self.numbers
        state = turn.standing if kind in MOVED else ""
        data = {"bills": sorted(bills & self.numbers)} if bills else {}
        turn.happen(TAKEN_BACK[kind], state=state, data=data, takes_back=event)

    def _is_replaced(self, event: Event) -> bool:
        """Whether a promise that the event ended began anew since: it goes on, and the old one stays as it is."""
        ended = self._moved(event).exclude(kind=ClockEventKind.STARTED).values_list("clock__key", "clock__subject")
        live = Clock.objects.live().filter(case=self.turn.case).values_list("key", "subject")
        return bool(set(ended) & set(live))

    def _moved(self, event: Event) -> QuerySet[ClockEvent]:
        return ClockEvent.objects.filter(clock__case=self.turn.case, data__cause=event.pk)

    def _unsay(self, event: Event) -> None:
        """The debtor acknowledged nothing: where limitation counts from it yet, it counts as before it."""
        subjects = event.data.get("subjects", [])
        self.recount |= set(subjects)
        started = self._moved(event).filter(kind=ClockEventKind.STARTED, clock__key=LIMITATION_CLOCK)
        counts = started.exists() and not started.exclude(clock__ended_at=None).exists()
        if counts:
            self.turn.happen(TAKEN_BACK[ACKNOWLEDGED], takes_back=event)
        else:  # something later counts, or nothing any more: only that this does not is written down
            self.turn.happen(TAKEN_BACK[ACKNOWLEDGED], data={"unsaid": event.pk})


def _settle_others(turn: Turn, numbers: set[str]) -> None:
    """What was settled at the same time and is settled yet stays so; what is waited for is about the rest alone."""
    links = list(turn.arrears.links.exclude(ended_at=None).select_related("bill"))
    settled = [link for link in links if link.bill.number in numbers and not link.bill.outstanding]
    ease(turn, links)
    state = come_to(turn)
    if settled:
        again = sorted(link.bill.number for link in settled)
        ArrearsBill.objects.filter(pk__in=[link.pk for link in settled]).update(ended_at=turn.at)
        turn.happen(SETTLED, state=state, subjects=again, data={"bills": again})
    elif state:
        turn.happen("arrears.as_before", state=state)
