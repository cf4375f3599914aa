"""The workbook of readings (抄表表格): its columns, its rows as they are read, and an empty one to fill in."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook as NewWorkbook
from openpyxl.cell import WriteOnlyCell

from billing.queries.reading_pages import Row
from billing.states import MeterKind
from core.errors import Invalid
from estate.imports.cells import Cell, day, decimals, one_of, text
from estate.imports.columns import ColumnMatch, Field, SheetKind, SheetSpec, match
from estate.imports.messages import RowError
from estate.imports.row_reader import RowReader
from estate.workbooks import Sheet, Workbook
from records.spreadsheets import safe_cell

# More rows than that are several people's day; each sends an own workbook.
MOST = 2000
KINDS = {
    "水": MeterKind.WATER, "水表": MeterKind.WATER, "自来水": MeterKind.WATER, "WATER": MeterKind.WATER,
    "冷水": MeterKind.WATER, "冷水表": MeterKind.WATER, "电": MeterKind.POWER, "电表": MeterKind.POWER,
    "POWER": MeterKind.POWER, "气": MeterKind.GAS, "燃气": MeterKind.GAS, "气表": MeterKind.GAS,
    "燃气表": MeterKind.GAS, "GAS": MeterKind.GAS, "热": MeterKind.HEAT, "热力": MeterKind.HEAT,
    "暖气": MeterKind.HEAT, "热量表": MeterKind.HEAT, "HEAT": MeterKind.HEAT,
}  # fmt: skip
# What an empty workbook is headed by; only these Chinese headers stand in files, whatever language the page has.
ROOM, NUMBER, KIND, READ_ON, VALUE, NOTE = "房号", "表号", "表类", "抄表日期", "读数", "备注"
LAST_VALUE, LAST_DAY, OLD_FINAL, NEW_START = "上次读数", "上次抄表日期", "旧表止数", "新表起数"
COLUMNS = (ROOM, NUMBER, KIND, LAST_DAY, LAST_VALUE, READ_ON, VALUE, NOTE, OLD_FINAL, NEW_START)
WIDE = (18, 18, 8, 14, 12, 14, 12, 20, 12, 12)


def _field(name: str, label: Promise, headers: str, *, required: bool = False) -> Field:
    return Field(name=name, label=label, headers=tuple(headers.split()), required=required)


SPEC = SheetSpec(
    SheetKind.METERS,
    gettext_lazy("Readings"),
    ("抄表",),
    (
        _field("room", gettext_lazy("room"), "房号 房间 房屋 房屋编号 房间号 室号 位置 安装位置 room unit"),
        _field("number", gettext_lazy("meter number"), "表号 表编号 表地址 仪表编号 meter"),
        _field("kind", gettext_lazy("kind of meter"), "表类 表类型 抄表类型 仪表类型 类型 kind"),
        _field("day", gettext_lazy("read on"), "抄表日期 抄表时间 日期 本次抄表日期 day date", required=True),
        _field("value", gettext_lazy("reading"), "读数 本次读数 抄表读数 止码 止度 reading value", required=True),
        _field("note", gettext_lazy("note"), "备注 说明 note"),
        _field("old_final", gettext_lazy("last value of the old meter"), "旧表止数 旧表止码 换表止数"),
        _field("new_start", gettext_lazy("first value of the new meter"), "新表起数 新表起码 新表底数"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class ReadingRow:
    """A row as it stands in the workbook. `kind` is empty where the row does not say; values in the meter's steps."""

    sheet: str
    row: int
    room: str
    number: str
    kind: str
    day: date
    value: Decimal
    note: str = ""
    old_final: Decimal | None = None
    new_start: Decimal | None = None

    @property
    def says_changed(self) -> bool:
        """Whether it says that the meter was changed, be it with one end only."""
        return self.old_final is not None or self.new_start is not None

    @property
    def place(self) -> tuple[str, int]:
        """What tells it from the other rows."""
        return self.sheet, self.row


