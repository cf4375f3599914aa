"""Every write to the register that people make one by one, and the search tokens of all of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, Prefetch
from django.utils.translation import gettext as _

from accounts.models import Project, User
from core.errors import Invalid, NotAllowed, Stale
from estate.models import Building, Household, HouseholdMember, Person, PersonPhone, Unit, Vehicle
from estate.permissions import can_keep_register, can_reveal
from estate.queries import living_in, person_stamp, vehicle_stamp
from estate.search import (
    PERSON,
    UNIT,
    VEHICLE,
    kept_plate,
    person_tokens,
    plain_phone,
    unit_rank,
    unit_tokens,
    vehicle_tokens,
)
from estate.states import Relation, UnitStatus
from records.actions import audit, index
from records.models import SearchToken
from records.search import clean

BATCH = 500
UNIT_FIELDS = frozenset(
    ("number", "entrance", "room", "floor", "kind", "layout", "area", "inner_area", "rent", "status")
) | {"completed_on", "handed_over_on"}
PERSON_FIELDS = frozenset(("name", "kind", "gender", "preferences", "reference"))
VEHICLE_FIELDS = frozenset(("plate", "person", "unit", "space", "brand", "color", "started_on", "ended_on"))
EMPTY_HOMES = (UnitStatus.HANDED_OVER, UnitStatus.VACANT, UnitStatus.IDLE, UnitStatus.SOLD)


# --- search tokens ---------------------------------------------------------------------------------------------------
def reindex_unit(unit: Unit) -> None:
    """Make a unit findable by its number as it is now."""
    index(
        project=unit.project, kind=UNIT, object_id=unit.pk, tokens=unit_tokens(unit.number), rank=unit_rank(unit.number)
    )


def reindex_person(person: Person) -> None:
    """Make a person findable by name, phones and rooms as they are now."""
    phones = person.phones.filter(ended_at=None).values_list("number", flat=True)
    places = HouseholdMember.objects.current().filter(person=person)
    units = places.values_list("household__unit__number", flat=True)
    index(project=person.project, kind=PERSON, object_id=person.pk, tokens=person_tokens(person.name, phones, units))


def reindex_vehicle(vehicle: Vehicle) -> None:
    """Make a car findable by its plate; one that left no longer is."""
    tokens = vehicle_tokens(vehicle.plate) if vehicle.ended_on is None else set()
    index(project=vehicle.project, kind=VEHICLE, object_id=vehicle.pk, tokens=tokens)


def reindex(thing: Model) -> None:
    """Make whatever of the register was changed findable as it is now."""
    if isinstance(thing, Unit):
        reindex_unit(thing)
    elif isinstance(thing, Person):
        reindex_person(thing)
    elif isinstance(thing, Vehicle):
        reindex_vehicle(thing)
    elif isinstance(thing, HouseholdMember):
        reindex_person(thing.person)
    elif isinstance(thing, Household):
        for member in thing.members.select_related("person__project"):
            reindex_person(member.person)


@transaction.atomic
def reindex_register(*, project: Project) -> dict[str, int]:
    """Write the tokens of a whole project anew, in batches: after an import or a restore. Returns how many things."""
    SearchToken.objects.filter(project=project, kind__in=[UNIT, PERSON, VEHICLE]).delete()
    units = list(Unit.objects.filter(project=project).values_list("pk", "number"))
    cars = Vehicle.objects.filter(project=project, ended_on=None).values_list("pk", "plate")
    _add(project, UNIT, ((pk, unit_tokens(number), unit_rank(number)) for pk, number in units))
    _add(project, VEHICLE, ((pk, vehicle_tokens(plate), 0) for pk, plate in list(cars)))
    people = list(
        Person.objects.filter(project=project).prefetch_related(
            Prefetch("phones", PersonPhone.objects.filter(ended_at=None)),
            Prefetch("places", HouseholdMember.objects.current().select_related("household__unit")),
        )
    )
    _add(project, PERSON, ((person.pk, _tokens_of(person), 0) for person in people))
    return {UNIT: len(units), PERSON: len(people), VEHICLE: len(cars)}


def _tokens_of(person: Person) -> set[str]:
    phones = [phone.number for phone in person.phones.all()]
    return person_tokens(person.name, phones, [place.household.unit.number for place in person.places.all()])


def _add(project: Project, kind: str, things: Iterable[tuple[int, set[str], int]]) -> None:
    rows: list[SearchToken] = []
    for pk, tokens, rank in things:
        rows += [
            SearchToken(project=project, kind=kind, object_id=pk, token=token, rank=rank) for token in clean(tokens)
        ]
        if len(rows) > BATCH * 20:
            SearchToken.objects.bulk_create(rows, batch_size=BATCH)
            rows = []
    SearchToken.objects.bulk_create(rows, batch_size=BATCH)


# --- units, people, cars ---------------------------------------------------------------------------------------------
def _require_keeper(user: User, project_id: int) -> None:
    if not can_keep_register(user, project_id):
        raise NotAllowed(_("Only the desk, supervisors and administrators may change the register."))


def _save(thing: "Unit | Person | Vehicle | Building") -> None:
    """Keep the row, or turn what the model or the database refuses into a sentence beside the field."""
    try:
        thing.full_clean(exclude=["id_number_stored"])
        with transaction.atomic():
            thing.save()
    except ValidationError as problem:
        fields = {name: " ".join(words) for name, words in problem.message_dict.items()}
        general = fields.pop("__all__", "")
        raise Invalid(general or _("Some of the input does not fit."), fields=fields) from problem
    except IntegrityError as problem:  # somebody saved the same number at the same moment
        raise Invalid(_("Somebody else just saved the same number. Look it up.")) from problem


def _only(values: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(set(values) - known)
    if unknown:
        raise Invalid(
            _("Some of the input does not fit."), fields={name: _("There is no such field.") for name in unknown}
        )


@transaction.atomic
def save_unit(
    *, project: Project, values: Mapping[str, Any], by: User, at: datetime, unit: Unit | None = None, building: str = ""
) -> Unit:
    """Add a unit or change one. `building` is the building's number, the first part of the unit's where not given.

    Raises `NotAllowed`, and `Invalid` with the fields that do not fit: a number that is taken, for one.
    """
    _require_keeper(by, project.pk)
    _only(values, UNIT_FIELDS)
    unit = unit or Unit(project=project)
    renumbered = values.get("number", unit.number) != unit.number
    for name, value in values.items():
        setattr(unit, name, value)
    parts = unit.number.split("-")
    if renumbered and "room" not in values:
        unit.room = parts[-1]
    if renumbered and "entrance" not in values:
        unit.entrance = parts[1] if len(parts) > 2 else ""
    if building or unit.building_id is None:
        unit.building = _building(project, building or parts[0])
    if unit.completed_on and unit.handed_over_on and unit.handed_over_on < unit.completed_on:
        raise Invalid(
            _("The handover cannot be before the completion acceptance."),
            fields={"handed_over_on": _("Before the completion.")},
        )
    _save(unit)
    if renumbered:
        reindex_unit(unit)
        for person in Person.objects.filter(places__household__unit=unit).distinct():
            reindex_person(person)
    return unit


def _building(project: Project, code: str) -> Building:
    found = Building.objects.filter(project=project, code=code).first()
    if found is None:
        found = Building(project=project, code=code)
        _save(found)
    return found


@transaction.atomic
def save_person(
    *,
    project: Project,
    values: Mapping[str, Any],
    by: User,
    at: datetime,
    person: Person | None = None,
    phones: Sequence[str] | None = None,
    id_number: str | None = None,
    reviewed: bool = False,
    expected: str = "",
) -> Person:
    """Add a person or change one. `phones` replaces the numbers, the first being the one to try first.

    A number no longer given ends and stays on record; `reviewed` says that the contact data were checked with them.
    `expected` is the `person_stamp` that the form was shown with. Raises `NotAllowed`, `Invalid` and `Stale`.
    Source: 岗位职责 (定期整理《客户联系方式表》).
    """
    _require_keeper(by, project.pk)
    _only(values, PERSON_FIELDS)
    person = _locked(person, expected) if person is not None else Person(project=project)
    for name, value in values.items():
        setattr(person, name, value)
    if id_number is not None:
        person.id_number = id_number.strip()
    if reviewed:
        person.reviewed_at = at
    _save(person)
    if phones is not None:
        _set_phones(person, phones, at)
    reindex_person(person)
    return person


def _locked(person: Person, expected: str) -> Person:
    """The person's row as it stands now, held until the end."""
    now = Person.objects.select_for_update(of=("self",)).select_related("project").get(pk=person.pk)
    _require_seen(person_stamp(now), expected or None)
    return now


