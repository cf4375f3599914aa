"""Sheets and rows: columns found by their names, rows typed, and what is wrong said row by row."""

import dataclasses
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from estate.imports.checks import Known, check
from estate.imports.columns import SHEETS, SheetKind, match, recognise
from estate.imports.messages import ERRORS, WARNINGS, RowError, Severity
from estate.imports.reading import Register, SheetChoice, corrected, read_register
from estate.imports.rows import (
    AssetRow,
    BuildingRow,
    FeeStart,
    Formula,
    MeterRow,
    PastPaymentRow,
    PersonRow,
    RoomRow,
    SpaceRow,
    TariffRow,
    VehicleKind,
)
from estate.states import Relation, SpaceKind, UnitKind, UnitStatus
from tests.estate.books import (
    ASSET,
    ASSETS,
    BUILDINGS,
    METERS,
    OWNER,
    PAYMENTS,
    PEOPLE,
    ROOM,
    ROOMS,
    SINCE,
    SPACE,
    SPACES,
    TARIFF,
    TARIFFS,
    changed,
    register,
    workbook,
)

pytestmark = [pytest.mark.pure, pytest.mark.req("EST-3")]


def codes(found: Register) -> list[tuple[int, str]]:
    return [(error.row, error.code) for error in found.errors]


def test_buildings_with_their_entrances() -> None:
    found = register({"楼栋单元": [BUILDINGS, [1, 1, 33, "有"], ["2栋", "2单元", 6, "否"]]})
    assert found.of(BuildingRow) == (
        BuildingRow(sheet="楼栋单元", row=2, building="1", entrance="1", floors=33, has_lift=True),
        BuildingRow(sheet="楼栋单元", row=3, building="2", entrance="2", floors=6, has_lift=False),
    )
    assert found.errors == ()


def test_people_with_placeholders_for_nothing() -> None:
    nobody = [2, "李秀英", "女", 1, 18999999999, "11010519491231002X", "1003", 1]
    found = register({"业主信息": [PEOPLE, OWNER, nobody]})
    owner, tenant = found.of(PersonRow)
    assert (owner.relation, owner.phones, owner.age) == (Relation.OWNER, ("13812345678",), 28)
    assert (tenant.relation, tenant.phones, tenant.id_number, tenant.age) == (Relation.TENANT, (), None, None)


def test_a_tariff_with_codes_and_text_dates() -> None:
    (tariff,) = register({"费用设置": [TARIFFS, TARIFF]}).of(TariffRow)
    assert tariff == TariffRow(
        sheet="费用设置", row=2, number="1", category="物业费", name="物业服务费", recurring=True, prepaid=True,
        period_months=6, issuing="每月1日", starts_on=date(2020, 6, 10), ends_on=date(2037, 1, 1), formula=Formula.AREA,
        unit_price=Decimal("1.3"), fixed_amount=Decimal(20),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"K": 0}, "no_price"),
        ({"J": 2002, "L": 0}, "no_amount"),
        ({"I": "2019-1-1"}, "ends_before_start"),
        ({"J": 3003}, "unknown_choice"),
        ({"H": None}, "required"),
        ({"C": "#REF!"}, "excel_error"),
    ],
)
def test_a_tariff_that_cannot_be_reckoned_is_refused(cells: dict[str, Any], code: str) -> None:
    found = register({"费用设置": [TARIFFS, changed(TARIFF, **cells)]})
    assert codes(found) == [(2, code)]
    assert found.rows == ()


def test_a_room_pairs_its_charges_with_their_start_dates() -> None:
    (room,) = register({"房屋信息": [ROOMS, changed(ROOM, H="1#2", I="2020-06-10#2020-07-10")]}).of(RoomRow)
    assert room.number == "1-1-1011"
    assert room.fees == (FeeStart("1", date(2020, 6, 10)), FeeStart("2", date(2020, 7, 10)))
    assert (room.kind, room.layout, room.area, room.rent, room.owner_number) == (
        UnitKind.HOME,
        "",
        Decimal("94.56"),
        None,
        "1",
    )


