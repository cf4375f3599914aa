"""A changed rule applied to clocks that already run: on purpose, with a reason, on the record.

Without it they keep the rule under which they began (SLA-4).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from accounts.models import User
from accounts.states import Role
from cases.actions import lock_rows
from cases.models import Case, Event
from records.bulk import update
from sla.actions.clocks import MOVED, Ledger, Start, catch_up, clock_under, counted_on
from sla.models import Clock, ClockEvent, ClockQuerySet, PolicyVersion
from sla.queries import Staff, calendar_for
from sla.rules import already_told, between, first_look, later
from sla.states import ClockEventKind, ClockState, Staying

# What a clock that moved is counted under.
MOVED_ON = "moved"
MOST_SAMPLES = 10
# So many running clocks are looked at before somebody decides; all of them are moved.
MOST_SHOWN = 5_000


@dataclass(frozen=True)
class Move:
    """Where a clock would be due: `begun` began like it under the rule, `due` has its pauses and extensions too."""

    clock: Clock
    begun: Clock
    due: datetime


@dataclass
class Plan:
    """What applying a version would do to the clocks that run under former ones."""

    moving: int = 0
    stayed: Counter[str] = field(default_factory=Counter)
    overdue: int = 0
    more: bool = False
    samples: list[Move] = field(default_factory=list)

    @property
    def staying(self) -> int:
        """How many would stay as they are."""
        return self.stayed.total()

    @property
    def why_staying(self) -> list[tuple[int, str]]:
        """How many would stay for which reason, the commonest first."""
        return why_words(self.stayed)


def why_words(stayed: Mapping[str, int]) -> list[tuple[int, str]]:
    """Counts by reason of staying, as numbers with words; the commonest first."""
    return [(count, str(Staying(why).label)) for why, count in Counter(stayed).most_common() if count]


def behind(version: PolicyVersion, by: User) -> ClockQuerySet:
    """Clocks that run under a former version, in the projects that the person administers."""
    found = Clock.objects.live().filter(version__policy_id=version.policy_id).exclude(version=version)
    if by.is_superuser:
        return found
    return found.filter(case__project_id__in=by.projects_as(Role.ADMIN))


def plan(*, version: PolicyVersion, by: User, at: datetime) -> Plan:
    """Count what would move, with samples of cases that the person sees. Writes nothing."""
    found = Plan()
    late = behind(version, by)
    seen = set(late.visible_to(by).values_list("pk", flat=True)[:MOST_SHOWN])
    rows = list(_ready(late.order_by("pk")[: MOST_SHOWN + 1]))
    found.more = len(rows) > MOST_SHOWN
    for clock, move in moves(rows[:MOST_SHOWN], version):
        if isinstance(move, Staying):
            found.stayed[move] += 1
            continue
        found.moving += 1
        found.overdue += clock.breached_at is None and clock.due_at >= at > move.due
        if clock.pk in seen and len(found.samples) < MOST_SAMPLES:
            found.samples.append(move)
    return found


def _ready(clocks: ClockQuerySet) -> ClockQuerySet:
    return clocks.select_related("case__project", "version", "calendar")


def moves(clocks: Sequence[Clock], version: PolicyVersion) -> Iterator[tuple[Clock, Move | Staying]]:
    """Where each clock would be due under the version, counted from its own start; or why it stays.

    A clock stays where the rule is not about its case any more or names a moment that the case does not have, and one
    at rest stays where nothing would let it run again.
    """
    bases, causes = _beginnings(clocks)
    calendar_of = cache(calendar_for)
    for clock in clocks:
        begin = Start(clock.case, "", clock.started_at, None, clock.subject, causes.get(clock.pk, {}), calendar_of)
        begun = _begun(clock, begin, version)
        if isinstance(begun, Staying):
            yield clock, begun
            continue
        length = timedelta(seconds=clock.goal_seconds)
        former = bases.get(clock.pk, later(clock.started_at, length, clock.working_time))
        given = between(former, clock.due_at, clock.working_time)
        yield clock, Move(clock, begun, later(begun.due_at, given, begun.working_time))


def _begun(clock: Clock, begin: Start, version: PolicyVersion) -> Clock | Staying:
    """The clock as it would have begun under the version."""
    if not version.concerns(clock.case):
        return Staying.OTHER_CASE
    if clock.state == ClockState.PAUSED and set(clock.version.resumes) != set(version.resumes):
        return Staying.RESTS
    return clock_under(begin, version) or Staying.NO_MOMENT


def _beginnings(clocks: Iterable[Clock]) -> tuple[dict[int, datetime], dict[int, dict[str, Any]]]:
    """When each clock was due before any pause or extension, and what the event said that started it."""
    pks = [clock.pk for clock in clocks]
    rows = ClockEvent.objects.filter(clock__in=pks, kind__in=[ClockEventKind.STARTED, ClockEventKind.MOVED])
    bases: dict[int, datetime] = {}
    started: dict[int, int] = {}
    for clock_id, data in rows.order_by("pk").values_list("clock_id", "data"):
        base = data.get("base") or data.get("due")
        if base:
            bases[clock_id] = datetime.fromisoformat(base)
        if "due" in data and "cause" in data:
            started[clock_id] = data["cause"]
    said = dict(Event.objects.filter(pk__in=set(started.values())).values_list("pk", "data"))
    return bases, {clock_id: said.get(cause, {}) for clock_id, cause in started.items()}


@dataclass(frozen=True)
class Applying:
    """To which version clocks are moved, why, on whose word, and when."""

    version: PolicyVersion
    reason: str
    by: User
    at: datetime


def move_clocks(doing: Applying, pks: Sequence[int]) -> Counter[str]:
    """Move some clocks in the running transaction: how many moved, and how many stayed for which reason.

    A breach that came before stays, found or not yet; pauses and extensions keep their length. What was moved
    meanwhile is not moved twice.
    """
    wanted = Clock.objects.filter(pk__in=pks)
    cases = lock_rows(wanted.values_list("case_id", flat=True))
    rows = wanted.live().exclude(version=doing.version).select_for_update(of=("self",)).order_by("pk")
    clocks = list(rows.select_related("version__policy", "calendar"))
    for clock in clocks:
        clock.case = cases[clock.case_id]
    ledger = Ledger(staff=Staff.of({case.project_id for case in cases.values()}, cases))
    # What fell due under the former rule and no sweep has found yet is written down first: moving undoes no breach.
    for clock in clocks:
        if clock.state != ClockState.PAUSED:
            catch_up(clock, case=clock.case, now=doing.at, ledger=ledger)
    found = [(clock, move) for clock, move in moves(clocks, doing.version)]
    for clock, move in found:
        if isinstance(move, Move):
            _move(clock, move, doing, ledger)
    ledger.write()
    if clocks:
        update(Clock, [*MOVED, "version", "calendar", "goal_seconds"], clocks)
        _due_again(cases)
    return Counter(move.value if isinstance(move, Staying) else MOVED_ON for _clock, move in found)


def _move(clock: Clock, move: Move, doing: Applying, ledger: Ledger) -> None:
    former, before = clock.version, clock.due_at
    done = set(clock.steps_done)
    told = [step for step in former.step_specs if step.number in done]
    clock.version = doing.version
    clock.count_on(move.begun.calendar)
    clock.due_at = move.due
    clock.goal_seconds = move.begun.goal_seconds
    steps = ledger.steps_of(doing.version)
    clock.steps_done = sorted(already_told(told, steps, clock.ticking, doing.at))
    clock.next_at = None if clock.state == ClockState.PAUSED else first_look(clock.ticking, steps)
    ledger.note(
        clock,
        ClockEventKind.MOVED,
        at=doing.at,
        found=doing.at,
        by=doing.by,
        **{"from": before.isoformat(), "to": clock.due_at.isoformat(), "base": move.begun.due_at.isoformat()},
        former=former.number,
        version=doing.version.number,
        reason=doing.reason,
        **counted_on(clock),
    )
    to = {"by": clock.due_at.isoformat()}
    ledger.tell_case(clock, "clock.moved", at=doing.at, found=doing.at, by=doing.by, text=doing.reason, to=to)


def _due_again(cases: dict[int, Case]) -> None:
    """The earliest moment at which something of each case is due, as lists show it."""
    earliest: dict[int, datetime] = {}
    running = Clock.objects.live().filter(case__in=cases).exclude(state=ClockState.PAUSED)
    for case_id, due in running.order_by().values_list("case_id", "due_at"):
        earliest[case_id] = min(due, earliest.get(case_id, due))
    changed = []
    for case in cases.values():
        if case.due_at != earliest.get(case.pk):
            case.due_at, case.version = earliest.get(case.pk), case.version + 1
            changed.append(case)
    Case.objects.bulk_update(changed, ["due_at", "version"], batch_size=100)
