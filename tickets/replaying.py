"""A whole file of past requests: in batches, each row on its own, with a report of what was and was not taken over."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from django.db import transaction

from accounts.models import Project
from cases.models import Case
from core.errors import DomainError
from estate.models import Building
from sla.models import Clock
from sla.states import ClockState
from tickets.actions.takeover import Takeover, building_at, take_over
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


def batches(rows: Iterable[Row], size: int = BATCH) -> Iterator[list[Row]]:
    """The rows, `size` at a time."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch


def replay(rows: Iterable[Row], *, into: Takeover, tell: Callable[[Report], None]) -> Report:
    """Take every row over that is not there yet; one bad row neither stops nor undoes the others."""
    report = Report()
    done = set(Case.objects.filter(project=into.project).exclude(reference="").values_list("reference", flat=True))
    known = {building.name: building for building in Building.objects.filter(project=into.project)}
    had = len(known)
    for batch in batches(rows):
        with transaction.atomic():
            for row in batch:
                _take(row, into=into, done=done, known=known, report=report)
        tell(report)
    report.buildings = len(known) - had
    return report


def _take(row: Row, *, into: Takeover, done: set[str], known: dict[str, Building], report: Report) -> None:
    report.rows += 1
    if isinstance(row, RefusedRow):
        report.refused.append(row)
        return
    if row.reference in done:
        report.known += 1
        return
    building = building_at(project=into.project, address=row.place, known=known)
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
        why = "; ".join([str(error), *(f"{name}: {text}" for name, text in error.fields.items())])
        report.refused.append(RefusedRow(row.line, row.reference, why))
        return
    done.add(row.reference)
    report.taken += 1
    report.without_place += building is None


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
