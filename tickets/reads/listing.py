"""The list of tickets: what its saved views and filters mean, one page of it, an honest count."""

from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from cases.actions import SEARCH_KIND
from cases.models import Case, CaseQuerySet
from cases.states import Phase
from core.moments import read_moment
from core.numbers import whole_number
from records.queries import carrying
from sla.models import Clock
from sla.rules import end_of_day
from sla.states import ClockState
from tickets.models import Job
from tickets.states import OPEN_JOBS, Kind, State
from visits.states import KIND as CALLBACK

PAGE = 50
COUNTED = 1000
TO_SEND = (State.PENDING, State.REOPENED)

VIEWS: dict[str, str | Promise] = {
    "open": _("All open"),
    "mine": _("Mine"),
    "unassigned": _("Nobody sent yet"),
    "overdue": _("Overdue"),
    "today": _("Due today"),
    "callback": _("Waiting for callback"),
    "all": _("All"),
}
# Lists of what is over are read from the newest; what is open, by what falls due first.
NEWEST_FIRST = frozenset({"all"})


@dataclass(frozen=True)
class Filters:
    """What is asked of the list; empty means everything."""

    view: str = "open"
    state: str = ""
    category: str = ""
    kind: str = ""
    urgency: str = ""
    handler: int | None = None
    department: int | None = None
    building: int | None = None
    q: str = ""

    @property
    def narrowed(self) -> bool:
        """Say whether anything besides the view is asked."""
        return any(getattr(self, field.name) for field in fields(self) if field.name != "view")

    def as_dict(self) -> dict[str, str]:
        """The filters as they stand in an address, only those that are set."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: str(value) for name, value in found.items() if value and (name, value) != ("view", "open")}


@dataclass(frozen=True)
class Cursor:
    """Where a page ends: the last row's sorting moment (none where it has no due time) and key."""

    moment: datetime | None
    pk: int

    def __str__(self) -> str:
        return f"{self.moment.isoformat() if self.moment else '-'}~{self.pk}"

    @classmethod
    def read(cls, raw: str) -> "Cursor | None":
        """The cursor of an address; None for one that is not ours."""
        moment, _sep, key = raw.partition("~")
        pk = whole_number(key)
        if pk is None:
            return None
        found = read_moment(moment)
        return cls(found, pk) if found is not None or moment == "-" else None


@dataclass(frozen=True)
class Page:
    """One page of the list."""

    cases: list[Case]
    next: Cursor | None
    count: int


def in_view(view: str, *, user: User, project: Project, at: datetime) -> Q:
    """What a saved view holds."""
    # Said even where a state says it too: the index of open cases serves only who asks for open ones.
    is_open = ~Q(phase=Phase.CLOSED)
    held = Exists(Job.objects.filter(ticket__case=OuterRef("pk"), technician=user, state__in=OPEN_JOBS))
    owed = Exists(Case.objects.open().filter(parent=OuterRef("pk"), kind=CALLBACK))
    return {
        "open": is_open,
        "mine": is_open & (Q(handler=user) | Q(held)),
        "unassigned": is_open & Q(state__in=TO_SEND),
        "overdue": is_open & Q(due_at__lt=at),
        "today": is_open & Q(due_at__gte=at, due_at__lt=end_of_day(at, project.tz)),
        "callback": is_open & Q(state=State.COMPLETED) & Q(owed),
        "all": Q(),
    }[view]


def listed(filters: Filters, *, user: User, project: Project, at: datetime) -> CaseQuerySet:
    """Tickets of the project that fit: pages, counts and exports all start here."""
    rows = Case.objects.visible_to(user).filter(project=project, kind__in=Kind.values)
    rows = rows.filter(in_view(filters.view, user=user, project=project, at=at))
    wanted = {
        "state": filters.state,
        "category": filters.category,
        "kind": filters.kind,
        "urgency": filters.urgency,
        "handler": filters.handler,
        "department": filters.department,
        "building": filters.building,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if filters.q:
        found = carrying(query=filters.q, projects=[project.pk], kind=SEARCH_KIND)
        rows = rows.filter(pk__in=found.values("object_id"))
    return rows


def with_clock(rows: CaseQuerySet) -> CaseQuerySet:
    """Add when the earliest running promise began, so that its badge turns amber in time."""
    live = Clock.objects.live().filter(case=OuterRef("pk")).exclude(state=ClockState.PAUSED).order_by("due_at")
    return rows.annotate(clock_started_at=Subquery(live.values("started_at")[:1]))


def in_order(rows: CaseQuerySet, filters: Filters, cursor: Cursor | None) -> CaseQuerySet:
    """The rows after `cursor`, in the view's order."""
    newest = filters.view in NEWEST_FIRST
    if cursor is not None:
        rows = rows.filter(_older(cursor) if newest else _later(cursor))
    return rows.order_by(*(("-opened_at", "-pk") if newest else (F("due_at").asc(nulls_last=True), "pk")))


def one_page(filters: Filters, cursor: Cursor | None, *, user: User, project: Project, at: datetime) -> Page:
    """The rows after `cursor` in the view's order, where the next page begins, and how many there are in all."""
    every = listed(filters, user=user, project=project, at=at)
    newest = filters.view in NEWEST_FIRST
    shown = with_clock(in_order(every, filters, cursor)).for_lists().select_related("ticket__category")
    found = list(shown[: PAGE + 1])
    page = found[:PAGE]
    more = len(found) > PAGE
    # What fits on the first page is counted already.
    count = len(page) if cursor is None and not more else _counted(every, filters)
    last = page[-1] if more else None
    following = Cursor(last.opened_at if newest else last.due_at, last.pk) if last else None
    return Page(cases=page, next=following, count=count)


def _counted(every: CaseQuerySet, filters: Filters) -> int:
    """How many there are, up to the most that is counted.

    What is open is counted in the list's order, along the index of open cases. In no order PostgreSQL would read a
    filter's index instead, and with it everything that was ever closed.
    """
    rows = every.order_by() if filters.view in NEWEST_FIRST else in_order(every, filters, None)
    return rows[: COUNTED + 1].count()


def _later(cursor: Cursor) -> Q:
    if cursor.moment is None:
        return Q(due_at=None, pk__gt=cursor.pk)
    return Q(due_at__gt=cursor.moment) | Q(due_at=cursor.moment, pk__gt=cursor.pk) | Q(due_at=None)


def _older(cursor: Cursor) -> Q:
    if cursor.moment is None:
        return Q(pk__lt=cursor.pk)
    return Q(opened_at__lt=cursor.moment) | Q(opened_at=cursor.moment, pk__lt=cursor.pk)
