"""What needs a second person about money, and what waits for one: each question in one statement."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Project, User
from billing.models import ArrearsBill, Bill, Posting, Refund
from billing.queries.sums import MoneySum
from billing.rules.exact import NOTHING
from billing.states import EntryKind
from core.moments import midnight
from records.models import Approval

PAGE = 50


def needs_two(bills: QuerySet[Bill], project: Project, at: datetime) -> bool:
    """Say whether making bills void takes two people, be it one of them or a whole run (BIL-4).

    One of them is of an earlier local day of the project than `at`, or somebody was told of it in arrears.
    """
    begun = midnight(at.astimezone(project.tz).date(), project.tz)
    told = Exists(ArrearsBill.objects.filter(bill=OuterRef("pk"), told_at__isnull=False))
    return bills.filter(Q(issued_at__lt=begun) | told).exists()


def come_to(bills: QuerySet[Bill]) -> tuple[int, Decimal]:
    """How many bills there are, and what they come to, in yuan."""
    found = bills.order_by().aggregate(count=Count("pk"), total=MoneySum("amount", default=NOTHING))
    return found["count"], found["total"]


def waiting_of_kind(user: User, project: Project, kind: str) -> list[Approval]:
    """The questions of a kind in a project that wait, the newest first: the person's own, and those they decide."""
    rows = Approval.objects.visible_to(user).waiting().filter(project=project, kind=kind)
    return list(rows.select_related("project", "asked_by").order_by("-pk")[:PAGE])


def refunds_page(user: User, project: Project, *, before: int | None = None) -> tuple[list[Refund], int | None]:
    """One page of a project's refunds, newest first, and what to ask for the next one (None at the end)."""
    rows = (
        Refund.objects.visible_to(user)
        .filter(project=project)
        .select_related("unit", "asked_by", "by", "entry__reversal")
    )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    page = found[:PAGE]
    return page, page[-1].pk if len(found) > PAGE else None


def standing_waivers(bill: Bill) -> list[Posting]:
    """What was waived of a bill and not taken back, the oldest first."""
    rows = Posting.objects.filter(bill=bill, entry__kind=EntryKind.WAIVED, reversed_by=None)
    return list(rows.select_related("entry__by").order_by("pk"))
