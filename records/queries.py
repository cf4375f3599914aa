"""Reads of the records."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from records.models import Approval, SearchToken
from records.search import query_tokens
from records.states import Decision

MOST_WAITING = 100
DECIDED_PAGE = 50


def find(
    *, query: str, projects: Iterable[int], kind: str, limit: int = 50, among: "QuerySet[Any] | None" = None
) -> list[int]:
    """Ids of things of one kind that carry every token of `query`, newest rank first; `among` rows one may see only."""
    hits = carrying(query=query, projects=projects, kind=kind)
    if among is not None:
        hits = hits.filter(object_id__in=among.values("pk"))
    return list(hits.order_by("-rank").values_list("object_id", flat=True)[:limit])


def carrying(*, query: str, projects: Iterable[int], kind: str) -> QuerySet[SearchToken]:
    """One row for each thing that carries every token of `query`, however many there are.

    As a subquery (`pk__in`) it leaves the database the choice: a rare word leads to its few things, a common one is
    looked up for each row of a narrow list.
    """
    tokens = query_tokens(query)
    if not tokens:
        return SearchToken.objects.none()
    tokens = sorted(set(tokens), key=len, reverse=True)
    hits = SearchToken.objects.filter(project_id__in=list(projects), kind=kind, token=tokens[0])
    # The longest word leads, as it is on the fewest things; the others are looked up one by one on the unique index.
    for token in tokens[1:]:
        hits = hits.filter(Exists(SearchToken.objects.filter(kind=kind, object_id=OuterRef("object_id"), token=token)))
    return hits


def waiting_for(user: User) -> list[Approval]:
    """What waits for the person's decision, longest first; one more than is shown where there are more."""
    rows = Approval.objects.to_decide(user).select_related("project", "asked_by")
    return list(rows.order_by("pk")[: MOST_WAITING + 1])


def waiting_of(user: User) -> list[Approval]:
    """What the person asked for and nobody has decided yet, newest first."""
    rows = Approval.objects.visible_to(user).waiting().filter(asked_by=user).select_related("project", "asked_by")
    return list(rows.order_by("-pk")[:MOST_WAITING])


def decided_page(user: User, *, before: int | None = None) -> tuple[list[Approval], int | None]:
    """One page of what was decided, newest question first, and what to ask for the next one (None at the end)."""
    rows = Approval.objects.visible_to(user).exclude(decision=Decision.WAITING)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("project", "asked_by", "decided_by").order_by("-pk")[: DECIDED_PAGE + 1])
    page = found[:DECIDED_PAGE]
    return page, page[-1].pk if len(found) > DECIDED_PAGE else None


def to_decide_count(user: User) -> int:
    """How much waits for the person's decision."""
    return Approval.objects.to_decide(user).count()
