"""What is owed, as the desk lists it: mine, colleagues' that fall due, callbacks of today, answers to pass on.

The desk shows the first few of each and says how many there are; the whole list is the same question without an end.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import Project, User
from cases.lookups import Few
from cases.models import Case, CaseQuerySet
from cases.queries import Due, due_of
from cases.registry import kind_of
from cases.states import Phase
from core.numbers import at_most
from sla.models import Clock
from sla.rules import end_of_day
from sla.states import ClockState
from tickets.states import ANSWERED_KINDS
from tickets.states import State as TicketState
from visits.states import KIND as CALLBACK

SOON = timedelta(hours=4)
MOST_ROWS = 12
PAGE = 50
COUNTED = 1000
# Clocks that show in the waiting line itself.
IN_LINE = ("contact.wait", "contact.hold")


@dataclass(frozen=True)
class Owed:
    """A case and the promise that falls due first."""

    case: Case
    reason: str
    due: Due | None
    answer: str = ""

    @property
    def where(self) -> str:
        """The unit, else the place, else who it is."""
        return self.case.unit.number if self.case.unit else self.case.place or self.case.contact_name


@dataclass(frozen=True)
class Glance:
    """The first rows of a list, and how many it has in all (counting stops past 1,000)."""

    rows: list[Owed]
    count: int

    @property
    def more(self) -> bool:
        """Say whether there are more than are shown."""
        return self.count > len(self.rows)

    @property
    def count_words(self) -> str:
        """How many in all, in words that do not pretend."""
        return at_most(self.count, COUNTED)


@dataclass(frozen=True)
class Listing:
    """One of the desk's lists: its cases in their order, and the promises that may be named beside each."""

    cases: QuerySet[Case]
    read: Callable[[QuerySet[Case]], list[Owed]] = field(repr=False)

    def rows(self, most: int = MOST_ROWS, skip: int = 0) -> list[Owed]:
        """Some of its rows. One statement."""
        return self.read(self.cases[skip : skip + most])

    def glance(self) -> Glance:
        """The first few and how many in all; a list that ends sooner is counted already."""
        rows = self.rows()
        return Glance(rows=rows, count=len(rows) if len(rows) < MOST_ROWS else self.count())

    def count(self) -> int:
        """How many, up to one more than is counted."""
        return self.cases[: COUNTED + 1].count()


def _promised(cases: CaseQuerySet, clocks: QuerySet[Clock]) -> Listing:
    """Cases that have one of the clocks, each with that which falls due first.

    The cases are picked by the due time that each carries, along an index.
    """
    owing = cases.filter(Exists(clocks.filter(case=OuterRef("pk")))).order_by("due_at", "pk")

    def read(picked: QuerySet[Case]) -> list[Owed]:
        found = clocks.filter(Few(F("case_id"), picked.values("pk")))
        shown = found.select_related(
            "version__policy", "case__unit", "case__project", "case__handler", "case__parent"
        ).order_by("due_at", "pk")
        return _first_of_each(shown)

    return Listing(owing, read)


def _first_of_each(clocks: Iterable[Clock]) -> list[Owed]:
    found: dict[int, Owed] = {}
    for clock in clocks:
        if clock.case_id not in found:
            due = Due(state=clock.state, started_at=clock.started_at, due_at=clock.due_at)
            found[clock.case_id] = Owed(case=clock.case, reason=clock.version.policy.name, due=due)
    return list(found.values())


def _open(user: User, project: Project) -> CaseQuerySet:
    """Matters that are not over; callbacks have a list of their own."""
    seen = Case.objects.visible_to(user).filter(project=project, due_at__isnull=False)
    return seen.exclude(phase=Phase.CLOSED).exclude(kind=CALLBACK)


def _running() -> QuerySet[Clock]:
    """Promises that run; whoever waits in line shows there."""
    return Clock.objects.live().exclude(state=ClockState.PAUSED).exclude(key__in=IN_LINE)


def mine(user: User, project: Project, *, at: datetime) -> Listing:
    """What I handle or took and is not over, next due first, with the promise that is due."""
    return _promised(_open(user, project).filter(Q(handler=user) | Q(taken_by=user)), _running())


def soon(user: User, project: Project, *, at: datetime) -> Listing:
    """Other people's matters that are overdue or fall due within four hours."""
    nobodys = Q(handler=None, taken_by=None)
    others = ~(Q(handler=user) | Q(taken_by=user)) | nobodys
    return _promised(_open(user, project).filter(others, due_at__lt=at + SOON), _running())


def callbacks_today(user: User, project: Project, *, at: datetime) -> Listing:
    """Callbacks that must be made before midnight, overdue ones first."""
    calls = Case.objects.visible_to(user).filter(project=project, kind=CALLBACK).exclude(phase=Phase.CLOSED)
    return _promised(calls, Clock.objects.live().filter(due_at__lt=end_of_day(at, project.tz)))


def answers(user: User, project: Project, *, at: datetime) -> Listing:
    """Questions that are answered, and whose asker is still to be told; the oldest answer first."""
    rows = Case.objects.visible_to(user).filter(project=project, kind__in=ANSWERED_KINDS, state=TicketState.COMPLETED)

    def read(picked: QuerySet[Case]) -> list[Owed]:
        shown = picked.select_related("handler", "department", "ticket", "unit", "project")
        return [_answered(case) for case in shown]

    return Listing(rows.order_by("ticket__completed_at", "pk"), read)


def _answered(case: Case) -> Owed:
    ticket: Any = getattr(case, "ticket", None)
    return Owed(
        case=case,
        reason=str(kind_of(case.kind).label),
        due=due_of(case) if case.phase == Phase.OPEN else None,
        answer=ticket.report if ticket is not None else "",
    )


LISTINGS: dict[str, Callable[..., Listing]] = {
    "mine": mine,
    "soon": soon,
    "today": callbacks_today,
    "answers": answers,
}
