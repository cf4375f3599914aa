"""Reading Excel workbooks that strangers send: bounded, inert, and reduced to plain cells.

Nothing here knows what the columns mean (see `estate.imports`). A sheet's data are the columns under the contiguous
header cells from column A on: property companies keep their 说明 block to the right of the data on the same sheet.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.constants import ARC_CORE, ARC_CUSTOM, ARC_STYLE, ARC_THEME, ARC_WORKBOOK

from core.errors import Invalid

CellValue = str | int | float | bool | Decimal | datetime | date | time | timedelta | None

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 150 * 1024 * 1024
# What is not read row by row but whole: the list of sheets, formats, properties, the texts that cells share.
MAX_WHOLE_BYTES = 3 * 1024 * 1024
MAX_TEXT_BYTES = 48 * 1024 * 1024
MAX_TEXTS = 400_000
MAX_PARTS = 2_000
MAX_SHEETS = 50
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_SHEET_ROW = 1_048_576
HEADER_SEARCH_ROWS = 10
# One column more than allowed, so that a wider header shows. The dimensions a file claims are never used.
_LIMITS: Mapping[str, Any] = {"max_row": MAX_SHEET_ROW, "max_col": MAX_COLUMNS + 1}

# Opened by name, whatever the workbook declares them to be.
READ_WHOLE = frozenset({ARC_STYLE, ARC_THEME, ARC_CORE, ARC_WORKBOOK, ARC_CUSTOM})
_OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DTD = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_SHEET = re.compile(rb"<(?:\w+:)?sheet[\s/>]")
_TEXT = re.compile(rb"<(?:\w+:)?si[\s/>]")
_DECLARED = re.compile(r"<(?:\w+:)?Override\b[^>]*>")
_ATTRIBUTE = re.compile(r"(PartName|ContentType)\s*=\s*[\"']([^\"']*)[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_CHUNK = 1024 * 1024
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")


class WorkbookRefused(Invalid):
    """The file as a whole cannot be read; the sentence says why and what to do."""

    code = "workbook_refused"


@dataclass(frozen=True)
class SheetRow:
    """One row that is not blank: its number as Excel shows it, and its cells under the header."""

    number: int
    cells: tuple[CellValue, ...]


@dataclass(frozen=True)
class Sheet:
    """The data block of one sheet: the header from column A to the first gap and the rows below that are not blank."""

    name: str
    header_row: int
    header: tuple[str, ...]
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True)
class Workbook:
    """A workbook reduced to its data. `date1904`: serial numbers count from 1904 (files saved by old Excel for Mac)."""

    sheets: tuple[Sheet, ...]
    date1904: bool = False

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name, or None."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def clean_text(value: str) -> str:
    """Text as a person sees it: no invisible or direction-changing characters, single blanks, none at the ends."""
    return " ".join(_INVISIBLE.sub("", value).split())


def is_blank(value: CellValue) -> bool:
    """Whether a person would call the cell empty (a cell of blanks is)."""
    return value is None or (isinstance(value, str) and not clean_text(value))


def is_formula(value: CellValue) -> bool:
    """Whether the cell holds a formula instead of what it comes to; the exports' own escape makes text of it."""
    return isinstance(value, str) and clean_text(value).startswith("=")


def read_workbook(content: bytes) -> Workbook:
    """Read an .xlsx file given as bytes.

    Formulas give the value Excel last computed, and themselves where no value was ever computed. Sheets without a
    header are left out.

    Raises:
        WorkbookRefused: not an .xlsx file, encrypted, old .xls, damaged, empty, or larger than the limits above.
    """
    _refuse_other_files(content)
    _refuse_bombs(content)
    try:
        workbook = _read(content)
    except WorkbookRefused:
        raise
    except Exception as damage:
        # A damaged part surfaces as almost any exception of the parser; to the person it is one and the same thing.
        raise _damaged() from damage
    if not workbook.sheets:
        raise WorkbookRefused(_("The workbook is empty: no sheet has column names starting at cell A1."))
    return workbook


