"""Drafts in a real browser: two tabs, a reload, a killed tab, a call that wins, a session that ended."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from reception.models import Contact
from records.models import Draft
from tests.browser.conftest import session_of
from tests.browser.day import Come, now, ready
from tests.cast import Cast
from tests.reception.desk import ROOM, call
from tests.tickets.flow import in_progress, opened

pytestmark = [pytest.mark.browser, pytest.mark.req("DSK-1")]
KEPT = "草稿已保存"


def kept(page: Page, words: str = KEPT) -> None:
    expect(page.locator("[data-draft-words]").first).to_contain_text(words)


def log(page: Page, words: str) -> None:
    ready(page)
    page.fill("#id_said", words)
    kept(page)


def test_two_tabs_keep_two_drafts_and_a_reload_brings_each_back(stage: Cast, come: Come) -> None:
    one = come(stage.frontdesk, "/contacts/new/")
    two = one.context.new_page()
    two.goto(one.url)
    log(one, "问停车费")
    log(two, "问装修")
    assert {draft.first("said") for draft in Draft.objects.all()} == {"问停车费", "问装修"}
    for page, words in ((one, "问停车费"), (two, "问装修")):
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
        expect(page.locator("#id_said")).to_have_value(words)


def test_a_killed_tab_is_found_in_the_list(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/contacts/new/")
    ready(page)
    page.fill("#id_said", "问停车费")
    page.close(run_before_unload=False)
    again = come(stage.frontdesk, "/drafts/")
    expect(again.locator(".drafts-list a")).to_contain_text("问停车费")
    again.locator(".drafts-list a").click()
    expect(again.locator("#id_said")).to_have_value("问停车费")


def test_what_the_call_gives_wins_and_the_page_says_so(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/contacts/new/")
    ready(page)
    page.fill("#id_contact_name", "单小红")
    log(page, "没写完的")
    key = page.locator("[name=draft]").input_value()
    called = come(stage.frontdesk, f"/contacts/new/?unit={ROOM}&name=张小明&draft={key}")
    expect(called.locator("#id_said")).to_have_value("没写完的")
    expect(called.locator("#id_contact_name")).to_have_value("张小明")
    kept(called, "以来电的资料为准")


def test_photos_stored_before_the_number_come_back(stage: Cast, come: Come, picture: object) -> None:
    page = come(stage.frontdesk, "/intake/")
    ready(page)
    page.locator("details.more-fields", has=page.locator("photo-input")).locator("summary").click()
    page.set_input_files("photo-input input[type=file]", str(picture))
    expect(page.locator("photo-input [data-stage=sent]")).to_have_count(1)
    page.fill("#id_description", "厨房漏水")
    kept(page)
    token = page.locator("input[name=photos]").input_value()
    again = come(stage.frontdesk, f"/intake/?draft={page.locator('[name=draft]').input_value()}")
    expect(again.locator("input[name=photos]")).to_have_value(token)


def complain(page: Page, words: str) -> None:
    ready(page)
    page.fill("#id_description", words)
    kept(page)


@pytest.mark.req("CMP-1")
def test_complaints_begun_in_two_tabs_come_back_each_with_all_that_was_typed(stage: Cast, come: Come) -> None:
    one = come(stage.frontdesk, "/complaints/new/")
    two = one.context.new_page()
    two.goto(one.url)
    ready(one)
    one.locator("details.more-fields summary").click()
    one.fill("#id_reachable", "晚上七点后")
    one.check("#id_harm_ongoing")
    one.check("[name=grade][value=major]")
    complain(one, "楼道漏电")
    complain(two, "保洁不干净")
    assert {draft.first("description") for draft in Draft.objects.filter(form="complaint")} == {
        "楼道漏电",
        "保洁不干净",
    }
    for page, words in ((one, "楼道漏电"), (two, "保洁不干净")):
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
        expect(page.locator("#id_description")).to_have_value(words)
    expect(one.locator("#id_reachable")).to_be_visible()
    expect(one.locator("#id_reachable")).to_have_value("晚上七点后")
    expect(one.locator("#id_harm_ongoing")).to_be_checked()
    expect(one.locator("[name=grade][value=major]")).to_be_checked()
    expect(two.locator("[name=grade][value=major]")).not_to_be_checked()


@pytest.mark.req("CMP-1")
def test_a_complaint_begun_does_not_take_the_place_of_the_caller_and_is_gone_once_taken(
    stage: Cast, come: Come
) -> None:
    page = come(stage.frontdesk, "/complaints/new/")
    ready(page)
    page.fill("#id_contact_name", "单小红")
    complain(page, "楼道漏电")
    key = page.locator("[name=draft]").input_value()
    called = come(stage.frontdesk, f"/complaints/new/?unit={ROOM}&name=张小明&draft={key}")
    expect(called.locator("#id_description")).to_have_value("楼道漏电")
    expect(called.locator("#id_contact_name")).to_have_value("张小明")
    kept(called, "以来电的资料为准")
    called.get_by_role("button", name="受理投诉").click()
    called.wait_for_url("**/complaints/TS-*/")
    assert not Draft.objects.filter(sent_at=None).exists()


@pytest.mark.req("CMP-1")
def test_a_complaint_from_a_contact_comes_back_beside_it(stage: Cast, come: Come) -> None:
    contact = call(stage, said="保洁不干净", at=now())
    page = come(stage.frontdesk, f"/complaints/new/?contact={contact.case.number}")
    complain(page, "保洁不干净，三天没来")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#id_description")).to_have_value("保洁不干净，三天没来")
    expect(page.locator("#id_contact_name")).to_have_value("张小明")
    listed = come(stage.frontdesk, "/drafts/")
    listed.locator(".drafts-list a").click()
    expect(listed.locator("#id_description")).to_have_value("保洁不干净，三天没来")


@pytest.mark.req("CMP-1")
def test_the_photos_of_a_complaint_that_was_begun_come_back(stage: Cast, come: Come, picture: object) -> None:
    page = come(stage.frontdesk, "/complaints/new/")
    ready(page)
    page.set_input_files("photo-input input[type=file]", str(picture))
    expect(page.locator("photo-input [data-stage=sent]")).to_have_count(1)
    complain(page, "楼道漏电")
    token = page.locator("input[name=photos]").input_value()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("input[name=photos]")).to_have_value(token)


def test_who_was_signed_out_keeps_the_words_and_has_them_again_after_signing_in(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/contacts/new/")
    log(page, "问停车费")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.fill("#id_said", "问停车费，还问装修")
    kept(page, "您已退出登录")
    expect(page.locator("#id_said")).to_have_value("问停车费，还问装修")
    place = page.url.partition("/contacts/")[0]
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.wait_for_url("**/accounts/login/**")
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(stage.frontdesk), "url": place}]
    )
    page.goto(place + "/drafts/")
    page.locator(".drafts-list a").click()
    expect(page.locator("#id_said")).to_have_value("问停车费，还问装修")


def test_who_saves_after_signing_out_elsewhere_sees_the_words_and_sends_them_after_signing_in(
    stage: Cast, come: Come
) -> None:
    page = come(stage.frontdesk, "/contacts/new/")
    log(page, "问停车费")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.fill("#id_said", "问停车费，还问装修")
    page.fill("#id_done", "已答复")
    page.locator("#id_done").press("Control+Enter")
    expect(page.locator("h1")).to_have_text("您已退出登录")
    expect(page.locator(".typed")).to_contain_text("问停车费，还问装修")
    place = page.url.partition("/contacts/")[0]
    page.context.add_cookies(
        [
            {"name": settings.SESSION_COOKIE_NAME, "value": session_of(stage.frontdesk), "url": place},
            {"name": settings.CSRF_COOKIE_NAME, "value": "n" * 32, "url": place},
        ]
    )
    page.get_by_role("button", name="马上再发一次").click()
    expect(page.locator("main")).to_contain_text("当场答复")
    assert Contact.objects.get().said == "问停车费，还问装修"


def test_with_no_network_nothing_leaves_the_page(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/contacts/new/")
    log(page, "问停车费")
    page.fill("#id_done", "已答复")
    page.context.set_offline(True)
    page.locator("#id_done").press("Control+Enter")
    expect(page.locator("#toast")).to_contain_text("连不上服务器")
    expect(page.locator("#id_done")).to_have_value("已答复")
    page.context.set_offline(False)
    page.locator("#id_done").press("Control+Enter")
    expect(page.locator("main")).to_contain_text("当场答复")


def test_what_is_too_long_is_not_cut_but_said(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/contacts/new/")
    ready(page)
    page.fill("#id_done", "长" * 6000)
    page.locator("#id_done").press("Control+Enter")
    expect(page.locator(".form-errors")).to_contain_text("5000")
    expect(page.locator("#id_done")).to_have_value("长" * 6000)


def test_a_contact_begun_on_its_own_page_comes_back_there(stage: Cast, come: Come) -> None:
    contact = call(stage, said="卫生间漏水", at=now())
    page = come(stage.frontdesk, f"/contacts/{contact.case.number}/")
    log(page, "卫生间漏水，楼下也漏")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#id_said")).to_have_value("卫生间漏水，楼下也漏")


def test_a_question_on_the_phone_comes_back_in_its_dialog(stage: Cast, come: Come) -> None:
    number = in_progress(stage, opened(stage, at=now()), at=now()).case.number
    page = come(stage.technician, f"/my-jobs/{number}/", phone=True)
    ready(page)
    page.locator("[data-open=step-hold]").click()
    page.locator("#step-hold textarea, #step-hold input[type=text]").first.fill("等配件")
    expect(page.locator("#step-hold [data-draft-words]")).to_contain_text(KEPT)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#step-hold[open]")).to_be_visible()
    expect(page.locator("#step-hold textarea, #step-hold input[type=text]").first).to_have_value("等配件")


@pytest.mark.req("EST-2")
def test_somebody_who_moves_in_is_not_typed_twice(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, f"/homes/{stage.units[ROOM].pk}/new/")
    ready(page)
    page.fill("#id_name", "赵新")
    kept(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#id_name")).to_have_value("赵新")
