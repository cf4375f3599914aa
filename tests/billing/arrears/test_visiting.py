"""A visit to collect: planned for a day and a person, watched, reported with what came of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.actions import arrears as acts
from core.errors import Invalid
from notifications.models import Message
from sla.actions import sweep_clocks
from tests.billing.arrears.ladder import again, clock, delivered, found, overdue, planned, visited
from tests.cast import NOON, Cast
from tests.records.pictures import upload
from tests.tickets.pictures import photo_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-4")]
DAY = timedelta(days=1)
SignIn = Callable[[User], Client]


def test_a_visit_names_day_and_person_and_stands_among_what_they_have_to_do(cast: Cast, signed_in: SignIn) -> None:
    now = timezone.now()
    overdue(cast, at=now)
    arrears = found(cast, now)
    today = now.astimezone(cast.project.tz).date()
    for wrong in ({"on": today - DAY}, {"on": today + 31 * DAY}, {"half": "night"}, {"visitor": cast.guard}):
        plan: dict[str, Any] = {"on": today, "half": "morning", "visitor": cast.cashier} | wrong
        with pytest.raises(Invalid):
            acts.decide_visit(arrears=arrears, **plan, by=cast.supervisor, at=now)
    arrears = planned(cast, arrears, now)
    assert (arrears.visitor, arrears.visit_half, arrears.case.handler) == (cast.cashier, "evening", cast.cashier)
    mine = signed_in(cast.cashier).get("/arrears/?column=mine").content.decode()
    assert arrears.case.number in mine
    assert arrears.case.number not in signed_in(cast.supervisor).get("/arrears/?column=mine").content.decode()
    due = clock(arrears.case, "arrears.visit_day").due_at
    assert due.astimezone(cast.project.tz).date() == today + 2 * DAY, "the midnight that ends its day"
    # Decided again it is another day.
    arrears = planned(cast, arrears, now, days=3)
    due = clock(arrears.case, "arrears.visit_day").due_at
    sweep_clocks(at=due + timedelta(minutes=1))
    warned = Message.objects.filter(data__key="arrears.visit_day", case=arrears.case)
    assert set(warned.values_list("user__username", flat=True)) >= {"cashier", "supervisor"}


@pytest.mark.parametrize("outcome", ["met", "nobody", "refused"])
def test_a_visit_is_reported_with_its_outcome(cast: Cast, outcome: str) -> None:
    overdue(cast)
    arrears = planned(cast, delivered(cast, found(cast), NOON), NOON + 100 * DAY)
    assert clock(arrears.case, "arrears.legal").ended_at is not None
    arrears = visited(cast, arrears, NOON + 101 * DAY, outcome)
    made = arrears.visits.get()
    assert (made.outcome, made.report, made.next_step) == (outcome, "仍不缴", "发函")
    assert (arrears.visit_on, arrears.visitor, arrears.case.handler) == (None, None, None)
    for key in ("arrears.visit", "arrears.visit_day"):
        assert clock(arrears.case, key).met_at == NOON + 101 * DAY
    assert clock(arrears.case, "arrears.legal").ended_at is None, "somebody decides anew what follows"


@pytest.mark.parametrize(
    ("given", "field"),
    [({"outcome": ""}, "outcome"), ({"met": ""}, "met"), ({"said": " "}, "report"), ({"next_step": ""}, "next_step")],
)
def test_a_report_says_all_of_it(cast: Cast, given: dict[str, str], field: str) -> None:
    overdue(cast)
    arrears = planned(cast, found(cast), NOON)
    said: dict[str, Any] = {"outcome": "met", "met": "业主", "said": "仍不缴", "next_step": "发函"} | given
    with pytest.raises(Invalid) as refused:
        acts.visit(arrears=arrears, report=acts.Report(**said), by=cast.cashier, at=NOON + DAY)
    assert field in refused.value.fields
    photo = acts.Report(outcome="met", met="业主", said="仍不缴", next_step="发函", photo=upload(photo_bytes()))
    assert acts.visit(arrears=again(arrears), report=photo, by=cast.cashier, at=NOON + DAY).photo is not None
