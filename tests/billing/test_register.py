"""The sheet of charges: tariffs by their numbers, units that bear them from a day on, and the same file twice."""

import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing.actions.tariffs import Price, set_price
from billing.models import Bill, ChargeItem, Tariff, UnitCharge
from billing.states import Basis, Rhythm
from estate.imports.apply import ImportOutcome, apply
from estate.imports.draft import Counts
from estate.imports.plan import plan
from estate.imports.roll_back import roll_back
from estate.workbooks import read_workbook
from tests.billing.money import charged
from tests.billing.test_running import prepared, raised
from tests.cast import NOON, Cast
from tests.estate.books import OWNER, PEOPLE, ROOM, ROOMS, TARIFF, TARIFFS, changed, workbook

pytestmark = [pytest.mark.req("BIL-1", "EST-3"), pytest.mark.django_db]
SECOND = changed(TARIFF, A="2", C="电梯费", D="一次性费用", J="2002", K="0", L="35.5")
BOOK: dict[str, Any] = {
    "业主信息": [PEOPLE, OWNER],
    "费用设置": [TARIFFS, TARIFF, SECOND],
    "房屋信息": [ROOMS, changed(ROOM, H="1#2", I="2020-06-10#2020-07-10")],
}


def take(sheets: dict[str, Any], cast: Cast) -> ImportOutcome:
    return apply(plan(workbook(sheets), cast.project), by=cast.admin, at=NOON)


def test_charges_become_dated_tariffs(cast: Cast) -> None:
    outcome = take(BOOK, cast)
    assert outcome.by_sheet["费用设置"] == Counts(created=2)
    first, second = Tariff.objects.filter(project=cast.project).order_by("reference")
    assert (first.item.name, first.item.category, first.basis, first.rhythm) == (
        "物业服务费",
        "物业费",
        Basis.AREA,
        Rhythm.RECURRING,
    )
    assert (first.unit_price, first.fixed_amount, first.period_months, first.prepaid) == (
        Decimal("1.3"),
        Decimal(20),
        6,
        True,
    )
    assert (first.starts_on, first.ends_on) == (date(2020, 6, 10), date(2037, 1, 1))
    assert (second.basis, second.rhythm, second.fixed_amount) == (Basis.FIXED, Rhythm.ONCE, Decimal("35.50"))


def test_a_price_that_was_billed_is_not_taken_over_anew(cast: Cast) -> None:
    take(BOOK, cast)
    tariff = Tariff.objects.get(reference="1")
    assert plan(workbook(BOOK | {"费用设置": [TARIFFS, changed(TARIFF, K="9.9"), SECOND]}), cast.project).is_clean
    bill = charged(cast)
    Bill.objects.filter(pk=bill.pk).update(tariff=tariff)
    found = plan(workbook(BOOK | {"费用设置": [TARIFFS, changed(TARIFF, K="9.9"), SECOND]}), cast.project)
    assert [error.code for error in found.errors] == ["fee_billed"]
    assert plan(workbook(BOOK), cast.project).is_clean


def test_a_unit_bears_each_charge_from_its_own_day(cast: Cast) -> None:
    take(BOOK, cast)
    charges = UnitCharge.objects.filter(unit__number="1-1-1011").order_by("tariff__reference")
    assert [(charge.tariff.item.name, charge.starts_on) for charge in charges] == [
        ("物业服务费", date(2020, 6, 10)),
        ("电梯费", date(2020, 7, 10)),
    ]


def test_the_same_file_twice_adds_no_charge(cast: Cast) -> None:
    take(BOOK, cast)
    again = take(BOOK, cast)
    assert again.plan.changes_nothing
    assert (ChargeItem.objects.count(), Tariff.objects.count(), UnitCharge.objects.count()) == (2, 2, 2)


def test_a_room_that_stands_twice_bears_each_charge_once(cast: Cast) -> None:
    room = BOOK["房屋信息"][1]
    take(BOOK | {"房屋信息": [ROOMS, room, room]}, cast)
    assert UnitCharge.objects.filter(unit__number="1-1-1011").count() == 2


