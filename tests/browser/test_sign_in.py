"""Signing in by hand."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.browser


def fill_in(page: Page, password: str) -> None:
    page.fill("input[name=login]", "frontdesk")
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")


def test_the_front_desk_signs_in_and_reaches_its_first_page(stage: Cast, open_as: Opener, live_server: Any) -> None:
    page = open_as(None, "/")
    fill_in(page, PASSWORD)
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    expect(page.locator("body")).to_contain_text("Frontdesk")


def test_a_wrong_password_keeps_the_name_and_says_so(stage: Cast, open_as: Opener) -> None:
    page = open_as(None, "/accounts/login/")
    fill_in(page, "wrong-wrong-wrong")
    expect(page.locator("input[name=login]")).to_have_value("frontdesk")
    expect(page.locator("[role=alert]").first).to_be_visible()
