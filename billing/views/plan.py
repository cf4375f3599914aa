"""The plan of a building (楼盘图): who is paid up at a glance; a click opens the home at the till."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import Project
from billing.permissions import require_taker
from billing.queries.plan import buildings_with_homes, plan_of
from estate.models import Building, Unit
from records.http import follow, now, project_of, user_of

# The building that was looked at last is where the next one begins.
LAST = "plan"
OVERDUE = "overdue"


@login_required
@require_GET
def plan(request: HttpRequest) -> HttpResponse:
    """The building that was looked at last, or the project's first one."""
    project = project_of(request)
    require_taker(user_of(request), project)
    return render(request, "billing/plan.html", plan_context(request, project))


@login_required
@require_GET
def plan_building(request: HttpRequest, code: str, building: str) -> HttpResponse:
    """One building. Raises `Http404` for one of which no home can be seen."""
    user = user_of(request)
    homes = Unit.objects.visible_to(user).filter(project__code=code, building__code=building)
    first = homes.select_related("building__project").first()
    if first is None:
        raise Http404
    found = first.building
    require_taker(user, found.project)
    follow(request, found.project)
    request.session[LAST] = found.pk
    return render(request, "billing/plan.html", plan_context(request, found.project, found))


def plan_context(request: HttpRequest, project: Project, chosen: Building | None = None) -> dict[str, Any]:
    """What a page shows with a plan: the buildings, the one that is chosen or was last, and whether only what is late.

    Four statements.
    """
    buildings = buildings_with_homes(project)
    last = request.session.get(LAST)
    shown = chosen or next((one for one in buildings if one.pk == last), next(iter(buildings), None))
    today = now().astimezone(project.tz).date()
    return {
        "buildings": buildings,
        "plan": plan_of(shown, user_of(request), today=today) if shown else None,
        "only_late": request.GET.get("show") == OVERDUE,
        "code": project.code,
    }