def _read(content: bytes) -> Workbook:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    worksheets = book.worksheets
    if len(worksheets) > MAX_SHEETS:
        raise _too_many_sheets()
    uncomputed = _uncomputed(content, worksheets) if _has_formulas(content) else {}
    found = (_read_sheet(worksheet, uncomputed.get(place, {})) for place, worksheet in enumerate(worksheets))
    sheets = tuple(sheet for sheet in found if sheet is not None)
    return Workbook(sheets=sheets, date1904=book.epoch == CALENDAR_MAC_1904)


def _has_formulas(content: bytes) -> bool:
    """Whether any part looks as if a cell had a formula; only then is the workbook read for them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.infolist():
            tail = b""
            with archive.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    plain = tail + chunk.replace(b"\0", b"")
                    if _FORMULA.search(plain):
                        return True
                    tail = plain[-16:]
    return False


def _uncomputed(content: bytes, worksheets: Sequence[Worksheet]) -> dict[int, dict[tuple[int, int], str]]:
    """Formulas without a value, by the sheet's place and by row and column from 0.

    Programs that write workbooks leave their formulas to Excel. A formula that came to an empty text has a value.
    """
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    found: dict[int, dict[tuple[int, int], str]] = {}
    for place, (computed, written) in enumerate(zip(worksheets, book.worksheets, strict=True)):
        lines = zip(computed.iter_rows(**_LIMITS), written.iter_rows(**_LIMITS), strict=False)
        for number, (values, formulas) in enumerate(lines, start=1):
            for column, (value, formula) in enumerate(zip(values, formulas, strict=False)):
                if formula.data_type == "f" and value.value is None and value.data_type == "n":
                    found.setdefault(place, {})[number, column] = f"={str(formula.value).lstrip('=')}"[:80]
    return found


def _too_many_sheets() -> WorkbookRefused:
    return WorkbookRefused(
        _("The workbook has more than %(limit)s sheets. Split it into several files.") % {"limit": MAX_SHEETS}
    )


def _too_much_about_it() -> WorkbookRefused:
    return WorkbookRefused(
        _("The workbook holds too many formats or settings. Copy its rows into a new workbook and upload that.")
    )


def _damaged() -> WorkbookRefused:
    return WorkbookRefused(
        _("The file is damaged and cannot be read. Open it in Excel or WPS, save it as .xlsx again and upload that.")
    )


def _refuse_other_files(content: bytes) -> None:
    if not content:
        raise WorkbookRefused(_("The file is empty."))
    if len(content) > MAX_FILE_BYTES:
        raise WorkbookRefused(
            _("The file is larger than %(limit)s MB. Split it into several files.")
            % {"limit": MAX_FILE_BYTES // 1024 // 1024}
        )
    if content.startswith(_OLE2):
        if _ENCRYPTED in content:
            raise WorkbookRefused(
                _("The workbook is protected by a password. Remove the password in Excel and save it again.")
            )
        raise WorkbookRefused(_("This is an old .xls file. Save it as .xlsx in Excel or WPS and upload that."))
    if not _is_archive(content):
        raise WorkbookRefused(_("This is not an Excel workbook. Only .xlsx files can be read."))


def _is_archive(content: bytes) -> bool:
    try:
        return zipfile.is_zipfile(io.BytesIO(content))
    except (ValueError, OverflowError):
        return False


def _refuse_bombs(content: bytes) -> None:
    """Unpack every part once, counting; what a part claims about its size is not believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _look_through(archive)
    except WorkbookRefused:
        raise
    except Exception as damage:
        # Places that a spoilt archive gives for its parts surface as more kinds of errors than its library names.
        raise _damaged() from damage


def _look_through(archive: zipfile.ZipFile) -> None:
    if "xl/workbook.xml" not in archive.namelist():
        raise WorkbookRefused(_("This is not an Excel workbook. Only .xlsx files can be read."))
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise _too_big()
    rooms = _rooms(archive)
    unpacked = 0
    for part in parts:
        room = min(rooms.get(part.filename, MAX_WHOLE_BYTES), MAX_UNPACKED_BYTES - unpacked)
        unpacked += _unpack(archive, part, room=room)


