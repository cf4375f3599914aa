"""Making what an import brought findable: one statement for each thing, and only for things it touched."""

from estate import search
from estate.imports.plan import ImportPlan
from estate.imports.snapshot import Somebody
from estate.models import HouseholdMember, Person, PersonPhone, Unit, Vehicle
from records.actions import index


def index_import(plan: ImportPlan) -> None:
    """Index the units, people and vehicles of a plan that was just written."""
    draft, project = plan.draft, plan.project
    for unit in draft.touched(Unit):
        tokens, rank = search.unit_tokens(unit.number), search.unit_rank(unit.number)
        index(project=project, kind=search.UNIT, object_id=unit.pk, tokens=tokens, rank=rank)
    touched = {person.pk for person in draft.touched(Person)}
    touched |= {phone.person_id for phone in draft.touched(PersonPhone)}
    touched |= {member.person_id for member in draft.touched(HouseholdMember)}
    for somebody in plan.snapshot.people.values():
        if somebody.person.pk in touched:
            tokens = _person_tokens(plan, somebody)
            index(project=project, kind=search.PERSON, object_id=somebody.person.pk, tokens=tokens)
    for car in draft.touched(Vehicle):
        index(project=project, kind=search.VEHICLE, object_id=car.pk, tokens=search.vehicle_tokens(car.plate))


def _person_tokens(plan: ImportPlan, somebody: Somebody) -> set[str]:
    homes = plan.snapshot.homes_of.get(id(somebody), [])
    return search.person_tokens(somebody.person.name, somebody.phones, [home.unit.number for home in homes])
