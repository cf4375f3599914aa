"""Pure rules of deadlines: when a clock is due, when its steps fall, what is due now."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sla.calendars import WorkingTime, add, add_days, back, elapsed
from sla.states import Counting, Goal


@dataclass(frozen=True)
class GoalSpec:
    """A policy's goal as data: `seconds` for a duration, overridden by category or urgency; `months`; or a `field`.

    `field` names a moment of the matter; where it is set it wins, whatever the kind of goal. `counts` says whether a
    duration is natural or working time; `days` are working days whatever it says. `more_days` come after the months:
    what falls due then may be done within so many days.
    """

    kind: str
    seconds: int = 0
    months: int = 0
    field: str = ""
    by_category: Mapping[str, int] | None = None
    urgent_seconds: int | None = None
    days: int = 0
    counts: str = Counting.NATURAL
    more_days: int = 0

    @property
    def wants_calendar(self) -> bool:
        """Say whether the goal is counted in working time where no moment was promised."""
        return self.kind == Goal.WORKING_DAYS or (self.kind == Goal.DURATION and self.counts == Counting.WORKING)


def add_months(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same local wall time `months` later; the day is clamped to the month's last."""
    local = moment.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(moment.tzinfo)


def end_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """Local midnight that ends the moment's day, whatever the length of that day."""
    local = moment.astimezone(zone)
    next_day = (local.replace(hour=12) + timedelta(days=1)).date()
    return datetime(next_day.year, next_day.month, next_day.day, tzinfo=zone).astimezone(moment.tzinfo)


def due_time(
    goal: GoalSpec,
    *,
    start: datetime,
    zone: ZoneInfo,
    category: str = "",
    urgent: bool = False,
    promised: datetime | None = None,
    calendar: WorkingTime | None = None,
) -> datetime | None:
    """When a clock started at `start` is due; None where the goal is a field that the matter does not have.

    Source: 客服接待服务标准 三(6)⑤; days are N × 24 natural hours from the start, 当天 is until local midnight.
    A goal in working time is counted on the calendar; where there is none, time is natural: sooner, never later.
    """
    if goal.field and promised is not None:
        return promised
    if goal.kind == Goal.FIELD:
        return None
    if goal.kind == Goal.END_OF_DAY:
        return end_of_day(start, zone)
    if goal.kind == Goal.MONTHS:
        return add_months(start, goal.months, zone) + timedelta(days=goal.more_days)
    if goal.kind == Goal.WORKING_DAYS:
        return start + timedelta(days=goal.days) if calendar is None else add_days(calendar, start, goal.days)
    length = timedelta(seconds=_seconds(goal, category=category, urgent=urgent))
    return later(start, length, calendar if goal.wants_calendar else None)


def later(moment: datetime, length: timedelta, calendar: WorkingTime | None) -> datetime:
    """The moment `length` later: of working time where there is a calendar, of natural time where there is none."""
    return moment + length if calendar is None else add(calendar, moment, length)


def between(start: datetime, end: datetime, calendar: WorkingTime | None) -> timedelta:
    """The time between two moments, never less than none: working time where there is a calendar."""
    return max(end - start, timedelta(0)) if calendar is None else elapsed(calendar, start, end)


def due_after_pause(due: datetime, *, paused: datetime, resumed: datetime, calendar: WorkingTime | None) -> datetime:
    """The due time after a pause: what was left then is left now, so it moves by exactly the time paused."""
    if calendar is None:
        return due + (resumed - paused)
    return max(due, add(calendar, resumed, elapsed(calendar, paused, due)))


def _seconds(goal: GoalSpec, *, category: str, urgent: bool) -> int:
    if urgent and goal.urgent_seconds is not None:
        return goal.urgent_seconds
    return (goal.by_category or {}).get(category, goal.seconds)


@dataclass(frozen=True)
class StepSpec:
    """One thing to do about a clock: `percent` of its time, or `offset` natural seconds from due (before: negative)."""

    number: int
    to: tuple[str, ...]
    percent: int | None = None
    offset: int = 0

    def at(self, *, started: datetime, due: datetime, goal: timedelta, calendar: WorkingTime | None = None) -> datetime:
        """The moment of the step; a share is one of working time on a calendar. Pauses shift it with the due time."""
        if self.percent is not None:
            left = goal * (100 - self.percent) / 100
            return due - left if calendar is None else max(started, back(calendar, due, left))
        return due + timedelta(seconds=self.offset)

    @property
    def is_warning(self) -> bool:
        """Say whether the step comes before the deadline."""
        return self.percent is not None or self.offset < 0

    @property
    def is_news(self) -> bool:
        """Say whether it tells of the matter itself, at the very beginning, rather than of the time that runs out."""
        return self.percent == 0


