"""The register of a project as it stands, read once and kept up while a draft is worked out."""

from dataclasses import dataclass, field

from accounts.models import Project
from estate.imports.rows import RoomRow
from estate.models import (
    Building,
    Household,
    HouseholdMember,
    ParkingSpace,
    Person,
    PersonPhone,
    Unit,
    Vehicle,
)


@dataclass(eq=False)
class Somebody:
    """A person with the phones that are in use."""

    person: Person
    phones: dict[str, PersonPhone] = field(default_factory=dict)


@dataclass(eq=False)
class Group:
    """A household that has not ended, with its members who have not left. `fresh`: this import brings it."""

    household: Household
    members: list[Somebody] = field(default_factory=list)
    fresh: bool = False


@dataclass(eq=False)
class Home:
    """A unit with its owner's household and, where it is let, the tenant's; `further` where it is let to several."""

    unit: Unit
    owners: Group | None = None
    tenants: Group | None = None
    further: list[Group] = field(default_factory=list)

    @property
    def people(self) -> list[Somebody]:
        """Everybody who has to do with the unit now."""
        return [person for group in (self.owners, self.tenants, *self.further) if group for person in group.members]


@dataclass
class Snapshot:
    """What is there, by the names under which workbooks speak of it."""

    project: Project
    people: dict[int, Somebody] = field(default_factory=dict)
    buildings: dict[str, Building] = field(default_factory=dict)
    homes: dict[str, Home] = field(default_factory=dict)
    by_reference: dict[str, Somebody] = field(default_factory=dict)
    by_name_and_phone: dict[tuple[str, str], Somebody] = field(default_factory=dict)
    spaces: dict[tuple[str, str], ParkingSpace] = field(default_factory=dict)
    vehicles: dict[str, Vehicle] = field(default_factory=dict)
    homes_of: dict[int, list[Home]] = field(default_factory=dict)

    def home_of(self, row: RoomRow) -> Home | None:
        """The home a row speaks of: the one whose number it has as it is written, before the one of its parts."""
        return self.homes.get(row.written) or self.homes.get(row.number)

    def meet(self, somebody: Somebody) -> None:
        """Make a person known, by reference, and by name and phone."""
        self.people[id(somebody)] = somebody
        if somebody.person.reference:
            self.by_reference[somebody.person.reference] = somebody
        for number in somebody.phones:
            self.by_name_and_phone.setdefault((somebody.person.name, number), somebody)

    def settle(self, somebody: Somebody, home: Home) -> None:
        """Remember that a person belongs to a home."""
        homes = self.homes_of.setdefault(id(somebody), [])
        if home not in homes:
            homes.append(home)


def take_snapshot(project: Project) -> Snapshot:
    """Read the project's register in seven statements, whatever its size."""
    found = Snapshot(project=project)
    found.buildings = {building.code: building for building in Building.objects.filter(project=project)}
    units = Unit.objects.filter(project=project).select_related("building")
    found.homes = {unit.number: Home(unit) for unit in units}
    people = _people(project)
    for somebody in people.values():
        found.meet(somebody)
    _settle_households(found, people)
    found.spaces = {(space.lot, space.code): space for space in ParkingSpace.objects.filter(project=project)}
    found.vehicles = {car.plate: car for car in Vehicle.objects.filter(project=project, ended_on=None)}
    return found


def _people(project: Project) -> dict[int, Somebody]:
    people = {person.pk: Somebody(person) for person in Person.objects.filter(project=project)}
    for phone in PersonPhone.objects.filter(person__project=project, ended_at=None):
        people[phone.person_id].phones[phone.number] = phone
    return people


def _settle_households(found: Snapshot, people: dict[int, Somebody]) -> None:
    homes = {home.unit.pk: home for home in found.homes.values()}
    groups: dict[int, tuple[Home, Group]] = {}
    for household in Household.objects.filter(unit__project=found.project, ended_on=None).order_by("pk"):
        home, group = homes[household.unit_id], Group(household)
        groups[household.pk] = (home, group)
        if household.is_owner and home.owners is None:
            home.owners = group
        elif not household.is_owner and home.tenants is None:
            home.tenants = group
        else:
            home.further.append(group)
    members = HouseholdMember.objects.current().filter(
        household__unit__project=found.project, person__project=found.project
    )
    for household_id, person_id in members.order_by("pk").values_list("household_id", "person_id"):
        home, group = groups[household_id]
        group.members.append(people[person_id])
        found.settle(people[person_id], home)
