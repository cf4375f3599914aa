"""The pages of errors: in the language of whoever reads them, without asking the database, which may be what failed."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation


def cookie_language(request: HttpRequest) -> str:
    """The language chosen in this browser, else Chinese."""
    wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def language_of(request: HttpRequest) -> str:
    """The language of the account where it was read already, else that of the browser."""
    return getattr(request, "LANGUAGE_CODE", "") or cookie_language(request)


def error_text(request: HttpRequest, status: int | str) -> str:
    """The page of an error in its reader's language."""
    with translation.override(language_of(request)):
        return render_to_string(f"{status}.html")


def error_page(request: HttpRequest, status: int, name: str = "") -> HttpResponse:
    """The same as an answer, which is nobody else's; `name` is the template where it is not called by the status."""
    return HttpResponse(error_text(request, name or status), status=status, headers={"Cache-Control": "no-store"})


def remember_language(response: HttpResponse, language: str) -> None:
    """Keep the choice in the browser too, for when nobody is signed in or the account cannot be read."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=cast(Any, settings.LANGUAGE_COOKIE_SAMESITE),
    )
