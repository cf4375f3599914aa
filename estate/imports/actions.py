"""What a person does with an uploaded workbook: upload, say how to read it, mend cells, take it over, take it back."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project, User
from core.errors import Invalid, NotAllowed, NotNow
from core.watch import Watch
from estate.imports.apply import apply
from estate.imports.columns import SHEETS, SheetKind
from estate.imports.models import RegisterImport
from estate.imports.permissions import can_import
from estate.imports.plan import ImportPlan, plan
from estate.imports.reading import SheetChoice, corrected
from estate.imports.registry import importers
from estate.imports.roll_back import RolledBack, roll_back
from estate.workbooks import Workbook, clean_text, is_blank, read_workbook
from records import work as long_work
from records.actions import store_bytes
from records.approvals import ask
from records.crypto import decrypt, encrypt
from records.models import Approval, LongWork, StoredFile

KIND = "register_import"
# What a second person is asked about: whoever gives an importer that weighs says how, and who decides.
TAKE_BACK = "register_import.take_back"
MAX_FIXES = 2_000
MAX_FIX_LENGTH = 400


@dataclass(frozen=True)
class SealedWorkbook:
    """A workbook that could be read, encrypted, and a harmless name for it."""

    content: bytes
    name: str


def seal(*, content: bytes, name: str) -> SealedWorkbook:
    """Read a file to see that it is a workbook, and encrypt it: the slow part, which no transaction waits for.

    Raises:
        WorkbookRefused: the file is no workbook that can be read.
    """
    read_workbook(content)
    return SealedWorkbook(content=encrypt(base64.b64encode(content).decode()).encode(), name=_file_name(name))


@transaction.atomic
def upload(*, workbook: SealedWorkbook, project: Project, by: User, at: datetime) -> RegisterImport:
    """Keep a workbook, so that it can be looked through before anything is written.

    Raises:
        NotAllowed: the person does not administer the project's register.
    """
    _require(by, project)
    file = store_bytes(
        content=workbook.content,
        name=workbook.name,
        content_type="application/octet-stream",
        project=project,
        by=by,
        at=at,
    )
    return RegisterImport.objects.create(project=project, file=file, by=by, created_at=at)


@transaction.atomic
def match_columns(*, found: RegisterImport, choices: Mapping[str, Mapping[str, Any]], by: User, at: datetime) -> None:
    """Say what each sheet lists and which of its columns (from 0, None for none) gives which field."""
    found = _editable(found, by)
    book = workbook_of(found)
    checked: dict[str, Any] = {}
    for name, choice in choices.items():
        sheet = book.sheet(name)
        if sheet is None:
            raise Invalid(_("There is no sheet “%(sheet)s” in this workbook.") % {"sheet": name})
        kind = SheetKind(choice["kind"]) if choice.get("kind") else None
        known = {field.name for field in SHEETS[kind].fields} if kind else set()
        columns = {field: column for field, column in dict(choice.get("columns", {})).items() if field in known}
        if any(column is not None and not 0 <= column < len(sheet.header) for column in columns.values()):
            raise Invalid(_("This form is broken. Open the page again."))
        checked[name] = {"kind": kind, "columns": columns}
    found.choices = {**found.choices, **checked}
    found.save(update_fields=["choices"])


@transaction.atomic
def mend(*, found: RegisterImport, cells: Mapping[tuple[str, int, int], str], by: User, at: datetime) -> None:
    """Type cells anew: by sheet name, row number and column from 0. The uploaded file itself stays as it came."""
    found = _editable(found, by)
    book = workbook_of(found)
    fixes = found.fixes
    for (name, row, column), text in cells.items():
        sheet = book.sheet(name)
        if sheet is None or not 0 <= column < len(sheet.header) or len(text) > MAX_FIX_LENGTH:
            raise Invalid(_("This form is broken. Open the page again."))
        fixes[(name, row, column)] = clean_text(text)
    if len(fixes) > MAX_FIXES:
        raise Invalid(_("That is a lot of cells. Mend them in Excel and upload the workbook again."))
    found.fixes = fixes
    found.save(update_fields=["fixes_stored"])


@transaction.atomic
def leave_out(*, found: RegisterImport, rows: set[tuple[str, int]], by: User, at: datetime) -> None:
    """Empty whole rows, so that the others can be taken over."""
    mended = _editable(found, by).fixes
    book = workbook_of(found)
    cells = {
        (sheet.name, line.number, column): ""
        for sheet in book.sheets
        for line in sheet.rows
        if (sheet.name, line.number) in rows
        for column, value in enumerate(line.cells)
        if not is_blank(value) or (sheet.name, line.number, column) in mended
    }
    mend(found=found, cells=cells, by=by, at=at)


@transaction.atomic
def take_over(*, found: RegisterImport, by: User, at: datetime, skip_bad: bool = False) -> LongWork:
    """Put the workbook in line for being written into the register.

    Raises:
        NotNow: it already is, or was.
    """
    found = _editable(found, by)
    payload = {"import": found.token, "skip_bad": skip_bad, "name": found.file.name}
    found.work = long_work.start(kind=KIND, project=found.project, by=by, at=at, payload=payload)
    found.save(update_fields=["work"])
    return found.work


@transaction.atomic
def call_off(*, found: RegisterImport, by: User, at: datetime) -> None:
    """Take the workbook out of the line again, or stop the worker that writes it: nothing of it stays.

    Raises:
        NotNow: it was written or stopped already; what was written can be taken back.
    """
    found = RegisterImport.objects.select_for_update(of=("self",)).select_related("work").get(pk=found.pk)
    _require(by, found.project)
    if found.work is None or not long_work.stop(found.work, at=at):
        raise NotNow(_("This is done or stopped already. What was taken over can be taken back."))


@transaction.atomic
def take_back(*, found: RegisterImport, by: User, at: datetime) -> RolledBack:
    """Undo a finished import where nothing has used its rows since.

    Raises:
        NotAllowed: the person does not administer the project's register.
        NotNow: nothing is left of it, or a second person has to decide about it.
    """
    _require(by, found.project)
    found = _taken_over(found)
    if weighed(found, at) is not None:
        raise NotNow(_("What this import took over is owed by now: a second person decides."), code="day")
    return _roll_back(found, by=by, at=at)


def take_back_or_ask(*, found: RegisterImport, reason: str, by: User, at: datetime) -> RolledBack | Approval:
    """Undo a finished import; where a second person has to decide about it, ask them, with the reason.

    Raises like `take_back`; `Invalid` where a second person is asked without a reason.
    """
    found = RegisterImport.objects.select_related("project", "work", "file").get(pk=found.pk)
    _require(by, found.project)
    _require_done(found)
    said = weighed(found, at)
    if said is None:
        return take_back(found=found, by=by, at=at)
    data = {**said, "name": found.file.name}
    return ask(project=found.project, kind=TAKE_BACK, subject=found.token, data=data, reason=reason, by=by, at=at)


@transaction.atomic
def take_back_approved(*, approval: Approval, by: User, at: datetime) -> RolledBack:
    """Undo an import as was asked and `by` approved. Whether they decide about it, the caller knows.

    Raises `NotNow` where nothing is left of it, or more than was asked about would go.
    """
    found = _taken_over(RegisterImport.objects.get(token=approval.subject, project=approval.project_id))
    return _roll_back(found, by=by, at=at, approval=approval)


def weighed(found: RegisterImport, at: datetime) -> dict[str, Any] | None:
    """What a second person has to know before an import is taken back; None where one person may."""
    if found.work is None or found.work.state != LongWork.State.DONE or found.rolled_back_at:
        return None
    reason = found.work.result["reason"]
    said = (one.weigh(found.project, reason, at) for one in importers() if one.weigh is not None)
    return next((one for one in said if one is not None), None)


def _taken_over(found: RegisterImport) -> RegisterImport:
    found = RegisterImport.objects.select_for_update(of=("self",)).select_related("project", "work").get(pk=found.pk)
    _require_done(found)
    return found


def _require_done(found: RegisterImport) -> None:
    if found.work is None or found.work.state != LongWork.State.DONE or found.rolled_back_at:
        raise NotNow(_("There is nothing left of this import to take back."))


def _roll_back(found: RegisterImport, *, by: User, at: datetime, approval: Approval | None = None) -> RolledBack:
    reason = found.work.result["reason"] if found.work else ""
    done = roll_back(project=found.project, reason=reason, by=by, at=at, approval=approval)
    found.rolled_back_at = at
    found.save(update_fields=["rolled_back_at"])
    return done


def run(work: LongWork, watch: Watch) -> None:
    """Carry out one import, as a worker does: read, check, write, all or nothing."""
    found = RegisterImport.objects.select_related("project", "file").get(token=work.payload["import"])
    book = workbook_of(found)
    total = sum(len(sheet.rows) for sheet in book.sheets)
    long_work.report(work, done=0, total=total, at=watch.now)
    prepared = plan_of(found)
    long_work.report(work, done=total // 2, total=total, at=watch.now)
    with transaction.atomic():
        at = watch.now
        skip_bad = bool(work.payload["skip_bad"])
        outcome = apply(
            prepared, by=work.by, at=at, skip_bad=skip_bad, name=found.file.name, between=partial(long_work.go_on, work)
        )
        result = {
            "reason": outcome.reason,
            "left_out": len(outcome.plan.register.bad_rows),
            "sheets": {name: [c.created, c.updated, c.unchanged] for name, c in outcome.by_sheet.items()},
        }
        long_work.finish(work, result=result, at=at)


def found_again(work: LongWork) -> tuple[str, str]:
    """What a work of ours is called, and the page on which it is watched and stopped."""
    name = _("Import: %(name)s") % {"name": work.payload.get("name", "")}
    return name, reverse("register_import", args=[work.payload["import"]])


def workbook_of(found: RegisterImport) -> Workbook:
    """The workbook as it was uploaded; a person looks at the same one many times, so the last few stay read."""
    return _stored_workbook(found.file.token)


def shown_workbook(found: RegisterImport) -> Workbook:
    """The workbook with the cells mended by hand, and without the rows left out."""
    return corrected(workbook_of(found), found.fixes)


@lru_cache(maxsize=4)
def _stored_workbook(token: str) -> Workbook:
    with StoredFile.objects.get(token=token).file.open("rb") as stream:
        return read_workbook(base64.b64decode(decrypt(stream.read().decode())))


def plan_of(found: RegisterImport) -> ImportPlan:
    """What the workbook, read and mended as the person said, would do to the register now."""
    choices = {
        name: SheetChoice(SheetKind(choice["kind"]) if choice["kind"] else None, choice["columns"])
        for name, choice in found.choices.items()
    }
    return plan(shown_workbook(found), found.project, choices)


def _file_name(name: str) -> str:
    """The name the person's file had, harmless as a file name of ours."""
    stem = re.sub(r"\.xlsx$", "", clean_text(re.split(r"[\\/]", name)[-1]), flags=re.IGNORECASE)
    plain = re.sub(r"[^\w （）()-]", "_", stem)[:150]
    return f"{plain or 'workbook'}.xlsx"


def _require(by: User, project: Project) -> None:
    if not can_import(by, project):
        raise NotAllowed(_("Only administrators and supervisors of the project take over registers."))


def _editable(found: RegisterImport, by: User) -> RegisterImport:
    found = RegisterImport.objects.select_for_update(of=("self",)).select_related("work").get(pk=found.pk)
    _require(by, found.project)
    if found.work and found.work.state not in (LongWork.State.FAILED, LongWork.State.CANCELLED):
        raise NotNow(_("This workbook is already being taken over, or was. Upload it again to change anything."))
    return found
