"""Reads of the records."""

from collections.abc import Iterable

from django.db.models import Count

from records.models import SearchToken
from records.search import query_tokens


def find(*, query: str, projects: Iterable[int], kind: str, limit: int = 50) -> list[int]:
    """Ids of things of one kind that carry every token of `query`, newest rank first."""
    tokens = query_tokens(query)
    if not tokens:
        return []
    hits = SearchToken.objects.filter(project_id__in=list(projects), kind=kind)
    if len(tokens) == 1:
        return list(hits.filter(token=tokens[0]).order_by("-rank").values_list("object_id", flat=True)[:limit])
    rows = (
        hits.filter(token__in=tokens)
        .values("object_id", "rank")
        .annotate(met=Count("token"))
        .filter(met=len(set(tokens)))
        .order_by("-rank")
    )
    return [row["object_id"] for row in rows[:limit]]
