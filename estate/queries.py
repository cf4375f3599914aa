"""Reads of the register: the one search's households, who a phone belongs to, one household on one page."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery

from accounts.models import Project, User
from accounts.states import STAFF_ROLES
from estate.models import (
    Household,
    HouseholdMember,
    ParkingSpace,
    Person,
    PersonPhone,
    Unit,
    Vehicle,
)
from estate.permissions import can_read_register
from estate.search import PERSON, UNIT, VEHICLE, plain_phone, plain_room, typed
from records.queries import find

# A phone shorter than this is its last digits, which several people share.
WHOLE_PHONE = 7
CURRENT_PHONES = Prefetch("person__phones", PersonPhone.objects.filter(ended_at=None))


@dataclass(frozen=True)
class Hit:
    """A home that a search found: the person it was found by, else who is asked for first there."""

    unit: Unit
    person: Person | None
    relation: str = ""
    plate: str = ""
    exact: bool = False

    @property
    def name(self) -> str:
        """Whom one would talk to; empty for a unit without anybody."""
        return self.person.name if self.person else ""

    @property
    def phone(self) -> str:
        """Their first number, in clear: whoever shows it masks it."""
        return first_phone(self.person)


def first_phone(person: Person | None) -> str:
    """The number to try first; the phones must have been fetched without those that ended."""
    if person is None:
        return ""
    return next((phone.number for phone in person.phones.all()), "")


@dataclass
class _Found:
    """What the tokens led to, before the rows are read."""

    units: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    plates: dict[int, str] = field(default_factory=dict)  # unit → plate
    drivers: dict[int, str] = field(default_factory=dict)  # person → plate


def readable_projects(user: User, projects: Iterable[int]) -> list[int]:
    """Those of `projects` whose register the person works with."""
    return [pk for pk in projects if can_read_register(user, pk)]


def find_households(*, query: str, user: User, projects: Iterable[int], limit: int = 20) -> list[Hit]:
    """Homes that a room, name, initials, phone or plate leads to: the exact room first, then rooms, people, cars.

    At most seven statements, whatever the size of the register. People who moved out lead nowhere.
    """
    allowed = readable_projects(user, projects)
    words = typed(query)
    if not allowed or not words:
        return []
    # Several people of one home are one hit, so a few more than asked are looked up.
    most = max(limit * 2, 20)
    units, people, cars = (
        find(query=words, projects=allowed, kind=kind, limit=most) for kind in (UNIT, PERSON, VEHICLE)
    )
    found = _Found(units=units, people=people)
    _follow_plates(found, cars)
    return _hits(found, user=user, exact=words)[:limit]


def households_of_phone(*, number: str, user: User, projects: Iterable[int]) -> list[Hit]:
    """Homes of whoever calls from `number`; none for a number that is nobody's, or is not a whole one."""
    plain = plain_phone(number)
    allowed = readable_projects(user, projects)
    if not allowed or len(plain) < WHOLE_PHONE:
        return []
    return _hits(_Found(people=find(query=plain, projects=allowed, kind=PERSON)), user=user)


def people_of_phone(*, number: str, user: User, projects: Iterable[int]) -> list[Person]:
    """Everybody in the register with that phone, also those who have moved out."""
    plain = plain_phone(number)
    allowed = readable_projects(user, projects)
    if not allowed or len(plain) < WHOLE_PHONE:
        return []
    return list(Person.objects.visible_to(user).filter(pk__in=find(query=plain, projects=allowed, kind=PERSON)))


def _follow_plates(found: _Found, vehicles: list[int]) -> None:
    if not vehicles:
        return
    for car in Vehicle.objects.filter(pk__in=vehicles, ended_on=None):
        if car.unit_id is not None:
            found.plates[car.unit_id] = car.plate
        elif car.person_id is not None:
            found.drivers[car.person_id] = car.plate


def _hits(found: _Found, *, user: User, exact: str = "") -> list[Hit]:
    people = [*found.people, *found.drivers]
    places = list(
        HouseholdMember.objects.current()
        .filter(Q(person_id__in=people) | Q(household__unit_id__in=[*found.units, *found.plates]))
        .select_related("household", "person")
        .prefetch_related(CURRENT_PHONES)
    )
    order = _order(found, places)
    units = Unit.objects.visible_to(user).select_related("project", "building").in_bulk(list(order))
    hits = [_hit(unit, [p for p in places if p.household.unit_id == unit.pk], found, exact) for unit in units.values()]
    return sorted(hits, key=lambda hit: (not hit.exact, order[hit.unit.pk], len(hit.unit.number), hit.unit.number))


