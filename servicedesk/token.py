"""`POST /api/v1/auth/token/`: a token for a name and password, and the second factor where the account has one."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.authtoken.models import Token
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from accounts.models import User
from core.errors import DomainError


class Credentials(serializers.Serializer[Any]):
    """Name, password, and the six digits where the account has a second factor."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    otp = serializers.CharField(max_length=10, required=False, allow_blank=True)


class Refused(DomainError):
    """The sign-in is refused; the sentence is the same for known and unknown accounts."""

    code = "refused"
    status = status.HTTP_400_BAD_REQUEST


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
        name, password = given.validated_data["username"], given.validated_data["password"]
        user = authenticate(request._request, username=name, password=password)  # noqa: SLF001
        if user is None:
            raise Refused(_("The name or the password is wrong."))
        self._check_second_factor(user, given.validated_data.get("otp", ""))
        return Response({"token": Token.objects.get_or_create(user=user)[0].key})

    @staticmethod
    def _check_second_factor(user: User, otp: str) -> None:
        totp = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        if totp is None:
            if user.is_office and not (user.is_demo and settings.DEMO):
                raise Refused(_("Set up your second factor in the browser first."), code="second_factor")
        elif not otp or not TOTP(totp).validate_code(otp):
            raise Refused(_("The six digits of your second factor are missing or wrong."), code="second_factor")
