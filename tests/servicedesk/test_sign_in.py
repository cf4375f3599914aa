"""Signing in holds: guesses counted per account, the second factor, who is out at once."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from accounts.models import Membership, User
from estate.models import Household
from servicedesk.doors import CLOSED
from tests.cast import NOON, PASSWORD, Cast
from tests.threads import at_once

LOGIN = "/accounts/login/"
TOKEN = "/api/v1/auth/token/"
LIMIT = 10
API_SETTINGS: dict[str, Any] = settings.REST_FRAMEWORK
THROTTLE: str = API_SETTINGS["DEFAULT_THROTTLE_RATES"]["token"]
pytestmark = [pytest.mark.req("SEC-1"), pytest.mark.django_db]
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def no_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guesses per account are tried here; requests per address have their own test."""
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "token", "10000/min")


def log_in(username: str, password: str, client: Client | None = None, **extra: Any) -> Any:
    return (client or Client()).post(LOGIN, {"login": username, "password": password}, **extra)


def ask_token(username: str, password: str, otp: str = "", **extra: Any) -> Any:
    body = {"username": username, "password": password} | ({"otp": otp} if otp else {})
    return APIClient().post(TOKEN, body, format="json", **extra)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def make_real(user: User) -> User:
    """A real member of staff instead of a demo account."""
    user.is_demo = False
    user.save(update_fields=["is_demo"])
    return user


