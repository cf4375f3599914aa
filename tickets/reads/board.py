"""The dispatch board: what waits for somebody, people by the hours of a day, and whom to send."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zlib import crc32

from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from cases.models import Case
from tickets.models import Job, Ticket
from tickets.queries import visible_numbers, window_of
from tickets.reads.listing import TO_SEND, with_clock
from tickets.reads.people import Person
from tickets.rules_dispatch import (
    FIRST_HOUR,
    LAST_HOUR,
    Place,
    Suggestion,
    Wanted,
    Why,
    Window,
    first_free,
    place_on_board,
    suggest,
)
from tickets.states import OPEN_JOBS, WORK_KINDS, JobState

MOST_WAITING = 100
LANES = 6
LONGEST = timedelta(days=31)
HOURS = tuple(range(FIRST_HOUR, LAST_HOUR))
WORDS: dict[Why, str | Promise] = {
    Why.SKILLED: _("knows this trade"),
    Why.NOT_SKILLED: _("not trained for it"),
    Why.FREE: _("free at that time"),
    Why.CLASH: _("already booked then"),
    Why.SAME_BUILDING: _("is in that building anyway"),
    Why.FEW_JOBS: _("has the least to do"),
    Why.OPEN_JOBS: _("has other jobs"),
}
AGAINST = frozenset({Why.NOT_SKILLED, Why.CLASH})


@dataclass(frozen=True)
class Block:
    """A job on the board: where it stands and how it looks; `cut` where it begins before the board or ends after it."""

    number: str
    where: str
    what: str
    window: Window
    classes: str
    cut: bool = False


@dataclass(frozen=True)
class Row:
    """A person's day: jobs within the board's hours, jobs that reach beyond them, and jobs without a time."""

    person: Person
    blocks: tuple[Block, ...]
    outside: tuple[Block, ...]
    loose: tuple[Job, ...]

    @property
    def stamp(self) -> int:
        """A number that becomes another as soon as the row would be drawn otherwise; the time asked for left out."""
        jobs = [block for block in (*self.blocks, *self.outside) if block.number]
        loose = [job.ticket.case.number for job in self.loose]
        return crc32(repr((self.person.name, self.person.load, self.person.trades, jobs, loose)).encode())


@dataclass(frozen=True)
class Reason:
    """A reason in words, for or against."""

    words: str | Promise
    against: bool


@dataclass(frozen=True)
class Choice:
    """Somebody suggested for a ticket."""

    person: Person
    reasons: tuple[Reason, ...]
    clash_number: str
    clash_window: Window | None
    next_free: Window | None
    is_first: bool


def waiting(user: User, project: Project) -> list[Case]:
    """Tickets that nobody has been sent to yet, by what falls due first."""
    rows = Case.objects.visible_to(user).open().filter(project=project, kind__in=WORK_KINDS, state__in=TO_SEND)
    shown = with_clock(rows).for_lists().select_related("ticket__category")
    return list(shown.order_by(F("due_at").asc(nulls_last=True), "pk")[:MOST_WAITING])


def day_start(day: date, project: Project) -> datetime:
    """Local midnight at which the day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=project.tz)


def board(people: Sequence[Person], day: date, project: Project, *, asked: Window | None = None) -> list[Row]:
    """Each person's day; `asked` is drawn on every line, so that one sees what it would meet. One statement."""
    start = day_start(day, project)
    jobs = _jobs_of_day(people, start)
    return [_row(person, jobs[person.pk], start, asked) for person in people]


def _jobs_of_day(people: Iterable[Person], start: datetime) -> dict[int, list[Job]]:
    gone = (JobState.RETURNED, JobState.CANCELLED)
    # What is done is looked for among recent appointments only; what is still open, wherever it began.
    recent = Q(window_from__gte=start - LONGEST) | Q(state__in=OPEN_JOBS)
    rows = (
        Job.objects.filter(recent, technician_id__in=[person.pk for person in people])
        .filter(window_from__lt=start + timedelta(days=1), window_to__gt=start)
        .exclude(state__in=gone)
        .select_related("ticket__case__unit", "ticket__category")
        .order_by("window_from", "pk")
    )
    found: dict[int, list[Job]] = defaultdict(list)
    for job in rows:
        found[job.technician_id].append(job)
    return found


