"""One builder per kind of sheet: from the cells of a row to its value.

A builder always returns a value; it counts only where the reader is still `ok`.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

from estate.imports import cells
from estate.imports.cells import Cell, CellError
from estate.imports.columns import SheetKind
from estate.imports.row_reader import RowReader
from estate.imports.rows import (
    AssetRow,
    BuildingRow,
    FeeStart,
    Formula,
    MeterRow,
    PastPaymentRow,
    PersonRow,
    RoomRow,
    Row,
    SpaceRow,
    TariffRow,
    VehicleKind,
)
from estate.search import kept_plate
from estate.states import Relation, SpaceKind, UnitKind, UnitStatus

SHOP_ENTRANCE = "0"
ZERO = Decimal(0)
NO_DAY = date.min

RELATIONS = {
    "1001": Relation.OWNER, "1002": Relation.FAMILY, "1003": Relation.TENANT, "1004": Relation.TEMPORARY,
    "业主": Relation.OWNER, "产权人": Relation.OWNER, "家庭成员": Relation.FAMILY, "家属": Relation.FAMILY,
    "租户": Relation.TENANT, "租客": Relation.TENANT, "房屋租客": Relation.TENANT, "临时人员": Relation.TEMPORARY,
}  # fmt: skip
UNIT_KINDS = {
    "110": UnitKind.HOME, "120": UnitKind.OFFICE, "119": UnitKind.DORMITORY,
    "住宅": UnitKind.HOME, "办公室": UnitKind.OFFICE, "办公": UnitKind.OFFICE, "写字楼": UnitKind.OFFICE,
    "宿舍": UnitKind.DORMITORY, "商铺": UnitKind.SHOP, "店铺": UnitKind.SHOP,
}  # fmt: skip
UNIT_STATUSES = {
    "2001": UnitStatus.OCCUPIED, "2002": UnitStatus.UNSOLD, "2003": UnitStatus.HANDED_OVER, "2004": UnitStatus.VACANT,
    "2005": UnitStatus.RENOVATED, "2006": UnitStatus.RENTED, "2007": UnitStatus.SOLD, "2008": UnitStatus.IDLE,
    "2009": UnitStatus.RENOVATING, "已入住": UnitStatus.OCCUPIED, "未销售": UnitStatus.UNSOLD,
    "已交房": UnitStatus.HANDED_OVER, "未入住": UnitStatus.VACANT, "已装修": UnitStatus.RENOVATED,
    "已出租": UnitStatus.RENTED, "已出售": UnitStatus.SOLD, "空闲": UnitStatus.IDLE, "空置": UnitStatus.VACANT,
    "装修中": UnitStatus.RENOVATING,
}  # fmt: skip
OWNED_STATUSES = {UnitStatus.OCCUPIED, UnitStatus.HANDED_OVER, UnitStatus.VACANT, UnitStatus.RENOVATED}
GENDERS = {"男": "male", "女": "female"}
SPACE_KINDS = {
    "地上停车位": SpaceKind.ABOVE, "地上": SpaceKind.ABOVE, "地面": SpaceKind.ABOVE,
    "地下停车位": SpaceKind.BELOW, "地下": SpaceKind.BELOW,
}  # fmt: skip
VEHICLE_KINDS = {
    "9901": VehicleKind.CAR, "9902": VehicleKind.BUS, "9903": VehicleKind.TRUCK,
    "家用小汽车": VehicleKind.CAR, "客车": VehicleKind.BUS, "货车": VehicleKind.TRUCK,
}  # fmt: skip
SOLD = {"H": False, "S": True, "出租": False, "出售": True}
RECURRING = {"周期性费用": True, "一次性费用": False}
PREPAID = {"预付费": True, "后付费": False}
FORMULAS = {"1001": Formula.AREA, "2002": Formula.FIXED, "面积*单价+附加费": Formula.AREA, "固定费用": Formula.FIXED}
METER_MODES = {"1001": True, "2002": False, "充值": True, "充值模式": True, "抄表": False, "抄表模式": False}

_short = partial(cells.text, limit=40)
_layout = partial(cells.text, limit=20)
LONGEST_NAME = 100
_name = partial(cells.text, limit=LONGEST_NAME)
_note = partial(cells.text, limit=200)


def building_row(row: RowReader) -> BuildingRow:
    """楼栋单元: one entrance of a building."""
    return BuildingRow(
        **row.place,
        building=row.need("building", cells.code, ""),
        entrance=row.need("entrance", cells.code, ""),
        floors=row.get("floors", cells.whole, None) or None,
        has_lift=row.get("has_lift", cells.yes, None),
    )


def person_row(row: RowReader) -> PersonRow:
    """业主信息: a person, tied to an owner's number."""
    age = row.get("age", cells.whole, None)
    return PersonRow(
        **row.place,
        number=row.get("number", _short, ""),
        owner_number=row.need("owner_number", cells.code, ""),
        name=row.need("name", _name, ""),
        relation=row.get("relation", cells.one_of(RELATIONS), Relation.OWNER),
        gender=row.get("gender", cells.one_of(GENDERS), ""),
        age=None if age == cells.NO_AGE else age,
        phones=row.get("phones", cells.phones, ()),
        id_number=row.get("id_number", cells.id_number, None),
    )


