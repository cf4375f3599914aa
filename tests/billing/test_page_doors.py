"""The pages of collecting at the door: the list, the appointment, the collector's phone, the counting."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from billing.actions.doors import miss
from billing.models import DoorVisit, HandIn, Payment, PreparedReceipt
from tests.billing.doors import HOUR, SAID, asked, carried, collected, confirmed, handed
from tests.billing.money import HOME, NEXT_DOOR, charged, paid, yuan
from tests.cast import NOON, Cast
from tests.tickets.pages import queries_for

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-5"), pytest.mark.django_db]
NEW = f"/doors/new/demo/{HOME}/"
COUNT = "/doors/hand-in/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def test_from_the_wish_at_the_till_to_the_counted_cash_on_pages(cast: Cast, signed_in: SignIn) -> None:
    bill = charged(cast, 60)
    desk, cashier = signed_in(cast.frontdesk), signed_in(cast.cashier)
    assert NEW in text(cashier, f"/till/demo/{HOME}/")
    form = {"payer": "张小明", "collector": cast.frontdesk.pk, "window_start": "2026-11-23T15:00", "note": "门铃坏了"}
    refused = desk.post(NEW, form | {"window_end": "2026-11-23T14:00", "bills": [bill.number]})
    assert refused.status_code in (409, 422, 400)
    assert "门铃坏了" in refused.content.decode(), "what was typed stays"
    answers = [
        desk.post(NEW, form | {"window_end": "2026-11-23T16:00", "bills": [bill.number], "idempotency_key": "k"})
        for _ in range(2)
    ]
    visit = DoorVisit.objects.get()
    page = f"/doors/{visit.number}/"
    assert {answer.headers["Location"] for answer in answers} == {page}
    assert "138****1234" in text(desk, page)
    confirm = {
        "confirm-spoke_to": "张小明",
        "confirm-said": SAID,
        "confirm-amount": "60.00",
        "confirm-window_start": "2026-11-23T15:00",
        "confirm-window_end": "2026-11-23T16:00",
    }
    unread = desk.post(f"{page}do/confirm/", confirm)
    assert (unread.status_code, SAID in unread.content.decode()) == (422, True)
    assert desk.post(f"{page}do/confirm/", confirm | {"confirm-checked": "on"}).status_code == 302
    assert f"{page}do/prepare/" not in text(desk, page)
    assert f"{page}do/collect/" not in text(cashier, page)
    assert cashier.post(f"{page}do/prepare/").status_code == 302
    paper = PreparedReceipt.objects.get()
    assert desk.get(f"{page}papers/{paper.number}/").headers["Content-Type"] == "application/pdf"
    assert text(Client(), f"/r/{paper.token}/").count(paper.number) >= 1
    given = {"collect-method": "cash", "idempotency_key": "once"}
    assert {desk.post(f"{page}do/collect/", given).headers["Location"] for _ in range(2)} == {page}
    payment = Payment.objects.get()
    assert payment.by == cast.frontdesk
    assert visit.number in text(cashier, f"/receipts/{paper.number}/")
    _count(cashier, visit, payment)


def _count(cashier: Client, visit: DoorVisit, payment: Payment) -> None:
    collector = visit.collector_id
    assert visit.number in text(cashier, f"{COUNT}?collector={collector}")
    form = {"collector": collector, "visits": [visit.number], "counted": "58", "idempotency_key": "c"}
    unexplained = cashier.post(COUNT, form)
    assert (unexplained.status_code, 'value="58"' in unexplained.content.decode()) == (422, True)
    done = [cashier.post(COUNT, form | {"explanation": "找零少收两元"}) for _ in range(2)]
    made = HandIn.objects.get()
    assert {answer.headers["Location"] for answer in done} == {f"{COUNT}{made.number}/"}
    assert "找零少收两元" in text(cashier, f"{COUNT}{made.number}/")
    shown = text(cashier, "/dayclose/")
    assert made.number in shown
    assert "找零少收两元" in shown
    assert payment.amount == yuan(60)


def test_what_is_ticked_is_added_up_on_the_page(cast: Cast, signed_in: SignIn) -> None:
    first, second = charged(cast, 60), charged(cast, "40.50")
    desk = signed_in(cast.frontdesk)
    assert "100.50" in _total(text(desk, NEW))
    refused = desk.post(NEW, {"bills": [second.number], "payer": "张小明", "window_start": "x"})
    assert _total(refused.content.decode()).startswith("40.50"), "what was ticked stays, and its sum"
    assert first.number in refused.content.decode()


def _total(page: str) -> str:
    found = re.search(r"data-door-total[^>]*>([^<]*)<", page)
    assert found is not None
    return found.group(1)


def test_what_is_refused_is_said_on_the_page_with_what_was_typed(cast: Cast, signed_in: SignIn) -> None:
    desk = signed_in(cast.frontdesk)
    visit = carried(cast, charged(cast, 60), charged(cast, 40))
    page = f"/doors/{visit.number}/"
    paid(cast, visit.lines.earliest("pk").bill)
    assert "40.00" in text(desk, page), "what is owed now stands beside what was confirmed"
    refused = desk.post(f"{page}do/collect/", {"collect-method": "cash"})
    assert (refused.status_code, visit.lines.earliest("pk").bill.number in refused.content.decode()) == (409, True)
    unsaid = desk.post(f"{page}do/miss/", {"miss-why": "refused", "miss-reason": ""})
    assert unsaid.status_code == 400
    assert desk.post(f"{page}do/miss/", {"miss-why": "refused", "miss-reason": "等下月"}).status_code == 302
    assert "等下月" in text(desk, page)
    assert desk.post(f"{page}do/cancel/", {"cancel-reason": "晚了"}).status_code == 409
    assert desk.post(f"{page}do/steal/").status_code == 404


def test_who_is_not_of_the_projects_money_finds_nothing(cast: Cast, signed_in: SignIn) -> None:
    visit = carried(cast, charged(cast, 60))
    page, paper = f"/doors/{visit.number}/", PreparedReceipt.objects.get()
    for who, found, listed in ((cast.gm, 200, 200), (cast.technician, 404, 403), (cast.resident, 404, 403)):
        client = signed_in(who)
        assert [client.get(page).status_code, client.get("/doors/").status_code] == [found, listed]
    assert signed_in(cast.frontdesk2).get(page).status_code == 404
    assert signed_in(cast.gm).get(f"{page}papers/{paper.number}/").status_code == 403
    assert signed_in(cast.frontdesk).get(COUNT).status_code == 403
    assert signed_in(cast.gm).get(NEW).status_code == 403


def test_a_collector_does_not_count_their_own(cast: Cast, signed_in: SignIn) -> None:
    collected(cast, charged(cast, 60), collector=cast.cashier)
    cashier = signed_in(cast.cashier)
    assert "SM-20261123-0001" not in text(cashier, f"{COUNT}?collector={cast.cashier.pk}")
    refused = cashier.post(COUNT, {"collector": cast.cashier.pk, "visits": ["SM-20261123-0001"], "counted": "60"})
    assert refused.status_code == 422
    assert "SM-20261123-0001" in text(signed_in(cast.supervisor), COUNT)


def test_void_papers_are_shown_until_they_are_given_back(cast: Cast, signed_in: SignIn) -> None:
    visit = carried(cast, charged(cast, 60))
    miss(visit=visit, why="nobody", by=cast.frontdesk, at=NOON)
    cashier, number = signed_in(cast.cashier), PreparedReceipt.objects.get().number
    assert number in text(cashier, COUNT)
    assert number in text(Client(), f"/r/{PreparedReceipt.objects.get().token}/")
    form = {"collector": cast.frontdesk.pk, "papers": [number], "counted": "0"}
    to = cashier.post(COUNT, form).headers["Location"]
    assert number in text(cashier, to)
    assert number not in text(cashier, COUNT)


def test_what_is_late_has_a_badge(cast: Cast, signed_in: SignIn, noon: Any) -> None:
    collected(cast, charged(cast, 60))
    asked(cast, charged(cast, 5))
    noon.move_to(NOON + timedelta(days=3))
    assert text(signed_in(cast.cashier), "/doors/").count("due-missed") == 2
    mine = text(signed_in(cast.supervisor), "/doors/?show=mine")
    assert "SM-20261123-0001" not in mine


@pytest.mark.parametrize("address", ["/doors/", "/doors/?show=all", COUNT])
def test_the_lists_take_the_same_number_of_statements(cast: Cast, signed_in: SignIn, address: str) -> None:
    client = signed_in(cast.cashier)

    def one_more(amount: int, home: str) -> None:
        collected(cast, charged(cast, amount, home=home), home=home)
        confirmed(cast, asked(cast, charged(cast, amount, home=home), home=home))
        miss(visit=carried(cast, charged(cast, amount, home=home), home=home), why="nobody", by=cast.frontdesk, at=NOON)

    one_more(10, HOME)
    needed = queries_for(client, address)
    one_more(20, NEXT_DOOR)
    one_more(30, HOME)
    assert queries_for(client, address) == needed


def test_a_hand_in_takes_the_same_number_of_statements(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.cashier)
    collected(cast, charged(cast, 10))
    first = handed(cast, at=NOON + HOUR)
    needed = queries_for(client, f"{COUNT}{first.number}/")
    for amount in (20, 30, 40):
        collected(cast, charged(cast, amount))
    second = handed(cast, at=NOON + 2 * HOUR)
    assert queries_for(client, f"{COUNT}{second.number}/") == needed
