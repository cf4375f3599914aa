"""What was paid in advance belongs to the household that paid it, and goes back to it when what it settled is void."""

from datetime import timedelta
from typing import Any

import pytest

from billing.actions.refunding import ask_for_refund
from billing.actions.reversing import reverse_receipt
from billing.actions.voiding import void
from billing.models import Bill, Credit, Posting
from billing.queries.account import account_of
from billing.queries.owed import credit_of
from billing.queries.receipts import Sought, find_receipts
from billing.queries.till import receipt_page, till_of
from billing.states import Book
from core.errors import Invalid, NotAllowed, NotNow
from estate.models import Household, HouseholdMember, Person, Unit
from estate.states import Relation
from records.approvals import approve
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, charged, credit_used, in_advance, on, paid, yuan
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.req("BIL-3", "BIL-4"), pytest.mark.django_db]
TODAY = NOON.date()


def sold(unit: Unit, to: str = "李买家") -> tuple[Household, Household]:
    """The home changes hands today: the seller's household and the buyer's."""
    seller = Household.objects.get(unit=unit, is_owner=True, ended_on=None)
    seller.ended_on = TODAY
    seller.save()
    buyer = Household.objects.create(project=unit.project, unit=unit, started_on=TODAY)
    person = Person.objects.create(project=unit.project, name=to)
    HouseholdMember.objects.create(household=buyer, person=person, relation=Relation.OWNER, started_on=TODAY)
    return seller, buyer


def test_the_buyer_settles_nothing_from_what_the_seller_paid(cast: Cast) -> None:
    unit = cast.units[HOME]
    paid(cast, amount=100)
    seller, buyer = sold(unit)
    bill = charged(cast, 60)
    assert bill.household == buyer
    with pytest.raises(NotNow):
        credit_used(cast)
    assert (credit_of(unit, seller.pk), credit_of(unit, buyer.pk)) == (yuan(100), yuan(0))
    paid(cast, amount=5)
    assert credit_used(cast) == 5
    assert credit_of(unit, seller.pk) == 100
    assert [account_of(one, TODAY, TODAY).advance for one in (seller, buyer)] == [yuan(100), yuan(0)]
    assert_books_agree(cast)


def test_the_debts_of_two_households_get_two_receipts(cast: Cast) -> None:
    old = charged(cast, 60)
    seller, buyer = sold(cast.units[HOME])
    new = charged(cast, 40)
    with pytest.raises(Invalid) as refusal:
        paid(cast, old, new)
    assert set(refusal.value.fields) == {"bills"}
    receipt = paid(cast, old, amount=70)
    assert (receipt.payment.household, receipt.payment.payer) == (seller, "张小明")
    assert credit_of(cast.units[HOME], seller.pk) == 10, "what is more stays whose debt it was"
    assert paid(cast, new).payment.household == buyer
    assert_books_agree(cast)


def test_the_till_shows_what_the_owner_owes_and_names_who_else_does(cast: Cast) -> None:
    unit = cast.units[HOME]
    old = charged(cast, 60)
    seller, buyer = sold(unit)
    alone = till_of(unit, today=TODAY)
    assert (alone.household, [row.bill for row in alone.rows]) == (seller.pk, [old]), "only the seller owes"
    new = charged(cast, 40)
    shown = till_of(unit, today=TODAY)
    assert (shown.household, shown.payer, [row.bill for row in shown.rows]) == (buyer.pk, "李买家", [new])
    assert [(one.name, one.owed, one.is_shown) for one in shown.debtors] == [
        ("张小明", yuan(60), False),
        ("李买家", yuan(40), True),
    ]
    asked = till_of(unit, today=TODAY, asked=seller.pk)
    assert (asked.total, asked.payer) == (yuan(60), "张小明")
    assert till_of(unit, today=TODAY, asked=10**9).household == buyer.pk, "nobody of this home"


def test_a_receipt_taken_back_after_the_sale_takes_the_sellers_credit(cast: Cast) -> None:
    receipt = paid(cast, amount=100)
    _seller, buyer = sold(cast.units[HOME])
    paid(cast, amount=30)
    reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON)
    assert dict(Credit.objects.exclude(amount=0).values_list("household", "amount")) == {buyer.pk: yuan(30)}
    assert_books_agree(cast)


