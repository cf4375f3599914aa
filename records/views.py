"""The audit trail on a page: who did a sensitive thing, when, to what and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from records.about import About, about
from records.forms import AuditFilter
from records.http import project_of, user_of
from records.models import AuditQuerySet
from records.sentences import action_words, known_actions, particulars
from records.trail import audit_page


@dataclass(frozen=True)
class Entry:
    """One line of the page."""

    at: datetime
    by: str
    what: str
    about: About
    companywide: bool
    reason: str
    details: str


@login_required
@require_GET
def audit_trail(request: HttpRequest) -> HttpResponse:
    """Entries of the project one works in, newest first, for those who supervise or check quality."""
    user, project = user_of(request), project_of(request)
    if not (user.is_superuser or user.has_role(project.pk, *AuditQuerySet.READERS)):
        raise Http404
    form = AuditFilter(request.GET, actions=known_actions())
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    rows, older = audit_page(user, project, **asked)
    named = about(user, project, rows)
    kept = {name: request.GET[name] for name in form.fields if name != "before" and request.GET.get(name)}
    context = {
        "form": form,
        "entries": [
            Entry(
                at=row.at,
                by=str(row.by) if row.by else "",
                what=action_words(row.action),
                about=named[row.pk],
                companywide=row.project_id is None,
                reason=row.reason,
                details=particulars(row.data),
            )
            for row in rows
        ],
        "older": "?" + urlencode(kept | {"before": older}) if older else "",
        "filtered": bool(kept),
    }
    return render(request, "records/audit.html", context, status=200 if form.is_valid() else 400)
