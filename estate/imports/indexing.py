"""Making what an import brought, or gave back, findable."""

from collections.abc import Collection

from accounts.models import Project
from estate.actions import reindex_person, reindex_register, reindex_unit, reindex_vehicle
from estate.imports.plan import ImportPlan
from estate.models import HouseholdMember, Person, PersonPhone, Unit, Vehicle

# From here on writing all of a project's tokens in batches is quicker than one thing after another.
MANY = 300


def index_import(plan: ImportPlan) -> None:
    """Index the units, people and vehicles of a plan that was just written."""
    draft = plan.draft
    people = {person.pk: person for person in draft.touched(Person)}
    people |= {phone.person_id: phone.person for phone in draft.touched(PersonPhone)}
    people |= {member.person_id: member.person for member in draft.touched(HouseholdMember)}
    reindex(plan.project, units=draft.touched(Unit), people=people.values(), cars=draft.touched(Vehicle))


def reindex(
    project: Project, *, units: Collection[Unit], people: Collection[Person], cars: Collection[Vehicle]
) -> None:
    """Make these findable as they are now."""
    if len(units) + len(cars) + len(people) > MANY:
        reindex_register(project=project)
        return
    for unit in units:
        reindex_unit(unit)
    for person in people:
        reindex_person(person)
    for car in cars:
        reindex_vehicle(car)
