"""The fixed cast of the tests: one project with its people, a second one beside it, two homes."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from accounts.models import Department, Membership, Project, User
from accounts.states import DepartmentKind, Role
from estate.models import Building, Household, HouseholdMember, Person, PersonPhone, Unit
from estate.states import Relation

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai, a Monday
PASSWORD = "a-long-test-password"


@dataclass
class Cast:
    """Who takes part."""

    project: Project
    other_project: Project
    departments: dict[str, Department]
    users: dict[str, User]
    units: dict[str, Unit]
    households: dict[str, Household]
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        """`cast.frontdesk` is that user."""
        try:
            return self.__dict__["users"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None


def make_user(username: str, role: str, project: Project | None, department: Department | None = None) -> User:
    """A member of the cast who can sign in; demo accounts, so that pages do not ask for a second factor."""
    user = User(username=username, name=username.capitalize(), is_demo=True)
    user.set_password(PASSWORD)
    user.save()
    Membership.objects.create(user=user, role=role, project=project, department=department)
    return user


def make_home(project: Project, number: str, owner: str, phone: str) -> tuple[Unit, Household, Person]:
    """A home handed over in 2025 with one owner who lives there."""
    code, entrance, room = number.split("-")
    building, _ = Building.objects.get_or_create(project=project, code=code)
    unit = Unit.objects.create(
        project=project,
        building=building,
        number=number,
        entrance=entrance,
        room=room,
        floor=int(room[:-2]),
        area="94.56",
        completed_on=date(2025, 5, 1),
        handed_over_on=date(2025, 6, 1),
    )
    household = Household.objects.create(project=project, unit=unit, started_on=date(2025, 6, 1))
    person = Person.objects.create(project=project, name=owner)
    PersonPhone.objects.create(person=person, number=phone, is_primary=True)
    HouseholdMember.objects.create(household=household, person=person, relation=Relation.OWNER)
    return unit, household, person


def make_cast() -> Cast:
    """Everybody and everything."""
    project = Project.objects.create(code="demo", name_zh="示范小区", name_en="Demo", is_demo=True)
    other = Project.objects.create(code="demo2", name_zh="第二小区", name_en="Second", is_demo=True)
    departments = {
        kind: Department.objects.create(project=project, kind=kind, name_zh=str(kind), name_en=str(kind))
        for kind in DepartmentKind.values
    }
    maintenance, service = departments[DepartmentKind.MAINTENANCE], departments[DepartmentKind.SERVICE]
    in_department = {Role.TECHNICIAN: maintenance, Role.HEAD: maintenance, Role.FRONTDESK: service}
    users = {
        role: make_user(role, role, project, in_department.get(Role(role)))
        for role in Role.values
        if role not in (Role.RESIDENT,)
    }
    users["technician2"] = make_user("technician2", Role.TECHNICIAN, project, maintenance)
    users["frontdesk2"] = make_user("frontdesk2", Role.FRONTDESK, other)
    units, households, people = {}, {}, {}
    for username, number, owner, phone in (
        ("resident", "3-2-1501", "张小明", "13812341234"),
        ("resident2", "3-2-1502", "单小红", "13912345678"),
    ):
        units[number], households[number], person = make_home(project, number, owner, phone)
        users[username] = make_user(username, Role.RESIDENT, project)
        person.user = users[username]
        person.save()
        people[number] = person
    return Cast(project, other, departments, users, units, households, people)
