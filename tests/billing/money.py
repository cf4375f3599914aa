"""Bills, payments and charges of the cast's homes, made by the same actions as at work."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from billing.actions.charging import charge_once, standing_item
from billing.actions.crediting import use_credit
from billing.actions.paying import take_payment
from billing.models import Bill, ChargeItem, Receipt, Tariff, UnitCharge
from billing.queries.ledger import balance, proof
from billing.queries.owed import credit_of, owner_of
from billing.states import Basis, Book, Method
from estate.models import Unit
from tests.cast import NOON, Cast

DUE = NOON.date() + timedelta(days=7)
HOME, NEXT_DOOR = "3-2-1501", "3-2-1502"


def yuan(amount: object) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def charged(cast: Cast, amount: object = 100, *, home: str = HOME, at: datetime = NOON, **more: Any) -> Bill:
    """A bill of a home, charged once."""
    unit = cast.units[home]
    given = {
        "item": standing_item(unit.project, "有偿维修费"),
        "words": "换灯",
        "due_on": DUE,
        "by": cast.cashier,
        **more,
    }
    return charge_once(project=unit.project, unit=unit, amount=yuan(amount), at=at, **given)


def paid(
    cast: Cast, *bills: Bill, amount: object = None, home: str = HOME, at: datetime = NOON, **more: Any
) -> Receipt:
    """Money taken by the cashier; as much as the bills come to where no amount is said."""
    unit = cast.units[home]
    comes_to = sum((bill.outstanding for bill in bills), Decimal(0)) if amount is None else yuan(amount)
    given = {"method": Method.CASH, "by": cast.cashier, **more}
    return take_payment(project=unit.project, unit=unit, bills=bills, amount=comes_to, at=at, **given)


def management_fee(cast: Cast, **more: Any) -> Tariff:
    """2.80 yuan per m² and month from 2026 on."""
    item = ChargeItem.objects.get_or_create(project=cast.project, name="物业管理费")[0]
    given = {"item": item, "basis": Basis.AREA, "unit_price": Decimal("2.8"), "starts_on": date(2026, 1, 1), **more}
    return Tariff.objects.create(project=cast.project, **given)


def borne(unit: Unit, tariff: Tariff, since: date = date(2026, 1, 1), until: date | None = None) -> UnitCharge:
    """The unit bears the tariff."""
    return UnitCharge.objects.create(unit=unit, tariff=tariff, starts_on=since, ended_on=until)


def assert_books_agree(cast: Cast) -> None:
    """Bills, credit and receipts are what the ledger says they are."""
    wrong = [check for check in proof(cast.project) if not check.holds]
    assert not wrong, wrong


def on(book: Book, cast: Cast) -> Decimal:
    """What an account of the project holds now."""
    return balance(book, cast.project)


def in_advance(unit: Unit) -> Decimal:
    """What the owner's household has paid in advance."""
    return credit_of(unit, owner_of(unit))


def credit_used(cast: Cast, home: str = HOME, at: datetime = NOON) -> Decimal:
    """What the owner's household paid in advance settles what it owes."""
    unit = cast.units[home]
    return use_credit(unit=unit, household=owner_of(unit), by=cast.cashier, at=at)
