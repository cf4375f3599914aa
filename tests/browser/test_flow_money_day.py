"""What follows the till: receipts printed again and taken back, the day closed, the books proved, deposits, papers."""

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from billing.models import Bill, Deposit, Receipt
from servicedesk.templatetags.desk import money
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, paid
from tests.browser.counting import Hand, Held
from tests.browser.day import Come, menu, now
from tests.browser.money import FEE, cells, money_at, plain, printed, raised, sheets, stands, worked
from tests.cast import Cast
from tests.paper import poppler, words_on

pytestmark = [pytest.mark.browser]
WHY = "多刷了一次"


@pytest.fixture
def receipt(stage: Cast, hands: object) -> Receipt:
    """November of a home, paid this morning."""
    return paid(stage, raised(stage, 11)[0], at=now())


# --- 13: receipts ----------------------------------------------------------------------------------------------------
@poppler
@pytest.mark.req("BIL-3", "BIL-4")
def test_a_receipt_says_that_it_is_none_of_the_tax_bureaus_and_a_reprint_that_it_is_one(
    come: Come, stage: Cast, receipt: Receipt, held: Held
) -> None:
    page = stands(come(stage.cashier, f"/receipts/{receipt.number}/"))
    first = words_on(printed(page, page.get_by_role("button", name="打印收据")))
    for words in ("收据", "（非发票）", receipt.number, HOME, f"{FEE}"):
        assert words in first, words
    assert "补打" not in first
    hand = Hand(come(stage.cashier))
    hand.click(hand.page.locator("nav a[href='/receipts/']").first)
    stands(hand.page)
    with hand.page.expect_popup() as paper:
        hand.click(hand.page.get_by_role("button", name="补打").first)
    paper.value.wait_for_url("**/prints/2/")
    assert "补打第1次" in words_on(hand.page.request.get(paper.value.url).body())
    held("13", "reprint of a receipt", hand, clicks=3)
    hand.page.reload()
    expect(stands(hand.page).locator("main")).to_contain_text("补打 ×1")


@pytest.mark.req("BIL-4")
def test_a_receipt_is_taken_back_on_its_day_by_the_cashier_alone(come: Come, stage: Cast, receipt: Receipt) -> None:
    page = come(stage.cashier, f"/receipts/{receipt.number}/")
    reverse(page)
    expect(page.locator(".message-success")).to_contain_text("已冲正")
    expect(stands(page).locator("main")).to_contain_text(WHY)
    assert Bill.objects.open().filter(unit=stage.units[HOME]).get().outstanding == FEE
    assert_books_agree(stage)


@pytest.mark.req("BIL-4")
def test_one_of_yesterday_is_taken_back_by_two_people(come: Come, stage: Cast) -> None:
    receipt = paid(stage, raised(stage, 11)[0], at=now() - timedelta(days=1))
    page = come(stage.cashier, f"/receipts/{receipt.number}/")
    reverse(page)
    expect(stands(page).locator("main")).to_contain_text("冲正待审批，收据仍然有效")
    assert not Bill.objects.open().filter(unit=stage.units[HOME]).exists()
    second = come(stage.supervisor, "/approvals/")
    expect(stands(second).locator(".is-waiting")).to_contain_text(WHY)
    second.get_by_role("button", name="同意").click()
    expect(second.locator(".message-success")).to_contain_text("已批准并执行")
    page.reload()
    expect(stands(page).locator(".page-name .state")).to_have_text("冲正")
    assert Bill.objects.open().filter(unit=stage.units[HOME]).get().outstanding == FEE
    assert_books_agree(stage)


def reverse(page: Page) -> None:
    """Take the receipt of the page back, or ask to; not without a reason."""
    page.locator("summary", has_text="冲正这张收据").click()
    form = page.locator("form[action$='reverse/']")
    form.locator("button.btn-primary").click()
    expect(page.locator(".form-errors")).to_be_focused()
    stands(page).locator("form[action$='reverse/'] textarea").fill(WHY)
    page.locator("form[action$='reverse/'] button.btn-primary").click()
    page.wait_for_url("**/receipts/SJ-*/")
    expect(page.locator(".message-success")).to_be_visible()


