"""What only shows across rows: the same thing twice, owners and charges that nobody described. Pure."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from estate.imports.messages import RowError
from estate.imports.reading import Register
from estate.imports.rows import AssetRow, BuildingRow, PastPaymentRow, PersonRow, RoomRow, Row, SpaceRow, TariffRow
from estate.states import Relation

R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Known:
    """What the register already holds, so that a workbook may refer to it without describing it again."""

    owners: frozenset[str] = frozenset()
    fees: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()


NOTHING = Known()


def check(register: Register, known: Known = NOTHING) -> Register:
    """Add what is wrong between rows; rows this keeps out are gone from the result."""
    placed = register.having([*_unplaced(register, known)])
    checked = placed.having([*_duplicates(placed), *_contradictions(placed), *_unknown_fees(placed, known)])
    return checked.having([*_unknown_owners(checked, known)])


def _unplaced(register: Register, known: Known) -> Iterator[RowError]:
    """Rooms without building and entrance whose number is no unit's of the register."""
    rooms = [*register.of(RoomRow), *(asset.room for asset in register.of(AssetRow))]
    for room in rooms:
        if not room.building and room.written not in known.units:
            yield _found(register, room, "no_place", "room", value=room.written)


def _duplicates(register: Register) -> Iterator[RowError]:
    owners = [row for row in register.of(PersonRow) if row.relation is Relation.OWNER]
    others = [row for row in register.of(PersonRow) if row.relation is not Relation.OWNER]
    yield from _repeated(register, register.of(BuildingRow), "entrance", lambda row: (row.building, row.entrance))
    yield from _repeated(register, owners, "owner_number", lambda row: row.owner_number)
    yield from _repeated(register, others, "name", lambda row: (row.owner_number, row.relation, row.name))
    yield from _repeated(register, register.of(TariffRow), "number", lambda row: row.number)
    yield from _repeated(register, register.of(TariffRow), "name", lambda row: row.name)
    yield from _repeated(register, register.of(RoomRow), "room", lambda row: row.number)
    yield from _repeated(register, register.of(SpaceRow), "space", lambda row: (row.car_park, row.space))
    yield from _same_plates(register)
    yield from _same_payments(register)


def _repeated(
    register: Register, rows: Iterable[R], field_name: str, key: Callable[[R], Hashable]
) -> Iterator[RowError]:
    """A second row for one thing: harmless where it says the same, an error where it does not."""
    first: dict[Hashable, R] = {}
    for row in rows:
        earlier = first.setdefault(key(row), row)
        if earlier is not row:
            code = "seen_twice" if _said(earlier) == _said(row) else "duplicate"
            yield _found(register, row, code, field_name, number=earlier.row)


def _said(row: Row) -> list[Any]:
    """What a row says, apart from where it stands (编号 merely counts the rows)."""
    return [getattr(row, field.name) for field in fields(row) if field.name not in ("row", "number")]


def _same_plates(register: Register) -> Iterator[RowError]:
    first: dict[str, SpaceRow] = {}
    for row in register.of(SpaceRow):
        earlier = first.setdefault(row.plate, row) if row.plate else row
        if earlier is not row:
            yield _found(register, row, "plate_twice", "plate", value=row.plate, number=earlier.row)


def _same_payments(register: Register) -> Iterator[RowError]:
    """Money twice is never harmless: two rows that say the same may be one payment, or two."""
    first: dict[Hashable, PastPaymentRow] = {}
    for row in register.of(PastPaymentRow):
        earlier = first.setdefault((row.room, row.plate, row.fee, row.starts_on, row.ends_on), row)
        if earlier is not row:
            yield _found(register, row, "duplicate", "starts_on", value=f"{row.starts_on}", number=earlier.row)


def _contradictions(register: Register) -> Iterator[RowError]:
    """Rows of one room that tell different things about it: in 资产信息 each person takes a row of the same room."""
    first: dict[str, AssetRow] = {}
    for row in register.of(AssetRow):
        earlier = first.setdefault(row.room.number, row)
        for name in ("area", "inner_area", "kind", "status", "floor", "handed_over_on", "completed_on"):
            here, there = getattr(row.room, name), getattr(earlier.room, name)
            if here is not None and there is not None and here != there:
                yield _found(register, row, "conflict", name, value=str(here), number=earlier.row, other=str(there))


def _unknown_fees(register: Register, known: Known) -> Iterator[RowError]:
    fees = {row.number for row in register.of(TariffRow)} | known.fees
    for row in register.of(RoomRow):
        for fee in row.fees:
            if fee.fee not in fees:
                yield _found(register, row, "unknown_fee", "fees", value=fee.fee, fee=fee.fee)


def _unknown_owners(register: Register, known: Known) -> Iterator[RowError]:
    """An owner nobody described: the room or space stands without one; a relative of nobody cannot."""
    owners = {row.owner_number for row in register.of(PersonRow) if row.relation is Relation.OWNER} | known.owners
    referring: list[tuple[PersonRow | RoomRow | SpaceRow, str]] = [
        *((person, "unknown_owner") for person in register.of(PersonRow)),
        *((room, "owner_not_listed") for room in register.of(RoomRow)),
        *((space, "owner_not_listed") for space in register.of(SpaceRow)),
    ]
    for row, code in referring:
        if row.owner_number and row.owner_number not in owners:
            yield _found(register, row, code, "owner_number", value=row.owner_number, owner=row.owner_number)


def _found(register: Register, row: Row, code: str, field_name: str, *, value: str = "", **params: Any) -> RowError:
    return RowError(
        sheet=row.sheet,
        row=row.row,
        column=register.header_of(row.sheet, field_name),
        field_name=field_name,
        value=value,
        code=code,
        params=params,
    )
