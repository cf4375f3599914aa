"""Days that stand in addresses."""

from datetime import date

from django.http import HttpRequest
from django.utils.dateparse import parse_date


def day_of(request: HttpRequest, name: str) -> date | None:
    """The day of a parameter such as `2026-11-23`, the first of a month for `2026-11`; None for anything else."""
    raw = request.GET.get(name, "")[:10]
    try:
        found = parse_date(raw if len(raw) > 7 else f"{raw}-01")
    except ValueError:
        return None
    # A month more on each side stays a date.
    return found if found and 1900 <= found.year <= 9000 else None
