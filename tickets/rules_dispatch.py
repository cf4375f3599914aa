"""Pure rules of dispatching: whom to send and why, which appointments clash, where a job stands on the day's board.

Source: 三(3)③ (及时通知维修部人员携单在约定时间上门维修服务); the order of the reasons is ours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_HOUR = 8
LAST_HOUR = 20
SLOT = timedelta(minutes=30)
SLOTS = (LAST_HOUR - FIRST_HOUR) * 2
USUAL_VISIT = timedelta(hours=1)


class Why(StrEnum):
    """A reason for or against sending somebody."""

    SKILLED = "skilled"
    NOT_SKILLED = "not_skilled"
    FREE = "free"
    CLASH = "clash"
    SAME_BUILDING = "same_building"
    FEW_JOBS = "few_jobs"
    OPEN_JOBS = "open_jobs"


@dataclass(frozen=True, order=True)
class Window:
    """A span of time; its end is not part of it."""

    start: datetime
    end: datetime

    def clashes(self, other: "Window") -> bool:
        """Say whether both want the same moment. Windows that only touch do not clash."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Booked:
    """An appointment somebody already has: when, for which ticket, in which building."""

    window: Window | None
    number: str
    building_id: int | None = None


@dataclass(frozen=True)
class Candidate:
    """Somebody who could be sent, with what decides about it."""

    pk: int
    name: str
    skills: frozenset[str]
    booked: tuple[Booked, ...] = ()

    @property
    def load(self) -> int:
        """How many jobs the person has open."""
        return len(self.booked)


@dataclass(frozen=True)
class Wanted:
    """What a ticket needs."""

    category: str
    building_id: int | None
    window: Window | None


@dataclass(frozen=True)
class Suggestion:
    """One person to send, with the reasons in the order in which they decided."""

    candidate: Candidate
    reasons: tuple[Why, ...]
    clash: Booked | None


def clash_of(window: Window | None, booked: Iterable[Booked]) -> Booked | None:
    """The earliest appointment that wants the same moment; None where there is none or no time is agreed."""
    if window is None:
        return None
    found = [b for b in booked if b.window is not None and b.window.clashes(window)]
    return min(found, key=lambda b: (b.window or window).start, default=None)


def suggest(wanted: Wanted, candidates: Sequence[Candidate]) -> list[Suggestion]:
    """Rank who could be sent: the trade first, then free at the wanted time, then in the building, then the least load.

    The order of people otherwise alike is their name's, so that the same question has the same answer.
    """
    least = min((c.load for c in candidates), default=0)
    ranked = sorted(candidates, key=lambda c: _rank(wanted, c))
    return [_suggestion(wanted, c, least) for c in ranked]


def _rank(wanted: Wanted, candidate: Candidate) -> tuple[bool, bool, bool, int, str]:
    return (
        not _skilled(wanted, candidate),
        clash_of(wanted.window, candidate.booked) is not None,
        not _in_building(wanted, candidate),
        candidate.load,
        candidate.name,
    )


def _skilled(wanted: Wanted, candidate: Candidate) -> bool:
    return wanted.category in candidate.skills


def _in_building(wanted: Wanted, candidate: Candidate) -> bool:
    return wanted.building_id is not None and any(b.building_id == wanted.building_id for b in candidate.booked)


def _suggestion(wanted: Wanted, candidate: Candidate, least: int) -> Suggestion:
    clash = clash_of(wanted.window, candidate.booked)
    reasons = [Why.SKILLED if _skilled(wanted, candidate) else Why.NOT_SKILLED]
    if wanted.window is not None:
        reasons.append(Why.FREE if clash is None else Why.CLASH)
    if _in_building(wanted, candidate):
        reasons.append(Why.SAME_BUILDING)
    reasons.append(Why.FEW_JOBS if candidate.load == least else Why.OPEN_JOBS)
    return Suggestion(candidate=candidate, reasons=tuple(reasons), clash=clash)


def first_free(booked: Iterable[Booked], *, after: datetime, length: timedelta = USUAL_VISIT) -> Window | None:
    """The next window of `length` on the half hour, in working hours of the day of `after` or the next one.

    `after` is in the project's zone. None where both days are full.
    """
    taken = [b.window for b in booked if b.window is not None]
    start = _next_slot(after)
    for day in (start, start + timedelta(days=1)):
        opening = day.replace(hour=FIRST_HOUR, minute=0, second=0, microsecond=0)
        closing = day.replace(hour=LAST_HOUR, minute=0, second=0, microsecond=0)
        at = max(start, opening)
        while at + length <= closing:
            window = Window(at, at + length)
            if not any(window.clashes(other) for other in taken):
                return window
            at += SLOT
    return None


def _next_slot(after: datetime) -> datetime:
    down = after.replace(minute=after.minute // 30 * 30, second=0, microsecond=0)
    return down if down == after else down + SLOT


@dataclass(frozen=True)
class Place:
    """Where a job stands on the board: its first half hour (from 1), how many it covers, and whether it goes beyond."""

    column: int
    span: int
    cut: bool = False


def place_on_board(window: Window, day_start: datetime) -> Place | None:
    """The half hours that a window covers on a day between opening and closing; None where it covers none of them.

    `day_start` is local midnight; the window is in the same zone. What begins earlier or ends later is cut at the edge.
    """
    opening, closing = day_start.replace(hour=FIRST_HOUR), day_start.replace(hour=LAST_HOUR)
    if window.end <= opening or window.start >= closing:
        return None
    first = max(int((window.start - opening) // SLOT), 0)
    last = min(-int(-(window.end - opening) // SLOT), SLOTS)
    return Place(column=first + 1, span=max(last - first, 1), cut=window.start < opening or window.end > closing)
