"""What ends a sign-in, and what opens once only: codes, tokens, sessions, forms from elsewhere."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.db import connection
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisGone
from rest_framework.authtoken.models import Token
from rest_framework.throttling import SimpleRateThrottle

from accounts.models import Membership, User
from servicedesk.forgiving import ForgivingRedis
from tests.cast import NOON, PASSWORD, Cast
from tests.matrix.probe import addresses
from tests.matrix.table import TABLE
from tests.servicedesk.test_sign_in import LIMIT, ask_token, code_now, enrol, is_in, log_in, make_real
from tests.sla.stage import Stage, stage  # noqa: F401  an installation of its own, as a fixture
from tests.threads import at_once

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("SEC-1"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def no_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "token", "10000/min")


# --- codes -----------------------------------------------------------------------------------------------------------
def enter(code: str, username: str = "frontdesk") -> Client:
    """Sign in on the page with name, password and code."""
    client = Client()
    log_in(username, PASSWORD, client)
    client.post(reverse("mfa_authenticate"), {"code": code})
    return client


def test_a_code_opens_one_door_once_in_whichever_process(cast: Cast) -> None:
    """Each process may have a cache of its own, or none: an emptied one stands for that."""
    code = code_now(enrol(make_real(cast.frontdesk)))
    assert is_in(enter(code))
    cache.clear()
    assert ask_token("frontdesk", PASSWORD, code).status_code == 400
    cache.clear()
    assert not is_in(enter(code))
    cache.clear()
    assert not is_in(enter(f"{code[:3]} {code[3:]}"))


def test_a_code_that_opened_the_api_opens_no_page(cast: Cast) -> None:
    code = code_now(enrol(make_real(cast.frontdesk)))
    assert ask_token("frontdesk", PASSWORD, code).status_code == 200
    cache.clear()
    assert not is_in(enter(code))


def test_codes_used_again_count_as_guesses(cast: Cast) -> None:
    code = code_now(enrol(make_real(cast.frontdesk)))
    found = [ask_token("frontdesk", PASSWORD, code).status_code for _ in range(LIMIT + 2)]
    assert found[:LIMIT] == [200] + [400] * (LIMIT - 1)
    assert found[-1] == 429


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the connections of several threads")
def test_one_code_at_many_doors_at_the_same_moment_opens_one(real_transactions: None, cast: Cast) -> None:
    code = code_now(enrol(make_real(cast.frontdesk)))
    doors = (lambda: ask_token("frontdesk", PASSWORD, code).status_code == 200, lambda: is_in(enter(code)))
    opened = at_once(8, lambda n: doors[n % 2]())
    assert sum(one is True for one in opened) == 1


def test_while_the_cache_is_gone_people_sign_in_and_a_code_still_counts_once(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*args: Any, **more: Any) -> Any:
        raise RedisGone

    for verb in ("get", "set", "add", "delete"):
        monkeypatch.setattr(RedisCache, verb, gone)
    settings.CACHES = {"default": {"BACKEND": "servicedesk.forgiving.ForgivingRedis", "LOCATION": "redis://nowhere:1"}}
    assert isinstance(cache._connections["default"], ForgivingRedis)  # type: ignore[attr-defined]
    secret = enrol(make_real(cast.frontdesk))
    monkeypatch.setattr(ForgivingRedis, "clear", lambda self: None)
    code = code_now(secret)
    assert is_in(enter(code))
    assert not is_in(enter(code))


# --- what ends a sign-in ---------------------------------------------------------------------------------------------
def test_a_new_password_ends_the_tokens_too(cast: Cast, signed_in: SignIn, api: Any) -> None:
    program = api(cast.frontdesk)
    assert program.get("/api/v1/cases/").status_code == 200
    client = signed_in(cast.frontdesk)
    log_in("frontdesk", PASSWORD, client)
    words = {"oldpassword": PASSWORD, "password1": "another-long-password", "password2": "another-long-password"}
    assert client.post(reverse("account_change_password"), words).status_code == 302
    assert program.get("/api/v1/cases/").status_code == 401
    assert is_in(client), "who changed it stays"


def test_signing_in_is_no_new_password(cast: Cast, api: Any) -> None:
    """Also where the old one is hashed anew, because the way of hashing has changed."""
    User.objects.filter(pk=cast.frontdesk.pk).update(password=make_password(PASSWORD, hasher="default"))
    program = api(cast.frontdesk)
    assert log_in("frontdesk", PASSWORD).status_code == 302
    assert program.get("/api/v1/cases/").status_code == 200


def test_whoever_is_disabled_has_no_token_afterwards(cast: Cast, signed_in: SignIn, api: Any) -> None:
    chief, person = cast.admin, cast.frontdesk
    chief.is_staff = chief.is_superuser = True
    chief.save()
    program, client = api(person), signed_in(chief)
    path = reverse("admin:accounts_user_change", args=[person.pk])
    form = client.get(path).context["adminform"].form
    body = {name: form[name].value() or "" for name in form.fields if name not in {"is_active", "password"}}
    body |= {"is_staff": "", "is_superuser": ""} | {
        f"memberships-{name}": value for name, value in (("TOTAL_FORMS", "0"), ("INITIAL_FORMS", "0"))
    }
    answer = client.post(path, {name: value for name, value in body.items() if value not in ("", False)})
    assert answer.status_code == 302, answer.context["errors"]
    assert not User.objects.get(pk=person.pk).is_active
    assert not Token.objects.filter(user=person).exists()
    User.objects.filter(pk=person.pk).update(is_active=True)
    assert program.get("/api/v1/cases/").status_code == 401


def test_the_session_key_changes_with_the_second_factor_and_is_gone_with_signing_out(cast: Cast) -> None:
    secret = enrol(make_real(cast.frontdesk))
    client = Client()
    log_in("frontdesk", PASSWORD, client)
    between = client.session.session_key
    client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    inside = client.session.session_key
    assert is_in(client)
    assert inside != between
    client.post(reverse("account_logout"))
    for key in (between, inside):
        client.cookies["sessionid"] = str(key)
        assert client.get("/inbox/").status_code == 302


def test_an_ended_membership_is_out_of_the_pages_too(cast: Cast, signed_in: SignIn) -> None:
    browser = signed_in(cast.frontdesk)
    assert browser.get("/desk/").status_code == 200
    Membership.objects.filter(user=cast.frontdesk).update(ended_at=NOON)
    assert browser.get("/desk/").status_code == 404
    assert browser.get("/search/?q=3-2-1501").status_code in {403, 404}


# --- forms from elsewhere --------------------------------------------------------------------------------------------
WRITES = sorted(name for name, row in TABLE.items() if row.writes is not None and " " not in name)


@pytest.mark.parametrize("stolen", [False, True], ids=["without a token", "from another site"])
def test_no_form_from_elsewhere_is_taken_at_any_address(cast: Cast, signed_in: SignIn, stolen: bool) -> None:
    """A browser that is signed in and is made to send: refused before anybody looks for the thing."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(cast.supervisor).cookies
    headers = {"HTTP_ORIGIN": "https://evil.example"} if stolen else {}
    known = dict(addresses())
    for name in WRITES:
        if name in ("api_token", "online_callback", "online_refund_callback"):
            continue  # one asks for name and password itself, the others for the provider's signature; none a session
        pattern = known[name].pattern
        given = {key: 1 if "int" in type(kind).__name__.lower() else "x" for key, kind in pattern.converters.items()}
        kwargs = {**dict.fromkeys(pattern.regex.groupindex, "1"), **given} | dict(TABLE[name].given)
        answer = client.generic(TABLE[name].verb, reverse(name, kwargs=kwargs), b"{}", "application/json", **headers)  # type: ignore[arg-type]
        assert answer.status_code == 403, (name, answer.status_code)
    assert len(WRITES) > 60


