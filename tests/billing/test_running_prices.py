"""A price and a run: a run raises by the terms that were looked at, or stops; none changes while bills are raised.

Terms are the prices, and which units bear them from when to when.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing.actions import running
from billing.actions.running import raise_run, reckon_again
from billing.actions.tariffs import Price, add_price, set_price
from billing.models import Bill, BillingRun, ChargeItem, Tariff, UnitCharge
from billing.queries.running import batch_of, batches_of
from billing.states import Basis, RunState
from core.errors import NotNow
from records.models import LongWork
from records.work import run_waiting
from tests.billing.money import HOME, assert_books_agree, borne, management_fee
from tests.billing.test_running import homes, prepared, raised
from tests.billing.test_tariffs import change, price, typed
from tests.cast import NOON, Cast

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-1"), pytest.mark.req("BIL-2"), pytest.mark.django_db]
MID_NOVEMBER = date(2026, 11, 15)


@pytest.fixture
def run(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> BillingRun:
    monkeypatch.setattr("billing.queries.running.BATCH", 2)
    fee = management_fee(cast)
    for unit in homes(cast, 5):
        borne(unit, fee)
    return prepared(cast)


def again(cast: Cast, run: BillingRun) -> BillingRun:
    reckon_again(run=run, by=cast.cashier, at=NOON)
    run_waiting(NOON)
    run.refresh_from_db()
    return run


def fixed(cast: Cast, name: str) -> Tariff:
    five = Price(starts_on=MID_NOVEMBER, basis=Basis.FIXED, fixed_amount=Decimal(5))
    return add_price(project=cast.project, name=name, price=five, reason="决议", by=cast.supervisor, at=NOON)


def test_a_run_that_was_looked_at_is_not_raised_by_another_price(cast: Cast, run: BillingRun) -> None:
    change(cast, Tariff.objects.get(), price("3.10", MID_NOVEMBER))
    with pytest.raises(NotNow) as refused:
        raise_run(run=run, by=cast.cashier, at=NOON)
    assert refused.value.code == "prices"
    assert not Bill.objects.exists()
    run = raised(cast, again(cast, run))
    assert (run.state, run.count) == (RunState.RAISED.value, 5)
    assert set(Bill.objects.values_list("amount", flat=True)) == {Decimal("148.00")}  # 14 days at 2.80, 16 at 3.10
    assert_books_agree(cast)


def test_no_price_is_set_while_bills_are_raised(cast: Cast, run: BillingRun, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = []

    def changing(run: BillingRun, **given: Any) -> Any:
        fee = Tariff.objects.get()
        with pytest.raises(NotNow) as changed:
            change(cast, fee, price("3.10", MID_NOVEMBER))
        with pytest.raises(NotNow) as published:
            fixed(cast, fee.item.name)
        refused.extend([changed.value.code, published.value.code])
        return batch_of(run, **given)

    monkeypatch.setattr(running, "batch_of", changing)
    run = raised(cast, run)
    assert (run.state, run.count) == (RunState.RAISED.value, 5)
    assert set(refused) == {"raising"}
    assert set(Bill.objects.values_list("amount", flat=True)) == {Decimal("140.00")}
    change(cast, Tariff.objects.get(), price("3.10", date(2026, 12, 1)))


@pytest.mark.parametrize("written", [{"unit_price": Decimal("3.10")}, {"ends_on": date(2026, 11, 14)}])
def test_a_price_written_past_that_stops_the_run_between_two_batches(
    cast: Cast, run: BillingRun, monkeypatch: pytest.MonkeyPatch, written: dict[str, Any]
) -> None:
    def writing(run: BillingRun, **given: Any) -> Any:
        batch = batch_of(run, **given)
        Tariff.objects.update(**written)
        return batch

    monkeypatch.setattr(running, "batch_of", writing)
    run = raised(cast, run)
    assert run.work is not None
    assert (run.state, run.work.state) == (RunState.PREVIEWED.value, LongWork.State.CANCELLED.value)
    assert run.work.error
    assert set(Bill.objects.values_list("amount", flat=True)) == {Decimal("140.00")}
    assert Bill.objects.count() == 2
    monkeypatch.setattr(running, "batch_of", batch_of)
    with pytest.raises(NotNow):
        raise_run(run=run, by=cast.cashier, at=NOON)
    raised(cast, again(cast, run))
    assert Bill.objects.count() == 5
    assert_books_agree(cast)


# A charge of one home: ended, begun later, moved to another home or price, or one more.
EDITS: dict[str, Callable[[Cast], object]] = {
    "ended": lambda _cast: _last().update(ended_on=MID_NOVEMBER),
    "begun later": lambda _cast: _last().update(starts_on=MID_NOVEMBER),
    "of another home": lambda cast: _last().update(unit=cast.units[HOME]),
    "one more": lambda cast: borne(cast.units[HOME], Tariff.objects.get()),
    "one less": lambda _cast: _last().delete(),
}


def _last() -> Any:
    return UnitCharge.objects.filter(pk=UnitCharge.objects.latest("pk").pk)


@pytest.mark.parametrize("edit", EDITS)
def test_a_run_that_was_looked_at_is_not_raised_when_a_home_bears_something_else(
    cast: Cast, run: BillingRun, edit: str
) -> None:
    EDITS[edit](cast)
    with pytest.raises(NotNow) as refused:
        raise_run(run=run, by=cast.cashier, at=NOON)
    assert refused.value.code == "prices"
    raised(cast, again(cast, run))
    assert Bill.objects.count() == 5 + {"one more": 1, "one less": -1}.get(edit, 0)
    assert_books_agree(cast)


def test_two_homes_that_change_places_are_a_change_too(cast: Cast, run: BillingRun) -> None:
    first, last = UnitCharge.objects.earliest("pk"), UnitCharge.objects.latest("pk")
    UnitCharge.objects.filter(pk=first.pk).update(starts_on=MID_NOVEMBER)
    run = again(cast, run)
    UnitCharge.objects.filter(pk=first.pk).update(starts_on=first.starts_on)
    UnitCharge.objects.filter(pk=last.pk).update(starts_on=MID_NOVEMBER)
    with pytest.raises(NotNow):
        raise_run(run=run, by=cast.cashier, at=NOON)


def test_what_a_home_bears_after_the_months_is_another_matter(cast: Cast, run: BillingRun) -> None:
    _last().update(ended_on=date(2026, 12, 15))
    borne(cast.units[HOME], Tariff.objects.get(), since=date(2026, 12, 1))
    assert raised(cast, run).count == 5


def test_a_charge_of_a_home_that_changes_between_two_batches_stops_the_run_before_it(
    cast: Cast, run: BillingRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook of the register taken over meanwhile, say, whose turn comes between two batches."""

    def writing(run: BillingRun, **given: Any) -> Any:
        batch = batch_of(run, **given)
        _last().update(ended_on=MID_NOVEMBER)
        return batch

    monkeypatch.setattr(running, "batch_of", writing)
    run = raised(cast, run)
    assert run.work is not None
    assert (run.state, run.work.state) == (RunState.PREVIEWED.value, LongWork.State.CANCELLED.value)
    assert run.work.error
    assert Bill.objects.count() == 4, "all but of the home that changed"
    monkeypatch.setattr(running, "batch_of", batch_of)
    raised(cast, again(cast, run))
    assert sorted(Bill.objects.values_list("amount", flat=True)) == [Decimal(70), *[Decimal(140)] * 4]
    assert_books_agree(cast)


