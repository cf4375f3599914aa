"""One of each thing of money through axe, as `test_axe.py` does: given back, invoiced, read, shared out, collected."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from billing.actions.dayclose import Count, reopen_day
from billing.actions.invoicing import NewInvoice, register_invoice
from billing.actions.proving import prove
from billing.models import Bill
from billing.queries.dayclose import recorded
from billing.states import ReadHow
from tests.billing.arrears.ladder import found, overdue, planned, told
from tests.billing.money import HOME, NEXT_DOOR, charged, paid, yuan
from tests.billing.test_dayclose import counted
from tests.billing.test_meters import hung, read
from tests.billing.test_online import ordered
from tests.billing.test_reading_import import book
from tests.billing.test_sharing import raised, shared
from tests.billing.test_taking_back import refunded
from tests.browser.day import Come, Hands
from tests.browser.test_axe import WIDTHS, Pages, check, visit
from tests.cast import NOON, Cast
from visits.models import HomeVisit

pytestmark = [pytest.mark.browser]
# Long enough ago that letters may be sent.
DAY, SPRING = NOON.date(), NOON - timedelta(days=200)


@pytest.fixture
def things(stage: Cast, hands: Hands) -> Pages:
    """An afternoon on which everything of money happened once; the address of each by name."""
    hands.turn(hours=3)
    meter, changed = hung(stage, number="W1"), hung(stage, home=NEXT_DOOR, number="W2")
    read(stage, meter, 118)
    read(stage, changed, 7, answer=ReadHow.CHANGED, old_final=yuan(104), new_start=yuan(0))
    owed = [overdue(stage, amount, home=home, at=SPRING) for home, amount in ((HOME, 320), (NEXT_DOOR, 85))]
    arrears = [told(stage, found(stage, SPRING, home), SPRING) for home in (HOME, NEXT_DOOR)]
    cases = [one.case.number for one in arrears]
    planned(stage, arrears[1], NOON)
    receipt = paid(stage, charged(stage, 60))
    back = refunded(stage)
    given = NewInvoice(number="24332000000000000001", title="杭州某某公司", day=DAY, amount=yuan(60))
    invoice = register_invoice(project=stage.project, receipts=[receipt], new=given, by=stage.cashier, at=NOON)
    order = ordered(stage, Bill.objects.get(pk=owed[0].pk))
    proof = prove(project=stage.project, by=stage.gm, at=NOON)
    till = {method: Count(counted=amount) for method, amount in recorded(stage.project, stage.cashier.pk, DAY).items()}
    till["cash"] = Count(counted=yuan(150), explanation="找零少收", pieces={"100": 1, "50": 1})
    first = counted(stage, counts=till, remarks={receipt.pk: "少收十元"}, note="晚班")
    reopen_day(close=first, reason="数错了", by=stage.supervisor, at=NOON + timedelta(hours=1))
    return {
        "refund": reverse("refund", args=[back.number]),
        "invoice": reverse("invoice", args=[invoice.pk]),
        "meter": reverse("meter", args=[meter.pk]),
        "changed": reverse("meter", args=[changed.pk]),
        "shared": reverse("shared_cost", args=[raised(stage, shared(stage)).pk]),
        "open_again": reverse("dayclose", args=[first.pk]),
        "closed": reverse("dayclose", args=[counted(stage).pk]),
        "proof": reverse("proof_record", args=[proof.pk]),
        "letters": f"{reverse('arrears_letters')}?case={cases[0]}&case={cases[1]}",
        "case": reverse("arrears_case", args=[cases[0]]),
        "to_visit": reverse("home_visit", args=[HomeVisit.objects.get().case.number]),
        "genuine": reverse("receipt_verify", args=[receipt.token]),
        "pay": reverse("sandbox_pay", args=[order.number]),
        "order": reverse("portal_order", args=[order.number]),
        "own": reverse("portal_receipt", args=[receipt.number]),
    }


@WIDTHS
@pytest.mark.req("BIL-4", "BIL-6", "BIL-8", "ARR-3")
def test_one_of_each_thing_of_money(stage: Cast, come: Come, things: Pages, tmp_path: Path, *, phone: bool) -> None:
    page = come(stage.cashier, things["refund"], phone=phone)
    names = ("refund", "invoice", "meter", "changed", "shared", "open_again", "closed", "letters", "case", "to_visit")
    assert visit(page, [*(things[name] for name in names), "/home-visits/", "/readings/import/"]) == []
    looked_through(page, tmp_path)
    assert check(page) == []
    page = come(stage.gm, things["proof"], phone=phone)
    assert visit(page, [things["proof"], things["closed"], things["case"]]) == []


@WIDTHS
@pytest.mark.req("BIL-3", "BIL-4")
def test_money_as_residents_see_it(stage: Cast, come: Come, things: Pages, *, phone: bool) -> None:
    page = come(stage.resident, things["own"], phone=phone)
    assert visit(page, [things[name] for name in ("own", "order", "pay", "genuine")]) == []
    # Whoever scans the code of a receipt is signed in nowhere.
    stranger = come(None, things["genuine"], phone=phone)
    problems = check(stranger)
    stranger.goto(stranger.url.split("/r/")[0] + "/r/nothing-like-this/")
    assert problems + check(stranger) == []


def looked_through(page: Page, folder: Path) -> None:
    """Have a workbook looked through of which one row is plain, one is doubted and one cannot be read."""
    rows = (
        [HOME, "W1", "水表", DAY, 125, ""],
        [NEXT_DOOR, "W2", "水表", DAY, 3, ""],
        ["9-9-909", "W9", "水表", DAY, "十", ""],
    )
    file = folder / "11月.xlsx"
    file.write_bytes(book(*map(list, rows)))
    page.set_input_files("#file", file)
    page.locator("main form[enctype] button").click()
    page.locator("input[name=sealed]").wait_for(state="attached")
