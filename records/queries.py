"""Reads of the records."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from records.models import SearchToken
from records.search import query_tokens


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
