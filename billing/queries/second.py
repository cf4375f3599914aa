"""What waits for a second person about money: each question by what it is about, in one statement."""

from accounts.models import Project, User
from billing.models import Refund
from records.models import Approval

PAGE = 50


def waiting_about(project: Project, kind: str, subject: str) -> Approval | None:
    """The question of a kind about one thing that nobody has decided yet."""
    rows = Approval.objects.waiting().filter(project=project, kind=kind, subject=subject)
    return rows.select_related("asked_by").first()


def waiting_of_kind(user: User, project: Project, kind: str) -> list[Approval]:
    """The questions of a kind in a project that wait, the newest first: the person's own, and those they decide."""
    rows = Approval.objects.visible_to(user).waiting().filter(project=project, kind=kind)
    return list(rows.select_related("project", "asked_by").order_by("-pk")[:PAGE])


def refunds_page(user: User, project: Project, *, before: int | None = None) -> tuple[list[Refund], int | None]:
    """One page of a project's refunds, newest first, and what to ask for the next one (None at the end)."""
    rows = Refund.objects.visible_to(user).filter(project=project).select_related("unit", "asked_by", "by")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    page = found[:PAGE]
    return page, page[-1].pk if len(found) > PAGE else None
