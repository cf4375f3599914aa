"""Settings of money that would fail at the first payment are refused at the start."""

from typing import Any

import pytest

from billing.checks import online_payment
from billing.online.providers import register_provider

pytestmark = [pytest.mark.req("BIL-3"), pytest.mark.pure]


@pytest.mark.parametrize(
    ("provider", "demo", "secret", "found"),
    [
        ("", False, "", []),
        ("sandbox", True, "", []),
        ("sandbox", False, "", ["billing.E002"]),
        ("sandbx", True, "", ["billing.E001"]),
        ("bank", False, "", ["billing.E003"]),
        ("bank", False, "s3cret", []),
    ],
)
def test_who_takes_money_online_is_known_and_has_its_secret(
    settings: Any, monkeypatch: pytest.MonkeyPatch, provider: str, demo: bool, secret: str, found: list[str]
) -> None:
    monkeypatch.setattr("billing.online.providers._MAKERS", {"sandbox": object})
    register_provider("bank", lambda: pytest.fail("a check asks nobody"))
    settings.ONLINE_PROVIDER, settings.DEMO, settings.ONLINE_SECRET = provider, demo, secret
    assert [one.id for one in online_payment(None)] == found
