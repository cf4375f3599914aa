"""Statements agree with the ledger; receipts are found by what people know of them; a household reads what it owes."""

import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import escape
from openpyxl import load_workbook

from accounts.models import User
from billing.actions.charging import standing_item
from billing.actions.deposits import take_deposit
from billing.actions.refunding import ask_for_refund
from billing.actions.reversing import reverse_receipt
from billing.actions.voiding import void
from billing.models import Refund
from billing.queries.account import account_of
from billing.queries.ledger import balance
from billing.queries.statements import statement_of
from billing.rules.statements import Asked
from billing.states import Book, Spell
from records.approvals import approve
from records.models import AuditEntry
from servicedesk.templatetags.desk import money
from tests.billing.doors import collected
from tests.billing.money import HOME, NEXT_DOOR, charged, credit_used, paid, yuan
from tests.cast import NOON, Cast
from tests.tickets.pages import queries_for

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-8"), pytest.mark.django_db]
DAY, TODAY = timedelta(days=1), NOON.date()


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def a_busy_day(cast: Cast) -> None:
    """Owed from before, part paid; one reversed, one void; money in advance, some of it used; a deposit."""
    old = charged(cast, 100, at=NOON - 40 * DAY)
    paid(cast, old, amount=40)
    water = standing_item(cast.project, "水费", Book.ON_BEHALF)
    paid(cast, charged(cast, 60, item=water), method="wechat")
    reverse_receipt(receipt=paid(cast, charged(cast, 30)), reason="错", by=cast.cashier, at=NOON)
    void(bill=charged(cast, 7), reason="重复", by=cast.cashier, at=NOON)
    paid(cast, amount=50, home=NEXT_DOOR)
    charged(cast, 20, home=NEXT_DOOR)
    credit_used(cast, NEXT_DOOR)
    unit = cast.units[HOME]
    given: dict[str, Any] = {"purpose": "装修押金", "method": "cash", "by": cast.cashier, "at": NOON}
    take_deposit(project=cast.project, unit=unit, amount=yuan(500), **given)


def test_what_came_in_and_what_is_owed_by_charge_item(cast: Cast) -> None:
    a_busy_day(cast)
    found = statement_of(cast.project, Asked(Spell.DAY, TODAY))
    income = {row.name: dict(row.by_method) for row in found.income}
    assert income == {
        "有偿维修费": {"cash": yuan(40)},
        "水费": {"wechat": yuan(60)},
        "预收账款": {"cash": yuan(50)},
        "押金": {"cash": yuan(500)},
    }
    assert found.income_sums[1] == 650
    repair = next(row for row in found.owing if row.name == "有偿维修费")
    assert [repair.before, *repair.cells, repair.after] == [100, 57, 7, 40, 20, 0, 90]
    assert found.owing_sum.after == balance(Book.RECEIVABLE, cast.project)


def test_a_month_begins_with_what_was_owed_before(cast: Cast) -> None:
    a_busy_day(cast)
    october = statement_of(cast.project, Asked(Spell.MONTH, date(2026, 10, 14)))
    november = statement_of(cast.project, Asked(Spell.MONTH, TODAY))
    assert not october.income
    assert [october.owing_sum.after, november.owing_sum.before] == [yuan(100), yuan(100)]
    assert Asked(Spell.MONTH, date(2026, 1, 31)).before == Asked(Spell.MONTH, date(2025, 12, 31))


def test_the_page_and_its_files_on_record_in_a_constant_number_of_statements(cast: Cast, signed_in: SignIn) -> None:
    paid(cast, charged(cast))
    client = signed_in(cast.gm)
    asked = queries_for(client, "/statements/?spell=month")
    a_busy_day(cast)
    assert queries_for(client, "/statements/?spell=month") == asked
    book = client.get("/statements/export/xlsx/?spell=day&on=2026-11-23")
    sheets = load_workbook(io.BytesIO(book.content)).worksheets
    assert [cell.value for cell in list(sheets[0].rows)[-1]][-1] == 750
    paper = client.get("/statements/export/pdf/?spell=month&on=2026-11-23")
    assert paper.content.startswith(b"%PDF")
    entries = AuditEntry.objects.filter(action="statement.exported").order_by("pk")
    assert [(one.data["format"], one.data["filter"]["on"]) for one in entries] == [
        ("xlsx", "2026-11-23"),
        ("pdf", "2026-11"),
    ]
    assert client.get("/statements/export/exe/").status_code == 404
    assert signed_in(cast.frontdesk).get("/statements/").status_code == 403


