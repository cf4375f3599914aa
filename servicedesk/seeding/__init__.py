"""A million past matters for trying speed: a few hundred real ones, taken through the actions, then copied set-wise.

Every copy keeps the shape of its pattern (ticket, jobs, callback, events, clocks, search words) under keys, numbers,
homes and moments of its own. PostgreSQL only: the copying is one `INSERT … SELECT` per table.
"""

from datetime import datetime
from itertools import islice

from django.db import connection, transaction
from django.db.models import Max

from accounts.models import Project, User
from cases.models import Case
from cases.states import Phase
from core.errors import NotNow
from servicedesk.seeding.copies import Patterns, copy
from servicedesk.seeding.patterns import PATTERNS, pattern, texts

OPEN_MOST = 7000  # what is open at any time does not grow with the years


def seed(
    *,
    project: Project,
    desk: User,
    supervisor: User,
    technician: User,
    count: int,
    at: datetime,
    patterns: int = PATTERNS,
) -> int:
    """Bring the project to at least `count` cases. Returns how many there are then.

    Raises `NotNow` on a database that is not PostgreSQL.
    """
    if connection.vendor != "postgresql":
        raise NotNow("Copies are made by PostgreSQL only.")
    have = Case.objects.filter(project=project).count()
    if have >= count:
        return have
    first = Case.objects.aggregate(last=Max("pk"))["last"] or 0
    units = list(project.units.order_by("pk"))
    with transaction.atomic():
        for number, said in enumerate(islice(texts(), patterns)):
            pattern(number, said, units[number * 7 % len(units)], desk, supervisor, technician, at)
    found = Patterns.after(first, project)
    whole, past = _how_often(found, project, count - have - found.all)
    if whole + past > 0:
        copy(found, whole=whole, past=past)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return Case.objects.filter(project=project).count()


def _how_often(patterns: Patterns, project: Project, wanted: int) -> tuple[int, int]:
    """How many whole copies are made, and how many of what is over, to come to so many cases more."""
    still_open = Case.objects.filter(project=project).exclude(phase=Phase.CLOSED).count()
    most = max(OPEN_MOST - still_open, 0) // max(len(patterns.open_cases), 1)
    whole = max(min(-(-wanted // patterns.all), most), 0)
    return whole, max(-(-(wanted - whole * patterns.all) // patterns.past), 0)
