"""The pages people have open, beside bare pages of the same rows."""

from collections.abc import Iterator

from accounts.models import User
from cases.models import Case
from cases.states import Phase
from tools.bench.clients import get, on_the_bare_site, signed_in
from tools.bench.figures import Figure, beside, milliseconds, statements

LIST = "≤ 6 statements, ≤ 2.5 × a bare page"


def pages(size: int) -> Iterator[Figure]:
    """Lists, a ticket, the dispatch board and the desk."""
    yield from _lists(size)
    over = Case.objects.filter(kind="repair", phase=Phase.CLOSED).latest("pk")
    at_work = Case.objects.filter(kind="repair", state="accepted").latest("pk")
    for name, who, address, aim in (
        ("detail, closed", "supervisor", f"/tickets/{over.number}/", "≤ 8 statements"),
        ("detail, at work", "supervisor", f"/tickets/{at_work.number}/", "≤ 8 statements"),
        ("detail (API)", "supervisor", f"/api/v1/tickets/{over.number}/", ""),
        ("dispatch board", "supervisor", "/dispatch/", ""),
        ("front desk", "frontdesk", "/desk/", ""),
    ):
        visit = get(signed_in(who), address)
        yield Figure(name, size, milliseconds(visit), None, statements(visit), aim)


def _lists(size: int) -> Iterator[Figure]:
    client, bare = signed_in("supervisor"), on_the_bare_site("supervisor")
    handler = User.objects.get(username="technician").pk
    for name, query in (
        ("list", ""),
        ("list by assignee", f"?handler={handler}"),
        ("list by category", "?category=pipe"),
        ("list of all, newest first", "?view=all"),
        ("list of all by category", "?view=all&category=pipe"),
    ):
        visit = get(client, f"/tickets/{query}")
        ours, floor = beside(visit, get(bare, f"/list/{query.replace('view=all', 'all=1')}"))
        yield Figure(name, size, ours, floor, statements(visit), LIST)
