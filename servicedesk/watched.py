"""The lists that change under an open page: who may look, and which rows stand there now, in the page's order.

A new one is a line of `LISTS`, and on its page `data-live="<name>"` around the rows and `data-live-row` on each. A row
is its name on the page and a number that becomes another with whatever happens to it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import Project, User
from complaints.filters import PAGE as COMPLAINTS_ON_A_PAGE
from complaints.filters import Filters as ComplaintFilters
from complaints.filters import listed as complaints
from core.numbers import whole_number
from notifications.queries import PAGE as LETTERS_ON_A_PAGE
from notifications.queries import inbox_rows
from notifications.views.inbox import level_asked
from reception.permissions import can_receive
from reception.queries import desk, log, owed
from reception.views.log import may_read
from tickets.forms import read_filters
from tickets.reads.board import waiting
from tickets.reads.jobs import my_jobs
from tickets.reads.listing import Cursor, in_order, listed
from tickets.views.board import asked_of, rows_of
from tickets.views.listing import may_dispatch
from visits.permissions import can_list
from visits.queries.callbacks import to_make

# Rows that are looked at: a page shows at most a hundred; what comes beyond is counted on the page that shows it.
MOST = 200
Row = tuple[str, int]


@dataclass(frozen=True)
class Watched:
    """A list: who may look, and its first rows for the address's query."""

    may: Callable[[User, Project], bool]
    rows: Callable[[User, Project, QueryDict, datetime], Iterable[Row]]


def _staff(user: User, project: Project) -> bool:
    return user.is_office


def _at_the_desk(user: User, project: Project) -> bool:
    return can_receive(user, project.pk)


def _sends_people(user: User, project: Project) -> bool:
    return user.is_office and may_dispatch(user, project)


def _tickets(user: User, project: Project, asked: QueryDict, at: datetime) -> Iterable[Row]:
    filters, after = read_filters(asked), asked.get("after", "")
    every = listed(filters, user=user, project=project, at=at)
    return in_order(every, filters, Cursor.read(after) if after else None).values_list("number", "version")


def _line(user: User, project: Project, asked: QueryDict, at: datetime) -> Iterable[Row]:
    line = desk.line(user, project, at=at)
    # Whoever is flagged looks otherwise, although nothing need have happened since.
    return [(row.case.number, 2 * row.case.version + row.flagged) for row in (*line.waiting, *line.serving)]


def _owed(name: str) -> Callable[[User, Project, QueryDict, datetime], Iterable[Row]]:
    def rows(user: User, project: Project, asked: QueryDict, at: datetime) -> Iterable[Row]:
        shown = owed.LISTINGS[name](user, project, at=at).rows()
        return [(row.case.number, row.case.version) for row in shown]

    return rows


def _callbacks(user: User, project: Project, asked: QueryDict, at: datetime) -> Iterable[Row]:
    rows = to_make(project=project, user=user, at=at, later=asked.get("show") == "later")
    return rows.order_by("case__due_at", "pk").values_list("case__number", "case__version")


def _dispatch(user: User, project: Project, asked: QueryDict, at: datetime) -> Iterable[Row]:
    return [(case.number, case.version) for case in waiting(user, project)]


def _board(user: User, project: Project, asked: QueryDict, at: datetime) -> Iterable[Row]:
    return [(str(row.person.pk), row.stamp) for row in rows_of(asked_of(asked, user, project, at), project)]


def _contacts(user: User, project: Project, asked: QueryDict, at: datetime) -> Iterable[Row]:
    every = log.logged(log.asked_for(asked), user=user, project=project, at=at)
    rows = log.on_page(every, whole_number(asked.get("before", "")))
    return rows.values_list("case__number", "case__version")


def _complaints(user: User, project: Project, asked: QueryDict, at: datetime) -> Iterable[Row]:
    filters = ComplaintFilters.asked(asked)
    rows = complaints(project=project, user=user, filters=filters, at=at).values_list("number", "version")
    if asked.get("page", "1") == "1":
        return rows
    # A page further on shows what comes after those before it; one that is not there is the last.
    page = Paginator(rows, COMPLAINTS_ON_A_PAGE).get_page(asked.get("page", "1"))
    return rows[(page.number - 1) * COMPLAINTS_ON_A_PAGE :]


def _jobs(user: User, project: Project, asked: QueryDict, at: datetime) -> Iterable[Row]:
    mine = my_jobs(user, project, at=at)
    return [(card.number, card.version) for card in (*mine.today, *mine.tests, *mine.later)]


def _inbox(user: User, project: Project, asked: QueryDict, at: datetime) -> Iterable[Row]:
    before = whole_number(asked.get("before", ""))
    rows = inbox_rows(user, unread_only=asked.get("show") == "unread", level=level_asked(asked), before=before)
    return [(str(pk), int(read is not None)) for pk, read in rows.values_list("pk", "read_at")[:LETTERS_ON_A_PAGE]]


LISTS: dict[str, Watched] = {
    "tickets": Watched(_staff, _tickets),
    "line": Watched(_at_the_desk, _line),
    "mine": Watched(_at_the_desk, _owed("mine")),
    "soon": Watched(_at_the_desk, _owed("soon")),
    "today": Watched(_at_the_desk, _owed("today")),
    "callbacks": Watched(lambda user, project: can_list(user, project.pk), _callbacks),
    "contacts": Watched(may_read, _contacts),
    "dispatch": Watched(_sends_people, _dispatch),
    "board": Watched(_sends_people, _board),
    "complaints": Watched(_staff, _complaints),
    "jobs": Watched(_staff, _jobs),
    "inbox": Watched(lambda user, project: True, _inbox),
}


def rows_now(name: str, *, user: User, project: Project, asked: QueryDict, at: datetime) -> list[Row] | None:
    """The first rows of a list; None for one that is not there or not theirs. One statement for most lists."""
    watched = LISTS.get(name)
    if watched is None or not watched.may(user, project):
        return None
    rows = watched.rows(user, project, asked, at)
    # A query is cut in the database.
    return list(rows[:MOST]) if isinstance(rows, QuerySet) else list(rows)[:MOST]