def _locked_car(car: Vehicle, expected: str) -> Vehicle:
    """The car's row as it stands now, held until the end."""
    now = Vehicle.objects.select_for_update(of=("self",)).select_related("project").get(pk=car.pk)
    _require_seen(vehicle_stamp(now), expected or None)
    return now


def _require_seen(stands: str, expected: str | None) -> None:
    """Raise `Stale` where somebody saved since the form was shown: it is not written over unseen. The row is locked."""
    if expected is not None and expected != stands:
        raise Stale(_("Somebody saved this while you were writing. Look at both, then decide again."))


def _set_phones(person: Person, phones: Sequence[str], at: datetime) -> None:
    wanted = list(dict.fromkeys(plain for plain in map(plain_phone, phones) if plain))
    bad = [number for number in wanted if not 5 <= len(number) <= 20]
    if bad:
        raise Invalid(_("This is not a phone number."), fields={"phones": _("5 to 20 digits.")})
    kept = {phone.number: phone for phone in person.phones.filter(ended_at=None)}
    for number, phone in kept.items():
        if number not in wanted:
            phone.ended_at, phone.is_primary = at, False
            phone.save()
    for place, number in enumerate(wanted):
        phone = kept.get(number) or PersonPhone(person=person, number=number)
        if phone.pk is None or phone.is_primary != (place == 0):
            phone.is_primary = place == 0
            phone.save()