def _too_big() -> WorkbookRefused:
    return WorkbookRefused(
        _("Unpacked, the workbook is larger than %(limit)s MB. Split it into several files.")
        % {"limit": MAX_UNPACKED_BYTES // 1024 // 1024}
    )


def _rooms(archive: zipfile.ZipFile) -> dict[str, int]:
    """How large the parts may be that are read bit by bit: what is declared as rows or texts, and as nothing else.

    All others are held whole, and cost a hundred times their size.
    """
    with archive.open("[Content_Types].xml") as stream:
        declared = stream.read(MAX_WHOLE_BYTES).decode("utf-8", "replace")
    kinds: dict[str, set[str]] = {}
    for override in _DECLARED.findall(declared):
        found = dict(_ATTRIBUTE.findall(override))
        kinds.setdefault(found.get("PartName", "").lstrip("/"), set()).add(found.get("ContentType", ""))
    rows = {name: MAX_UNPACKED_BYTES for name, said in kinds.items() if _only(said, "worksheet+xml")}
    texts = {name: MAX_TEXT_BYTES for name, said in kinds.items() if _only(said, "sharedStrings+xml")}
    return {name: room for name, room in {**rows, **texts}.items() if name not in READ_WHOLE}


def _only(said: set[str], kind: str) -> bool:
    return all(one.endswith(kind) for one in said)


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, *, room: int) -> int:
    """Read one part to its end and return its size; refuse it beyond `room` bytes, and what only looks small."""
    size, sheets, texts, tail = 0, 0, 0, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > room:
                raise _too_big() if room > MAX_WHOLE_BYTES else _too_much_about_it()
            # A part in UTF-16 hides the tag between zero bytes.
            plain = tail + chunk.replace(b"\0", b"")
            if _DTD.search(plain):
                raise WorkbookRefused(_("The workbook declares a document type, which no spreadsheet needs. Not read."))
            sheets, texts = sheets + len(_SHEET.findall(plain)), texts + len(_TEXT.findall(plain))
            if sheets > MAX_SHEETS:
                raise _too_many_sheets()
            if texts > MAX_TEXTS:
                raise _too_big()
            tail = plain[-16:]
    return size


def _read_sheet(worksheet: Worksheet, uncomputed: Mapping[tuple[int, int], str]) -> Sheet | None:
    """The sheet's data block; None where there is no header (a chart, an empty sheet)."""
    header: tuple[str, ...] = ()
    header_row = 0
    rows: list[SheetRow] = []
    lines = cast(Iterator[tuple[CellValue, ...]], worksheet.iter_rows(**_LIMITS, values_only=True))
    for number, line in enumerate(lines, start=1):
        if not header:
            if number > HEADER_SEARCH_ROWS:
                return None
            header, header_row = _header(line), number
            continue
        cells = tuple(line[: len(header)])
        if all(map(is_blank, cells)):
            continue
        if len(rows) >= MAX_ROWS:
            raise WorkbookRefused(
                _("Sheet “%(sheet)s” has more than %(limit)s rows. Split it into several files.")
                % {"sheet": worksheet.title, "limit": MAX_ROWS}
            )
        shown = tuple(uncomputed.get((number, column), value) for column, value in enumerate(cells))
        rows.append(SheetRow(number=number, cells=shown))
    if not header:
        return None
    if len(header) > MAX_COLUMNS:
        raise WorkbookRefused(
            _("Sheet “%(sheet)s” has more than %(limit)s columns.") % {"sheet": worksheet.title, "limit": MAX_COLUMNS}
        )
    return Sheet(name=clean_text(worksheet.title), header_row=header_row, header=header, rows=tuple(rows))


def _header(line: Sequence[CellValue]) -> tuple[str, ...]:
    """The texts from column A to the first gap; a single one is a title above the table, not a header."""
    names: list[str] = []
    for value in line:
        if is_blank(value):
            break
        names.append(clean_text(str(value)))
    return tuple(names) if len(names) > 1 else ()
