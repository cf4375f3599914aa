"""Signing in: no self-registration, ten guesses per account in fifteen minutes whoever asks from wherever, one door.

Guesses of passwords and of second factors count alike, on pages and in the API.
"""

import fcntl
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.authtoken.models import Token

from accounts.models import Membership, User
from servicedesk.error_pages import error_page

QUEUES = 64
JUST_NOW = 300  # seconds
# A code is good for half a minute: more than anybody signs in with meanwhile.
CODES_REMEMBERED = 10


class DeskBackend(ModelBackend):
    """Names and passwords; accounts of the demonstration exist only where there is a demonstration."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Ask at sign-in and with every request, so that whoever is disabled is out at once."""
        return bool(super().user_can_authenticate(user)) and not is_shut_out(user)

    def get_user(self, user_id: int) -> User | None:
        """Find the person of a session, with all that every request asks about them."""
        user = person(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


def person(pk: int) -> User | None:
    """The person with their memberships and whether they have a second factor, in one statement."""
    second_factors = Authenticator.objects.filter(user=OuterRef("user"))
    held = Membership.objects.active().filter(user_id=pk).annotate(has_second_factor=Exists(second_factors))
    memberships = list(held.select_related("user", "project", "department"))
    if not memberships:
        return User.objects.filter(pk=pk).first()
    user = memberships[0].user
    user.has_second_factor = memberships[0].has_second_factor  # type: ignore[attr-defined]  # annotated
    user.active_memberships = memberships if user.is_active else []
    return user


def is_shut_out(user: User) -> bool:
    """Say whether the account belongs to a demonstration that this installation is not."""
    return user.is_demo and not settings.DEMO


def lacks_second_factor(user: User) -> bool:
    """Say whether a member of staff has yet to set up the second factor; demo accounts need none."""
    if user.is_demo and settings.DEMO:
        return False
    if not (user.is_office or user.is_staff):
        return False
    return not (is_mfa_enabled(user) if user.has_second_factor is None else user.has_second_factor)


# --- counting guesses ------------------------------------------------------------------------------------------------
@contextmanager
def one_guess_at_a_time(username: str) -> Iterator[None]:
    """Let one guess at an account follow the other, so that a hundred at the same moment are not all "the tenth"."""
    queue = int.from_bytes(hashlib.sha256(username.encode()).digest()[:8], signed=True)
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [queue])
            yield
        return
    # SQLite's own lock would stop every writer of the installation while a password is being hashed.
    with (settings.VAR_DIR / f"signin-{queue % QUEUES}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def may_guess(request: HttpRequest, username: str) -> bool:
    """Say whether the account has guesses left."""
    return bool(AxesProxyHandler.is_allowed(request, {"username": username}))


def count_wrong_guess(request: HttpRequest, username: str) -> None:
    """Count a wrong second factor like a wrong password."""
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)


def forget_guesses(username: str) -> None:
    """After a sign-in that was right in every part."""
    AxesProxyHandler.reset_attempts(username=username)


def too_many() -> str:
    """What somebody reads after ten wrong guesses."""
    return _("Too many wrong passwords. Wait 15 minutes, or ask an administrator.")


def spend(second: Authenticator, code: str) -> bool:
    """Note that a code was used; False where it was before, in whichever process. Asked one guess at a time.

    The library notes it in a cache, which each process may have for itself, or which may be gone.
    """
    if second.type != Authenticator.Type.TOTP:
        return True  # a recovery code is struck off its list
    given = "".join(code.split())
    spent = second.data.get("spent", [])
    if given in spent:
        return False
    second.data["spent"] = [*spent, given][-CODES_REMEMBERED:]
    second.save(update_fields=["data"])
    return True


class TokensEnd:
    """Not a rule for passwords, but what a new one ends: the tokens of programs, as it ends the other sessions."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Any password will do."""

    def get_help_text(self) -> str:
        """Nothing to say to who chooses one."""
        return ""

    def password_changed(self, password: str, user: User | None = None) -> None:
        """Take the person's tokens back; Django calls this when a new password is saved."""
        if user is not None and user.pk is not None:
            Token.objects.filter(user=user).delete()


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts are made by administrators."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody registers themselves."""
        return False

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """Ask for the password again before something delicate; not of staff who typed it a moment ago."""
        request = context.request
        records = get_authentication_records(request, request.user)
        if records and time.time() - records[-1]["at"] < JUST_NOW and lacks_second_factor(request.user):
            return False
        return bool(super().is_reauthentication_required(app=app))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Check one guess at a time."""
        with one_guess_at_a_time(str(credentials.get("username", ""))):
            user: User | None = super().authenticate(request, **credentials)
        return user


class CountedCode:
    """A form for the second factor whose wrong codes count as guesses."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Return a code that is right. Raises `ValidationError` for a wrong one and where no guess is left."""
        request, name = context.request, self.user.get_username()
        with one_guess_at_a_time(name):
            if not may_guess(request, name):
                refusal = ValidationError(too_many())
            else:
                try:
                    code = str(super().clean_code())  # type: ignore[misc]  # allauth's form beside this class has it
                    return self._spent(code)
                except ValidationError as wrong:
                    count_wrong_guess(request, name)
                    refusal = wrong
        raise refusal

    def _spent(self, code: str) -> str:
        if not spend(self.authenticator, code):
            refusal: ValidationError = get_adapter().validation_error("incorrect_code")
            raise refusal
        return code


class SecondFactor(CountedCode, AuthenticateForm):  # type: ignore[misc]
    """The code at sign-in."""


class SecondFactorAgain(CountedCode, ReauthenticateForm):  # type: ignore[misc]
    """The code before something delicate."""


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What somebody sees after ten wrong guesses: the same for known and unknown accounts."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "locked_out", "detail": too_many(), "fields": {}}, status=429)
    return error_page(request, 429)


def closed(request: HttpRequest, **kwargs: str) -> HttpResponse:
    """A door of the sign-in library that this installation does not have (registering, passwords by e-mail)."""
    raise Http404
