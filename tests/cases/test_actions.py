"""Cases of any kind: numbers, locks, access, photos, revealed contacts."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.states import Role
from cases.actions import NewCase, grant, lock, open_case, reveal_contact, revoke
from cases.family import lock_lines, tell_parent
from cases.models import Awaited, Case
from core.errors import Invalid, Stale
from records.models import AuditEntry
from records.queries import find
from tests.cast import NOON, Cast
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def open_repair(cast: Cast, *, at: datetime = NOON, **over: object) -> Case:
    unit = cast.units["3-2-1501"]
    fields = {
        "kind": "repair",
        "state": "pending",
        "project": cast.project,
        "title": "厨房水管漏水",
        "unit": unit,
        "household": cast.households["3-2-1501"],
        "contact_name": "张小明",
        "contact_phone": "13812341234",
    } | over
    return open_case(new=NewCase(**fields), at=at, by=cast.frontdesk)  # type: ignore[arg-type]


def test_numbers_count_up_within_the_projects_own_day(cast: Cast) -> None:
    before_midnight = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
    after_midnight = datetime(2026, 11, 23, 16, 0, 0, tzinfo=UTC)
    numbers = [open_repair(cast, at=at).number for at in (before_midnight, before_midnight, after_midnight)]
    assert numbers == ["BX-20261123-0001", "BX-20261123-0002", "BX-20261124-0001"]


def test_a_failed_opening_leaves_no_gap(cast: Cast) -> None:
    def open_and_fail() -> None:
        with transaction.atomic():
            open_repair(cast)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        open_and_fail()
    assert open_repair(cast).number == "BX-20261123-0001"


def test_a_unit_of_another_project_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        open_repair(cast, project=cast.other_project)


def test_a_case_knows_the_building_of_its_unit(cast: Cast) -> None:
    assert open_repair(cast).building == cast.units["3-2-1501"].building


@pytest.mark.parametrize(
    "query",
    ["BX-20261123-0001", "bx20261123", "20261123", "0001", "漏水", "张小明", "zxm", "1234", "3-2-1501", "水管 1501"],
)
def test_a_case_is_found_by_what_somebody_remembers(cast: Cast, query: str) -> None:
    case = open_repair(cast)
    assert find(query=query, projects=[cast.project.pk], kind="case") == [case.pk]


@pytest.mark.parametrize("query", ["电梯", "9999", "13812", "漏水 9999", ""])
def test_a_case_is_not_found_by_what_it_does_not_say(cast: Cast, query: str) -> None:
    open_repair(cast)
    assert find(query=query, projects=[cast.project.pk], kind="case") == []


def test_a_stale_version_says_both(cast: Cast) -> None:
    case = open_repair(cast)
    Case.objects.filter(pk=case.pk).update(version=4)
    with pytest.raises(Stale) as caught:
        lock(case, expected=1)
    assert caught.value.values["yours"] == 1
    assert caught.value.values["now"] == 4


def seen_by(user: User) -> bool:
    """Whether the only case is seen; what is hidden is all the rest."""
    reader = User.objects.get(pk=user.pk)
    seen = Case.objects.visible_to(reader).exists()
    assert Case.objects.hidden_from(reader).exists() is not seen
    return seen


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.FRONTDESK, True),
        (Role.SUPERVISOR, True),
        (Role.GM, True),
        (Role.QUALITY, True),
        (Role.ADMIN, True),
        (Role.HEAD, False),
        (Role.TECHNICIAN, False),
        (Role.CASHIER, False),
        (Role.GUARD, False),
    ],
)
def test_only_who_needs_it_sees_a_case_nobody_was_given(cast: Cast, role: str, sees: bool) -> None:
    open_repair(cast)
    assert seen_by(cast.users[role]) is sees


def test_access_given_is_seen_and_access_ended_is_not(cast: Cast) -> None:
    case = open_repair(cast)
    grant(case=case, at=NOON, user=cast.technician)
    assert seen_by(cast.technician)
    revoke(case=case, at=NOON, user=cast.technician)
    assert not seen_by(cast.technician)


def test_a_head_sees_what_belongs_to_the_department(cast: Cast) -> None:
    open_repair(cast, department=cast.departments["maintenance"])
    assert seen_by(cast.head)


def test_the_desk_of_another_project_sees_nothing(cast: Cast) -> None:
    open_repair(cast)
    assert not seen_by(cast.frontdesk2)


def test_a_resident_sees_the_own_home_and_not_the_neighbours(cast: Cast) -> None:
    open_repair(cast)
    assert seen_by(cast.resident)
    assert not seen_by(cast.resident2)


def test_a_household_that_moved_out_sees_its_former_cases_no_more(cast: Cast) -> None:
    open_repair(cast)
    household = cast.households["3-2-1501"]
    household.ended_on = NOON.date()
    household.save()
    assert not seen_by(cast.resident)


@pytest.mark.req("SEC-1")
def test_revealing_a_number_asks_why_and_is_written_down(cast: Cast) -> None:
    case = open_repair(cast)
    with pytest.raises(Invalid):
        reveal_contact(case=case, by=cast.frontdesk, at=NOON, reason="  ")
    assert reveal_contact(case=case, by=cast.frontdesk, at=NOON, reason="约上门时间") == "13812341234"
    entry = AuditEntry.objects.get(action="contact.revealed")
    assert (entry.target, entry.by, entry.reason) == (case.number, cast.frontdesk, "约上门时间")


def test_two_lines_are_locked_by_one_statement_the_oldest_first(
    cast: Cast, django_assert_num_queries: Callable[[int], AbstractContextManager[CaptureQueriesContext]]
) -> None:
    """Whoever locks in another order than by age may wait for ever for somebody who waits for them."""
    top, beside = open_repair(cast), open_repair(cast)
    middle = open_repair(cast, parent=beside)
    low = open_repair(cast, parent=top)
    with transaction.atomic(), django_assert_num_queries(2) as asked:
        found = lock_lines(low, middle)
    assert [(case.pk, case.parent) for case in found] == [(low.pk, top), (middle.pk, beside)]
    assert "ORDER BY" in asked.captured_queries[1]["sql"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows")
def test_what_waits_for_a_case_is_locked_in_the_order_of_age_too(real_transactions: None, cast: Cast) -> None:
    """Told by its repair, an older complaint and the repair would wait for each other for ever."""
    complaint, repair = open_repair(cast), open_repair(cast)
    Awaited.objects.create(case=repair, by_case=complaint, since=NOON)
    held = threading.Event()

    def act(index: int) -> str:
        with transaction.atomic():
            if index == 0:
                lock_lines(complaint)
                held.set()
                wait_until_somebody_waits()
                lock_lines(repair)
            else:
                held.wait(10)
                (child,) = lock_lines(repair)
                tell_parent(child=child, event="ticket.completed", at=NOON, by=None)
        return "done"

    assert at_once(2, act) == ["done", "done"]


def wait_until_somebody_waits() -> None:
    """Come back once another connection to this database waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
