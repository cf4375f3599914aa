"""What every request gets: language, project and its time zone, the second factor, domain errors as sentences."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_structlog.middlewares.request import RequestMiddleware

from accounts.models import Project, User
from core.errors import DomainError
from core.numbers import whole_number
from records.http import named_project
from records.leftovers import none_left
from records.unseen import seen
from servicedesk.error_pages import cookie_language, error_page, error_text
from servicedesk.safe_headers import BARE_PAGE_POLICY, HEADERS
from servicedesk.signin import lacks_second_factor
from servicedesk.unsent import SECRET

Handler = Callable[[HttpRequest], HttpResponse]
# Reachable before the second factor is set up: signing in and out, setting it up, what pages are made of.
BEFORE_SECOND_FACTOR = ("/accounts/", "/static/", "/healthz", "/readyz", "/i18n/")


class ProjectRequest(HttpRequest):
    """A request after `CurrentProject`: who asks, and about which project."""

    user: User
    project: Project | None
    projects: list[Project]


class SafeAnswers:
    """The outermost: headers on every answer, whatever failed inside; what cannot be meant is refused unread."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse or pass on, and complete the headers."""
        with translation.override(cookie_language(request)):
            refusal = self._refusal(request)
        response = refusal or self._worded(request, self.get_response(request))
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if response.status_code == 301:
            # Made on the way out, past those who say it of everything else; a browser would keep it for good.
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    @staticmethod
    def _worded(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The answer; where an address is asked in a way it does not know, with a sentence instead of nothing.

        Whoever signs in anew after sending a form is led to the address of the form, and finds a blank page otherwise.
        """
        if response.status_code != 405 or response.streaming or response.content:
            return response
        response.content = error_text(request, 405)
        response.headers["Content-Length"] = str(len(response.content))
        return response

    @staticmethod
    def _refusal(request: HttpRequest) -> HttpResponse | None:
        """413 for a body larger than anything we take, before a byte of it is read; 400 for a NUL in the address."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = whole_number(length)
        if size is None or size > settings.REQUEST_MAX_BYTES:
            return _bare(request, 413, _("The upload is larger than allowed."))
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return _bare(request, 400, _("Something in the address cannot be read."))
        return None


def _bare(request: HttpRequest, status: int, detail: str = "") -> HttpResponse:
    """A refusal without anything of ours around it; `detail` is for programs, pages have their own words."""
    page: HttpResponse
    if request.path.startswith("/api/"):
        code = {400: "invalid", 413: "too_large"}[status]
        page = JsonResponse({"code": code, "detail": detail, "fields": {}}, status=status)
    else:
        page = error_page(request, status)
        page.headers["Content-Security-Policy"] = BARE_PAGE_POLICY
    page.headers["Cache-Control"] = "no-store"
    return page


class ChosenLanguage:
    """Chinese unless the person chose otherwise; a browser's own language is not a choice."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the language of the account, else of the cookie, else Chinese."""
        chosen = getattr(getattr(request, "user", None), "language", "")
        language = chosen if chosen in dict(settings.LANGUAGES) else cookie_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class LoggedRequest(RequestMiddleware):
    """What the log says of a request: its address without the query, where names and numbers stand."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and path."""
        return f"{request.method} {request.path}"


class CurrentProject:
    """Sets `request.project` and runs the request in its time zone.

    It is the one that the page's script names in a header, for another window may have opened another project since;
    else the one chosen in the session, else the first.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Find the project among those the person belongs to."""
        asked = cast(ProjectRequest, request)
        asked.projects, asked.project = [], None
        if request.user.is_authenticated:
            asked.projects = request.user.projects
            chosen = request.session.get("project")
            asked.project = next((p for p in asked.projects if p.code == chosen), next(iter(asked.projects), None))
            if named := request.headers.get("X-Project"):
                asked.project = named_project(request, named)
        with timezone.override(asked.project.tz if asked.project else None):
            response = self.get_response(request)
        # A program's token is read by the API later than here: its answers are nobody else's either way.
        if request.user.is_authenticated or request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class StaffSecondFactor:
    """Staff go nowhere before their second factor is set up; only accounts of the demonstration are exempt."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Send staff without a second factor to where it is set up."""
        if not self._must_set_up(request):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            detail = _("Set up your second factor in the browser first.")
            return JsonResponse({"code": "second_factor", "detail": detail, "fields": {}}, status=403)
        return redirect(reverse("mfa_activate_totp"))

    @staticmethod
    def _must_set_up(request: HttpRequest) -> bool:
        if not request.user.is_authenticated or request.path.startswith(BEFORE_SECOND_FACTOR):
            return False
        return lacks_second_factor(request.user)


class NoLeftovers:
    """A file that a request kept and whose row it then took back does not stay on the disk."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on and look afterwards."""
        with none_left():
            return self.get_response(request)


class DomainErrors:
    """A refusal that no form caught becomes its sentence: a message on the page one came from, or for htmx a toast."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Handler, args: Any, kwargs: Any) -> HttpResponse | None:
        """Take out of a form what nobody typed: a NUL, which no database keeps, and texts that show nothing.

        So a form reads such a text as empty, and nothing else of it is lost. Passwords stay as they are.
        """
        if request.path.startswith("/api/") or request.method != "POST":
            return None
        kept = request.POST.copy()
        for name, values in request.POST.lists():
            if not any(word in name for word in SECRET):
                kept.setlist(name, seen([value.replace("\0", "") for value in values]))
        if kept != request.POST:
            request.POST = kept  # type: ignore[assignment]  # Django's own setter
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a domain error into an answer."""
        if not isinstance(error, DomainError):
            return None
        if getattr(request, "htmx", False):
            return HttpResponse(str(error), status=error.status, content_type="text/plain; charset=utf-8")
        back = request.headers.get("referer", "")
        if request.method == "POST" and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
            messages.error(request, str(error))
            return HttpResponseRedirect(back)
        return render(request, "refused.html", {"error": error}, status=error.status)
