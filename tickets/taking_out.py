"""Lists of tickets as something that can be taken out of the house, large ones with a second person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import ngettext

from accounts.models import Project, User
from records.exports import Export, Made, register_export
from tickets.exporting import export_rows, write_csv, write_xlsx
from tickets.forms import read_filters
from tickets.reads.listing import listed

EXPORT = "tickets"
FORMATS = {"csv": write_csv, "xlsx": write_xlsx}


def _words(rows: int) -> str:
    return ngettext("Export of %(count)s ticket", "Export of %(count)s tickets", rows) % {"count": f"{rows:,}"}


def _make(asked: Mapping[str, Any], project: Project, by: User, at: datetime) -> Made:
    """The list as who asked for it sees it now."""
    filters, kind = read_filters(asked["filters"]), asked["kind"]
    rows = listed(filters, user=by, project=project, at=at)
    return export_rows(rows, kind=kind, filters=filters.as_dict(), write=FORMATS[kind], by=by, project=project, at=at)


register_export(EXPORT, Export(_words, _make))
