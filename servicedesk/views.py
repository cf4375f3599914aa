"""Pages that belong to no room: the way home, switching project, health."""

import sys
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import Error, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from kombu import Connection
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import Project, User
from cases.actions import reveal_contact
from cases.models import Attachment, Case
from cases.permissions import reads_all
from cases.registry import kind_of
from cases.states import PhotoLabel
from records.http import asked_project
from records.serving import serve
from servicedesk.away import answer, what_is_away
from servicedesk.error_pages import error_page, language_of, remember_language
from servicedesk.middleware import ProjectRequest
from servicedesk.navigation import entries_for
from servicedesk.palette import choices_for
from servicedesk.places import PLACES
from servicedesk.signed_out import kept_page, opens_a_page
from servicedesk.unsent import posted
from sla.health import Beat, last_beat, late_beat


@login_required
@require_GET
def home(request: ProjectRequest) -> HttpResponse:
    """Send everybody to the first page of their role."""
    entries = entries_for(PLACES, request.user, request.project, request.path, {})
    if not entries:
        return render(request, "nowhere.html", status=200)
    return redirect(entries[0].url)


@login_required
@require_POST
def switch_project(request: ProjectRequest, code: str) -> HttpResponse:
    """Work in another of one's projects."""
    project = get_object_or_404(Project.objects.visible_to(request.user), code=code)
    request.session["project"] = project.code
    return redirect("home")


@login_required
@require_POST
def preferences(request: ProjectRequest) -> HttpResponse:
    """Save how the person likes to work: single-key shortcuts on or off, and the language."""
    user = request.user
    if "shortcuts_off" in request.POST:
        user.shortcuts_off = request.POST["shortcuts_off"] == "1"
    if request.POST.get("language") in dict(settings.LANGUAGES):
        user.language = request.POST["language"]
    user.save(update_fields=["shortcuts_off", "language"])
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("home")
    response = HttpResponseRedirect(back)
    if user.language:
        remember_language(response, user.language)
    return response


def choose_language(request: HttpRequest) -> HttpResponse:
    """Speak another language in this browser, and to the account that is signed in to it: its messages too.

    Asked for without a form, as after signing in anew, it only leads on.
    """
    wanted = request.POST.get("language", "")
    if isinstance(request.user, User) and wanted in dict(settings.LANGUAGES):
        request.user.language = wanted
        request.user.save(update_fields=["language"])
    return set_language(request)


@login_required
@require_GET
def palette(request: ProjectRequest) -> HttpResponse:
    """What the palette offers besides the page's own buttons: asked for once, when a page first opens it."""
    choices = choices_for(request.user, asked_project(request), request.projects)
    # Without the request: there is no frame around it that would want reading.
    return HttpResponse(render_to_string("parts/palette_choices.html", {"choices": choices}))


@login_required
@require_GET
def case(request: ProjectRequest, number: str) -> HttpResponse:
    """Go to the page of a case, whatever its kind."""
    found = get_object_or_404(Case.objects.visible_to(request.user), number=number)
    page = kind_of(found.kind).page if reads_all(request.user, found) else "portal_matter"
    return redirect(page, number=found.number)


@login_required
@require_GET
def case_file(request: ProjectRequest, number: str, token: str) -> FileResponse:
    """A photo or paper of a case one may see."""
    return _file_for(request.user, number, token)


class CaseFileApi(APIView):
    """The same for programs, which have a token and no session."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Take no heed of what the program says it accepts: the answer is the picture as it is kept."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, number: str, token: str) -> FileResponse:
        """A photo or paper of a case one may see."""
        return _file_for(cast(User, request.user), number, token)


def _file_for(reader: User, number: str, token: str) -> FileResponse:
    """The file; a paper is for who may print it, and whoever opens it stands in the log. Residents get theirs only."""
    found = get_object_or_404(Case.objects.visible_to(reader), number=number)
    attachments = Attachment.objects.meant_for(reader).select_related("file")
    attachment = get_object_or_404(attachments, case=found, file__token=token)
    stored, printed = attachment.file, attachment.label == PhotoLabel.PAPER
    if printed:
        require_print = kind_of(found.kind).require_print
        if require_print is None:
            raise Http404
        require_print(reader, found)
    answer = serve(stored)
    if printed:  # the contact's number stands on it in clear
        reason = _("Form printed: %(number)s") % {"number": number}
        reveal_contact(case=found, by=reader, at=timezone.now(), reason=reason)
    return answer


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer while the process lives."""
    return HttpResponse("ok", content_type="text/plain")


def _broker() -> str:
    if not settings.REDIS_URL:
        return "ok"
    try:
        with Connection(settings.REDIS_URL, connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except Exception as error:
        return type(error).__name__
    return "ok"


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:  # where the connection itself is gone it is no DatabaseError
        return type(error).__name__
    return "ok"


@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Say of database, broker and beat: ok, or why not. 503 when one is not.

    `set_aside` counts the clocks that could not be carried out: a detail for who looks after the desk, which is ready.
    """
    parts: dict[str, Any] = {"database": _database(), "broker": _broker()}
    beat = last_beat() if parts["database"] == "ok" else Beat(None, 0)
    parts["beat"] = (late_beat(beat.at, timezone.now()) or "ok") if parts["database"] == "ok" else "unknown"
    is_ready = set(parts.values()) == {"ok"}
    return JsonResponse({**parts, "set_aside": beat.set_aside}, status=200 if is_ready else 503)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from elsewhere: our own can be sent again as it is."""
    if opens_a_page(request) and posted(request):
        get_token(request)  # a browser that lost its token gets another with this answer
        return kept_page(request, 403, "403_expired")
    return error_page(request, 403, "403_csrf")


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for a request that cannot be meant, or is larger than anything we take."""
    too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return error_page(request, 413 if too_large else 400)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what the person may not do."""
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address that is nothing: a page for people, the API's shape for programs."""
    if not request.path.startswith("/api/"):
        return error_page(request, 404)
    detail = _("There is no such thing, or it is not yours to see.")
    return JsonResponse({"code": "not_found", "detail": detail, "fields": {}}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for a failure of ours, in the same two ways; a database or disk that is away has answers of its own.

    Django calls this while it handles the exception, wherever in the middleware or the views it came up.
    """
    away = what_is_away(sys.exc_info()[1])
    if away is not None:
        return answer(request, away, language_of(request))
    if not request.path.startswith("/api/"):
        return error_page(request, 500)
    detail = _("Something went wrong on our side. Try again; if it stays, tell the administrator.")
    return JsonResponse({"code": "error", "detail": detail, "fields": {}}, status=500)
