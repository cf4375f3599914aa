"""Everything one ticket's page shows, in a constant number of statements."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.models import User
from billing.models import Bill
from billing.queries.free import Kept, taken_for
from billing.queries.owed import bills_of
from cases.models import Case, Event
from cases.permissions import reads_all
from cases.queries import Line, Photo, events_of, lines_of, photos
from cases.registry import kind_of
from cases.states import Phase, PhotoLabel
from core.transitions import allowed
from sla.queries import Rung, ladder_of
from tickets.models import Job, Ticket, WorkLine
from tickets.reads.just_done import undoable
from tickets.reads.kin import Kin, meet
from tickets.rules import total
from tickets.sentences import charge_grounds
from tickets.states import ANSWERED_KINDS, OPEN_JOBS, Charge, State
from visits.models import Callback

PICTURES = (PhotoLabel.INTAKE, PhotoLabel.BEFORE, PhotoLabel.AFTER, PhotoLabel.SIGNATURE)


@dataclass(frozen=True)
class Lines:
    """Parts and hours with their sum in yuan."""

    rows: tuple[WorkLine, ...]

    @property
    def total(self) -> Decimal:
        """The sum."""
        return total(row.amount for row in self.rows)


@dataclass(frozen=True)
class TicketPage:
    """One ticket as its page shows it."""

    ticket: Ticket
    state_word: str
    jobs: tuple[Job, ...]
    quoted: Lines
    done: Lines
    charge_words: str
    events: tuple[Line, ...]
    running: tuple[Rung, ...]
    past: tuple[Rung, ...]
    pictures: tuple[Photo, ...]
    papers: tuple[Photo, ...]
    callbacks: tuple[Callback, ...]
    duplicates: tuple[Ticket, ...]
    bills: tuple[Bill, ...]
    kept: tuple[Kept, ...]
    # What somebody did last, where whoever reads the page can take it back and somebody else did it.
    to_correct: Event | None
    came_from: Case | None

    @property
    def case(self) -> Case:
        """The ticket's case."""
        return self.ticket.case

    @property
    def is_answered(self) -> bool:
        """Say whether it is a question or suggestion: somebody answers it, nobody goes out."""
        return self.case.kind in ANSWERED_KINDS

    @property
    def open_job(self) -> Job | None:
        """The job that somebody still has to do."""
        return next((job for job in self.jobs if job.state in OPEN_JOBS), None)

    @property
    def last_job(self) -> Job | None:
        """The newest job, open or not."""
        return self.jobs[0] if self.jobs else None

    @property
    def open_callback(self) -> Callback | None:
        """The callback that is still owed."""
        return next((callback for callback in self.callbacks if callback.case.phase != Phase.CLOSED), None)

    @property
    def state_allows_photos(self) -> bool:
        """Say whether photos may still be added."""
        return allowed(kind_of(self.case.kind).transitions, "add_photo", self.case.state)

    @property
    def unbilled(self) -> bool:
        """Say whether paid work is done that nobody was billed for: no room is named."""
        return self.ticket.charge == Charge.PAID and self.ticket.completed_at is not None and self.case.unit_id is None

    @property
    def next_clock(self) -> Rung | None:
        """What falls due first."""
        return self.running[0] if self.running else None

    @property
    def intake(self) -> tuple[Photo, ...]:
        """Pictures that came with the report."""
        return tuple(photo for photo in self.pictures if photo.label == PhotoLabel.INTAKE)

    @property
    def work_pictures(self) -> tuple[Photo, ...]:
        """Pictures of the work, and the signature."""
        return tuple(photo for photo in self.pictures if photo.label != PhotoLabel.INTAKE)


def _to_correct(events: list[Event], kin: Kin, reader: User, at: datetime) -> Event | None:
    """A colleague's deed that the reader may take back: one's own stand in the list of what one just did."""
    last = next((event for event in events if event.case_id == kin.case.pk and event.by_id is not None), None)
    if last is None or last.by_id == reader.pk:
        return None
    job = next((job for job in kin.jobs if job.state in OPEN_JOBS), None)
    return last if undoable(last, kin.case, reader, job, at=at) else None


def _bills(kin: Kin) -> tuple[Bill, ...]:
    """What paid work was billed: asked only where some of it is done, for nothing is billed before."""
    done = any(job.finished_at for job in kin.jobs)
    return tuple(bills_of(kin.case)) if done and kin.ticket.charge == Charge.PAID else ()


def _kept(kin: Kin) -> tuple[Kept, ...]:
    """What was paid for work that is free after all: asked only where somebody decided so, or it was called off."""
    free = kin.ticket.charge == Charge.FREE and kin.ticket.charge_overridden_at is not None
    done = any(job.finished_at for job in kin.jobs)
    return tuple(taken_for(kin.case)) if done and (free or kin.case.state == State.CANCELLED) else ()


def page_of(kin: Kin, reader: User, *, at: datetime) -> TicketPage:
    """Read the rest of a ticket's page: events, promises, pictures, parts and hours."""
    ticket, case = kin.ticket, kin.case
    lines = list(ticket.lines.filter(replaced_at=None))
    rungs = ladder_of(kin.family, case)
    events = events_of(kin.family, reader)
    meet(kin, events)
    kept = photos(case, reader)
    return TicketPage(
        ticket=ticket,
        state_word=str(kind_of(case.kind).states[case.state]),
        jobs=kin.jobs,
        quoted=Lines(tuple(line for line in lines if line.is_quote)),
        done=Lines(tuple(line for line in lines if not line.is_quote)),
        charge_words=charge_grounds(ticket),
        events=tuple(lines_of(events, case, staff=reads_all(reader, case))),
        running=tuple(rung for rung in rungs if rung.ended_at is None),
        past=tuple(rung for rung in rungs if rung.ended_at is not None),
        pictures=tuple(photo for photo in kept if photo.is_image and photo.label in PICTURES),
        papers=tuple(photo for photo in kept if photo.label == PhotoLabel.PAPER),
        callbacks=kin.callbacks,
        duplicates=kin.duplicates,
        bills=_bills(kin),
        kept=_kept(kin),
        to_correct=_to_correct(events, kin, reader, at),
        came_from=kin.came_from,
    )
