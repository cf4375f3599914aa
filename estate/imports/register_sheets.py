"""The register's own sheets: what buildings, people, units and parking spaces of a workbook become."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from estate.imports.draft import Draft
from estate.imports.messages import RowError
from estate.imports.reading import Register
from estate.imports.rows import AssetRow, BuildingRow, PersonRow, RoomRow, Row, SpaceRow
from estate.imports.snapshot import Group, Home, Snapshot, Somebody
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
from estate.states import PersonKind, Relation, UnitStatus
from records.crypto import encrypt

_ORGANISATION = re.compile(
    r"(公司|集团|银行|中心|学校|幼儿园|医院|协会|委员会|事务所|工作室|经营部|商行|支行|局|厂|店)$"
)
S = TypeVar("S", Somebody, Somebody | None)


class RegisterDrafter:
    """Works out what the rows of a workbook do to a project's register."""

    def __init__(self, draft: Draft, register: Register, snapshot: Snapshot) -> None:
        self.draft = draft
        self.register = register
        self.snapshot = snapshot
        self.project = draft.project
        self._refused_owners: set[str] = set()
        self._plates: set[str] = set()

    def run(self) -> None:
        """Draft every sheet; what others refer to comes first."""
        assets = self.register.of(AssetRow)
        self._buildings([*self.register.of(BuildingRow), *map(self._entrance, assets)])
        people = self.register.of(PersonRow)
        for person in people:
            if person.relation is Relation.OWNER:
                self._numbered_owner(person)
        self._refused_owners |= self._strangers()
        for room in self.register.of(RoomRow):
            self._room(room)
        self._residents(person for person in people if person.relation is not Relation.OWNER)
        self._assets(assets)
        for space in self.register.of(SpaceRow):
            self._space(space)

    # Buildings

    def _buildings(self, rows: Iterable[BuildingRow]) -> None:
        """A building is as high as its highest entrance, and has a lift where one of them has."""
        entrances: dict[str, list[BuildingRow]] = {}
        for row in rows:
            entrances.setdefault(row.building, []).append(row)
        for code, found in entrances.items():
            lifts = {row.has_lift for row in found}
            floors = max((row.floors for row in found if row.floors), default=None)
            has_lift = True if True in lifts else False if False in lifts else None
            for row in found:
                self._building(row, code, {"floors": floors, "has_lift": has_lift})

    def _entrance(self, row: AssetRow) -> BuildingRow:
        """The entrance of a row's room; a unit known by its number stands in the building the register says."""
        home = self.snapshot.homes.get(row.room.written)
        return replace(row.entrance, building=home.unit.building.code) if home else row.entrance

    def _building(self, row: Row, code: str, values: dict[str, Any]) -> Building:
        found = self.snapshot.buildings.get(code)
        building = self.draft.put(row, Building, found, {"project": self.project, "code": code, **values}, code)
        self.snapshot.buildings[code] = building
        return building

    # People

    def _numbered_owner(self, row: PersonRow) -> None:
        """An owner is known again by the number; a number that is plainly somebody else's is refused."""
        found = self.snapshot.by_reference.get(row.owner_number)
        if found is not None and not _same_person(found, row):
            self._refuse(row, "reference_taken", "owner_number", owner=row.owner_number)
            self._refused_owners.add(row.owner_number)
            return
        self._person(row, found, reference=row.owner_number)

    def _strangers(self) -> set[str]:
        """Numbers whose only owner in this workbook stays out, and is not whom the register has under them."""
        owners = [row for row in self.register.of(PersonRow) if row.relation is Relation.OWNER]
        unclear = {(error.sheet, error.row) for error in self.register.errors if error.field_name == "relation"}
        found = {row.owner_number for row in owners}
        return {
            row.owner_number
            for row in self.register.left_out
            if isinstance(row, PersonRow)
            and row.relation is Relation.OWNER
            and (row.sheet, row.row) not in unclear
            and row.owner_number in self.snapshot.by_reference
            and row.owner_number not in found
            and not _same_person(self.snapshot.by_reference[row.owner_number], row)
        }

    def _owner_of(self, row: RoomRow | SpaceRow) -> Somebody | None:
        """Whom the row means by its owner's number; nobody where the workbook's owner of that number was refused.

        The register has another person under that number, whom this workbook does not speak of.
        """
        if row.owner_number in self._refused_owners:
            self._refuse(row, "owner_left_out", "owner_number", owner=row.owner_number)
            return None
        return self.snapshot.by_reference.get(row.owner_number)

    def _residents(self, rows: Iterable[PersonRow]) -> None:
        """Relatives and tenants of numbered owners, home by home."""
        of_owner: dict[str, list[tuple[Somebody, PersonRow]]] = {}
        for row in rows:
            if row.owner_number in self._refused_owners:
                self._refuse(row, "owner_stays_out", "owner_number", owner=row.owner_number)
                continue
            reference = f"{row.owner_number}/{row.name}"[:40]
            somebody = self._person(row, self.snapshot.by_reference.get(reference), reference=reference)
            of_owner.setdefault(row.owner_number, []).append((somebody, row))
        for number, people in of_owner.items():
            homes = self.snapshot.homes_of.get(id(self.snapshot.by_reference.get(number)), [])
            self._house(homes, people)

    def _house(self, homes: list[Home], people: list[tuple[Somebody, PersonRow]]) -> None:
        """Family belongs to every home of its owner; a tenant to the one home, if there is only one."""
        owners, tenants = _by_household(people)
        for home in homes:
            self._join(home, owners, is_owner=True)
        if len(homes) == 1:
            self._join(homes[0], tenants, is_owner=False)
        for _, row in (*([] if homes else owners), *([] if len(homes) == 1 else tenants)):
            self._refuse(row, "room_unclear", "owner_number")

    def _person(self, row: PersonRow, found: Somebody | None, *, reference: str = "") -> Somebody:
        """Create or update a person. 男 is written where nothing is known, so only 女 is taken as said."""
        values: dict[str, Any] = {
            "project": self.project,
            "name": row.name,
            "reference": reference,
            "gender": row.gender if row.gender == "female" else "",
        }
        if found is None:
            organisation = _ORGANISATION.search(row.name)
            values["kind"] = PersonKind.ORGANISATION if organisation else PersonKind.PERSON
        if row.id_number and (found is None or found.person.id_number != row.id_number):
            values["id_number_stored"] = encrypt(row.id_number)
        person = self.draft.put(row, Person, found.person if found else None, values, row.name)
        somebody = found or Somebody(person)
        for number in row.phones:
            self._phone(row, somebody, number)
        self.snapshot.meet(somebody)
        return somebody

    def _phone(self, row: Row, somebody: Somebody, number: str) -> None:
        if number in somebody.phones:
            return
        values = {"person": somebody.person, "number": number, "is_primary": not somebody.phones}
        somebody.phones[number] = self.draft.put(
            row, PersonPhone, None, values, f"{somebody.person.name} …{number[-4:]}"
        )

    # Units and who belongs to them

    def _room(self, row: RoomRow) -> None:
        home = self._home(row)
        owner = self._owner_of(row)
        if owner is None:
            return
        if _others_live_there(home.owners, [owner]):
            self._refuse(row, "occupants_differ", "owner_number")
        else:
            self._add(row, home, self._group(row, home, is_owner=True), owner, Relation.OWNER)

    def _home(self, row: RoomRow) -> Home:
        home = self.snapshot.home_of(row)
        values: dict[str, Any] = {
            "floor": row.floor, "kind": row.kind, "layout": row.layout, "area": row.area,
            "inner_area": row.inner_area, "rent": row.rent, "status": row.status,
            "handed_over_on": row.handed_over_on, "completed_on": row.completed_on,
        }  # fmt: skip
        if home is None or home.unit.number != row.written:
            building = self.snapshot.buildings.get(row.building) or self._building(row, row.building, {})
            values |= {"building": building, "entrance": row.entrance, "room": row.room}
        if home is not None:
            self.draft.put(row, Unit, home.unit, values, home.unit.number)
            return home
        values |= {"project": self.project, "number": row.number}
        found = self.snapshot.homes[row.number] = Home(self.draft.put(row, Unit, None, values, row.number))
        return found

    def _assets(self, rows: Iterable[AssetRow]) -> None:
        """Rows of one unit together: its owners are one household, its tenants another."""
        units: dict[str, list[AssetRow]] = {}
        for row in rows:
            units.setdefault(row.room.number, []).append(row)
        for found in units.values():
            homes = [self._home(row.room) for row in found]
            self._asset_people(homes[0], [person for row in found for person in row.people])

    def _asset_people(self, home: Home, rows: list[PersonRow]) -> None:
        known = [(self._recognise(home, row), row) for row in rows]
        further = [somebody for group in home.further for somebody in group.members]
        for somebody, row in known:
            if somebody in further:
                self._person(row, somebody)
        known = [one for one in known if one[0] not in further]
        for people, is_owner in zip(_by_household(known, home), (True, False), strict=True):
            group = home.owners if is_owner else home.tenants
            if _others_live_there(group, [somebody for somebody, row in people if _is_principal(row)]):
                self._refuse(people[0][1], "occupants_differ", "name")
                continue
            by_name: dict[str, Somebody] = {}
            for somebody, row in people:
                by_name[row.name] = self._person(row, somebody or by_name.get(row.name))
            self._join(home, [(by_name[row.name], row) for _, row in people], is_owner=is_owner)

    def _recognise(self, home: Home, row: PersonRow) -> Somebody | None:
        """Somebody of this unit by name, or of the project by name and phone."""
        here = [somebody for somebody in home.people if somebody.person.name == row.name]
        elsewhere = [self.snapshot.by_name_and_phone.get((row.name, phone)) for phone in row.phones]
        return next((somebody for somebody in (*here, *elsewhere) if somebody), None)

    def _join(self, home: Home, people: list[tuple[Somebody, PersonRow]], *, is_owner: bool) -> None:
        """Make people members of the home's household, unless the register names quite other people for it."""
        if not people:
            return
        first = people[0][1]
        principals = [somebody for somebody, row in people if _is_principal(row)]
        if _others_live_there(home.owners if is_owner else home.tenants, principals):
            self._refuse(first, "occupants_differ", "name")
            return
        group = self._group(first, home, is_owner=is_owner)
        for somebody, row in people:
            self._add(row, home, group, somebody, row.relation)

    def _add(self, row: Row, home: Home, group: Group, somebody: Somebody, relation: Relation) -> None:
        if somebody not in group.members:
            values = {"household": group.household, "person": somebody.person, "relation": relation}
            self.draft.put(row, HouseholdMember, None, values, f"{home.unit.number} {somebody.person.name}")
            group.members.append(somebody)
        self.snapshot.settle(somebody, home)

    def _group(self, row: Row, home: Home, *, is_owner: bool) -> Group:
        """The home's household, begun where there is none; a let home is not lived in by its owner."""
        group = home.owners if is_owner else home.tenants
        if group:
            return group
        lived_in = not is_owner or (home.unit.status == UnitStatus.OCCUPIED and not home.tenants)
        values = {"project": self.project, "unit": home.unit, "is_owner": is_owner, "lives_here": lived_in}
        group = Group(self.draft.put(row, Household, None, values, home.unit.number), fresh=True)
        if is_owner:
            home.owners = group
        else:
            home.tenants = group
            if home.owners and home.owners.fresh:
                home.owners.household.lives_here = False
        return group

    # Parking

    def _space(self, row: SpaceRow) -> None:
        holder = self._owner_of(row)
        values = {
            "project": self.project, "lot": row.car_park, "code": row.space, "kind": row.kind, "area": row.area,
            "holder": holder.person if holder else None, "is_sold": row.is_sold, "started_on": row.starts_on,
            "ended_on": row.ends_on,
        }  # fmt: skip
        key = (row.car_park, row.space)
        space = self.draft.put(row, ParkingSpace, self.snapshot.spaces.get(key), values, row.space)
        self.snapshot.spaces[key] = space
        if row.plate:
            self._vehicle(row, space, holder)

    def _vehicle(self, row: SpaceRow, space: ParkingSpace, holder: Somebody | None) -> None:
        """A car stands where this workbook names it first."""
        if row.plate in self._plates:
            return
        self._plates.add(row.plate)
        homes = self.snapshot.homes_of.get(id(holder), [])
        found = self.snapshot.vehicles.get(row.plate)
        values = {
            "project": self.project, "plate": row.plate, "person": holder.person if holder else None,
            "unit": homes[0].unit if len(homes) == 1 else None, "space": space, "brand": row.brand, "color": row.colour,
            "started_on": row.car_since,
        }  # fmt: skip
        self.snapshot.vehicles[row.plate] = self.draft.put(row, Vehicle, found, values, row.plate)

    def _refuse(self, row: Row, code: str, field_name: str, **params: Any) -> None:
        column = self.register.header_of(row.sheet, field_name)
        self.draft.refuse(RowError(row.sheet, row.row, column, "", code, field_name, params))


