"""Readings from a workbook: upload, look through, confirm what is doubted, keep; and an empty one to fill in.

What was read of the workbook travels with the page, signed: nothing is kept before somebody has seen it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project
from billing.actions.meters import Typed, take_workbook
from billing.permissions import can_read_meters
from billing.queries.reading_import import Line, Looked, Place, look_through
from billing.queries.reading_pages import buildings_of, meters_of, rows_of_month
from billing.reading_sheet import (
    KIND,
    MOST,
    NEW_START,
    NOTE,
    NUMBER,
    OLD_FINAL,
    READ_ON,
    ROOM,
    VALUE,
    ReadingRow,
    ReadingSheet,
    empty_workbook,
    read_sheets,
)
from billing.states import Doubt, MeterKind
from billing.views_meters import chosen_of
from core.errors import DomainError, Invalid, NotAllowed, NotNow
from estate.workbooks import MAX_FILE_BYTES, read_workbook
from records.exports import Made
from records.http import now, project_of, redirect_once, user_of
from records.spreadsheets import EXCEL
from records.views_exports import as_file

SALT = "billing.readings"
# A shift.
LASTS = 12 * 60 * 60
SHOWN = 300


@login_required
@require_http_methods(["GET", "POST"])
def readings_import(request: HttpRequest) -> HttpResponse:
    """Choose a workbook; what it would do is shown before anything is kept."""
    project, at = _project(request), now()
    if request.method == "GET":
        return _show(request, project)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Invalid(_("Choose the workbook first."))
        if (file.size or 0) > MAX_FILE_BYTES:
            raise Invalid(
                _("The file is larger than %(limit)s MB. Split it into several files.")
                % {"limit": MAX_FILE_BYTES // 1024 // 1024}
            )
        read = read_sheets(read_workbook(file.read()))
    except DomainError as error:
        return _show(request, project, refusal=str(error), status=error.status)
    looked = look_through(project, user_of(request), read, today=_today(project, at))
    return _show(request, project, looked=looked, source=(file.name or "")[:100])


@login_required
@require_POST
def readings_import_take(request: HttpRequest) -> HttpResponse:
    """Keep the rows that are as expected, and those that were ticked: all of them, or none."""
    project, at, user = _project(request), now(), user_of(request)
    try:
        read, asked, source = _unsealed(request, project)
    except Invalid as error:
        return _show(request, project, refusal=str(error), status=error.status)
    ticks = set(request.POST.getlist("sure"))
    ticked = {place: doubt for place, doubt in asked.items() if _key(place) in ticks}

    def act() -> str:
        looked = look_through(project, user, read, today=_today(project, at), ticked=ticked)
        anew = [line for line in looked.asked if line.row.place in ticked or line.row.place not in asked]
        if anew:
            raise NotNow(_("Something was read meanwhile. Look the rows through once more."), code="read_meanwhile")
        notes = [f"{line.place}: {line.row.note}" for line in looked.kept if line.row.note]
        rows = [(line.row.day, _typed(line)) for line in looked.kept]
        take_workbook(project=project, rows=rows, source=source, notes=notes, by=user, at=at)
        _say(request, looked)
        return _back(looked)

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        looked = look_through(project, user, read, today=_today(project, at), ticked=ticked)
        return _show(request, project, looked=looked, source=source, refusal=str(error), status=error.status)


@login_required
@require_GET
def readings_template(request: HttpRequest) -> HttpResponse:
    """A workbook with the meters that the page of readings shows, what was read of them this month filled in."""
    project, at, user = _project(request), now(), user_of(request)
    form = chosen_of(request, project, at)
    if not form.is_valid():
        raise Invalid(_("This form is broken. Open the page again."))
    chosen = form.cleaned_data
    meters = list(meters_of(user, project, kind=chosen["kind"], building=chosen["building"])[: MOST + 1])
    if len(meters) > MOST:
        raise Invalid(_("More than %(most)s rows at once. Split it by building.") % {"most": MOST})
    content = empty_workbook(rows_of_month(meters, chosen["day"]))
    name = f"readings-{chosen['kind']}-{chosen['day']:%Y%m%d}.xlsx"
    return as_file(Made(name=name, content=content, content_type=EXCEL))


def _project(request: HttpRequest) -> Project:
    project = project_of(request)
    if not can_read_meters(user_of(request), project):
        raise NotAllowed(_("Only cashiers and supervisors take readings down."))
    return project


def _today(project: Project, at: datetime) -> date:
    return at.astimezone(project.tz).date()


def _show(
    request: HttpRequest,
    project: Project,
    *,
    looked: Looked | None = None,
    source: str = "",
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"refusal": refusal, "kinds": MeterKind.choices, "buildings": buildings_of(project)}
    context |= {"columns": "、".join((ROOM, NUMBER, KIND, READ_ON, VALUE, NOTE)), "ends": f"{OLD_FINAL}、{NEW_START}"}
    if looked is not None:
        shown = looked.asked[:SHOWN]
        context |= {
            "looked": looked,
            "source": source,
            "asked": [(line, _key(line.row.place), line.doubt) for line in shown],
            "kept": looked.kept[:SHOWN],
            "more": max(len(looked.kept) - SHOWN, 0),
            "errors": looked.mistakes[:SHOWN],
            "remarks": looked.remarks[:SHOWN],
            "sealed": _sealed(request, project, looked, source),
        }
    return render(request, "billing/readings_import.html", context, status=status)


def _key(place: Place) -> str:
    """What a tick beside a row is called."""
    return f"{place[1]} {place[0]}"


def _sealed(request: HttpRequest, project: Project, looked: Looked, source: str) -> str:
    """The rows as they were read and what was asked about them, signed for who looks at them in this project."""
    data = {
        "rows": [_row_as_list(line.row) for line in looked.lines],
        "asked": [[*line.row.place, line.doubt] for line in looked.asked],
        "source": source,
    }
    return signing.dumps(data, salt=_salt(request, project), compress=True)


def _unsealed(request: HttpRequest, project: Project) -> tuple[ReadingSheet, Mapping[Place, Doubt], str]:
    """What the page brought back. Raises `Invalid` where it is another's, another project's, or of yesterday."""
    try:
        data = signing.loads(request.POST.get("sealed", ""), salt=_salt(request, project), max_age=LASTS)
    except signing.BadSignature as error:
        raise Invalid(_("This page is too old. Choose the workbook once more.")) from error
    asked = {(sheet, row): Doubt(doubt) for sheet, row, doubt in data["asked"]}
    return ReadingSheet(tuple(_row_of(row) for row in data["rows"]), ()), asked, data["source"]


def _salt(request: HttpRequest, project: Project) -> str:
    return f"{SALT} {user_of(request).pk} {project.pk}"


def _row_as_list(row: ReadingRow) -> list[object]:
    values = [None if value is None else str(value) for value in (row.value, row.old_final, row.new_start)]
    return [row.sheet, row.row, row.room, row.number, row.kind, row.day.isoformat(), row.note, *values]


def _row_of(given: list[Any]) -> ReadingRow:
    sheet, number, room, meter, kind, day, note, *values = given
    value, old_final, new_start = (None if one is None else Decimal(one) for one in values)
    return ReadingRow(
        sheet=sheet,
        row=number,
        room=room,
        number=meter,
        kind=kind,
        day=date.fromisoformat(day),
        value=value or Decimal(0),
        note=note,
        old_final=old_final,
        new_start=new_start,
    )


def _typed(line: Line) -> Typed:
    row = line.row
    return Typed(
        meter=line.meter.pk,
        value=row.value,
        answer=line.answer,
        asked=line.asked,
        old_final=row.old_final,
        new_start=row.new_start,
    )


def _say(request: HttpRequest, looked: Looked) -> None:
    """Say what became of the rows."""
    kept = ngettext("%(count)s reading is kept.", "%(count)s readings are kept.", len(looked.kept))
    messages.success(request, kept % {"count": len(looked.kept)})
    if looked.asked:
        left = ngettext("%(count)s row is left out.", "%(count)s rows are left out.", len(looked.asked))
        messages.warning(request, left % {"count": len(looked.asked)})


def _back(looked: Looked) -> str:
    """The page of readings, of the kind and day that most rows are about."""
    if not looked.kept:
        return reverse("readings")
    last = looked.kept[-1]
    return f"{reverse('readings')}?{urlencode({'kind': last.meter.kind, 'day': last.row.day.isoformat()})}"