def _order(found: _Found, places: list[HouseholdMember]) -> dict[int, int]:
    """Units and their turn: found as rooms, then through people, then through cars."""
    wanted = set(found.people)
    turns = dict.fromkeys(found.plates, 2)
    turns |= {place.household.unit_id: 2 for place in places if place.person_id in found.drivers}
    turns |= {place.household.unit_id: 1 for place in places if place.person_id in wanted}
    turns |= dict.fromkeys(found.units, 0)
    return turns


def _hit(unit: Unit, places: list[HouseholdMember], found: _Found, exact: str) -> Hit:
    matched = [place for place in places if place.person_id in found.people or place.person_id in found.drivers]
    first = min(matched or places, key=_asked_first, default=None)
    plate = found.plates.get(unit.pk, "")
    if first is not None and not plate:
        plate = found.drivers.get(first.person_id, "")
    number = plain_room(unit.number)
    return Hit(
        unit=unit,
        person=first.person if first else None,
        relation=str(first.get_relation_display()) if first else "",
        plate=plate,
        exact=bool(exact) and exact in (number, number.replace("-", "")),
    )


def _asked_first(place: HouseholdMember) -> tuple[bool, str, int]:
    """Whom one asks for first in a home: somebody who lives there, the owner or tenant before the family."""
    rank = {"owner": "0", "tenant": "1"}
    return (not place.household.lives_here, rank.get(place.relation, "2"), place.pk)


def match_unit(*, number: str, project_id: int, user: User) -> Unit | None:
    """The unit of a room as it was said or typed, where exactly one of the project answers to it."""
    words = typed(number)
    if not words or not can_read_register(user, project_id):
        return None
    units = Unit.objects.visible_to(user).select_related("project", "building")
    named = units.filter(project_id=project_id, number__iexact=words).first()
    if named is not None or " " in words:
        return named
    found = list(units.filter(pk__in=find(query=words, projects=[project_id], kind=UNIT, limit=50)))
    whole = [unit for unit in found if plain_room(unit.number).replace("-", "") == words.replace("-", "")]
    either = whole or [unit for unit in found if plain_room(unit.number).rpartition("-")[2] == words]
    return either[0] if len(either) == 1 else None


# --- one household on one page ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Home:
    """A unit with everybody and everything that belongs to it."""

    unit: Unit
    households: list[Household]
    former: list[Household]
    vehicles: list[Vehicle]
    spaces: list[ParkingSpace]

    @property
    def places(self) -> list[HouseholdMember]:
        """Everybody who belongs here now, whom one asks for first at the top."""
        return sorted((p for h in self.households for p in h.members.all() if not p.ended_on), key=_asked_first)

    @property
    def first(self) -> HouseholdMember | None:
        """Whom one asks for first."""
        return next(iter(self.places), None)


def household_summary(unit: Unit) -> Home:
    """The unit's households with members and phones, now and before, its cars and parking spaces: five statements."""
    members = HouseholdMember.objects.select_related("person").prefetch_related(CURRENT_PHONES)
    households = list(unit.households.prefetch_related(Prefetch("members", members)).order_by("ended_on", "pk"))
    now = [household for household in households if household.ended_on is None]
    people = [place.person_id for household in now for place in household.members.all() if place.ended_on is None]
    mine = Q(unit=unit) | Q(unit=None, person_id__in=people)
    vehicles = Vehicle.objects.filter(mine, ended_on=None).select_related("person", "space")
    spaces = ParkingSpace.objects.filter(holder_id__in=people, ended_on=None).select_related("holder")
    return Home(
        unit=unit,
        households=now,
        former=[household for household in households if household.ended_on is not None],
        vehicles=list(vehicles),
        spaces=list(spaces),
    )


@dataclass(frozen=True)
class Resident:
    """Somebody who belongs to a unit now."""

    person: Person
    relation: str

    @property
    def name(self) -> str:
        """Their name."""
        return self.person.name

    @property
    def phone(self) -> str:
        """Their first number, in clear: whoever shows it masks it."""
        return first_phone(self.person)


def people_to_ask(unit: Unit) -> list[Resident]:
    """Those who belong to the unit now, whom one asks for first at the top, with their phones."""
    places = (
        HouseholdMember.objects.current()
        .filter(household__unit=unit)
        .select_related("household", "person")
        .prefetch_related(CURRENT_PHONES)
    )
    ordered = sorted(places, key=_asked_first)
    return [Resident(person=place.person, relation=str(place.get_relation_display())) for place in ordered]