@transaction.atomic
def save_vehicle(
    *,
    project: Project,
    values: Mapping[str, Any],
    by: User,
    at: datetime,
    vehicle: Vehicle | None = None,
    expected: str = "",
) -> Vehicle:
    """Add a car or change one; `ended_on`, a day that has come, takes it off the register.

    `expected` is the `vehicle_stamp` that the form was shown with. Raises `NotAllowed`, `Invalid` and `Stale`.
    """
    _require_keeper(by, project.pk)
    _only(values, VEHICLE_FIELDS)
    vehicle = _locked_car(vehicle, expected) if vehicle is not None else Vehicle(project=project)
    for name, value in values.items():
        setattr(vehicle, name, value)
    vehicle.plate = kept_plate(vehicle.plate)
    if values.get("ended_on") is not None:
        _require_come(values["ended_on"], project, at, "ended_on")
    for owner in (vehicle.person, vehicle.unit, vehicle.space):
        if owner is not None and owner.project_id != project.pk:
            raise Invalid(_("This belongs to another project."))
    _save(vehicle)
    reindex_vehicle(vehicle)
    return vehicle


# --- moving in and out -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class MoveIn:
    """Who moves into a home as what: somebody on record, or somebody new with name and phone.

    `household` is joined where given, else the one of that kind, else a new one.
    """

    unit: Unit
    person: Person | None = None
    name: str = ""
    phone: str = ""
    relation: str
    on: date
    household: Household | None = None
    lives_here: bool = True


@transaction.atomic
def move_in(*, new: MoveIn, by: User, at: datetime, expected: str | None = None) -> HouseholdMember:
    """Put a person into a unit's household: owners and tenants have one each, family joins the one that lives there.

    `expected` is who lived there when the form was shown (`estate.queries.living_in`). Raises `NotAllowed`, `Stale`,
    and `Invalid` where the person is there already, there is nobody whose family it could be, or the household has
    ended.
    """
    unit = Unit.objects.select_for_update(of=("self",)).select_related("project").get(pk=new.unit.pk)
    _require_keeper(by, unit.project_id)
    _require_seen(living_in(unit), expected)
    person = new.person or save_person(
        project=unit.project, values={"name": new.name}, phones=[new.phone] if new.phone else None, by=by, at=at
    )
    if person.project_id != unit.project_id:
        raise Invalid(_("This person belongs to another project."))
    if new.on is not None:
        _require_come(new.on, unit.project, at)
    household = _household_for(new, unit)
    if household.members.filter(person=person, ended_on=None).exists():
        raise Invalid(_("%(name)s already belongs to %(unit)s.") % {"name": person, "unit": unit})
    member = HouseholdMember.objects.create(
        household=household, person=person, relation=new.relation, started_on=new.on
    )
    if household.lives_here and unit.status in EMPTY_HOMES:
        unit.status = UnitStatus.RENTED if new.relation == Relation.TENANT else UnitStatus.OCCUPIED
        unit.save()
    reindex_person(person)
    return member


