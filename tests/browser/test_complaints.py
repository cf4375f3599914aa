"""Complaints in a browser: their pages through axe, and a photo that stays with a form that was refused."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from complaints import actions
from complaints.actions import NewMeasure
from complaints.models import Complaint
from tests.browser.counting import Hand, Held
from tests.browser.day import Come, now
from tests.browser.test_axe import WIDTHS, visit
from tests.cast import Cast
from tests.complaints.scene import handled, taken

pytestmark = [pytest.mark.browser]


@WIDTHS
def test_pages_of_complaints(stage: Cast, hands: object, come: Come, *, phone: bool) -> None:
    at = now()
    complaint = handled(stage, at=at, topic="cleaning")
    taken(stage, at=at, topic="cleaning")
    new = NewMeasure(
        project=stage.project,
        what="夜班每天巡查两次",
        handler=stage.technician,
        due_on=at.date() + timedelta(days=9),
        complaints=[complaint],
    )
    measure = actions.plan(new=new, by=stage.supervisor, at=at)
    page = come(stage.supervisor, "/complaints/", phone=phone)
    number = complaint.case.number
    paths = [
        "/complaints/?view=all&topic=cleaning&since=2020-01-01", f"/complaints/{number}/", "/complaints/new/",
        "/complaints/figures/", "/measures/", "/measures/new/", f"/measures/{measure.case.number}/",
        f"/intake/?complaint={number}",
    ]  # fmt: skip
    assert visit(page, paths) == []


@WIDTHS
def test_a_residents_complaint(stage: Cast, hands: object, come: Come, *, phone: bool) -> None:
    assert visit(come(stage.users["resident"], "/home/", phone=phone), ["/home/complaint/"]) == []


@pytest.mark.req("CMP-1")
def test_a_photo_stays_with_a_form_that_was_refused(stage: Cast, hands: object, come: Come, picture: Any) -> None:
    page = come(stage.frontdesk, "/complaints/new/?unit=3-2-1501", phone=False)
    page.set_input_files("photo-input input[type=file]", picture)
    page.locator("photo-input [data-stage=sent]").wait_for()
    page.click("form .form-acts .btn-primary")
    page.locator(".form-errors").wait_for()
    expect(page.locator("photo-input [data-stage=sent]")).to_have_count(1)
    page.fill("[name=description]", "楼道灯坏了一周，没人管")
    page.click("form .form-acts .btn-primary")
    page.locator(".thumbs img").wait_for()
    assert Complaint.objects.get().case.attachments.count() == 1


@pytest.mark.req("CMP-11")
def test_whom_somebody_asks_for_is_called_with_one_click(stage: Cast, hands: object, come: Come, held: Held) -> None:
    complaint = handled(stage, at=now())
    page = come(stage.supervisor, f"/complaints/{complaint.case.number}/", phone=False)
    hand = Hand(page)
    hand.click(page.locator(".upset button", has_text="总经理"))
    expect(page.locator(".timeline")).to_contain_text("住户要求直接面见经理")
    assert list(complaint.escalations.values_list("to", flat=True)) == ["manager"]
    held("10", "pass on to the manager", hand, clicks=1)


@pytest.mark.req("CMP-13")
def test_a_standard_phrase_is_written_where_one_was_writing(stage: Cast, hands: object, come: Come) -> None:
    complaint = handled(stage, at=now())
    page = come(stage.supervisor, f"/complaints/{complaint.case.number}/", phone=False)
    page.evaluate("document.querySelector('#step-progress').showModal()")
    dialog = page.locator("#step-progress")
    dialog.locator("textarea").fill("楼道已打扫。")
    dialog.get_by_role("button", name="谢谢您的耐心等待。").click()
    expect(dialog.locator("textarea")).to_have_value("楼道已打扫。谢谢您的耐心等待。")
    dialog.locator("button.btn-primary").click()
    expect(page.locator(".timeline")).to_contain_text("楼道已打扫。谢谢您的耐心等待。")