def tariff_row(row: RowReader) -> TariffRow:
    """费用设置: a charge."""
    built = TariffRow(
        **row.place,
        number=row.need("number", cells.code, ""),
        category=row.get("category", _short, ""),
        name=row.need("name", _name, ""),
        recurring=row.get("recurring", cells.one_of(RECURRING), True),
        prepaid=row.get("prepaid", cells.one_of(PREPAID), None),
        period_months=row.get("period_months", cells.whole, 0) or 1,
        issuing=row.get("issuing", _short, ""),
        starts_on=row.need("starts_on", cells.day, NO_DAY),
        ends_on=row.get("ends_on", cells.day, None),
        formula=row.need("formula", cells.one_of(FORMULAS), Formula.FIXED),
        unit_price=row.get("unit_price", cells.unit_price, ZERO),
        fixed_amount=row.get("fixed_amount", cells.hundredths, ZERO),
    )
    if built.ends_on is not None and built.ends_on < built.starts_on:
        row.note("ends_before_start", "ends_on")
    if row.ok and built.formula is Formula.AREA and not built.unit_price:
        row.note("no_price", "unit_price")
    if row.ok and built.formula is Formula.FIXED and not built.fixed_amount:
        row.note("no_amount", "fixed_amount")
    return built


def room_row(row: RowReader) -> RoomRow:
    """房屋信息: a room, its owner's number and the charges it bears."""
    return replace(_room(row), owner_number=_owner_number(row), fees=_fees(row))


def asset_row(row: RowReader) -> AssetRow:
    """资产信息: a room with one or several people in one row."""
    room = _room(row)
    entrance = BuildingRow(
        **row.place,
        building=room.building,
        entrance=room.entrance,
        floors=row.get("floors", cells.whole, None) or None,
        has_lift=row.get("has_lift", cells.yes, None),
    )
    people = _people(row)
    if people and room.status is UnitStatus.UNSOLD:
        row.note("unsold_with_owner", "name")
    if not people and room.status in OWNED_STATUSES:
        row.note("lived_in_without_owner", "name")
    return AssetRow(**row.place, entrance=entrance, room=room, people=people)


def space_row(row: RowReader) -> SpaceRow:
    """车位信息: a parking space, its holder and the vehicle on it."""
    area = row.get("area", cells.hundredths, None)
    built = SpaceRow(
        **row.place,
        car_park=row.get("car_park", cells.code, ""),
        space=row.need("space", _short, ""),
        kind=row.get("kind", cells.one_of(SPACE_KINDS), None),
        area=None if area in (ZERO, Decimal(1)) else area,
        owner_number=_owner_number(row),
        plate=row.get("plate", _plate, ""),
        brand=row.get("brand", _short, ""),
        vehicle_kind=row.get("vehicle_kind", cells.one_of(VEHICLE_KINDS), None),
        colour=row.get("colour", _layout, ""),
        is_sold=row.get("is_sold", cells.one_of(SOLD), None),
        car_since=row.get("car_since", cells.day, None),
        starts_on=row.get("starts_on", cells.day, None),
        ends_on=row.get("ends_on", cells.day, None),
    )
    if built.starts_on and built.ends_on and built.ends_on < built.starts_on:
        row.note("ends_before_start", "ends_on")
    if built.car_since and row.raw("plate") is None:
        row.note("day_of_no_car", "car_since")
    return built


def room_payment_row(row: RowReader) -> PastPaymentRow:
    """房屋缴费历史: what a room once owed and paid. A number without parts may be a unit's that the register knows."""
    return _payment(row, room=row.need("room", _any_room, ""), plate="")


