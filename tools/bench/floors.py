"""The least that a plain Django site would do for the same rows: pages without our frame, rules or permissions."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.db import models, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from accounts.models import Project, User
from cases.models import Case, CaseAccess, Counter, Event
from cases.states import Phase
from estate.models import Unit
from reception.models import Contact
from records.models import SearchToken
from sla.models import Clock, ClockEvent
from tickets.models import Ticket
from tickets.states import Kind

LIST = """<!DOCTYPE html><html><head><title>Cases</title></head><body><table>{% for case in cases %}<tr>
<td><a href="/{{ case.number }}/">{{ case.number }}</a></td><td>{{ case.unit.number }}</td><td>{{ case.title }}</td>
<td>{{ case.ticket.category.name_zh }}</td><td>{{ case.state }}</td><td>{{ case.handler.name }}</td>
<td>{{ case.due_at|date:"Y-m-d H:i" }}</td><td>{{ case.opened_at|date:"Y-m-d H:i" }}</td></tr>{% endfor %}</table>
</body></html>"""
PAGE = 50
# What one matter is written into, each table after those that it names.
TABLES: tuple[type[models.Model], ...] = (Case, Contact, Ticket, SearchToken, CaseAccess, Event, Clock, ClockEvent)
Rows = dict[type[models.Model], list[models.Model]]


class Plain:
    """Puts this module's pages where the desk has its own, and reads who signed in with one plain statement."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look addresses up here; the person is whom the session names."""
        request.urlconf = "tools.bench.floors"
        request.user = User.objects.get(pk=request.session[SESSION_KEY])
        return self.get_response(request)


@login_required
def bare_list(request: HttpRequest) -> HttpResponse:
    """Fifty rows of one query in a table; the query is the one a plain site would write."""
    rows = Case.objects.filter(project_id=_demo(), kind__in=Kind.values)
    if "all" in request.GET:
        rows = rows.order_by("-opened_at", "-pk")
    else:
        rows = rows.exclude(phase=Phase.CLOSED).order_by("due_at", "pk")
    shown = {name: request.GET[name] for name in ("handler", "category") if name in request.GET}
    cases = rows.filter(**shown).select_related("unit", "handler", "ticket__category")[:PAGE]
    return HttpResponse(engines["django"].from_string(LIST).render({"cases": cases}, request))


@cache
def _demo() -> int:
    """The project, as a plain site would keep it in the session."""
    return Project.objects.get(code="demo").pk


def rows_after(last_case: int) -> Rows:
    """Everything that was written of the cases after one, by table."""
    cases = {"case_id__gt": last_case}
    found: Rows = {
        Case: list(Case.objects.filter(pk__gt=last_case).order_by("pk")),
        SearchToken: list(SearchToken.objects.filter(kind="case", object_id__gt=last_case)),
        ClockEvent: list(ClockEvent.objects.filter(clock__case_id__gt=last_case)),
    }
    for model in (Contact, Ticket, CaseAccess, Event, Clock):
        found[model] = list(model._default_manager.filter(**cases).order_by("pk"))  # noqa: SLF001
    return found


@login_required
def bare_insert(request: HttpRequest) -> HttpResponse:
    """The same rows as a page of ours wrote (`SAME`), with numbers of their own; the answer goes back to the list."""
    with transaction.atomic():
        Unit.objects.get(project_id=_demo(), number=request.POST["unit"])
        _write_again(SAME)
    return HttpResponse(status=302, headers={"Location": "/"})


SAME: Rows = {}


def _write_again(rows: Rows) -> None:
    new: dict[tuple[type[models.Model], int], int] = {}
    for model in TABLES:
        made = [_copy(row, new) for row in rows.get(model, ())]
        if model is Case:
            for case in made:
                _number(case)
                case.save()
        elif len(made) == 1:
            made[0].save()
        elif made:
            model._default_manager.bulk_create(made)  # noqa: SLF001
        new |= {(model, old.pk): now.pk for old, now in zip(rows.get(model, ()), made, strict=True)}


def _copy(row: models.Model, new: dict[tuple[type[models.Model], int], int]) -> Any:
    values = {}
    for column in row._meta.concrete_fields:  # noqa: SLF001
        value = getattr(row, column.attname)
        target = Case if column.attname == "object_id" else column.related_model
        values[column.attname] = new.get((target, value), value) if target is not None else value
    values["id"] = None
    return type(row)(**values)


def _number(case: Case) -> None:
    prefix, day, _last = case.number.split("-")
    counter = Counter.objects.filter(prefix=prefix, day=f"{day[:4]}-{day[4:6]}-{day[6:]}")
    counter.update(last=F("last") + 1)
    case.number = f"{prefix}-{day}-{counter.values_list('last', flat=True).get():04d}"


urlpatterns = [path("list/", bare_list), path("insert/", bare_insert)]
