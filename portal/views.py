"""Residents' pages: the own home's matters, and one of them step by step."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cases.queries import photos, timeline
from cases.states import Phase
from portal.queries import homes_of, matter_of, matters, own_cases, promises
from records.http import user_of


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Everything that was asked for the own home, what is open first."""
    user = user_of(request)
    rows = matters(user)
    running = [row for row in rows if row.phase != Phase.CLOSED]
    finished = [row for row in rows if row.phase == Phase.CLOSED]
    return render(request, "portal/home.html", {"running": running, "finished": finished, "homes": homes_of(user)})


@login_required
@require_GET
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """One matter: where it stands, what was promised, what happened, the pictures."""
    user = user_of(request)
    case = get_object_or_404(own_cases(user), number=number)
    shown = {
        "case": case,
        "matter": matter_of(case),
        "promises": promises(case, user),
        "events": timeline(case, user),
        "photos": [photo for photo in photos(case, user) if photo.is_image],
    }
    return render(request, "portal/matter.html", shown)
