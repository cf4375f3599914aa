"""One cell at a time: what Excel and people leave in it, and what is made of it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from estate.imports import cells
from estate.imports.cells import Cell, CellError

pytestmark = [pytest.mark.pure, pytest.mark.req("EST-3")]


def fails(read: Any, raw: Any) -> str:
    with pytest.raises(CellError) as caught:
        read(Cell(raw))
    return caught.value.code


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (datetime.fromisoformat("2020-06-10"), date(2020, 6, 10)),
        (date(2020, 6, 10), date(2020, 6, 10)),
        ("2020-6-10", date(2020, 6, 10)),
        ("2020/06/10", date(2020, 6, 10)),
        ("2020.6.10", date(2020, 6, 10)),
        ("2020年6月10日", date(2020, 6, 10)),
        ("2020-06-10 00:00:00", date(2020, 6, 10)),
        ("20200610", date(2020, 6, 10)),
        (20200610, date(2020, 6, 10)),
        (42370, date(2016, 1, 1)),
        (42370.0, date(2016, 1, 1)),
        ("42370", date(2016, 1, 1)),
        (42370.75, date(2016, 1, 1)),
        ("２０２０－６－１０", date(2020, 6, 10)),
    ],
)
def test_a_date_in_any_dress(raw: Any, expected: date) -> None:
    assert cells.day(Cell(raw)) == expected


def test_a_serial_of_a_1904_workbook_counts_from_1904() -> None:
    assert cells.day(Cell(42370, date1904=True)) == date(2020, 1, 2)


@pytest.mark.parametrize("raw", ["2020-13-1", "2020-2-30", "6-10", "明年", 12, 1.38e10, "0000-01-01", "9999-01-01"])
def test_what_is_no_date_is_refused(raw: Any) -> None:
    assert fails(cells.day, raw) == "not_a_date"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (1001, "1001"), (1001.0, "1001"), ("1001.0", "1001"), ("1001.00", "1001"), (" 1001 ", "1001"),
        ("１００１", "1001"), ("0101", "0101"), ("1001室", "1001"),
        ("3栋", "3"), ("3号楼", "3"), ("2单元", "2"), ("A座", "A"), ("B1", "B1"),
        ("商铺", "商铺"), ("十二栋", "十二栋"),
    ],
)  # fmt: skip
def test_a_number_of_a_room_or_building(raw: Any, expected: str) -> None:
    assert cells.code(Cell(raw)) == expected


@pytest.mark.parametrize("raw", ["1-1", "1/2", "1#2", "a b,c", "x" * 20])
def test_a_number_with_separators_is_refused(raw: str) -> None:
    assert fails(cells.code, raw) == "bad_code"


def test_a_room_that_excel_took_for_a_date_is_refused_rather_than_guessed() -> None:
    assert fails(cells.code, datetime.fromisoformat("2023-12-01")) == "date_for_code"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (13812345678, ("13812345678",)),
        (1.3812345678e10, ("13812345678",)),
        ("1.3812345678E+10", ("13812345678",)),
        ("13812345678.0", ("13812345678",)),
        ("138 1234 5678", ("13812345678",)),
        ("138-1234-5678", ("13812345678",)),
        ("+86 13812345678", ("13812345678",)),
        ("13812345678/13900000001", ("13812345678", "13900000001")),
        ("13812345678、13812345678", ("13812345678",)),
        ("13812345678\n13900000001", ("13812345678", "13900000001")),
        ("0755-26881234", ("075526881234",)),
        ("0755-26881234-801", ("0755-26881234-801",)),
        ("26881234-801", ("26881234-801",)),
        (18999999999, ()),
        (1.8999999999e10, ()),
        ("18999999999", ()),
        ("18999999999,13812345678", ("13812345678",)),
    ],
)
def test_phones_however_they_were_kept(raw: Any, expected: tuple[str, ...]) -> None:
    cell = Cell(raw)
    assert cells.phones(cell) == expected
    assert cell.warnings == []


@pytest.mark.parametrize("raw", [1381234567, "138123456789", "12345", "+4915112345678"])
def test_a_phone_that_might_be_dialled_is_kept_with_a_warning(raw: Any) -> None:
    cell = Cell(raw)
    assert cells.phones(cell) == (str(raw),)
    assert cell.warnings == [("phone_unusual", {})]


@pytest.mark.parametrize("raw", ["无", "王小明", "1", "138xxxx5678"])
def test_what_nobody_can_dial_is_an_error(raw: str) -> None:
    assert fails(cells.phones, raw) == "not_a_phone"


@pytest.mark.parametrize("valid", ["440301198001010018", "11010519491231002X", "11010519491231002x"])
def test_check_digits_of_real_form_hold(valid: str) -> None:
    assert cells.id_number_is_valid(valid.upper())


@pytest.mark.parametrize("wrong", ["440301198001010019", "440301198013010015", "44030119800101001", "0" * 18])
def test_a_wrong_digit_an_impossible_day_or_length_fails_the_check(wrong: str) -> None:
    assert not cells.id_number_is_valid(wrong)


def test_the_placeholder_id_number_means_none() -> None:
    assert cells.id_number(Cell("11010519491231002x")) is None


def test_a_wrong_check_digit_is_a_warning_and_the_number_is_kept() -> None:
    cell = Cell("440301198001010019")
    assert cells.id_number(cell) == "440301198001010019"
    assert cell.warnings == [("id_checksum", {})]


def test_a_passport_is_kept_as_another_document() -> None:
    cell = Cell("E12345678")
    assert cells.id_number(cell) == "E12345678"
    assert cell.warnings == [("id_unusual", {})]


@pytest.mark.parametrize("raw", [440301198001010018, 4.40301198001010e17])
def test_an_id_number_kept_as_a_number_has_lost_its_digits(raw: Any) -> None:
    assert fails(cells.id_number, raw) == "digits_lost"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(94.56, "94.56"), ("94.56", "94.56"), ("94.56㎡", "94.56"), ("1,200 元", "1200.00"), (0, "0.00"), (94, "94.00")],
)
def test_areas_and_amounts(raw: Any, expected: str) -> None:
    assert cells.hundredths(Cell(raw)) == Decimal(expected)


def test_more_digits_than_can_be_kept_are_rounded_and_said() -> None:
    cell = Cell(94.565)
    assert cells.hundredths(cell) == Decimal("94.57")
    assert cell.warnings == [("rounded", {"value": Decimal("94.57")})]


def test_a_float_that_is_not_quite_its_number_is_not_called_rounded() -> None:
    cell = Cell(94.1 + 0.46)
    assert cells.hundredths(cell) == Decimal("94.56")
    assert cell.warnings == []


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("约90", "not_number"),
        (-1, "negative"),
        ("NaN", "not_number"),
        ("1e99", "not_number"),
        ("1e2", "not_number"),
        ("9" * 12, "too_large"),
        (True, "not_number"),
    ],
)
def test_what_is_no_amount(raw: Any, code: str) -> None:
    assert fails(cells.hundredths, raw) == code


@pytest.mark.parametrize(
    ("raw", "expected"), [("有", True), ("是", True), ("无", False), ("否", False), (True, True), (0, False)]
)
def test_yes_and_no(raw: Any, expected: bool) -> None:
    assert cells.yes(Cell(raw)) is expected


@pytest.mark.parametrize(("raw", "expected"), [(1, 1), ("12层", 12), ("B2", -2), ("-1", -1), (3.0, 3)])
def test_floors_and_basements(raw: Any, expected: int) -> None:
    assert cells.floor(Cell(raw)) == expected


@pytest.mark.parametrize(
    ("raw", "expected"), [("1#2", ("1", "2")), (1.0, ("1",)), ("1＃2", ("1", "2")), ("1 # 2.0", ("1", "2"))]
)
def test_values_joined_by_a_hash(raw: Any, expected: tuple[str, ...]) -> None:
    assert cells.parts(Cell(raw)) == expected


@pytest.mark.parametrize("raw", [1001, 1001.0, "1001", "1001.0", "１００１"])
def test_a_code_is_the_same_as_number_and_text(raw: Any) -> None:
    assert cells.choice(Cell(raw), {"1001": "owner"}) == "owner"


def test_an_unknown_code_names_the_known_ones() -> None:
    with pytest.raises(CellError) as caught:
        cells.choice(Cell(1009), {"1001": "owner", "业主": "owner"})
    assert caught.value.params == {"choices": "1001、业主"}


def test_an_error_list_shows_the_end_of_an_id_number_only() -> None:
    assert cells.masked_id("440301198001010018") == "**************0018"
