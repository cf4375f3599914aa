"""How an event of a case moves its clocks. The case is locked by whoever calls; nothing here is an action itself."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from accounts.models import Project, User
from cases.models import Case, Event
from cases.states import Phase, Urgency
from notifications.actions import Notice, rows_of, write
from notifications.states import Level
from records.bulk import Row, insert, update
from sla.models import CalendarVersion, Clock, ClockEvent, FiredStep, Policy, PolicyVersion
from sla.queries import Staff, calendar_for
from sla.rules import Advance, StepSpec, advance, between, due_after_pause, due_time, first_look, later, told_key
from sla.states import ClockEventKind, ClockState

MOVED = [
    "state",
    "due_at",
    "next_at",
    "steps_done",
    "paused_at",
    "breached_at",
    "breach_found_at",
    "met_at",
    "ended_at",
]


@dataclass
class Ledger:
    """What a move of clocks writes, gathered so that it goes to the database set-wise."""

    clock_events: list[Row] = field(default_factory=list)
    fired: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    breaches: int = 0
    staff: Staff | None = None
    steps: dict[int, list[StepSpec]] = field(default_factory=dict)
    # The event of the case that moves the clocks; the sweep has none.
    cause: Event | None = None

    def note(
        self, clock: Clock, kind: str, *, at: datetime, found: datetime, by: User | None = None, **data: Any
    ) -> None:
        """Add one event of a clock, with the key of what caused it: an undo must know its own from others'."""
        if self.cause is not None:
            data["cause"] = self.cause.pk
        self.clock_events.append((clock.pk, kind, at, found, by.pk if by else None, data))

    def note_start(self, clock: Clock, *, at: datetime, found: datetime, by: User | None = None) -> None:
        """Add a clock's beginning: when it is due by that, and on which calendar it is counted."""
        data = {"due": clock.due_at.isoformat()} | counted_on(clock)
        self.note(clock, ClockEventKind.STARTED, at=at, found=found, by=by, **data)

    def tell_case(
        self,
        clock: Clock,
        kind: str,
        *,
        at: datetime,
        found: datetime,
        by: User | None = None,
        text: str = "",
        **data: Any,
    ) -> None:
        """Add what the case's own record says of its clock."""
        data |= {"key": clock.key, "promise": promise_of(clock)}
        self.events.append((clock.case_id, kind, at, found, by.pk if by else None, text, data))

    def steps_of(self, version: PolicyVersion) -> list[StepSpec]:
        """The steps of a policy; read once, however many clocks follow it."""
        if version.pk not in self.steps:
            self.steps[version.pk] = version.step_specs
        return self.steps[version.pk]

    def staff_for(self, case: Case) -> Staff:
        """Who is to be told; read when the first step asks."""
        if self.staff is None:
            self.staff = Staff.of([case.project_id], [case.pk])
        return self.staff

    def write(self) -> None:
        """Write everything gathered, one statement per table."""
        insert(FiredStep, ("clock_id", "step", "due_at", "fired_at", "skipped"), self.fired)
        insert(ClockEvent, ("clock_id", "kind", "at", "recorded_at", "by_id", "data"), self.clock_events)
        insert(Event, ("case_id", "kind", "at", "recorded_at", "by_id", "text", "data"), self.events)
        write(self.messages)


def promise_of(clock: Clock) -> dict[str, str]:
    """The promise in both languages."""
    return promise_name(clock.version.policy)


def promise_name(policy: Policy) -> dict[str, str]:
    """What is promised, in both languages."""
    return {"zh": policy.name_zh, "en": policy.name_en}


def counted_on(clock: Clock) -> dict[str, int]:
    """The calendar of a clock in working time, as its events name it; nothing for natural time."""
    return {} if clock.calendar_id is None else {"calendar": clock.calendar_id}


