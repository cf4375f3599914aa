"""Money acts that need two people: waivers, refunds of what was paid in advance, reversals after the day."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import User
from billing.actions.dayclose import Count, close_day
from billing.actions.refunding import ask_for_refund, print_refund
from billing.actions.reversing import reverse_or_ask
from billing.actions.voiding import void
from billing.actions.waiving import ask_to_waive
from billing.models import Bill, Entry, Receipt, Refund
from billing.queries.bill import bill_page
from billing.queries.dayclose import recorded
from billing.queries.owed import owner_of
from billing.states import BillState, Book, EntryKind
from core.errors import Invalid, NotAllowed, NotNow
from records.approvals import approve, refuse
from records.models import Approval, AuditEntry
from records.papers import FONTS
from servicedesk.templatetags.desk import money
from tests.billing.money import HOME, assert_books_agree, charged, in_advance, on, paid, yuan
from tests.cast import NOON, Cast
from tests.paper import poppler, words_on

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-4"), pytest.mark.django_db]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def waiver(cast: Cast, bill: Bill, amount: object = 40, **more: Any) -> Approval:
    given = {"reason": "漏水未修", "by": cast.cashier, "at": NOON, **more}
    return ask_to_waive(bill=bill, amount=yuan(amount), **given)


def refunding(cast: Cast, amount: object = 30, **more: Any) -> Approval:
    given = {"method": "cash", "payee": "张小明", "reason": "搬走", "by": cast.cashier, "at": NOON, **more}
    unit = cast.units[HOME]
    return ask_for_refund(unit=unit, household=owner_of(unit), amount=yuan(amount), **given)


def test_a_waiver_is_booked_when_a_second_person_approves_and_not_before(cast: Cast) -> None:
    bill = charged(cast)
    asked = waiver(cast, bill)
    bill.refresh_from_db()
    assert (bill.outstanding, on(Book.WAIVED, cast)) == (yuan(100), yuan(0))
    approve(approval=asked, by=cast.supervisor, at=NOON + DAY)
    bill.refresh_from_db()
    assert (bill.outstanding, bill.waived, bill.state) == (yuan(60), yuan(40), BillState.UNPAID.value)
    entry = Entry.objects.get(kind=EntryKind.WAIVED)
    assert (entry.day, entry.by, entry.text) == ((NOON + DAY).date(), cast.supervisor, "漏水未修")
    assert (on(Book.WAIVED, cast), on(Book.RECEIVABLE, cast)) == (yuan(40), yuan(60))
    written = AuditEntry.objects.get(action="bill.waived")
    assert (written.target, written.by, written.data["asked_by"]) == (bill.number, cast.supervisor, "cashier")
    assert_books_agree(cast)


def test_whoever_asked_never_decides_and_the_cashier_never_does(cast: Cast) -> None:
    asked = waiver(cast, charged(cast), by=cast.supervisor)
    for who in ("supervisor", "cashier", "frontdesk", "admin"):
        with pytest.raises(NotAllowed):
            approve(approval=asked, by=cast.users[who], at=NOON)
    assert not Entry.objects.filter(kind=EntryKind.WAIVED).exists()
    approve(approval=asked, by=cast.gm, at=NOON)
    assert_books_agree(cast)


def test_what_is_asked_twice_waits_once_and_what_makes_no_sense_is_not_asked(cast: Cast) -> None:
    bill = charged(cast)
    waiver(cast, bill)
    with pytest.raises(NotNow):
        waiver(cast, bill, 10)
    for amount in (0, "100.01"):
        with pytest.raises(Invalid) as refusal:
            waiver(cast, charged(cast), amount)
        assert set(refusal.value.fields) == {"amount"}
    with pytest.raises(Invalid):
        waiver(cast, charged(cast), reason=" ")
    for who in ("frontdesk", "gm", "technician", "resident"):
        with pytest.raises(NotAllowed):
            waiver(cast, bill, by=cast.users[who])
    assert Approval.objects.count() == 1


def test_nobody_gives_money_back_online_at_the_counter(cast: Cast) -> None:
    paid(cast, amount=100)
    with pytest.raises(Invalid) as refusal:
        refunding(cast, method="online")
    assert set(refusal.value.fields) == {"method"}
    asked = refunding(cast)
    asked.data["method"] = "online"
    asked.save()
    with pytest.raises(Invalid):
        approve(approval=asked, by=cast.gm, at=NOON)
    assert not Refund.objects.exists()


def test_a_bill_that_was_paid_or_made_void_meanwhile_is_not_waived(cast: Cast) -> None:
    for settle in (lambda bill: paid(cast, bill), lambda bill: void(bill=bill, reason="x", by=cast.cashier, at=NOON)):
        bill = charged(cast)
        asked = waiver(cast, bill)
        settle(bill)
        with pytest.raises(NotNow) as refusal:
            approve(approval=asked, by=cast.gm, at=NOON)
        assert bill.number in str(refusal.value)
        asked.refresh_from_db()
        assert asked.is_waiting
    assert not Entry.objects.filter(kind=EntryKind.WAIVED).exists()
    refuse(approval=asked, reason="已付", by=cast.gm, at=NOON)
    assert_books_agree(cast)


def test_cents_that_binary_fractions_miss_are_waived_and_found_by_state(cast: Cast) -> None:
    part, whole = charged(cast, "100.10"), charged(cast, "100.10")
    approve(approval=waiver(cast, part, "40.05"), by=cast.gm, at=NOON)
    approve(approval=waiver(cast, whole, "100.10"), by=cast.gm, at=NOON)
    assert list(Bill.objects.in_state(BillState.UNPAID)) == [part]
    assert list(Bill.objects.in_state(BillState.WAIVED)) == [whole]
    for state in (BillState.PAID, BillState.PART, BillState.VOID):
        assert not Bill.objects.in_state(state).exists()
    whole.refresh_from_db()
    assert whole.state == BillState.WAIVED.value
    part.refresh_from_db()
    paid(cast, part)
    part.refresh_from_db()
    assert part.state == BillState.PAID.value
    assert_books_agree(cast)


def test_making_a_bill_void_takes_its_waiver_back_with_it(cast: Cast) -> None:
    bill = charged(cast)
    approve(approval=waiver(cast, bill), by=cast.gm, at=NOON)
    void(bill=bill, reason="开错了", by=cast.cashier, at=NOON)
    bill.refresh_from_db()
    assert (bill.state, bill.waived) == (BillState.VOID.value, yuan(0))
    assert on(Book.WAIVED, cast) == on(Book.RECEIVABLE, cast) == on(Book.OTHER, cast) == 0
    assert [row.owed for row in bill_page(bill).booked][-1] == 0
    assert_books_agree(cast)


def test_a_receipt_whose_day_is_over_stands_until_a_second_person_approves(cast: Cast) -> None:
    bill = charged(cast)
    receipt = paid(cast, bill, amount=130)
    asked = reverse_or_ask(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON + DAY)
    assert isinstance(asked, Approval)
    receipt.refresh_from_db()
    assert receipt.reversed_at is None
    with pytest.raises(NotNow):
        reverse_or_ask(receipt=receipt, reason="再来", by=cast.cashier, at=NOON + DAY)
    approve(approval=asked, by=cast.supervisor, at=NOON + 2 * DAY)
    receipt.refresh_from_db()
    bill.refresh_from_db()
    assert (receipt.reversed_by, receipt.reversed_reason) == (cast.supervisor, "刷错卡")
    assert receipt.reversed_entry is not None
    assert receipt.reversed_entry.day == (NOON + 2 * DAY).date()
    assert (bill.outstanding, in_advance(cast.units[HOME])) == (yuan(100), yuan(0))
    assert_books_agree(cast)


def test_credit_that_binary_fractions_miss_is_taken_back_to_nothing(cast: Cast) -> None:
    first, second = paid(cast, amount="10.10"), paid(cast, amount="20.20")
    for receipt in (second, first):
        reverse_or_ask(receipt=receipt, reason="错", by=cast.cashier, at=NOON)
    assert in_advance(cast.units[HOME]) == yuan(0)
    assert_books_agree(cast)


def test_no_refund_leaves_a_till_that_was_counted(cast: Cast) -> None:
    paid(cast, amount=50)
    asked = refunding(cast)
    close_day(
        project=cast.project,
        day=NOON.date(),
        counts={"cash": Count(counted=yuan(50))},
        handed_to="财务",
        by=cast.cashier,
        at=NOON,
    )
    with pytest.raises(NotNow):
        approve(approval=asked, by=cast.supervisor, at=NOON)
    approve(approval=asked, by=cast.supervisor, at=NOON + DAY)
    assert recorded(cast.project, cast.cashier.pk, (NOON + DAY).date()) == {"cash": yuan(-30)}
    assert_books_agree(cast)


def test_a_late_reversal_leaves_the_till_of_whoever_asked(cast: Cast) -> None:
    receipt = paid(cast, charged(cast))
    asked = reverse_or_ask(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON + DAY)
    assert isinstance(asked, Approval)
    approve(approval=asked, by=cast.gm, at=NOON + DAY)
    assert recorded(cast.project, cast.cashier.pk, (NOON + DAY).date()) == {"cash": yuan(-100)}
    assert recorded(cast.project, cast.gm.pk, (NOON + DAY).date()) == {}


def test_a_late_reversal_whose_credit_was_used_meanwhile_is_not_carried_out(cast: Cast) -> None:
    receipt = paid(cast, amount=50)
    asked = reverse_or_ask(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON + DAY)
    assert isinstance(asked, Approval)
    approve(approval=refunding(cast), by=cast.gm, at=NOON + DAY)
    with pytest.raises(NotNow) as refusal:
        approve(approval=asked, by=cast.gm, at=NOON + DAY)
    assert refusal.value.code == "credit_used"
    assert not Receipt.objects.exclude(reversed_at=None).exists()
    assert_books_agree(cast)


def test_a_refund_leaves_the_credit_when_a_second_person_approves(cast: Cast) -> None:
    paid(cast, amount=50)
    asked = refunding(cast, method="wechat")
    assert in_advance(cast.units[HOME]) == yuan(50)
    with pytest.raises(NotNow):
        refunding(cast, 10)
    approve(approval=asked, by=cast.gm, at=NOON)
    made = Refund.objects.get()
    assert (made.number, made.amount, made.payee) == ("TK-20261123-0001", yuan(30), "张小明")
    assert (made.asked_by, made.by, made.method) == (cast.cashier, cast.gm, "wechat")
    assert (in_advance(cast.units[HOME]), on(Book.CREDIT, cast)) == (yuan(20), yuan(20))
    assert (on(Book.CASH, cast), on(Book.WECHAT, cast)) == (yuan(50), yuan(-30))
    assert_books_agree(cast)


def test_a_refund_of_more_than_there_is_or_is_left_gives_nothing_back(cast: Cast) -> None:
    with pytest.raises(NotNow):
        refunding(cast)
    paid(cast, amount=30)
    wrong = [({"amount": "30.01"}, "amount"), ({"method": "shells"}, "method"), ({"payee": " "}, "payee")]
    for given, field in wrong:
        with pytest.raises(Invalid) as refusal:
            refunding(cast, **given)
        assert set(refusal.value.fields) == {field}
    receipt = Receipt.objects.get()
    asked = refunding(cast)
    reverse_or_ask(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON)
    with pytest.raises(NotNow):
        approve(approval=asked, by=cast.gm, at=NOON)
    assert not Refund.objects.exists()
    assert_books_agree(cast)


@poppler
def test_the_voucher_is_made_once_to_be_signed_and_the_refund_is_never_rewritten(cast: Cast) -> None:
    paid(cast, amount=50)
    approve(approval=refunding(cast), by=cast.gm, at=NOON)
    made = Refund.objects.get()
    url = "https://desk.example.com/refunds/TK/"
    first = print_refund(refund=made, url=url, fonts=FONTS, by=cast.cashier, at=NOON)
    assert print_refund(refund=made, url=url, fonts=FONTS, by=cast.cashier, at=NOON + DAY).file == first.file
    said = words_on(first.file.file.read())
    for words in ("退款单", made.number, HOME, "张小明", "现金", "30.00", "叁拾元整", "搬走", "收款人签字"):
        assert words in said, words
    with pytest.raises(NotAllowed):
        print_refund(refund=made, url=url, fonts=FONTS, by=cast.frontdesk, at=NOON)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_refund SET amount = 1")


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_bills_page_says_how_it_was_reckoned_and_what_was_booked(cast: Cast, signed_in: SignIn) -> None:
    bill = charged(cast)
    receipt = paid(cast, bill, amount=10)
    approve(approval=waiver(cast, bill), by=cast.gm, at=NOON)
    waiver(cast, bill, 5)
    page = signed_in(cast.frontdesk).get(f"/bills/{bill.number}/").content.decode()
    for words in ("换灯", receipt.number, money(50), money(40), "漏水未修", "张小明", "减免待审批"):
        assert words in page, words
    assert f"/bills/{bill.number}/void/" not in page
    assert f"/bills/{bill.number}/waive/" not in page
    till = signed_in(cast.cashier).get(f"/till/demo/{HOME}/").content.decode()
    assert f"/bills/{bill.number}/" in till
    assert f"/bills/{bill.number}/" in signed_in(cast.cashier).get(f"/receipts/{receipt.number}/").content.decode()
    assert signed_in(cast.resident2).get(f"/bills/{bill.number}/").status_code == 404


def test_a_bill_is_made_void_on_its_page_and_a_mistake_keeps_what_was_typed(cast: Cast, signed_in: SignIn) -> None:
    bill, client = charged(cast), signed_in(cast.cashier)
    wrong = client.post(f"/bills/{bill.number}/waive/", {"amount": "500", "reason": "漏水"})
    assert wrong.status_code == 400
    for words in ('value="500"', "漏水", "最多"):
        assert words in wrong.content.decode(), words
    assert client.post(f"/bills/{bill.number}/void/", {"reason": ""}).status_code == 422
    done = client.post(f"/bills/{bill.number}/void/", {"reason": "开错了", "idempotency_key": "v"})
    again = client.post(f"/bills/{bill.number}/void/", {"reason": "开错了", "idempotency_key": "v"})
    assert done.headers["Location"] == again.headers["Location"] == f"/bills/{bill.number}/"
    page = client.get(f"/bills/{bill.number}/").content.decode()
    assert "开错了" in page
    assert "已作废" in page
    assert_books_agree(cast)


def test_a_waiver_and_a_late_reversal_say_on_the_page_that_they_wait(cast: Cast, signed_in: SignIn, noon: Any) -> None:
    bill, receipt, client = charged(cast), paid(cast, charged(cast)), signed_in(cast.cashier)
    client.post(f"/bills/{bill.number}/waive/", {"amount": "40", "reason": "漏水"})
    assert "未经第二人批准" in client.get(f"/bills/{bill.number}/").content.decode()
    noon.move_to(NOON + DAY)
    client = signed_in(cast.cashier)
    assert "提交审批" in client.get(f"/receipts/{receipt.number}/").content.decode()
    client.post(f"/receipts/{receipt.number}/reverse/", {"reason": "刷错卡"})
    page = client.get(f"/receipts/{receipt.number}/").content.decode()
    assert "冲正待审批" in page
    assert "冲正这张收据" not in page
    waiting = signed_in(cast.gm).get("/approvals/").content.decode()
    for address in (f"/receipts/{receipt.number}/", f"/bills/{bill.number}/"):
        assert address in waiting


def test_a_refund_is_asked_for_from_the_till_and_its_voucher_printed(cast: Cast, signed_in: SignIn) -> None:
    paid(cast, amount=50)
    client, address = signed_in(cast.cashier), f"/refunds/new/demo/{HOME}/"
    assert address in client.get(f"/till/demo/{HOME}/").content.decode()
    assert 'value="50.00"' in client.get(address).content.decode()
    given = {"amount": "30", "method": "cash", "payee": "张小明", "reason": "搬走"}
    assert client.post(address, given | {"payee": ""}).status_code == 422
    assert client.post(address, given | {"amount": "60"}).status_code == 400
    assert client.post(address, given).headers["Location"] == "/refunds/"
    late = client.post(address, given | {"reason": "换房", "payee": ""})
    assert late.status_code == 422
    assert "换房" in late.content.decode(), "somebody asked a moment before: what was typed stays"
    assert "搬走" in client.get("/refunds/").content.decode()
    approve(approval=Approval.objects.get(), by=cast.gm, at=NOON)
    number = Refund.objects.get().number
    assert f"/refunds/{number}/" in client.get("/refunds/").content.decode()
    assert "张小明" in client.get(f"/refunds/{number}/").content.decode()
    assert client.post(f"/refunds/{number}/print/").headers["Location"] == f"/refunds/{number}/paper/"
    assert client.get(f"/refunds/{number}/paper/")["Content-Type"] == "application/pdf"
    assert f"/refunds/{number}/" in signed_in(cast.gm).get("/approvals/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_cost_the_same_for_any_number_of_rows(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    bill = charged(cast)
    for _ in range(rows):
        paid(cast, bill, amount=10)
        bill.refresh_from_db()
        paid(cast, amount=5)
        approve(approval=refunding(cast, 5), by=cast.gm, at=NOON)
    client = signed_in(cast.cashier)
    client.get("/refunds/")
    with django_assert_num_queries(5):
        client.get("/refunds/")
    with django_assert_num_queries(11):
        page = client.get(f"/bills/{bill.number}/").content.decode()
    assert "1.000000" not in page, "a quantity has the figures that it needs"
    with django_assert_num_queries(3):
        assert len(client.get("/api/v1/refunds/").json()["results"]) == rows


# --- API --------------------------------------------------------------------------------------------------------------


def test_the_api_answers_with_the_approval_that_waits(cast: Cast, api: Callable[[User], Any]) -> None:
    bill, client = charged(cast), api(cast.cashier)
    paid(cast, amount=50)
    waive = f"/api/v1/bills/{bill.number}/waive/"
    body = {"amount": "40.00", "reason": "漏水"}
    first = client.post(waive, body, format="json", headers={"Idempotency-Key": "w"})
    again = client.post(waive, body, format="json", headers={"Idempotency-Key": "w"})
    assert (first.status_code, first.json()["kind"], first.json()["state"]) == (202, "bill.waive", "waiting")
    assert (again.status_code, again.json()) == (202, first.json())
    assert client.post(waive, body, format="json").status_code == 409
    named = {"project": "demo", "unit": HOME, "amount": "30.00", "method": "cash", "payee": "张", "reason": "搬走"}
    assert client.post("/api/v1/refunds/", named, format="json").status_code == 202
    for wrong in ({"amount": "0"}, {"method": "shells"}, {"unit": "7-7-777"}, {"payee": ""}):
        answer = client.post("/api/v1/refunds/", named | wrong, format="json")
        assert (answer.status_code, set(answer.json()["fields"])) == (400, set(wrong))
    assert api(cast.frontdesk).post("/api/v1/refunds/", named, format="json").status_code == 403
    for asked in Approval.objects.all():
        assert api(cast.gm).post(f"/api/v1/approvals/{asked.pk}/approve/").status_code == 200
    told = client.get("/api/v1/refunds/").json()["results"][0]
    assert (told["amount"], told["asked_by"], told["by"]) == ("30.00", "cashier", "gm")
    shown = client.get(f"/api/v1/bills/{bill.number}/").json()
    assert (shown["outstanding"], shown["waived"]) == ("60.00", "40.00")
    gone = client.post(f"/api/v1/bills/{bill.number}/void/", {"reason": "开错了"}, format="json")
    assert (gone.status_code, gone.json()["state"]) == (200, "void")
    assert_books_agree(cast)
