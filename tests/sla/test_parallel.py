"""Several sweeps, people and openings at the same moment, on PostgreSQL with a connection each."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from cases.models import Case, Counter
from notifications.models import Message
from sla.actions import extend, sweep_clocks
from sla.models import Clock, ClockEvent, FiredStep
from tests.cast import NOON, Cast
from tests.sla.trial import clock_of, facts, make_case, make_version, occur
from tests.threads import at_once

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
HOUR = timedelta(hours=1)
LATER = NOON + 7 * timedelta(days=1)


def many(cast: Cast, count: int) -> list[Case]:
    cases = [make_case(cast.project, handler=cast.technician) for _ in range(count)]
    for case in cases:
        occur(case, "trial.asked", NOON)
    return cases


@pytest.mark.req("SLA-3")
@pytest.mark.parametrize("batch", [3, 500])
def test_sweeps_at_the_same_moment_fire_every_step_once_and_miss_none(
    real_transactions: None, cast: Cast, batch: int
) -> None:
    make_version()
    many(cast, 40)
    found = at_once(4, lambda _: sweep_clocks(at=LATER, batch=batch))
    assert all(isinstance(counts, dict) for counts in found), found
    sweep_clocks(at=LATER)  # what one sweep held while another passed by
    assert Clock.objects.filter(state="missed", next_at=None).count() == 40
    assert FiredStep.objects.count() == 120
    assert ClockEvent.objects.filter(kind="breached").count() == 40
    assert Message.objects.filter(channel="in_app").count() == 40
    assert {len(f["messages"]) for f in facts().values()} == {1}


def test_a_person_who_answers_and_a_sweep_at_the_same_moment_agree(real_transactions: None, cast: Cast) -> None:
    make_version()
    for case in many(cast, 20):

        def answer(_: int, case: Case = case) -> None:
            occur(case, "trial.answered", NOON + 90 * timedelta(minutes=1))

        outcome = at_once(2, lambda i, answer=answer: sweep_clocks(at=LATER) if i else answer(0))  # type: ignore[misc]
        assert not [problem for problem in outcome if isinstance(problem, Exception)]
        clock = clock_of(case)
        assert (clock.state, clock.breached_at, clock.next_at) == ("missed", NOON + HOUR, None)
        kinds = list(clock.events.values_list("kind", flat=True))
        assert kinds.count("breached") == 1
        assert kinds[-1] == "stopped"
        fired = list(clock.fired.values_list("step", flat=True))
        assert len(fired) == len(set(fired))


def test_two_extensions_at_the_same_moment_both_count(real_transactions: None, cast: Cast) -> None:
    make_version()
    (case,) = many(cast, 1)
    clock = clock_of(case)
    at_once(2, lambda _: extend(clock=clock, by_hours=1, reason="agreed", by=cast.supervisor, at=NOON))
    clock.refresh_from_db()
    assert clock.due_at == NOON + 3 * HOUR
    assert clock.events.filter(kind="extended").count() == 2


def test_a_case_that_somebody_works_on_does_not_hold_up_the_others(real_transactions: None, cast: Cast) -> None:
    make_version()
    held, free = many(cast, 2)
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=held.pk)
        (counts,) = at_once(1, lambda _: sweep_clocks(at=LATER))
    assert isinstance(counts, dict)
    assert counts["breaches"] == 1
    assert clock_of(held).breached_at is None
    assert clock_of(free).breached_at == NOON + HOUR
    assert sweep_clocks(at=LATER)["breaches"] == 1


@pytest.mark.parametrize("count", [50])
def test_fifty_cases_opened_at_once_are_numbered_without_a_gap_or_a_double(
    real_transactions: None, cast: Cast, count: int
) -> None:
    at_once(1, lambda _: make_case(cast.project))
    opened = at_once(count, lambda _: make_case(cast.project).number)
    assert sorted(str(number) for number in opened) == [f"TT-20261123-{n:04d}" for n in range(2, count + 2)]
    assert Counter.objects.get(prefix="TT").last == count + 1


def test_an_opening_that_fails_leaves_no_gap(real_transactions: None, cast: Cast) -> None:
    def open_one(index: int) -> str:
        with transaction.atomic():
            case = make_case(cast.project)
            if index % 3 == 0:
                raise ZeroDivisionError
            return case.number

    opened = at_once(30, open_one)
    numbers = sorted(number for number in opened if isinstance(number, str))
    assert numbers == [f"TT-20261123-{n:04d}" for n in range(1, 21)]
    assert sum(isinstance(problem, ZeroDivisionError) for problem in opened) == 10
