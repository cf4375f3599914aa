"""Whom to send and why, and where a job stands on the board."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.rules_dispatch import (
    SLOTS,
    Booked,
    Candidate,
    Place,
    Wanted,
    Why,
    Window,
    clash_of,
    first_free,
    place_on_board,
    suggest,
)

pytestmark = pytest.mark.pure

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> datetime:
    return MIDNIGHT.replace(hour=hour, minute=minute)


def window(start: int, end: int) -> Window:
    return Window(at(start), at(end))


def who(name: str, *, skills: str = "leak", booked: tuple[Booked, ...] = ()) -> Candidate:
    return Candidate(pk=len(name), name=name, skills=frozenset(skills.split()), booked=booked)


def booked(start: int, end: int, building: int = 1) -> Booked:
    return Booked(window(start, end), "BX-20261123-0001", building)


LEAK_AT_TEN = Wanted(category="leak", building_id=3, window=window(10, 11))


def order(*candidates: Candidate, wanted: Wanted = LEAK_AT_TEN) -> list[str]:
    return [found.candidate.name for found in suggest(wanted, candidates)]


def test_the_right_trade_comes_before_everything_else() -> None:
    assert order(who("free", skills="paint"), who("trade", booked=(booked(10, 11), booked(12, 13)))) == [
        "trade",
        "free",
    ]


def test_among_the_skilled_the_free_one_comes_first() -> None:
    assert order(who("clash", booked=(booked(10, 12),)), who("free", booked=(booked(8, 9), booked(14, 15)))) == [
        "free",
        "clash",
    ]


def test_somebody_already_in_the_building_comes_before_somebody_with_less_to_do() -> None:
    assert order(who("idle"), who("there", booked=(booked(8, 9, building=3),))) == ["there", "idle"]


def test_least_load_decides_then_the_name() -> None:
    assert order(who("b"), who("a", booked=(booked(8, 9),)), who("aa")) == ["aa", "b", "a"]


def test_each_suggestion_says_why() -> None:
    there = who("there", booked=(booked(10, 11, building=3),))
    idle = who("idle", skills="paint")
    said = {found.candidate.name: found for found in suggest(LEAK_AT_TEN, [there, idle])}
    assert said["there"].reasons == (Why.SKILLED, Why.CLASH, Why.SAME_BUILDING, Why.OPEN_JOBS)
    assert said["there"].clash == there.booked[0]
    assert said["idle"].reasons == (Why.NOT_SKILLED, Why.FREE, Why.FEW_JOBS)


def test_without_an_agreed_time_nothing_clashes() -> None:
    wanted = Wanted(category="leak", building_id=None, window=None)
    assert suggest(wanted, [who("a", booked=(booked(10, 11),))])[0].reasons == (Why.SKILLED, Why.FEW_JOBS)


def test_nobody_to_send_is_an_empty_list() -> None:
    assert suggest(LEAK_AT_TEN, []) == []


@pytest.mark.parametrize(
    ("start", "end", "clashes"),
    [(9, 10, False), (11, 12, False), (9, 11, True), (10, 11, True), (9, 12, True), (10, 12, True)],
)
def test_windows_that_only_touch_do_not_clash(start: int, end: int, clashes: bool) -> None:
    assert (clash_of(window(10, 11), [booked(start, end)]) is not None) is clashes


def test_the_earliest_clash_is_named() -> None:
    assert clash_of(window(9, 12), [booked(11, 12), booked(9, 10)]) == booked(9, 10)


def test_an_appointment_without_a_time_clashes_with_nothing() -> None:
    assert clash_of(window(9, 12), [Booked(None, "BX-1")]) is None


@pytest.mark.parametrize(
    ("after", "taken", "expected"),
    [
        (at(9), (), (9, 10)),
        (at(6), (), (8, 9)),
        (at(9), (booked(9, 11),), (11, 12)),
        (at(9, 10), (), (9.5, 10.5)),
    ],
)
def test_the_next_free_hour_starts_on_the_half_hour_in_working_hours(
    after: datetime, taken: tuple[Booked, ...], expected: tuple[float, float]
) -> None:
    found = first_free(taken, after=after)
    assert found == Window(*(MIDNIGHT + timedelta(hours=hour) for hour in expected))


def test_late_in_the_day_the_next_morning_is_offered() -> None:
    assert first_free((), after=at(19, 30)) == Window(at(8) + timedelta(days=1), at(9) + timedelta(days=1))


def test_two_full_days_offer_nothing() -> None:
    full = tuple(Booked(Window(at(8) + timedelta(days=d), at(20) + timedelta(days=d)), "BX-1") for d in (0, 1))
    assert first_free(full, after=at(8)) is None


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (window(8, 9), Place(1, 2)),
        (window(19, 20), Place(23, 2)),
        (Window(at(9, 10), at(9, 20)), Place(3, 1)),
        (window(6, 9), Place(1, 2, cut=True)),
        (window(19, 22), Place(23, 2, cut=True)),
        (Window(MIDNIGHT - timedelta(hours=4), at(9)), Place(1, 2, cut=True)),
    ],
)
def test_a_job_stands_on_the_half_hours_it_covers(span: Window, expected: Place) -> None:
    assert place_on_board(span, MIDNIGHT) == expected


@pytest.mark.parametrize("span", [window(6, 8), window(20, 21), Window(at(22, 30), MIDNIGHT + timedelta(hours=24.5))])
def test_a_job_outside_the_boards_hours_has_no_place_on_it(span: Window) -> None:
    assert place_on_board(span, MIDNIGHT) is None


def test_another_days_job_is_not_on_this_board() -> None:
    tomorrow = Window(at(9) + timedelta(days=1), at(10) + timedelta(days=1))
    assert place_on_board(tomorrow, MIDNIGHT) is None
    assert place_on_board(Window(MIDNIGHT - timedelta(hours=5), MIDNIGHT), MIDNIGHT) is None


@given(start=st.integers(-2000, 4000), length=st.integers(1, 3000))
def test_whatever_is_on_the_board_fits_it(start: int, length: int) -> None:
    begin = MIDNIGHT + timedelta(minutes=start)
    found = place_on_board(Window(begin, begin + timedelta(minutes=length)), MIDNIGHT)
    if found is not None:
        assert 1 <= found.column <= SLOTS
        assert found.span >= 1
        assert found.column + found.span <= SLOTS + 1
