"""Billing runs: looked at before, raised once, stopped and taken up again, taken back as far as nothing was paid."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.actions import running
from billing.actions.cancelling import cancel
from billing.actions.running import CANCELLING, prepare_run, raise_run, stop_run
from billing.models import Bill, BillingRun, ChargeItem, Entry, Tariff
from billing.queries.ledger import balance
from billing.queries.reckoning import Prices
from billing.queries.running import batch_of
from billing.rules.periods import Period
from billing.rules.running import stretches
from billing.states import Basis, BillState, Book, LeftOut, RunState
from core.errors import Invalid, NotAllowed, NotNow
from estate.models import Building, Household, HouseholdMember, Unit, Vehicle
from records import work as long_work
from records.models import LongWork
from records.work import run_waiting
from tests.billing.money import (
    HOME,
    NEXT_DOOR,
    assert_books_agree,
    borne,
    charged,
    in_advance,
    management_fee,
    on,
    paid,
)
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.req("BIL-2"), pytest.mark.django_db]
FEE = Decimal("264.77")  # 94.56 m² at 2.80
NOVEMBER = {"start": date(2026, 11, 1), "end": date(2026, 11, 30), "due_on": date(2026, 12, 10)}


def prepared(cast: Cast, *items: ChargeItem, **more: Any) -> BillingRun:
    """A run of November that a worker has reckoned."""
    given: dict[str, Any] = {**NOVEMBER, "by": cast.cashier, "at": NOON, **more}
    run = prepare_run(project=cast.project, items=items or list(ChargeItem.objects.all()), **given)
    assert run_waiting(NOON)["failed"] == 0
    run.refresh_from_db()
    return run


def raised(cast: Cast, run: BillingRun) -> BillingRun:
    raise_run(run=run, by=cast.cashier, at=NOON)
    run_waiting(NOON)
    run.refresh_from_db()
    return run


def cancelled(cast: Cast, run: BillingRun) -> BillingRun:
    cancel(CANCELLING, run, reason="单价错了", by=cast.supervisor, at=NOON)
    run_waiting(NOON)
    run.refresh_from_db()
    return run


def homes(cast: Cast, count: int, *, building: str = "9") -> list[Unit]:
    """Homes of 50 m² in which nobody is registered."""
    made = Building.objects.create(project=cast.project, code=building)
    new = [
        Unit(project=cast.project, building=made, number=f"{building}-1-{n}", entrance="1", room=str(n), area="50")
        for n in range(count)
    ]
    return Unit.objects.bulk_create(new)


def test_a_run_is_looked_at_first_and_says_what_it_leaves_out_and_why(cast: Cast) -> None:
    fee, bare = management_fee(cast), homes(cast, 1)[0]
    for unit in (*cast.units.values(), bare):
        borne(unit, fee)
    Unit.objects.filter(pk=bare.pk).update(area=None)
    run = prepared(cast)
    assert (run.state, run.count, run.total) == (RunState.PREVIEWED.value, 2, 2 * FEE)
    assert run.found["left_out"] == {LeftOut.NO_AREA: 1}
    assert run.found["rooms"] == {LeftOut.NO_AREA: [bare.number]}
    first = run.found["first"][0]
    assert (first["unit"], first["item"], first["period"], first["amount"]) == (HOME, "物业管理费", "2026-11", "264.77")
    assert not Bill.objects.exists()


def test_a_run_bills_each_home_names_the_owner_and_books_it(cast: Cast) -> None:
    fee = management_fee(cast)
    for unit in cast.units.values():
        borne(unit, fee)
    run = raised(cast, prepared(cast))
    assert (run.state, run.count, run.total) == (RunState.RAISED.value, 2, 2 * FEE)
    bill = Bill.objects.get(unit=cast.units[HOME])
    assert bill.number == "ZD-20261123-0001"
    assert (bill.debtor, bill.household) == (cast.people[HOME], cast.households[HOME])
    assert (bill.period_start, bill.period_end, bill.due_on) == (date(2026, 11, 1), date(2026, 11, 30), run.due_on)
    assert (bill.amount, bill.outstanding, bill.state) == (FEE, FEE, BillState.UNPAID.value)
    line = bill.lines.get()
    assert (line.quantity, line.unit_price, line.amount, line.words) == (
        Decimal("94.5600"),
        Decimal("2.8000"),
        FEE,
        "94.56 × 2.8",
    )
    assert on(Book.SERVICES, cast) == on(Book.RECEIVABLE, cast) == 2 * FEE
    assert_books_agree(cast)


def test_the_same_run_again_adds_nothing(cast: Cast) -> None:
    fee = management_fee(cast)
    for unit in cast.units.values():
        borne(unit, fee)
    raised(cast, prepared(cast))
    again = prepared(cast)
    assert (again.count, again.found["left_out"]) == (0, {LeftOut.BILLED: 2})
    again = raised(cast, again)
    assert (again.count, Bill.objects.count()) == (0, 2)
    longer = raised(cast, prepared(cast, start=date(2026, 10, 1), end=date(2026, 12, 31), due_on=date(2027, 1, 1)))
    assert (longer.count, Bill.objects.count()) == (4, 6)
    assert_books_agree(cast)


def test_a_worker_that_died_between_batches_is_followed_by_one_that_adds_the_rest(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    fee = management_fee(cast)
    for unit in homes(cast, 5):
        borne(unit, fee)
    monkeypatch.setattr("billing.queries.running.BATCH", 2)
    run = prepared(cast)
    raise_run(run=run, by=cast.cashier, at=NOON)
    with monkeypatch.context() as killed:
        killed.setattr(long_work, "report", _die)
        run_waiting(NOON)
    assert Bill.objects.count() == 2
    LongWork.objects.filter(kind="billing.raise").update(state="running", leased_until=NOON, error="", finished_at=None)
    run_waiting(NOON + timedelta(seconds=1))
    run.refresh_from_db()
    assert (run.state, run.count, Bill.objects.count()) == (RunState.RAISED.value, 5, 5)
    assert len(set(Bill.objects.values_list("number", flat=True))) == 5
    assert_books_agree(cast)


def _die(*args: Any, **kwargs: Any) -> None:
    raise ZeroDivisionError


def test_a_run_that_is_stopped_keeps_what_it_raised_and_goes_on_when_asked(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    fee = management_fee(cast)
    for unit in homes(cast, 5):
        borne(unit, fee)
    monkeypatch.setattr("billing.queries.running.BATCH", 2)
    run = prepared(cast)

    def stopping(run: BillingRun, **given: Any) -> Any:
        LongWork.objects.filter(kind="billing.raise", state="running").update(cancel_asked=True)
        return batch_of(run, **given)

    monkeypatch.setattr(running, "batch_of", stopping)
    run = raised(cast, run)
    assert run.work is not None
    assert (run.state, run.work.state, Bill.objects.count()) == (RunState.PREVIEWED.value, "cancelled", 2)
    assert run.work.error
    with pytest.raises(NotNow):
        stop_run(run=run, by=cast.cashier, at=NOON)
    monkeypatch.setattr(running, "batch_of", batch_of)
    run = raised(cast, run)
    assert (run.state, run.count, Bill.objects.count()) == (RunState.RAISED.value, 5, 5)


def test_a_price_that_is_put_right_between_two_batches_counts_for_the_next(cast: Cast) -> None:
    """What batches before reckoned is no reason to bill at a price that is none any more."""
    fee = management_fee(cast)
    for unit in homes(cast, 4):
        borne(unit, fee)
    run, prices = prepared(cast), Prices()
    first = batch_of(run, after=0, prices=prices, size=2)
    assert first is not None
    Tariff.objects.filter(pk=fee.pk).update(unit_price=Decimal(3))
    second = batch_of(run, after=first.last, prices=prices, size=2)
    assert second is not None
    found = [line.unit_price for draft in (*first.drafts, *second.drafts) for line in draft.lines]
    assert found == [Decimal("2.8"), Decimal("2.8"), Decimal(3), Decimal(3)]


def test_a_run_is_taken_back_as_far_as_nothing_was_paid_and_may_be_raised_anew(cast: Cast) -> None:
    fee = management_fee(cast)
    for unit in cast.units.values():
        borne(unit, fee)
    run = raised(cast, prepared(cast))
    paid(cast, Bill.objects.get(unit=cast.units[HOME]), amount=1)
    run = cancelled(cast, run)
    assert (run.state, run.count, run.total) == (RunState.CANCELLED.value, 1, FEE)
    states = {bill.unit.number: bill.state for bill in Bill.objects.select_related("unit")}
    assert states == {HOME: BillState.PART, NEXT_DOOR: BillState.VOID}
    assert on(Book.SERVICES, cast) == FEE
    assert Entry.objects.filter(kind="voided", text="单价错了").count() == 1
    assert_books_agree(cast)
    anew = raised(cast, prepared(cast))
    assert anew.count == 1
    assert Bill.objects.filter(unit=cast.units[NEXT_DOOR], voided_at=None).count() == 1
    with pytest.raises(NotNow):
        cancel(CANCELLING, run, reason="再来", by=cast.supervisor, at=NOON)
    assert_books_agree(cast)


def test_what_was_paid_in_advance_settles_new_bills(cast: Cast) -> None:
    fee = management_fee(cast)
    for unit in cast.units.values():
        borne(unit, fee)
    paid(cast, amount=300)
    paid(cast, amount=100, home=NEXT_DOOR)
    raised(cast, prepared(cast))
    mine, theirs = (Bill.objects.get(unit=cast.units[home]) for home in (HOME, NEXT_DOOR))
    assert (mine.state, theirs.outstanding) == (BillState.PAID.value, FEE - 100)
    assert [in_advance(cast.units[home]) for home in (HOME, NEXT_DOOR)] == [300 - FEE, Decimal(0)]
    assert balance(Book.CREDIT, cast.project) == 300 - FEE
    assert_books_agree(cast)


@pytest.mark.req("BIL-3")
def test_a_new_bill_takes_of_what_was_paid_in_advance_only_what_older_ones_do_not_need(cast: Cast) -> None:
    borne(cast.units[HOME], management_fee(cast))
    paid(cast, amount=300)
    older = charged(cast, 250)
    raised(cast, prepared(cast))
    new = Bill.objects.get(unit=cast.units[HOME], run__isnull=False)
    older.refresh_from_db()
    assert (older.outstanding, new.outstanding) == (Decimal(250), FEE - 50)
    assert in_advance(cast.units[HOME]) == 250
    assert_books_agree(cast)


def test_part_of_a_month_is_charged_by_its_days_and_a_tariff_only_while_in_force(cast: Cast) -> None:
    fee = management_fee(cast, unit_price=1, starts_on=date(2026, 11, 11))
    late, gone = homes(cast, 2)
    borne(late, fee, since=date(2026, 11, 16))
    borne(gone, fee, since=date(2026, 1, 1), until=date(2026, 11, 20))
    over = management_fee(cast, ends_on=date(2026, 10, 31))
    borne(cast.units[HOME], over)
    run = raised(cast, prepared(cast))
    amounts = {bill.unit.number: bill.amount for bill in Bill.objects.select_related("unit")}
    assert amounts == {late.number: Decimal("25.00"), gone.number: Decimal("16.67")}
    assert run.found["left_out"] == {LeftOut.NO_TARIFF: 1}


def test_a_quarter_is_billed_once_in_the_month_in_which_it_begins(cast: Cast) -> None:
    fee = management_fee(cast, period_months=3)
    borne(cast.units[HOME], fee, since=date(2026, 2, 15))
    assert prepared(cast, start=date(2026, 10, 1), end=date(2026, 10, 31)).count == 0
    raised(cast, prepared(cast))
    bill = Bill.objects.get()
    assert (bill.period_start, bill.period_end) == (date(2026, 11, 1), date(2027, 1, 31))
    assert bill.amount == Decimal("794.30")  # rounded once, not month by month
    first = list(stretches(date(2026, 2, 15), 3, Period(date(2025, 1, 1), date(2026, 6, 30))))
    assert first == [Period(date(2026, 2, 1), date(2026, 4, 30)), Period(date(2026, 5, 1), date(2026, 7, 31))]


def test_cars_residents_and_formulas_are_counted_per_home(cast: Cast) -> None:
    item = ChargeItem.objects.create(project=cast.project, name="停车费", account_id=Book.ON_BEHALF)
    cars = management_fee(cast, item=item, basis=Basis.VEHICLE, unit_price=80)
    own = management_fee(cast, basis=Basis.FORMULA, formula="max(人数 * 5, 8)")
    meter = management_fee(cast, basis=Basis.READING)
    unit = cast.units[HOME]
    for tariff in (cars, own, meter):
        borne(unit, tariff)
    for plate in ("浙A00001", "浙A00002"):
        Vehicle.objects.create(project=cast.project, plate=plate, unit=unit)
    household = Household.objects.get(unit=unit)
    HouseholdMember.objects.create(household=household, person=cast.people[NEXT_DOOR], relation="family")
    borne(cast.units[NEXT_DOOR], cars)
    run = raised(cast, prepared(cast))
    assert sorted(bill.amount for bill in Bill.objects.all()) == [10, 80, 80], "one bill for each car"
    assert run.found["left_out"] == {LeftOut.NO_READING: 1, LeftOut.NOTHING: 1}
    assert on(Book.ON_BEHALF, cast) == 160
    assert item.on_behalf


def test_a_batch_costs_as_many_statements_for_thirty_homes_as_for_three(cast: Cast) -> None:
    fee = management_fee(cast)
    counts = []
    for number in (3, 30):
        for unit in homes(cast, number, building=f"b{number}"):
            borne(unit, fee)
        run = prepared(cast)
        raise_run(run=run, by=cast.cashier, at=NOON)
        with CaptureQueriesContext(connection) as seen:
            run_waiting(NOON)
        counts.append(len(seen))
    assert counts[0] == counts[1], counts


@pytest.mark.parametrize("who", ["frontdesk", "technician", "gm", "admin", "resident"])
def test_only_cashiers_and_supervisors_raise_bills(cast: Cast, who: str) -> None:
    management_fee(cast)
    with pytest.raises(NotAllowed):
        prepared(cast, by=cast.users[who])
    run = prepared(cast)
    for act in (raise_run, stop_run):
        with pytest.raises(NotAllowed):
            act(run=run, by=cast.users[who], at=NOON)
    with pytest.raises(NotAllowed):
        cancel(CANCELLING, run, reason="不要了", by=cast.users[who], at=NOON)


def test_months_that_are_none_and_items_of_elsewhere_are_refused(cast: Cast) -> None:
    item = management_fee(cast).item
    far = ChargeItem.objects.create(project=cast.other_project, name="物业管理费")
    wrong: list[dict[str, Any]] = [
        {"items": []},
        {"items": [item, far]},
        {"end": date(2026, 10, 31)},
        {"end": date(2029, 11, 1)},
        {"due_on": date(2026, 10, 31)},
        {"due_on": date(2999, 1, 1)},
    ]
    for given in wrong:
        usual: dict[str, Any] = {"items": [item], **NOVEMBER, **given}
        with pytest.raises(Invalid):
            prepare_run(project=cast.project, by=cast.cashier, at=NOON, **usual)
    assert not BillingRun.objects.exists()


def test_a_run_that_was_raised_or_not_yet_reckoned_is_not_raised(cast: Cast) -> None:
    fee = management_fee(cast)
    borne(cast.units[HOME], fee)
    draft = prepare_run(project=cast.project, items=[fee.item], by=cast.cashier, at=NOON, **NOVEMBER)
    with pytest.raises(NotNow):
        raise_run(run=draft, by=cast.cashier, at=NOON)
    run_waiting(NOON + timedelta(seconds=1))
    run = raised(cast, draft)
    with pytest.raises(NotNow):
        raise_run(run=run, by=cast.cashier, at=NOON)