def test_a_later_file_may_refer_to_charges_by_number_alone(cast: Cast) -> None:
    take(BOOK, cast)
    take({"房屋信息": [ROOMS, changed(ROOM, A=1012, H="2", I="2021-01-01")]}, cast)
    assert UnitCharge.objects.get(unit__number="1-1-1012").tariff.item.name == "电梯费"


def test_a_changed_price_is_an_update_with_its_history(cast: Cast) -> None:
    take(BOOK, cast)
    outcome = take({"费用设置": [TARIFFS, changed(TARIFF, K="1.5")]}, cast)
    assert outcome.by_sheet["费用设置"] == Counts(updated=1)
    tariff = Tariff.objects.get(reference="1")
    assert [record.unit_price for record in tariff.history.order_by("history_id")] == [Decimal("1.3"), Decimal("1.5")]


def test_a_number_that_is_another_charge_is_refused_and_no_unit_bears_it(cast: Cast) -> None:
    take(BOOK, cast)
    sheets = {
        "费用设置": [TARIFFS, changed(TARIFF, C="停车费")],
        "房屋信息": [ROOMS, changed(ROOM, A=1012, H="1", I="2021-01-01")],
    }
    found = plan(workbook(sheets), cast.project)
    assert [(error.place, error.code) for error in found.errors if error.is_error] == [
        ("费用设置!2 费用编号", "fee_taken")
    ]
    apply(found, by=cast.admin, at=NOON, skip_bad=True)
    assert not UnitCharge.objects.filter(unit__number="1-1-1012").exists()


def repriced(cast: Cast) -> Tariff:
    """The first charge costs 1.60 from December on, published on the page of prices."""
    price = Price(starts_on=date(2026, 12, 1), basis=Basis.AREA, unit_price=Decimal("1.6"), fixed_amount=Decimal(20))
    tariff = Tariff.objects.get(reference="1")
    return set_price(tariff=tariff, price=price, reason="业主大会决议", by=cast.supervisor, at=NOON)


@pytest.mark.req("BIL-2")
@pytest.mark.parametrize("billed", [True, False], ids=["billed", "not billed"])
def test_the_same_file_after_a_price_change_adds_nothing_and_bills_nothing_again(cast: Cast, billed: bool) -> None:
    book = BOOK | {"房屋信息": [ROOMS, changed(ROOM, H="1", I="2026-06-10")]}
    take(book, cast)
    months: dict[str, Any] = {"start": date(2026, 6, 1), "end": date(2026, 12, 31)}
    if billed:
        assert raised(cast, prepared(cast, end=date(2026, 11, 30), start=date(2026, 6, 1))).count == 1
    repriced(cast)
    before = list(UnitCharge.objects.order_by("pk").values_list("pk", "tariff", "starts_on", "ended_on"))
    again = take(book, cast)
    assert again.plan.errors == ()
    assert again.plan.changes_nothing
    assert list(UnitCharge.objects.order_by("pk").values_list("pk", "tariff", "starts_on", "ended_on")) == before
    assert Tariff.objects.get(reference="1").ends_on == date(2026, 11, 30)
    raised(cast, prepared(cast, **months))
    raised(cast, prepared(cast, **months))
    spans = list(Bill.objects.order_by("period_start").values_list("period_start", "period_end"))
    assert spans == [(date(2026, 6, 10), date(2026, 11, 30)), (date(2026, 12, 1), date(2027, 5, 31))]