def test_the_button_closes_a_month_without_money_and_says_why_not_else(cast: Cast, signed_in: SignIn) -> None:
    paid(cast, charged(cast, at=NOON - 40 * DAY), at=NOON - 40 * DAY)
    client = signed_in(cast.gm)
    assert client.post("/statements/close-month/", {"month": "2026-10-01"}).status_code == 409
    assert client.post("/statements/close-month/", {"month": "x"}).status_code == 409
    assert client.post("/statements/close-month/", {"month": "2026-09-01"}).status_code == 302
    assert signed_in(cast.cashier).post("/statements/close-month/", {"month": "2026-09-01"}).status_code == 403


def test_a_month_is_closed_over_cash_from_the_door_only_with_a_word_and_it_is_on_record(
    cast: Cast, signed_in: SignIn
) -> None:
    october = NOON - 40 * DAY
    collected(cast, charged(cast, "61.92", at=october - DAY), at=october)
    client = signed_in(cast.gm)
    page = client.get("/statements/?spell=month&on=2026-10-01").content.decode()
    for words in (str(cast.frontdesk), money("61.92"), "2026-10-14"):
        assert words in page.split("data-under-way")[1], words
    refused = client.post("/statements/close-month/", {"month": "2026-10-01", "despite": " "})
    assert refused.status_code == 409
    assert "61.92" in refused.content.decode()
    given = {"month": "2026-10-01", "despite": "收款人休假，11 月交回"}
    assert client.post("/statements/close-month/", given).status_code == 302
    entry = AuditEntry.objects.get(action="month.closed")
    assert entry.reason == "收款人休假，11 月交回"
    assert entry.data == {
        "under_way": [{"collector": cast.frontdesk.username, "amount": "61.92", "since": "2026-10-14"}]
    }


def test_a_household_reads_its_bills_payments_and_balance(cast: Cast, signed_in: SignIn) -> None:
    a_busy_day(cast)
    home = account_of(cast.households[HOME], TODAY, TODAY)
    shown = [home.before, home.charged, home.settled, home.owed, home.advance]
    assert shown == [yuan(amount) for amount in (100, 90, 100, 90, 0)]
    assert home.deposits[0].held == 500
    door = account_of(cast.households[NEXT_DOOR], TODAY, TODAY)
    assert [(line.charged, line.settled, line.owed, line.advance) for line in door.lines] == [
        tuple(map(yuan, row)) for row in ((0, 0, 0, 50), (20, 0, 20, 50), (0, 20, 0, 30))
    ]
    assert [line.moved for line in door.lines] == [yuan(50), yuan(0), yuan(-20)]
    page = f"/households/{cast.households[HOME].pk}/statement/"
    client = signed_in(cast.frontdesk)
    assert "张小明" in client.get(page).content.decode()
    assert client.get(page, {"since": "2026-12-01", "until": "2026-11-01"}).status_code == 422
    assert client.post(f"{page}paper/?since=2026-11-01&until=2026-11-23").content.startswith(b"%PDF")
    assert AuditEntry.objects.get(action="account.printed").by == cast.frontdesk
    assert signed_in(cast.resident).get(page).status_code == 403
    assert signed_in(cast.frontdesk2).get(page).status_code == 404


