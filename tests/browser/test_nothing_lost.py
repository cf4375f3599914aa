"""What somebody typed, photographed or signed is kept, also where the session ends meanwhile or the server is slow."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import User
from reception.models import Contact
from tests.browser.conftest import session_of
from tests.browser.day import Come, case, now, number_told, ready
from tests.cast import Cast
from tests.reception.desk import ROOM, call
from tests.tickets.flow import dispatched, opened
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.browser

SIGNED_OUT = "您已退出登录"


def sign_out(page: Page) -> None:
    """The session ends; the page does not know."""
    ready(page)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def sign_in_elsewhere(page: Page, user: User) -> None:
    """In another window, which gives the browser another token, too."""
    tokens = {settings.SESSION_COOKIE_NAME: session_of(user), settings.CSRF_COOKIE_NAME: "b" * 32}
    place = page.url.removesuffix("intake/")
    page.context.add_cookies([{"name": name, "value": value, "url": place} for name, value in tokens.items()])


def photo_field(page: Page) -> Locator:
    """The photos of quick intake, unfolded."""
    ready(page)
    page.locator("details.more-fields", has=page.locator("photo-input")).locator("summary").click()
    return page.locator("photo-input")


def told(page: Page) -> None:
    page.fill("#id_unit", ROOM)
    page.fill("#id_description", "厨房水管漏水")


def would_ask_before_leaving(page: Page) -> bool:
    script = """() => {
      const event = new Event("beforeunload", { cancelable: true });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    }"""
    return bool(page.evaluate(script))


@pytest.mark.req("REP-1")
def test_a_photo_is_sent_only_once_the_server_has_it(stage: Cast, come: Come, picture: Path) -> None:
    page = come(stage.frontdesk, "/intake/")
    photos = photo_field(page)
    sign_out(page)
    page.set_input_files("photo-input input[type=file]", str(picture))
    expect(photos.locator("[data-stage=failed]")).to_contain_text(SIGNED_OUT)
    expect(photos.locator("input[name=photos]")).to_have_count(0)
    sign_in_elsewhere(page, stage.frontdesk)
    photos.locator("[data-retry]").click()
    expect(photos.locator("[data-stage=sent]")).to_have_count(1)
    told(page)
    page.click("button[value=save]")
    assert case(number_told(page)).attachments.count() == 1


@pytest.mark.req("REP-1")
def test_a_form_whose_answer_was_lost_says_that_it_was_saved(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/intake/")
    ready(page)

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            # An answer without a word leaves the browser on the page.
            route.fulfill(status=204)
        else:
            route.fallback()

    page.route("**/intake/", lose)
    told(page)
    address = page.url
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.url == address):
        page.click("button[value=save]", no_wait_after=True)
    page.unroute("**/intake/")
    page.goto(address)
    expect(page.locator("#content")).to_contain_text("您上一次提交已保存")
    page.click("text=查看已保存的内容")
    assert number_told(page) == Ticket.objects.get().case.number


@pytest.mark.req("REP-3")
def test_a_signature_is_kept_only_once_the_server_has_it(stage: Cast, come: Come) -> None:
    at = now()
    ticket = dispatched(stage, opened(stage, at=at), at=at)
    actions.arrive(ticket=actions.accept(ticket=ticket, by=stage.technician, at=at), by=stage.technician, at=at)
    page = come(stage.technician, f"/my-jobs/{ticket.case.number}/", phone=True)
    page.locator("#complete-form summary").click()
    pad = page.locator("#complete-form signature-pad")
    pad.locator("canvas").scroll_into_view_if_needed()
    pad.locator("canvas").click()
    sign_out(page)
    pad.get_by_role("button", name="确认签字").click()
    expect(pad.locator(".sign-words")).to_contain_text(SIGNED_OUT)
    expect(pad.locator("input[type=hidden]")).to_have_value("")


@pytest.mark.req("REP-1")
@pytest.mark.parametrize("button", ["save", "print"])
def test_a_form_waits_for_its_photo_and_goes_by_itself(stage: Cast, come: Come, picture: Path, button: str) -> None:
    page = come(stage.frontdesk, "/intake/")
    photos = photo_field(page)
    held: list[Route] = []
    page.route("**/intake/photos/", lambda route: held.append(route))  # noqa: PLW0108  a wrapped builtin fails
    page.set_input_files("photo-input input[type=file]", str(picture))
    told(page)
    page.click(f"button[value={button}]")
    page.wait_for_timeout(300)
    expect(page.locator(".done-number")).to_have_count(0)
    held[0].continue_()
    assert case(number_told(page)).attachments.filter(label="intake").count() == 1
    expect(photos.locator(".photo")).to_have_count(0)


@pytest.mark.req("REP-1")
def test_a_form_whose_photo_fails_stays_with_the_reason(stage: Cast, come: Come, picture: Path) -> None:
    page = come(stage.frontdesk, "/intake/")
    photos = photo_field(page)
    held: list[Route] = []
    page.route("**/intake/photos/", lambda route: held.append(route))  # noqa: PLW0108  a wrapped builtin fails
    page.set_input_files("photo-input input[type=file]", str(picture))
    told(page)
    page.click("button[value=save]")
    while not held:
        page.wait_for_timeout(50)
    held[0].fulfill(status=500)
    expect(photos.locator("[data-stage=failed]")).to_contain_text("没有收下这张照片")
    page.wait_for_timeout(300)
    expect(page.locator(".done-number")).to_have_count(0)
    page.click("button[value=save]")
    expect(photos.locator(".photo-stop")).to_be_visible()
    photos.locator("[data-drop]").click()
    page.click("button[value=save]")
    number_told(page)


def test_a_draft_is_not_called_kept_where_the_session_has_ended(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/intake/")
    sign_out(page)
    page.fill("#id_description", "厨房漏水")
    expect(page.locator("[data-draft-words]")).to_contain_text(SIGNED_OUT)


@pytest.mark.req("DSK-1")
def test_a_draft_brings_back_its_contact_and_every_choice(stage: Cast, come: Come) -> None:
    contact = call(stage, said="卫生间漏水", at=now())
    page = come(stage.frontdesk, f"/intake/?contact={contact.case.number}")
    ready(page)
    page.select_option("#id_category", "power")
    page.check("#id_urgent")
    photo_field(page)
    page.fill("#id_preferred_from", "2026-11-24T20:00")
    page.fill("#id_preferred_to", "2026-11-24T21:30")
    expect(page.locator("[data-draft-words]")).to_contain_text("草稿")
    key = page.locator("[name=draft]").input_value()
    again = come(stage.frontdesk, f"/intake/?draft={key}")
    expect(again.locator("#id_category")).to_have_value("power")
    expect(again.locator("#id_urgent")).to_be_checked()
    ready(again)
    again.click("button[value=save]")
    ticket = case(number_told(again)).ticket
    assert (ticket.case.parent_id, ticket.case.urgency) == (contact.case_id, "urgent")
    assert ticket.category is not None
    assert ticket.category.code == "power"
    assert ticket.preferred_from is not None
    assert Contact.objects.count() == 1


def test_a_paper_and_a_download_may_be_asked_for_again(stage: Cast, come: Come) -> None:
    ticket = opened(stage, at=now())
    page = come(stage.frontdesk, f"/intake/?done={ticket.case.number}")
    ready(page)
    with page.expect_popup():
        page.click("#paper-form button")
    page.wait_for_timeout(200)
    expect(page.locator("#paper-form button")).to_be_enabled()
    page.fill("#id_description", "厨房漏水")
    assert would_ask_before_leaving(page)
    page = come(stage.admin, "/register/import/")
    ready(page)
    page.locator("details.page-more > summary").click()
    page.locator("[data-open=export-register]").click()
    for _ in range(2):
        with page.expect_download():
            page.locator("#export-register .btn-primary").click()
