"""A resident's bills: chosen, paid in the sandbox, and the receipt; a neighbour sees nothing of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import Bill, OnlineOrder, Payment, Receipt
from servicedesk.templatetags.desk import money
from tests.billing.money import HOME, NEXT_DOOR, charged, paid, yuan
from tests.cast import NOON, Cast

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-3"), pytest.mark.django_db]
BILLS = "/home/bills/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def pay(client: Client, *bills: Bill, **more: Any) -> Any:
    return client.post("/home/bills/pay/", {"bills": [bill.number for bill in bills], **more})


def test_what_ones_home_owes_is_ticked_and_nothing_of_the_neighbours(cast: Cast, signed_in: SignIn) -> None:
    own, late, other = charged(cast, 60), charged(cast, 7, due_on=NOON.date() - timedelta(days=3)), charged(cast, 9)
    paid(cast, other)
    next_door = charged(cast, 13, home=NEXT_DOOR)
    page = signed_in(cast.resident).get(BILLS).content.decode()
    for words in (own.number, late.number, money(67), "till-late", "/home/tariffs/", Receipt.objects.get().number):
        assert words in page, words
    assert page.count("checked") == 2
    assert next_door.number not in page
    assert other.number not in page


def test_from_the_bill_over_the_sandbox_to_the_receipt(cast: Cast, signed_in: SignIn) -> None:
    chosen, left = charged(cast, 60), charged(cast, 40)
    client = signed_in(cast.resident)
    to = pay(client, chosen).headers["Location"]
    order = OnlineOrder.objects.get()
    assert (to, order.amount) == (f"/sandbox/{order.number}/", yuan(60))
    assert order.number in client.get(BILLS).content.decode()
    page = client.get(to).content.decode()
    assert "沙箱" in page
    assert money(60) in page
    back = client.post(to, {"outcome": "paid"}).headers["Location"]
    receipt = Receipt.objects.get()
    shown = client.get(back).content.decode()
    assert f"/home/receipts/{receipt.number}/" in shown
    paper = client.get(f"/home/receipts/{receipt.number}/").content.decode()
    for words in (receipt.number, money(60), f"/r/{receipt.token}/", "张小明"):
        assert words in paper, words
    assert [bill.outstanding for bill in Bill.objects.order_by("pk")] == [0, 40]
    assert left.number in client.get(BILLS).content.decode()


def test_a_payment_that_fails_says_so_and_pressed_twice_it_is_one(cast: Cast, signed_in: SignIn) -> None:
    bill, client = charged(cast, 60), signed_in(cast.resident)
    to = {pay(client, bill, idempotency_key="k").headers["Location"] for _ in range(2)}
    assert len(to) == OnlineOrder.objects.count() == 1
    back = client.post(to.pop(), {"outcome": "failed"}).headers["Location"]
    assert "支付未成功" in client.get(back).content.decode()
    again = pay(client, bill).headers["Location"]
    assert {client.post(again, {"outcome": "paid", "idempotency_key": "p"}).status_code for _ in range(2)} == {302}
    assert Payment.objects.count() == 1


def test_one_pays_for_ones_own_home_and_what_is_still_owed(cast: Cast, signed_in: SignIn) -> None:
    own, other = charged(cast, 60), charged(cast, 60, home=NEXT_DOOR)
    paid(cast, own)
    client = signed_in(cast.resident)
    for bills in ([own], [other], []):
        assert pay(client, *bills).status_code in {400, 409}
    assert not OnlineOrder.objects.exists()
    assert pay(signed_in(cast.cashier), own).status_code == 404


def test_an_order_and_a_receipt_are_their_households(cast: Cast, signed_in: SignIn) -> None:
    bill, client = charged(cast, 60), signed_in(cast.resident)
    pay(client, bill)
    order, receipt = OnlineOrder.objects.get(), paid(cast, bill)
    for user, status in ((cast.resident, 200), (cast.resident2, 404), (cast.cashier, 404)):
        for path in (f"/home/orders/{order.number}/", f"/home/receipts/{receipt.number}/", f"/sandbox/{order.number}/"):
            assert signed_in(user).get(path).status_code == status, (user, path)


def test_an_expired_order_is_paid_no_more(cast: Cast, signed_in: SignIn, noon: Any) -> None:
    client = signed_in(cast.resident)
    pay(client, charged(cast, 60))
    noon.shift(timedelta(minutes=31))
    page = client.get(f"/home/orders/{OnlineOrder.objects.get().number}/").content.decode()
    assert "订单已过期" in page
    assert "/sandbox/" not in page
    assert "待支付" not in page, "its state says so too, before the work of the minute has written it down"


def test_without_a_provider_one_is_asked_to_come_by(cast: Cast, signed_in: SignIn, settings: Any) -> None:
    settings.ONLINE_PROVIDER = ""
    charged(cast, 60)
    page = signed_in(cast.resident).get(BILLS).content.decode()
    assert "暂未开通线上支付" in page
    assert "去支付" not in page


def test_a_staff_page_of_a_receipt_paid_online_names_no_cashier(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.resident)
    client.post(pay(client, charged(cast, 60)).headers["Location"], {"outcome": "paid"})
    receipt = Receipt.objects.get()
    for path in (f"/receipts/{receipt.number}/", "/receipts/"):
        page = signed_in(cast.supervisor).get(path).content.decode()
        assert receipt.number in page
        assert "线上支付" in page
        assert "None" not in page
    assert signed_in(cast.supervisor).post(f"/receipts/{receipt.number}/print/").status_code == 302


def test_the_page_asks_as_often_for_three_rows_as_for_one(cast: Cast, signed_in: SignIn) -> None:
    def asked() -> int:
        paid(cast, charged(cast, 5))
        pay(client, charged(cast, 60))
        client.get(BILLS)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(BILLS)
        return len(queries)

    client = signed_in(cast.resident)
    first = asked()
    asked()
    assert asked() == first
    assert Bill.objects.filter(unit=cast.units[HOME]).open().count() == 3
