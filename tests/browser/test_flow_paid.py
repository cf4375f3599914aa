"""Who pays: a supervisor decides otherwise with a reason; a paid repair waits for its price to be accepted."""

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from estate.models import Unit
from tests.browser.day import Come, case, finish_work, menu, now, scribble
from tests.cast import Cast, make_home
from tests.tickets.flow import in_progress, opened
from tickets.models import Ticket

pytestmark = [pytest.mark.browser]
WHY_NOT = "这是有偿服务：请先报价，住户确认后再施工"


@pytest.fixture
def old_home(stage: Cast, hands: object) -> Unit:
    """A home handed over ten years ago."""
    unit, _household, _person = make_home(stage.project, "1-1-101", "曾国栋", "13712340101")
    unit.completed_on = unit.handed_over_on = date(2016, 6, 1)
    unit.save()
    return unit


def at_work(stage: Cast, unit: Unit) -> Ticket:
    """A lamp that the technician is mending; the household pays for it."""
    return in_progress(stage, opened(stage, at=now(), unit=unit), at=now())


@pytest.mark.req("REP-2")
def test_a_supervisor_decides_otherwise_who_pays(stage: Cast, come: Come, old_home: Unit) -> None:
    number = opened(stage, at=now(), unit=old_home).case.number
    desk = come(stage.frontdesk, f"/tickets/{number}/")
    expect(desk.locator("main")).to_contain_text("有偿服务")
    expect(desk.locator("main")).to_contain_text("2018年6月1日")
    expect(desk.locator("#step-override-charge")).to_have_count(0)
    page = come(stage.supervisor, f"/tickets/{number}/")
    menu(page, "改判由谁付费")
    dialog = page.locator("#step-override-charge")
    dialog.get_by_label("无偿服务").check()
    dialog.get_by_role("button", name="改判由谁付费").click()
    expect(dialog).to_contain_text("必填", use_inner_text=True)
    assert case(number).ticket.charge == "paid"
    dialog.locator("textarea").fill("上月才换的灯，我方保修")
    expect(dialog.get_by_label("无偿服务")).to_be_checked()
    dialog.get_by_role("button", name="改判由谁付费").click()
    expect(page.locator("body")).to_contain_text(f"{number} 已改判")
    expect(page.locator("main")).to_contain_text("上月才换的灯，我方保修")
    decided = case(number).ticket
    assert (decided.charge, decided.charge_overridden_by) == ("free", stage.supervisor)
    assert decided.charge_reason["why"] == "expired", "what the rule said stays on record"


@pytest.mark.req("REP-3", "REP-5")
def test_a_paid_repair_cannot_be_finished_before_its_price_is_accepted(stage: Cast, come: Come, old_home: Unit) -> None:
    number = at_work(stage, old_home).case.number
    page = come(stage.supervisor, f"/tickets/{number}/")
    menu(page, "完工")
    dialog = page.locator("#step-complete")
    dialog.locator("textarea[name=report]").fill("换了驱动，试了十分钟")
    dialog.get_by_role("button", name="完工").click()
    expect(page.locator("#step-complete[open]")).to_contain_text(WHY_NOT)
    expect(page.locator("#step-complete textarea[name=report]")).to_have_value("换了驱动，试了十分钟")
    assert case(number).state == "in_progress"
    assert not case(number).events.filter(kind="ticket.completed").exists()


@pytest.mark.req("REP-3", "REP-5")
def test_the_price_is_quoted_signed_and_then_the_work_is_finished(stage: Cast, come: Come, old_home: Unit) -> None:
    number = at_work(stage, old_home).case.number
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    finish = page.get_by_role("button", name="完工")
    expect(finish).to_be_disabled()
    quote(page)
    assert [line.amount for line in case(number).ticket.lines.quoted()] == [Decimal("80.00"), Decimal("30.00")]
    expect(finish).to_be_disabled()
    scribble(page, page.locator("form[action$='accept-quote/'] signature-pad"))
    page.get_by_role("button", name="已签字确认").click()
    expect(page.locator("body")).to_contain_text(f"{number} 报价已确认")
    accepted = case(number).ticket
    assert (accepted.quote, accepted.quote_accepted_how) == ("accepted", "signature")
    expect(finish).to_be_enabled()
    finish_work(page)
    page.wait_for_url("**/my-jobs/")
    done = case(number)
    assert done.state == "completed"
    assert [line.amount for line in done.ticket.lines.done()] == [Decimal("80.00"), Decimal("30.00")], "as quoted"
    office = come(stage.frontdesk, f"/tickets/{number}/")
    expect(office.locator("main")).to_contain_text("110.00 元")


def quote(page: Page) -> None:
    """Two lamps fitted, two bulbs, from the price list."""
    picker = page.locator("form[action$='quote/'] parts-picker").last
    for find in ("安装灯具", "灯泡"):
        picker.locator("[data-find]").fill(find)
        picker.locator("li[data-item]:visible button").first.click()
        picker.locator("[data-line]").last.get_by_role("button", name="加一").click()
    expect(picker.locator("[data-sum]")).to_have_text("110.00")
    page.get_by_role("button", name="把这个价格给业主看").click()
    expect(page.locator("main")).to_contain_text("业主同意这个价格吗")


@pytest.mark.req("REP-5")
def test_acceptance_by_signature_needs_the_signature(stage: Cast, come: Come, old_home: Unit) -> None:
    number = at_work(stage, old_home).case.number
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    quote(page)
    page.get_by_role("button", name="已签字确认").click()
    expect(page.locator("body")).to_contain_text("还没有签名")
    assert case(number).ticket.quote == "offered"
