"""The one search: a list under the box while somebody types, a page for everybody else."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from cases.models import Case
from cases.queries import Due, due_of
from cases.states import Phase
from estate.queries import find_households, match_unit, people_to_ask
from reception.permissions import can_receive
from reception.queries import found as reads
from reception.queries.household import open_matters_of
from reception.views.common import at_the_desk, projects_of
from records.http import user_of
from records.masking import masked_phone

LONGEST = 100
ROOMS = 8


@dataclass(frozen=True)
class Result:
    """One line of the list under the box."""

    url: str
    title: str
    sub: str
    icon: str
    state: str | Promise = ""
    clock: Due | None = None


@dataclass(frozen=True)
class Group:
    """Results of one sort."""

    label: str
    results: list[Result]


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Find homes and matters by whatever was typed; a room typed in full, or the only hit, opens at once."""
    user = user_of(request)
    if not user.is_office:
        raise Http404
    query = request.GET.get("q", "").strip()[:LONGEST].replace("\x00", "")
    in_box = bool(getattr(request, "htmx", False))
    limit = reads.IN_BOX if in_box else reads.ON_PAGE
    found = reads.search(query=query, user=user, projects=projects_of(request), limit=limit)
    if not in_box:
        straight = _straight_to(query, found, request)
        if straight:
            return redirect(straight)
    shown: dict[str, Any] = {
        "q": query,
        "groups": _groups(found),
        "more_url": f"{reverse('search')}?{urlencode({'q': query, 'all': '1'})}" if found.more else "",
        "next_steps": _next_steps(request, query) if query and found.nothing else [],
    }
    return render(request, "reception/search_list.html" if in_box else "reception/search.html", shown)


def _straight_to(query: str, found: reads.Found, request: HttpRequest) -> str:
    case = reads.exact_case(query, user_of(request)) if query else None
    if case is not None:
        return reverse("case", args=[case.number])
    home = found.only_home
    if home is None or request.GET.get("all"):
        return ""
    return reverse("unit", args=[home.hit.unit.project.code, home.hit.unit.number])


def _groups(found: reads.Found) -> list[Group]:
    return (
        [
            Group(_("Homes"), [_home(home) for home in found.homes]),
            Group(_("Matters"), [_case(case) for case in found.cases]),
        ]
        if not found.nothing
        else []
    )


def _home(home: reads.HomeHit) -> Result:
    hit = home.hit
    parts = [hit.relation, masked_phone(hit.phone), hit.plate]
    waiting = ngettext("%(count)d open", "%(count)d open", home.open_count) % {"count": home.open_count}
    return Result(
        url=reverse("unit", args=[hit.unit.project.code, hit.unit.number]),
        title=f"{hit.unit.number} {hit.name}".strip(),
        sub=" · ".join(part for part in parts if part),
        icon="car" if hit.plate else "house",
        state=waiting if home.open_count else "",
    )


def _case(case: Case) -> Result:
    where = case.unit.number if case.unit else case.place
    return Result(
        url=reverse("case", args=[case.number]),
        title=case.number,
        sub=" · ".join(part for part in (where, case.contact_name, case.title) if part),
        icon="clipboard-list",
        state=reads.state_label(case),
        clock=due_of(case) if case.phase != Phase.CLOSED else None,
    )


def _next_steps(request: HttpRequest, query: str) -> list[Result]:
    """What to do with somebody who is not in the register. Source: 三(1) (能正确识别来宾是否为本物业区域内业主)."""
    project = getattr(request, "project", None)
    if project is None or not can_receive(user_of(request), project.pk):
        return []
    digits = query.replace(" ", "").replace("-", "")
    known = {"phone": query} if digits.isdigit() and len(digits) >= 7 else {"name": query}
    return [
        Result(
            url=f"{reverse('contact_new')}?{urlencode({**known, 'channel': 'walk_in'})}",
            title=_("Log a call or visit"),
            sub=_("of somebody who is not on record"),
            icon="user-plus",
        ),
        Result(
            url=f"{reverse('intake')}?{urlencode(known)}",
            title=_("Take a repair of the common parts"),
            sub=_("with the place instead of a room"),
            icon="wrench",
        ),
    ]


# --- choosing a room in a form ---------------------------------------------------------------------------------------
@login_required
@require_GET
def room_lookup(request: HttpRequest) -> HttpResponse:
    """Rooms of the project for a room picker."""
    user, project = at_the_desk(request)
    query = request.GET.get("unit", "").strip()[:LONGEST].replace("\x00", "")
    hits = find_households(query=query, user=user, projects=[project.pk], limit=ROOMS)
    return render(request, "reception/room_options.html", {"hits": hits, "q": query})


@login_required
@require_GET
def room_home(request: HttpRequest) -> HttpResponse:
    """Who lives in the room that was said, and what is open there."""
    user, project = at_the_desk(request)
    asked = request.GET.get("unit", "").strip()[:60].replace("\x00", "")
    besides = request.GET.get("besides", "")
    unit = match_unit(number=asked, project_id=project.pk, user=user) if asked else None
    shown = {
        "asked": asked,
        "unit": unit,
        "people": people_to_ask(unit) if unit else [],
        "matters": [m for m in open_matters_of(unit, user) if m.case.number != besides] if unit else [],
    }
    return render(request, "reception/room_home.html", shown)