def household_for(unit: Unit, phone: str) -> Household | None:
    """The household that a caller belongs to: the one with the phone, else who lives there, tenants before owners."""
    phones = PersonPhone.objects.filter(number__in={phone, plain_phone(phone)} - {""}, ended_at=None)
    callers = HouseholdMember.objects.filter(household=OuterRef("pk"), ended_on=None, person__phones__in=phones)
    now = Household.objects.filter(unit=unit, ended_on=None).annotate(calls=Exists(callers))
    return now.order_by("-calls", "-lives_here", "is_owner", "-pk").first()


def asking_for(unit: Unit | None, user: User) -> HouseholdMember | None:
    """Whose matter it is where a resident asks: their own, also where somebody else lives in the home they own."""
    if unit is None or user.has_role(unit.project_id, *STAFF_ROLES):
        return None
    mine = HouseholdMember.objects.current().filter(person__user=user, household__unit=unit)
    return mine.select_related("household", "person").order_by("-household__lives_here", "pk").first()


def whom_to_ask(
    household: Household | None, *, name: str, phone: str, asking: HouseholdMember | None = None
) -> tuple[str, str]:
    """The caller; where nobody was named, the resident who asks, or whom the register names first in the household."""
    name, phone = name.strip()[:100], plain_phone(phone)[:20]
    if name or phone or household is None:
        return name, phone
    phones = PersonPhone.objects.filter(person=OuterRef("person"), ended_at=None).order_by("-is_primary", "pk")
    members = HouseholdMember.objects.filter(pk=asking.pk) if asking else household.members.filter(ended_on=None)
    found = members.annotate(number=Subquery(phones.values("number")[:1])).order_by("pk")
    name_and_number = found.values_list("person__name", "number").first()
    return (name_and_number[0], name_and_number[1] or "") if name_and_number else ("", "")


# --- one person, edited by two ---------------------------------------------------------------------------------------
def person_stamp(person: Person) -> str:
    """What of a person the desk's form shows, as a fingerprint: another one means that somebody saved meanwhile."""
    phones = person.phones.filter(ended_at=None).order_by("pk").values_list("pk", "number", "is_primary")
    shown = [person.name, person.preferences, *(list(phone) for phone in phones)]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]


def last_edit(person: Person) -> tuple[str, datetime | None]:
    """Who edited the person or their numbers last, and when; nobody is named where a workbook did."""
    edits = [
        Person.history.filter(id=person.pk).select_related("history_user").order_by("-history_id").first(),
        PersonPhone.history.filter(person_id=person.pk).select_related("history_user").order_by("-history_id").first(),
    ]
    last = max((edit for edit in edits if edit is not None), key=lambda edit: edit.history_date, default=None)
    if last is None:
        return "", None
    return str(last.history_user or ""), last.history_date


def vehicle_stamp(car: Vehicle) -> str:
    """What of a car the desk's form shows, as a fingerprint: another one means that somebody saved meanwhile."""
    days = [day.isoformat() if day else "" for day in (car.started_on, car.ended_on)]
    shown = [car.plate, car.person_id, car.space_id, car.brand, car.color, *days]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]


def last_edit_of_car(car: Vehicle) -> tuple[str, datetime | None]:
    """Who edited a car last, and when; nobody is named where a workbook did."""
    last = Vehicle.history.filter(id=car.pk).select_related("history_user").order_by("-history_id").first()
    return (str(last.history_user or ""), last.history_date) if last is not None else ("", None)


def spaces_named(project: Project, said: str) -> list[ParkingSpace]:
    """The parking spaces in use that somebody may mean: by their number, or their car park and number."""
    lot, _blank, code = said.strip().partition(" ")
    named = Q(code__iexact=said.strip()) | (Q(lot__iexact=lot, code__iexact=code.strip()) if code else Q(pk=None))
    return list(ParkingSpace.objects.filter(named, project=project, ended_on=None).order_by("lot", "code"))


def names_in(households: Iterable[Household]) -> str:
    """Who belongs to these households now, by name, first come first: what a form that moves people was shown with."""
    places = [
        place
        for household in households
        if household.ended_on is None
        for place in household.members.all()
        if place.ended_on is None
    ]
    return "、".join(place.person.name for place in sorted(places, key=lambda place: place.pk))


def living_in(unit: Unit) -> str:
    """Who belongs to a unit now, as `names_in` says it."""
    return names_in(unit.households.filter(ended_on=None).prefetch_related("members__person"))


def last_move(unit: Unit) -> tuple[str, datetime | None]:
    """Who moved somebody in or out of a unit last, and when it was written down."""
    moves = HouseholdMember.history.filter(household__unit=unit).select_related("history_user")
    last = moves.order_by("-history_id").first()
    return (str(last.history_user or ""), last.history_date) if last is not None else ("", None)