def test_the_seller_gets_back_what_the_seller_paid(cast: Cast) -> None:
    unit = cast.units[HOME]
    paid(cast, amount=100)
    seller, buyer = sold(unit)
    given: dict[str, Any] = {"unit": unit, "method": "cash", "reason": "卖房", "by": cast.cashier, "at": NOON}
    with pytest.raises(NotNow):
        ask_for_refund(household=buyer.pk, amount=yuan(100), payee="李买家", **given)
    asked = ask_for_refund(household=seller.pk, amount=yuan(100), payee="张小明", **given)
    approve(approval=asked, by=cast.gm, at=NOON)
    assert (credit_of(unit, seller.pk), on(Book.CREDIT, cast)) == (yuan(0), yuan(0))
    assert_books_agree(cast)


def test_what_a_void_bill_was_settled_with_is_paid_in_advance_again(cast: Cast) -> None:
    unit = cast.units[HOME]
    paid(cast, amount=100)
    bill = charged(cast, 60)
    credit_used(cast)
    assert in_advance(unit) == 40
    void(bill=Bill.objects.get(pk=bill.pk), reason="开错了", by=cast.cashier, at=NOON)
    bill.refresh_from_db()
    assert (bill.state, in_advance(unit), on(Book.RECEIVABLE, cast)) == ("void", yuan(100), yuan(0))
    assert_books_agree(cast)


def test_a_bill_settled_with_money_and_credit_waits_for_its_receipt_to_be_taken_back(cast: Cast) -> None:
    paid(cast, amount=20)
    bill = charged(cast, 60)
    credit_used(cast)
    bill.refresh_from_db()
    receipt = paid(cast, bill)
    with pytest.raises(NotNow) as refusal:
        void(bill=bill, reason="开错了", by=cast.cashier, at=NOON)
    assert refusal.value.code == "paid"
    reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON)
    void(bill=bill, reason="开错了", by=cast.cashier, at=NOON)
    assert in_advance(cast.units[HOME]) == 20
    assert_books_agree(cast)


def test_only_cashiers_use_what_was_paid_in_advance(cast: Cast) -> None:
    paid(cast, amount=20)
    charged(cast, 60)
    cast.users["cashier"] = cast.frontdesk
    with pytest.raises(NotAllowed):
        credit_used(cast, at=NOON + timedelta(minutes=1))


def owned_too(cast: Cast, home: str, person: Person) -> Household:
    """Somebody's second home: whoever owned it before owns it no more."""
    unit = cast.units[home]
    Household.objects.filter(unit=unit).update(ended_on=TODAY)
    household = Household.objects.create(project=unit.project, unit=unit, started_on=TODAY)
    HouseholdMember.objects.create(household=household, person=person, relation=Relation.OWNER, started_on=TODAY)
    return household


def test_one_persons_rooms_go_on_one_receipt_and_its_reversal_opens_all_of_them(cast: Cast) -> None:
    first = charged(cast, 60)
    owned_too(cast, NEXT_DOOR, cast.people[HOME])
    second = charged(cast, 40, home=NEXT_DOOR)
    shown = till_of(cast.units[HOME], today=TODAY)
    assert [(row.bill, row.ticked) for row in (*shown.rows, *shown.elsewhere)] == [(first, True), (second, False)]
    assert shown.total == 60
    receipt = paid(cast, first, second, amount=110)
    assert in_advance(cast.units[HOME]) == 10
    assert {line.bill.unit.number: line.amount for line in receipt.payment.lines.all()} == {HOME: 60, NEXT_DOOR: 40}
    postings = Posting.objects.filter(entry__payment=receipt.payment, credit=Book.RECEIVABLE)
    assert {row.unit.number for row in postings} == {HOME, NEXT_DOOR}  # type: ignore[union-attr]
    words = [words for _name, words, _amount, _bill in receipt_page(receipt).rows]
    assert words == ["换灯", f"{NEXT_DOOR} 换灯"]
    for room in (HOME, NEXT_DOOR):
        rows = find_receipts(cast.project, cast.cashier, Sought(q=room), year=2026).rows
        assert list(rows) == [receipt], room
    reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON)
    assert {bill.outstanding for bill in Bill.objects.all()} == {yuan(60), yuan(40)}
    assert_books_agree(cast)