def test_a_charge_of_a_home_that_changes_while_a_run_is_worked_out_has_it_worked_out_again(
    cast: Cast, run: BillingRun, monkeypatch: pytest.MonkeyPatch
) -> None:

    def changing(run: BillingRun, **given: Any) -> Any:
        _last().update(ended_on=MID_NOVEMBER)
        yield from batches_of(run, **given)

    monkeypatch.setattr(running, "batches_of", changing)
    run = again(cast, run)
    assert run.work is not None
    assert run.work.error


def test_in_the_admin_site_no_charge_of_a_home_is_written_while_bills_of_it_are_raised(
    cast: Cast, run: BillingRun, signed_in: SignIn
) -> None:
    cast.admin.is_staff = True
    cast.admin.save()
    client, charge = signed_in(cast.admin), UnitCharge.objects.latest("pk")
    other = management_fee(cast, item=ChargeItem.objects.create(project=cast.project, name="公共能耗费"))
    page = reverse("admin:billing_unitcharge_change", args=[charge.pk])
    body = {"unit": charge.unit_id, "tariff": charge.tariff_id, "starts_on": "2026-11-15", "ended_on": ""}
    body |= {"reason": "空置"}
    raise_run(run=run, by=cast.cashier, at=NOON)
    for address, given in (
        (page, body),
        (page, body | {"tariff": other.pk}),
        (page.replace(f"{charge.pk}/change", "add"), body),
    ):
        answer = client.post(address, given)
        assert answer.status_code == 200
        assert answer.context["adminform"].form.non_field_errors().data[0].code == "raising"
    charge.refresh_from_db()
    assert charge.starts_on == date(2026, 1, 1)
    assert client.post(page.replace(f"{charge.pk}/change", "add"), body | {"tariff": other.pk}).status_code == 302
    run_waiting(NOON)
    assert Bill.objects.count() == 5
    answer = client.post(page, body)
    assert answer.context["adminform"].form.non_field_errors().data[0].code == "billed"
    assert client.post(page, body | {"starts_on": "2026-01-01", "ended_on": "2026-11-30"}).status_code == 302
    charge.refresh_from_db()
    assert (charge.starts_on, charge.ended_on) == (date(2026, 1, 1), date(2026, 11, 30))