def test_a_home_that_comes_after_a_price_change_bears_both_prices_in_their_time(cast: Cast) -> None:
    take(BOOK, cast)
    new = repriced(cast)
    room = changed(ROOM, A=1012, H="1", I="2020-06-10")
    take({"房屋信息": [ROOMS, room, room]}, cast)
    borne = UnitCharge.objects.filter(unit__number="1-1-1012").order_by("starts_on")
    assert [(charge.tariff.reference, charge.starts_on, charge.ended_on) for charge in borne] == [
        ("1", date(2020, 6, 10), date(2026, 11, 30)),
        ("", date(2026, 12, 1), None),
    ]
    take({"房屋信息": [ROOMS, changed(room, A=1013, I="2027-01-01")]}, cast)
    assert UnitCharge.objects.get(unit__number="1-1-1013").tariff == new
    assert plan(workbook({"房屋信息": [ROOMS, room]}), cast.project).changes_nothing


def test_a_file_with_the_price_of_now_changes_nothing_and_a_third_price_is_refused(cast: Cast) -> None:
    take(BOOK, cast)
    repriced(cast)
    for cells in ({"K": "1.6"}, {"K": "1.6", "H": "2026-12-01"}):
        assert plan(
            workbook(BOOK | {"费用设置": [TARIFFS, changed(TARIFF, **cells), SECOND]}), cast.project
        ).changes_nothing
    found = plan(workbook({"费用设置": [TARIFFS, changed(TARIFF, K="9.9")]}), cast.project)
    assert [error.code for error in found.errors] == ["fee_followed"]


def test_a_charge_that_the_register_ended_stays_ended(cast: Cast) -> None:
    take(BOOK, cast)
    UnitCharge.objects.filter(tariff__reference="1").update(ended_on=date(2026, 10, 31))
    assert take(BOOK, cast).plan.changes_nothing
    take(BOOK | {"房屋信息": [ROOMS, changed(ROOM, H="1", I="2026-12-01")]}, cast)
    assert UnitCharge.objects.get(tariff__reference="1", ended_on=None).starts_on == date(2026, 12, 1)


def test_charges_go_with_the_import_that_brought_them(cast: Cast) -> None:
    outcome = take(BOOK, cast)
    done = roll_back(project=cast.project, reason=outcome.reason, by=cast.admin, at=NOON + timedelta(hours=1))
    assert done.kept == []
    assert (ChargeItem.objects.count(), Tariff.objects.count(), UnitCharge.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    "values",
    [{"unit_price": -1}, {"fixed_amount": -1}, {"period_months": 0}, {"ends_on": date(2019, 1, 1)}],
    ids=["price", "amount", "period", "dates"],
)
def test_the_database_refuses_impossible_tariffs(cast: Cast, values: dict[str, Any]) -> None:
    item = ChargeItem.objects.create(project=cast.project, name="物业服务费")
    possible = {
        "project": cast.project,
        "item": item,
        "basis": Basis.AREA,
        "starts_on": date(2020, 1, 1),
        "unit_price": 1,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Tariff.objects.create(**possible | values)


@pytest.mark.parametrize(
    ("who", "sees"), [("cashier", 1), ("admin", 1), ("technician", 0), ("resident", 0), ("frontdesk2", 0)]
)
def test_who_sees_charges(cast: Cast, who: str, sees: int) -> None:
    take({"费用设置": [TARIFFS, TARIFF]}, cast)
    user = getattr(cast, who)
    assert ChargeItem.objects.visible_to(user).count() == sees
    # Prices are published to whoever lives there.
    assert Tariff.objects.visible_to(user).count() == (1 if who == "resident" else sees)


@pytest.mark.skipif("REAL_DATA" not in os.environ, reason="REAL_DATA does not name the folder of real input")
def test_the_real_charges(cast: Cast) -> None:
    content = (Path(os.environ["REAL_DATA"]) / "imports" / "hc.xlsx").read_bytes()
    apply(plan(read_workbook(content), cast.other_project), by=None, at=NOON)
    assert [(t.item.name, t.unit_price, t.period_months) for t in Tariff.objects.order_by("reference")] == [
        ("测试收费1", Decimal("1.3"), 6),
        ("测试收费2", Decimal("1"), 3),
    ]
    assert UnitCharge.objects.count() == 11
