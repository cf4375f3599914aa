"""One row being read: typed values by field, and everything that is wrong with them gathered as it goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from estate.imports.cells import EXCEL_ERRORS, Cell, CellError, masked_id, text_of
from estate.imports.messages import RowError
from estate.workbooks import CellValue, Sheet, SheetRow, is_blank, is_formula

T = TypeVar("T")
D = TypeVar("D")
SECRET_FIELDS = frozenset({"id_number"})


@dataclass
class RowReader:
    """Reads the cells of one row; a builder asks for each field and never sees a bad one."""

    source: Sheet
    line: SheetRow
    columns: Mapping[str, int]
    date1904: bool = False
    problems: list[RowError] = field(default_factory=list)

    @property
    def place(self) -> dict[str, Any]:
        """Sheet and row, as every row value carries them."""
        return {"sheet": self.source.name, "row": self.line.number}

    @property
    def ok(self) -> bool:
        """Whether nothing so far keeps the row out."""
        return not any(problem.is_error for problem in self.problems)

    def raw(self, name: str) -> CellValue:
        """The field's cell as it is; None where it is blank or has no column."""
        column = self.columns.get(name)
        if column is None or column >= len(self.line.cells):
            return None
        value = self.line.cells[column]
        return None if is_blank(value) else value

    def get(self, name: str, read: Callable[[Cell], T], otherwise: D) -> T | D:
        """The field's value; `otherwise` where the cell is blank or bad (which is noted)."""
        raw = self.raw(name)
        if raw is None:
            return otherwise
        if text_of(raw).upper() in EXCEL_ERRORS:
            self.note("excel_error", name)
            return otherwise
        if is_formula(raw):
            self.note("formula", name)
            return otherwise
        cell = Cell(raw, date1904=self.date1904)
        try:
            value = read(cell)
        except CellError as problem:
            self.note(problem.code, name, **problem.params)
            return otherwise
        for code, params in cell.warnings:
            self.note(code, name, **params)
        return value

    def need(self, name: str, read: Callable[[Cell], T], otherwise: D) -> T | D:
        """The value of a field that must be filled in; `otherwise` (with the row failing) where it is not."""
        if self.raw(name) is None:
            if name in self.columns:
                self.note("required", name)
            return otherwise
        return self.get(name, read, otherwise)

    def note(self, code: str, name: str = "", **params: Any) -> None:
        """Note what is wrong with the field, or with the whole row."""
        column = self.columns.get(name)
        shown = text_of(self.raw(name)) if name else ""
        self.problems.append(
            RowError(
                sheet=self.source.name,
                row=self.line.number,
                column="" if column is None else self.source.header[column],
                field_name=name,
                value=masked_id(shown) if name in SECRET_FIELDS else shown[:80],
                code=code,
                params=params,
            )
        )
