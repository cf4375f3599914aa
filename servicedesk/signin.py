"""Signing in: no self-registration, lockout that counts guesses per account, tokens for programs."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts are made by administrators."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody registers themselves."""
        return False


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What somebody sees after ten wrong passwords: the same for known and unknown accounts."""
    detail = _("Too many wrong passwords. Wait 15 minutes, or ask an administrator.")
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "locked_out", "detail": detail, "fields": {}}, status=429)
    return render(request, "429.html", {"detail": detail}, status=429)