def test_one_charge_with_a_real_date() -> None:
    row = changed(ROOM, H=1, I=datetime.fromisoformat("2020-06-10"))
    assert register({"房屋信息": [ROOMS, row]}).of(RoomRow)[0].fees == (FeeStart("1", date(2020, 6, 10)),)


@pytest.mark.parametrize(("fees", "starts"), [("1#2", "2020-06-10"), ("1", "2020-06-10#2020-07-10"), ("1", None)])
def test_unequal_counts_of_charges_and_dates_keep_the_row_out(fees: str, starts: str | None) -> None:
    found = register({"房屋信息": [ROOMS, changed(ROOM, H=fees, I=starts)]})
    assert codes(found) == [(2, "fees_unequal")]
    assert found.errors[0].column == "费用开始时间"
    assert found.of(RoomRow) == ()


@pytest.mark.parametrize("none", [0, "0", None])
def test_no_charge_is_written_as_nought(none: Any) -> None:
    assert register({"房屋信息": [ROOMS, changed(ROOM, H=none, I="2020-06-10")]}).of(RoomRow)[0].fees == ()


def test_the_same_charge_twice_in_a_cell_is_refused() -> None:
    assert codes(register({"房屋信息": [ROOMS, changed(ROOM, H="1#1", I="2020-06-10#2020-07-10")]})) == [
        (2, "fee_twice")
    ]


@pytest.mark.parametrize(
    ("cells", "number"),
    [
        ({"A": 1001.0}, "1-1-1001"),
        ({"A": "1001.0"}, "1-1-1001"),
        ({"A": "1-1-1001"}, "1-1-1001"),
        ({"A": "2-3-1501", "B": None, "C": None}, "2-3-1501"),
        ({"A": "1－1－1001"}, "1-1-1001"),
    ],
)
def test_a_room_by_columns_or_in_full(cells: dict[str, Any], number: str) -> None:
    assert register({"房屋信息": [ROOMS, changed(ROOM, **cells)]}).of(RoomRow)[0].number == number


@pytest.mark.parametrize("entrance", [0, "0"])
def test_a_shop_stands_in_entrance_nought_whatever_its_kind_says(entrance: Any) -> None:
    (room,) = register({"房屋信息": [ROOMS, changed(ROOM, A="05", C=entrance)]}).of(RoomRow)
    assert (room.number, room.kind) == ("1-0-05", UnitKind.SHOP)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"A": "2-1-1001"}, "room_contradicts"),
        ({"A": "1001-2"}, "bad_room"),
        ({"A": "1-1-1001-2"}, "bad_room"),
        ({"B": None}, "no_place"),
        ({"A": None}, "required"),
        ({"A": datetime.fromisoformat("2011-01-12")}, "date_for_code"),
        ({"F": "约九十"}, "not_number"),
        ({"J": 130}, "unknown_choice"),
    ],
)
def test_a_room_that_cannot_be_placed_or_read(cells: dict[str, Any], code: str) -> None:
    found = register({"房屋信息": [ROOMS, changed(ROOM, **cells)]})
    assert codes(found) == [(2, code)]
    assert found.of(RoomRow) == ()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (2001, UnitStatus.OCCUPIED), (2002, UnitStatus.UNSOLD), (2003, UnitStatus.HANDED_OVER),
        (2004, UnitStatus.VACANT),
        (2005, UnitStatus.RENOVATED), (2006, UnitStatus.RENTED), (2007, UnitStatus.SOLD),
        (2008, UnitStatus.IDLE), (2009, UnitStatus.RENOVATING),
    ],
)  # fmt: skip
def test_every_state_of_a_room_has_its_code(code: int, status: UnitStatus) -> None:
    assert register({"资产信息": [ASSETS, changed(ASSET, L=code)]}).of(AssetRow)[0].room.status is status


