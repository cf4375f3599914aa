"""The list of tickets as a file: phones masked, cells that a spreadsheet would run escaped, the export written down."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import Workbook

from accounts.models import Project, User
from accounts.states import Role
from cases.models import Case, CaseQuerySet
from cases.registry import kind_of
from cases.states import Channel, Urgency
from core.errors import Invalid, NotAllowed
from records.actions import audit
from records.exports import Made
from records.masking import masked_phone
from records.spreadsheets import EXCEL, safe_cell

MOST = 10_000
CHUNK = 500
Rows = Iterable[list[str]]


def may_export(user: User, project: Project) -> bool:
    """Supervisors, managers, quality and administrators take lists out of the house."""
    return user.has_role(project.pk, Role.SUPERVISOR, Role.GM, Role.QUALITY, Role.ADMIN)


def check_size(count: int) -> None:
    """Raise `Invalid` for more rows than one file takes."""
    if count > MOST:
        raise Invalid(_("More than %(most)s tickets: narrow the list first.") % {"most": f"{MOST:,}"})


@transaction.atomic
def export_rows(
    rows: CaseQuerySet,
    *,
    kind: str,
    filters: Mapping[str, str],
    write: Callable[[Rows], tuple[bytes, str]],
    by: User,
    project: Project,
    at: datetime,
) -> Made:
    """Make the file and write down who took it, by which filter, how many rows, and its hash.

    Raises `NotAllowed`, and `Invalid` for more rows than one file takes.
    """
    if not may_export(by, project):
        raise NotAllowed(_("Only supervisors, managers, quality and administrators take lists out of the house."))
    count = rows.order_by().count()
    check_size(count)
    content, content_type = write(_lines(rows, project))
    digest = hashlib.sha256(content).hexdigest()
    data = {"filter": dict(filters), "count": count, "sha256": digest, "format": kind}
    audit(at=at, by=by, project=project, action="tickets.exported", target=f"tickets.{kind}", data=data)
    name = f"tickets-{project.code}-{at.astimezone(project.tz):%Y%m%d-%H%M}.{kind}"
    return Made(name=name, content=content, content_type=content_type)


def _lines(rows: CaseQuerySet, project: Project) -> Iterator[list[str]]:
    yield [
        _("Number"), _("Kind"), _("State"), _("Unit"), _("Place"), _("Matter"), _("Category"), _("Urgency"),
        _("Channel"), _("Contact person"), _("Phone"), _("Department"), _("Handler"), _("Opened"), _("Due"),
        _("Closed"),
    ]  # fmt: skip
    related = rows.select_related("unit", "department", "handler", "ticket__category").order_by("opened_at", "pk")
    for case in related.iterator(chunk_size=CHUNK):
        yield [str(safe_cell("" if value is None else str(value))) for value in _cells(case, project)]


def _cells(case: Case, project: Project) -> list[object]:
    kind = kind_of(case.kind)
    return [
        case.number,
        kind.label,
        kind.states[case.state],
        case.unit.number if case.unit else "",
        case.place,
        case.title,
        case.ticket.category or "",
        Urgency(case.urgency).label,
        Channel(case.channel).label,
        case.contact_name,
        masked_phone(case.contact_phone),
        case.department or "",
        case.handler or "",
        *(_moment(moment, project) for moment in (case.opened_at, case.due_at, case.closed_at)),
    ]


def _moment(moment: datetime | None, project: Project) -> str:
    return f"{moment.astimezone(project.tz):%Y-%m-%d %H:%M}" if moment else ""


def write_csv(rows: Rows) -> tuple[bytes, str]:
    """Rows as CSV in UTF-8 with a mark, so that Excel shows the Chinese."""
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return b"\xef\xbb\xbf" + target.getvalue().encode(), "text/csv; charset=utf-8"


def write_xlsx(rows: Rows) -> tuple[bytes, str]:
    """Rows as a workbook, written row by row; every cell is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Tickets"))
    for row in rows:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue(), EXCEL
