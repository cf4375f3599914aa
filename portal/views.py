"""Residents' pages: the own home's matters, one of them step by step, and a complaint of their own."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files import File
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.pictures import posted_photos
from cases.queries import photos, timeline
from cases.states import Phase
from cases.steps import put_errors
from core.errors import DomainError
from portal.actions import complain
from portal.forms import ComplainForm
from portal.pages import own_homes
from portal.queries import homes_of, matter_of, matters, own_cases, prices_for, promises
from records.actions import store_image
from records.http import now, project_of, redirect_once, user_of
from records.uploads import answer_upload


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


@login_required
@require_GET
def tariffs(request: HttpRequest) -> HttpResponse:
    """What is charged for in the community: the published prices, worked out for the own home where it bears them."""
    homes, project = own_homes(request), project_of(request)
    today = now().astimezone(project.tz).date()
    return render(request, "portal/tariffs.html", {"charges": prices_for(user_of(request), project, homes, today)})


# --- a complaint -----------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def complaint(request: HttpRequest) -> HttpResponse:
    """Write a complaint; about the service it is read only above whom it is about."""
    homes = own_homes(request)
    if request.method == "GET":
        return _complaint_page(request, ComplainForm(homes=homes))
    form = ComplainForm(request.POST, homes=homes)
    if not form.is_valid():
        return _complaint_page(request, form)
    at = now()

    def act() -> str:
        made = complain(told=form.told(), by=user_of(request), at=at, **posted_photos(request))
        messages.success(request, _("Your complaint is taken: %(number)s.") % {"number": made.case.number})
        return reverse("portal_matter", args=[made.case.number])

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        put_errors(form, error)
        return _complaint_page(request, form)


def _complaint_page(request: HttpRequest, form: ComplainForm) -> HttpResponse:
    return render(request, "portal/complaint.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def complaint_photo(request: HttpRequest) -> JsonResponse:
    """Keep a picture before the complaint has a number."""
    project, at = own_homes(request)[0].project, now()

    def keep(upload: "File[bytes]", _kind: str) -> dict[str, Any]:
        return {"id": store_image(upload=upload, project=project, by=user_of(request), at=at).token}

    return answer_upload(request, at=at, keep=keep)
