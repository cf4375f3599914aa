"""The workbooks companies really have, as they came: all sheets known, every trap taken."""

import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from estate.imports.checks import check
from estate.imports.reading import Register, read_register
from estate.imports.rows import AssetRow, FeeStart, PastPaymentRow, PersonRow, RoomRow
from estate.workbooks import read_workbook

REAL = os.environ.get("REAL_DATA")

pytestmark = [
    pytest.mark.req("EST-3"),
    pytest.mark.skipif(not REAL, reason="REAL_DATA does not name the folder of real input"),
]


def real(name: str) -> Register:
    return check(read_register(read_workbook((Path(str(REAL)) / "imports" / name).read_bytes())))


def counts(register: Register) -> dict[str, int]:
    return dict(Counter(type(row).__name__ for row in register.rows))


def test_hc_gives_all_its_rows_and_warns_of_three_owners_nobody_described() -> None:
    register = real("hc.xlsx")
    assert counts(register) == {"BuildingRow": 26, "PersonRow": 5, "TariffRow": 2, "RoomRow": 8, "SpaceRow": 1}
    assert [(e.place, e.value, e.code) for e in register.errors] == [
        ("房屋信息!7 业主编号", "6", "owner_not_listed"),
        ("房屋信息!8 业主编号", "7", "owner_not_listed"),
        ("房屋信息!9 业主编号", "8", "owner_not_listed"),
    ]
    assert register.of(RoomRow)[0].fees == (FeeStart("1", date(2020, 6, 10)), FeeStart("2", date(2020, 7, 10)))
    assert [person.phones for person in register.of(PersonRow)][:2] == [(), ("18999999991",)]
    assert {person.id_number for person in register.of(PersonRow)} == {None}


def test_import_room_gives_its_room_with_its_owner() -> None:
    register = real("importRoom.xlsx")
    assert register.errors == ()
    (asset,) = register.of(AssetRow)
    assert (asset.room.number, [person.phones for person in asset.people]) == ("1-1-1001", [("13800000001",)])


@pytest.mark.parametrize(("name", "first"), [("importFeeDetail.xlsx", "1-1-1001"), ("importCarFeeDetail.xlsx", "1")])
def test_payment_histories_with_serials_and_with_real_dates_read_alike(name: str, first: str) -> None:
    payments = real(name).of(PastPaymentRow)
    assert len(payments) == 3
    assert (payments[0].room or payments[0].plate, payments[0].starts_on) == (first, date(2016, 1, 1))


def test_the_meter_row_that_does_not_fit_its_header_is_the_only_row_refused() -> None:
    register = real("meterMachine.xlsx")
    assert register.rows == ()
    assert [(e.place, e.value, e.code) for e in register.errors] == [("水电表!2 房屋", "33", "bad_room")]
