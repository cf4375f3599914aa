"""What runs charge beside areas: each vehicle and space, what is charged once, prices that change within a period."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.actions.tariffs import Price, set_price
from billing.models import Bill, ChargeItem, Tariff, UnitCharge
from billing.queries.tariffs import billed_ever, billed_until
from billing.states import Basis, LeftOut, Rhythm
from core.errors import Invalid
from estate.models import ParkingSpace, Vehicle
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, borne, management_fee
from tests.billing.test_running import prepared, raised
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.req("BIL-2"), pytest.mark.django_db]


def days_billed() -> list[tuple[int, int, Decimal]]:
    """The first and last day of each bill within its month, and what it comes to."""
    rows = Bill.objects.order_by("period_start").values_list("period_start__day", "period_end__day", "amount")
    return list(rows)


@pytest.mark.req("BIL-9")
def test_each_vehicle_has_its_bill_once_and_one_that_comes_later_gets_its_own(cast: Cast) -> None:
    item = ChargeItem.objects.create(project=cast.project, name="停车费")
    borne(cast.units[HOME], management_fee(cast, item=item, basis=Basis.VEHICLE, unit_price=150))
    first, gone = (
        Vehicle.objects.create(project=cast.project, plate=plate, unit=cast.units[HOME])
        for plate in ("浙A00001", "浙A00002")
    )
    Vehicle.objects.filter(pk=gone.pk).update(ended_on=date(2026, 11, 10))
    raised(cast, prepared(cast))
    assert {bill.vehicle: bill.amount for bill in Bill.objects.all()} == {first: 150, gone: 50}
    assert Bill.objects.get(vehicle=first).lines.get().words == "浙A00001: 1 × 150"
    Vehicle.objects.create(project=cast.project, plate="浙A00003", unit=cast.units[HOME])
    again = raised(cast, prepared(cast))
    assert (again.count, again.found["left_out"]) == (1, {LeftOut.BILLED: 2})
    assert_books_agree(cast)


@pytest.mark.req("BIL-9")
def test_a_space_is_billed_once_though_its_holder_has_two_homes(cast: Cast) -> None:
    item = ChargeItem.objects.create(project=cast.project, name="车位费")
    tariff = management_fee(cast, item=item, basis=Basis.SPACE, unit_price=300)
    owner = cast.people[HOME]
    cast.households[NEXT_DOOR].members.update(person=owner)
    for unit in cast.units.values():
        borne(unit, tariff)
    ParkingSpace.objects.create(project=cast.project, code="B1-12", holder=owner, started_on=date(2026, 11, 16))
    run = raised(cast, prepared(cast))
    assert (run.count, run.total, run.found["left_out"]) == (1, Decimal(150), {LeftOut.BILLED: 1})
    assert Bill.objects.get().space is not None


@pytest.mark.req("BIL-1")
def test_what_is_charged_once_is_billed_once_with_its_whole_price(cast: Cast) -> None:
    tariff = management_fee(cast, basis=Basis.FIXED, unit_price=0, fixed_amount=80, rhythm=Rhythm.ONCE)
    borne(cast.units[HOME], tariff, since=date(2026, 11, 5))
    borne(cast.units[NEXT_DOOR], tariff, since=date(2026, 10, 5))
    for count in (1, 0):
        assert raised(cast, prepared(cast)).count == count
    bill = Bill.objects.get()
    assert (bill.amount, bill.period_start, bill.lines.get().words) == (Decimal(80), date(2026, 11, 5), "80")


def test_a_price_that_changes_within_a_quarter_is_one_bill_with_two_lines(cast: Cast) -> None:
    """2.80 to 14 December, 3.10 from the 15th: (1 + 14/31) months at one, (17/31 + 1) at the other."""
    old = management_fee(cast, period_months=3)
    borne(cast.units[HOME], old, since=date(2026, 8, 1))
    price = Price(starts_on=date(2026, 12, 15), basis=Basis.AREA, unit_price=Decimal("3.1"))
    new = set_price(tariff=old, price=price, reason="业主大会决议", by=cast.supervisor, at=NOON)
    run = raised(cast, prepared(cast))
    bill = Bill.objects.get()
    assert (bill.period_start, bill.period_end) == (date(2026, 11, 1), date(2027, 1, 31))
    first, second = bill.lines.all()
    exact = Decimal("94.56") * (Decimal("2.8") * 45 + Decimal("3.1") * 48) / 31
    assert bill.amount == run.total == first.amount + second.amount == exact.quantize(Decimal("0.01"))
    assert [(line.period_end, line.unit_price, line.tariff) for line in (first, second)] == [
        (date(2026, 12, 14), Decimal("2.8"), None),
        (date(2027, 1, 31), Decimal("3.1"), new),
    ]
    assert prepared(cast, start=date(2026, 12, 1), end=date(2027, 1, 31), due_on=date(2027, 1, 1)).count == 0
    later = raised(cast, prepared(cast, start=date(2027, 2, 1), end=date(2027, 4, 30), due_on=date(2027, 2, 1)))
    assert Bill.objects.get(run=later).period_start == date(2027, 2, 1), "the quarters go on as they were"
    assert_books_agree(cast)


def test_a_price_that_has_lines_on_a_bill_is_not_changed_before_their_end(cast: Cast) -> None:
    old = management_fee(cast, period_months=3)
    borne(cast.units[HOME], old, since=date(2026, 11, 1))
    given: dict[str, Any] = {"reason": "决议", "by": cast.supervisor, "at": NOON}
    later = Price(starts_on=date(2026, 12, 15), basis=Basis.AREA, unit_price=Decimal(3))
    new = set_price(tariff=old, price=later, **given)
    raised(cast, prepared(cast))
    assert (billed_until(new), billed_ever([new])) == (date(2027, 1, 31), {new.pk})
    again = Price(starts_on=date(2027, 1, 15), basis=Basis.AREA, unit_price=Decimal(4))
    with pytest.raises(Invalid):
        set_price(tariff=new, price=again, **given)


def test_a_charge_whose_first_day_is_put_right_later_bills_only_the_days_that_are_new(cast: Cast) -> None:
    charge = borne(cast.units[HOME], management_fee(cast), since=date(2026, 11, 11))
    raised(cast, prepared(cast))
    UnitCharge.objects.filter(pk=charge.pk).update(starts_on=date(2026, 11, 1))
    raised(cast, prepared(cast))
    found = days_billed()
    assert found == [(1, 10, Decimal("88.26")), (11, 30, Decimal("176.51"))]
    assert sum(amount for _start, _end, amount in found) == (Decimal("94.56") * Decimal("2.8")).quantize(
        Decimal("0.01")
    )


def test_months_that_were_billed_one_by_one_are_left_out_of_a_quarter_and_what_lies_between_is_billed(
    cast: Cast,
) -> None:
    tariff = management_fee(cast)
    borne(cast.units[HOME], tariff, since=date(2026, 10, 1))
    raised(cast, prepared(cast))
    Tariff.objects.filter(pk=tariff.pk).update(period_months=3)
    raised(cast, prepared(cast, start=date(2026, 10, 1), end=date(2026, 10, 1)))
    found = sorted(Bill.objects.values_list("period_start", "period_end"))
    assert found == [
        (date(2026, 10, 1), date(2026, 10, 31)),
        (date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 12, 1), date(2026, 12, 31)),
    ]
    assert raised(cast, prepared(cast, start=date(2026, 10, 1), end=date(2026, 10, 1))).count == 0


@pytest.mark.req("BIL-9")
def test_a_space_whose_first_day_is_put_right_later_is_billed_once_a_day(cast: Cast) -> None:
    item = ChargeItem.objects.create(project=cast.project, name="车位费")
    borne(cast.units[HOME], management_fee(cast, item=item, basis=Basis.SPACE, unit_price=300))
    space = ParkingSpace.objects.create(
        project=cast.project, code="B1-12", holder=cast.people[HOME], started_on=date(2026, 11, 16)
    )
    raised(cast, prepared(cast))
    ParkingSpace.objects.filter(pk=space.pk).update(started_on=date(2026, 11, 1))
    raised(cast, prepared(cast))
    found = days_billed()
    assert found == [(1, 15, Decimal(150)), (16, 30, Decimal(150))]
    assert raised(cast, prepared(cast)).count == 0


@pytest.mark.req("BIL-1")
@pytest.mark.parametrize(
    "formula", ["area / vehicles", "area - 100 * (1 - vehicles)", "area * 999999999 * 999999 / (vehicles + 1)"]
)
def test_a_home_that_a_formula_has_no_price_for_is_named_and_stops_no_other(cast: Cast, formula: str) -> None:
    other = ChargeItem.objects.create(project=cast.project, name="停车管理费")
    odd = management_fee(cast, item=other, basis=Basis.FORMULA, unit_price=0, formula=formula)
    borne(cast.units[HOME], odd)
    borne(cast.units[NEXT_DOOR], management_fee(cast))
    run = prepared(cast)
    assert (run.count, run.found["left_out"]) == (1, {LeftOut.NO_PRICE: 1})
    assert run.found["rooms"] == {LeftOut.NO_PRICE: [HOME]}
    assert raised(cast, run).count == 1
    assert_books_agree(cast)
