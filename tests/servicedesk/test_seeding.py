"""Many matters to try speed on: copies that are as whole as their patterns, and nothing due among them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count

from cases.models import Case, Event
from cases.states import Phase
from core.errors import NotNow
from records.queries import find
from servicedesk.seeding import seed
from servicedesk.seeding.bare import around
from sla.actions import sweep_clocks
from sla.models import Clock
from tests.cast import NOON, Cast
from tickets.models import Ticket

COUNT = 300


def fill(cast: Cast) -> int:
    return seed(
        project=cast.project,
        desk=cast.frontdesk,
        supervisor=cast.supervisor,
        technician=cast.technician,
        count=COUNT,
        at=NOON,
        patterns=30,
    )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="copies are made by PostgreSQL")
def test_copies_are_whole_and_the_sweep_finds_nothing_due_among_the_closed(cast: Cast) -> None:
    with connection.cursor() as cursor:
        before = around(cursor)
    assert fill(cast) >= COUNT
    with connection.cursor() as cursor:
        assert around(cursor) == before, "indexes, keys, references and triggers are back"
    assert fill(cast) == Case.objects.count(), "a second run adds nothing"
    tickets = Ticket.objects.count()
    assert Event.objects.filter(kind="ticket.opened").count() == tickets > 100
    assert not Case.objects.annotate(n=Count("events")).filter(n=0).exists()
    assert Case.objects.values("number").distinct().count() == Case.objects.count()
    assert not Clock.objects.filter(case__phase=Phase.CLOSED, next_at__isnull=False).exists()
    far = find(query="漏水", projects=[cast.project.pk], kind="case", limit=1000)
    assert len(far) > 5
    swept = sweep_clocks(at=NOON + timedelta(days=90))
    assert swept["parked"] == 0
    assert swept["clocks"] == swept["breaches"] > 0


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL copies")
def test_elsewhere_it_says_so(cast: Cast) -> None:
    with pytest.raises(NotNow):
        fill(cast)