# --- 13: the end of the day, and what leaders see of it ---------------------------------------------------------------
@pytest.mark.req("BIL-8")
def test_a_day_is_closed_with_a_difference_and_the_books_are_proved(come: Come, stage: Cast, receipt: Receipt) -> None:
    card = paid(stage, Bill.objects.open().get(), home=NEXT_DOOR, method="card", at=now())
    page = stands(come(stage.cashier, "/dayclose/"))
    page.fill("[name=counted_cash]", f"{FEE}")
    page.fill("[name=counted_card]", f"{FEE - 10}")
    expect(page.locator("tr", has_text="刷卡").locator("[data-difference]")).to_have_text("-10.00")
    page.fill("#id_handed_to", "财务 沈会计")
    page.get_by_role("button", name="日结 2026-11-23").click()
    expect(page.locator(".form-errors")).to_be_focused()
    expect(page.locator("[name=counted_card]")).to_have_value(f"{FEE - 10}")
    stands(page).locator("summary", has_text="在对应收据旁备注差额").click()
    stands(page).fill(f"[name=remark_{card.pk}]", "POS 少刷 10 元，已通知业主")
    page.get_by_role("button", name="日结 2026-11-23").click()
    expect(page.locator(".message-success")).to_contain_text("日结完成")
    expect(stands(page).locator("tr", has_text="刷卡")).to_contain_text("POS 少刷 10 元")
    leader = stands(come(stage.gm, "/dayclose/all/"))
    money_at(leader.locator("tr", has_text="2026-11-23"), "-10.00")
    leader.locator(".row-link", has_text="2026-11-23").click()
    expect(stands(leader).locator("main")).to_contain_text(card.number)
    leader.goto(leader.url.split("/dayclose")[0] + "/statements/proof/")
    stands(leader).get_by_role("button", name="立即核对").click()
    worked(leader)
    expect(stands(leader).locator(".page-name")).to_contain_text("与总账相符")
    expect(leader.locator("main")).to_contain_text("借贷平衡")
    assert_books_agree(stage)


@pytest.mark.req("BIL-8")
def test_the_workbook_of_a_month_says_what_its_page_says(come: Come, stage: Cast, receipt: Receipt) -> None:
    paid(stage, Bill.objects.open().get(), amount=300, home=NEXT_DOOR, method="wechat", at=now())
    page = stands(come(stage.gm, "/statements/?spell=month&on=2026-11-01"))
    shown = [cells(table) for table in page.locator("table.rows").all()]
    with page.expect_download() as taken:
        page.get_by_role("link", name="导出 Excel").click()
    books = list(sheets(taken.value.path()).values())
    for rows, sheet in zip(shown, books, strict=True):
        assert [row[0] for row in rows] == [row[0] for row in sheet[1:]]
        assert [[plain(cell) for cell in row[1:]] for row in rows] == [
            [Decimal(str(cell)).quantize(Decimal("0.01")) for cell in row[1:]] for row in sheet[1:]
        ]
        for column in range(1, len(sheet[0])):
            told = [Decimal(str(row[column])) for row in sheet[1:]]
            assert sum(told[:-1]) == told[-1], sheet[0][column]
    assert plain(shown[0][-1][-1]) == FEE + 300


# --- deposits, and what a household is told ---------------------------------------------------------------------------
@poppler
@pytest.mark.req("BIL-7")
def test_a_deposit_is_taken_and_given_back(come: Come, stage: Cast) -> None:
    page = come(stage.cashier, f"/till/demo/{HOME}/")
    menu(page, "收押金")
    expect(page.locator("#id_purpose")).to_have_value("装修押金")
    stands(page).locator("#id_amount").fill("2000")
    page.get_by_role("button", name="收押金并打印").click()
    page.wait_for_url("**/receipts/SJ-**taken=1")
    said = words_on(printed(stands(page), page.get_by_role("button", name="打印收据")))
    assert "装修押金" in said
    page.locator("td a", has_text="押金").click()
    money_at(stands(page).locator(".till-total"), 2000)
    page.fill("#id_return-received_by", "张小明")
    page.get_by_role("button", name="已签字，退还").click()
    expect(page.locator(".message-success")).to_contain_text("已退还并入账")
    money_at(stands(page).locator(".till-total"), 0)
    assert Deposit.objects.get().held == 0
    assert_books_agree(stage)


@poppler
@pytest.mark.req("BIL-8")
def test_a_household_is_handed_its_statement(come: Come, stage: Cast, receipt: Receipt) -> None:
    page = come(stage.cashier, f"/till/demo/{HOME}/")
    menu(page, "住户对账单")
    expect(stands(page).locator("main")).to_contain_text(receipt.number)
    expect(page.locator(".figure", has_text="截至 2026-11-23 欠费")).to_contain_text(money(0))
    with page.expect_download() as taken:
        page.get_by_role("button", name="导出 PDF").click()
    said = words_on(taken.value.path().read_bytes())
    for words in (HOME, "张小明", receipt.number, f"{FEE}"):
        assert words in said, words
