"""What the walks through the money share: both widths of a page, papers read, workbooks made, and bills to be paid."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from playwright.sync_api import Locator, Page, expect

from billing.models import Bill, ChargeItem
from records.work import run_waiting
from servicedesk.templatetags.desk import money
from tests.billing.money import HOME, NEXT_DOOR, charged
from tests.browser.day import now, ready
from tests.cast import Cast
from tests.estate.books import PAYMENTS

WIDTHS = (360, 1440)
FEE, NEW_FEE = Decimal("264.77"), Decimal("283.68")  # 94.56 m² at 2.80, and at 3.00 yuan
OLD = date(1899, 12, 30)


def stands(page: Page) -> Page:
    """The page, once it was held to both widths: nothing runs out of it, no button is cut or written in two lines."""
    ready(page)
    height = (page.viewport_size or {"height": 900})["height"]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} at {width}"
        assert page.evaluate(CUT) == [], f"{page.url} at {width}"
    return page


# Buttons, states and sums of a page that stand in more than one line, or of which something is hidden.
CUT = """() => [...document.querySelectorAll("main .btn, main .state, main .due, main .figure-number, main td.num")]
  .filter((one) => one.checkVisibility() && !one.querySelector("input, br"))
  .filter((one) => {
    const words = document.createRange();
    words.selectNodeContents(one);
    const lines = [...words.getClientRects()].filter((line) => line.width > 1);
    const low = Math.max(...lines.map((line) => line.top)), high = Math.min(...lines.map((line) => line.bottom));
    return lines.length > 0 && (low >= high || one.scrollWidth > one.clientWidth + 1);
  })
  .map((one) => one.textContent.trim())"""


def money_at(place: Locator, amount: object) -> None:
    """The place says the amount, as money is written."""
    expect(place).to_contain_text(money(str(amount)))


def cells(table: Locator) -> list[list[str]]:
    """What a table says, row by row."""
    rows: list[list[str]] = table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    )
    return rows


def plain(amount: str) -> Decimal:
    """An amount of a page as a number."""
    return Decimal(amount.replace(",", "").replace("元", "").strip())


def worked(page: Page, *, by_itself: bool = False) -> Page:
    """The page after the worker has done what it shows the progress of; `by_itself`: it asks again without a hand."""
    expect(page.locator("progress")).to_be_visible()
    if by_itself:
        with page.expect_navigation():
            assert run_waiting(now())["failed"] == 0
    else:
        assert run_waiting(now())["failed"] == 0
        page.reload()
    expect(page.locator("progress")).to_have_count(0)
    return page


def raised(stage: Cast, *months: int) -> list[Bill]:
    """The management fee of both homes for months of 2026, charged one by one."""
    item = ChargeItem.objects.get_or_create(project=stage.project, name="物业管理费")[0]
    at = datetime(2026, 11, 1, 2, tzinfo=now().tzinfo)
    return [
        charged(stage, FEE, home=home, item=item, at=at, words=f"2026-{month:02}", due_on=date(2026, 11, 30))
        for month in months
        for home in (HOME, NEXT_DOOR)
    ]


def history(tmp_path: Path, *rows: tuple[str, date, date, object, object]) -> Path:
    """A sheet of past payments as companies fill it in: days as bare serials, a blank row, and a note to its right."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "房屋缴费历史"
    sheet.append(PAYMENTS)
    for room, start, end, due, paid in rows:
        serials = [(day - OLD).days for day in (start, end, start + timedelta(days=7))]
        sheet.append([room, "物业管理费", 1, *serials, due, paid, "张三", "手工导入", None])
    sheet.append([])
    sheet.cell(2, 12, "说明：")
    sheet.cell(3, 12, "房屋")
    sheet.cell(3, 13, "请填写系统中的房屋编号 楼栋-单元-房屋 如果是商铺 楼栋-0-商铺")
    path = tmp_path / "importFeeDetail.xlsx"
    book.save(path)
    return path


def printed(page: Page, button: Locator) -> bytes:
    """The paper that a button opens beside the page."""
    with page.expect_popup() as opened:
        button.click()
    opened.value.wait_for_url("**/prints/*/")
    answer = page.request.get(opened.value.url)
    opened.value.close()
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def sheets(path: Path) -> dict[str, Sequence[Sequence[Any]]]:
    """A downloaded workbook, read back."""
    book = openpyxl.load_workbook(BytesIO(path.read_bytes()))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