def catch_up(clock: Clock, *, case: Case, now: datetime, ledger: Ledger, found: datetime | None = None) -> Advance:
    """Bring a clock to `now`: record its breach at the true moment, send the highest step passed, skip the others.

    `found` is when that is written, where it is not `now` itself.
    """
    found = found or now
    steps = ledger.steps_of(clock.version)
    moved = advance(clock.ticking, steps, now)
    if moved.breach:
        clock.state = ClockState.MISSED
        clock.breached_at, clock.breach_found_at = clock.due_at, found
        ledger.breaches += 1
        ledger.note(clock, ClockEventKind.BREACHED, at=clock.due_at, found=found)
        ledger.tell_case(clock, "clock.breached", at=clock.due_at, found=found)
    telling = _Telling(clock, case, found, ledger)
    for step in moved.skip:
        telling.mark(step, skipped=True)
    if moved.fire is not None:
        telling.mark(moved.fire, skipped=False)
        is_news = any(step.is_news for step in (moved.fire, *moved.skip) if set(step.to) <= set(moved.fire.to))
        telling.tell(moved.fire, moved.unheard, is_news=is_news)
    for step in moved.skip:
        telling.note_skipped(step)
    if moved.fire is not None:
        telling.note_fired(moved.fire)
    clock.next_at = moved.next_at
    return moved


@dataclass
class _Telling:
    """The steps of one clock that a catch-up carries out or passes over, and whom it tells."""

    clock: Clock
    case: Case
    now: datetime
    ledger: Ledger
    # By step, each person under one only.
    told: dict[int, list[User]] = field(default_factory=dict)

    def mark(self, step: StepSpec, *, skipped: bool) -> None:
        """The row that makes the step happen once."""
        self.clock.steps_done = [*self.clock.steps_done, step.number]
        self.ledger.fired.append((self.clock.pk, step.number, self.clock.due_at, self.now, skipped))

    def tell(self, fire: StepSpec, unheard: Iterable[StepSpec], *, is_news: bool) -> None:
        """Tell the people of the step sent, then those to whom a step passed over was to bring the news.

        `is_news`: of the people of the step sent, too, it is the first that they hear of the matter.
        """
        if self.case.is_history:
            return
        staff, heard = self.ledger.staff_for(self.case), set[int]()
        for step in (fire, *unheard):
            people = [user for user in staff.told(self.case, step.to, at=self.now) if user.pk not in heard]
            heard.update(user.pk for user in people)
            self.told[step.number] = people
            notice = self._notice(fire, people, is_news=is_news) if step is fire else self._belated(step, people)
            self.ledger.messages += rows_of(notice, at=self.now)

    def _notice(self, step: StepSpec, people: list[User], *, is_news: bool) -> Notice:
        template = ("clock.news" if is_news else "clock.warning") if step.is_warning else "clock.breach"
        return self._about(step, people, template, overdue=not step.is_warning)

    def _belated(self, step: StepSpec, people: list[User]) -> Notice:
        """What came too late says when it was to be told; not where the promise came into being only after that."""
        overdue, meant = self.clock.breached_at is not None, self.clock.ticking.when(step)
        template = "clock.breach" if overdue else "clock.warning"
        if meant < self._born():
            return self._about(step, people, template, overdue=overdue)
        return self._about(step, people, f"{template}_unheard", overdue=overdue, meant={"at": meant.isoformat()})

    def _born(self) -> datetime:
        """When the clock came into being: after its start where it counts from an earlier moment, as a new grade does.

        Now, where nothing is written of it yet.
        """
        began = ClockEvent.objects.filter(clock=self.clock, kind=ClockEventKind.STARTED)
        return began.values_list("recorded_at", flat=True).first() or self.now

    def _about(self, step: StepSpec, people: list[User], template: str, *, overdue: bool, **more: Any) -> Notice:
        clock = self.clock
        due = {"by": clock.due_at.isoformat()}
        return Notice(
            key=told_key(clock.pk, step.number, clock.due_at),
            template=template,
            case=self.case,
            to=tuple(people),
            data={"promise": promise_of(clock), "due": due, "key": clock.key, **more},
            level=Level.ESCALATION if overdue else Level.WARNING,
        )

    def note_skipped(self, step: StepSpec) -> None:
        """Passed over, and who was told after all."""
        told = self.told.get(step.number)
        more = {} if told is None else {"to": list(step.to), "told": [user.pk for user in told]}
        self._note(step, ClockEventKind.SKIPPED, **more)

    def note_fired(self, step: StepSpec) -> None:
        """Told, and the case's own record of it."""
        told = [user.pk for user in self.told.get(step.number, [])]
        self._note(step, ClockEventKind.WARNED, to=list(step.to), told=told)
        names = [str(user) for people in self.told.values() for user in people]
        if names:
            self.ledger.tell_case(self.clock, "clock.told", at=self.now, found=self.now, names=names)

    def _note(self, step: StepSpec, kind: str, **data: Any) -> None:
        when = self.clock.ticking.when(step)
        self.ledger.note(self.clock, kind, at=when, found=self.now, step=step.number, **data)