@pytest.mark.parametrize(("code", "kind"), [(110, UnitKind.HOME), (120, UnitKind.OFFICE), (119, UnitKind.DORMITORY)])
def test_every_kind_of_room_has_its_code(code: int, kind: UnitKind) -> None:
    assert register({"资产信息": [ASSETS, changed(ASSET, G=code)]}).of(AssetRow)[0].room.kind is kind


@pytest.mark.parametrize(
    ("code", "relation"),
    [(1001, Relation.OWNER), (1002, Relation.FAMILY), (1003, Relation.TENANT), (1004, Relation.TEMPORARY)],
)
def test_every_kind_of_person_has_its_code(code: int, relation: Relation) -> None:
    assert register({"资产信息": [ASSETS, changed(ASSET, Q=code)]}).of(AssetRow)[0].people[0].relation is relation


def test_several_owners_in_one_cell_share_the_phones_in_order() -> None:
    row = changed(ASSET, M="王建国，李秀英", O="13812345678,13900000001", P="11010519491231002X,440301198001010018")
    first, second = register({"资产信息": [ASSETS, row]}).of(AssetRow)[0].people
    assert (first.name, first.phones, first.id_number) == ("王建国", ("13812345678",), None)
    assert (second.name, second.phones, second.id_number) == ("李秀英", ("13900000001",), "440301198001010018")


def test_an_unsold_room_has_nobody_and_one_that_does_is_pointed_out() -> None:
    found = register({"资产信息": [ASSETS, changed(ASSET, L=2002, M=None, O=None), changed(ASSET, C=1002, L=2002)]})
    assert [len(row.people) for row in found.of(AssetRow)] == [0, 1]
    assert codes(found) == [(3, "unsold_with_owner")]


def test_a_room_handed_over_without_an_owner_is_pointed_out() -> None:
    assert codes(register({"资产信息": [ASSETS, changed(ASSET, M=None, O=None)]})) == [(2, "lived_in_without_owner")]


def test_a_phone_without_a_name_is_refused() -> None:
    assert codes(register({"资产信息": [ASSETS, changed(ASSET, L=2008, M=None)]})) == [(2, "no_person")]


def test_a_parking_space_with_its_vehicle() -> None:
    assert register({"车位信息": [SPACES, SPACE]}).of(SpaceRow) == (
        SpaceRow(
            sheet="车位信息", row=2, car_park="1", space="C0001", kind=SpaceKind.ABOVE, area=Decimal("12.50"),
            owner_number="1", plate="粤B12345", brand="比亚迪", vehicle_kind=VehicleKind.CAR, colour="白",
            is_sold=False, starts_on=date(2020, 1, 1), ends_on=date(2037, 1, 1),
        ),
    )  # fmt: skip


def test_an_area_of_one_means_that_nobody_measured_the_space() -> None:
    assert register({"车位信息": [SPACES, changed(SPACE, D=1)]}).of(SpaceRow)[0].area is None


@pytest.mark.req("BIL-9")
@pytest.mark.parametrize("since", ["2026-11-16", "2026年11月16日", "20261116"])
def test_the_first_day_of_a_car_stands_beside_the_days_of_its_space(since: str) -> None:
    (row,) = register({"车位信息": [[*SPACES, SINCE], [*SPACE, since]]}).of(SpaceRow)
    assert (row.car_since, row.starts_on) == (date(2026, 11, 16), date(2020, 1, 1))


@pytest.mark.req("BIL-9")
@pytest.mark.parametrize("since", ["下个月", "2026-11-31", "16/11/2026"])
def test_a_first_day_of_a_car_that_is_none_keeps_the_row_out(since: str) -> None:
    found = register({"车位信息": [[*SPACES, SINCE], [*SPACE, since]]})
    assert found.of(SpaceRow) == ()
    assert [(error.place, error.code) for error in found.errors] == [(f"车位信息!2 {SINCE}", "not_a_date")]


