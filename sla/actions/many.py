"""The same kind of thing happening to many cases at once: statements as many for one case as for all of a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Count

from cases.models import Case, Event
from records.bulk import update
from sla.actions.clocks import Ledger, Start, move, save_moved, start
from sla.actions.events import due_of, said
from sla.models import Clock
from sla.queries import calendar_for, versions_in_force


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Something that happened to a locked case and leaves its state as it is; the words mean what `happen` means."""

    case: Case
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)
    subjects: Sequence[str] = ()
    since: datetime | None = None


@transaction.atomic(savepoint=False)
def happen_to_many(occasions: Sequence[Occasion], *, at: datetime) -> list[Event]:
    """Append the events in their order and move the clocks of their cases, set-wise; nobody did it but the calendar.

    What counts from an earlier moment is not looked up again in what happened since: the caller begins promises here
    that nothing can have kept before.
    """
    if not occasions:
        return []
    events = Event.objects.bulk_create(
        [
            Event(case=one.case, kind=one.kind, at=at, recorded_at=at, data=said(one.data, "", one.subjects))
            for one in occasions
        ]
    )
    cases = {one.case.pk: one.case for one in occasions}
    moving = _Moving(cases, at)
    for one, event in zip(occasions, events, strict=True):
        moving.take(one, event)
    moving.write()
    return events


class _Moving:
    """The clocks of a batch of cases, moved in memory and written together."""

    def __init__(self, cases: dict[int, Case], at: datetime) -> None:
        self.cases, self.at = cases, at
        self.ledger = Ledger()
        self.versions = versions_in_force()
        self.calendar_of = cache(calendar_for)
        self.live: dict[int, list[Clock]] = {pk: [] for pk in cases}
        rows = Clock.objects.live().filter(case__in=list(cases)).select_related("version__policy", "calendar")
        for clock in rows:
            clock.case = cases[clock.case_id]
            self.live[clock.case_id].append(clock)
        self.moved: dict[int, Clock] = {}
        self.new: list[tuple[Clock, Event, datetime]] = []

    def take(self, one: Occasion, event: Event) -> None:
        """Let one event stop, start and restart clocks of its case."""
        self.ledger.cause = event
        one.case.version += 1
        for subject in one.subjects or ("",):
            begin = Start(one.case, one.kind, one.since or self.at, None, subject, event.data, self.calendar_of)
            live = [clock for clock in self.live[one.case.pk] if clock.ended_at is None]
            touched = move(
                case=one.case, event=one.kind, at=self.at, by=None, subject=subject, live=live, ledger=self.ledger
            )
            new, replaced = start(begin, at=self.at, live=live, versions=self.versions, ledger=self.ledger)
            self.moved |= {clock.pk: clock for clock in [*touched, *replaced]}
            self.new += [(clock, event, begin.at) for clock in new]

    def write(self) -> None:
        """Write clocks, their events and the cases' earliest due times."""
        save_moved(list(self.moved.values()))
        self._number_cycles()
        Clock.objects.bulk_create([clock for clock, _event, _since in self.new])
        for clock, event, since in self.new:
            self.ledger.cause = event
            self.ledger.note_start(clock, at=since, found=self.at)
            self.live[clock.case_id].append(clock)
        self.ledger.write()
        for pk, case in self.cases.items():
            case.due_at = due_of(self.live[pk])
        update(Case, ["due_at", "version"], list(self.cases.values()))

    def _number_cycles(self) -> None:
        started = {clock.case_id for clock, _event, _since in self.new}
        counted = Clock.objects.filter(case__in=started).values_list("case_id", "key", "subject")
        had = {(case, key, subject): n for case, key, subject, n in counted.annotate(n=Count("pk")).order_by()}
        for clock, _event, _since in self.new:
            clock.cycle = had.get((clock.case_id, clock.key, clock.subject), 0) + 1
