"""Parking fees: from the day on which a car is charged, and of whoever parks: tenants, co-owners, the family."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from billing.models import Bill, BillingRun, ChargeItem, Tariff
from billing.states import Basis, LeftOut
from estate.models import Household, HouseholdMember, ParkingSpace, Person, Unit, Vehicle
from estate.states import Relation
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, borne, management_fee
from tests.billing.test_running import prepared, raised
from tests.cast import Cast

pytestmark = [pytest.mark.req("BIL-9"), pytest.mark.django_db]
NOVEMBER_16 = date(2026, 11, 16)


def parking(cast: Cast, basis: Basis, **more: Any) -> Tariff:
    item = ChargeItem.objects.create(project=cast.project, name="停车费")
    tariff = management_fee(cast, **{"item": item, "basis": basis, "unit_price": 150, **more})
    borne(cast.units[HOME], tariff)
    return tariff


def car(cast: Cast, plate: str = "浙A00001", **more: Any) -> Vehicle:
    return Vehicle.objects.create(**{"project": cast.project, "plate": plate, "unit": cast.units[HOME], **more})


def space(cast: Cast, holder: Person, code: str = "B1-12", **more: Any) -> ParkingSpace:
    return ParkingSpace.objects.create(project=cast.project, code=code, holder=holder, **more)


def person(cast: Cast, name: str) -> Person:
    return Person.objects.create(project=cast.project, name=name)


def joins(household: Household, somebody: Person, relation: Relation) -> Person:
    HouseholdMember.objects.create(household=household, person=somebody, relation=relation)
    return somebody


def tenant(cast: Cast, name: str = "何租客", home: str = HOME) -> Person:
    unit = cast.units[home]
    let, _made = Household.objects.get_or_create(project=cast.project, unit=unit, is_owner=False)
    return joins(let, person(cast, name), Relation.TENANT)


def run(cast: Cast, **more: Any) -> BillingRun:
    return raised(cast, prepared(cast, **more))


def owed() -> dict[str, tuple[int | None, str | None]]:
    """Household and name of whoever owes each bill, by the plate or number it is for."""
    rows = Bill.objects.values_list("vehicle__plate", "space__code", "household", "debtor__name")
    return {plate or code or "": (household, name) for plate, code, household, name in rows}


def test_a_car_is_charged_from_its_day_on_and_not_before(cast: Cast) -> None:
    parking(cast, Basis.VEHICLE)
    car(cast, started_on=NOVEMBER_16)
    car(cast, "浙A00002", started_on=date(2026, 12, 1))
    car(cast, "浙A00003", started_on=date(2026, 11, 11), ended_on=date(2026, 11, 20))
    run(cast)
    amounts = dict(Bill.objects.values_list("vehicle__plate", "amount"))
    assert amounts == {"浙A00001": Decimal(75), "浙A00003": Decimal(50)}
    run(cast, start=date(2026, 12, 1), end=date(2026, 12, 31))
    assert dict(Bill.objects.filter(period_start=date(2026, 12, 1)).values_list("vehicle__plate", "amount")) == {
        "浙A00001": Decimal(150),
        "浙A00002": Decimal(150),
    }
    assert_books_agree(cast)


def test_a_day_put_right_later_bills_only_the_days_that_are_new(cast: Cast) -> None:
    parking(cast, Basis.VEHICLE)
    made = car(cast, started_on=NOVEMBER_16)
    run(cast)
    Vehicle.objects.filter(pk=made.pk).update(started_on=None)
    again = run(cast)
    assert (again.count, again.total) == (1, Decimal(75))
    assert run(cast).found["left_out"] == {LeftOut.BILLED: 1}


def test_a_price_of_the_whole_home_counts_no_car_that_is_still_to_come(cast: Cast) -> None:
    parking(cast, Basis.VEHICLE, fixed_amount=10)
    car(cast)
    car(cast, "浙A00002", started_on=date(2026, 12, 1))
    assert run(cast).total == Decimal(160)


def test_what_a_tenant_holds_the_tenants_owe(cast: Cast) -> None:
    parking(cast, Basis.SPACE)
    lives = tenant(cast)
    space(cast, lives)
    space(cast, cast.people[HOME], "B1-13")
    run(cast)
    let = Household.objects.get(is_owner=False)
    assert owed() == {
        "B1-12": (let.pk, "何租客"),
        "B1-13": (cast.households[HOME].pk, "张小明"),
    }
    assert_books_agree(cast)


def test_a_tenants_car_too_and_one_of_nobody_is_the_owners(cast: Cast) -> None:
    parking(cast, Basis.VEHICLE)
    lives = tenant(cast)
    second = joins(Household.objects.get(is_owner=False), person(cast, "何太太"), Relation.FAMILY)
    car(cast, person=lives)
    car(cast, "浙A00002", person=second)
    car(cast, "浙A00003")
    car(cast, "浙A00004", person=person(cast, "外人"))
    run(cast)
    let, own = Household.objects.get(is_owner=False).pk, cast.households[HOME].pk
    assert owed() == {
        "浙A00001": (let, "何租客"),
        "浙A00002": (let, "何租客"),
        "浙A00003": (own, "张小明"),
        "浙A00004": (own, "张小明"),
    }


def test_what_a_co_owner_or_the_family_holds_is_billed_to_their_household(cast: Cast) -> None:
    parking(cast, Basis.SPACE)
    household = cast.households[HOME]
    for code, name, relation in (("B1-12", "李太太", Relation.OWNER), ("B1-13", "张小宝", Relation.FAMILY)):
        space(cast, joins(household, person(cast, name), relation), code)
    run(cast)
    assert owed() == {"B1-12": (household.pk, "张小明"), "B1-13": (household.pk, "张小明")}


def test_who_moved_out_holds_nothing_of_the_home_any_more(cast: Cast) -> None:
    parking(cast, Basis.SPACE)
    gone = tenant(cast)
    space(cast, gone)
    HouseholdMember.objects.filter(person=gone).update(ended_on=date(2026, 10, 31))
    assert run(cast).found["left_out"] == {LeftOut.NOTHING: 1}


def test_a_formula_counts_what_the_owners_household_holds(cast: Cast) -> None:
    parking(cast, Basis.SPACE, fixed_amount=10)
    space(cast, joins(cast.households[HOME], person(cast, "李太太"), Relation.OWNER))
    space(cast, cast.people[HOME], "B1-13")
    space(cast, tenant(cast), "B1-14")
    space(cast, cast.people[HOME], "B1-15", started_on=date(2026, 12, 1))
    assert run(cast).total == Decimal(310)


def test_who_has_two_homes_pays_for_a_space_once(cast: Cast) -> None:
    tariff = parking(cast, Basis.SPACE)
    borne(cast.units[NEXT_DOOR], tariff)
    lives = tenant(cast)
    joins(cast.households[NEXT_DOOR], lives, Relation.OWNER)
    space(cast, lives)
    assert run(cast).count == 1


def test_a_batch_costs_as_many_statements_for_many_holders_as_for_one(cast: Cast) -> None:
    tariff = parking(cast, Basis.SPACE)
    counts = []
    for number in (2, 1, 9):  # the first finds nothing in any cache
        for index in range(number):
            number_of = f"n{number}-{index}"
            unit = Unit.objects.create(project=cast.project, building=cast.units[HOME].building, number=number_of)
            borne(unit, tariff)
            own = Household.objects.create(project=cast.project, unit=unit, is_owner=True)
            space(cast, joins(own, person(cast, f"主{index}"), Relation.OWNER), f"C{number}-{index}")
        with CaptureQueriesContext(connection) as seen:
            prepared(cast)
        counts.append(len(seen))
    assert counts[1] == counts[2], counts


@pytest.mark.req("EST-1")
def test_the_day_is_kept_with_the_car_over_the_api(cast: Cast, api: Any) -> None:
    client: APIClient = api(cast.frontdesk)
    new = {"project": "demo", "plate": "浙A77777", "unit": HOME, "started_on": "2026-11-16"}
    made = client.post("/api/v1/vehicles/", new, format="json")
    assert (made.status_code, made.json()["started_on"]) == (201, "2026-11-16")
    page = f"/api/v1/vehicles/{made.json()['id']}/"
    early = client.patch(page, {"ended_on": "2026-11-01"}, format="json")
    assert (early.status_code, list(early.json()["fields"])) == (400, ["ended_on"])
    assert client.patch(page, {"started_on": None}, format="json").json()["started_on"] is None