def test_what_is_paid_in_advance_and_given_back_has_its_amount_its_name_and_its_number(
    cast: Cast, signed_in: SignIn
) -> None:
    unit = cast.units[HOME]
    receipt = paid(cast, amount=50)
    given: dict[str, Any] = {
        "household": cast.households[HOME].pk,
        "method": "cash",
        "payee": "张小明",
        "reason": "搬走",
    }
    asked = ask_for_refund(unit=unit, amount=yuan(20), by=cast.cashier, at=NOON, **given)
    approve(approval=asked, by=cast.supervisor, at=NOON)
    account = account_of(cast.households[HOME], TODAY, TODAY)
    refund = Refund.objects.get()
    assert [(line.words, line.number, line.moved, line.advance) for line in account.lines] == [
        ("预存款", receipt.number, yuan(50), yuan(50)),
        ("预存款", refund.number, yuan(-20), yuan(30)),
    ]
    page = signed_in(cast.frontdesk).get(f"/households/{cast.households[HOME].pk}/statement/").content.decode()
    for words in (money(50), money(-20), receipt.number, refund.number):
        assert words in page, words


def test_the_workbook_of_a_household_says_what_its_page_says_and_is_on_record(cast: Cast, signed_in: SignIn) -> None:
    a_busy_day(cast)
    household = cast.households[NEXT_DOOR]
    page = f"/households/{household.pk}/statement/"
    client = signed_in(cast.frontdesk)
    span = "since=2026-11-01&until=2026-11-23"
    assert f'action="{page}sheet/?{escape(span)}"' in client.get(f"{page}?{span}").content.decode()
    taken = client.post(f"{page}sheet/?{span}")
    assert taken["Content-Type"].endswith("sheet")
    rows = [list(row) for row in load_workbook(io.BytesIO(taken.content)).worksheets[0].iter_rows(values_only=True)]
    account = account_of(household, date(2026, 11, 1), TODAY)
    lines = [row for row in rows if row[2] in {line.number for line in account.lines}]
    assert [tuple(yuan(cell) for cell in row[3:]) for row in lines] == [
        (line.charged, line.settled, line.moved, line.owed, line.advance) for line in account.lines
    ]
    sums = [yuan(cell) for cell in rows[-1][3:]]
    assert sums == [account.charged, account.settled, account.moved, account.owed, account.advance]
    entry = AuditEntry.objects.get(action="account.exported")
    assert (entry.by, entry.target, entry.data["count"]) == (cast.frontdesk, str(household.pk), len(account.lines))
    assert entry.data["sha256"] == hashlib.sha256(taken.content).hexdigest()
    assert signed_in(cast.frontdesk2).post(f"{page}sheet/").status_code == 404
    assert signed_in(cast.technician).post(f"{page}sheet/").status_code in (403, 404)


def test_receipts_are_found_by_room_amount_number_day_and_cashier(cast: Cast, signed_in: SignIn) -> None:
    first = paid(cast, charged(cast, "88.80"))
    second = paid(cast, charged(cast, 12, home=NEXT_DOOR), home=NEXT_DOOR, at=NOON - DAY)
    client = signed_in(cast.cashier)
    for asked, found in [
        ({"q": HOME}, {first}),
        ({"q": "88.80"}, {first}),
        ({"q": "2"}, {second}),
        ({"q": second.number.lower()}, {second}),
        ({"q": "3-2"}, {first, second}),
        ({"day": "2026-11-23"}, {first}),
        ({"cashier": str(cast.cashier.pk)}, {first, second}),
        ({"cashier": str(cast.gm.pk)}, set()),
        ({"q": "nobody"}, set()),
    ]:
        page = client.get("/receipts/", asked).content.decode()
        assert {one for one in (first, second) if f"/receipts/{one.number}/" in page} == found, asked


@pytest.mark.req("BIL-3")
def test_a_reprint_is_two_clicks_from_the_list_and_marked_there(cast: Cast, signed_in: SignIn) -> None:
    receipt = paid(cast, charged(cast))
    client = signed_in(cast.cashier)
    assert 'href="/receipts/"' in client.get("/till/").content.decode()
    for _ in range(2):
        assert client.post(f"/receipts/{receipt.number}/print/").status_code == 302
    assert "补打 ×1" in client.get("/receipts/").content.decode()
    asked = queries_for(client, "/receipts/")
    for _ in range(2):
        paid(cast, charged(cast))
    assert queries_for(client, "/receipts/") == asked
