"""The clocks of a case explained step by step, so that somebody who doubts a due time can follow the sum."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models import Case, Event
from cases.sentences import sentence
from notifications.models import IN_APP, Message
from notifications.queries import channel_words
from notifications.states import Delivery
from sla.daily import CountRow
from sla.models import MOST_STEPS, CalendarVersion, Clock, ClockEvent, PolicyVersion
from sla.rules import TOLD, told_key, told_key_of
from sla.states import ClockEventKind, ClockState
from sla.sums import OnCalendar, Reckoned, added, basis, length_between
from sla.wording import moment_in_full, rule_words, span_words, step_words, sum_words

ICONS = {
    ClockEventKind.STARTED: "play",
    ClockEventKind.PAUSED: "circle-pause",
    ClockEventKind.RESUMED: "play",
    ClockEventKind.MOVED: "scale",
    ClockEventKind.EXTENDED: "calendar-plus",
    ClockEventKind.WARNED: "bell",
    ClockEventKind.SKIPPED: "skip-forward",
    ClockEventKind.BREACHED: "circle-x",
    ClockEventKind.MET: "circle-check",
    ClockEventKind.STOPPED: "flag",
    ClockEventKind.CANCELLED: "circle-slash",
    ClockEventKind.PARKED: "triangle-alert",
    ClockEventKind.RESTORED: "undo-2",
}

# A step told this much after its moment says so.
LATE = timedelta(minutes=1)


@dataclass
class Line:
    """One thing that happened to a clock, in words; `sum` is what it does to the due time."""

    at: datetime
    icon: str
    words: str
    sum: str = ""
    by: str = ""
    reason: str = ""
    cause: str = ""
    cause_url: str = ""
    told: list[str] = field(default_factory=list)
    # The sum in working time, day by day.
    days: list[CountRow] = field(default_factory=list)
    calendar: str = ""

    @property
    def pieces(self) -> list[str]:
        """The sum where a narrow page may break it: before a sign, never within a moment."""
        return re.split(r" (?=[+=→] )|(?<=;) ", self.sum)


@dataclass(frozen=True)
class Explained:
    """A clock with its rule and everything that made its due time what it is."""

    clock: Clock
    label: str
    number: str
    rule: str
    rule_version: int
    source: str
    lines: list[Line]
    left: str


@dataclass(frozen=True)
class Around:
    """What the clocks of a page refer to, read in one statement each."""

    causes: dict[int, Event]
    versions: dict[tuple[int, int], PolicyVersion]
    messages: dict[str, list[Message]]
    numbers: dict[int, str]
    calendars: dict[int, CalendarVersion]
    zone: ZoneInfo


def explain(case: Case, family: Iterable[Case], at: datetime) -> list[Explained]:
    """Every clock of the case and of what is part of it, what still runs first. `family` are cases the reader sees."""
    known = {one.pk: one for one in family}
    clocks = list(Clock.objects.filter(case__in=known).select_related("version__policy"))
    for clock in clocks:
        clock.case = known[clock.case_id]
    clocks.sort(key=lambda clock: (clock.ended_at is not None, clock.due_at, clock.pk))
    events: dict[int, list[ClockEvent]] = defaultdict(list)
    for event in ClockEvent.objects.filter(clock__in=clocks).select_related("by").order_by("pk"):
        events[event.clock_id].append(event)
    around = _around(clocks, [event for found in events.values() for event in found], case.project.tz)
    return [_explained(clock, events[clock.pk], around, case, at) for clock in clocks]


def _around(clocks: Sequence[Clock], events: Sequence[ClockEvent], zone: ZoneInfo) -> Around:
    causes = {event.data["cause"] for event in events if "cause" in event.data}
    calendars = {clock.calendar_id for clock in clocks} | {event.data.get("calendar") for event in events}
    versions = PolicyVersion.objects.filter(policy__in={clock.version.policy_id for clock in clocks})
    messages: dict[str, list[Message]] = defaultdict(list)
    about = Message.objects.filter(case__in={clock.case_id for clock in clocks}, key__startswith=TOLD)
    for message in about.select_related("user", "via").order_by("pk"):
        messages[told_key_of(message.key)].append(message)
    return Around(
        causes=Event.objects.in_bulk(causes),
        versions={(version.policy_id, version.number): version for version in versions.select_related("policy")},
        messages=messages,
        numbers={clock.case_id: clock.case.number for clock in clocks},
        calendars=CalendarVersion.objects.select_related("calendar__project").in_bulk(calendars - {None}),
        zone=zone,
    )


def _explained(clock: Clock, events: Sequence[ClockEvent], around: Around, case: Case, at: datetime) -> Explained:
    teller = _Teller(clock, around, _first_version(clock, events))
    lines = [teller.line(event) for event in events]
    policy = clock.version.policy
    return Explained(
        clock=clock,
        label=policy.name,
        number="" if clock.case_id == case.pk else clock.case.number,
        rule=rule_words(clock.version),
        rule_version=clock.version.number,
        source=" · ".join(part for part in (str(policy.get_source_display()), policy.clause) if part),
        lines=lines,
        left=_left(clock, at, teller.on),
    )


def _first_version(clock: Clock, events: Iterable[ClockEvent]) -> int:
    """Under which version the clock began: the one that the first change of rules took it from."""
    former = (event.data.get("former") for event in events if event.kind == ClockEventKind.MOVED)
    return int(next(former, None) or clock.version.number)


def _left(clock: Clock, at: datetime, on: OnCalendar | None) -> str:
    if clock.ended_at is not None:
        return ""
    if clock.state == ClockState.PAUSED and clock.paused_at is not None:
        left = length_between(clock.paused_at, clock.due_at, on)
        return _("It rests. Once it goes on, %(time)s are left.") % {"time": left}
    if at > clock.due_at:
        return _("Overdue by %(time)s and still owed.") % {"time": span_words(at - clock.due_at)}
    return _("%(time)s are left, until %(due)s.") % {
        "time": length_between(at, clock.due_at, on),
        "due": moment_in_full(clock.due_at),
    }


class _Teller:
    """Follows one clock through its events, with the due time, the rule and the calendar as they stood then."""

    def __init__(self, clock: Clock, around: Around, version: int) -> None:
        self.clock, self.around, self.version = clock, around, version
        self.due = clock.due_at
        self.on: OnCalendar | None = None
        # When it came into being: nothing is found late for a time before it. A later grade counts from reception.
        self.born: datetime | None = None

    def line(self, event: ClockEvent) -> Line:
        line = Line(at=event.at, icon=ICONS[ClockEventKind(event.kind)], words=str(event.get_kind_display()))
        line.by = str(event.by) if event.by else ""
        line.reason = str(event.data.get("reason", ""))
        cause = self.around.causes.get(event.data.get("cause", 0))
        if cause is not None:
            line.cause = sentence(cause.kind, cause.data)
            line.cause_url = f"{reverse('case', args=[self.around.numbers[cause.case_id]])}#event-{cause.pk}"
        getattr(self, f"_{event.kind}", self._plain)(event, line)
        return line

    def _plain(self, event: ClockEvent, line: Line) -> None:
        """Nothing to add."""

    def _started(self, event: ClockEvent, line: Line) -> None:
        self.due = _moment(event, "due") or self.due
        self.born = event.recorded_at
        line.words = _("Began, under version %(number)s of the rule.") % {"number": self.version}
        self._count_on(event)
        _put(line, basis(self._rule(), event.at, self.due, self.on))

    def _count_on(self, event: ClockEvent) -> None:
        """The calendar that the event names; that of the clock for one written down before events named them."""
        pk = event.data.get("calendar")
        if pk is None and self._rule().goal_spec.wants_calendar:
            pk = self.clock.calendar_id
        calendar = self.around.calendars.get(pk) if pk else None
        self.on = OnCalendar(calendar, self.around.zone) if calendar is not None else None

    def _rule(self) -> PolicyVersion:
        return self.around.versions.get((self.clock.version.policy_id, self.version), self.clock.version)

    def _paused(self, event: ClockEvent, line: Line) -> None:
        line.words = _("Rests: this time does not count.")

    def _resumed(self, event: ClockEvent, line: Line) -> None:
        before, self.due = self.due, _moment(event, "due") or self.due
        if self.on is not None:
            line.words = _("Goes on: what was left then is left now.")
            _put(line, added(event.at, self.due, self.on))
            return
        rested = span_words(self.due - before)
        line.words = _("Goes on after %(time)s of rest.") % {"time": rested}
        line.sum = sum_words(before, rested, self.due)

    def _extended(self, event: ClockEvent, line: Line) -> None:
        before, self.due = self.due, _moment(event, "to") or self.due
        line.words = _("Was given %(time)s more.") % {"time": length_between(before, self.due, self.on)}
        _put(line, added(before, self.due, self.on))

    def _moved(self, event: ClockEvent, line: Line) -> None:
        base = _moment(event, "base")
        self.due = _moment(event, "to") or self.due
        self.version = int(event.data.get("version", self.version))
        line.words = _("A changed rule was applied to it on purpose: version %(number)s, from its own start.") % {
            "number": self.version
        }
        self._count_on(event)
        if base is not None:
            _put(line, basis(self._rule(), self.clock.started_at, base, self.on))
            if base != self.due:
                _put(line, added(base, self.due, self.on, why=_("rests and extensions")))

    def _warned(self, event: ClockEvent, line: Line) -> None:
        line.words = _("Told (%(step)s).") % {"step": self._step(event)}
        line.told = self._messages(event)
        if event.recorded_at - self._known(event) >= LATE:
            line.words += " " + _found(event, self._known(event))

    def _messages(self, event: ClockEvent) -> list[str]:
        key = told_key(self.clock.pk, event.data["step"], self.due)
        return told_words(self.around.messages.get(key, []))

    def _skipped(self, event: ClockEvent, line: Line) -> None:
        line.words = _("Passed over (%(step)s): a higher step was due when it was found.") % {"step": self._step(event)}
        if event.data.get("told"):
            line.words += " " + _("Its people were told all the same, of what they had not heard.")
            line.told = self._messages(event)

    def _breached(self, event: ClockEvent, line: Line) -> None:
        line.words = _("Overdue since %(due)s.") % {"due": moment_in_full(event.at)}
        since = self._known(event)
        if since > event.at:
            line.words += " " + _("It came into being after that, at %(born)s.") % {"born": moment_in_full(since)}
        if since == event.at or event.recorded_at - since >= LATE:
            line.words += " " + _found(event, since)

    def _known(self, event: ClockEvent) -> datetime:
        """From when on the event could be found: its moment, or when the clock came into being after that."""
        return max(event.at, self.born or event.at)

    def _met(self, event: ClockEvent, line: Line) -> None:
        line.words = _("Kept in time, %(time)s before it was due.") % {"time": span_words(self.due - event.at)}

    def _stopped(self, event: ClockEvent, line: Line) -> None:
        line.words = _("Kept, but too late.")
        if event.at > self.due:
            line.words = _("Kept, but %(time)s too late.") % {"time": span_words(event.at - self.due)}

    def _cancelled(self, event: ClockEvent, line: Line) -> None:
        line.words = _("No longer owed.")

    def _restored(self, event: ClockEvent, line: Line) -> None:
        self.due = _moment(event, "due") or self.due

    def _step(self, event: ClockEvent) -> str:
        number = int(event.data.get("step", 0))
        version = self.around.versions.get((self.clock.version.policy_id, number // MOST_STEPS + 1))
        steps = version.step_specs if version else []
        return next((step_words(step) for step in steps if step.number == number), str(number))


def _put(line: Line, reckoned: Reckoned) -> None:
    """Add a sum to what the line says."""
    line.sum = f"{line.sum}; {reckoned.words}" if line.sum else reckoned.words
    line.days += reckoned.days
    line.calendar = reckoned.calendar


def _moment(event: ClockEvent, name: str) -> datetime | None:
    raw = event.data.get(name)
    return datetime.fromisoformat(raw) if raw else None


def _found(event: ClockEvent, since: datetime) -> str:
    late = event.recorded_at - since
    return _("Found at %(found)s, %(time)s later.") % {
        "found": moment_in_full(event.recorded_at),
        "time": span_words(late),
    }


def told_words(messages: Iterable[Message]) -> list[str]:
    """Who was told, and over which channel with what success."""
    found: dict[str, list[str]] = {}
    for message in messages:
        way = _("in the inbox") if message.channel == IN_APP else channel_words(message)
        state = str(Delivery(message.state).label)
        if message.channel == IN_APP and message.read_at is not None:
            state = _("read %(moment)s") % {"moment": moment_in_full(message.read_at)}
        found.setdefault(str(message.user or message.address), []).append(f"{way}: {state}")
    comma = pgettext("between names", ", ")
    return [_("%(name)s (%(ways)s)") % {"name": name, "ways": comma.join(ways)} for name, ways in found.items()]
