"""Readings put right after they were charged: the next bill makes up for it, on whatever scale the meter is by then."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.actions.meters import Changed, change_meter
from billing.models import Bill, ChargeItem, Usage
from billing.rules.metering import RIGHT
from billing.states import LeftOut, ReadHow
from tests.billing.money import assert_books_agree
from tests.billing.test_meters import OCTOBER, hung, read, water
from tests.billing.test_running import prepared, raised
from tests.cast import NOON, Cast

__all__ = ["water"]
pytestmark = [pytest.mark.req("BIL-6"), pytest.mark.django_db]
LATER = NOON + timedelta(days=35)
DECEMBER = {"start": date(2026, 12, 1), "end": date(2026, 12, 31), "due_on": date(2026, 12, 31)}
JANUARY = {"start": date(2027, 1, 1), "end": date(2027, 1, 31), "due_on": date(2027, 1, 31)}


def december(cast: Cast, meter: Any, value: Any, day: date = date(2026, 12, 25), **more: Any) -> None:
    assert read(cast, meter, value, day, at=LATER, **more) is None


def charged() -> list[Decimal]:
    return list(Usage.objects.filter(bill__voided_at=None).order_by("pk").values_list("quantity", flat=True))


def test_a_charged_reading_turns_out_to_be_of_a_new_meter(cast: Cast, water: ChargeItem) -> None:
    """Charged up to 239; it had been changed at 245 for one from 0, which showed 3 and shows 13 later: 6 + 3 + 10."""
    meter = hung(cast, water, first=220)
    read(cast, meter, 239)
    raised(cast, prepared(cast))
    changed: dict[str, Any] = {"answer": ReadHow.CHANGED, "old_final": Decimal(245), "new_start": Decimal(0)}
    assert read(cast, meter, 3, **changed) is None
    december(cast, meter, 13)
    raised(cast, prepared(cast, **DECEMBER))
    assert charged() == [19, 19]
    assert Bill.objects.latest("pk").lines.get().words == "19 × 3.2 (3 → 13, +9)"
    assert_books_agree(cast)


def test_a_charged_change_of_meter_was_none(cast: Cast, water: ChargeItem) -> None:
    """Charged 195 → 200 and 0 → 5; it had simply shown 205, and 212 later: 17 in all, 7 of them with the next bill."""
    meter = hung(cast, water, first=195)
    read(cast, meter, 5, answer=ReadHow.CHANGED, old_final=Decimal(200), new_start=Decimal(0))
    raised(cast, prepared(cast))
    assert read(cast, meter, 205, answer=RIGHT) is None
    december(cast, meter, 212)
    raised(cast, prepared(cast, **DECEMBER))
    assert charged() == [10, 7]
    assert Bill.objects.latest("pk").lines.get().words == "7 × 3.2 (205 → 212)"


def test_a_charged_beginning_again_was_a_change_of_meter(cast: Cast, water: ChargeItem) -> None:
    meter = hung(cast, water, first=990, digits=3)
    read(cast, meter, 20, answer=ReadHow.WRAPPED)
    raised(cast, prepared(cast))
    changed: dict[str, Any] = {"answer": ReadHow.CHANGED, "old_final": Decimal(995), "new_start": Decimal(0)}
    assert read(cast, meter, 21, **changed) is None
    december(cast, meter, 31)
    raised(cast, prepared(cast, **DECEMBER))
    assert charged() == [30, 6]


def test_what_was_charged_too_much_is_said_with_the_room_until_later_readings_made_up_for_it(
    cast: Cast, water: ChargeItem
) -> None:
    meter = hung(cast, water)
    read(cast, meter, 130)
    raised(cast, prepared(cast))
    read(cast, meter, 105, answer=RIGHT)
    december(cast, meter, 120)
    run = prepared(cast, **DECEMBER)
    assert (run.count, run.found["left_out"]) == (0, {LeftOut.CHARGED_MORE: 1})
    assert run.found["rooms"] == {LeftOut.CHARGED_MORE: [meter.unit.number]}  # type: ignore[union-attr]
    read(cast, meter, 141, date(2027, 1, 25), at=LATER + timedelta(days=31))
    raised(cast, prepared(cast, **JANUARY))
    assert charged() == [30, 11]
    assert Bill.objects.latest("pk").lines.get().words == "11 × 3.2 (105 → 141, −25)"


def test_the_first_reading_put_right_is_made_up_for_too(cast: Cast, water: ChargeItem) -> None:
    meter = hung(cast, water)
    read(cast, meter, 130)
    raised(cast, prepared(cast))
    assert read(cast, meter, 98, OCTOBER, answer=RIGHT) is None
    december(cast, meter, 140)
    raised(cast, prepared(cast, **DECEMBER))
    assert charged() == [30, 12]


def test_another_multiplier_leaves_what_was_charged_as_it_was(cast: Cast, water: ChargeItem) -> None:
    meter = hung(cast, water)
    read(cast, meter, 110)
    raised(cast, prepared(cast))
    ten = Changed(number="", item=water, multiplier=Decimal(10), digits=6)
    change_meter(meter=meter, changed=ten, by=cast.cashier, at=NOON)
    december(cast, meter, 113)
    raised(cast, prepared(cast, **DECEMBER))
    assert charged() == [10, 30]
