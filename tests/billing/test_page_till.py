"""The till in the browser: find the home, all it owes is ticked, take the money, hand the receipt out, take it back."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from billing.models import Bill, Payment, Receipt, ReceiptPrint
from estate.actions import reindex_register
from servicedesk.templatetags.desk import money
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, charged, in_advance, paid, yuan
from tests.billing.test_crediting import sold
from tests.cast import NOON, Cast

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-3"), pytest.mark.django_db]
TILL = f"/till/demo/{HOME}/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def form(*bills: Bill, received: str, **more: Any) -> dict[str, Any]:
    return {"bills": [bill.number for bill in bills], "method": "cash", "received": received, **more}


def test_the_cashiers_first_page_is_the_till_and_a_room_opens_at_once(cast: Cast, signed_in: SignIn) -> None:
    reindex_register(project=cast.project)
    client = signed_in(cast.cashier)
    assert client.get("/").headers["Location"] == "/till/"
    assert client.get("/till/", {"q": HOME}).headers["Location"] == TILL
    assert client.get("/till/", {"q": "1234"}).headers["Location"] == TILL, "the last digits of one phone"
    both = client.get("/till/", {"q": "3-2-15"}).content.decode()
    assert TILL in both
    assert f"/till/demo/{NEXT_DOOR}/" in both
    assert "没有找到" in client.get("/till/", {"q": "zzzz"}).content.decode()


def test_everything_owed_is_ticked_with_its_sum_and_whose_name_goes_on_the_receipt(
    cast: Cast, signed_in: SignIn
) -> None:
    late = charged(cast, "100.50", due_on=NOON.date() - timedelta(days=3))
    part = charged(cast, 60)
    paid(cast, part, amount=10)
    charged(cast, 7, home=NEXT_DOOR)
    page = signed_in(cast.cashier).get(TILL).content.decode()
    for bill in (late, part):
        assert f'value="{bill.number}"' in page
    assert page.count("checked") == 3  # both bills, and cash
    for words in (money("150.50"), money(60), "till-late", "张小明", "收款并打印"):
        assert words in page, words
    assert money(7) not in page


def test_cash_gets_change_and_the_receipts_page_says_how_much(cast: Cast, signed_in: SignIn) -> None:
    bill = charged(cast, "88.80")
    client = signed_in(cast.cashier)
    answer = client.post(TILL, form(bill, received="100"))
    receipt = Receipt.objects.select_related("payment").get()
    assert answer.headers["Location"] == f"/receipts/{receipt.number}/?taken=1&change=11.20"
    assert (receipt.payment.amount, receipt.payment.method) == (yuan("88.80"), "cash")
    shown = client.get(answer.headers["Location"]).content.decode()
    for words in (receipt.number, money("11.20"), money("88.80"), "打印收据", "已收款"):
        assert words in shown, words
    assert in_advance(cast.units[HOME]) == 0


def test_some_months_a_part_and_more_than_is_owed(cast: Cast, signed_in: SignIn) -> None:
    first, second = charged(cast, 60), charged(cast, 40)
    client = signed_in(cast.cashier)
    client.post(TILL, form(first, received="60", method="wechat", reference="42000"))
    client.post(TILL, form(second, received="15", method="card"))
    client.post(TILL, form(second, received="30", method="alipay", keep_rest="on", payer="李叔"))
    client.post(TILL, form(received="50", keep_rest="on"))
    for bill in (first, second):
        bill.refresh_from_db()
    assert (first.state, second.state, in_advance(cast.units[HOME])) == ("paid", "paid", yuan(55))
    assert [p.payer for p in Payment.objects.order_by("pk")] == ["张小明", "张小明", "李叔", "张小明"]
    assert_books_agree(cast)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"received": ""}, "必"),
        ({"received": "-5"}, "0.01"),
        ({"received": "many"}, "数"),
        ({"method": "shells"}, "shells"),
        ({"method": "online"}, "online"),
        ({"method": "wechat"}, "只有现金可以找零"),
        ({"bills": []}, "请勾选存为预存款"),
        ({"bills": ["ZD-20261123-9999"]}, "不属于这个项目"),
    ],
)
def test_a_mistake_keeps_what_was_typed_and_takes_no_money(
    cast: Cast, signed_in: SignIn, wrong: dict[str, Any], said: str
) -> None:
    bill, unticked = charged(cast, 60), charged(cast, 5)
    given = form(bill, received="75.55", payer="李叔叔") | wrong
    answer = signed_in(cast.cashier).post(TILL, given)
    page = answer.content.decode()
    assert answer.status_code in (400, 422)
    assert said in page
    assert not Payment.objects.exists()
    if "bills" not in wrong:
        assert "李叔叔" in page
        assert f'value="{unticked.number}"' in page
        assert page.count('data-owed="60.00" checked') == 1
        assert page.count('data-owed="5.00" checked') == 0


@pytest.mark.req("BIL-4")
def test_sent_twice_it_takes_money_once_and_a_stale_page_is_told_so(cast: Cast, signed_in: SignIn) -> None:
    bill = charged(cast, 60)
    client = signed_in(cast.cashier)
    given = form(bill, received="60", idempotency_key="k")
    first, second = client.post(TILL, given), client.post(TILL, given)
    assert first.headers["Location"] == second.headers["Location"]
    stale = client.post(TILL, form(bill, received="60", idempotency_key="other"))
    assert stale.status_code == 409
    assert bill.number in stale.content.decode()
    assert Payment.objects.count() == 1


@pytest.mark.req("BIL-4")
def test_a_receipt_is_printed_reprinted_and_reversed_on_its_page(cast: Cast, signed_in: SignIn) -> None:
    receipt = paid(cast, charged(cast, 60), amount=70)
    client = signed_in(cast.cashier)
    for nth in (1, 2):
        answer = client.post(f"/receipts/{receipt.number}/print/")
        assert answer.headers["Location"] == f"/receipts/{receipt.number}/prints/{nth}/"
        paper = client.get(answer.headers["Location"])
        assert (paper["Content-Type"], paper["Cache-Control"]) == ("application/pdf", "private, no-store")
        assert b"".join(paper.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    page = client.get(f"/receipts/{receipt.number}/").content.decode()
    for words in ("补打", "预存款", money(10), "冲正这张收据"):
        assert words in page, words
    assert ReceiptPrint.objects.count() == 2
    bare = client.post(f"/receipts/{receipt.number}/reverse/", {"reason": " "})
    assert bare.status_code == 422
    done = client.post(f"/receipts/{receipt.number}/reverse/", {"reason": "刷错卡"})
    assert done.headers["Location"] == f"/receipts/{receipt.number}/"
    page = client.get(done.headers["Location"]).content.decode()
    assert "刷错卡" in page
    assert "冲正这张收据" not in page
    assert_books_agree(cast)


@pytest.mark.parametrize("who", ["frontdesk", "supervisor", "gm", "technician", "guard", "admin"])
def test_others_have_no_till(cast: Cast, signed_in: SignIn, who: str) -> None:
    bill = charged(cast, 60)
    client = signed_in(cast.users[who])
    assert client.get("/till/").status_code == 403
    assert client.get(TILL).status_code in (403, 404)
    assert client.post(TILL, form(bill, received="60")).status_code in (403, 404)
    assert not Payment.objects.exists()


def test_the_code_on_the_paper_tells_whether_the_receipt_stands_and_nothing_more(cast: Cast, signed_in: SignIn) -> None:
    receipt = paid(cast, charged(cast, 60), payer="张小明")
    page = Client().get(f"/r/{receipt.token}/").content.decode()
    for words in (receipt.number, money(60), "真实有效"):
        assert words in page, words
    for words in (HOME, "张小明", "Cashier", "换灯", "示范小区"):
        assert words not in page, words
    signed_in(cast.cashier).post(f"/receipts/{receipt.number}/reverse/", {"reason": "刷错卡"})
    assert "已经冲正" in Client().get(f"/r/{receipt.token}/").content.decode()
    assert Client().get(f"/r/{'A' * 22}/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_till_and_a_receipt_cost_the_same_for_any_number_of_bills(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    receipt = paid(cast, *(charged(cast) for _ in range(rows)))
    for _ in range(rows):
        charged(cast)
    client = signed_in(cast.cashier)
    client.get(TILL)
    with django_assert_num_queries(8):
        client.get(TILL)
    with django_assert_num_queries(9):
        client.get(f"/receipts/{receipt.number}/")


def test_what_was_paid_in_advance_settles_what_is_owed_once_however_often_it_is_sent(
    cast: Cast, signed_in: SignIn
) -> None:
    paid(cast, amount=45)
    bill = charged(cast, 30)
    client = signed_in(cast.cashier)
    page = client.get(TILL).content.decode()
    assert "till-credit" in page
    household = bill.household_id
    sent = {"household": str(household), "idempotency_key": "twice"}
    for _ in range(2):
        answer = client.post(f"/till-credit/demo/{HOME}/", sent)
        assert (answer.status_code, answer["Location"]) == (302, f"{TILL}?household={household}")
    bill.refresh_from_db()
    assert (bill.state, in_advance(cast.units[HOME])) == ("paid", yuan(15))
    assert "till-credit" not in client.get(TILL).content.decode(), "nothing is left to settle"
    again = client.post(f"/till-credit/demo/{HOME}/", {"household": str(household)}, follow=True)
    assert again.status_code == 409


def test_two_households_are_named_at_the_till_and_each_paid_for_alone(cast: Cast, signed_in: SignIn) -> None:
    old = charged(cast, 60)
    seller, _buyer = sold(cast.units[HOME])
    new = charged(cast, 40)
    client = signed_in(cast.cashier)
    page = client.get(TILL).content.decode()
    assert new.number in page
    assert old.number not in page
    assert f"household={seller.pk}" in page
    page = client.get(f"{TILL}?household={seller.pk}").content.decode()
    assert old.number in page
    assert new.number not in page
    sent = {"bills": [old.number, new.number], "method": "cash", "received": "100", "household": str(seller.pk)}
    answer = client.post(TILL, sent)
    assert answer.status_code == 400
    assert old.number in answer.content.decode(), "the page stays with the household that was looked at"
    sent["bills"] = [old.number]
    assert client.post(TILL, {**sent, "received": "60"}).status_code == 302
