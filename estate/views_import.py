"""The import pages: upload, see and mend, take over with progress, take back; and the export."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project
from core.errors import DomainError, NotAllowed
from estate.exports import rows_in
from estate.imports import actions
from estate.imports.columns import SHEETS
from estate.imports.draft import Counts
from estate.imports.models import RegisterImport
from estate.imports.permissions import can_import
from estate.imports.preview import chosen_columns, mended_cells, preview, rows_left_out
from estate.taking_out import EXPORT, make_register
from estate.workbooks import MAX_FILE_BYTES
from records.actions import Answer, once
from records.approvals import waiting_about
from records.exports import needs_second_person
from records.http import now, project_of, redirect_once, user_of
from records.models import Approval, LongWork
from records.views_exports import as_file, ask_first

RECENT = 20
WAITING = (LongWork.State.WAITING, LongWork.State.RUNNING)
# What the progress part calls the states of long work.
STATES = {LongWork.State.WAITING: "queued"}


@login_required
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Past imports, and the form to upload a workbook."""
    project = _project(request)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            return HttpResponseRedirect(_upload(request, project))
        except DomainError as error:
            refusal, status = str(error), error.status
    found = RegisterImport.objects.visible_to(user_of(request)).filter(project=project)
    context = {
        "found": [_listed(one) for one in found.select_related("file", "work", "by")[:RECENT]],
        "refusal": refusal,
    }
    return render(request, "estate/imports.html", context, status=status)


