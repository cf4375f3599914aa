"""The palette in a real browser, by keyboard alone."""

import sys
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.browser.day import Come, ready
from tests.browser.test_axe import check
from tests.browser.test_desk import Keys
from tests.cast import Cast

pytestmark = pytest.mark.browser


def opened(page: Page) -> Keys:
    """The keyboard in front of the page, its scripts run."""
    ready(page)
    return Keys(page)


def first(page: Page) -> Any:
    """The option that Enter would take."""
    return page.locator("#palette [aria-selected=true]")


def test_quick_intake_is_opened_by_its_initials(
    stage: Cast, come: Come, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    page = come(stage.supervisor, "/tickets/")
    keys = opened(page).press("Control+k", "k", "s", "Enter")
    page.wait_for_url("**/intake/")
    record_property("keystrokes", keys.count)
    with capsys.disabled():
        sys.stdout.write(f"\nquick intake by the palette: {keys.count} keystrokes\n")
    assert keys.count <= 4


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("快速登记", "**/intake/"),
        ("quick", "**/intake/"),
        ("jlld", "**/contacts/new/"),
        ("shzb", "**/callbacks/?show=later"),
        ("3-2-1501", "**/units/demo/3-2-1501/"),
    ],
)
def test_pages_and_rooms_are_found_by_words(stage: Cast, come: Come, said: str, address: str) -> None:
    page = come(stage.frontdesk, "/tickets/")
    keys = opened(page).press("Control+k").say(said)
    if said[0].isdigit():
        expect(first(page)).to_contain_text("张小明")
        expect(page.locator("#palette-found")).not_to_contain_text("13812341234")
    keys.press("Enter")
    page.wait_for_url(address)


def test_it_opens_over_a_field_and_gives_it_back_as_it_was(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/intake/")
    page.fill("#id_description", "厨房漏水")
    page.evaluate("document.body.dataset.shortcuts = 'off'")  # single keys off: this one stays
    keys = opened(page).press("Control+k").say("ksdj")
    expect(page.locator("#palette-ask")).to_be_focused()
    expect(first(page)).to_contain_text("登记报修")
    keys.press("Tab")
    assert page.evaluate("document.activeElement.closest('#palette') !== null")
    keys.press("Tab", "Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator("#id_description")).to_be_focused()
    expect(page.locator("#id_description")).to_have_value("厨房漏水")
    keys.press("Meta+k")
    expect(page.locator("#palette-ask")).to_be_empty()


def test_nothing_is_taken_while_composing(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/tickets/")
    opened(page).press("Control+k").say("quick")
    expect(first(page)).to_contain_text("登记报修")
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "ks", "selectionStart": 2, "selectionEnd": 2})
    process = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    keyboard.send("Input.dispatchKeyEvent", process)
    page.wait_for_timeout(100)
    assert page.url.endswith("/tickets/")
    expect(page.locator("#palette")).to_be_visible()
    page.fill("#palette-ask", "")
    keyboard.send("Input.insertText", {"text": "快速"})
    expect(first(page)).to_contain_text("登记报修")


def test_what_the_page_and_the_frame_offer_is_done_from_it(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/desk/")
    keys = opened(page).press("Control+k").say("ddl")  # no such initials
    expect(page.locator("[data-none], #palette-found .found").first).to_be_visible()
    keys.press("Escape", "Control+k").say("yrlf")  # the page's own button, read by the browser
    expect(first(page)).to_contain_text("有人来访")
    keys.press("Enter")
    expect(page.locator("#join")).to_be_visible()
    keys.press("Escape", "Control+k").say("dark").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    keys.press("Control+k").say("kjj").press("Enter")
    expect(page.locator("#keys-help")).to_be_visible()
    keys.press("Escape", "Control+k").say("english").press("Enter")
    expect(page.locator("h1")).to_have_text("Front desk")
    page.goto(page.url.replace("/desk/", "/tickets/"))
    opened(page).press("Control+k").say("join the").press("Enter")
    page.wait_for_url("**/desk/")
    expect(page.locator("#join")).to_be_visible()


def test_a_technician_finds_it_in_the_menu_of_the_phone(stage: Cast, come: Come) -> None:
    page = come(stage.technician, "/my-jobs/", phone=True)
    ready(page)
    page.click(".hand-top details.menu > summary")
    page.click("[data-palette]")
    expect(page.locator("#palette-choices [role=option]").first).to_be_visible()
    small = "[...document.querySelectorAll('#palette .found, #palette .btn')].filter(o => o.offsetHeight < 44).length"
    assert page.evaluate(small) == 0
    assert check(page) == []


def test_it_passes_axe_in_light_and_dark(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/desk/")
    keys = opened(page).press("Control+k")
    expect(page.locator("#palette-choices [role=option]").first).to_be_visible()
    assert check(page) == []
    keys.say("3-2")
    expect(page.locator("#palette-found .found").first).to_be_visible()
    assert check(page) == []
    assert Axe().run(page, context="#palette").response["violations"] == []


def test_what_was_found_stays_chosen_when_the_actions_come_late(stage: Cast, come: Come) -> None:
    page = come(stage.frontdesk, "/tickets/")
    late: list[Route] = []
    page.route("**/palette/?*", lambda route: late.append(route))  # noqa: PLW0108 - Playwright asks it for its signature
    opened(page).press("Control+k").say("3-2-1501")
    expect(first(page)).to_contain_text("张小明")
    with page.expect_response("**/palette/?*"):
        late[0].continue_()
    page.wait_for_load_state("networkidle")
    expect(first(page)).to_contain_text("张小明")
    expect(page.locator("#palette [data-said]")).to_have_text("")