@pytest.mark.req("BIL-9")
def test_a_first_day_without_a_car_is_pointed_out() -> None:
    found = register({"车位信息": [[*SPACES, SINCE], [*changed(SPACE, F=None), "2026-11-16"]]})
    assert codes(found) == [(2, "day_of_no_car")]
    assert len(found.of(SpaceRow)) == 1


def test_past_payments_with_bare_serials_and_full_rooms() -> None:
    row = ["1-1-1001", "物业费", 12, 42370, 42736, 42736.0, 1000, 1000, "张三", "手工导入"]
    (payment,) = register({"房屋缴费历史": [PAYMENTS, row]}).of(PastPaymentRow)
    assert (payment.room, payment.starts_on, payment.ends_on) == ("1-1-1001", date(2016, 1, 1), date(2017, 1, 1))


def test_a_meter_row_that_does_not_fit_its_header_is_refused_at_the_cell() -> None:
    found = register({"水电表": [METERS, ["1-1-1智能水表", 1212, 1001, 1001, 33, "有", 110, 10102]]})
    assert found.of(MeterRow) == ()
    assert [(error.column, error.value, error.code) for error in found.errors] == [("房屋", "33", "bad_room")]


# Columns


@pytest.mark.parametrize("header", ["楼号", "楼栋号", "楼栋编号", "楼栋编号（必填）", "*楼栋号", " 楼 号 ", "楼号："])
def test_a_building_goes_by_many_names(header: str) -> None:
    assert match(SHEETS[SheetKind.BUILDINGS], [header, "单元"]).columns == {"building": 0, "entrance": 1}


@pytest.mark.parametrize("header", ["房间", "房屋编号", "房号", "房间号"])
def test_a_room_goes_by_many_names(header: str) -> None:
    assert match(SHEETS[SheetKind.ROOMS], ["楼栋", "单元", header]).columns["room"] == 2


def test_a_missing_column_is_reported_once_and_no_row_is_read() -> None:
    found = register({"业主信息": [["业主名称", "手机号"], ["王建国", 13812345678], ["李秀英", 13812345679]]})
    assert [(error.code, error.severity) for error in found.errors] == [("missing_column", Severity.ERROR)]
    assert found.rows == ()


def test_columns_chosen_by_hand_go_before_their_names() -> None:
    rows = [["甲", "乙", "业主名称"], ["7", "王建国", "旧名"]]
    choice = SheetChoice(SheetKind.PEOPLE, {"owner_number": 0, "name": 1})
    (person,) = register({"表一": rows}, {"表一": choice}).of(PersonRow)
    assert (person.owner_number, person.name) == ("7", "王建国")


def test_a_column_chosen_as_none_is_not_read() -> None:
    found = register({"业主信息": [PEOPLE, OWNER]}, {"业主信息": SheetChoice(SheetKind.PEOPLE, {"phones": None})})
    assert found.of(PersonRow)[0].phones == ()


def test_a_sheet_may_be_left_out() -> None:
    found = register({"业主信息": [PEOPLE, OWNER]}, {"业主信息": SheetChoice(None)})
    assert found.rows == ()


def test_two_columns_of_one_name_are_pointed_out() -> None:
    found = register({"楼栋单元": [["楼栋号", "单元编号", "楼栋号"], [1, 1, 9]]})
    assert codes(found) == [(1, "column_twice")]
    assert found.of(BuildingRow)[0].building == "1"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (BUILDINGS, SheetKind.BUILDINGS), (PEOPLE, SheetKind.PEOPLE), (TARIFFS, SheetKind.TARIFFS),
        (ROOMS, SheetKind.ROOMS), (ASSETS, SheetKind.ASSETS), (SPACES, SheetKind.SPACES),
        (PAYMENTS, SheetKind.ROOM_PAYMENTS), (METERS, SheetKind.METERS),
    ],
)  # fmt: skip
def test_a_renamed_sheet_is_known_by_its_columns(header: list[str], kind: SheetKind) -> None:
    assert recognise("Sheet1", header) is kind


