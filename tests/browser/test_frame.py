"""What the frame's own scripts promise on every page, tried on the style guide in a real Chromium."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.day import ready

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

GUIDE = "/styleguide/"
Answer = Callable[[Route], None]


def guide() -> str:
    """The style guide as a view would render it."""
    request = RequestFactory().get(GUIDE)
    request.user = AnonymousUser()
    return render_to_string("styleguide.html", {"now": timezone.now(), "LANGUAGE_CODE": "zh-hans"}, request=request)


def say(text: str, status: int = 200, kind: str = "text/html") -> Answer:
    """An answer that the server gives to a request."""
    return lambda route: route.fulfill(status=status, content_type=f"{kind}; charset=utf-8", body=text)


@pytest.fixture
def context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """A browser window in which the style guide has an address."""
    opened = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", base_url=live_server.url)
    opened.route(f"**{GUIDE}", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=guide()))
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """The style guide, with nothing focused."""
    opened = context.new_page()
    opened.goto(GUIDE)
    ready(opened)
    opened.evaluate("document.activeElement.blur()")
    return opened


def sent(page: Page, form: str) -> list[str]:
    """Collect what is posted; the form given goes to an address of its own."""
    bodies: list[str] = []

    def take(route: Route) -> None:
        bodies.append(route.request.post_data or "")
        route.fulfill(content_type="text/html", body="<p id='arrived'>ok</p>")

    page.route("**/arrives/", take)
    page.evaluate("form => { document.querySelector(form).action = '/arrives/'; }", form)
    return bodies


FORM = "form.form-column >> nth=0"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 375])
def test_every_part_passes_axe_and_fits_the_screen(page: Page, scheme: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.reload()
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_clicking_twice_sends_once(page: Page) -> None:
    bodies = sent(page, "form.form-column")
    page.locator(FORM).locator(".btn-primary").dblclick(no_wait_after=True)
    page.wait_for_selector("#arrived")
    assert len(bodies) == 1
    assert "idempotency_key=" in bodies[0]


def test_enter_while_composing_sends_nothing(page: Page, context: BrowserContext) -> None:
    bodies = sent(page, "form.form-column")
    page.click("#id_unit")
    keyboard = context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "zhang", "selectionStart": 5, "selectionEnd": 5})
    process = {"type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    keyboard.send("Input.dispatchKeyEvent", process)
    page.wait_for_timeout(150)
    assert bodies == []
    keyboard.send("Input.insertText", {"text": "张"})
    page.wait_for_timeout(50)
    page.keyboard.press("Enter")
    page.wait_for_selector("#arrived")
    assert len(bodies) == 1


def test_single_keys_act_outside_inputs_only(page: Page) -> None:
    page.click("#id_unit")
    page.keyboard.type("?d")
    expect(page.locator("#id_unit")).to_have_value("?d")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()
    expect(page.locator("#keys-help")).to_contain_text("派给师傅")


def test_single_keys_can_be_switched_off(page: Page) -> None:
    page.evaluate("document.body.dataset.shortcuts = 'off'")
    page.keyboard.press("j")
    expect(page.locator("tr.is-here")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator("#keys-help"), "it says that they are off, and how to have them back").to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.locator("#search")).to_be_focused()


def test_rows_are_walked_and_ticked_from_the_keyboard(page: Page) -> None:
    for key in "jjx":
        page.keyboard.press(key)
    expect(page.locator("tr.is-here .row-link")).to_have_text("BX-20261123-0009")
    expect(page.locator("[data-picked-count]")).to_have_text("1")
    expect(page.locator("[data-picked]")).to_be_visible()


def test_a_question_is_asked_before_what_cannot_be_taken_back(page: Page) -> None:
    bodies = sent(page, "form[data-confirm]")
    page.click("form[data-confirm] button")
    expect(page.locator("#confirm")).to_be_visible()
    page.click("#confirm [value=no]")
    assert bodies == []
    page.click("form[data-confirm] button")
    page.click("#confirm [value=yes]")
    page.wait_for_selector("#arrived")
    assert len(bodies) == 1


def test_light_and_dark_are_remembered(page: Page) -> None:
    page.evaluate("document.querySelector('[data-theme-toggle]').click()")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert "theme=dark" in page.evaluate("document.cookie")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A large photo as a phone takes it."""
    path = tmp_path / "leak.jpg"
    Image.effect_noise((3000, 2000), 80).convert("RGB").save(path, quality=95)
    return path


def test_a_photo_is_made_small_and_kept_for_another_try(page: Page, photo: Path) -> None:
    sizes: list[int] = []
    keys: list[str] = []

    def refuse_then_take(route: Route) -> None:
        sizes.append(len(route.request.post_data_buffer or b""))
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            say('{"detail": "照片没有存下"}', 500, "application/json")(route)
        else:
            say('{"id": "f1"}', 200, "application/json")(route)

    page.route("**/styleguide/upload", refuse_then_take)
    page.set_input_files("photo-input input[type=file]", photo)
    page.wait_for_selector(".photo[data-stage=failed]")
    expect(page.locator(".photo-words")).to_have_text("照片没有存下")
    page.click(".photo [data-retry]")
    page.wait_for_selector(".photo[data-stage=sent]")
    expect(page.locator(".photo input")).to_have_value("f1")
    assert keys[0] == keys[1]
    assert max(sizes) < photo.stat().st_size / 2


def test_a_photo_without_signal_goes_out_when_the_signal_is_back(
    page: Page, context: BrowserContext, photo: Path
) -> None:
    page.route("**/styleguide/upload", say('{"id": "f2"}', 200, "application/json"))
    page.route("**/styleguide/upload", lambda route: route.abort("internetdisconnected"), times=1)
    page.set_input_files("photo-input input[type=file]", photo)
    page.wait_for_selector(".photo[data-stage=failed]")
    context.set_offline(True)
    context.set_offline(False)
    page.wait_for_selector(".photo[data-stage=sent]")


def test_a_signature_is_sent_as_a_picture(page: Page) -> None:
    page.route("**/styleguide/upload", say('{"id": "s1"}', 200, "application/json"))
    expect(page.locator("signature-pad [data-save]")).to_be_disabled()
    canvas = page.locator("signature-pad canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=5)
    page.mouse.up()
    page.click("signature-pad [data-save]")
    page.wait_for_function("document.querySelector('signature-pad').dataset.stage === 'sent'")
    expect(page.locator("signature-pad input[type=hidden]")).to_have_value("s1")


def test_a_photo_that_does_not_come_says_so(context: BrowserContext) -> None:
    page = context.new_page()
    page.route("**/static/img/mark.svg", lambda route: route.abort())
    page.goto(GUIDE)
    broken = page.locator(".thumbs .thumb-broken")
    broken.first.scroll_into_view_if_needed()
    expect(broken).to_have_text(["维修前 · 打不开"] * 2)
    expect(page.locator(".thumbs img")).to_have_count(0)
