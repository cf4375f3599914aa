"""Whatever stands in a cell, reading ends in rows and findings, never in an error of ours."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.imports.checks import check
from estate.imports.columns import SHEETS, SheetKind
from estate.imports.reading import read_register
from estate.imports.rows import AssetRow, PersonRow, RoomRow
from estate.workbooks import Sheet, SheetRow, Workbook
from tests.estate.books import ASSET, ASSETS, OWNER, PEOPLE, ROOM, ROOMS, SPACE, SPACES, TARIFF, TARIFFS

pytestmark = [pytest.mark.pure, pytest.mark.req("EST-3")]
LIKELY = [
    "1-1-1001",
    "1#2",
    "#",
    "0",
    "２０２０年６月３１日",
    "1.38E+10",
    "'=1",
    "NaN",
    "Infinity",
    "-0",
    "1" * 40,
    "\u202e1",
    "#REF!",
]
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=60),
    st.sampled_from(LIKELY),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
)  # fmt: skip
SAMPLES: dict[SheetKind, tuple[list[str], list[Any]]] = {
    SheetKind.PEOPLE: (PEOPLE, OWNER),
    SheetKind.TARIFFS: (TARIFFS, TARIFF),
    SheetKind.ROOMS: (ROOMS, ROOM),
    SheetKind.ASSETS: (ASSETS, ASSET),
    SheetKind.SPACES: (SPACES, SPACE),
}


def read(kind: SheetKind, header: list[str], rows: list[list[Any]], *, date1904: bool = False) -> Any:
    lines = tuple(SheetRow(number, tuple(row)) for number, row in enumerate(rows, start=2))
    sheet = Sheet(name=SHEETS[kind].titles[0], header_row=1, header=tuple(header), rows=lines)
    return check(read_register(Workbook(sheets=(sheet,), date1904=date1904)))


def test_a_name_longer_than_the_register_keeps_is_refused_in_a_row_of_several_people_too() -> None:
    header, sample = SAMPLES[SheetKind.ASSETS]
    row = list(sample)
    row[12] = 9.999999999999996e99
    found = read(SheetKind.ASSETS, header, [row])
    assert not found.rows
    assert "100" in str(found.errors[0].sentence)


@given(kind=st.sampled_from(list(SAMPLES)), data=st.data(), date1904=st.booleans())
@settings(max_examples=400, deadline=None)
def test_any_cell_may_hold_anything(kind: SheetKind, data: st.DataObject, date1904: bool) -> None:
    header, sample = SAMPLES[kind]
    row = list(sample)
    for column in data.draw(st.sets(st.integers(0, len(header) - 1), min_size=1)):
        row[column] = data.draw(CELLS)
    found = read(kind, header, [list(sample), row], date1904=date1904)
    for error in found.errors:
        assert error.sentence
        assert error.place
    for good in found.rows:
        assert_fits(good)


@given(header=st.lists(st.text(min_size=1, max_size=20), min_size=2, max_size=20), row=st.lists(CELLS, max_size=20))
@settings(max_examples=200, deadline=None)
def test_any_header_may_stand_there(header: list[str], row: list[Any]) -> None:
    for kind in SheetKind:
        read(kind, header, [row])


def assert_fits(row: Any) -> None:
    """What is good fits into the register's columns."""
    if isinstance(row, AssetRow):
        assert_fits(row.room)
        for person in row.people:
            assert_fits(person)
    if isinstance(row, RoomRow):
        assert len(row.number) <= 60
        assert row.area is None or Decimal(0) < row.area < Decimal(10) ** 8
    if isinstance(row, PersonRow):
        assert 0 < len(row.name) <= 100
        assert all(0 < len(phone) <= 20 for phone in row.phones)
        assert row.id_number is None or len(row.id_number) <= 40


def test_the_likely_traps_are_covered_by_type() -> None:
    odd = [datetime(2020, 1, 1), date(2020, 1, 1), time(1), timedelta(1), Decimal("NaN"), float("inf"), True]  # noqa: DTZ001
    for column in range(len(ROOMS)):
        for value in odd:
            row = list(ROOM)
            row[column] = value
            read(SheetKind.ROOMS, ROOMS, [row])