# --- guesses ---------------------------------------------------------------------------------------------------------
GUESSING = """
import sys, time, django
django.setup()
from django.conf import settings
from django.test import Client, override_settings
from rest_framework.throttling import SimpleRateThrottle
plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
override_settings(STORAGES={**settings.STORAGES, **plain}).enable()  # nothing was collected for this folder
SimpleRateThrottle.THROTTLE_RATES["token"] = "10000/min"
me, begin = int(sys.argv[1]), float(sys.argv[2])
time.sleep(max(0, begin - time.time()))
taken = 0
for n in range(30):
    # A name that this installation answers to: 400 for a strange one would be counted as a guess that was taken.
    more = {"SERVER_NAME": "localhost"}
    more |= {"REMOTE_ADDR": f"10.{me}.0.{n}"}
    more |= {"HTTP_X_FORWARDED_FOR": f"8.{me}.8.{n}", "HTTP_X_REAL_IP": f"9.9.{me}.{n}"}
    if n % 2:
        answer = Client().post("/accounts/login/", {"login": "mark", "password": f"guess {me} {n}"}, **more)
    else:
        body = {"username": "mark", "password": f"guess {me} {n}"}
        answer = Client().post("/api/v1/auth/token/", body, content_type="application/json", **more)
    assert answer.status_code in (200, 400, 429), answer.status_code
    refused_for_the_password = b"password" in answer.content or "密码".encode() in answer.content
    assert answer.status_code != 400 or refused_for_the_password, answer.content
    taken += answer.status_code != 429
print(taken)
"""
MAKE_MARK = """
import django; django.setup()
from accounts.models import User
User.objects.create_user("mark", password="a-long-test-password")
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_processes_at_both_doors_from_many_addresses_have_ten_guesses(stage: Stage) -> None:  # noqa: F811
    """The tenth is counted and answered as one too many; so nine are answered as guesses."""
    run = [sys.executable, "-c"]
    subprocess.run([*run, MAKE_MARK], cwd=settings.BASE_DIR, env=stage.env, check=True)
    begin = str(time.time() + 8)
    guessers = [
        subprocess.Popen([*run, GUESSING, str(n), begin], cwd=settings.BASE_DIR, env=stage.env, stdout=subprocess.PIPE)
        for n in range(2)
    ]
    taken = [int(one.communicate(timeout=300)[0].split()[-1]) for one in guessers]
    print(f"60 guesses in two processes at both doors from 60 addresses: {taken} taken as guesses")  # noqa: T201
    assert sum(taken) == LIMIT - 1


@pytest.mark.slow
def test_known_unknown_and_disabled_accounts_take_the_same_time(cast: Cast, settings: Any) -> None:
    """With real hashing; medians of interleaved tries, so that what else the machine does falls on all alike."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.AXES_ENABLED = False
    hashed = make_password(PASSWORD)
    names = {"known": "frontdesk", "disabled": "cashier", "no password": "guard", "unknown": "nobody"}
    User.objects.filter(username__in=("frontdesk", "cashier")).update(password=hashed)
    User.objects.filter(username="cashier").update(is_active=False)
    User.objects.filter(username="guard").update(password=make_password(None))
    for door in (log_in, ask_token):
        spent: dict[str, list[float]] = {kind: [] for kind in names}
        for _ in range(15):
            for kind, name in names.items():
                began = time.perf_counter()
                answer = door(name, "wrong-wrong-wrong")
                spent[kind].append(time.perf_counter() - began)
                assert answer.status_code in (200, 400)
        medians = {kind: statistics.median(times) for kind, times in spent.items()}
        print(door.__name__, {kind: f"{seconds * 1000:.0f} ms" for kind, seconds in medians.items()})  # noqa: T201
        assert max(medians.values()) < 1.35 * min(medians.values())


def test_there_is_no_way_to_reset_a_password_and_no_code_by_phone(cast: Cast) -> None:
    """Neither is built; whoever builds one of them writes here how it holds."""
    for path in (
        "/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/password/reset/key/1-set-password/",
        "/accounts/login/code/", "/accounts/login/code/confirm/", "/accounts/login/phone/", "/accounts/phone/verify/",
        "/admin/password_reset/",
    ):  # fmt: skip
        for method in ("get", "post"):
            assert getattr(Client(), method)(path).status_code == 404 or path.startswith("/admin/"), path
    assert not any("phone" in name for name in dict(addresses()) if name.startswith("account"))
