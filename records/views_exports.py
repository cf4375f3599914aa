"""A large export: asked for with a reason where a list is too long to be taken alone, fetched once it is made."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Project
from core.errors import NotNow
from records.approvals import words_of
from records.exports import KIND, Made, ask_for_export, file_of, work_of
from records.forms import RefusalForm
from records.http import now, redirect_once, user_of
from records.models import Approval


def as_file(made: Made) -> HttpResponse:
    """An export as a download that no cache keeps."""
    response = HttpResponse(made.content, content_type=made.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def ask_first(
    request: HttpRequest,
    *,
    project: Project,
    export: str,
    asked: Mapping[str, Any],
    rows: int,
    back: str,
    at: datetime,
) -> HttpResponse:
    """The form that says why a large list is needed; sent, the question to a second person."""
    form = RefusalForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():

        def act() -> str:
            ask_for_export(
                project=project,
                export=export,
                asked=asked,
                rows=rows,
                reason=form.cleaned_data["reason"],
                by=user_of(request),
                at=at,
            )
            messages.success(request, _("Asked. Once a second person has approved, the file waits for you here."))
            return reverse("approvals")

        return redirect_once(request, at, act)
    kept = [(name, value) for name, value in request.POST.items() if name not in {"reason", "csrfmiddlewaretoken"}]
    context = {"form": form, "rows": rows, "alone": project.export_alone, "cancel_url": back, "kept": kept}
    return render(request, "records/export_ask.html", context, status=422 if form.errors else 200)


def _own(request: HttpRequest, pk: int) -> Approval:
    """The person's own export; somebody else's is not there, whoever approved it."""
    mine = Approval.objects.visible_to(user_of(request)).filter(kind=KIND, asked_by=user_of(request))
    return get_object_or_404(mine.select_related("project", "asked_by", "decided_by"), pk=pk)


@login_required
@require_GET
def bulk_export(request: HttpRequest, pk: int) -> HttpResponse:
    """How far one's own export is, and the file once it is made."""
    approval = _own(request, pk)
    context = {"approval": approval, "words": words_of(approval), "work": work_of(approval)}
    return render(request, "records/export.html", context)


@login_required
@require_GET
def bulk_export_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, for who asked."""
    work = work_of(_own(request, pk))
    if work is None:
        raise NotNow(_("This export is not ready."))
    return as_file(file_of(work, now()))
