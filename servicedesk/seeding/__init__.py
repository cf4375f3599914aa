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
from core.errors import NotNow
from servicedesk.seeding.copies import copy
from servicedesk.seeding.patterns import PATTERNS, pattern, texts


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
    span = Case.objects.filter(pk__gt=first).count()
    copies = -(-(count - have - span) // span)
    if copies > 0:
        copy(project=project, first=first, copies=copies)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return Case.objects.filter(project=project).count()