def test_a_price_that_changes_while_a_run_is_worked_out_has_it_worked_out_again(
    cast: Cast, run: BillingRun, monkeypatch: pytest.MonkeyPatch
) -> None:

    def changing(run: BillingRun, **given: Any) -> Any:
        change(cast, Tariff.objects.get(ends_on=None), price("3.10", MID_NOVEMBER))
        yield from batches_of(run, **given)

    monkeypatch.setattr(running, "batches_of", changing)
    run = again(cast, run)
    assert run.work is not None
    assert run.work.error
    with pytest.raises(NotNow):
        raise_run(run=run, by=cast.cashier, at=NOON)


def test_a_price_of_another_charge_stops_nothing(cast: Cast, run: BillingRun) -> None:
    raise_run(run=run, by=cast.cashier, at=NOON)
    fixed(cast, "公共能耗费")
    run_waiting(NOON)
    assert Bill.objects.count() == 5


def test_the_page_of_the_run_says_that_it_is_to_be_worked_out_again(
    cast: Cast, run: BillingRun, signed_in: SignIn
) -> None:
    client, page = signed_in(cast.cashier), f"/runs/{run.pk}/"
    assert f"{page}raise/" in client.get(page).content.decode()
    change(cast, Tariff.objects.get(), price("3.10", MID_NOVEMBER))
    shown = client.get(page).content.decode()
    assert f"{page}raise/" not in shown
    assert f"{page}again/" in shown
    assert client.post(f"{page}raise/").status_code == 409


def test_the_page_of_a_price_that_has_ended_leads_to_the_one_after_it(cast: Cast, signed_in: SignIn) -> None:
    old = management_fee(cast)
    new = change(cast, old, price("3.10", date(2026, 12, 1)))
    page = f"/tariffs/{old.pk}/change/"
    with time_machine.travel(NOON, tick=False):
        assert 'name="unit_price"' in signed_in(cast.supervisor).get(page).content.decode()
    with time_machine.travel(date(2026, 12, 5), tick=False):
        client = signed_in(cast.supervisor)
        shown = client.get(page).content.decode()
        assert 'name="unit_price"' not in shown
        assert f"/tariffs/{new.pk}/change/" in shown
        assert client.post(page, typed(starts_on="2026-11-20")).status_code == 409
        with pytest.raises(NotNow):
            set_price(
                tariff=old,
                price=price("3.30", MID_NOVEMBER),
                reason="改",
                by=cast.supervisor,
                at=NOON.replace(month=12, day=5),
            )