def _row(person: Person, jobs: Sequence[Job], start: datetime, asked: Window | None) -> Row:
    lanes: list[datetime] = []
    blocks, outside = [], []
    windows = {job.pk: window for job in jobs if (window := _local(window_of(job), start)) is not None}
    for job in jobs:
        window = windows.get(job.pk)
        if window is None:
            continue
        clashes = any(window.clashes(other) for pk, other in windows.items() if pk != job.pk)
        place = place_on_board(window, start)
        # What is cut at the edge may be too narrow to be read there.
        if place is None or place.cut:
            outside.append(_block(job, window, "", clashes=clashes))
        if place is not None:
            blocks.append(_block(job, window, _standing(place, _lane(lanes, window)), clashes=clashes, cut=place.cut))
    if asked is not None:
        blocks += _asked(asked, start, lanes)
    loose = tuple(job for job in person.jobs if job.window_from is None)
    return Row(person=person, blocks=tuple(blocks), outside=tuple(outside), loose=loose)


def _local(window: Window | None, start: datetime) -> Window | None:
    if window is None:
        return None
    return Window(window.start.astimezone(start.tzinfo), window.end.astimezone(start.tzinfo))


def _lane(lanes: list[datetime], window: Window) -> int:
    """The first lane that is free when the window begins; a new one where none is."""
    for number, ends in enumerate(lanes):
        if ends <= window.start:
            lanes[number] = window.end
            return number + 1
    lanes.append(window.end)
    return min(len(lanes), LANES)


def _standing(place: Place, lane: int) -> str:
    return f"at-{place.column} for-{place.span} lane-{lane}"


def _block(job: Job, window: Window, standing: str, *, clashes: bool, cut: bool = False) -> Block:
    case = job.ticket.case
    tone = "block-done" if job.state == JobState.FINISHED else "block-clash" if clashes else ""
    return Block(
        number=case.number,
        where=case.unit.number if case.unit else case.place,
        what=job.ticket.category.name if job.ticket.category else case.title,
        window=window,
        classes=f"{standing} {tone}".strip(),
        cut=cut,
    )


def _asked(asked: Window, start: datetime, lanes: list[datetime]) -> list[Block]:
    window = _local(asked, start)
    place = place_on_board(window, start) if window else None
    if window is None or place is None:
        return []
    classes = f"{_standing(place, _lane(lanes, window))} block-asked"
    return [Block(number="", where="", what="", window=window, classes=classes)]


def wanted_for(ticket: Ticket, window: Window | None) -> Wanted:
    """What sending somebody to the ticket asks for."""
    category = ticket.category.code if ticket.category else ""
    return Wanted(category=category, building_id=ticket.case.building_id, window=window)


def preferred_window(ticket: Ticket, *, at: datetime) -> Window | None:
    """The time the resident named, unless it has passed."""
    if ticket.preferred_from is None or ticket.preferred_to is None or ticket.preferred_to <= at:
        return None
    return Window(ticket.preferred_from, ticket.preferred_to)


def choices(
    ticket: Ticket, people: Sequence[Person], window: Window | None, *, user: User, at: datetime
) -> list[Choice]:
    """Who could be sent to the ticket and why, the best first. A clash is named only to who may see it."""
    by_pk = {person.pk: person for person in people}
    local = at.astimezone(ticket.case.project.tz)
    ranked = suggest(wanted_for(ticket, window), [person.candidate_for(ticket.case) for person in people])
    named = visible_numbers(user, [found.clash for found in ranked if found.clash])
    return [_choice(found, by_pk[found.candidate.pk], local, named, first=n == 0) for n, found in enumerate(ranked)]


def _choice(found: Suggestion, person: Person, local: datetime, named: set[str], *, first: bool) -> Choice:
    return Choice(
        person=person,
        reasons=tuple(Reason(WORDS[why], why in AGAINST) for why in found.reasons),
        clash_number=found.clash.number if found.clash and found.clash.number in named else "",
        clash_window=found.clash.window if found.clash else None,
        next_free=first_free(found.candidate.booked, after=local),
        is_first=first,
    )


def words_for(found: Suggestion) -> str:
    """Somebody's name with what speaks for and against them, for a line of a menu."""
    return " · ".join([found.candidate.name, *(str(WORDS[why]) for why in found.reasons)])
