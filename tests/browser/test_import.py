"""Importing a thousand rooms by hand, counted in clicks from the administrator's home page."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from estate.models import Unit
from records.work import run_waiting
from tests.browser.conftest import Opener
from tests.cast import NOON, Cast
from tests.estate.books import ASSET, ASSETS, changed, xlsx

pytestmark = [pytest.mark.browser, pytest.mark.req("EST-3"), pytest.mark.django_db(transaction=True)]
ROOMS = 1_000


class Clicks:
    """Clicks on a page, counted."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.count = 0

    def __call__(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.count += 1


def test_a_thousand_rooms_with_one_wrong_cell_take_at_most_six_clicks(
    stage: Cast, open_as: Opener, tmp_path: Path
) -> None:
    rows = [changed(ASSET, A=20 + n // 100, C=100 + n % 100, M=f"业主{n}", O=13800000000 + n) for n in range(ROOMS)]
    rows[500][8] = "约九十"
    file = tmp_path / "房屋.xlsx"
    file.write_bytes(xlsx({"资产信息": [ASSETS, *rows]}))
    page = open_as(stage.admin, "/")
    click = Clicks(page)
    click('nav a[href="/register/import/"]')
    with page.expect_file_chooser() as chooser:
        click("#file")
    chooser.value.set_files(str(file))
    click("form[enctype] button")
    page.locator("#mend input.form-control").fill("90.5")
    click("#mend form:has(table) button")
    click('form[action$="take-over/"] button')
    page.locator("progress").wait_for()
    assert run_waiting(NOON + timedelta(minutes=1)) == {"done": 1, "failed": 0}
    page.locator('form[action$="take-back/"]').wait_for()
    assert click.count <= 6
    assert Unit.objects.filter(project=stage.project, building__code__startswith="2").count() == ROOMS


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_page_to_mend_rows_passes_axe(stage: Cast, open_as: Opener, tmp_path: Path, *, phone: bool) -> None:
    file = tmp_path / "房屋.xlsx"
    rows = [ASSET, changed(ASSET, C=1002, I="约九十"), changed(ASSET, A=3, B=2, C=1501, M=None, O=None)]
    file.write_bytes(xlsx({"资产信息": [ASSETS, *rows], "通讯录": [["甲", "乙"], [1, 2]]}))
    page = open_as(stage.admin, "/register/import/", phone=phone)
    assert Axe().run(page).response["violations"] == []
    page.set_input_files("#file", str(file))
    page.locator("form[enctype] button").click()
    page.locator("#mend").wait_for()
    page.evaluate("document.querySelectorAll('details.fold').forEach(fold => { fold.open = true; })")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