def test_an_unknown_sheet_is_said_not_to_be_read() -> None:
    found = register({"通讯录": [["甲", "乙"], [1, 2]]})
    assert [(error.code, error.severity) for error in found.errors] == [("unknown_sheet", Severity.WARNING)]


# Cells put right in place


def test_a_retyped_cell_is_read_like_any_other_and_an_emptied_row_is_gone() -> None:
    book = workbook({"房屋信息": [ROOMS, changed(ROOM, F="约九十"), changed(ROOM, A=1012)]})
    assert codes(read_register(book)) == [(2, "not_number")]
    mended = corrected(book, {("房屋信息", 2, 5): "90.5"})
    assert [room.area for room in read_register(mended).of(RoomRow)] == [Decimal("90.5"), Decimal("94.56")]
    emptied = corrected(book, {("房屋信息", 2, column): "" for column in range(len(ROOMS))})
    assert [room.number for room in read_register(emptied).of(RoomRow)] == ["1-1-1012"]


# Across rows


def test_the_same_row_twice_is_harmless_and_a_different_one_is_not() -> None:
    found = check(register({"楼栋单元": [BUILDINGS, [1, 1, 33, "有"], [1, 1, 33, "有"], [1, 1, 6, "无"]]}))
    assert codes(found) == [(3, "seen_twice"), (4, "duplicate")]
    assert len(found.of(BuildingRow)) == 2


def test_a_room_whose_owner_nobody_described_comes_in_without_one() -> None:
    found = check(
        register({"业主信息": [PEOPLE, OWNER], "费用设置": [TARIFFS, TARIFF], "房屋信息": [ROOMS, changed(ROOM, G=6)]})
    )
    assert [(error.place, error.value, error.is_error) for error in found.errors] == [
        ("房屋信息!2 业主编号", "6", False)
    ]
    assert len(found.of(RoomRow)) == 1


def test_an_owner_the_register_already_knows_is_enough() -> None:
    found = check(
        register({"房屋信息": [ROOMS, changed(ROOM, G=6)]}), Known(owners=frozenset("6"), fees=frozenset("1"))
    )
    assert found.errors == ()


def test_a_relative_of_an_owner_nobody_described_is_refused() -> None:
    found = check(register({"业主信息": [PEOPLE, OWNER, [2, "李秀英", "女", 1, None, None, 1002, 9]]}))
    assert codes(found) == [(3, "unknown_owner")]
    assert [person.name for person in found.of(PersonRow)] == ["王建国"]


def test_a_charge_nobody_described_keeps_the_room_out() -> None:
    found = check(register({"业主信息": [PEOPLE, OWNER], "房屋信息": [ROOMS, ROOM]}))
    assert codes(found) == [(2, "unknown_fee")]
    assert found.of(RoomRow) == ()


def test_rows_of_one_room_that_contradict_each_other() -> None:
    family = changed(ASSET, I=80, M="李秀英", Q=1002)
    found = check(register({"资产信息": [ASSETS, ASSET, family]}))
    assert [(error.row, error.code, error.column, error.params) for error in found.errors] == [
        (3, "conflict", "建筑面积", {"number": 2, "other": "94.56"})
    ]


def test_one_plate_on_two_spaces_is_pointed_out() -> None:
    found = check(register({"车位信息": [SPACES, changed(SPACE, E=None), changed(SPACE, B="C0002", E=None)]}))
    assert codes(found) == [(3, "plate_twice")]


# Sentences