def vehicle_payment_row(row: RowReader) -> PastPaymentRow:
    """车辆缴费历史: what a vehicle once owed and paid."""
    return _payment(row, room="", plate=row.need("plate", _plate, ""))


def meter_row(row: RowReader) -> MeterRow:
    """水电表: a meter of a room."""
    return MeterRow(
        **row.place,
        name=row.get("name", _name, ""),
        number=row.need("number", cells.code, ""),
        kind=row.need("kind", _short, ""),
        prepaid=row.need("prepaid", cells.one_of(METER_MODES), True),
        room=row.need("room", full_room, ""),
        fee=row.need("fee", _name, ""),
        maker=row.get("maker", _short, ""),
        collector=row.get("collector", _short, ""),
    )


def full_room(cell: Cell) -> str:
    """A room in full, `1-1-1001`; a shop `1-0-05`."""
    found = split_room(cell)
    if len(found) != 3:
        raise CellError("bad_room")
    return "-".join(found)


def _any_room(cell: Cell) -> str:
    written = _whole_room(cell)
    found = _parts(written)
    return "-".join(found) if len(found) == 3 else written


def split_room(cell: Cell) -> tuple[str, ...]:
    """The parts of a room's number: one, or building, entrance and room."""
    if isinstance(cell.raw, date):
        raise CellError("date_for_code")
    typed = re.sub(r"[—–－~]", "-", unicodedata.normalize("NFKC", cell.text))
    found = tuple(cells.code(Cell(part)) for part in typed.split("-"))
    if len(found) not in (1, 3):
        raise CellError("bad_room")
    return found


def _room(row: RowReader) -> RoomRow:
    building, entrance, room, written = _place(row)
    kind = row.get("kind", cells.one_of(UNIT_KINDS), None)
    layout = row.get("layout", _layout, "")
    handed_over_on = row.get("handed_over_on", cells.day, None)
    completed_on = row.get("completed_on", cells.day, None)
    if handed_over_on and completed_on and handed_over_on < completed_on:
        row.note("handover_first", "handed_over_on")
    return RoomRow(
        **row.place,
        building=building,
        entrance=entrance,
        room=room,
        written=written,
        kind=UnitKind.SHOP if entrance == SHOP_ENTRANCE else kind,
        floor=row.get("floor", cells.floor, None),
        layout="" if layout == cells.NO_LAYOUT else layout,
        area=row.get("area", cells.hundredths, None) or None,
        inner_area=row.get("inner_area", cells.hundredths, None) or None,
        rent=row.get("rent", cells.hundredths, None) or None,
        status=row.get("status", cells.one_of(UNIT_STATUSES), None),
        handed_over_on=handed_over_on,
        completed_on=completed_on,
    )


def _place(row: RowReader) -> tuple[str, str, str, str]:
    """Building, entrance and room, whether in three columns or as `1-1-1001` in one; and the number as it is written.

    A number alone in its row may be a unit's that has no such parts: whether there is one, `checks` says.
    """
    building = row.get("building", cells.code, "")
    entrance = row.get("entrance", cells.code, "")
    if row.raw("building") is None and row.raw("entrance") is None:
        written = row.need("room", _whole_room, "")
        parts = _parts(written)
        return (*parts, written) if len(parts) == 3 else ("", "", "", written)
    found = row.need("room", split_room, ())
    if len(found) == 3:
        for name, column, said in (("building", building, found[0]), ("entrance", entrance, found[1])):
            if column and column != said:
                row.note("room_contradicts", name, said=said, column=column)
        return found[0], found[1], found[2], cells.text_of(row.raw("room"))
    if row.ok and not (building and entrance):
        row.note("no_place", "room")
    return building, entrance, found[0] if found else "", ""


def _whole_room(cell: Cell) -> str:
    if isinstance(cell.raw, date):
        raise CellError("date_for_code")
    return _short(cell)


def _parts(written: str) -> tuple[str, ...]:
    try:
        return split_room(Cell(written))
    except CellError:
        return ()


def _owner_number(row: RowReader) -> str:
    number = row.get("owner_number", cells.code, "")
    return "" if number == "0" else number


def _fees(row: RowReader) -> tuple[FeeStart, ...]:
    """Charges and start dates, each joined by #, paired up; `0` means the room bears none of the file's charges."""
    fees = tuple(fee for fee in row.get("fees", cells.parts, ()) if fee)
    if fees in ((), ("0",)):
        return ()
    starts = row.get("fee_starts", _days, ())
    if not row.ok:
        return ()
    if len(fees) != len(starts):
        row.note("fees_unequal", "fee_starts", fees=len(fees), dates=len(starts))
        return ()
    for fee in sorted({fee for fee in fees if fees.count(fee) > 1}):
        row.note("fee_twice", "fees", fee=fee)
    return tuple(FeeStart(fee=fee, starts_on=start) for fee, start in zip(fees, starts, strict=True))


