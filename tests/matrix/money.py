"""The money of a place in the matrix: bills, a receipt and its print, a refund, a deposit, a day that was closed."""

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.models import User
from accounts.states import Role
from billing.actions.charging import charge_once, standing_item
from billing.actions.deposits import take_deposit
from billing.actions.invoicing import NewInvoice, register_invoice
from billing.actions.office import NewCost, ask_for_cost
from billing.actions.paying import take_payment
from billing.actions.receipting import print_receipt
from billing.actions.refunding import ask_for_refund, print_refund, refund
from billing.models import Bill, BooksProof, DayClose, OnlineOrder, OnlineOrderBill, Receipt
from billing.queries.owed import owner_of
from cases.actions import next_number
from records.images import Encoded
from records.models import Approval
from records.papers import FONTS
from tests.cast import NOON, make_user
from tests.matrix.doors import doors_of

if TYPE_CHECKING:
    from tests.matrix.world import Place


def money_of(place: "Place", word: str) -> dict[str, dict[str, object]]:
    """A bill that is owed, and another one that was paid."""
    paid, owed = (bill_of(place, word) for _ in range(2))
    receipt = take_payment(
        project=place.project,
        unit=place.unit,
        bills=[paid],
        amount=paid.amount,
        method="cash",
        reference=word,
        by=place.cashier,
        at=NOON,
    )
    deposit = take_deposit(
        project=place.project,
        unit=place.unit,
        amount=Decimal(500),
        purpose=word,
        method="cash",
        by=place.cashier,
        at=NOON,
    )
    printed = print_receipt(receipt=receipt, url="https://desk.example.org/", fonts=FONTS, by=place.cashier, at=NOON)
    take_payment(
        project=place.project,
        unit=place.unit,
        bills=[],
        amount=Decimal("20.00"),
        method="cash",
        by=place.cashier,
        at=timezone.now(),  # also today, which is the day that a leader closes for somebody
    )
    return {
        **doors_of(place, word, bill_of(place, word), bill_of(place, word)),
        "refund": {"number": _refund(place, word)},
        "bill": {"number": owed.number},
        "payment": {"number": receipt.payment.number},
        "receipt": {"number": receipt.number},
        "receipt_token": {"token": receipt.token},
        "deposit": {"number": deposit.number},
        "order": {"number": _order(place, owed)},
        "invoice": {"pk": _invoice(receipt, word, by=place.cashier)},
        **_office_cost(place, word),
        "proof": {"pk": _proof(place)},
        "day": {"pk": _closed_day(place, word)},
        "taker": {"cashier": place.cashier.pk},
        "receipt_print": {"number": receipt.number, "nth": printed.nth},
    }


def _refund(place: "Place", word: str) -> str:
    """Some of what the home paid in advance, given back on paper; a leader from outside the cast approved."""
    asked_for = ask_for_refund(
        unit=place.unit,
        household=owner_of(place.unit),
        amount=Decimal("5.00"),
        method="cash",
        payee=word,
        reason=word,
        by=place.cashier,
        at=NOON,
    )
    leader = User.objects.filter(username="leader").first() or make_user("leader", Role.GM, None)
    made = refund(unit=place.unit, approval=asked_for, by=leader, at=NOON)
    print_refund(refund=made, url="https://desk.example.org/", fonts=FONTS, by=place.cashier, at=NOON)
    Approval.objects.filter(pk=asked_for.pk).update(decision="approved", decided_by=leader, decided_at=NOON)
    return made.number


def _order(place: "Place", owed: Bill) -> str:
    """What the home's resident asked to pay online."""
    order = OnlineOrder.objects.create(
        number=next_number(prefix="XS", day=NOON.date()),
        project=place.project,
        unit=place.unit,
        household=place.unit.households.get(),
        by=place.cashier,
        provider="sandbox",
        amount=owed.outstanding,
        at=NOON,
        expires_at=NOON + timedelta(minutes=30),
    )
    OnlineOrderBill.objects.create(order=order, bill=owed, amount=owed.outstanding)
    return order.number


def _invoice(receipt: Receipt, word: str, *, by: User) -> int:
    """The invoice of the place's receipt, made out to somebody who is called by the word."""
    new = NewInvoice(number=f"{receipt.pk:020}", title=word, amount=receipt.payment.amount, day=NOON.date())
    return register_invoice(project=receipt.payment.project, receipts=[receipt], new=new, by=by, at=NOON).pk


def _office_cost(place: "Place", word: str) -> dict[str, dict[str, object]]:
    """What the desk of the place laid out, with its voucher: it waits for a second person."""
    new = NewCost(kind="reimbursed", words=word, claimant=place.desk, amount=Decimal("12.00"))
    bill = Encoded(word.encode(), "image/jpeg", ".jpg")
    cost = ask_for_cost(project=place.project, cost=new, files=[bill], by=place.desk, at=NOON)
    file = cost.files.get().file
    return {"office_cost": {"number": cost.number}, "office_file": {"number": cost.number, "token": file.token}}


def _proof(place: "Place") -> int:
    """A proof of the project's books."""
    proof = BooksProof.objects.create(project=place.project, day=NOON.date(), at=NOON, by=place.cashier, holds=True)
    return int(proof.pk)


def _closed_day(place: "Place", word: str) -> int:
    """A day that the place's cashier closed, another one for each home."""
    day = NOON.date() - timedelta(days=place.unit.pk)
    close, _made = DayClose.objects.get_or_create(
        project=place.project, cashier=place.cashier, day=day, defaults={"closed_at": NOON, "handed_to": word}
    )
    return int(close.pk)


def bill_of(place: "Place", word: str, days: int = 0) -> Bill:
    """A bill of a place's home, due so many days from now."""
    return charge_once(
        project=place.project,
        unit=place.unit,
        item=standing_item(place.project, "有偿维修服务费"),
        amount=Decimal("30.00"),
        words=word,
        due_on=NOON.date() + timedelta(days=days),
        by=place.cashier,
        at=NOON,
    )