def lengthen(clock: Clock, more: timedelta, *, at: datetime) -> None:
    """Give a clock brought up to `at` more time: its breach stays, the steps that lie ahead again are open again."""
    clock.due_at = later(clock.due_at, more, clock.working_time)
    done = set(clock.steps_done)
    clock.steps_done = [
        step.number for step in clock.version.step_specs if step.number in done and clock.ticking.when(step) < at
    ]
    clock.next_at = first_look(clock.ticking, clock.version.step_specs)


def save_moved(clocks: list[Clock]) -> None:
    """Write many clocks as they stand now."""
    update(Clock, MOVED, clocks)


# --- what an event does to one clock ---------------------------------------------------------------------------------
def _stop(clock: Clock, *, case: Case, at: datetime, by: User | None, ledger: Ledger) -> None:
    if clock.state == ClockState.PAUSED:
        resume_clock(clock, case=case, at=at, by=by, ledger=ledger)
    catch_up(clock, case=case, now=at, ledger=ledger)
    _end(clock, at=at, found=at, by=by, ledger=ledger)


def _end(clock: Clock, *, at: datetime, found: datetime, by: User | None, ledger: Ledger) -> None:
    kept = clock.state != ClockState.MISSED
    if kept:
        clock.state = ClockState.MET
    ledger.note(clock, ClockEventKind.MET if kept else ClockEventKind.STOPPED, at=at, found=found, by=by)
    clock.met_at = clock.ended_at = at
    clock.next_at = None


def keep(clock: Clock, happened: Iterable[Event], *, case: Case, at: datetime, ledger: Ledger) -> bool:
    """End a clock that counts from an earlier moment where one of its stops has happened since. Says whether it did.

    Kept in time it is met and nobody is told; kept too late it is overdue from its due moment, as it would have been,
    and only what fell due before it was kept is told.
    """
    stop = next((event for event in happened if event.kind in clock.version.stops and _meant(event, clock)), None)
    if stop is None:
        return False
    if stop.at > clock.due_at:
        catch_up(clock, case=case, now=stop.at, ledger=ledger, found=at)
    _end(clock, at=stop.at, found=at, by=stop.by, ledger=ledger)
    return True


def _meant(event: Event, clock: Clock) -> bool:
    """Say whether an event is about what the clock is about; one that names nothing is about all of the case."""
    named = [*event.data.get("subjects", ()), *filter(None, [event.data.get("subject")])]
    return not clock.subject or not named or clock.subject in named


def cancel_clock(clock: Clock, *, case: Case, at: datetime, by: User | None, ledger: Ledger) -> None:
    """End a clock whose promise is no longer owed; one that was missed stays missed."""
    if clock.state != ClockState.PAUSED:
        catch_up(clock, case=case, now=at, ledger=ledger)
    if clock.state != ClockState.MISSED:
        clock.state = ClockState.CANCELLED
    ledger.note(clock, ClockEventKind.CANCELLED, at=at, found=at, by=by)
    clock.ended_at = at
    clock.next_at = None


def _pause(clock: Clock, *, case: Case, at: datetime, by: User | None, ledger: Ledger) -> None:
    if clock.state == ClockState.PAUSED:  # its due time stands still: nothing falls due meanwhile
        return
    catch_up(clock, case=case, now=at, ledger=ledger)
    if clock.state != ClockState.RUNNING:
        return
    clock.state, clock.paused_at, clock.next_at = ClockState.PAUSED, at, None
    ledger.note(clock, ClockEventKind.PAUSED, at=at, found=at, by=by)


