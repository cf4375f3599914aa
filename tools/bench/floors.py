"""The least that a plain Django site would do for the same rows: pages without our frame, rules or permissions."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import engines
from django.test import override_settings
from django.urls import path
from django.utils import timezone

from cases.models import Case
from cases.states import Phase
from tickets.states import Kind

LIST = """<!DOCTYPE html><html><head><title>Cases</title></head><body><table>{% for case in cases %}<tr>
<td><a href="/{{ case.number }}/">{{ case.number }}</a></td><td>{{ case.unit.number }}</td><td>{{ case.title }}</td>
<td>{{ case.ticket.category.name_zh }}</td><td>{{ case.state }}</td><td>{{ case.handler.name }}</td>
<td>{{ case.due_at|date:"Y-m-d H:i" }}</td><td>{{ case.opened_at|date:"Y-m-d H:i" }}</td></tr>{% endfor %}</table>
</body></html>"""
BARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
PAGE = 50


@login_required
def bare_list(request: HttpRequest) -> HttpResponse:
    """Fifty rows of one query in a table; the query is the one a plain site would write."""
    rows = Case.objects.filter(project__code="demo", kind__in=Kind.values).exclude(phase=Phase.CLOSED)
    shown = {name: request.GET[name] for name in ("handler", "category") if name in request.GET}
    cases = rows.filter(**shown).select_related("unit", "handler", "ticket__category").order_by("due_at")[:PAGE]
    return HttpResponse(engines["django"].from_string(LIST).render({"cases": cases}, request))


@login_required
def bare_insert(request: HttpRequest) -> HttpResponse:
    """One row from a form; the answer goes back to the list."""
    get_token(request)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_case_id_seq')")
        (key,) = cursor.fetchone()
    at = timezone.now()  # noqa: TID251  a view
    Case.objects.create(
        number=f"FL-{key}", kind="repair", state="pending", title=request.POST["said"], project_id=1, opened_at=at
    )
    return HttpResponse(status=302, headers={"Location": "/"})


urlpatterns = [path("list/", bare_list), path("insert/", bare_insert)]


def plain_site() -> Any:
    """Settings under which this module's pages are the whole site."""
    return override_settings(ROOT_URLCONF="tools.bench.floors", MIDDLEWARE=BARE)
