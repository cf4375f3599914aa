"""Taking a workbook over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Project, User
from core.errors import NotAllowed, NotNow
from estate.imports.draft import Counts
from estate.imports.indexing import index_import
from estate.imports.permissions import can_import
from estate.imports.plan import ImportPlan, plan_rows
from estate.imports.roll_back import reason_prefix
from records.actions import audit


class RowsBadError(NotNow):
    """Some rows cannot be taken over, and nobody asked to leave them out. Nothing was written."""

    code = "rows_bad"


@dataclass(frozen=True)
class ImportOutcome:
    """What was written, and under which name its history is kept."""

    plan: ImportPlan
    reason: str

    @property
    def by_sheet(self) -> dict[str, Counts]:
        """Per sheet, how many rows were new, changed or known."""
        return self.plan.by_sheet


@transaction.atomic
def apply(
    prepared: ImportPlan,
    *,
    by: User | None,
    at: datetime,
    skip_bad: bool = False,
    name: str = "",
    between: Callable[[], None] = lambda: None,
) -> ImportOutcome:
    """Write what a workbook says into the register, all of it or nothing.

    The plan is worked out anew under the project's lock, so that what happened since the preview counts. `by` is None
    for somebody at the server's command line. `between` is called between batches and may raise to stop it all.

    Raises:
        NotAllowed: the person does not administer the project's register.
        RowsBadError: a row cannot be taken over and `skip_bad` is not set.
    """
    project = Project.objects.select_for_update().get(pk=prepared.project.pk)
    if by is not None and not can_import(by, project):
        raise NotAllowed(_("Only administrators and supervisors of the project take over registers."))
    current = plan_rows(prepared.source, project)
    if not (skip_bad or current.is_clean):
        raise RowsBadError(_bad_rows_sentence(current))
    reason = f"{reason_prefix(project)}{at:%Y%m%dT%H%M%S%f}"
    current.draft.save(by=by, at=at, reason=reason, between=between)
    index_import(current)
    audit(
        at=at,
        by=by,
        action="register.imported",
        project=project,
        target=reason,
        data={
            "file": name,
            "left_out": len(current.register.bad_rows),
            "sheets": {
                sheet: {"created": c.created, "updated": c.updated, "unchanged": c.unchanged}
                for sheet, c in current.by_sheet.items()
            },
        },
    )
    return ImportOutcome(plan=current, reason=reason)


def _bad_rows_sentence(plan: ImportPlan) -> str:
    count = len(plan.register.bad_rows)
    return ngettext(
        "%(count)s row cannot be taken over, so nothing was written. Put it right, or leave it out.",
        "%(count)s rows cannot be taken over, so nothing was written. Put them right, or leave them out.",
        count,
    ) % {"count": count}
