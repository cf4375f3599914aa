"""When an unanswered callback is tried again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visits.rules import EARLIEST, LATEST, next_attempt, score_fits

ZONE = ZoneInfo("Asia/Shanghai")
pytestmark = [pytest.mark.pure, pytest.mark.req("CBK-2")]


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("attempts", "at", "expected"),
    [
        (1, local(23, 10), local(23, 12)),
        (1, local(23, 18), local(23, 20)),
        (1, local(23, 18, 1), local(24, 10)),
        (1, local(23, 23, 30), local(24, 10)),
        (1, local(23, 6, 30), local(23, 9)),
        (2, local(23, 12), local(24, 10)),
        (3, local(24, 10), local(25, 18, 30)),
        (4, local(25, 18, 30), local(26, 10)),
    ],
)
def test_first_after_two_hours_then_the_next_day_in_turns(attempts: int, at: datetime, expected: datetime) -> None:
    assert next_attempt(attempts=attempts, at=at, zone=ZONE) == expected


@given(
    attempts=st.integers(1, 30),
    minutes=st.integers(0, 2 * 365 * 24 * 60),
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Asia/Kathmandu"]),
)
def test_whenever_it_is_the_next_attempt_is_ahead_and_at_a_decent_hour(attempts: int, minutes: int, zone: str) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    again = next_attempt(attempts=attempts, at=at, zone=ZoneInfo(zone))
    assert again > at
    assert EARLIEST <= again.astimezone(ZoneInfo(zone)).time() <= LATEST


@pytest.mark.req("CBK-3")
@pytest.mark.parametrize(
    ("score", "satisfied", "dissatisfied"),
    [(None, True, True), (1, False, True), (2, False, True), (3, True, True), (4, True, False), (5, True, False)],
)
def test_a_score_goes_with_its_answer(score: int | None, satisfied: bool, dissatisfied: bool) -> None:
    assert score_fits(score=score, satisfied=True) is satisfied
    assert score_fits(score=score, satisfied=False) is dissatisfied
