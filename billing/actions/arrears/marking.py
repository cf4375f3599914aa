"""Bills say themselves in which case they are collected, so that what cases owe adds up from one index."""

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery

from billing.models import ArrearsBill, Bill


def mark(bills: Iterable[int]) -> None:
    """Let bills, by their keys, say what their links say: the case that goes on and collects each, or none.

    Called by whoever begins or ends a link, and a case, in the transaction in which they do.
    """
    live = ArrearsBill.objects.filter(bill=OuterRef("pk"), ended_at=None, arrears__ended_at=None)
    Bill.objects.filter(pk__in=bills).update(collected_in=Subquery(live.values("arrears")))
