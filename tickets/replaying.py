"""A whole file of past requests, in the order in which it happened, with a report of what came of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from accounts.models import Project
from cases.models import Case
from cases.states import Phase
from core.errors import DomainError
from estate.models import Building
from sla.models import Clock
from sla.states import ClockState
from tickets.actions.takeover import Takeover, building_at, finish, take_over
from tickets.queries import likely_duplicates
from tickets.takeover import PastRequest, RefusedRow

BATCH = 200
REPEAT_WITHIN = timedelta(days=7)
PROMISE = "ticket.complete"


@dataclass
class Report:
    """What came of the file."""

    rows: int = 0
    taken: int = 0
    known: int = 0
    without_place: int = 0
    buildings: int = 0
    repeats: int = 0
    likely_duplicates: int = 0
    verdicts: int = 0
    verdicts_equal: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    unlike: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The numbers alone, for the audit trail and the last line."""
        return {
            "rows": self.rows,
            "taken": self.taken,
            "known": self.known,
            "refused": len(self.refused),
            "without_place": self.without_place,
            "buildings": self.buildings,
            "repeats_within_7_days": self.repeats,
            "shown_as_likely_duplicates": self.likely_duplicates,
            "verdicts": self.verdicts,
            "verdicts_equal": self.verdicts_equal,
        }


Row = PastRequest | RefusedRow


@dataclass(frozen=True)
class Moment:
    """Something that happened: a request came in, or was closed."""

    at: datetime
    row: PastRequest
    closes: bool


def moments(rows: Iterable[Row]) -> list[Moment]:
    """What the file tells, in the order in which it happened, so that a repeat finds what was still open then."""
    found = []
    for row in rows:
        if isinstance(row, PastRequest):
            found.append(Moment(row.opened_at, row, closes=False))
            if row.closed_at is not None:
                found.append(Moment(row.closed_at, row, closes=True))
    # By the moment itself: two wall times of one zone compare without their offsets.
    return sorted(found, key=lambda m: (m.at.timestamp(), m.closes))


def batches(told: Iterable[Moment], size: int = BATCH) -> Iterator[list[Moment]]:
    """The moments, `size` at a time."""
    told = iter(told)
    while batch := list(islice(told, size)):
        yield batch


def replay(rows: Iterable[Row], *, into: Takeover, tell: Callable[[Report], None], size: int = BATCH) -> Report:
    """Take every row over that is not there yet; one bad row neither stops nor undoes the others.

    Run again after an interruption, it goes on where it was: what is open and should be closed is closed.
    """
    rows = list(rows)
    report = Report(rows=len(rows), refused=[row for row in rows if isinstance(row, RefusedRow)])
    phases = dict(Case.objects.filter(project=into.project).exclude(reference="").values_list("reference", "phase"))
    book = Book(phases, {building.name: building for building in Building.objects.filter(project=into.project)})
    had = len(book.buildings)
    for batch in batches(moments(rows), size):
        with transaction.atomic():
            for moment in batch:
                (_close if moment.closes else _open)(moment.row, into=into, book=book, report=report)
        tell(report)
    report.buildings = len(book.buildings) - had
    return report


@dataclass
class Book:
    """What the project has already: the phase of each request by its number, the buildings by address."""

    phases: dict[str, str]
    buildings: dict[str, Building]


def _open(row: PastRequest, *, into: Takeover, book: Book, report: Report) -> None:
    if row.reference in book.phases:
        report.known += 1
        return
    building = building_at(project=into.project, address=row.place, known=book.buildings)
    report.likely_duplicates += building is not None and bool(
        likely_duplicates(
            user=into.account,
            project=into.project,
            text=row.title,
            at=row.opened_at,
            building=building,
            category=into.category,
            limit=1,
        )
    )
    try:
        take_over(past=row, into=into, building=building)
    except DomainError as error:
        _refuse(row, error, report)
        return
    book.phases[row.reference] = Phase.OPEN
    report.taken += 1
    report.without_place += building is None


def _close(row: PastRequest, *, into: Takeover, book: Book, report: Report) -> None:
    if row.closed_at is None or book.phases.get(row.reference, Phase.CLOSED) == Phase.CLOSED:
        return
    try:
        finish(past=row, into=into, at=row.closed_at)
    except DomainError as error:
        _refuse(row, error, report)
        return
    book.phases[row.reference] = Phase.CLOSED


def _refuse(row: PastRequest, error: DomainError, report: Report) -> None:
    why = "; ".join([str(error), *(f"{name}: {text}" for name, text in error.fields.items())])
    report.refused.append(RefusedRow(row.line, row.reference, why))


def compare(rows: Iterable[PastRequest], *, project: Project, report: Report) -> None:
    """Hold our verdict on every closed row with a promised time against the file's own."""
    clocks = Clock.objects.filter(case__project=project, key=PROMISE).values_list("case__reference", "state")
    ours = dict(clocks)
    for row in rows:
        if row.closed_at is None or row.promised_at is None:
            continue
        report.verdicts += 1
        met = ours.get(row.reference) == ClockState.MET
        if met == (row.verdict == "ONTIME") and row.reference in ours:
            report.verdicts_equal += 1
        else:
            report.unlike.append(row.reference)


def count_repeats(rows: Iterable[PastRequest], report: Report) -> None:
    """Count the requests that repeat an address within a week."""
    last: dict[str, PastRequest] = {}
    for row in sorted(rows, key=lambda r: r.opened_at.timestamp()):
        if row.place:
            earlier = last.get(row.place)
            report.repeats += earlier is not None and row.opened_at - earlier.opened_at <= REPEAT_WITHIN
            last[row.place] = row
