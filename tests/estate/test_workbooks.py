"""Reading strangers' workbooks: what is refused, and that data end where the header does."""

import io
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.utils import translation
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from estate import workbooks
from estate.workbooks import WorkbookRefused, read_workbook

pytestmark = pytest.mark.pure

HEADER = ["楼栋号", "单元编号", "总层数"]


def xlsx(**sheets: Any) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    """The same file with one part put in place of the old one, or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, data)
    return target.getvalue()


def refused(content: bytes) -> str:
    with translation.override("en"), pytest.raises(WorkbookRefused) as caught:
        read_workbook(content)
    return str(caught.value)


@pytest.mark.req("EST-3")
def test_the_block_of_notes_to_the_right_is_no_data() -> None:
    rows = [
        [*HEADER],
        [1, 1, 33],
        [1, 2, 33, None, None, "说明", "楼栋编号"],
        [None, None, None, None, None, "单元编号"],
    ]
    sheet = read_workbook(xlsx(楼栋单元=rows)).sheets[0]
    assert sheet.header == tuple(HEADER)
    assert [row.cells for row in sheet.rows] == [(1, 1, 33), (1, 2, 33)]


@pytest.mark.req("EST-3")
def test_blank_rows_inside_are_skipped_and_row_numbers_stay_those_of_excel() -> None:
    rows = [[*HEADER], [1, 1, 33], [], ["  ", "\u200b", ""], [2, 1, 33]]
    sheet = read_workbook(xlsx(楼栋=rows)).sheets[0]
    assert [(row.number, row.cells[0]) for row in sheet.rows] == [(2, 1), (5, 2)]


def test_a_title_above_the_table_is_not_its_header() -> None:
    sheet = read_workbook(xlsx(楼栋=[["某某小区楼栋表"], [], [*HEADER], [1, 1, 33]])).sheets[0]
    assert sheet.header_row == 3
    assert [row.number for row in sheet.rows] == [4]


def test_header_cells_lose_line_breaks_and_invisible_characters() -> None:
    sheet = read_workbook(xlsx(楼栋=[["楼栋号\n(必填)", "\ufeff单元编号 "], [1, 1]])).sheets[0]
    assert sheet.header == ("楼栋号 (必填)", "单元编号")


def test_real_dates_stay_dates_and_a_1904_workbook_says_so() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    sheet.append(["a", "b"])
    sheet.append([date(2020, 6, 10), 1])
    target = io.BytesIO()
    book.save(target)
    read = read_workbook(target.getvalue())
    assert read.date1904
    assert str(read.sheets[0].rows[0].cells[0]) == "2020-06-10 00:00:00"


def test_a_sheet_without_a_header_is_left_out_and_an_empty_workbook_refused() -> None:
    assert [sheet.name for sheet in read_workbook(xlsx(空=[], 楼栋=[[*HEADER]])).sheets] == ["楼栋"]
    assert "empty" in refused(xlsx(空=[]))


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"PK\x03\x04 not really", b"\x00" * 100, "楼栋号".encode()])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    assert "not an Excel workbook" in refused(content)


def test_an_empty_file_is_refused() -> None:
    assert "empty" in refused(b"")


def test_an_old_xls_file_is_refused_with_what_to_do() -> None:
    assert ".xls file" in refused(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)


def test_a_workbook_under_a_password_is_refused_with_what_to_do() -> None:
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 100 + "EncryptedPackage".encode("utf-16-le")
    assert "password" in refused(ole)


def test_another_zip_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "not an Excel workbook" in refused(target.getvalue())


def test_a_zip_bomb_is_refused_before_it_unfolds() -> None:
    bomb = with_part(xlsx(楼栋=[[*HEADER]]), "xl/media/image1.png", b"\0" * (workbooks.MAX_UNPACKED_BYTES + 1))
    assert len(bomb) < workbooks.MAX_FILE_BYTES
    assert "larger than" in refused(bomb)


def test_a_file_over_the_limit_is_refused() -> None:
    assert "larger than" in refused(b"PK" + b"\0" * workbooks.MAX_FILE_BYTES)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused(encoding: str) -> None:
    part = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><sst>&a;</sst>'.encode(encoding)
    assert "document type" in refused(with_part(xlsx(楼栋=[[*HEADER]]), "xl/sharedStrings.xml", part))


def test_a_damaged_part_is_refused_as_damage() -> None:
    assert "damaged" in refused(
        with_part(xlsx(楼栋=[[*HEADER]]), "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><ro")
    )


def test_a_cut_off_file_is_refused_as_damage_or_no_workbook() -> None:
    whole = xlsx(楼栋=[[*HEADER], [1, 1, 33]])
    for size in range(0, len(whole) - 1, 97):
        assert refused(whole[:size])


def test_too_many_rows_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_ROWS", 3)
    assert "楼栋" in refused(xlsx(楼栋=[[*HEADER], *[[n, 1, 33] for n in range(4)]]))


def test_too_many_columns_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_COLUMNS", 2)
    assert "columns" in refused(xlsx(楼栋=[[*HEADER], [1, 1, 33]]))


def test_too_many_sheets_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_SHEETS", 1)
    assert "sheets" in refused(xlsx(a=[[*HEADER]], b=[[*HEADER]]))


def test_a_claimed_size_of_a_million_columns_costs_nothing() -> None:
    content = xlsx(楼栋=[[*HEADER], [1, 1, 33]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.read("xl/worksheets/sheet1.xml").replace(b'ref="A1:C2"', b'ref="A1:XFD1048576"')
    sheet = read_workbook(with_part(content, "xl/worksheets/sheet1.xml", part)).sheets[0]
    assert [row.cells for row in sheet.rows] == [(1, 1, 33)]


def test_a_row_numbered_in_the_billions_ends_the_sheet() -> None:
    content = xlsx(楼栋=[[*HEADER], [1, 1, 33]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.read("xl/worksheets/sheet1.xml")
    far = b'<row r="2000000000"><c r="A2000000000"><v>7</v></c></row></sheetData>'
    sheet = read_workbook(with_part(content, "xl/worksheets/sheet1.xml", part.replace(b"</sheetData>", far))).sheets[0]
    assert len(sheet.rows) == 1
