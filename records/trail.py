"""Reads of the audit trail for its page."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q

from accounts.models import Project, User
from records.models import AuditEntry
from records.sentences import companywide

AUDIT_PAGE = 50


def audit_page(
    user: User,
    project: Project,
    *,
    action: str = "",
    by: str = "",
    target: str = "",
    since: date | None = None,
    until: date | None = None,
    before: int | None = None,
) -> tuple[list[AuditEntry], int | None]:
    """One page of a project's audit trail, newest first, and what to ask for the next one (None at the end).

    With it stands what was done for the whole company, as far as the reader may know of it. `since` and `until` are
    days in the project's zone, both included.
    """
    seen = AuditEntry.objects.visible_to(user) | AuditEntry.objects.companywide(user, companywide())
    rows = here = seen.filter(Q(project=project) | Q(project=None)).select_related("by")
    exact = {"action": action, "target": target, "by__username": by}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if since is not None:
        rows = rows.filter(at__gte=datetime.combine(since, time.min, project.tz))
    if until is not None:
        rows = rows.filter(at__lt=datetime.combine(until + timedelta(days=1), time.min, project.tz))
    if before is not None:
        at = here.filter(pk=before).values("at")[:1]
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=before))
    found = list(rows[: AUDIT_PAGE + 1])
    page = found[:AUDIT_PAGE]
    return page, page[-1].pk if len(found) > AUDIT_PAGE else None
