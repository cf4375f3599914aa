"""No day of an item is borne or billed twice: a second charge is refused; what an older register has is billed once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.actions.tariffs import Price, set_price
from billing.models import Bill, ChargeItem, Tariff, UnitCharge
from billing.queries import running
from billing.states import Basis, LeftOut, Rhythm
from estate.imports.apply import apply
from estate.imports.plan import plan
from estate.models import ParkingSpace, Vehicle
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, borne, management_fee
from tests.billing.test_register import BOOK, take
from tests.billing.test_running import FEE, homes, prepared, raised
from tests.cast import NOON, Cast
from tests.estate.books import ROOM, ROOMS, TARIFF, TARIFFS, changed, workbook

pytestmark = [pytest.mark.req("BIL-1", "BIL-2"), pytest.mark.django_db]
Signed = Any


def refused(cast: Cast, tariff: Tariff, since: date, until: date | None = None, *, home: str = HOME) -> str:
    """What is said where the home is to bear a tariff; nothing where it may."""
    try:
        UnitCharge(unit=cast.units[home], tariff=tariff, starts_on=since, ended_on=until).full_clean()
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


# --- what may be borne -----------------------------------------------------------------------------------------------
def test_a_second_charge_of_an_item_is_refused_by_the_name_of_the_one_that_stands(cast: Cast) -> None:
    fee = management_fee(cast)
    dearer = management_fee(cast, unit_price=Decimal("3.10"))
    borne(cast.units[HOME], fee, since=date(2026, 1, 1), until=date(2026, 6, 30))
    for tariff in (fee, dearer):
        said = refused(cast, tariff, date(2026, 6, 30))
        assert all(word in said for word in (HOME, "物业管理费", "2026-01-01", "2026-06-30"))
        assert refused(cast, tariff, date(2025, 1, 1), date(2026, 1, 1))
        assert not refused(cast, tariff, date(2026, 7, 1))
        assert not refused(cast, tariff, date(2025, 1, 1), date(2025, 12, 31))
        assert not refused(cast, tariff, date(2026, 1, 1), home=NEXT_DOOR)
    borne(cast.units[HOME], fee, since=date(2026, 7, 1))
    assert "2026-07-01" in refused(cast, dearer, date(2027, 1, 1), date(2027, 1, 31))


def test_a_price_that_is_over_makes_room_for_the_next(cast: Cast) -> None:
    borne(cast.units[HOME], management_fee(cast, ends_on=date(2026, 11, 30)))
    after = management_fee(cast, starts_on=date(2026, 12, 1))
    assert not refused(cast, after, date(2026, 12, 1))
    assert not refused(cast, after, date(2026, 6, 1)), "it is in force from December on only"


def test_vehicles_spaces_and_the_home_are_different_things(cast: Cast) -> None:
    item = ChargeItem.objects.create(project=cast.project, name="停车费")
    by_car = management_fee(cast, item=item, basis=Basis.VEHICLE, unit_price=150)
    borne(cast.units[HOME], by_car)
    assert not refused(cast, management_fee(cast, item=item, basis=Basis.SPACE, unit_price=300), date(2026, 1, 1))
    assert refused(cast, management_fee(cast, item=item, basis=Basis.VEHICLE, unit_price=80), date(2026, 1, 1))


@pytest.mark.req("BIL-5")
def test_what_meters_show_is_another_thing_than_the_home(cast: Cast) -> None:
    borne(cast.units[HOME], management_fee(cast))
    by_meter = management_fee(cast, basis=Basis.READING)
    assert not refused(cast, by_meter, date(2026, 1, 1))
    borne(cast.units[HOME], by_meter)
    assert refused(cast, management_fee(cast, basis=Basis.FORMULA, formula="max(用量 * 5, 8)"), date(2026, 1, 1))
    run = prepared(cast)
    assert (run.count, run.found["left_out"]) == (1, {LeftOut.NO_READING: 1})


def test_what_is_charged_once_may_be_charged_again_on_another_day(cast: Cast) -> None:
    once = management_fee(cast, basis=Basis.FIXED, unit_price=0, fixed_amount=80, rhythm=Rhythm.ONCE)
    borne(cast.units[HOME], once, since=date(2026, 3, 1), until=date(2026, 3, 1))
    assert refused(cast, once, date(2026, 3, 1))
    assert not refused(cast, once, date(2026, 5, 1))


def test_what_stands_twice_already_may_only_become_shorter(cast: Cast) -> None:
    fee = management_fee(cast)
    borne(cast.units[HOME], fee, until=date(2026, 12, 31))
    twice = borne(cast.units[HOME], fee, since=date(2026, 7, 1))
    twice.ended_on = date(2026, 10, 31)
    twice.full_clean()
    twice.save()
    twice.ended_on = date(2026, 11, 30)
    with pytest.raises(ValidationError):
        twice.full_clean()


def test_the_admin_site_says_which_charge_stands(cast: Cast, signed_in: Signed) -> None:
    fee = management_fee(cast)
    cast.admin.is_staff = True
    cast.admin.save()
    client: Client = signed_in(cast.admin)
    values = {"unit": cast.units[HOME].pk, "tariff": fee.pk, "starts_on": "2026-01-01", "ended_on": "2026-12-31"}
    values["reason"] = "接管"
    page = reverse("admin:billing_unitcharge_add")
    assert client.post(page, values).status_code == 302
    again = client.post(page, values | {"starts_on": "2026-11-01"})
    assert again.status_code == 200
    assert "2026-12-31" in " ".join(again.context["adminform"].form.non_field_errors())
    assert UnitCharge.objects.count() == 1
    client.post(page, values | {"starts_on": "2027-01-01", "ended_on": ""})
    twice = client.post(page, values | {"starts_on": "2027-02-01", "ended_on": ""})
    (said,) = twice.context["adminform"].form.non_field_errors()
    assert "tariff_once_per_unit" not in said


@pytest.mark.req("EST-3")
def test_a_workbook_that_has_a_home_bear_an_item_twice_is_refused_row_by_row(cast: Cast) -> None:
    take(BOOK, cast)
    item = ChargeItem.objects.get(name="物业服务费")
    other = management_fee(cast, item=item, reference="9", starts_on=date(2020, 1, 1))
    room = changed(ROOM, H="1#9", I="2020-06-10#2021-01-01")
    found = plan(workbook({"房屋信息": [ROOMS, room]}), cast.project)
    assert [(error.place, error.code) for error in found.errors] == [("房屋信息!2 房屋费用", "charge_stands")]
    assert "2020-06-10" in str(found.errors[0].sentence)
    fresh = changed(ROOM, A=1012, H="1#9", I="2020-06-10#2021-01-01")
    assert [error.code for error in plan(workbook({"房屋信息": [ROOMS, fresh]}), cast.project).errors] == [
        "charge_stands"
    ]
    apply(found, by=cast.admin, at=NOON, skip_bad=True)
    assert not UnitCharge.objects.filter(tariff=other).exists()
    assert plan(workbook(BOOK), cast.project).changes_nothing


@pytest.mark.req("EST-3")
def test_two_items_that_the_same_workbook_brings_are_two(cast: Cast) -> None:
    second = changed(TARIFF, A="2", C="公共能耗费")
    take(
        {"费用设置": [TARIFFS, TARIFF, second], "房屋信息": [ROOMS, changed(ROOM, H="1#2", I="2020-06-10#2020-07-10")]},
        cast,
    )
    borne_days = UnitCharge.objects.order_by("pk").values_list("tariff__item__name", "starts_on")
    assert list(borne_days) == [("物业服务费", date(2020, 6, 10)), ("公共能耗费", date(2020, 7, 10))]


@pytest.mark.req("EST-3")
def test_a_workbook_does_not_move_a_charge_onto_days_of_another(cast: Cast) -> None:
    take(BOOK | {"房屋信息": [ROOMS, changed(ROOM, H="1", I="2021-01-01")]}, cast)
    charge = UnitCharge.objects.get()
    borne(charge.unit, charge.tariff, date(2020, 7, 1), date(2020, 12, 31))
    moved = changed(ROOM, H="1", I="2020-12-01")
    found = plan(workbook({"房屋信息": [ROOMS, moved]}), cast.project)
    assert [error.code for error in found.errors] == ["charge_stands"]


# --- what an older register has twice --------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [1, 5000], ids=["in two batches", "in one batch"])
def test_a_home_that_bears_an_item_twice_is_billed_once(cast: Cast, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(running, "BATCH", size)
    fee = management_fee(cast)
    other = management_fee(cast, unit_price=Decimal("9.99"))
    borne(cast.units[HOME], fee)
    borne(cast.units[HOME], fee, until=date(2026, 12, 31))
    borne(cast.units[HOME], other)
    run = prepared(cast)
    assert (run.count, run.total, run.found["left_out"]) == (1, FEE, {LeftOut.BILLED: 2})
    assert run.found["rooms"] == {LeftOut.BILLED: [HOME]}
    run = raised(cast, run)
    assert (run.count, run.total) == (1, FEE)
    again = raised(cast, prepared(cast))
    assert (again.count, again.found["left_out"]) == (0, {LeftOut.BILLED: 3})
    assert_books_agree(cast)


def test_months_billed_long_ago_are_not_billed_by_a_charge_that_came_later(cast: Cast) -> None:
    fee = management_fee(cast)
    first = borne(cast.units[HOME], fee)
    months = {"start": date(2026, 3, 1), "end": date(2026, 3, 31), "due_on": date(2026, 4, 10)}
    raised(cast, prepared(cast, **months))
    UnitCharge.objects.filter(pk=first.pk).update(ended_on=date(2026, 3, 20))
    borne(cast.units[HOME], management_fee(cast, unit_price=5), since=date(2026, 3, 10))
    again = prepared(cast, **months | {"end": date(2026, 4, 30)})
    assert (again.count, again.found["left_out"][LeftOut.BILLED]) == (1, 2)
    raised(cast, again)
    starts = Bill.objects.order_by("period_start").values_list("period_start", flat=True)
    assert list(starts) == [date(2026, 3, 1), date(2026, 4, 1)]


def test_of_days_that_two_charges_share_each_is_billed_once(cast: Cast) -> None:
    fee = management_fee(cast)
    borne(cast.units[HOME], fee, until=date(2026, 11, 20))
    borne(cast.units[HOME], management_fee(cast, unit_price=Decimal("3.0")), since=date(2026, 11, 11))
    raised(cast, prepared(cast))
    days = Bill.objects.order_by("period_start").values_list("period_start__day", "period_end__day")
    assert list(days) == [(1, 20), (21, 30)]


def test_a_price_that_changed_stays_one_chain_beside_another_charge(cast: Cast) -> None:
    fee = management_fee(cast, period_months=3)
    borne(cast.units[HOME], fee, since=date(2026, 11, 1))
    new = Price(starts_on=date(2026, 12, 1), basis=Basis.AREA, unit_price=Decimal("3.10"))
    set_price(tariff=fee, price=new, reason="业主大会决议", by=cast.supervisor, at=NOON)
    borne(cast.units[HOME], fee, since=date(2026, 11, 1), until=date(2026, 11, 30))
    run = raised(cast, prepared(cast, end=date(2027, 1, 31)))
    assert run.count == 1
    bill = Bill.objects.get()
    assert (bill.period_start, bill.period_end, bill.lines.count()) == (date(2026, 11, 1), date(2027, 1, 31), 2)


@pytest.mark.req("BIL-9")
@pytest.mark.parametrize("each", [Basis.VEHICLE, Basis.SPACE])
def test_a_car_or_space_that_two_prices_charge_is_billed_once(cast: Cast, each: Basis) -> None:
    item = ChargeItem.objects.create(project=cast.project, name="停车费")
    for price in (150, 80):
        borne(cast.units[HOME], management_fee(cast, item=item, basis=each, unit_price=price))
    Vehicle.objects.create(project=cast.project, plate="浙A00001", unit=cast.units[HOME])
    ParkingSpace.objects.create(project=cast.project, code="B1-12", holder=cast.people[HOME])
    run = raised(cast, prepared(cast))
    assert (run.count, run.total, run.found["left_out"]) == (1, Decimal(150), {LeftOut.BILLED: 1})
    again = prepared(cast)
    assert (again.count, again.found["left_out"]) == (0, {LeftOut.BILLED: 2})


def test_homes_that_bear_an_item_twice_cost_no_statement_each(cast: Cast) -> None:
    fee, other = management_fee(cast), management_fee(cast, unit_price=5)
    counts = []
    for number in (1, 3, 30):  # the first time what kinds of things there are is read too
        for unit in homes(cast, number, building=f"b{number}"):
            borne(unit, fee)
            borne(unit, other)
        with CaptureQueriesContext(connection) as seen:
            run = prepared(cast)
        assert run.found["left_out"] == {LeftOut.BILLED: run.count}
        counts.append(len(seen))
    assert counts[1] == counts[2], counts
