"""Who holds an API token. The framework reads this while it loads, so nothing here may import its views."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.models import User
from core.errors import DomainError
from servicedesk.signin import is_shut_out, lacks_second_factor, person


class SecondFactorFirst(DomainError):
    """A token of somebody who must have a second factor and has none (any more)."""

    code = "second_factor"
    status = 403


class DeskSession(SessionAuthentication):
    """A browser that is signed in; what the framework says of its token in English alone is said in words of ours."""

    def enforce_csrf(self, request: Request) -> None:
        """Hold a form to the browser's token. Raises `PermissionDenied`."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            words = _("This browser’s token is missing or too old. Load the page again, or use a token of the API.")
            raise PermissionDenied(words) from error


class DeskToken(TokenAuthentication):
    """A token opens no more than its holder's own sign-in would open now."""

    def authenticate_credentials(self, key: str) -> tuple[User, Token]:
        """Return user and token. Raises what the API answers where the holder may no longer come in."""
        user, token = super().authenticate_credentials(key)
        user = person(user.pk) or user
        if is_shut_out(user):
            raise AuthenticationFailed(_("This account is closed."))
        if lacks_second_factor(user):
            raise SecondFactorFirst(_("Set up your second factor in the browser first."))
        if user.language in dict(settings.LANGUAGES):
            translation.activate(user.language)  # until the middleware that chose another one ends
        return user, token
