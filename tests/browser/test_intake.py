"""Quick intake in a real browser: the caller's words suggest when somebody may come, and never over what was typed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.day import Come, ready
from tests.cast import Cast
from tests.reception.desk import ROOM, findable
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.req("REP-1")]
FROM, TO, HALF, WORDS = "#id_preferred_from", "#id_preferred_to", "#id_when", "[data-wish-words]"


def at_the_form(stage: Cast, come: Come) -> Page:
    findable(stage)
    page = come(stage.frontdesk, f"/intake/?unit={ROOM}")
    ready(page)
    return page


def test_a_half_day_is_chosen_in_the_list_and_the_words_say_why(stage: Cast, come: Come) -> None:
    page = at_the_form(stage, come)
    page.fill("#id_description", "厨房漏水，明天下午来")
    expect(page.locator(WORDS)).to_contain_text("明天下午")
    expect(page.locator(f"{HALF} option:checked")).to_have_text("Tomorrow, afternoon 14:00–18:00")
    page.fill("#id_description", "厨房漏水，明天上午来")
    expect(page.locator(f"{HALF} option:checked")).to_have_text("Tomorrow, morning 09:00–12:00")
    page.fill("#id_description", "厨房漏水")
    expect(page.locator(WORDS)).to_be_hidden()
    expect(page.locator(HALF)).to_have_value("")


def test_an_hour_stands_in_the_fields_and_is_taken_with_the_ticket(stage: Cast, come: Come) -> None:
    page = at_the_form(stage, come)
    page.fill("#id_description", "厨房漏水，明天上午9点半到11点来")
    expect(page.locator(FROM)).to_be_visible()
    expect(page.locator(FROM)).to_have_value(re.compile("T09:30$"))
    expect(page.locator(TO)).to_have_value(re.compile("T11:00$"))
    page.click("button[value=save]")
    expect(page.locator(".done-number")).to_be_visible()
    ticket = Ticket.objects.get()
    assert ticket.preferred_from is not None
    assert ticket.preferred_to is not None
    tz = stage.project.tz
    assert f"{ticket.preferred_from.astimezone(tz):%H:%M}–{ticket.preferred_to.astimezone(tz):%H:%M}" == "09:30–11:00"


def test_what_the_clerk_chose_stays_and_what_was_turned_down_does_not_come_back(stage: Cast, come: Come) -> None:
    page = at_the_form(stage, come)
    page.locator("[data-when-fold] summary").click()
    page.fill(FROM, "2030-01-02T10:00")
    page.fill("#id_description", "厨房漏水，明天下午来")
    page.wait_for_selector("[data-wish]", state="attached")
    expect(page.locator(FROM)).to_have_value("2030-01-02T10:00")
    expect(page.locator(HALF)).to_have_value("")
    expect(page.locator(WORDS)).to_be_hidden()
    other = at_the_form(stage, come)
    other.fill("#id_description", "厨房漏水，明天下午来")
    other.click("[data-wish-drop]")
    expect(other.locator(HALF)).to_have_value("")
    other.fill("#id_description", "厨房漏水了，明天下午来修")
    other.wait_for_selector("[data-wish]", state="attached")
    expect(other.locator(HALF)).to_have_value("")