def test_an_error_hides_the_id_number_it_is_about() -> None:
    found = register({"业主信息": [PEOPLE, changed(OWNER, F="440301198001010019")]})
    assert [(error.code, error.value) for error in found.errors] == [("id_checksum", "**************0019")]


def test_every_sentence_can_be_said_with_what_its_finding_carries() -> None:
    names = ["limit", "said", "item", "column", "choices", "fees", "dates", "fee", "owner", "number", "other", "value"]
    params = dict.fromkeys(names, "x")
    for code in (*ERRORS, *WARNINGS):
        sentence = RowError("表", 2, "列", "值", code, params=params).sentence
        assert "%" not in sentence
    assert not set(ERRORS) & set(WARNINGS)


def test_row_values_cannot_be_changed_afterwards() -> None:
    (building,) = register({"楼栋单元": [BUILDINGS, [1, 1, 33, "有"]]}).of(BuildingRow)
    with pytest.raises(dataclasses.FrozenInstanceError):
        building.floors = 6  # type: ignore[misc]


def test_severities_count_up() -> None:
    found = check(register({"业主信息": [PEOPLE, changed(OWNER, E=12345), changed(OWNER, B=None, H=2)]}))
    assert Counter(error.severity for error in found.errors) == {Severity.WARNING: 1, Severity.ERROR: 1}


# --- What companies call their columns, and what is wrong in them ----------------------------------------------------
SPOKEN = ["栋", "单元名称", "房屋编码", "接房日期", "竣工验收日期", "产权人", "业主手机"]
SPOKEN_ROW = ["1", "1", "1001", "2020-06-10", "2020-05-01", "王建国", "13812345678"]


@pytest.mark.req("EST-3")
@pytest.mark.parametrize("header", ["交房日期", "交付日期", "接房日期", "收房时间", "交楼日期"])
def test_the_handover_is_read_under_the_names_companies_give_it(header: str) -> None:
    found = register({"资产信息": [[header if name == "接房日期" else name for name in SPOKEN], SPOKEN_ROW]})
    (row,) = found.of(AssetRow)
    assert not found.errors
    assert (row.room.handed_over_on, row.room.completed_on) == (date(2020, 6, 10), date(2020, 5, 1))
    assert (row.people[0].name, row.people[0].phones) == ("王建国", ("13812345678",))


@pytest.mark.req("EST-3")
@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        (3, "2020-13-45", "not_a_date"),
        (3, "9999-99-99", "not_a_date"),
        (3, "2019-01-01", "handover_first"),
        (3, "=TODAY()", "formula"),
        (5, '=CONCAT("王","五")', "formula"),
        (6, "xyz", "not_a_phone"),
        (6, "=1+1", "formula"),
    ],
)
def test_a_bad_cell_in_a_column_that_is_read_keeps_its_row_out(column: int, value: str, code: str) -> None:
    row = list(SPOKEN_ROW)
    row[column] = value
    found = register({"资产信息": [SPOKEN, row]})
    assert not found.rows
    assert (SPOKEN[column], code) in [(error.column, error.code) for error in found.errors if error.is_error]


@pytest.mark.req("EST-3")
def test_a_formula_in_a_column_that_is_not_read_keeps_nothing_out() -> None:
    found = register({"资产信息": [[*SPOKEN, "备用"], [*SPOKEN_ROW, "=1+1"]]})
    assert len(found.rows) == 1


@pytest.mark.req("EST-3")
def test_a_list_of_units_that_names_its_owners_is_read_with_them() -> None:
    found = register(
        {"房屋": [["房号", "楼栋", "单元", "业主姓名", "联系手机"], ["1001", "1", "1", "王建国", "13812345678"]]}
    )
    assert [person.name for row in found.of(AssetRow) for person in row.people] == ["王建国"]
    assert recognise("房屋信息", ROOMS) is SheetKind.ROOMS
    assert recognise("房屋信息", [*ROOMS, "业主名称"]) is SheetKind.ROOMS, "the owner's number says it"
