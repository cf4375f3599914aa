"""Where homes stand on a plan, and when one is paid up."""

from decimal import Decimal

import pytest

from billing.rules.plan import Spot, floor_of, lay_out, natural, standing
from billing.states import Standing

pytestmark = pytest.mark.req("BIL-3")


@pytest.mark.parametrize(
    ("owed", "is_registered", "is_vacant", "stands"),
    [
        (0, True, False, Standing.PAID),
        (1, True, False, Standing.OWES),
        (1, False, True, Standing.OWES),  # what is owed comes first, whoever lives there
        (0, False, False, Standing.EMPTY),
        (0, True, True, Standing.EMPTY),
    ],
)
def test_a_home_owes_is_paid_up_or_has_nobody_to_ask(
    owed: int, is_registered: bool, is_vacant: bool, stands: Standing
) -> None:
    assert standing(owed=Decimal(owed), is_registered=is_registered, is_vacant=is_vacant) == stands


def rows(*spots: Spot) -> list[tuple[int | None, list[str]]]:
    """Each floor with what stands there."""
    return [
        (floor, ["" if index is None else spots[index].room for index in row]) for floor, row in lay_out(spots).floors
    ]


def test_rooms_stand_above_one_another_by_their_doors() -> None:
    spots = [Spot("1", 2, "202"), Spot("1", 1, "101"), Spot("1", 1, "102"), Spot("2", 2, "201"), Spot("1", 10, "1001")]
    assert rows(*spots) == [(10, ["1001", "", ""]), (2, ["", "202", "201"]), (1, ["101", "102", ""])]
    assert lay_out(spots).entrances == (("1", 2), ("2", 1))


def test_where_the_register_knows_no_floor_the_number_says_it() -> None:
    assert [floor_of(Spot("1", floor, room)) for floor, room in ((None, "1501"), (None, "05"), (-1, "B101"))] == [
        15,
        None,
        -1,
    ]
    assert rows(Spot("0", None, "05"), Spot("0", None, "1501")) == [(15, ["1501", ""]), (None, ["", "05"])]


def test_irregular_numbers_are_packed_and_none_is_lost() -> None:
    spots = [Spot("", floor, f"{floor}F-{floor * 7 + nth}") for floor in range(1, 9) for nth in range(3)]
    grid = lay_out(spots)
    assert grid.entrances == (("", 3),)
    assert sorted(index for _floor, row in grid.floors for index in row if index is not None) == list(range(24))


def test_two_rooms_of_one_name_have_a_place_each_and_no_room_makes_no_grid() -> None:
    assert rows(Spot("1", 1, "101"), Spot("1", 1, "101")) == [(1, ["101", "101"])]
    assert (lay_out([]).entrances, lay_out([]).floors) == ((), ())


def test_people_count_two_before_ten() -> None:
    assert sorted(["10", "B1", "2", "1A", "1"], key=natural) == ["1", "1A", "2", "10", "B1"]
