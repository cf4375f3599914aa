"""Every page of money through axe, as `test_axe.py` does: both widths, light and dark, nothing serious or critical."""

from datetime import date

import pytest
from django.urls import reverse

from billing.actions.deposits import take_deposit
from billing.models import BillingRun
from billing.states import Method
from tests.billing.money import HOME, NEXT_DOOR, borne, management_fee, paid, yuan
from tests.billing.test_running import prepared
from tests.browser.day import Come, now
from tests.browser.money import raised
from tests.browser.test_axe import WIDTHS, Pages, visit
from tests.cast import Cast

pytestmark = [pytest.mark.browser]


@pytest.fixture
def money_pages(stage: Cast, hands: object) -> Pages:
    """A morning at the till; the addresses of what it left by name."""
    tariff = management_fee(stage)
    for unit in stage.units.values():
        borne(unit, tariff, since=date(2026, 12, 1))
    bill, other = raised(stage, 10)
    unit, at = stage.units[HOME], now()
    receipt = paid(stage, bill, amount=500, at=at)
    kept = take_deposit(
        project=stage.project,
        unit=unit,
        purpose="装修押金",
        amount=yuan(2000),
        method=Method.CASH,
        by=stage.cashier,
        at=at,
    )
    run: BillingRun = prepared(stage, start=date(2026, 12, 1), end=date(2026, 12, 31), at=at)
    return {
        "bill": reverse("bill", args=[other.number]),
        "receipt": reverse("receipt", args=[receipt.number]),
        "deposit": reverse("deposit", args=[kept.number]),
        "run": reverse("run", args=[run.pk]),
        "tariff": reverse("tariff_change", args=[tariff.pk]),
        "account": reverse("household_statement", args=[stage.households[HOME].pk]),
        "invoice": f"{reverse('invoice_new')}?receipt={receipt.number}",
    }


@WIDTHS
@pytest.mark.req("BIL-3", "BIL-4", "BIL-7")
def test_pages_of_the_cashier(stage: Cast, come: Come, money_pages: Pages, *, phone: bool) -> None:
    page = come(stage.cashier, "/till/", phone=phone)
    assert (
        visit(
            page,
            [
                "/till/?q=nobody", f"/till/demo/{HOME}/", f"/till/demo/{NEXT_DOOR}/", "/receipts/",
                money_pages["receipt"], money_pages["bill"], "/dayclose/", "/deposits/", money_pages["deposit"],
                f"/deposits/new/demo/{HOME}/", "/refunds/", f"/refunds/new/demo/{HOME}/", "/invoices/",
                money_pages["invoice"], money_pages["account"], "/arrears/",
            ],
        )
        == []
    )  # fmt: skip


@WIDTHS
@pytest.mark.req("BIL-1", "BIL-2", "BIL-8")
def test_pages_of_who_bills_and_closes(stage: Cast, come: Come, money_pages: Pages, *, phone: bool) -> None:
    page = come(stage.supervisor, "/tariffs/", phone=phone)
    assert (
        visit(
            page,
            [
                "/tariffs/", "/tariffs/new/", money_pages["tariff"], "/runs/", "/runs/new/", money_pages["run"],
                "/readings/", "/readings/meters/new/", "/shared-costs/", "/shared-costs/new/", "/dayclose/all/",
                f"/dayclose/for/{stage.cashier.pk}/", money_pages["deposit"], f"/doors/new/demo/{NEXT_DOOR}/",
                "/statements/?spell=month", "/statements/proof/",
            ],
        )
        == []
    )  # fmt: skip
