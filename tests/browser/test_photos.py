"""Photos in a browser: one that was refused is never missing without a word, one that was kept opens on its page."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.day import Come, case, number_told, ready
from tests.cast import Cast
from tests.reception.desk import ROOM
from tickets.models import Ticket

pytestmark = pytest.mark.browser

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
TOO_LARGE = bytes(15 * 1024 * 1024 + 1)


def refused(name: str, content: bytes) -> FilePayload:
    """A file that no camera made, as the file field takes it."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def comes_into_the_open(page: Page, selector: str) -> None:
    """Soon the middle and the lower edge of something are covered by nothing else."""
    script = """(selector) => {
      const place = document.querySelector(selector);
      const box = place.getBoundingClientRect();
      return [box.top + box.height / 2, box.bottom - 2].every((y) => {
        const top = document.elementFromPoint(box.left + box.width / 2, y);
        return top && place.contains(top);
      });
    }"""
    page.wait_for_function(script, arg=selector, timeout=5000, polling=100)


@pytest.mark.req("REP-1")
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("big.jpg", TOO_LARGE, "照片超过 15 MB"),
        ("page.jpg", HTML, "不是可识别的照片"),
        ("drawing.svg", SVG, "不是可识别的照片"),
    ],
)
def test_a_request_is_not_taken_while_a_refused_photo_stands_there(
    stage: Cast, come: Come, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    page = come(stage.frontdesk, "/intake/")
    ready(page)
    page.fill("#id_unit", ROOM)
    page.fill("#id_description", "厨房水管漏水")
    page.locator("details.more-fields", has=page.locator("photo-input")).locator("summary").click()
    file = tmp_path / name
    file.write_bytes(content)
    page.set_input_files("photo-input input[type=file]", str(file))
    line = page.locator("photo-input [data-stage=refused]")
    expect(line).to_contain_text(said)
    expect(line.locator("[data-retry]")).to_be_hidden()
    page.click("button[value=save]")
    expect(page.locator(".photo-stop")).to_contain_text("还没有保存")
    assert not Ticket.objects.exists()
    line.get_by_role("button", name="去掉").click()
    expect(page.locator(".photo-stop")).to_be_hidden()
    page.click("button[value=save]")
    assert case(number_told(page)).attachments.count() == 0


@pytest.mark.req("CMP-15")
def test_no_bar_covers_why_a_resident_s_photo_was_refused(stage: Cast, come: Come) -> None:
    page = come(stage.resident, "/home/complaint/", phone=True)
    page.set_viewport_size({"width": 360, "height": 640})
    ready(page)
    page.set_input_files("photo-input input[type=file]", [refused("page.jpg", HTML)])
    expect(page.locator("photo-input [data-stage=refused]")).to_contain_text("JPEG、PNG 或 WebP")
    comes_into_the_open(page, "photo-input [data-stage=refused]")
    page.fill("#id_description", "门禁坏了三天没有人修")
    page.locator("[name=about]").first.check(force=True)
    page.get_by_role("button", name="提交投诉").click()
    expect(page.locator(".photo-stop")).to_be_visible()
    comes_into_the_open(page, ".photo-stop")
    assert urlsplit(page.url).path == "/home/complaint/"


@pytest.mark.req("REP-3")
def test_a_photo_opens_on_its_page_and_escape_leads_back(stage: Cast, come: Come, picture: Path) -> None:
    page = come(stage.frontdesk, "/intake/")
    ready(page)
    page.fill("#id_unit", ROOM)
    page.fill("#id_description", "厨房水管漏水")
    page.locator("details.more-fields", has=page.locator("photo-input")).locator("summary").click()
    page.set_input_files("photo-input input[type=file]", [str(picture), str(picture)])
    expect(page.locator("photo-input [data-stage=sent]")).to_have_count(2)
    page.click("button[value=save]")
    number = number_told(page)
    page.goto(f"{page.url.split('/intake')[0]}/tickets/{number}/")
    ready(page)
    page.set_viewport_size({"width": 360, "height": 740})
    link = page.locator("a[data-picture]").first
    link.focus()
    page.keyboard.press("Enter")
    large = page.locator("#picture .picture-large")
    expect(large).to_be_visible()
    assert large.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 1000
    box = page.locator("#picture").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    first = large.get_attribute("src")
    page.keyboard.press("ArrowRight")
    expect(large).not_to_have_attribute("src", str(first))
    page.keyboard.press("Escape")
    expect(page.locator("#picture")).to_be_hidden()
    assert urlsplit(page.url).path == f"/tickets/{number}/"
    expect(page.locator("a[data-picture]:focus")).to_have_count(1)
