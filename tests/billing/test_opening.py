"""Past payments taken over from a former system: what is owed is a bill, what was paid is not billed again."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing.actions.voiding import void
from billing.models import Bill, ChargeItem, Entry
from billing.states import Basis, BillState, Book, EntryKind, LeftOut
from core.errors import NotNow
from estate.imports import actions
from estate.imports.apply import ImportOutcome, RowsBadError, apply
from estate.imports.draft import Counts
from estate.imports.plan import ImportPlan, plan
from estate.imports.roll_back import roll_back
from estate.models import ParkingSpace, Unit, Vehicle
from estate.workbooks import read_workbook
from records.models import AuditEntry, LongWork
from records.work import run_waiting
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, borne, management_fee, on, paid, yuan
from tests.billing.test_running import prepared, raised
from tests.cast import NOON, Cast
from tests.estate.books import OWNER, PAYMENTS, PEOPLE, ROOM, ROOMS, TARIFF, TARIFFS, changed, workbook, xlsx

pytestmark = [pytest.mark.req("BIL-4", "EST-3"), pytest.mark.django_db]
SHEET = "房屋缴费历史"
CARS = ["车牌号", *PAYMENTS[1:]]
# 2026-10, of which 264.77 was due and 64.77 paid.
PART = [HOME, "物业管理费", 1, "2026-10-01", "2026-11-01", "2026-10-08", 264.77, 64.77, "张三", "手工导入"]
PAID = changed(PART, A=NEXT_DOOR, H=264.77)
LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def fee(cast: Cast) -> ChargeItem:
    return management_fee(cast).item


def found(cast: Cast, *rows: list[Any], header: list[str] = PAYMENTS, sheet: str = SHEET) -> ImportPlan:
    return plan(workbook({sheet: [header, *rows]}), cast.project)


def take(cast: Cast, *rows: list[Any], **more: Any) -> ImportOutcome:
    return apply(found(cast, *rows, **more), by=cast.admin, at=NOON)


def wrong(cast: Cast, *rows: list[Any], **more: Any) -> list[tuple[int, str, str]]:
    """Row, column and code of everything that keeps a row out."""
    return [(error.row, error.column, error.code) for error in found(cast, *rows, **more).errors if error.is_error]


def test_what_is_still_owed_is_a_bill_and_what_was_paid_books_nothing(cast: Cast) -> None:
    outcome = take(cast, PART, PAID)
    assert outcome.by_sheet[SHEET] == Counts(created=2)
    owed, done = Bill.objects.order_by("pk")
    assert (owed.unit, owed.amount, owed.outstanding, owed.state) == (cast.units[HOME], yuan(200), yuan(200), "unpaid")
    assert (owed.period_start, owed.period_end, owed.due_on) == (
        date(2026, 10, 1),
        date(2026, 10, 31),
        date(2026, 10, 31),
    )
    assert (owed.debtor, owed.household) == (cast.people[HOME], cast.households[HOME])
    assert owed.lines.get().words == "264.77 − 64.77 · 2026-10-08 张三 手工导入"
    assert (done.amount, done.outstanding, done.state) == (Decimal("264.77"), yuan(0), "paid")
    entry = Entry.objects.get()
    assert (entry.kind, entry.by, entry.postings.get().bill) == (EntryKind.OPENING, cast.admin, owed)
    assert on(Book.RECEIVABLE, cast) == on(Book.OPENING, cast) == 200
    said = AuditEntry.objects.get(action="opening.taken_over").data
    assert said == {"count": 2, "total": "200.00"}
    assert_books_agree(cast)


def test_it_is_paid_like_any_other_bill(cast: Cast) -> None:
    take(cast, PART)
    paid(cast, Bill.objects.get(), amount=50)
    assert Bill.objects.get().outstanding == 150
    assert_books_agree(cast)
    assert found(cast, PART).changes_nothing


def test_the_same_workbook_twice_adds_nothing(cast: Cast) -> None:
    take(cast, PART, PAID)
    again = take(cast, PART, PAID)
    assert again.plan.changes_nothing
    assert again.by_sheet[SHEET] == Counts(unchanged=2)
    assert (Bill.objects.count(), Entry.objects.count()) == (2, 1)


def test_a_day_to_be_paid_by_is_taken_from_its_column(cast: Cast) -> None:
    header = [*PAYMENTS, "应缴日期"]
    take(cast, [*PART, "2026-10-15"], header=header)
    assert Bill.objects.get().due_on == date(2026, 10, 15)


@pytest.mark.parametrize(
    ("start", "end", "last"),
    [
        ("2016-01-01", "2017-01-01", date(2016, 12, 31)),
        (42370, 42736, date(2016, 12, 31)),
        ("2016-01-01", "2016-12-31", date(2016, 12, 31)),
        ("2016-01-15", "2016-02-15", date(2016, 2, 14)),
        ("2016-01-15", "2016-01-15", date(2016, 1, 15)),
    ],
    ids=["next day", "serials", "last day", "mid-month", "one day"],
)
def test_which_end_belongs_to_the_time(cast: Cast, start: object, end: object, last: date) -> None:
    take(cast, changed(PART, D=start, E=end))
    assert Bill.objects.get().period_end == last


def test_nothing_paid_needs_neither_amount_nor_day(cast: Cast) -> None:
    take(cast, changed(PART, F=None, H=None), changed(PAID, F=None, H=0))
    assert [bill.outstanding for bill in Bill.objects.all()] == [Decimal("264.77")] * 2
    assert_books_agree(cast)


def test_more_than_was_due_is_pointed_out_and_taken_as_paid(cast: Cast) -> None:
    outcome = take(cast, changed(PART, G=264.5, H=265))
    assert [error.code for error in outcome.plan.errors] == ["paid_more"]
    assert (Bill.objects.get().amount, Bill.objects.get().outstanding) == (Decimal("264.50"), yuan(0))


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"A": "9-9-909"}, "房屋", "unknown_room"),
        ({"A": "商铺八号"}, "房屋", "unknown_room"),
        ({"B": "物业费"}, "收费项目", "unknown_charge"),
        ({"G": 264.775}, "应缴金额", "part_of_a_cent"),
        ({"H": "64.775"}, "实缴金额", "part_of_a_cent"),
        ({"H": -1}, "实缴金额", "negative"),
        ({"G": "三百"}, "应缴金额", "not_number"),
        ({"E": "2026-09-30"}, "结束时间", "ends_before_start"),
        ({"F": None}, "缴费时间", "required"),
        ({"G": None, "H": None}, "实缴金额", "required"),
        ({"G": 0, "H": 0}, "应缴金额", "nothing_due"),
    ],
)
def test_each_wrong_cell_is_named_and_nothing_is_written(
    cast: Cast, cells: dict[str, Any], column: str, code: str
) -> None:
    rows = (PAID, changed(PART, **cells))
    assert wrong(cast, *rows) == [(3, column, code)]
    with pytest.raises(RowsBadError):
        take(cast, *rows)
    assert not Bill.objects.exists()


def test_a_row_that_stands_twice_is_refused_for_it_may_be_money_twice(cast: Cast) -> None:
    assert wrong(cast, PART, PART) == [(3, "开始时间", "duplicate")]
    assert wrong(cast, PART, changed(PART, D="2026-10-15", E="2026-11-14")) == [(3, "开始时间", "days_twice")]


def test_days_about_which_something_is_on_record_are_refused(cast: Cast) -> None:
    take(cast, PART)
    assert wrong(cast, changed(PART, G=300)) == [(2, "应缴金额", "taken_over_otherwise")]
    assert wrong(cast, changed(PART, H=264.77)) == [(2, "应缴金额", "taken_over_otherwise")]
    assert wrong(cast, changed(PART, E="2026-10-20")) == [(2, "开始时间", "days_billed")]
    borne(cast.units[NEXT_DOOR], management_fee(cast), since=date(2026, 11, 1))
    raised(cast, prepared(cast))
    assert wrong(cast, changed(PAID, D="2026-11-01", E="2026-12-01")) == [(2, "开始时间", "days_billed")]
    assert wrong(cast, PAID) == []


def test_it_is_taken_over_anew_once_it_was_made_void(cast: Cast) -> None:
    take(cast, PART)
    void(bill=Bill.objects.get(), reason="录错", by=cast.cashier, at=NOON)
    take(cast, changed(PART, G=300))
    assert sorted(bill.outstanding for bill in Bill.objects.all()) == [0, Decimal("235.23")]
    assert on(Book.OPENING, cast) == Decimal("235.23")
    assert_books_agree(cast)


@pytest.mark.req("BIL-2")
def test_no_run_bills_the_days_again(cast: Cast) -> None:
    for unit in cast.units.values():
        borne(unit, management_fee(cast))
    take(cast, changed(PART, D="2026-11-01", E="2026-12-01"), changed(PAID, D="2026-11-01", E="2026-11-15"))
    run = raised(cast, prepared(cast))
    assert (run.count, run.found["left_out"]) == (1, {LeftOut.BILLED: 1})
    rest = Bill.objects.get(run=run)
    assert (rest.unit, rest.period_start, rest.period_end) == (
        cast.units[NEXT_DOOR], date(2026, 11, 16), date(2026, 11, 30),
    )  # fmt: skip
    assert rest.amount == Decimal("132.38")
    assert raised(cast, prepared(cast)).count == 0
    assert_books_agree(cast)


@pytest.mark.req("BIL-2")
def test_days_in_the_middle_of_a_month_part_its_bill_in_two(cast: Cast) -> None:
    """None says that it is for days that another one is for, so that one made void gives back its own days."""
    borne(cast.units[HOME], management_fee(cast))
    take(cast, changed(PART, D="2026-11-11", E="2026-11-20"))
    run = raised(cast, prepared(cast))
    assert [(bill.period_start, bill.period_end, bill.amount) for bill in run.bills.order_by("period_start")] == [
        (date(2026, 11, 1), date(2026, 11, 10), Decimal("88.26")),
        (date(2026, 11, 21), date(2026, 11, 30), Decimal("88.26")),
    ]
    assert raised(cast, prepared(cast)).count == 0
    void(bill=Bill.objects.get(run=None), reason="录错", by=cast.cashier, at=NOON)
    again = raised(cast, prepared(cast))
    assert list(again.bills.values_list("period_start__day", "period_end__day")) == [(11, 20)]


@pytest.mark.req("BIL-2")
def test_a_void_opening_balance_gives_its_days_back_to_the_run_and_only_these(cast: Cast) -> None:
    borne(cast.units[HOME], management_fee(cast))
    take(cast, changed(PART, D="2026-11-01", E="2026-11-15"))
    raised(cast, prepared(cast))
    void(bill=Bill.objects.get(run=None), reason="录错", by=cast.cashier, at=NOON)
    run = raised(cast, prepared(cast))
    bill = Bill.objects.get(run=run)
    assert (bill.period_start, bill.period_end) == (date(2026, 11, 1), date(2026, 11, 15))


@pytest.mark.req("BIL-9")
@pytest.mark.parametrize("basis", [Basis.VEHICLE, Basis.SPACE])
def test_a_vehicle_is_not_billed_again_by_itself_or_by_its_space_and_the_other_one_is(cast: Cast, basis: str) -> None:
    item = ChargeItem.objects.create(project=cast.project, name="停车费")
    borne(cast.units[HOME], management_fee(cast, item=item, basis=basis, unit_price=150))
    for plate in ("浙A00001", "浙A00002"):
        space = ParkingSpace.objects.create(project=cast.project, code=f"B1{plate}", holder=cast.people[HOME])
        Vehicle.objects.create(project=cast.project, plate=plate, unit=cast.units[HOME], space=space)
    row = ["浙A·00001", "停车费", 1, "2026-11-01", "2026-12-01", "2026-11-01", 150, 100, "张三", "手工导入"]
    outcome = take(cast, row, header=CARS, sheet="车辆缴费历史")
    assert outcome.by_sheet["车辆缴费历史"] == Counts(created=1)
    owed = Bill.objects.get()
    assert (owed.vehicle, owed.outstanding, owed.unit) == (
        Vehicle.objects.get(plate="浙A00001"),
        yuan(50),
        cast.units[HOME],
    )
    run = raised(cast, prepared(cast, item))
    assert (run.count, run.found["left_out"]) == (1, {LeftOut.BILLED: 1})
    assert found(cast, row, header=CARS, sheet="车辆缴费历史").changes_nothing
    assert_books_agree(cast)


@pytest.mark.req("BIL-9")
def test_half_a_month_of_a_vehicle_leaves_the_other_half_to_the_run(cast: Cast) -> None:
    item = ChargeItem.objects.create(project=cast.project, name="停车费")
    borne(cast.units[HOME], management_fee(cast, item=item, basis=Basis.VEHICLE, unit_price=150))
    Vehicle.objects.create(project=cast.project, plate="浙A00001", unit=cast.units[HOME])
    row = changed(PART, A="浙A00001", B="停车费", D="2026-11-01", E="2026-11-15", H=264.77)
    take(cast, row, header=CARS, sheet="车辆缴费历史")
    bill = Bill.objects.get(run=raised(cast, prepared(cast, item)))
    assert (bill.amount, bill.period_start) == (yuan(75), date(2026, 11, 16))
    assert raised(cast, prepared(cast, item)).count == 0


def test_an_owner_who_came_later_is_pointed_out(cast: Cast) -> None:
    old = {"D": "2025-01-01", "E": "2025-06-01"}
    said = found(cast, changed(PART, **old), changed(PAID, **old)).errors
    assert [(error.row, error.code, error.is_error) for error in said] == [(2, "owner_came_later", False)]
    assert "2025-06-01" in said[0].sentence


def test_a_vehicle_has_to_be_known_and_to_belong_to_a_unit(cast: Cast) -> None:
    Vehicle.objects.create(project=cast.project, plate="浙A00009")
    rows = [changed(PART, A="浙A00009"), changed(PART, A="浙A00008")]
    assert wrong(cast, *rows, header=CARS, sheet="车辆缴费历史") == [
        (2, "车牌号", "plate_without_unit"),
        (3, "车牌号", "unknown_plate"),
    ]


def test_units_and_charges_of_the_same_workbook_count(cast: Cast) -> None:
    sheets: dict[str, Any] = {
        "业主信息": [PEOPLE, OWNER],
        "费用设置": [TARIFFS, TARIFF],
        "房屋信息": [ROOMS, ROOM],
        SHEET: [PAYMENTS, changed(PART, A="1-1-1011", B="物业服务费")],
    }
    apply(plan(workbook(sheets), cast.project), by=cast.admin, at=NOON)
    bill = Bill.objects.get()
    assert (bill.unit.number, bill.item.name, bill.debtor and bill.debtor.name) == ("1-1-1011", "物业服务费", "王建国")
    assert plan(workbook(sheets), cast.project).changes_nothing


def test_a_worker_takes_over_what_was_uploaded(cast: Cast) -> None:
    sealed = actions.seal(content=xlsx({SHEET: [PAYMENTS, PART, changed(PAID, A="9-9-9")]}), name="历史.xlsx")
    upload = actions.upload(workbook=sealed, project=cast.project, by=cast.supervisor, at=NOON)
    actions.take_over(found=upload, by=cast.supervisor, at=NOON)
    assert run_waiting(NOON) == {"done": 0, "failed": 1}
    assert not Bill.objects.exists()
    actions.mend(found=upload, cells={(SHEET, 3, 0): NEXT_DOOR}, by=cast.supervisor, at=NOON)
    actions.take_over(found=upload, by=cast.supervisor, at=NOON)
    assert run_waiting(NOON) == {"done": 1, "failed": 0}
    work = LongWork.objects.latest("pk")
    assert (work.result["sheets"], Bill.objects.count()) == ({SHEET: [2, 0, 0]}, 2)


def test_the_preview_says_what_it_comes_to_and_in_which_cell_a_row_is_wrong(
    cast: Cast, signed_in: Callable[[User], Client]
) -> None:
    content = xlsx({SHEET: [PAYMENTS, PART, PAID, changed(PART, A="9-9-9")]})
    sealed = actions.seal(content=content, name="历史.xlsx")
    upload = actions.upload(workbook=sealed, project=cast.project, by=cast.supervisor, at=NOON)
    page = signed_in(cast.supervisor).get(reverse("register_import", args=[upload.token]))
    assert [one.place for one in page.context["preview"].errors] == [f"{SHEET}!4 房屋"]
    assert page.context["preview"].new_rows == 2
    assert "200.00" in page.context["preview"].sums[0]
    assert page.context["preview"].sums[0] in page.content.decode()


def test_taking_the_import_back_makes_void_what_nobody_touched(cast: Cast) -> None:
    third = changed(PART, D="2026-09-01", E="2026-10-01")
    outcome = take(cast, PART, PAID, third)
    touched = Bill.objects.latest("pk")
    paid(cast, touched, amount=50)
    done = roll_back(project=cast.project, reason=outcome.reason, by=cast.admin, at=LATER)
    assert (done.removed, done.kept) == (2, [touched.number])
    assert list(Bill.objects.standing()) == [touched]
    assert on(Book.OPENING, cast) == 200
    assert_books_agree(cast)
    take(cast, PART, PAID)
    assert Bill.objects.standing().count() == 3


def test_an_import_of_another_time_keeps_its_bills(cast: Cast) -> None:
    first = take(cast, PART)
    apply(found(cast, PAID), by=cast.admin, at=LATER)
    roll_back(project=cast.project, reason=first.reason, by=cast.admin, at=LATER)
    assert Bill.objects.standing().get().unit == cast.units[NEXT_DOOR]
    with pytest.raises(NotNow):
        roll_back(project=cast.project, reason=first.reason, by=cast.admin, at=LATER)


@pytest.mark.skipif("REAL_DATA" not in os.environ, reason="REAL_DATA does not name the folder of real input")
def test_the_real_histories(cast: Cast) -> None:
    """The templates' own rows: paid from 2016 to 2018. Their rooms, plates and charges have to be there first."""
    folder = Path(os.environ["REAL_DATA"]) / "imports"
    rooms, cars = (
        read_workbook((folder / name).read_bytes()) for name in ("importFeeDetail.xlsx", "importCarFeeDetail.xlsx")
    )
    bare = [plan(book, cast.other_project) for book in (rooms, cars)]
    for one, where in zip(bare, ("unknown_room", "unknown_plate"), strict=True):
        assert [error.code for error in one.errors] == [where, "unknown_charge"] * 3
    home = read_workbook((folder / "importRoom.xlsx").read_bytes())
    apply(plan(home, cast.other_project), by=None, at=NOON)
    item = ChargeItem.objects.create(project=cast.other_project, name="和HC费用项费用名称一致")
    unit = item.project.units.get()
    # The templates name one charge for both: a home's own payments would be its car's as well.
    next_door = Unit.objects.create(project=unit.project, building=unit.building, number="1-1-1002")
    Vehicle.objects.create(project=unit.project, plate="1", unit=next_door)
    for book in (rooms, cars):
        outcome = apply(plan(book, cast.other_project), by=None, at=NOON)
        assert outcome.plan.errors == ()
        assert plan(book, cast.other_project).changes_nothing
    bills = Bill.objects.filter(project=cast.other_project).order_by("pk")
    assert [(bill.period_start.year, bill.period_end, bill.state) for bill in bills if bill.period_start] == [
        (year, date(year, 12, 31), BillState.PAID) for year in (2016, 2017, 2018)
    ] * 2
    assert not Entry.objects.exists()
