"""What a rule would have done: the engine itself, run in memory over what really happened. Reads and writes nothing.

The clocks here are never saved. They move by the same functions as those of the database, so that previewing the rule
in force gives what was recorded; only the sweep is ideal: it looks at every moment at which something fell due.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import Project
from cases.models import Case, Event
from cases.states import Phase
from sla.actions.clocks import Ledger, Start, catch_up, keep, lengthen, move, start
from sla.actions.undoing import OPPOSITES
from sla.models import CalendarVersion, Clock, PolicyVersion
from sla.queries import Staff, calendar_for
from sla.states import ClockState

JUST = timedelta(microseconds=1)
MOST_SAMPLES = 10


@dataclass(frozen=True)
class Happened:
    """Something that happened to a case, with what the engine was told beside it.

    `phase` is the case's afterwards; `since` an earlier moment from which its promises count; `undoes` the event that
    it took back; `more` the time that it gave to the promise `gives_to`.
    """

    pk: int
    kind: str
    at: datetime
    phase: str = Phase.OPEN
    data: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""
    since: datetime | None = None
    undoes: int | None = None
    gives_to: str = ""
    more: timedelta = timedelta(0)


@dataclass(frozen=True)
class History:
    """A case as it stands, and what happened to it, in order."""

    case: Case
    happened: tuple[Happened, ...]


@dataclass(frozen=True)
class Fact:
    """How one promise of a case went, or would have gone."""

    subject: str
    cycle: int
    started: datetime
    due: datetime
    missed: datetime | None
    ended: datetime | None
    met: bool
    told: int

    @classmethod
    def of(cls, clock: Clock, *, told: int) -> "Fact":
        """How a clock went of which so many steps told somebody."""
        return cls(
            subject=clock.subject,
            cycle=clock.cycle,
            started=clock.started_at,
            due=clock.due_at,
            missed=clock.breached_at,
            ended=clock.ended_at,
            met=clock.state == ClockState.MET,
            told=told,
        )


CalendarOf = Callable[[Project], CalendarVersion | None]


def replay(
    history: History, version: PolicyVersion, until: datetime, calendar_of: CalendarOf = calendar_for
) -> list[Fact]:
    """The clocks that the rule would have started by these events, as they would stand at `until`.

    Working time is counted on the calendars of today.
    """
    run = _Run(_silent(history.case), version, calendar_of)
    for one in history.happened:
        run.sweep(one.at)
        run.take(one)
    run.sweep(until)
    return run.facts()


def _silent(case: Case) -> Case:
    """The case in memory, as one of which nobody is told."""
    case.is_history, case.phase = True, Phase.OPEN
    return case


class _Run:
    """One case under one rule."""

    def __init__(self, case: Case, version: PolicyVersion, calendar_of: CalendarOf) -> None:
        self.case, self.version, self.calendar_of = case, version, calendar_of
        self.clocks: list[Clock] = []
        self.ledger = Ledger(staff=Staff())
        self.keys = count(1)
        self.past: list[Event] = []

    @property
    def live(self) -> list[Clock]:
        return [clock for clock in self.clocks if clock.ended_at is None]

    def sweep(self, now: datetime) -> None:
        self.ledger.cause = None
        for clock in self.live:
            while clock.next_at is not None and clock.next_at < now:
                catch_up(clock, case=self.case, now=clock.next_at + JUST, ledger=self.ledger)

    def take(self, one: Happened) -> None:
        event = Event(pk=one.pk, kind=one.kind, at=one.at, data=one.data)
        self.case.phase = one.phase
        self.ledger.cause = event
        if one.more:
            self._give(one)
        begin = Start(self.case, one.kind, one.since or one.at, None, one.subject, one.data, self.calendar_of)
        if one.undoes is not None:
            self._turn_round(one.undoes, begin)
        live = self.live
        move(case=self.case, event=one.kind, at=one.at, by=None, subject=one.subject, live=live, ledger=self.ledger)
        if one.phase != Phase.CLOSED:
            new, _ended = start(begin, at=one.at, live=live, versions=[self.version], ledger=self.ledger)
            self._begin(new, begin, one.at)
        self.past.append(event)

    def _begin(self, new: Sequence[Clock], begin: Start, at: datetime) -> None:
        for clock in new:
            clock.pk = next(self.keys)
            clock.cycle = 1 + sum(other.subject == clock.subject for other in self.clocks)
            self.clocks.append(clock)
            self.ledger.note_start(clock, at=begin.at, found=at)
            undone = {event.data.get("undoes") for event in self.past}
            since = [event for event in self.past if begin.at <= event.at < at and event.pk not in undone]
            if begin.at < at:
                keep(clock, since, case=self.case, at=at, ledger=self.ledger)

    def _give(self, one: Happened) -> None:
        for clock in self.live:
            if clock.subject == one.subject and clock.key == one.gives_to and clock.state != ClockState.PAUSED:
                lengthen(clock, one.more, at=one.at)

    def _turn_round(self, undone: int, begin: Start) -> None:
        clocks = {clock.pk: clock for clock in self.clocks}
        for pk, kind, _at, _found, _by, data in reversed(list(self.ledger.clock_events)):
            if kind in OPPOSITES and data.get("cause") == undone:
                OPPOSITES[kind](clocks[pk], case=self.case, at=begin.at, by=None, ledger=self.ledger)

    def facts(self) -> list[Fact]:
        told: dict[int, int] = {}
        for pk, _step, _due, _at, skipped in self.ledger.fired:
            told[pk] = told.get(pk, 0) + (not skipped)
        return [Fact.of(clock, told=told.get(clock.pk, 0)) for clock in self.clocks]


# --- two rules beside each other -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Counts:
    """How many promises began, were kept in time, were not, and how many steps told somebody."""

    started: int = 0
    met: int = 0
    missed: int = 0
    told: int = 0

    def plus(self, fact: Fact) -> "Counts":
        """With one more."""
        return Counts(
            self.started + 1, self.met + fact.met, self.missed + (fact.missed is not None), self.told + fact.told
        )


@dataclass(frozen=True)
class Sample:
    """A promise that would have gone otherwise: how it went (None where it was not made), how it would have gone."""

    number: str
    was: Fact | None
    would: Fact | None

    @property
    def weight(self) -> int:
        """What to show first: newly missed, then no longer missed, then what else differs."""
        was, would = self.was is not None and self.was.missed, self.would is not None and self.would.missed
        if bool(was) == bool(would):
            return 2
        return 1 if was else 0


@dataclass(frozen=True)
class Preview:
    """What happened under the rules of the time beside what would have happened. `more`: not all cases were read."""

    was: Counts = Counts()
    would: Counts = Counts()
    newly_missed: int = 0
    no_longer_missed: int = 0
    cases: int = 0
    more: bool = False
    samples: tuple[Sample, ...] = ()

    def plus(self, number: str, actual: Iterable[Fact], replayed: Iterable[Fact]) -> "Preview":
        """With one more case."""
        was = {(fact.subject, fact.started): fact for fact in actual}
        would = {(fact.subject, fact.started): fact for fact in replayed}
        pairs = [Sample(number, was.get(key), would.get(key)) for key in sorted(was | would)]
        weights = [pair.weight for pair in pairs]
        changed = [pair for pair in pairs if _differs(pair)]
        kept = sorted([*self.samples, *changed], key=lambda pair: pair.weight)[:MOST_SAMPLES]
        return replace(
            self,
            was=_sum(self.was, was.values()),
            would=_sum(self.would, would.values()),
            newly_missed=self.newly_missed + weights.count(0),
            no_longer_missed=self.no_longer_missed + weights.count(1),
            cases=self.cases + 1,
            samples=tuple(kept),
        )


def _sum(counts: Counts, facts: Iterable[Fact]) -> Counts:
    for fact in facts:
        counts = counts.plus(fact)
    return counts


def _differs(pair: Sample) -> bool:
    if pair.was is None or pair.would is None:
        return True
    return (pair.was.due, pair.was.missed) != (pair.would.due, pair.would.missed)
