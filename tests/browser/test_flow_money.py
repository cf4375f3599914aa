"""A month of money, from the sheet of the former system over a new price and a run to what is paid at the till."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from billing.models import Bill, Payment, Tariff
from estate.models import HouseholdMember, Unit
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, borne, in_advance, management_fee
from tests.browser.counting import Hand, Held
from tests.browser.day import Come
from tests.browser.money import FEE, NEW_FEE, history, money_at, printed, raised, stands, worked
from tests.cast import Cast

pytestmark = [pytest.mark.browser]
TILL = f"/till/demo/{HOME}/"
BOTH = pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])


@pytest.fixture
def fee(stage: Cast) -> Tariff:
    """2.80 yuan per m² and month, borne by both homes since November."""
    tariff = management_fee(stage)
    for unit in stage.units.values():
        borne(unit, tariff, since=date(2026, 11, 1))
    return tariff


# --- before the till: what was owed, what it costs, and the bills of a month -----------------------------------------
@pytest.mark.req("BIL-1", "BIL-2", "BIL-4")
def test_opening_balances_then_a_new_price_then_two_months_of_bills(
    stage: Cast, come: Come, fee: Tariff, tmp_path: Path
) -> None:
    page = come(stage.supervisor, "/register/import/")
    take_over(page, tmp_path)
    assert [bill.outstanding for bill in Bill.objects.order_by("pk")] == [Decimal("200.00"), 0]
    publish(page)
    page = come(stage.cashier, "/runs/")
    run_month(page, "2026-11", total=FEE * 2)
    expect(page.locator(".figure", has_text="张有效账单")).to_contain_text("2")
    run_month(page, "2026-11", total=None)
    run_month(page, "2026-12", total=NEW_FEE * 2)
    found = Bill.objects.filter(period_start__gte=date(2026, 11, 1)).order_by("pk")
    assert [bill.amount for bill in found] == [FEE, FEE, NEW_FEE, NEW_FEE]
    assert_books_agree(stage)


def take_over(page: Page, tmp_path: Path) -> None:
    """Bring in what October was still owed, and look at the sum before."""
    october = (date(2026, 10, 1), date(2026, 11, 1), FEE)
    page.set_input_files("#file", history(tmp_path, (HOME, *october, FEE - 200), (NEXT_DOOR, *october, FEE)))
    page.locator("form[enctype] button").click()
    expect(page.locator("main")).to_contain_text("尚欠合计 ¥200.00，共 1 张账单；另有 1 行已缴清，不记账。")
    stands(page).locator("form[action$='take-over/'] button").click()
    worked(page)
    expect(stands(page).locator("main")).to_contain_text("导入完成")


def publish(page: Page) -> None:
    """Three yuan from the first of December on; first what it comes to."""
    page.goto(page.url.split("/register")[0] + "/tariffs/")
    stands(page).get_by_role("link", name="从某天起调整").click()
    expect(page.locator("#id_starts_on")).to_have_value("2026-12-01")
    page.fill("#id_unit_price", "3")
    page.fill("#id_reason", "业主大会 2026 年第 3 号决定")
    page.get_by_role("button", name="先算一个例子").click()
    money_at(page.locator("[role=status].card"), NEW_FEE)
    stands(page).get_by_role("button", name="公示新标准").click()
    expect(page.locator(".message-success")).to_be_visible()
    expect(stands(page).locator("main")).to_contain_text("每平方米每月 3.00 元")


def run_month(page: Page, month: str, *, total: Decimal | None) -> None:
    """Work out one month, look at what it comes to, and raise it; nothing where all of it is billed."""
    page.goto(page.url.split("/runs")[0] + "/runs/")
    stands(page).locator(".page-primary").get_by_role("link", name="新出账").click()
    page.fill("#id_start", month)
    page.fill("#id_end", month)
    stands(page).get_by_role("button", name="先测算").click()
    worked(page)
    stands(page)
    if total is None:
        expect(page.locator("main")).to_contain_text("没有可出的账单")
        expect(page.locator("form[action$='raise/']")).to_have_count(0)
        return
    money_at(page.locator(".figures").first, total)
    expect(page.locator("tr", has_text=HOME)).to_contain_text("94.56 × ")
    page.locator("form[action$='raise/'] button").click()
    page.locator("dialog[open] .btn-primary").click()
    worked(page, by_itself=month == "2026-12")
    expect(stands(page).locator("h1 ~ .state")).to_have_text("已生成")


# --- at the till -----------------------------------------------------------------------------------------------------
@pytest.mark.req("BIL-3")
def test_all_that_is_owed_is_paid_and_printed_with_the_keyboard_alone(stage: Cast, come: Come, held: Held) -> None:
    raised(stage, 10, 11)
    hand = Hand(come(stage.cashier))
    expect(hand.page.locator("#till-q")).to_be_focused()
    hand.type("1501")
    hand.press("Enter")
    expect(hand.page.locator("#id_received")).to_be_focused()
    money_at(hand.page.locator("[data-till-total]"), FEE * 2)
    hand.press("Enter")
    hand.page.wait_for_url("**/receipts/SJ-**taken=1")
    expect(hand.page.get_by_role("button", name="打印收据")).to_be_focused()
    with hand.page.expect_popup() as paper:
        hand.press("Enter")
    paper.value.wait_for_url("**/prints/1/")
    assert not Bill.objects.open().filter(unit=stage.units[HOME]).exists()
    held("12", "full payment by keyboard, printed", hand, keys=8)


@pytest.mark.req("BIL-3")
def test_all_that_is_owed_is_paid_and_printed_with_the_mouse(stage: Cast, come: Come, held: Held) -> None:
    raised(stage, 11)
    hand = Hand(come(stage.cashier))
    hand.say("1501")
    hand.click(hand.page.locator(".till-find button"))
    hand.click(hand.page.get_by_label("微信"))
    hand.click(hand.page.get_by_role("button", name="收款并打印"))
    hand.page.wait_for_url("**/receipts/SJ-**taken=1")
    with hand.page.expect_popup() as paper:
        hand.click(hand.page.get_by_role("button", name="打印收据"))
    paper.value.wait_for_url("**/prints/1/")
    assert Payment.objects.get().method == "wechat"
    held("12", "full payment by mouse, another method, printed", hand, clicks=4)


@BOTH
@pytest.mark.req("BIL-3", "BIL-4")
def test_a_part_then_change_then_more_than_is_owed(stage: Cast, come: Come, *, phone: bool) -> None:
    raised(stage, 10, 11)
    page = come(stage.cashier, TILL, phone=phone)
    assert bottom(page) <= seen(page), "the button stands where it is seen, with the sum above it"
    page.locator("[name=bills]").nth(1).uncheck()
    money_at(page.locator("[data-till-total]"), FEE)
    take(page, "200")
    money_at(stands(page).locator("main"), 200)
    page.goto(page.url.split("/receipts")[0] + TILL)
    expect(page.locator("main")).to_contain_text(f"共 {FEE}")
    page.locator("[name=bills]").nth(1).uncheck()
    page.fill("#id_received", "100")
    money_at(page.locator("[data-till-change]"), "35.23")
    take(page, "100")
    money_at(stands(page).locator(".till-total"), "35.23")
    page.goto(page.url.split("/receipts")[0] + TILL)
    page.fill("#id_received", "1000")
    page.get_by_label("支付宝").check()
    page.get_by_role("button", name="收款并打印").click()
    expect(page.locator(".form-errors")).to_be_focused()
    stands(page).get_by_label("多收的存为预存款").check()
    page.get_by_role("button", name="收款并打印").click()
    page.wait_for_url("**taken=1")
    money_at(page.locator("tr", has_text="预存款"), 1000 - FEE)
    assert in_advance(stage.units[HOME]) == 1000 - FEE
    assert [payment.amount for payment in Payment.objects.order_by("pk")] == [200, FEE - 200, 1000]
    assert_books_agree(stage)


def seen(page: Page) -> float:
    """Down to where the page is seen: on a phone a bar covers the rest."""
    bar = page.locator(".bottom-bar").bounding_box()
    return bar["y"] if bar else (page.viewport_size or {"height": 0})["height"]


def bottom(page: Page) -> float:
    """Where the button that takes the money ends."""
    box = page.get_by_role("button", name="收款并打印").bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def take(page: Page, received: str) -> None:
    """Take so much in cash, and go on to its receipt."""
    page.fill("#id_received", received)
    page.get_by_role("button", name="收款并打印").click()
    page.wait_for_url("**/receipts/SJ-**")


@BOTH
@pytest.mark.req("BIL-3")
def test_two_rooms_and_a_month_to_come_on_one_receipt(stage: Cast, come: Come, *, phone: bool) -> None:
    one_owner(stage)
    raised(stage, 11, 12)
    page = come(stage.cashier, TILL, phone=phone)
    expect(page.locator("[name=bills]")).to_have_count(4)
    expect(page.locator("main")).to_contain_text("张小明的其他房号")
    for box in page.locator("[name=bills]").all():
        box.check()
    money_at(page.locator("[data-till-total]"), FEE * 4)
    stands(page).get_by_role("button", name="收款并打印").click()
    page.wait_for_url("**taken=1")
    expect(stands(page).locator("tr", has_text=NEXT_DOOR)).to_have_count(2)
    money_at(page.locator("tr", has_text="合计"), FEE * 4)
    assert printed(page, page.get_by_role("button", name="打印收据"))
    payment = Payment.objects.get()
    assert (payment.amount, payment.lines.count()) == (FEE * 4, 4)
    assert not Bill.objects.open().exists()


def one_owner(stage: Cast) -> None:
    """The home next door is his too."""
    HouseholdMember.objects.filter(household=stage.households[NEXT_DOOR]).update(person=stage.people[HOME])


@pytest.mark.req("BIL-3")
def test_months_paid_in_advance_settle_the_bill_that_comes(stage: Cast, come: Come, fee: Tariff) -> None:
    page = come(stage.cashier, TILL)
    expect(stands(page).locator("main")).to_contain_text("没有欠费，现在收的钱记为预存款")
    expect(page.get_by_label("多收的存为预存款")).to_be_checked()
    take(page, str(FEE * 3))
    Unit.objects.filter(number=NEXT_DOOR).update(area=None)
    page.goto(page.url.split("/receipts")[0] + "/runs/")
    run_month(page, "2026-11", total=FEE)
    page.goto(page.url.split("/runs")[0] + TILL)
    money_at(stands(page).locator(".page-name"), FEE * 2)
    assert Bill.objects.get().outstanding == 0
    assert in_advance(stage.units[HOME]) == FEE * 2
    assert_books_agree(stage)
