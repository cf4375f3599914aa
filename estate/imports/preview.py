"""An import as a page shows it: per sheet the columns and counts, the rows to mend, and what would change."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from estate.imports.cells import text_of
from estate.imports.columns import SHEETS, SheetKind
from estate.imports.draft import Change, Counts, Verb
from estate.imports.messages import RowError
from estate.imports.plan import ImportPlan
from estate.imports.reading import SheetReading
from estate.imports.row_reader import SECRET_FIELDS
from estate.workbooks import Workbook

MOST_FINDINGS = 100
MOST_CHANGES = 50


@dataclass(frozen=True)
class ColumnChoice:
    """One field of a sheet and the column it is read from; `input` names the form field."""

    input: str
    label: str | Promise
    required: bool
    column: int | None
    missing: bool


@dataclass(frozen=True)
class SheetShown:
    """One sheet: what it was taken for, which column gives what, and what its rows would do."""

    index: int
    name: str
    kind: str
    label: str | Promise
    header: tuple[str, ...]
    fields: tuple[ColumnChoice, ...]
    used: str
    left_out: str
    counts: Counts | None
    rows: int
    missing: bool
    ask: bool


@dataclass(frozen=True)
class Finding:
    """One thing to say about a row; `input` names the form field in which its cell can be typed anew."""

    place: str
    sentence: str
    is_error: bool
    input: str
    value: str
    hidden: bool
    row_input: str


@dataclass(frozen=True)
class Preview:
    """All of it."""

    sheets: tuple[SheetShown, ...]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    sums: tuple[str, ...]
    more: int
    changes: tuple[Change, ...]
    more_changes: int
    bad_rows: int
    good_rows: int
    new_rows: int
    is_clean: bool
    changes_nothing: bool


def preview(plan: ImportPlan, book: Workbook) -> Preview:
    """Lay a plan out for a page; long lists are cut and say so."""
    errors = [error for error in plan.errors if error.is_error]
    warnings = [error for error in plan.errors if not error.is_error]
    changes = [change for change in plan.draft.changes if change.verb is Verb.UPDATE]
    shown, rest = errors[:MOST_FINDINGS], max(0, MOST_FINDINGS - len(errors))
    counts = plan.by_sheet.values()
    return Preview(
        sheets=tuple(_sheet(plan, index, reading) for index, reading in enumerate(plan.register.sheets)),
        errors=tuple(_finding(plan, book, error) for error in shown),
        warnings=tuple(_finding(plan, book, warning) for warning in warnings[:rest]),
        sums=tuple(plan.draft.sums),
        more=len(errors) + len(warnings) - len(shown) - len(warnings[:rest]),
        changes=tuple(changes[:MOST_CHANGES]),
        more_changes=max(0, len(changes) - MOST_CHANGES),
        bad_rows=len(plan.register.bad_rows),
        good_rows=sum(count.total for count in counts),
        new_rows=sum(count.created + count.updated for count in counts),
        is_clean=plan.is_clean,
        changes_nothing=plan.changes_nothing,
    )


def _sheet(plan: ImportPlan, index: int, reading: SheetReading) -> SheetShown:
    spec = SHEETS[reading.kind] if reading.kind else None
    absent = {field.name for field in reading.matched.missing}
    fields = tuple(
        ColumnChoice(
            input=f"column-{index}-{field.name}",
            label=field.label,
            required=field.required,
            column=reading.matched.columns.get(field.name),
            missing=field.name in absent,
        )
        for field in (spec.fields if spec else ())
    )
    return SheetShown(
        index=index,
        name=reading.name,
        kind=reading.kind or "",
        label=spec.label if spec else "",
        header=reading.header,
        fields=fields,
        used=reading.names_of(sorted(reading.matched.columns.values())),
        left_out=reading.names_of(reading.matched.unused),
        counts=plan.by_sheet.get(reading.name),
        rows=reading.rows,
        missing=bool(absent),
        # Only where no sheet at all was recognised must somebody say what this one lists.
        ask=not any(other.kind for other in plan.register.sheets),
    )


def _finding(plan: ImportPlan, book: Workbook, error: RowError) -> Finding:
    sheet = book.sheet(error.sheet)
    position = next((i for i, reading in enumerate(plan.register.sheets) if reading.name == error.sheet), 0)
    column = plan.register.sheets[position].matched.columns.get(error.field_name)
    row = next((line for line in sheet.rows if line.number == error.row), None) if sheet else None
    mendable = row is not None and column is not None
    return Finding(
        place=error.place,
        sentence=error.sentence,
        is_error=error.is_error,
        input=f"cell-{position}-{error.row}-{column}" if mendable else "",
        value=text_of(row.cells[column]) if row is not None and column is not None else "",
        hidden=error.field_name in SECRET_FIELDS,
        row_input=f"{position}-{error.row}" if row is not None else "",
    )


def chosen_columns(posted: dict[str, str], book: Workbook) -> dict[str, dict[str, Any]]:
    """The sheets' kinds and columns out of a posted form; what is no number or kind is left as it was found."""
    choices: dict[str, dict[str, Any]] = {}
    for index, sheet in enumerate(book.sheets):
        kind = posted.get(f"kind-{index}")
        if kind is None or (kind and kind not in set(SheetKind)):
            continue
        columns = {
            name.rpartition("-")[2]: (int(value) if value.isdecimal() and len(value) < 4 else None)
            for name, value in posted.items()
            if name.startswith(f"column-{index}-") and (value == "-" or value.isdecimal())
        }
        choices[sheet.name] = {"kind": kind, "columns": columns if kind == posted.get(f"was-{index}") else {}}
    return choices


def mended_cells(posted: dict[str, str], book: Workbook) -> dict[tuple[str, int, int], str]:
    """The cells typed anew in a posted form, by sheet name, row number and column from 0."""
    cells: dict[tuple[str, int, int], str] = {}
    for name, value in posted.items():
        if not name.startswith("cell-") or posted.get(f"was-{name}") == value:
            continue
        place = _numbers(name.removeprefix("cell-"))
        if place is not None and len(place) == 3 and place[0] < len(book.sheets):
            cells[(book.sheets[place[0]].name, place[1], place[2])] = value
    return cells


def rows_left_out(posted: list[str], book: Workbook) -> set[tuple[str, int]]:
    """The rows ticked to be left out."""
    places = [place for place in map(_numbers, posted) if place is not None and len(place) == 2]
    return {(book.sheets[sheet].name, row) for sheet, row in places if sheet < len(book.sheets)}


def _numbers(text: str) -> list[int] | None:
    parts = text.split("-")
    if not all(part.isdecimal() and len(part) < 9 for part in parts):
        return None
    return [int(part) for part in parts]
