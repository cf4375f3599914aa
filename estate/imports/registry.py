"""Sheets that a higher room takes over (charges): added in its `AppConfig.ready`, never imported from here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from estate.imports.columns import SheetKind

if TYPE_CHECKING:
    from accounts.models import Project
    from estate.imports.draft import Draft
    from estate.imports.reading import Register
    from estate.imports.roll_back import RolledBack, Undoing
    from estate.imports.snapshot import Snapshot


@dataclass(frozen=True)
class SheetImporter:
    """What a room makes of a workbook.

    `kinds`: the sheets it takes over. `draft`: adds its writes, after those of the register. `known_fees`: the numbers
    of charges that rooms may refer to without a sheet of charges. `weigh`: what a second person has to know before a
    deed, known by its reason, is taken back at a moment; None where one person may. `undo`: takes back what it wrote by
    that deed, and no more than what was weighed where a second person approved that.
    """

    key: str
    kinds: frozenset[SheetKind]
    draft: "Callable[[Draft, Register, Snapshot], None]"
    known_fees: "Callable[[Project], frozenset[str]]" = lambda _project: frozenset()
    undo: "Callable[[Project, Undoing], RolledBack]| None" = None
    weigh: "Callable[[Project, str, datetime], dict[str, Any] | None] | None" = None


_IMPORTERS: dict[str, SheetImporter] = {}


def register_importer(importer: SheetImporter) -> None:
    """Make an importer known; the same key again replaces it."""
    _IMPORTERS[importer.key] = importer


def importers() -> list[SheetImporter]:
    """All importers in the order in which they were added."""
    return list(_IMPORTERS.values())