@dataclass(frozen=True)
class ReadingSheet:
    """The rows that could be read, what is wrong with the others, and how many say no value yet."""

    rows: tuple[ReadingRow, ...]
    errors: tuple[RowError, ...]
    blank: int = 0


def read_sheets(book: Workbook) -> ReadingSheet:
    """Read every sheet that has a column of days and one of values.

    Raises `Invalid` where there is no such sheet, or where there are more rows than are taken at once.
    """
    found = [(sheet, match(SPEC, sheet.header)) for sheet in book.sheets]
    readable = [(sheet, matched) for sheet, matched in found if not matched.missing]
    if not readable:
        raise Invalid(
            _("No sheet has the columns %(names)s. Begin with the workbook that is offered here.")
            % {"names": f"{READ_ON}、{VALUE}"}
        )
    if sum(len(sheet.rows) for sheet, _matched in readable) > MOST:
        raise Invalid(_("More than %(most)s rows at once. Split it by building.") % {"most": MOST})
    rows: list[ReadingRow] = []
    errors: list[RowError] = []
    blank = 0
    for sheet, matched in readable:
        read, wrong, unread = _read_sheet(sheet, matched, date1904=book.date1904)
        rows, errors, blank = rows + read, errors + wrong, blank + unread
    return ReadingSheet(tuple(rows), tuple(errors), blank)


def _read_sheet(sheet: Sheet, matched: ColumnMatch, *, date1904: bool) -> tuple[list[ReadingRow], list[RowError], int]:
    rows: list[ReadingRow] = []
    errors: list[RowError] = []
    blank = 0
    for line in sheet.rows:
        reader = RowReader(sheet, line, matched.columns, date1904=date1904)
        if reader.raw("value") is None:
            blank += 1
            continue
        row = _row(reader)
        errors += reader.problems
        if reader.ok:
            rows.append(row)
    return rows, errors, blank


def _row(reader: RowReader) -> ReadingRow:
    steps = partial(decimals, places=3)
    if reader.raw("room") is None and reader.raw("number") is None:
        reader.note("no_meter", "room")
    return ReadingRow(
        **reader.place,
        room=reader.get("room", _words, ""),
        number=reader.get("number", _words, ""),
        kind=reader.get("kind", one_of(KINDS), ""),
        day=reader.need("day", day, date.min),
        value=reader.need("value", steps, Decimal(0)),
        note=reader.get("note", partial(text, limit=100), ""),
        old_final=reader.get("old_final", steps, None),
        new_start=reader.get("new_start", steps, None),
    )


def _words(cell: Cell) -> str:
    """A room or a meter's number: no blanks inside, a number is the number that one sees."""
    return text(cell, limit=100)


def empty_workbook(rows: Iterable[tuple[Row, date]]) -> bytes:
    """A workbook with a row for each meter: the last value for comparison, what was read already, the rest to fill in.

    Each row comes with the day on which it is, or was, read.
    """
    book = NewWorkbook(write_only=True)
    sheet = book.create_sheet("抄表")
    for place, width in enumerate(WIDE):
        sheet.column_dimensions[chr(ord("A") + place)].width = width
    sheet.freeze_panes = "A2"
    sheet.append(COLUMNS)
    for row, read_on in rows:
        number = WriteOnlyCell(sheet, str(safe_cell(row.meter.number)))
        number.number_format = "@"
        sheet.append([safe_cell(row.place), number, _kind(row), *_before(row), read_on, *_read(row)])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _kind(row: Row) -> str:
    return next(word for word, kind in KINDS.items() if kind == row.meter.kind)


def _before(row: Row) -> Sequence[object]:
    return (row.last.day, row.last.value) if row.last else (None, None)


def _read(row: Row) -> Sequence[object]:
    """What was read already: the value, no note, both ends of a change."""
    return (row.today.value, None, row.today.old_final, row.today.new_start) if row.today else (None,)
