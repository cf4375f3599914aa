"""The only function that appends an event: it moves the case's state and its clocks in the same transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count

from accounts.models import User
from cases.actions import SOUGHT, reindex
from cases.models import Case, Event
from cases.registry import kind_of
from cases.states import Phase
from sla.actions.clocks import Ledger, Start, keep, move, save_moved, start
from sla.actions.undoing import turn_round
from sla.models import Clock
from sla.queries import clocks_of, versions_in_force
from sla.states import ClockState


@transaction.atomic(savepoint=False)
def happen(
    *,
    case: Case,
    kind: str,
    at: datetime,
    by: User | None,
    state: str = "",
    data: Mapping[str, Any] | None = None,
    text: str = "",
    for_resident: bool = False,
    subject: str = "",
    subjects: Sequence[str] = (),
    claimed_at: datetime | None = None,
    since: datetime | None = None,
    changes: Mapping[str, Any] | None = None,
    takes_back: Event | None = None,
) -> Event:
    """Append an event to a locked case, set its state, and start, stop, pause or resume its clocks.

    `changes` are fields of the case that the event sets (handler, department, promised_at …). `subject` tells apart
    clocks of one promise (an appointment, a bill); `subjects` name several at once. `claimed_at` is when a phone out
    of signal says it happened; the deadlines go by `at`, the time of receipt. `since` is an earlier moment from which
    the promises made by this event count (the contact that a complaint came from); what has been kept since then counts
    for them. `takes_back` is an earlier event of the case, now undone: what it did to the clocks is turned round.

    The search finds the case by what it says now.
    """
    event = Event.objects.create(
        case=case,
        kind=kind,
        at=at,
        recorded_at=at,
        claimed_at=claimed_at,
        by=by,
        data=said(data, subject, subjects, takes_back),
        text=text,
        for_resident=for_resident,
    )
    for name, value in (changes or {}).items():
        setattr(case, name, value)
    if state:
        _enter(case, state, at)
    begins = [
        Start(case=case, event=kind, at=since or at, by=by, subject=one, data=event.data)
        for one in subjects or (subject,)
    ]
    due_at = _move_clocks(begins, at, Ledger(cause=event), takes_back)
    case.due_at = due_at
    case.version += 1
    case.save(update_fields={"state", "phase", "closed_at", "due_at", "version", *(changes or {})})
    if SOUGHT & set(changes or ()):
        reindex(case=case)
    return event


def said(
    data: Mapping[str, Any] | None, subject: str, subjects: Sequence[str] = (), takes_back: Event | None = None
) -> dict[str, Any]:
    """The event's data, with what else decided which clocks moved: whoever plays it back must know."""
    found = dict(data or {})
    if subject:
        found.setdefault("subject", subject)
    if subjects:
        found.setdefault("subjects", list(subjects))
    if takes_back is not None:
        found.setdefault("undoes", takes_back.pk)
    return found


def _enter(case: Case, state: str, at: datetime) -> None:
    case.state = state
    case.phase = kind_of(case.kind).phases[state]
    case.closed_at = at if case.phase == Phase.CLOSED else None


def _move_clocks(begins: Sequence[Start], at: datetime, ledger: Ledger, takes_back: Event | None) -> datetime | None:
    begin = begins[0]
    case, by = begin.case, begin.by
    live: list[Clock] = []
    if not _is_first(case):
        live = clocks_of(case, Clock.objects.live())
    if takes_back is not None:
        live = turn_round(takes_back, begin, ledger)
    moved: list[Clock] = []
    new: list[Clock] = []
    versions = versions_in_force() if case.phase != Phase.CLOSED else []
    for one in begins:
        running = [clock for clock in live if clock.ended_at is None]
        touched = move(case=case, event=one.event, at=at, by=by, subject=one.subject, live=running, ledger=ledger)
        begun, replaced = start(one, at=at, live=live, versions=versions, ledger=ledger)
        new += begun
        moved += [clock for clock in [*touched, *replaced] if clock not in moved]
    if moved:
        save_moved(moved)
    if new:
        _number_cycles(case, new)
        Clock.objects.bulk_create(new)
        for clock in new:
            ledger.note_start(clock, at=begin.at, found=at, by=by)
        if begin.at < at:
            _keep_up(new, begin, at, ledger)
    ledger.write()
    return due_of(live, new)


def due_of(*clocks: Iterable[Clock]) -> datetime | None:
    """When the first of the clocks falls due that still run."""
    running = [c.due_at for some in clocks for c in some if c.ended_at is None and c.state != ClockState.PAUSED]
    return min(running, default=None)


def _keep_up(new: list[Clock], begin: Start, at: datetime, ledger: Ledger) -> None:
    """Promises that count from an earlier moment: what kept one of them since then, and stands, has kept it."""
    stops = {kind for clock in new for kind in clock.version.stops}
    since = Event.objects.filter(case=begin.case, kind__in=stops, at__gte=begin.at, at__lt=at).order_by("at", "pk")
    happened = list(since)
    if happened:
        undoing = Event.objects.filter(case=begin.case, at__gte=begin.at, data__has_key="undoes")
        undone = set(undoing.values_list("data__undoes", flat=True))
        happened = [event for event in happened if event.pk not in undone]
    kept = [clock for clock in new if keep(clock, happened, case=begin.case, at=at, ledger=ledger)]
    if kept:
        save_moved(kept)


def _is_first(case: Case) -> bool:
    """Say whether this is the case's first event, before which nothing can have run."""
    return case.version == 1


def _number_cycles(case: Case, new: list[Clock]) -> None:
    if _is_first(case):
        return
    counted = Clock.objects.filter(case=case, key__in=[c.key for c in new]).values_list("key", "subject")
    had = {(key, subject): n for key, subject, n in counted.annotate(n=Count("pk")).order_by()}
    for clock in new:
        clock.cycle = had.get((clock.key, clock.subject), 0) + 1