def resume_clock(clock: Clock, *, case: Case, at: datetime, by: User | None, ledger: Ledger) -> None:
    """Let a paused clock run on: its due time moves by exactly the time paused, working time where it counts that."""
    if clock.state != ClockState.PAUSED or clock.paused_at is None:
        return
    clock.due_at = due_after_pause(clock.due_at, paused=clock.paused_at, resumed=at, calendar=clock.working_time)
    clock.state, clock.paused_at = ClockState.RUNNING, None
    clock.next_at = first_look(clock.ticking, clock.version.step_specs)
    ledger.note(clock, ClockEventKind.RESUMED, at=at, found=at, by=by, due=clock.due_at.isoformat())


Mover = Callable[..., None]


def _mover(clock: Clock, event: str, subject: str) -> Mover | None:
    version = clock.version
    if subject and clock.subject and subject != clock.subject:
        return None
    for events, mover in (
        (version.stops, _stop),
        (version.cancels, cancel_clock),
        (version.pauses, _pause),
        (version.resumes, resume_clock),
    ):
        if event in events:
            return mover
    return None


def move(
    *, case: Case, event: str, at: datetime, by: User | None, subject: str, live: list[Clock], ledger: Ledger
) -> list[Clock]:
    """Let an event stop, cancel, pause or resume the live clocks; all end when the case closes. Returns those moved."""
    touched = []
    for clock in live:
        mover = _mover(clock, event, subject)
        if mover is None and case.phase == Phase.CLOSED:
            mover = cancel_clock
        if mover is not None:
            mover(clock, case=case, at=at, by=by, ledger=ledger)
            touched.append(clock)
    return touched


@dataclass(frozen=True)
class Start:
    """The event that may start clocks of a case, and from when they count."""

    case: Case
    event: str
    at: datetime
    by: User | None
    subject: str
    data: Mapping[str, Any]
    # How calendars are found; who goes through many cases remembers them.
    calendar_of: Callable[[Project], CalendarVersion | None] = calendar_for

    @cached_property
    def calendar(self) -> CalendarVersion | None:
        """The calendar of the case's project; read when the first promise in working time asks."""
        return self.calendar_of(self.case.project)


def start(
    begin: Start, *, at: datetime, live: list[Clock], versions: Iterable[PolicyVersion], ledger: Ledger
) -> tuple[list[Clock], list[Clock]]:
    """Start the clocks that the event asks for. Returns the new ones and the live ones that they replaced.

    A promise that is already ticking goes on, unless its policy says that a repeated start sets it anew (an
    appointment agreed again). Set anew without a time (come whenever it suits), the old one ends and none begins.
    """
    new: list[Clock] = []
    replaced: list[Clock] = []
    for version in versions:
        if begin.event not in version.starts or not version.concerns(begin.case):
            continue
        same = [c for c in live if c.ended_at is None and (c.key, c.subject) == (version.policy.key, begin.subject)]
        if same and not version.restarts:
            continue
        for old in same:
            cancel_clock(old, case=begin.case, at=at, by=begin.by, ledger=ledger)
            replaced.append(old)
        clock = clock_under(begin, version)
        if clock is not None:
            new.append(clock)
    return new, replaced


def _promised(begin: Start, field_name: str) -> datetime | None:
    if field_name.startswith("event."):
        raw = begin.data.get(field_name.removeprefix("event."))
        return datetime.fromisoformat(raw) if raw else None
    if not field_name:
        return None
    # A moment agreed for an earlier round says nothing about one that begins after it.
    agreed: datetime | None = getattr(begin.case, field_name)
    return agreed if agreed is None or agreed > begin.at else None


def clock_under(begin: Start, version: PolicyVersion) -> Clock | None:
    """A clock of what began, under a version of the rule; not saved. None where the rule names no moment."""
    case, goal, promised = begin.case, version.goal_spec, _promised(begin, version.goal_field)
    calendar = begin.calendar if goal.wants_calendar and promised is None else None
    clock = Clock(
        case=case,
        version=version,
        calendar=calendar,
        key=version.policy.key,
        subject=begin.subject,
        started_at=begin.at,
    )
    due = due_time(
        goal,
        start=begin.at,
        zone=case.project.tz,
        category=case.category,
        urgent=case.urgency == Urgency.URGENT,
        promised=promised,
        calendar=clock.working_time,
    )
    if due is None:
        return None
    clock.due_at = due
    clock.goal_seconds = between(begin.at, due, clock.working_time).total_seconds()
    clock.next_at = first_look(clock.ticking, version.step_specs)
    return clock