def _household_for(new: MoveIn, unit: Unit) -> Household:
    if new.household is not None:
        if new.household.unit_id != unit.pk or new.household.ended_on is not None:
            raise Invalid(_("This household does not live in %(unit)s any more.") % {"unit": unit})
        return new.household
    current = unit.households.filter(ended_on=None)
    if new.relation in (Relation.OWNER, Relation.TENANT):
        is_owner = new.relation == Relation.OWNER
        found = current.filter(is_owner=is_owner).first()
        return found or Household.objects.create(
            project=unit.project, unit=unit, is_owner=is_owner, lives_here=new.lives_here, started_on=new.on
        )
    living = current.order_by("-lives_here", "is_owner", "pk").first()
    if living is None:
        raise Invalid(
            _("Nobody is registered in %(unit)s yet. Enter the owner or tenant first.") % {"unit": unit},
            fields={"relation": _("Owner or tenant first.")},
        )
    return living


@transaction.atomic
def move_out(
    *,
    household: Household,
    on: date,
    by: User,
    at: datetime,
    member: HouseholdMember | None = None,
    expected: str | None = None,
) -> Household:
    """End one member's place, or the whole household's; the last member ends the household. History stays.

    `expected` is who lived there when the form was shown. Raises `NotAllowed`, `Stale`, and `Invalid` for a day before
    they came, or somebody who has left already.
    """
    # The unit first, as moving in does: nobody joins a household while it ends.
    unit = Unit.objects.select_for_update(of=("self",)).select_related("project").get(pk=household.unit_id)
    household = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
    household.unit = unit
    _require_keeper(by, household.project_id)
    _require_seen(living_in(unit), expected)
    places = list(household.members.filter(ended_on=None).select_related("person__project"))
    leaving = places if member is None else [place for place in places if place.pk == member.pk]
    if not leaving or household.ended_on is not None:
        raise Invalid(_("They have moved out already."))
    _require_come(on, unit.project, at)
    if any(place.started_on and on < place.started_on for place in leaving):
        raise Invalid(_("Nobody moves out before moving in."), fields={"on": _("Before the day they came.")})
    for place in leaving:
        place.ended_on = on
        place.save()
    if len(leaving) == len(places):
        household.ended_on = on
        household.save()
        _left_empty(household.unit)
    for place in leaving:
        reindex_person(place.person)
    return household


def _require_come(on: date, project: Project, at: datetime, field: str = "on") -> None:
    """Raise `Invalid` for a day still to come: who sees what follows the register at once."""
    if on > at.astimezone(project.tz).date():
        raise Invalid(_("That day is still to come. Enter it on the day itself."), fields={field: _("Still to come.")})


def _left_empty(unit: Unit) -> None:
    lived_in = unit.households.filter(ended_on=None, lives_here=True).exists()
    if not lived_in and unit.status in (UnitStatus.OCCUPIED, UnitStatus.RENTED):
        unit.status = UnitStatus.VACANT
        unit.save()


# --- unmasking -------------------------------------------------------------------------------------------------------
@transaction.atomic
def reveal(*, person: Person, field: str, reason: str, by: User, at: datetime, phone: PersonPhone | None = None) -> str:
    """Return a phone or the ID number in clear, after writing who asked and why.

    `field` is `phone` (the given one, else the first choice) or `id_number`. Raises `NotAllowed`, and `Invalid` without
    a reason or for another field. Source: 物业客服人员行为规范 一.4 (保守客户信息秘密).
    """
    if not can_reveal(by, person.project_id):
        raise NotAllowed(_("You may not see this person's numbers."))
    if not reason.strip():
        raise Invalid(_("Say why you need the number."), fields={"reason": _("Required.")})
    if field not in ("phone", "id_number"):
        raise Invalid(_("Only a phone or an ID number can be shown."), fields={"field": _("phone or id_number")})
    if field == "phone":
        phone = phone or person.phones.filter(ended_at=None).first()
        if phone is not None and phone.person_id != person.pk:
            raise Invalid(_("This is not a phone of %(name)s.") % {"name": person})
    shown = person.id_number if field == "id_number" else (phone.number if phone else "")
    audit(
        at=at,
        by=by,
        project=person.project,
        action="person.revealed",
        target=f"person {person.pk}",
        reason=reason.strip()[:500],
        data={"field": field} | ({"phone": phone.pk} if phone and field == "phone" else {}),
    )
    return shown
