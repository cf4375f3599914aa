"""The money of a place in the matrix: bills, a receipt and its print, a deposit, a day that was closed."""

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from billing.actions.charging import charge_once, standing_item
from billing.actions.deposits import take_deposit
from billing.actions.paying import take_payment
from billing.actions.receipting import print_receipt
from billing.models import Bill, DayClose
from records.papers import FONTS
from tests.cast import NOON

if TYPE_CHECKING:
    from tests.matrix.world import Place


def money_of(place: "Place", word: str) -> dict[str, dict[str, object]]:
    """A bill that is owed, and another one that was paid."""
    paid, owed = (_bill(place, word) for _ in range(2))
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
    return {
        "bill": {"number": owed.number},
        "payment": {"number": receipt.payment.number},
        "receipt": {"number": receipt.number},
        "receipt_token": {"token": receipt.token},
        "deposit": {"number": deposit.number},
        "day": {"pk": _closed_day(place, word)},
        "receipt_print": {"number": receipt.number, "nth": printed.nth},
    }


def _closed_day(place: "Place", word: str) -> int:
    """A day that the place's cashier closed, another one for each home."""
    day = NOON.date() - timedelta(days=place.unit.pk)
    close, _made = DayClose.objects.get_or_create(
        project=place.project, cashier=place.cashier, day=day, defaults={"closed_at": NOON, "handed_to": word}
    )
    return int(close.pk)


def _bill(place: "Place", word: str) -> Bill:
    return charge_once(
        project=place.project,
        unit=place.unit,
        item=standing_item(place.project, "有偿维修服务费"),
        amount=Decimal("30.00"),
        words=word,
        due_on=NOON.date(),
        by=place.cashier,
        at=NOON,
    )
