"""`POST /api/v1/auth/token/`: a token for a name and password, and the second factor where the account has one."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import serializers, status
from rest_framework.authtoken.models import Token
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from accounts.models import User
from core.errors import DomainError
from servicedesk.signin import (
    count_wrong_guess,
    forget_guesses,
    lacks_second_factor,
    may_guess,
    one_guess_at_a_time,
    spend,
    too_many,
)


class Credentials(serializers.Serializer[Any]):
    """Name, password, and the six digits where the account has a second factor."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    otp = serializers.CharField(max_length=10, required=False, allow_blank=True)


class Refused(DomainError):
    """The sign-in is refused; the sentence is the same for known and unknown accounts."""

    code = "refused"
    status = status.HTTP_400_BAD_REQUEST


class LockedOut(DomainError):
    """Ten wrong guesses within fifteen minutes."""

    code = "locked_out"
    status = status.HTTP_429_TOO_MANY_REQUESTS


class DeskTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's description names the token."""

    target_class = "servicedesk.bearer.DeskToken"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the header."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token …"}


class DeskSessionScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """How it names the browser's session."""

    target_class = "servicedesk.bearer.DeskSession"
    priority = 0


class ObtainToken(APIView):
    """Exchange credentials for a token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "token"
    serializer_class = Credentials

    def post(self, request: Request) -> Response:
        """Give the token, or say why not."""
        given = Credentials(data=request.data)
        given.is_valid(raise_exception=True)
        name = given.validated_data["username"]
        with one_guess_at_a_time(name):
            user, refusal = self._check(request, **given.validated_data)
        if user is None or refusal is not None:
            raise refusal or Refused(_("The name or the password is wrong."))
        forget_guesses(name)
        return Response({"token": Token.objects.get_or_create(user=user)[0].key})

    @staticmethod
    def _check(
        request: Request, *, username: str, password: str, otp: str = ""
    ) -> tuple[User | None, DomainError | None]:
        plain = request._request  # noqa: SLF001  the guesses are counted on Django's own request
        if not may_guess(plain, username):
            return None, LockedOut(too_many())
        user = authenticate(plain, username=username, password=password)
        if not isinstance(user, User):
            return None, None
        totp = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        if totp is not None and not (otp and TOTP(totp).validate_code(otp) and spend(totp, otp)):
            if otp:
                count_wrong_guess(plain, username)
            missing = _("The six digits of your second factor are missing or wrong.")
            return None, Refused(missing, code="second_factor")
        if lacks_second_factor(user):
            return None, Refused(_("Set up your second factor in the browser first."), code="second_factor")
        return user, None
