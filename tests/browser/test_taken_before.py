"""Back at the till, and the button once more: asked, not taken twice."""

import re

import pytest
from playwright.sync_api import expect

from billing.models import Payment, Receipt
from tests.billing.money import HOME
from tests.browser.day import Come, ready
from tests.browser.money import stands
from tests.cast import Cast

pytestmark = pytest.mark.browser
TAKEN = re.compile(r"/receipts/SJ-[^/]+/\?taken=1")
TILL = f"/till/demo/{HOME}/"


@pytest.mark.req("BIL-4")
def test_back_and_sent_again_asks_with_the_receipt_and_all_that_was_typed(come: Come, stage: Cast) -> None:
    page = come(stage.cashier, TILL)
    ready(page)
    page.fill("#id_received", "50")
    page.locator("#till button.btn-big").click()
    page.wait_for_url(TAKEN)
    page.go_back()
    ready(page)
    expect(page.locator("#id_received")).to_have_value("50")
    page.locator("#till button.btn-big").click()
    receipt = Receipt.objects.get()
    box = stands(page).locator("#taken-before")
    expect(box.get_by_role("link", name=receipt.number, exact=True)).to_be_visible()
    expect(box.locator("dl")).to_contain_text("50")
    box.locator("button").click()
    page.wait_for_url(TAKEN)
    assert Payment.objects.count() == 2
