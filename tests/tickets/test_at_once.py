"""Two people at the same moment: one acts, the other is told. Needs a database that lets two write at once."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import User
from cases.models import Case, Event
from core.errors import NotNow, Stale
from sla.models import Clock
from tests.cast import NOON, Cast
from tests.threads import at_once
from tests.tickets.flow import HOUR, completed, dispatched, in_progress, opened, owed
from tickets import actions
from tickets.models import Job, Ticket
from tickets.states import OPEN_JOBS
from visits.actions import Outcome, record
from visits.models import Callback

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")

AT = NOON + timedelta(minutes=5)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_related("case").get(pk=ticket.pk)


@pytest.mark.req("REP-3")
def test_eight_taps_on_accept_accept_once(real_transactions: None, cast: Cast) -> None:
    ticket = dispatched(cast, opened(cast))
    answers = at_once(8, lambda _: actions.accept(ticket=fresh(ticket), by=cast.technician, at=AT))
    assert len([a for a in answers if isinstance(a, Ticket)]) == 1
    assert len([a for a in answers if isinstance(a, NotNow)]) == 7
    assert Event.objects.filter(case=ticket.case, kind="ticket.accepted").count() == 1
    assert Clock.objects.filter(case=ticket.case, key="ticket.complete").count() == 1


@pytest.mark.req("REP-3")
def test_two_desks_that_send_different_people_leave_one_of_them_with_the_job(
    real_transactions: None, cast: Cast
) -> None:
    """Without a version the later one takes the job from the earlier one; nothing is left half."""
    ticket = opened(cast)
    people: list[User] = [cast.technician, cast.technician2]
    answers = at_once(
        6, lambda n: actions.dispatch(ticket=fresh(ticket), technician=people[n % 2], by=cast.frontdesk, at=AT)
    )
    assert all(isinstance(a, actions.Dispatched) for a in answers), answers
    jobs = list(Job.objects.filter(ticket=ticket).order_by("number"))
    assert [job.number for job in jobs] == [1, 2, 3, 4, 5, 6]
    (left,) = [job for job in jobs if job.state in OPEN_JOBS]
    assert left.number == 6
    assert Case.objects.get(pk=ticket.case_id).handler_id == left.technician_id
    for person in people:
        assert Ticket.objects.visible_to(person).exists() is (person.pk == left.technician_id)


@pytest.mark.req("REP-3")
def test_two_desks_that_saw_the_same_version_dispatch_once(real_transactions: None, cast: Cast) -> None:
    ticket = opened(cast)
    seen = ticket.case.version
    answers = at_once(
        6,
        lambda _: actions.dispatch(
            ticket=fresh(ticket), technician=cast.technician, by=cast.frontdesk, at=AT, expected=seen
        ),
    )
    assert len([a for a in answers if isinstance(a, actions.Dispatched)]) == 1
    assert len([a for a in answers if isinstance(a, Stale)]) == 5
    assert Job.objects.filter(ticket=ticket).count() == 1


@pytest.mark.req("CBK-1")
def test_finishing_eight_times_at_once_owes_one_callback(real_transactions: None, cast: Cast) -> None:
    ticket = in_progress(cast, opened(cast))
    at = NOON + 2 * HOUR
    at_once(8, lambda _: actions.complete(ticket=fresh(ticket), report="好了", by=cast.technician, at=at))
    assert Callback.objects.count() == 1


@pytest.mark.req("CBK-2", "REP-7")
def test_a_callback_and_a_reopening_at_once_do_not_wait_for_each_other_for_ever(
    real_transactions: None, cast: Cast
) -> None:
    """One order of locks, the parent first: whoever comes first wins, the other is told; no deadlock."""
    parent, at = opened(cast).case, NOON + 3 * HOUR
    for round_ in range(5):
        ticket = completed(cast, opened(cast, parent=parent))
        callback = owed(ticket)

        def act(n: int, *, ticket: Ticket = ticket, callback: Callback = callback) -> object:
            if n % 2:
                return actions.reopen(ticket=fresh(ticket), reason="又坏了", by=cast.frontdesk, at=at)
            again = Callback.objects.select_related("case").get(pk=callback.pk)
            return record(callback=again, outcome=Outcome(result="satisfied"), by=cast.supervisor, at=at)

        answers = at_once(4, act)
        problems = [a for a in answers if isinstance(a, Exception)]
        assert all(isinstance(problem, NotNow) for problem in problems), (round_, problems)
        case = Case.objects.get(pk=ticket.case_id)
        callback.case.refresh_from_db()
        assert case.state in ("closed", "reopened")
        assert callback.case.phase == "closed"
        assert Event.objects.filter(case=case, kind="ticket.reopened").count() <= 1


@pytest.mark.req("REP-1")
def test_twenty_calls_at_once_get_twenty_numbers(real_transactions: None, cast: Cast) -> None:
    answers = at_once(20, lambda _: opened(cast).case.number)
    assert sorted(str(a) for a in answers) == [f"BX-20261123-{n:04d}" for n in range(1, 21)]


def test_joining_and_opening_at_once_do_not_wait_for_each_other_for_ever(real_transactions: None, cast: Cast) -> None:
    """Whatever lines are locked together: the oldest case of them all comes first."""
    for _ in range(5):
        first, second = opened(cast), opened(cast)
        older = opened(cast, parent=second.case)
        newer = opened(cast, parent=first.case)

        def act(
            n: int, *, one: Ticket = first, two: Ticket = second, old: Ticket = older, new: Ticket = newer
        ) -> object:
            if n % 2:
                return opened(cast, parent=one.case, contact=two.case)
            return actions.join(duplicate=fresh(old), original=fresh(new), by=cast.supervisor, at=AT)

        problems = [a for a in at_once(6, act) if isinstance(a, Exception)]
        assert all(isinstance(problem, NotNow) for problem in problems), problems
