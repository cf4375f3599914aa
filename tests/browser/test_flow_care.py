"""What a hand in a hurry does: clicks twice, presses Enter too early, loses the page, is overtaken by a colleague."""

import pytest
from playwright.sync_api import Page, expect

from cases.models import Case
from reception.models import Contact
from tests.browser.day import Come, case, fill_intake, menu, now, number_told, press
from tests.cast import Cast
from tests.tickets.flow import opened
from tickets import actions
from tickets.models import Ticket

pytestmark = [pytest.mark.browser]


@pytest.mark.req("REP-1")
def test_two_clicks_make_one_ticket(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/intake/")
    fill_intake(page, "3-2-1501", "客厅吸顶灯不亮了")
    page.locator("button[name=then][value=save]").dblclick(no_wait_after=True)
    number = number_told(page)
    assert [c.number for c in Case.objects.filter(kind="repair")] == [number]
    assert Contact.objects.count() == 1


@pytest.mark.req("REP-1")
def test_the_same_form_sent_again_by_the_browser_makes_no_second_ticket(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/intake/")
    fill_intake(page, "3-2-1501", "客厅吸顶灯不亮了")
    twice = """async form => {
      const body = new FormData(form);
      const send = () => fetch(form.action, { method: "POST", body }).then(answer => answer.url);
      return [await send(), await send()];
    }"""
    first, second = page.locator("form[data-intake]").evaluate(twice)
    assert first == second
    assert Ticket.objects.count() == 1


@pytest.mark.req("REP-1")
def test_enter_before_the_list_is_there_takes_the_room_that_was_typed(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/intake/")
    page.locator("#id_unit").press_sequentially("3-2-150")
    expect(page.locator("#id_unit_list [role=option]").first).to_contain_text("3-2-1501")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator("#id_contact_name")).to_have_value("单小红")
    expect(page.locator("#id_unit")).to_have_value("3-2-1502")


def compose(page: Page, text: str) -> None:
    """Type with an input method: pinyin under composition, Enter that belongs to it, then the characters."""
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    process = {"type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    keyboard.send("Input.dispatchKeyEvent", process)
    page.wait_for_timeout(150)


@pytest.mark.req("REP-1")
@pytest.mark.parametrize("field", ["#id_unit", "#id_contact_name"])
def test_enter_while_composing_sends_nothing(stage: Cast, come: Come, field: str) -> None:
    page = come(stage.frontdesk, "/intake/")
    fill_intake(page, "3-2-1501", "客厅吸顶灯不亮了")
    posts: list[str] = []
    page.on("request", lambda asked: posts.append(asked.url) if asked.method == "POST" else None)
    page.click(field)
    compose(page, "zhangxiaoming")
    assert [url for url in posts if url.endswith("/intake/")] == []
    assert Ticket.objects.count() == 0
    expect(page.locator(field)).to_be_focused()


def test_enter_while_composing_does_not_search(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk)
    page.click("#search")
    compose(page, "zhang")
    assert page.url.endswith("/desk/")


@pytest.mark.req("REP-1")
def test_a_draft_outlives_the_page(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/intake/")
    fill_intake(page, "3-2-1501", "客厅吸顶灯不亮了")
    expect(page.locator("[data-draft-words]")).to_have_text("草稿已保存")
    again = come(stage.frontdesk, "/intake/")
    again.locator("details.drafts summary").click()
    again.locator("details.drafts a").first.click()
    expect(again.locator("#id_description")).to_have_value("客厅吸顶灯不亮了")
    expect(again.locator("#id_unit")).to_have_value("3-2-1501")
    press(again, "Control+Enter")
    number_told(again)
    expect(again.locator("details.drafts")).to_have_count(0)


@pytest.mark.req("REP-1")
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/intake/")
    page.fill("#id_unit", "9-9-909")
    page.fill("#id_description", "客厅吸顶灯不亮了")
    press(page, "Control+Enter")
    expect(page.locator(".form-errors")).to_be_focused()
    expect(page.locator(".form-errors")).to_contain_text("示范小区没有唯一的房号“9-9-909”")
    expect(page.locator("#id_description")).to_have_value("客厅吸顶灯不亮了")
    assert Ticket.objects.count() == 0


def test_who_was_overtaken_sees_both_and_keeps_the_words(stage: Cast, come: Come) -> None:
    ticket = opened(stage, at=now())
    number = ticket.case.number
    page = come(stage.supervisor, f"/tickets/{number}/")
    menu(page, "取消工单")
    page.locator("#step-cancel textarea").fill("业主说不用了")
    actions.dispatch(ticket=ticket, technician=stage.technician, by=stage.frontdesk, at=now())
    page.locator("#step-cancel").get_by_role("button", name="取消工单").click()
    stale = page.locator("#step-cancel[open] .stale")
    expect(stale).to_contain_text("您写的内容都还在")
    expect(stale).to_contain_text("待派单")
    expect(stale).to_contain_text("已派单")
    expect(page.locator("#step-cancel textarea")).to_have_value("业主说不用了")
    assert case(number).state == "dispatched"
    page.locator("#step-cancel").get_by_role("button", name="取消工单").click()
    expect(page.locator("body")).to_contain_text(f"{number} 已取消")
    assert case(number).state == "cancelled"