def enrol(user: User) -> str:
    """Give the person a second factor; returns its secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_now(secret: str) -> str:
    cache.clear()  # a code counts once; the tests' clock stands still
    return str(format_hotp_value(hotp_value(secret, next(iter(counters())))))


def wrong_code(secret: str) -> str:
    right = {format_hotp_value(hotp_value(secret, counter)) for counter in counters()}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in right)


# --- guesses ---------------------------------------------------------------------------------------------------------
def test_the_right_password_opens_and_a_wrong_one_does_not(cast: Cast) -> None:
    client = Client()
    assert log_in("frontdesk", "wrong-wrong-wrong", client).status_code == 200
    assert not is_in(client)
    assert log_in("frontdesk", PASSWORD, client).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize("door", [log_in, ask_token], ids=["page", "API"])
def test_after_ten_wrong_guesses_even_the_right_password_is_refused(cast: Cast, door: Callable[..., Any]) -> None:
    for guess in range(LIMIT):
        answer = door(
            "frontdesk", f"wrong-{guess}", REMOTE_ADDR=f"10.0.0.{guess}", HTTP_X_FORWARDED_FOR=f"1.2.3.{guess}"
        )
        assert (answer.status_code == 429) is (guess == LIMIT - 1)
    for address in ("10.0.0.99", "8.8.8.8"):
        answer = door("frontdesk", PASSWORD, REMOTE_ADDR=address, HTTP_X_FORWARDED_FOR=address, HTTP_USER_AGENT="x")
        assert answer.status_code == 429
    assert door("cashier", PASSWORD).status_code in (200, 302), "somebody else is not locked out with them"


def test_guesses_at_the_page_and_at_the_api_are_one_count(cast: Cast) -> None:
    for guess in range(LIMIT):
        (log_in if guess % 2 else ask_token)("frontdesk", f"wrong-{guess}")
    assert log_in("frontdesk", PASSWORD).status_code == 429
    assert ask_token("frontdesk", PASSWORD).status_code == 429


def test_fifteen_minutes_later_it_opens_again(cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for guess in range(LIMIT):
            log_in("frontdesk", f"wrong-{guess}")
        clock.shift(timedelta(minutes=14, seconds=59))
        assert log_in("frontdesk", PASSWORD).status_code == 429
        clock.shift(timedelta(seconds=2))
        assert log_in("frontdesk", PASSWORD).status_code == 302


def test_no_window_of_fifteen_minutes_holds_more_than_ten_guesses(cast: Cast) -> None:
    taken: list[Any] = []
    with time_machine.travel(NOON, tick=False) as clock:
        for minute in range(60):
            answer = log_in("frontdesk", f"wrong-{minute}", REMOTE_ADDR=f"10.0.0.{minute % 3}")
            taken += [minute] if answer.status_code == 200 or len(taken) < LIMIT else []
            clock.shift(timedelta(minutes=1))
    assert all(sum(start <= minute < start + 15 for minute in taken) <= LIMIT for start in range(60))
    assert len(taken) > LIMIT


def test_signing_in_forgets_the_guesses_before(cast: Cast) -> None:
    for door in (log_in, ask_token):
        for _ in range(3):
            for guess in range(LIMIT - 1):
                assert door("frontdesk", f"wrong-{guess}").status_code != 429
            assert door("frontdesk", PASSWORD).status_code in (200, 302)


def test_an_account_that_does_not_exist_is_answered_like_one_that_does(cast: Cast) -> None:
    for door in (log_in, ask_token):
        for _ in range(LIMIT + 1):
            known, unknown = (door(name, "wrong-wrong") for name in ("frontdesk", "frontdosk"))
            assert known.status_code == unknown.status_code
            assert text_of(known).replace("frontdesk", "frontdosk") == text_of(unknown)


def text_of(answer: Any) -> str:
    """The answer without what is random in it."""
    text = str(answer.content.decode())
    return "\n".join(line for line in text.splitlines() if not re.search("csrf|nonce|data-now", line, re.IGNORECASE))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the connections of several threads")
@pytest.mark.parametrize("door", [log_in, ask_token], ids=["page", "API"])
def test_forty_guesses_at_the_same_moment_are_ten(
    real_transactions: None, cast: Cast, door: Callable[..., Any]
) -> None:
    answers = at_once(40, lambda n: door("frontdesk", f"wrong-{n}", REMOTE_ADDR=f"10.0.{n}.1").status_code)
    assert sorted(str(answer) for answer in answers) == sorted(
        ["200" if door is log_in else "400"] * (LIMIT - 1) + ["429"] * (40 - LIMIT + 1)
    )


def test_an_address_may_ask_for_tokens_thirty_times_a_minute(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "token", THROTTLE)
    found = [
        ask_token(f"nobody{n}", "x", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"9.9.9.{n}").status_code
        for n in range(31)
    ]
    assert found == [400] * 30 + [429]


# --- the second factor -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["frontdesk", "cashier", "technician", "head", "supervisor", "gm", "guard", "quality"])
def test_staff_without_a_second_factor_get_no_further_than_setting_it_up(cast: Cast, role: str) -> None:
    make_real(cast.users[role])
    client = Client()
    log_in(role, PASSWORD, client)
    for path in ("/", "/inbox/", "/preferences/", "/admin/"):
        assert client.get(path).headers["Location"] == reverse("mfa_activate_totp")
    answer = client.get("/api/v1/cases/")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")
    assert ask_token(role, PASSWORD).json()["code"] == "second_factor"
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_who_may_enter_the_admin_site_needs_it_too(cast: Cast) -> None:
    user = make_real(cast.resident)
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    client = Client()
    log_in("resident", PASSWORD, client)
    assert client.get("/").headers["Location"] == reverse("mfa_activate_totp")


def test_a_resident_needs_no_second_factor(cast: Cast) -> None:
    make_real(cast.resident)
    client = Client()
    log_in("resident", PASSWORD, client)
    assert client.get("/inbox/").status_code == 200


def test_setting_it_up_opens_the_desk(cast: Cast) -> None:
    make_real(cast.frontdesk)
    client = Client()
    log_in("frontdesk", PASSWORD, client)
    shown = client.get(reverse("mfa_activate_totp"))
    secret = shown.context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert answer.status_code == 302
    assert client.get("/inbox/").status_code == 200
    stored = Authenticator.objects.get(user=cast.frontdesk, type=Authenticator.Type.TOTP)
    assert get_adapter().decrypt(stored.data["secret"]) == secret


def test_with_a_second_factor_the_password_alone_opens_nothing(cast: Cast) -> None:
    secret = enrol(make_real(cast.frontdesk))
    client = Client()
    assert log_in("frontdesk", PASSWORD, client).headers["Location"].startswith(reverse("mfa_authenticate"))
    assert not is_in(client)
    assert client.get("/inbox/").headers["Location"].startswith(LOGIN)
    client.post(reverse("mfa_authenticate"), {"code": wrong_code(secret)})
    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    assert is_in(client)


def test_a_demo_account_with_a_second_factor_is_asked_for_it(cast: Cast) -> None:
    enrol(cast.frontdesk)
    client = Client()
    log_in("frontdesk", PASSWORD, client)
    assert not is_in(client)


def test_a_code_counts_once(cast: Cast) -> None:
    secret = enrol(make_real(cast.frontdesk))
    with time_machine.travel(NOON, tick=False):  # a code is good for thirty seconds
        code = code_now(secret)
        first, second = (ask_token("frontdesk", PASSWORD, code) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 400)


def test_a_recovery_code_opens_once(cast: Cast) -> None:
    enrol(make_real(cast.frontdesk))
    codes = RecoveryCodes.activate(cast.frontdesk).get_unused_codes()
    for expected in (True, False):
        client = Client()
        log_in("frontdesk", PASSWORD, client)
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert is_in(client) is expected


def test_wrong_codes_count_like_wrong_passwords(cast: Cast) -> None:
    secret = enrol(make_real(cast.frontdesk))
    client = Client()
    log_in("frontdesk", PASSWORD, client)
    found = [client.post(reverse("mfa_authenticate"), {"code": wrong_code(secret)}).status_code for _ in range(LIMIT)]
    assert found == [200] * (LIMIT - 1) + [429]
    assert client.post(reverse("mfa_authenticate"), {"code": code_now(secret)}).status_code == 200
    assert not is_in(client)
    assert log_in("frontdesk", PASSWORD).status_code == 429
    assert ask_token("frontdesk", PASSWORD, code_now(secret)).status_code == 429


def test_the_api_counts_wrong_codes_and_wants_a_right_one(cast: Cast) -> None:
    secret = enrol(make_real(cast.frontdesk))
    assert ask_token("frontdesk", PASSWORD).json()["code"] == "second_factor"
    assert ask_token("frontdesk", PASSWORD, code_now(secret)).status_code == 200
    for _ in range(LIMIT):
        ask_token("frontdesk", PASSWORD, wrong_code(secret))
    assert ask_token("frontdesk", PASSWORD, code_now(secret)).status_code == 429


def test_a_token_is_worth_nothing_once_the_second_factor_is_gone(cast: Cast) -> None:
    secret = enrol(make_real(cast.frontdesk))
    key = ask_token("frontdesk", PASSWORD, code_now(secret)).json()["token"]
    client = APIClient(headers={"Authorization": f"Token {key}"})
    assert client.get("/api/v1/cases/").status_code == 200
    Authenticator.objects.all().delete()
    answer = client.get("/api/v1/cases/")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")


# --- sessions and people who leave -----------------------------------------------------------------------------------
def test_the_session_key_changes_at_sign_in(cast: Cast) -> None:
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = str(before)
    log_in("frontdesk", PASSWORD, client)
    assert is_in(client)
    assert client.session.session_key != before


def test_a_disabled_person_is_out_at_the_next_request(cast: Cast, signed_in: SignIn, api: Any) -> None:
    browser, program = signed_in(cast.frontdesk), api(cast.frontdesk)
    assert browser.get("/inbox/").status_code == 200
    assert program.get("/api/v1/cases/").status_code == 200
    User.objects.filter(pk=cast.frontdesk.pk).update(is_active=False)
    assert browser.get("/inbox/").status_code == 302
    assert program.get("/api/v1/cases/").status_code == 401


def test_an_ended_membership_sees_nothing_at_the_next_request(cast: Cast, signed_in: SignIn, api: Any) -> None:
    program = api(cast.frontdesk)
    assert program.get("/api/v1/units/").json()["results"]
    Membership.objects.filter(user=cast.frontdesk).update(ended_at=NOON)
    assert program.get("/api/v1/units/").json()["results"] == []


def test_an_ended_tenancy_sees_nothing_at_the_next_request(cast: Cast, api: Any) -> None:
    program = api(cast.resident)
    assert [unit["number"] for unit in program.get("/api/v1/units/").json()["results"]] == ["3-2-1501"]
    Household.objects.filter(unit__number="3-2-1501").update(ended_on=NOON.date())
    assert program.get("/api/v1/units/").json()["results"] == []


def test_a_new_password_ends_the_other_sessions(cast: Cast, signed_in: SignIn) -> None:
    browser = signed_in(cast.frontdesk)
    cast.frontdesk.set_password("another-long-password")
    cast.frontdesk.save()
    assert browser.get("/inbox/").status_code == 302


def test_demo_accounts_exist_only_in_a_demonstration(cast: Cast, signed_in: SignIn, api: Any, settings: Any) -> None:
    browser, program = signed_in(cast.frontdesk), api(cast.frontdesk)
    settings.DEMO = False
    assert log_in("frontdesk", PASSWORD).status_code == 200
    assert ask_token("frontdesk", PASSWORD).status_code == 400
    assert browser.get("/inbox/").status_code == 302
    assert program.get("/api/v1/cases/").status_code == 401


# --- doors that are closed -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("route", sorted(CLOSED))
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_registers_or_gets_a_password_by_mail(cast: Cast, route: str, method: str) -> None:
    path = "/accounts/" + route.replace("<str:key>", "abc")
    people = User.objects.count()
    body = {"username": "mallory", "email": "m@example.org", "password1": PASSWORD, "password2": PASSWORD}
    assert getattr(Client(), method)(path, body).status_code == 404
    assert User.objects.count() == people


def test_the_admin_site_has_no_door_of_its_own(cast: Cast) -> None:
    cast.admin.is_staff = cast.admin.is_superuser = True
    cast.admin.save()
    client = Client()
    answer = client.post("/admin/login/", {"username": "admin", "password": PASSWORD, "next": "/admin/"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(LOGIN)
    assert not is_in(client)


def test_a_form_from_another_site_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.frontdesk, backend="servicedesk.signin.DeskBackend")
    answer = client.post("/preferences/", {"shortcuts_off": "1"}, HTTP_ORIGIN="https://evil.example")
    assert answer.status_code == 403
    assert client.post("/api/v1/tickets/", {}, content_type="application/json").status_code == 403
    assert log_in("frontdesk", PASSWORD, Client(enforce_csrf_checks=True)).status_code == 403


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_leads_to_no_other_site(cast: Cast, target: str) -> None:
    answer = Client().post(LOGIN, {"login": "frontdesk", "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


def test_tokens_stay_the_same_until_somebody_takes_them_back(cast: Cast) -> None:
    first, second = (ask_token("gm", PASSWORD).json()["token"] for _ in range(2))
    assert first == second
    Token.objects.all().delete()
    assert APIClient(headers={"Authorization": f"Token {first}"}).get("/api/v1/cases/").status_code == 401
