"""Fixtures that every test may use."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from hypothesis import settings as tried
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts.models import User
from servicedesk.defaults import load_all
from tests.cast import NOON, Cast, make_cast
from tests.nonsense.tally import summed
from tests.recording import Recording, is_empty
from tests.turns import let_files_take_turns

# A busy machine is no reason to fail: how long an example may take is not what these tests are about.
tried.register_profile("whatever the load", deadline=None)
tried.load_profile("whatever the load")


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """Every test has its own folder for files and an empty cache."""
    settings.MEDIA_ROOT = tmp_path / "files"
    cache.clear()


RECORDED: dict[str, Recording[Cast]] = {}


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast, with policies and the other reference data loaded."""
    _unlock(on=False)
    if "cast" in RECORDED:
        return RECORDED["cast"].lay()
    untouched = is_empty()
    load_all(NOON)
    made = make_cast()
    if untouched:
        RECORDED["cast"] = Recording(made)
    return made


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser of the person given."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="servicedesk.signin.DeskBackend")
        return client

    return sign_in


@pytest.fixture
def api() -> Callable[[User], APIClient]:
    """A program that holds the person's token."""

    def with_token(user: User) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.get_or_create(user=user)[0].key}")
        return client

    return with_token


def _unlock(*, on: bool) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('servicedesk.unlocked', %s, false)", ["on" if on else ""])
    else:
        connection.append_only_unlocked = on  # type: ignore[attr-defined]


@pytest.fixture
def real_transactions(transactional_db: Any) -> Iterator[None]:
    """For tests with several connections: real commits, and append-only tables emptied at the end."""
    _unlock(on=False)
    yield
    _unlock(on=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let files take turns between the databases, before anybody asks which tests are slow."""
    let_files_take_turns(items)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how much nonsense was sent and how it was answered, so that the totals can be quoted."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    calls = [report for report in reports if getattr(report, "when", "") == "call"]
    told = [value for report in calls for name, value in report.user_properties if name == "nonsense"]
    for line in summed(told):
        terminalreporter.write_line(f"nonsense to the {line}")
