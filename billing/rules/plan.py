"""Where each home stands on the plan of its building (楼盘图), and whether it is paid up there. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.states import Standing

# Rooms are lined up by their doors (1501, 1601) unless the numbers are too irregular for that.
IRREGULAR = 2
DIGITS = re.compile(r"\d+")
LAST = 10**9
Natural = tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Spot:
    """Where a room says it is; `floor` where the register knows it."""

    entrance: str
    floor: int | None
    room: str


@dataclass(frozen=True)
class Grid:
    """Entrances from left to right with how many rooms wide each is, and floors from top to bottom.

    A floor has a place for every column: the index of the spot there, None where there is no room. The floor is None
    for rooms of which nobody knows it.
    """

    entrances: tuple[tuple[str, int], ...] = ()
    floors: tuple[tuple[int | None, tuple[int | None, ...]], ...] = ()


def standing(*, owed: Decimal, is_registered: bool, is_vacant: bool) -> Standing:
    """Say whether a home owes, is paid up, or has nobody to ask: what is owed comes first, whoever lives there."""
    if owed > 0:
        return Standing.OWES
    return Standing.PAID if is_registered and not is_vacant else Standing.EMPTY


def natural(text: str) -> Natural:
    """Order texts as people count: 2 before 10, B1 after 10."""
    return tuple((int(part), "") if part.isdecimal() else (LAST, part) for part in re.findall(r"\d+|\D+", text))


def floor_of(spot: Spot) -> int | None:
    """The floor of a room; where the register is silent, what its number says: 1501 is on the 15th."""
    if spot.floor is not None:
        return spot.floor
    digits = DIGITS.fullmatch(spot.room)
    return int(spot.room[:-2]) if digits and 3 <= len(spot.room) <= 4 else None


def door_of(spot: Spot) -> str:
    """Which door of its floor a room is: 1501 is the door 01."""
    storey = str(floor_of(spot))
    return spot.room.removeprefix(storey) or spot.room


def lay_out(spots: Sequence[Spot]) -> Grid:
    """Put every spot into its place, each exactly once, rooms above one another in one column."""
    entrances = sorted({spot.entrance for spot in spots}, key=natural)
    floors = sorted({floor_of(spot) for spot in spots}, key=lambda floor: -LAST if floor is None else floor)[::-1]
    rows: dict[int | None, list[int | None]] = {floor: [] for floor in floors}
    widths = []
    for entrance in entrances:
        columns, width = _columns([(index, spot) for index, spot in enumerate(spots) if spot.entrance == entrance])
        widths.append((entrance, width))
        for floor in floors:
            rows[floor].extend(columns.get((floor, column)) for column in range(width))
    return Grid(tuple(widths), tuple((floor, tuple(rows[floor])) for floor in floors))


def _columns(spots: Iterable[tuple[int, Spot]]) -> tuple[dict[tuple[int | None, int], int], int]:
    """The spots of one entrance by floor and column, and how many columns there are."""
    by_floor: dict[int | None, list[tuple[int, Spot]]] = defaultdict(list)
    for index, spot in spots:
        by_floor[floor_of(spot)].append((index, spot))
    doors: set[tuple[str, int]] = set()
    placed: dict[tuple[int | None, int], tuple[str, int]] = {}
    for floor, found in by_floor.items():
        seen: dict[str, int] = defaultdict(int)
        found.sort(key=lambda one: (natural(one[1].room), one[0]))
        for index, spot in found:
            door = (door_of(spot), seen[door_of(spot)])
            seen[door_of(spot)] += 1
            doors.add(door)
            placed[floor, index] = door
    widest = max(map(len, by_floor.values()), default=0)
    if len(doors) > IRREGULAR * widest:
        rows = by_floor.items()
        return {(floor, nth): index for floor, found in rows for nth, (index, _spot) in enumerate(found)}, widest
    order = {door: nth for nth, door in enumerate(sorted(doors, key=lambda door: (natural(door[0]), door[1])))}
    return {(floor, order[door]): index for (floor, index), door in placed.items()}, len(doors)
