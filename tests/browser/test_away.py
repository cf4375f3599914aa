"""The database is away while somebody works: what was typed stays, the reason is said, and sent again it acts once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections
from playwright.sync_api import expect

from tests.browser.day import Come, case, number_told, ready
from tests.cast import Cast
from tests.reception.desk import ROOM
from tests.servicedesk.test_away import GONE
from tickets.models import Ticket

pytestmark = pytest.mark.browser
SENTENCE = "数据库暂时连不上"


@contextmanager
def away() -> Iterator[None]:
    """For every connection of the server's threads, and for the test's own."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise GONE

    with patch.object(type(connections["default"]), "cursor", refuse):
        yield


@pytest.mark.req("REP-1")
def test_a_ticket_typed_meanwhile_is_sent_again_and_taken_once(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/intake/")
    ready(page)
    page.fill("#id_unit", ROOM)
    page.fill("#id_description", "厨房水管漏水\n一直滴")
    page.wait_for_load_state("networkidle")
    with away():
        page.click("button[value=save]")
        expect(page.locator("h1")).to_have_text(SENTENCE)
        expect(page.locator(".typed")).to_contain_text("厨房水管漏水")
        expect(page.locator("[data-away]")).to_contain_text("已经试了 1 次")
        page.get_by_role("button", name="马上再发一次").click()
        expect(page.locator("h1")).to_have_text(SENTENCE)
        expect(page.locator("[data-away]")).to_contain_text("已经试了 2 次", timeout=15_000)
    # Nobody presses anything: it is sent by itself.
    page.wait_for_url("**/intake/?done=*", timeout=20_000)
    taken = case(number_told(page))
    assert taken.ticket.description.splitlines() == ["厨房水管漏水", "一直滴"]
    assert Ticket.objects.count() == 1


def test_a_part_of_a_page_says_it_in_the_toast_and_keeps_what_was_typed(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/intake/")
    page.wait_for_load_state("networkidle")
    page.fill("#id_description", "厨房")
    expect(page.locator("[data-draft-words]")).to_have_text("草稿已保存")
    with away():
        page.fill("#id_unit", ROOM)
        page.locator("#id_description").press_sequentially("漏水")
        expect(page.locator("[data-draft-words]")).not_to_contain_text("草稿已保存")
        expect(page.locator("#toast")).to_contain_text(SENTENCE)
        expect(page.locator("#id_description")).to_have_value("厨房漏水")
        expect(page.locator("#id_unit")).to_have_value(ROOM)
        page.wait_for_timeout(1700)  # the draft's own attempt
        expect(page.locator("[data-draft-words]")).to_contain_text("还没有存到服务器")
    expect(page.locator("[data-draft-words]")).to_contain_text("草稿已保存", timeout=15_000)


def test_a_page_asked_for_meanwhile_opens_by_itself(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk)
    ready(page)
    with away():
        page.reload()
        expect(page.locator("h1")).to_have_text(SENTENCE)
        expect(page.locator("[data-away]")).to_contain_text("已经试了 2 次", timeout=15_000)
    expect(page.locator(".desk-mine")).to_be_visible(timeout=15_000)
