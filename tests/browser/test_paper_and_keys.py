"""A page on paper, and the help on keys where single keys are switched off."""

import pytest
from playwright.sync_api import expect

from tests.browser.day import Come, now, ready
from tests.cast import Cast
from tests.reception.desk import repair

pytestmark = pytest.mark.browser


@pytest.mark.req("REP-1")
def test_a_printed_ticket_says_whose_it_is_and_flows_over_the_pages(stage: Cast, come: Come) -> None:
    number = repair(stage, at=now()).case.number
    page = come(stage.frontdesk, f"/tickets/{number}/")
    ready(page)
    head = page.locator(".print-head")
    expect(head).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(head).to_be_visible()
    expect(head).to_contain_text(stage.project.name)
    expect(head).to_contain_text("打印于 2026-11-23 10:0")
    style = "(card) => getComputedStyle(card).breakInside"
    assert page.locator(".card", has=page.locator(".timeline")).evaluate(style) == "auto"


@pytest.mark.req("DSK-1")
def test_the_help_says_that_single_keys_are_off_and_how_to_have_them_again(stage: Cast, come: Come) -> None:
    stage.frontdesk.shortcuts_off = True
    stage.frontdesk.save()
    page = come(stage.frontdesk, "/tickets/")
    ready(page)
    page.locator("h1").click()
    page.keyboard.press("d")
    page.keyboard.press("Shift+?")
    dialog = page.locator("#keys-help")
    expect(dialog).to_contain_text("单键快捷键已关闭")
    expect(dialog).to_contain_text("打开单键快捷键")
    expect(dialog.locator("[data-from-page]")).to_have_count(0)
    page.keyboard.press("Escape")
    assert page.url.endswith("/tickets/")
