"""What a workbook would do to a project's register: worked out without writing anything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from accounts.models import Project
from estate.imports.checks import Known, check
from estate.imports.columns import SheetKind
from estate.imports.draft import Counts, Draft
from estate.imports.messages import RowError
from estate.imports.reading import Register, SheetChoice, read_register
from estate.imports.register_sheets import draft_register
from estate.imports.registry import importers
from estate.imports.snapshot import Snapshot, take_snapshot
from estate.workbooks import Workbook

OWN_KINDS = frozenset({SheetKind.BUILDINGS, SheetKind.PEOPLE, SheetKind.ROOMS, SheetKind.ASSETS, SheetKind.SPACES})


@dataclass(frozen=True)
class ImportPlan:
    """A workbook read against a register: the rows as they came, those that would be written, and the writes."""

    project: Project
    source: Register
    register: Register
    draft: Draft
    snapshot: Snapshot

    @property
    def errors(self) -> tuple[RowError, ...]:
        """Everything worth saying about the rows, in the order of the file."""
        order = {sheet.name: place for place, sheet in enumerate(self.register.sheets)}
        return tuple(sorted(self.register.errors, key=lambda error: (order.get(error.sheet, -1), error.row)))

    @property
    def is_clean(self) -> bool:
        """Whether no row would stay out."""
        return not any(error.is_error for error in self.register.errors)

    @property
    def changes_nothing(self) -> bool:
        """Whether the register already says all of it."""
        return self.draft.size == 0

    @property
    def by_sheet(self) -> dict[str, Counts]:
        """Per sheet, how many rows are new, changed or known."""
        counts = self.draft.by_sheet(self.register)
        taken = taken_kinds()
        return {sheet.name: counts[sheet.name] for sheet in self.register.sheets if sheet.kind in taken}


def plan(workbook: Workbook, project: Project, choices: Mapping[str, SheetChoice] | None = None) -> ImportPlan:
    """Read a workbook and work out what taking it over would create, change and leave as it is.

    `choices` says by sheet name how to read it where its title and headers do not.
    """
    return plan_rows(read_register(workbook, choices), project)


def plan_rows(source: Register, project: Project) -> ImportPlan:
    """Work out what rows already read would do to the register as it stands now."""
    snapshot = take_snapshot(project)
    fees = frozenset(fee for importer in importers() for fee in importer.known_fees(project))
    known = Known(owners=frozenset(snapshot.by_reference), fees=fees, units=frozenset(snapshot.homes))
    checked = check(source.having(_not_taken(source)), known)
    draft = Draft(project)
    draft_register(draft, checked, snapshot)
    for importer in importers():
        importer.draft(draft, checked, snapshot)
    found = _only_of_taken(checked.having(draft.errors))
    return ImportPlan(project=project, source=source, register=found, draft=draft, snapshot=snapshot)


def taken_kinds() -> frozenset[SheetKind]:
    """The kinds of sheet that somebody takes over."""
    return OWN_KINDS.union(*(importer.kinds for importer in importers()))


def _only_of_taken(register: Register) -> Register:
    """The same without what is wrong in sheets that nobody takes over: nobody need mend what is not read."""
    taken = taken_kinds()
    silent = {sheet.name for sheet in register.sheets if sheet.kind is not None and sheet.kind not in taken}
    return replace(register, errors=tuple(one for one in register.errors if one.row == 0 or one.sheet not in silent))


def _not_taken(register: Register) -> list[RowError]:
    """Sheets that are recognised but that nobody takes over: said, so that nobody thinks they were."""
    taken = taken_kinds()
    return [
        RowError(sheet.name, 0, "", "", "sheet_not_taken")
        for sheet in register.sheets
        if sheet.kind is not None and sheet.kind not in taken
    ]
