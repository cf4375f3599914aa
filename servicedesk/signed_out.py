"""A form of somebody who was signed out meanwhile, or of somebody else: what was typed stays until it is taken."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from servicedesk.error_pages import language_of
from servicedesk.unsent import WHOSE, posted, unsent

PLAIN_FORM = "application/x-www-form-urlencoded"


class KeepTyped:
    """Instead of leading a form to the door, where its words would be gone, shows them and sends them afterwards.

    So too where another person is signed in by now than the one whose page it was: nothing is done in their name.

    Only for a page that a browser opens in its window; programs and fragments are answered as ever.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on and look whether it was sent to the door."""
        if _somebody_elses(request):
            if opens_a_page(request):
                return kept_page(request, 409, "not_yours")
            words = _("This page was opened by somebody else. Open it again.")
            return HttpResponse(words, status=409, content_type="text/plain", headers={"Cache-Control": "no-store"})
        response = self.get_response(request)
        if opens_a_page(request) and _to_the_door(response) and not request.user.is_authenticated and posted(request):
            return kept_page(request, 401)
        return response


def _somebody_elses(request: HttpRequest) -> bool:
    """Say whether a form comes from a page of another person than the one who is signed in by now.

    One browser, two windows, and the shift changed in one of them: what the first one typed is not the second one's.
    """
    if request.method != "POST" or request.content_type != PLAIN_FORM or not request.user.is_authenticated:
        return False  # a form with files is read by its view, which knows what to say where the disk is full
    whose = next((value for name, value in posted(request) if name == WHOSE), "")
    return bool(whose) and whose != str(request.user.pk)


def opens_a_page(request: HttpRequest) -> bool:
    """Say whether a browser sent a form of ours whose answer becomes the page: browsers name the mode and the origin.

    A form that another site sent is none of ours, and is not offered to be sent again.
    """
    ours = f"{request.scheme}://{request.get_host()}"
    mode, origin = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Origin")
    return request.method == "POST" and mode == "navigate" and origin == ours


def _to_the_door(response: HttpResponse) -> bool:
    address = urlsplit(response.headers.get("Location", ""))
    return response.status_code == 302 and address.path == resolve_url(settings.LOGIN_URL)


def kept_page(request: HttpRequest, status: int, name: str = "") -> HttpResponse:
    """The page that holds what was typed; `name` is the template where it is not called by the status."""
    with translation.override(language_of(request)):
        page = render_to_string(f"{name or status}.html", unsent(request))
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})