def _days(cell: Cell) -> tuple[date, ...]:
    if isinstance(cell.raw, date):
        return (cells.day(cell),)
    return tuple(cells.day_of(part, date1904=cell.date1904) for part in cells.parts(cell) if part)


def _plate(cell: Cell) -> str:
    """A plate as the register keeps it."""
    plate = kept_plate(cell.text)
    if len(plate) > 20:
        raise CellError("too_long", limit=20)
    return plate


def _names(cell: Cell) -> list[str]:
    """The names of a cell, none longer than a name may be."""
    typed = re.split(r"[,，、;；#]", cells.text(cell, limit=4 * LONGEST_NAME))
    names = [name for name in (part.strip() for part in typed) if name]
    if any(len(name) > LONGEST_NAME for name in names):
        raise CellError("too_long", limit=LONGEST_NAME)
    return names


def _people(row: RowReader) -> tuple[PersonRow, ...]:
    """The people of a row; several names are separated by commas, their phones and ID numbers follow in order."""
    names = row.get("name", _names, [])
    relation = row.get("relation", cells.one_of(RELATIONS), Relation.OWNER)
    gender = row.get("gender", cells.one_of(GENDERS), "")
    phones = row.get("phones", cells.phones, ())
    ids = row.get("id_number", cells.id_numbers, ())
    if not names:
        if phones or any(ids):
            row.note("no_person", "name")
        return ()
    shared = _share(row, phones, len(names))
    return tuple(
        PersonRow(
            **row.place,
            name=name,
            relation=relation,
            gender=gender if len(names) == 1 else "",
            phones=shared[index],
            id_number=ids[index] if index < len(ids) else None,
        )
        for index, name in enumerate(names)
    )


def _share(row: RowReader, phones: tuple[str, ...], people: int) -> list[tuple[str, ...]]:
    """One phone each in order; a single person gets them all, and so does the first of several with what is left."""
    if people == 1:
        return [phones]
    shared = [phones[index : index + 1] for index in range(people)]
    if len(phones) > people:
        row.note("phones_more_than_people", "phones")
        shared[0] += phones[people:]
    return shared


def _payment(row: RowReader, *, room: str, plate: str) -> PastPaymentRow:
    """Nothing paid is said by 0 or by an empty cell beside what was due."""
    unpaid = row.raw("paid") is None and row.raw("due") is not None
    paid = ZERO if unpaid else row.need("paid", cells.cents, ZERO)
    built = PastPaymentRow(
        **row.place,
        room=room,
        plate=plate,
        fee=row.need("fee", _name, ""),
        period_months=row.get("period_months", cells.whole, 0) or 1,
        starts_on=row.need("starts_on", cells.day, NO_DAY),
        ends_on=row.need("ends_on", cells.day, NO_DAY),
        due_on=row.get("due_on", cells.day, None),
        paid_on=row.need("paid_on", cells.day, None) if paid else row.get("paid_on", cells.day, None),
        due=row.get("due", cells.cents, paid),
        paid=paid,
        cashier=row.get("cashier", _short, ""),
        note=row.get("note", _note, ""),
    )
    if row.ok:
        _doubt(row, built)
    return built


def _doubt(row: RowReader, built: PastPaymentRow) -> None:
    if built.ends_on < built.starts_on:
        row.note("ends_before_start", "ends_on")
    if not built.due and not built.paid:
        row.note("nothing_due", "due" if "due" in row.columns else "paid")
    elif built.paid > built.due > 0:
        row.note("paid_more", "paid")


BUILDERS: dict[SheetKind, Callable[[RowReader], Row]] = {
    SheetKind.BUILDINGS: building_row,
    SheetKind.PEOPLE: person_row,
    SheetKind.TARIFFS: tariff_row,
    SheetKind.ROOMS: room_row,
    SheetKind.ASSETS: asset_row,
    SheetKind.SPACES: space_row,
    SheetKind.ROOM_PAYMENTS: room_payment_row,
    SheetKind.VEHICLE_PAYMENTS: vehicle_payment_row,
    SheetKind.METERS: meter_row,
}