def read_steps(raw: Sequence[Mapping[str, Any]], *, first: int = 0) -> list[StepSpec]:
    """Steps from a policy's JSON, numbered in the order they were written, from `first` on."""
    return [
        StepSpec(number=i, to=tuple(row["to"]), percent=row.get("percent"), offset=int(row.get("offset", 0)))
        for i, row in enumerate(raw, first)
    ]


def already_told(told: Sequence[StepSpec], steps: Sequence[StepSpec], clock: "Ticking", at: datetime) -> set[int]:
    """Which `steps` of new rules need nobody told again: they have passed, and their people were told of the like.

    `told` are the steps of the former rules that were carried out. A warning is not like what follows the due time.
    """
    heard = {(step.to, step.is_warning) for step in told}
    return {step.number for step in steps if (step.to, step.is_warning) in heard and clock.when(step) < at}


@dataclass(frozen=True)
class Ticking:
    """What of a clock decides what is due."""

    started: datetime
    due: datetime
    goal: timedelta
    done: frozenset[int]
    breached: bool
    calendar: WorkingTime | None = None

    def when(self, step: StepSpec) -> datetime:
        """The moment of a step."""
        return step.at(started=self.started, due=self.due, goal=self.goal, calendar=self.calendar)


@dataclass(frozen=True)
class Advance:
    """What happens to a clock when time reaches `now`: one step at most is sent, lower ones are passed over.

    `unheard` are those of the lower ones whose people must hear of the matter all the same.
    """

    fire: StepSpec | None
    skip: tuple[StepSpec, ...]
    breach: bool
    next_at: datetime | None
    unheard: tuple[StepSpec, ...] = ()


# How the keys of what is told of clocks begin.
TOLD = "clock:"


def told_key(clock: int, step: int, due: datetime) -> str:
    """The key under which a step of a clock is told: once for each due time, as more time opens the step again."""
    return f"{TOLD}{clock}:{step}:{due.timestamp():.0f}"


def told_key_of(message_key: str) -> str:
    """The key of the step that a message tells of: its own names the person and the channel after that."""
    return ":".join(message_key.split(":")[:4])


def unheard(fire: StepSpec | None, skip: Sequence[StepSpec]) -> tuple[StepSpec, ...]:
    """Which of the steps passed over were to bring news that the step sent does not bring to the same people.

    A reminder that comes too late is made up for by the higher step. News has nothing in its place: whoever was to
    hear of the matter at once would never hear of it.
    Source: 三(6)⑤ 投诉接待 (重大投诉, 当天通知项目总进入处理程序).
    """
    told = set(fire.to) if fire is not None else set[str]()
    return tuple(step for step in skip if step.is_news and not told.issuperset(step.to))


def first_look(clock: Ticking, steps: Sequence[StepSpec]) -> datetime | None:
    """The earliest moment at which anything is to be done, even where it has passed already.

    A promise that is late from the start (an appointment agreed for a moment gone by) is thus found by the next sweep.
    """
    waiting = [step for step in steps if step.number not in clock.done]
    moments = [clock.when(step) for step in waiting]
    if not clock.breached:
        moments.append(clock.due)
    return min(moments, default=None)


def advance(clock: Ticking, steps: Sequence[StepSpec], now: datetime) -> Advance:
    """Decide what is due at `now` and when to look again.

    A moment counts as passed only once it is over, so that stopping exactly at due is in time. After an outage the
    highest step passed is sent and the lower ones are marked skipped; of these `unheard` names the news.
    """
    waiting = sorted((s for s in steps if s.number not in clock.done), key=lambda s: (clock.when(s), s.number))
    passed = [step for step in waiting if clock.when(step) < now]
    breach = not clock.breached and clock.due < now
    ahead = [clock.when(step) for step in waiting if clock.when(step) >= now]
    if not clock.breached and not breach:
        ahead.append(clock.due)
    fire, skip = passed[-1] if passed else None, tuple(passed[:-1])
    return Advance(
        fire=fire,
        skip=skip,
        breach=breach,
        next_at=min(ahead) if ahead else None,
        unheard=unheard(fire, skip),
    )
