"""Tax invoices: registered once against receipts that bear them, and taken back by a red-letter one."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.models import User
from billing.actions.deposits import take_deposit
from billing.actions.invoicing import NewInvoice, register_invoice, register_red
from billing.actions.refunding import ask_for_refund
from billing.actions.reversing import reverse_receipt
from billing.actions.taking_back import ask_to_reverse_refund
from billing.models import Receipt, Refund, TaxInvoice, TaxInvoiceLine
from billing.queries.invoices import invoiced, owes_red, refunded
from billing.queries.owed import owner_of
from core.errors import Invalid, NotAllowed, NotNow
from records.approvals import approve
from records.models import Approval, AuditEntry
from tests.billing.money import HOME, NEXT_DOOR, charged, paid, yuan
from tests.cast import NOON, Cast
from tests.threads import at_once

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-10"), pytest.mark.django_db]
DAY = NOON.date()
FIRST, SECOND, RED = (f"2433200000000000000{n}" for n in (1, 2, 9))


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def registered(cast: Cast, *receipts: Receipt, amount: object, number: str = FIRST, **more: Any) -> TaxInvoice:
    given = {"title": "杭州某某公司", "day": DAY, "amount": yuan(amount), "number": number, **more}
    by = given.pop("by", cast.cashier)
    return register_invoice(project=cast.project, receipts=receipts, new=NewInvoice(**given), by=by, at=NOON)


def reddened(cast: Cast, invoice: TaxInvoice, number: str = RED, **more: Any) -> TaxInvoice:
    given = {"code": "", "number": number, "day": DAY, "by": cast.cashier, **more}
    return register_red(invoice=invoice, at=NOON, **given)


def test_an_invoice_stands_against_its_receipts_up_to_what_they_come_to(cast: Cast) -> None:
    first, second = paid(cast, charged(cast, 60)), paid(cast, charged(cast, 40))
    made = registered(cast, second, first, amount=70, tax_number="91330106MA27XYZ123")
    assert [(line.receipt, line.amount) for line in made.lines.all()] == [(first, yuan(60)), (second, yuan(10))]
    assert [invoiced(first), invoiced(second)] == [60, 10]
    with pytest.raises(NotNow) as refused:
        registered(cast, first, second, amount="30.01", number=SECOND)
    assert (refused.value.code, "¥30.00" in str(refused.value)) == ("too_much", True)
    registered(cast, first, second, amount=30, number=SECOND)
    assert AuditEntry.objects.filter(action="invoice.registered", target=FIRST).exists()


def test_the_same_number_is_registered_once_with_its_code(cast: Cast) -> None:
    receipt = paid(cast, charged(cast, 60))
    registered(cast, receipt, amount=10, code="033002100104", number="12345678")
    registered(cast, receipt, amount=10, code="033002100105", number="12345678")
    with pytest.raises(NotNow) as refused:
        registered(cast, receipt, amount=10, code="033002100104", number="12345678")
    assert (refused.value.code, set(refused.value.fields)) == ("registered", {"number"})
    assert TaxInvoice.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("number", {"number": "1"}),
        ("code", {"code": "1"}),
        ("title", {"title": "  "}),
        ("tax_number", {"tax_number": "1"}),
        ("day", {"day": DAY + timedelta(days=1)}),
        ("amount", {"amount": "0.001"}),
    ],
)
def test_what_is_no_invoice_is_refused_beside_the_field(cast: Cast, field: str, given: dict[str, Any]) -> None:
    receipt = paid(cast, charged(cast, 60))
    with pytest.raises(Invalid) as refused:
        registered(cast, receipt, **{"amount": 10, **given})
    if field != "amount":
        assert set(refused.value.fields) == {field}
    assert not TaxInvoice.objects.exists()


def test_only_standing_receipts_of_the_project_that_are_no_deposit(cast: Cast) -> None:
    gone, deposit = paid(cast, charged(cast, 60)), None
    reverse_receipt(receipt=gone, reason="x", by=cast.cashier, at=NOON)
    with pytest.raises(NotNow):
        registered(cast, gone, amount=60)
    deposit = take_deposit(
        project=cast.project,
        unit=cast.units[HOME],
        amount=yuan(100),
        purpose="装修押金",
        method="cash",
        by=cast.cashier,
        at=NOON,
    )
    for receipts in ([deposit.payment.receipt], []):
        with pytest.raises(Invalid):
            registered(cast, *receipts, amount=10)
    with pytest.raises(NotAllowed):
        registered(cast, paid(cast, charged(cast, 60)), amount=60, by=cast.gm)


def given_back(cast: Cast, amount: object) -> Approval:
    given: dict[str, Any] = {"method": "cash", "payee": "张小明", "reason": "搬走", "by": cast.cashier, "at": NOON}
    unit = cast.units[HOME]
    asked = ask_for_refund(unit=unit, household=owner_of(unit), amount=yuan(amount), **given)
    return approve(approval=asked, by=cast.gm, at=NOON)


def test_what_was_paid_in_advance_and_given_back_owes_a_red_letter(cast: Cast, signed_in: SignIn) -> None:
    settled, ahead = paid(cast, charged(cast, 60)), paid(cast, amount=50)
    of_bills = registered(cast, settled, amount=60, number=SECOND)
    made = registered(cast, ahead, amount=30)
    assert refunded(cast.project) == set()
    given_back(cast, 20)
    assert refunded(cast.project) == set()
    asked = given_back(cast, 10)
    assert refunded(cast.project) == {made.pk}
    assert owes_red(ahead, [made])
    assert not owes_red(settled, [of_bills])
    client = signed_in(cast.cashier)
    listed = client.get("/invoices/?show=red")
    assert ([one.pk for one in listed.context["page"].rows], listed.context["red_count"]) == ([made.pk], 1)
    assert client.get(f"/invoices/{made.pk}/").context["owes_red"]
    back = ask_to_reverse_refund(refund=Refund.objects.get(approval=asked), reason="没给出去", by=cast.cashier, at=NOON)
    approve(approval=back, by=cast.gm, at=NOON)
    assert refunded(cast.project) == set()
    given_back(cast, 10)
    reddened(cast, made)
    assert refunded(cast.project) == set()


def test_a_receipt_that_settled_a_bill_and_kept_the_rest_owes_it_for_the_rest_only(cast: Cast) -> None:
    both = paid(cast, charged(cast, 60), amount=100)
    made = registered(cast, both, amount=60)
    given_back(cast, 40)
    assert refunded(cast.project) == set()
    reddened(cast, made)
    more = registered(cast, both, amount=61, number=SECOND)
    assert refunded(cast.project) == {more.pk}


def test_a_reversed_receipt_owes_a_red_letter_that_frees_the_others(cast: Cast) -> None:
    gone, stands = paid(cast, charged(cast, 60)), paid(cast, charged(cast, 40))
    made = registered(cast, gone, stands, amount=100)
    assert not TaxInvoice.objects.needing_red().exists()
    reverse_receipt(receipt=gone, reason="收错", by=cast.cashier, at=NOON)
    assert TaxInvoice.objects.needing_red().get() == made
    with pytest.raises(Invalid):
        reddened(cast, made, day=DAY - timedelta(days=1))
    red = reddened(cast, made)
    assert [red.amount, invoiced(gone), invoiced(stands)] == [100, 0, 0]
    assert red.original == made
    assert not TaxInvoice.objects.needing_red().exists()
    for again in (made, red):
        with pytest.raises(NotNow):
            reddened(cast, again, number=SECOND)
    registered(cast, stands, amount=40, number=SECOND)


@pytest.mark.parametrize("model", [TaxInvoice, TaxInvoiceLine])
def test_the_register_is_append_only(cast: Cast, model: Any) -> None:
    registered(cast, paid(cast, charged(cast, 60)), amount=60)
    with pytest.raises(IntegrityError, match="append-only"):
        model.objects.update(amount=1)


def test_invoices_at_once_never_come_to_more_than_the_receipt(real_transactions: None, cast: Cast) -> None:
    receipt = paid(cast, charged(cast, 60))
    numbers = [f"2433200000000000001{n}" for n in range(4)]
    done = at_once(4, lambda one: registered(cast, receipt, amount=20, number=numbers[one]))
    assert sum(isinstance(one, TaxInvoice) for one in done) == 3, done
    assert sum(isinstance(one, NotNow) for one in done) == 1
    assert invoiced(receipt) == 60


# --- pages -----------------------------------------------------------------------------------------------------------
def sent(receipt: Receipt, **more: Any) -> dict[str, Any]:
    return {"number": FIRST, "day": "2026-11-23", "title": "某公司", "amount": "60", "receipts": receipt.number, **more}


def test_from_the_receipt_to_the_invoice_and_its_red_letter(cast: Cast, signed_in: SignIn) -> None:
    receipt, client = paid(cast, charged(cast, 60)), signed_in(cast.cashier)
    new = f"/invoices/new/?receipt={receipt.number}"
    assert new in client.get(f"/receipts/{receipt.number}/").content.decode()
    page = client.get(new).content.decode()
    for words in (receipt.number, "张小明", "60.00", "2026-11-23"):
        assert words in page, words
    to = client.post(new, sent(receipt)).headers["Location"]
    assert FIRST in client.get(f"/receipts/{receipt.number}/").content.decode()
    reverse_receipt(receipt=receipt, reason="收错", by=cast.cashier, at=NOON)
    for path in (to, f"/receipts/{receipt.number}/", "/invoices/"):
        assert "红字发票" in client.get(path).content.decode(), path
    red = f"{to}red/"
    assert client.post(red, {"number": FIRST, "day": "2026-11-23"}).status_code == 409
    assert client.post(red, {"number": RED, "day": "2026-11-23"}).status_code == 302
    assert "红字发票已开具" not in client.get(to).content.decode()
    assert RED in client.get(to).content.decode()
    assert "张红字发票待开" not in client.get("/invoices/").content.decode()


def test_a_refused_invoice_keeps_what_was_typed_and_says_where(cast: Cast, signed_in: SignIn) -> None:
    receipt, client = paid(cast, charged(cast, 60)), signed_in(cast.cashier)
    registered(cast, receipt, amount=10, number=SECOND)
    for more, status in (
        ({"number": "12"}, 400),
        ({"number": SECOND}, 409),
        ({"amount": "50.01"}, 409),
        ({"receipts": "SJ-DEMO-2026-999999"}, 422),
        ({"receipts": " "}, 422),
        ({"day": "x"}, 422),
    ):
        answer = client.post("/invoices/new/", sent(receipt, **more))
        assert answer.status_code == status, more
        assert "某公司" in answer.content.decode()
    assert TaxInvoice.objects.count() == 1
    assert signed_in(cast.frontdesk).get("/invoices/new/").status_code == 403


def test_invoices_are_found_by_number_title_room_receipt_and_month(cast: Cast, signed_in: SignIn) -> None:
    here, there = paid(cast, charged(cast, 60)), paid(cast, charged(cast, 60, home=NEXT_DOOR), home=NEXT_DOOR)
    first = registered(cast, here, amount=60, title="甲公司")
    second = registered(cast, there, amount=60, title="乙公司", number=SECOND, day=DAY - timedelta(days=40))
    client = signed_in(cast.gm)
    for asked, found in [
        ({}, {first, second}),
        ({"q": FIRST}, {first}),
        ({"q": "乙公"}, {second}),
        ({"q": HOME}, {first}),
        ({"q": "3-2"}, {first, second}),
        ({"q": there.number.lower()}, {second}),
        ({"month": "2026-11"}, {first}),
        ({"month": "2026-10"}, {second}),
        ({"month": "x", "q": "nobody"}, set()),
        ({"show": "red"}, set()),
    ]:
        page = client.get("/invoices/", asked).content.decode()
        assert {one for one in (first, second) if f"/invoices/{one.pk}/" in page} == found, asked


def test_the_register_is_taken_out_as_a_workbook_and_that_is_written_down(cast: Cast, signed_in: SignIn) -> None:
    receipt = paid(cast, charged(cast, 60))
    made = registered(cast, receipt, amount=60, title="=1+1")
    reddened(cast, made)
    answer = signed_in(cast.cashier).get("/invoices/export/", {"month": "2026-11"})
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert len(rows) == 3
    assert (rows[1][1], rows[1][3], rows[1][5], rows[1][7], rows[1][8]) == (FIRST, "'=1+1", 60, HOME, receipt.number)
    assert (rows[2][5], rows[2][6]) == (-60, FIRST)
    entry = AuditEntry.objects.get(action="invoices.exported")
    assert (entry.data["count"], entry.data["filter"]["month"]) == (2, "2026-11")
    assert signed_in(cast.frontdesk).get("/invoices/export/").status_code == 403
    cast.project.export_alone = 1
    cast.project.save()
    assert "reason" in signed_in(cast.cashier).get("/invoices/export/").content.decode()


def test_the_list_asks_as_often_for_three_as_for_one(cast: Cast, signed_in: SignIn) -> None:
    client, counts = signed_in(cast.cashier), []
    for number in (FIRST, SECOND, RED):
        registered(cast, paid(cast, charged(cast, 60)), paid(cast, charged(cast, 5)), amount=65, number=number)
        client.get("/invoices/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/invoices/")
        counts.append(len(queries))
    assert counts[0] == counts[2]
