"""From a workbook to typed rows and everything that is wrong with them; no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from django.utils.translation import pgettext

from estate.imports.builders import BUILDERS
from estate.imports.columns import SHEETS, ColumnMatch, SheetKind, match, recognise
from estate.imports.messages import RowError
from estate.imports.row_reader import RowReader
from estate.imports.rows import Row
from estate.workbooks import Sheet, SheetRow, Workbook, is_blank

R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class SheetChoice:
    """What a person chose for a sheet: its kind (None: leave the sheet out) and columns by field."""

    kind: SheetKind | None
    columns: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetReading:
    """How a sheet was read."""

    name: str
    kind: SheetKind | None
    header: tuple[str, ...]
    matched: ColumnMatch
    rows: int

    def names_of(self, columns: Sequence[int]) -> str:
        """The headers of some columns, in a row as people read them."""
        return pgettext("between names", ", ").join(self.header[column] for column in columns)


@dataclass(frozen=True)
class Register:
    """The good rows of a workbook, what is wrong with the others, and these as far as they could be read."""

    rows: tuple[Row, ...]
    errors: tuple[RowError, ...]
    sheets: tuple[SheetReading, ...]
    left_out: tuple[Row, ...] = ()

    def of(self, row_type: type[R]) -> tuple[R, ...]:
        """The good rows of one type, in the order of the file."""
        return tuple(row for row in self.rows if isinstance(row, row_type))

    @property
    def bad_rows(self) -> frozenset[tuple[str, int]]:
        """Sheet and number of every row that stays out."""
        return frozenset((error.sheet, error.row) for error in self.errors if error.is_error)

    def header_of(self, sheet: str, field_name: str) -> str:
        """The header of the column that gives a field in a sheet; empty where there is none."""
        for reading in self.sheets:
            if reading.name == sheet and field_name in reading.matched.columns:
                return reading.header[reading.matched.columns[field_name]]
        return ""

    def having(self, errors: Sequence[RowError]) -> "Register":
        """The same with further findings; rows these keep out are gone."""
        merged = replace(self, errors=(*self.errors, *errors))
        bad = merged.bad_rows
        return replace(
            merged,
            rows=tuple(row for row in self.rows if (row.sheet, row.row) not in bad),
            left_out=(*self.left_out, *(row for row in self.rows if (row.sheet, row.row) in bad)),
        )


def read_register(workbook: Workbook, choices: Mapping[str, SheetChoice] | None = None) -> Register:
    """Read every sheet that is recognised, or that `choices` (by sheet name) says how to read."""
    rows: list[Row] = []
    bad: list[Row] = []
    errors: list[RowError] = []
    sheets: list[SheetReading] = []
    for sheet in workbook.sheets:
        reading = match_sheet(sheet, (choices or {}).get(sheet.name))
        sheets.append(reading)
        found, left_out, wrong = _read_sheet(sheet, reading, date1904=workbook.date1904)
        rows += found
        bad += left_out
        errors += wrong
    return Register(rows=tuple(rows), errors=tuple(errors), sheets=tuple(sheets), left_out=tuple(bad))


def match_sheet(sheet: Sheet, choice: SheetChoice | None = None) -> SheetReading:
    """Decide what a sheet lists and which column gives what."""
    kind = choice.kind if choice else recognise(sheet.name, sheet.header)
    matched = match(SHEETS[kind], sheet.header, choice.columns if choice else None) if kind else ColumnMatch({})
    return SheetReading(name=sheet.name, kind=kind, header=sheet.header, matched=matched, rows=len(sheet.rows))


def corrected(workbook: Workbook, fixes: Mapping[tuple[str, int, int], str]) -> Workbook:
    """The workbook with some cells retyped, by sheet name, row number and column from 0; a row emptied is gone."""
    if not fixes:
        return workbook
    sheets = []
    for sheet in workbook.sheets:
        mine = {(row, column): text for (name, row, column), text in fixes.items() if name == sheet.name}
        rows = (_fixed(row, mine) for row in sheet.rows)
        sheets.append(replace(sheet, rows=tuple(row for row in rows if not all(map(is_blank, row.cells)))))
    return replace(workbook, sheets=tuple(sheets))


def _fixed(row: SheetRow, fixes: Mapping[tuple[int, int], str]) -> SheetRow:
    cells = tuple(fixes.get((row.number, column), value) for column, value in enumerate(row.cells))
    return replace(row, cells=cells)


def _read_sheet(sheet: Sheet, reading: SheetReading, *, date1904: bool) -> tuple[list[Row], list[Row], list[RowError]]:
    if reading.kind is None:
        return [], [], [RowError(sheet.name, 0, "", "", "unknown_sheet")]
    errors = [
        RowError(sheet.name, sheet.header_row, str(absent.label), "", "missing_column")
        for absent in reading.matched.missing
    ]
    errors += [
        RowError(sheet.name, sheet.header_row, sheet.header[column], "", "column_twice")
        for column in reading.matched.twice
    ]
    rows: list[Row] = []
    left_out: list[Row] = []
    if reading.matched.missing:
        return rows, left_out, errors
    build = BUILDERS[reading.kind]
    for line in sheet.rows:
        reader = RowReader(sheet, line, reading.matched.columns, date1904=date1904)
        built = build(reader)
        errors += reader.problems
        (rows if reader.ok else left_out).append(built)
    return rows, left_out, errors
