"""Who may say that somebody is away, for how long, and who stands in."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from accounts.actions import NewAbsence, call_off_absence, declare_absence
from accounts.models import Absence, User
from accounts.queries import LONGEST_CHAIN, Away
from core.errors import Invalid, NotAllowed, NotNow
from tests.cast import NOON, Cast, make_user
from tests.threads import at_once

pytestmark = pytest.mark.req("SLA-3")
DAY = timedelta(days=1)


def declare(user: User, by: User | None = None, **more: Any) -> Absence:
    given: dict[str, Any] = {"starts_at": NOON, "ends_at": NOON + DAY} | more
    return declare_absence(new=NewAbsence(user=user, **given), by=by or user, at=NOON)


@pytest.mark.parametrize("role", ["technician", "cashier", "guard", "gm"])
def test_staff_say_of_themselves_that_they_are_away(cast: Cast, role: str) -> None:
    absence = declare(cast.users[role], substitute=cast.frontdesk, reason=" 年假 ")
    assert (absence.substitute, absence.reason, absence.made_by) == (cast.frontdesk, "年假", cast.users[role])


@pytest.mark.parametrize("role", ["supervisor", "gm", "admin"])
def test_who_leads_the_project_says_it_of_its_people(cast: Cast, role: str) -> None:
    assert declare(cast.technician, cast.users[role]).made_by == cast.users[role]
    with pytest.raises(NotAllowed):
        declare(cast.frontdesk2, cast.users[role])


@pytest.mark.parametrize(
    ("who", "by"), [("technician", "frontdesk"), ("technician", "head"), ("resident", "resident"), ("resident", "gm")]
)
def test_nobody_else_says_it_of_anybody(cast: Cast, who: str, by: str) -> None:
    with pytest.raises(NotAllowed):
        declare(cast.users[who], cast.users[by])


def test_a_span_makes_sense_and_meets_no_other(cast: Cast) -> None:
    for more, field in (
        ({"ends_at": NOON}, "ends_at"),
        ({"starts_at": NOON - 2 * DAY, "ends_at": NOON - DAY}, "ends_at"),
        ({"ends_at": NOON + 367 * DAY}, "ends_at"),
        ({"substitute": cast.head}, "substitute"),
        ({"substitute": cast.frontdesk2}, "substitute"),
        ({"substitute": cast.resident}, "substitute"),
    ):
        with pytest.raises(Invalid) as refused:
            declare(cast.head, **more)
        assert set(refused.value.fields) == {field}
    declare(cast.head)
    with pytest.raises(Invalid):
        declare(cast.head, starts_at=NOON + DAY / 2, ends_at=NOON + 2 * DAY)
    assert declare(cast.head, starts_at=NOON + DAY, ends_at=NOON + 2 * DAY)


def test_called_off_the_time_is_free_again(cast: Cast) -> None:
    absence = declare(cast.head)
    with pytest.raises(NotAllowed):
        call_off_absence(absence=absence, by=cast.frontdesk, at=NOON)
    call_off_absence(absence=absence, by=cast.supervisor, at=NOON)
    with pytest.raises(NotNow):
        call_off_absence(absence=absence, by=cast.head, at=NOON)
    assert declare(cast.head)
    assert Absence.objects.count() == 2, "the first one stays on record"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_entered_twice_at_the_same_moment_it_stands_once(real_transactions: None, cast: Cast) -> None:
    found = at_once(4, lambda _: declare(cast.head))
    assert [type(one) for one in found].count(Absence) == 1
    assert Absence.objects.count() == 1


def test_a_chain_is_a_few_steps_long_and_a_circle_ends(cast: Cast, django_assert_num_queries: Any) -> None:
    people = [make_user(f"guard{n}", "guard", cast.project) for n in range(LONGEST_CHAIN + 3)]
    for user, following in pairwise(people):
        declare(user, substitute=following)
    with django_assert_num_queries(1):
        away = Away.at(NOON)
        assert list(away.stand_ins(people[0])) == []
        assert list(away.stand_ins(people[-2])) == [people[-1]]
    assert list(away.stand_ins(people[-LONGEST_CHAIN - 1])) == [people[-1]]
    declare(people[-1], substitute=people[0])
    assert list(Away.at(NOON).stand_ins(people[-1])) == []
