"""Whose vehicles and parking spaces are: the home each counts for, and the household that owes its fee.

Whoever parks owes it: the tenants for what a tenant holds, the owner's household for what one of it does, a co-owner or
one of the family too. What nobody of a home holds is the owner's. Source: BIL-9 (车辆管理及每月收费结算).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import Count, Q

from billing.queries.drafts import Thing
from billing.queries.owed import Liable
from billing.rules.periods import Period
from estate.models import HouseholdMember, ParkingSpace, Vehicle
from estate.states import Relation
from records.bulk import among

# By a person's key: the homes that they belong to now, each with who of it is asked to pay.
Homes = Mapping[int, Mapping[int, Liable]]
ASKED = (Relation.OWNER, Relation.TENANT)


def homes_of(units: Collection[int], liable: Mapping[int, Liable]) -> Homes:
    """Everybody who belongs to the units now, and who of their household is asked to pay, in one statement.

    `liable`: the owner of each unit, who is asked for the owner's household; of another it is the first tenant.
    """
    members = HouseholdMember.objects.current().filter(household__unit__in=among(units))
    rows = list(
        members.order_by("-household__is_owner", "household__unit_id", "pk").values_list(
            "household__unit_id", "household_id", "relation", "person_id"
        )
    )
    asked = {owner.household: owner for owner in liable.values()}
    # Owners and tenants before everybody else, each in the order in which they came.
    for _unit, household, _relation, person in sorted(rows, key=lambda row: row[2] not in ASKED):
        asked.setdefault(household, Liable(household, person))
    found: dict[int, dict[int, Liable]] = defaultdict(dict)
    for unit, household, _relation, person in rows:
        found[person].setdefault(unit, asked[household])
    return found


def counted_vehicles(units: Collection[int], months: Period) -> dict[int, int]:
    """How many vehicles each home has, where the price is the whole home's; none that comes after the months."""
    there = Q(started_on=None) | Q(started_on__lte=months.end)
    cars = Vehicle.objects.filter(there, unit__in=among(units), ended_on=None).order_by()
    return dict(cars.values_list("unit").annotate(Count("pk")))


def counted_spaces(homes: Homes, liable: Mapping[int, Liable], months: Period) -> dict[int, int]:
    """How many spaces the owner's household of each home holds, where the price is the whole home's."""
    there = Q(started_on=None) | Q(started_on__lte=months.end)
    spaces = ParkingSpace.objects.filter(there, holder__in=among(homes), ended_on=None).order_by()
    found: dict[int, int] = defaultdict(int)
    for holder, count in spaces.values_list("holder").annotate(Count("pk")):
        for unit, owes in homes[holder].items():
            if liable.get(unit) == owes:
                found[unit] += count
    return found


def vehicles_of(units: Collection[int], homes: Homes) -> dict[int, list[Thing]]:
    """Each vehicle of the homes, ended ones too: the days before count."""
    found: dict[int, list[Thing]] = defaultdict(list)
    cars = Vehicle.objects.filter(unit__in=among(units)).order_by("pk")
    for pk, unit, person, plate, since, until in cars.values_list(
        "pk", "unit", "person", "plate", "started_on", "ended_on"
    ):
        owes = homes.get(person, {}).get(unit)
        found[unit].append(Thing(vehicle=pk, space=None, words=plate, since=since, until=until, liable=owes))
    return found


def spaces_of(homes: Homes) -> dict[int, list[Thing]]:
    """Each space of somebody of the homes, ended ones too; of somebody with several homes it is in each of them."""
    found: dict[int, list[Thing]] = defaultdict(list)
    spaces = ParkingSpace.objects.filter(holder__in=among(homes)).order_by("pk")
    for pk, holder, code, since, until in spaces.values_list("pk", "holder", "code", "started_on", "ended_on"):
        for unit, owes in homes[holder].items():
            found[unit].append(Thing(vehicle=None, space=pk, words=code, since=since, until=until, liable=owes))
    return found
