"""Whole files that are damaged, disguised or malicious: read, or refused in a sentence; nothing is written."""

import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from accounts.models import User
from estate.imports.checks import check
from estate.imports.models import RegisterImport
from estate.imports.reading import read_register
from estate.models import Person, Unit
from estate.workbooks import WorkbookRefused, read_workbook
from tests.cast import Cast
from tests.estate.books import ASSET, ASSETS, OWNER, PEOPLE, ROOM, ROOMS, xlsx
from tests.estate.test_workbooks import with_part

pytestmark = pytest.mark.req("EST-3")
SEED = 20261123
REAL = os.environ.get("REAL_DATA")
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;</t></si></sst>'
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'


def books() -> list[bytes]:
    """One of ours with every kind of cell, and the real ones where they are."""
    own = xlsx({"业主信息": [PEOPLE, OWNER], "房屋信息": [ROOMS, ROOM], "资产信息": [ASSETS, ASSET]})
    real = sorted((Path(REAL) / "imports").glob("*.xlsx")) if REAL else []
    return [own, *(path.read_bytes() for path in real)]


def outcome(content: bytes) -> str:
    """Read it through to the rows: `read`, or the sentence of the refusal."""
    try:
        book = read_workbook(content)
    except WorkbookRefused as refusal:
        return str(refusal)
    for error in check(read_register(book)).errors:
        assert error.sentence
    return "read"


def spoilt(content: bytes, chance: Random) -> bytes:
    """The file with bytes changed, cut, doubled or filled in, somewhere or inside one of its parts."""
    if chance.random() < 0.5:
        parts = zipfile.ZipFile(io.BytesIO(content)).namelist()
        name = chance.choice(parts)
        return with_part(content, name, _spoilt(zipfile.ZipFile(io.BytesIO(content)).read(name), chance))
    return _spoilt(content, chance)


def _spoilt(content: bytes, chance: Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 3, 20))):
        at = chance.randrange(max(1, len(data)))
        match chance.randrange(6):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randrange(1, 200)]
            case 2:
                data[at:at] = data[at : at + chance.randrange(1, 200)]
            case 3:
                data[at:at] = chance.choice(
                    [b"&amp;", b"&#0;", b"<c r='ZZZ999999999'><v>1e999</v></c>", b"\0\0", b"]]>"]
                )
            case 4:
                del data[at:]
            case _:
                digits = [found.span() for found in re.finditer(rb"\d+", bytes(data[:20000]))]
                if digits:
                    start, end = chance.choice(digits)
                    data[start:end] = chance.choice([b"-1", b"0", b"9" * 25, b"1e400", b"NaN", b""])
    return bytes(data)


def many(number: int, seed: int) -> dict[str, int]:
    chance, found, originals = Random(seed), dict[str, int](), books()
    for _ in range(number):
        said = outcome(spoilt(chance.choice(originals), chance))
        assert len(said) > 3
        found[said] = found.get(said, 0) + 1
    return found


def test_a_spoilt_workbook_is_read_or_refused_in_a_sentence() -> None:
    assert sum(many(40, SEED).values()) == 40


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEED, SEED + 4))
def test_thousands_of_spoilt_workbooks(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    number = int(os.environ.get("NONSENSE_WORKBOOKS", "10000")) // 4
    found = many(number, seed)
    with capsys.disabled():
        print(f"\nseed {seed}: {number} workbooks, {found.get('read', 0)} read, no failure")  # noqa: T201
    assert sum(found.values()) == number


@pytest.mark.parametrize(
    "part",
    ["xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/worksheets/sheet1.xml"],
)
def test_a_missing_part_is_damage(part: str) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(books()[0])) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
    outcome(target.getvalue())


@pytest.mark.parametrize(
    "part", ["xl/sharedStrings.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "docProps/core.xml"]
)
@pytest.mark.parametrize("bomb", [BOMB, OUTSIDE, BOMB.decode().encode("utf-16")])
def test_a_document_type_is_refused_wherever_it_stands(part: str, bomb: bytes) -> None:
    assert outcome(with_part(books()[0], part, bomb)) != "read"


def test_merged_cells_and_dates_of_1904_are_read() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    sheet.title = "业主信息"
    for row in (PEOPLE, OWNER, OWNER):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    target = io.BytesIO()
    book.save(target)
    assert outcome(target.getvalue()) == "read"
    assert read_workbook(target.getvalue()).date1904


@pytest.mark.slow
def test_a_million_empty_rows_are_none() -> None:
    content = books()[0]
    name = "xl/worksheets/sheet1.xml"
    sheet = zipfile.ZipFile(io.BytesIO(content)).read(name)
    rows = b"".join(b'<row r="%d"/>' % number for number in range(10, 1_000_010))
    grown = sheet.replace(b"</sheetData>", rows + b"</sheetData>")
    assert [len(sheet.rows) for sheet in read_workbook(with_part(content, name, grown)).sheets] == [1, 1, 1]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("房屋.xlsx", "楼号,单元\n1,1\n".encode()),
        ("房屋.csv", "楼号,单元\n1,1\n".encode("gb18030")),
        ("房屋.xlsx", b"PK\x03\x04" + b"\0" * 100),
        ("房屋.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600),
        ("房屋.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")),
        ("x" * 300 + ".xlsx", b""),
        ("\u202excslx.exe", b"MZ"),
    ],
)
def test_what_is_no_workbook_is_refused_on_the_page_and_nothing_is_kept(
    cast: Cast, signed_in: Callable[[User], Client], name: str, content: bytes
) -> None:
    before = Unit.objects.count(), Person.objects.count()
    answer = signed_in(cast.admin).post(reverse("register_imports"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert (Unit.objects.count(), Person.objects.count(), RegisterImport.objects.count()) == (*before, 0)
