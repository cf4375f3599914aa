"""The register as something that can be taken out of the house, a large one with a second person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import ngettext

from accounts.models import Project, User
from estate.exports import export_register
from records.exports import Export, Made, register_export
from records.spreadsheets import EXCEL

EXPORT = "register"


def make_register(asked: Mapping[str, Any], project: Project, by: User, at: datetime) -> Made:
    """The register as it is now; phones in clear only where that was asked."""
    content = export_register(
        project=project, by=by, at=at, with_phones=bool(asked["with_phones"]), reason=str(asked["reason"])
    )
    return Made(f"register-{project.code}-{at.astimezone(project.tz):%Y%m%d}.xlsx", content, EXCEL)


def _words(rows: int) -> str:
    words = ngettext("Export of the register, %(count)s row", "Export of the register, %(count)s rows", rows)
    return words % {"count": f"{rows:,}"}


register_export(EXPORT, Export(_words, make_register))