def _upload(request: HttpRequest, project: Project) -> str:
    """Keep the workbook once per form and file, and return the address of its import.

    The file counts beside the form's key: going back and choosing the mended workbook is a new wish.
    """
    file = request.FILES.get("file")
    if file is None:
        raise DomainError(_("Choose the workbook first."))
    if (file.size or 0) > MAX_FILE_BYTES:
        raise DomainError(
            _("The file is larger than %(limit)s MB. Split it into several files.")
            % {"limit": MAX_FILE_BYTES // 1024 // 1024}
        )
    content, by, at = file.read(), user_of(request), now()
    workbook = actions.seal(content=content, name=file.name or "")

    def act() -> str:
        found = actions.upload(workbook=workbook, project=project, by=by, at=at)
        return reverse("register_import", args=[found.token])

    key = request.POST.get("idempotency_key", "")[:100]
    if not key:
        return act()
    answer = once(
        by=by,
        scope=f"page {request.path}",
        key=f"{key} {hashlib.sha256(content).hexdigest()}",
        body={"project": project.pk},
        at=at,
        act=lambda: Answer(status=302, data={"to": act()}),
    )
    return str(answer.data["to"])


@login_required
@require_GET
def one_import(request: HttpRequest, token: str) -> HttpResponse:
    """One workbook: before it is taken over what it would do, afterwards what it did."""
    found = _found(request, token)
    context: dict[str, Any] = {"found": found, "progress": _progress(found), "kinds": list(SHEETS.values())}
    if found.work is None or found.work.state in (LongWork.State.FAILED, LongWork.State.CANCELLED):
        context["preview"] = preview(actions.plan_of(found), actions.shown_workbook(found))
    elif found.work.state == LongWork.State.DONE:
        context["outcome"] = _outcome(found.work)
        context["waits"] = waiting_about(found.project, actions.TAKE_BACK, found.token)
        context["needs_second"] = context["waits"] is None and actions.weighed(found, now()) is not None
    return render(request, "estate/import.html", context)


@login_required
@require_POST
def match_columns(request: HttpRequest, token: str) -> HttpResponse:
    """Say what each sheet lists and which column gives what."""
    found = _found(request, token)
    choices = chosen_columns(request.POST.dict(), actions.workbook_of(found))
    by = user_of(request)
    return _then(request, found, lambda at: actions.match_columns(found=found, choices=choices, by=by, at=at))


@login_required
@require_POST
def mend(request: HttpRequest, token: str) -> HttpResponse:
    """Type cells anew, and leave out the rows that were ticked."""
    found = _found(request, token)
    book = actions.workbook_of(found)
    cells = mended_cells(request.POST.dict(), book)
    rows = rows_left_out(request.POST.getlist("leave-out"), book)
    by = user_of(request)

    def act(at: datetime) -> None:
        actions.mend(found=found, cells=cells, by=by, at=at)
        if rows:
            actions.leave_out(found=found, rows=rows, by=by, at=at)

    return _then(request, found, act)


@login_required
@require_POST
def take_over(request: HttpRequest, token: str) -> HttpResponse:
    """Put the workbook in line for a worker."""
    found = _found(request, token)
    by, skip_bad = user_of(request), request.POST.get("skip_bad") == "1"
    return _then(request, found, lambda at: actions.take_over(found=found, by=by, at=at, skip_bad=skip_bad))


@login_required
@require_GET
def progress(request: HttpRequest, token: str) -> HttpResponse:
    """How far the worker is; once it is done the page is asked for again."""
    found = _found(request, token)
    if found.work is None or found.work.state not in WAITING:
        answer = HttpResponse()
        answer["HX-Redirect"] = reverse("register_import", args=[found.token])
        return answer
    return render(request, "parts/progress.html", {"work": _progress(found)})


@login_required
@require_POST
def call_off(request: HttpRequest, token: str) -> HttpResponse:
    """Take the workbook out of the line again, or stop the worker that writes it."""
    found = _found(request, token)
    return _then(request, found, lambda at: actions.call_off(found=found, by=user_of(request), at=at))


@login_required
@require_POST
def take_back(request: HttpRequest, token: str) -> HttpResponse:
    """Undo a finished import where nothing has used its rows since, and say what stayed."""
    found = _found(request, token)

    def act(at: datetime) -> None:
        reason = request.POST.get("reason", "")
        done = actions.take_back_or_ask(found=found, reason=reason, by=user_of(request), at=at)
        if isinstance(done, Approval):
            messages.success(
                request, _("Asked for approval. What was taken over stands until a second person approves.")
            )
            return
        words = _("Taken back: %(removed)s entries removed, %(restored)s as they were before.")
        messages.success(request, words % {"removed": done.removed, "restored": done.restored})
        if done.kept:
            kept = ngettext(
                "%(count)s entry stays because it has been used or changed since: %(names)s",
                "%(count)s entries stay because they have been used or changed since: %(names)s",
                len(done.kept),
            )
            messages.warning(request, kept % {"count": len(done.kept), "names": "、".join(done.kept[:20])})

    return _then(request, found, act)


@login_required
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The register as a workbook; with a reason, phone numbers in clear. A large one once a second person approved."""
    project, at = _project(request), now()
    asked = {
        "with_phones": request.POST.get("with_phones") == "1",
        "reason": request.POST.get("reason", "").strip()[:500],
    }
    rows = rows_in(project)
    if needs_second_person(project, rows):
        back = reverse("register_imports")
        return ask_first(request, project=project, export=EXPORT, asked=asked, rows=rows, back=back, at=at)
    return as_file(make_register(asked, project, user_of(request), at))


def _project(request: HttpRequest) -> Project:
    project = project_of(request)
    if not can_import(user_of(request), project):
        raise NotAllowed(_("Only administrators and supervisors of the project take over registers."))
    return project


def _found(request: HttpRequest, token: str) -> RegisterImport:
    found = RegisterImport.objects.visible_to(user_of(request)).select_related("project", "file", "work", "by")
    return get_object_or_404(found, token=token)


def _then(request: HttpRequest, found: RegisterImport, act: Callable[[datetime], object]) -> HttpResponse:
    """Carry out one action once and show the import again, with the reason where it was refused."""
    at, page = now(), reverse("register_import", args=[found.token])

    def carry_out() -> str:
        act(at)
        return page

    try:
        return redirect_once(request, at, carry_out)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(page)


def _listed(found: RegisterImport) -> dict[str, Any]:
    return {
        "name": found.file.name,
        "url": reverse("register_import", args=[found.token]),
        "by": found.by,
        "created_at": found.created_at,
        "state": _state_word(found),
        "phase": "closed" if found.work and found.work.state == LongWork.State.DONE else "open",
        "counts": _total(found.work),
    }


def _state_word(found: RegisterImport) -> str:
    if found.rolled_back_at:
        return _("Taken back")
    if found.work is None:
        return _("Not taken over yet")
    return str(LongWork.State(found.work.state).label)


def _total(work: LongWork | None) -> Counts | None:
    if work is None or work.state != LongWork.State.DONE:
        return None
    columns = zip(*work.result["sheets"].values(), strict=True)
    return Counts(*(sum(column) for column in columns)) if work.result["sheets"] else Counts()


def _outcome(work: LongWork) -> dict[str, Any]:
    return {
        "sheets": [{"name": name, "counts": Counts(*counts)} for name, counts in work.result["sheets"].items()],
        "left_out": work.result["left_out"],
    }


def _progress(found: RegisterImport) -> dict[str, Any] | None:
    work = found.work
    if work is None:
        return None
    stopping = work.state == LongWork.State.RUNNING and work.cancel_asked
    return {
        "label": _("Take over %(name)s") % {"name": found.file.name},
        "state": STATES.get(LongWork.State(work.state), work.state),
        "done": work.done,
        "total": work.total,
        "words": _("Stopping. What was begun is being undone.") if stopping else work.error,
        "url": reverse("register_import_progress", args=[found.token]),
        "cancel_url": reverse("register_import_call_off", args=[found.token])
        if work.state in WAITING and not stopping
        else "",
    }
