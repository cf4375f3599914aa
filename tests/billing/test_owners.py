"""Who owes a bill after a sale: the owner on the last day of its time, today's where that lies ahead."""

from datetime import date, timedelta
from typing import Any

import pytest

from billing.models import Bill
from billing.queries.owed import NOBODY, Liable, Owners
from estate.models import Household, HouseholdMember, Person, Vehicle
from estate.states import Relation
from tests.billing.money import HOME, NEXT_DOOR, borne, management_fee
from tests.billing.test_running import prepared, raised
from tests.billing.test_sharing import raised as shares_raised
from tests.billing.test_sharing import shared
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.req("BIL-2"), pytest.mark.django_db]
TODAY = NOON.date()


def sold(cast: Cast, on: date, home: str = HOME) -> Household:
    """The home has another owner from a day on, on which the one before left."""
    old = cast.households[home]
    Household.objects.filter(pk=old.pk).update(ended_on=on)
    HouseholdMember.objects.filter(household=old).update(ended_on=on)
    new = Household.objects.create(project=cast.project, unit=cast.units[home], started_on=on)
    buyer = Person.objects.create(project=cast.project, name="新业主")
    HouseholdMember.objects.create(household=new, person=buyer, relation=Relation.OWNER, started_on=on)
    return new


def owners(cast: Cast, since: date = date(2026, 1, 1)) -> Owners:
    return Owners.of([unit.pk for unit in cast.units.values()], since=since, today=TODAY)


def test_a_day_is_of_whoever_owned_the_home_and_the_day_of_the_sale_of_who_came(cast: Cast) -> None:
    old, day = cast.households[HOME], TODAY - timedelta(days=10)
    new, unit = sold(cast, day), cast.units[HOME].pk
    found = owners(cast)
    assert found.on(unit, day - timedelta(days=1)).household == old.pk
    assert found.on(unit, day).household == found.on(unit, date(2030, 1, 1)).household == new.pk
    assert found.now()[unit].household == new.pk
    assert found.on(0, day) == NOBODY
    assert found.changed(unit, day - timedelta(days=5), TODAY)
    assert not found.changed(unit, day, TODAY)
    assert not found.changed(cast.units[NEXT_DOOR].pk, day, TODAY)


def test_who_left_on_the_day_owes_it_where_nobody_came_and_nobody_owes_what_came_after(cast: Cast) -> None:
    day, unit = TODAY - timedelta(days=10), cast.units[HOME].pk
    HouseholdMember.objects.filter(household=cast.households[HOME]).update(ended_on=day)
    found = owners(cast)
    assert found.on(unit, day) == Liable(cast.households[HOME].pk, cast.people[HOME].pk)
    assert found.on(unit, TODAY) == NOBODY
    assert unit not in found.now()


def test_who_leaves_today_owes_the_month_that_runs_and_none_that_begins_later(cast: Cast) -> None:
    borne(cast.units[HOME], management_fee(cast))
    HouseholdMember.objects.filter(household=cast.households[HOME]).update(ended_on=NOON.date())
    raised(cast, prepared(cast, end=date(2026, 12, 31)))
    of_whom = Bill.objects.order_by("period_start").values_list("period_start__month", "household")
    assert list(of_whom) == [(11, cast.households[HOME].pk), (12, None)]


def test_the_owners_of_many_homes_are_one_statement(cast: Cast, django_assert_num_queries: Any) -> None:
    sold(cast, TODAY)
    with django_assert_num_queries(1):
        found = owners(cast)
        assert [found.on(unit.pk, TODAY) for unit in cast.units.values()]


def test_a_run_bills_the_time_before_a_sale_to_who_sold_and_names_the_home(cast: Cast) -> None:
    fee = management_fee(cast)
    for home in (HOME, NEXT_DOOR):
        borne(cast.units[home], fee)
    old, new = cast.households[HOME], sold(cast, date(2026, 11, 10))
    months = {"start": date(2026, 10, 1), "end": date(2026, 11, 30), "due_on": date(2026, 12, 10)}
    run = prepared(cast, **months)
    assert run.found["owners"] == {"count": 1, "rooms": [HOME]}
    raised(cast, run)
    mine = Bill.objects.filter(unit=cast.units[HOME]).order_by("period_start")
    assert list(mine.values_list("household", flat=True)) == [old.pk, new.pk]
    assert set(mine.filter(period_start__month=10).values_list("debtor", flat=True)) == {cast.people[HOME].pk}


def test_a_car_of_the_owners_household_is_billed_to_who_owned_the_home_then(cast: Cast) -> None:
    fee = management_fee(cast, basis="vehicle", unit_price=300)
    borne(cast.units[HOME], fee)
    old, new = cast.households[HOME], sold(cast, date(2026, 11, 10))
    buyer = new.members.get().person
    Vehicle.objects.create(project=cast.project, plate="粤B12345", unit=cast.units[HOME], person=buyer)
    months = {"start": date(2026, 10, 1), "end": date(2026, 11, 30), "due_on": date(2026, 12, 10)}
    raised(cast, prepared(cast, **months))
    mine = Bill.objects.filter(unit=cast.units[HOME], vehicle__plate="粤B12345").order_by("period_start")
    assert list(mine.values_list("household", flat=True)) == [old.pk, new.pk]


@pytest.mark.req("BIL-6")
def test_a_share_of_a_cost_is_of_who_owned_the_home_at_the_end_of_its_time(cast: Cast) -> None:
    old = cast.households[HOME]
    sold(cast, date(2026, 11, 10))
    shares_raised(cast, shared(cast))
    assert Bill.objects.get(unit=cast.units[HOME]).household == old