def draft_register(draft: Draft, register: Register, snapshot: Snapshot) -> None:
    """Draft the register's own sheets."""
    RegisterDrafter(draft, register, snapshot).run()


def _same_person(known: Somebody, row: PersonRow) -> bool:
    """The name is the same, or a phone or the ID number shows that only the name was mended."""
    return (
        known.person.name == row.name
        or any(phone in known.phones for phone in row.phones)
        or (row.id_number is not None and known.person.id_number == row.id_number)
    )


def _is_principal(row: PersonRow) -> bool:
    """Owners and tenants make a household; relatives and guests join one."""
    return row.relation in (Relation.OWNER, Relation.TENANT)


def _others_live_there(group: Group | None, principals: Sequence[Somebody | None]) -> bool:
    """The register already names people for the household, and none of those the workbook names."""
    if group is None or group.fresh or not group.members or not principals:
        return False
    return not any(one in group.members for one in principals)


def _by_household(
    people: list[tuple[S, PersonRow]], home: Home | None = None
) -> tuple[list[tuple[S, PersonRow]], list[tuple[S, PersonRow]]]:
    """Owners with their family, and tenants; guests stay with the tenant where there is one.

    A relative or guest who belongs to a household of the home already stays in that one.
    """
    let = any(row.relation is Relation.TENANT for _, row in people)
    with_tenant = {Relation.TENANT, Relation.TEMPORARY} if let else set()

    def is_tenants(somebody: S, row: PersonRow) -> bool:
        for group, answer in ((home.tenants, True), (home.owners, False)) if home and not _is_principal(row) else ():
            if group and somebody in group.members:
                return answer
        return row.relation in with_tenant

    owners = [one for one in people if not is_tenants(*one)]
    return owners, [one for one in people if is_tenants(*one)]
