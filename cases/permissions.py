"""Who brings a matter, who leads the work on it and who reads all of it, whatever its kind."""

from collections.abc import Iterable

from accounts.models import Project, User
from accounts.states import STAFF_ROLES, Role
from cases.models import Case
from estate.models import HouseholdMember, Unit


def brings(user: User, project: Project, unit: Unit | None) -> bool:
    """Staff of the project; residents for the home they live in or own."""
    if user.has_role(project.pk, *STAFF_ROLES):
        return True
    return (
        unit is not None
        and user.has_role(project.pk, Role.RESIDENT)
        and HouseholdMember.objects.current().filter(person__user=user, household__unit=unit).exists()
    )


def reads_all(user: User, case: Case) -> bool:
    """Say whether a person who sees the case reads it as staff; of one's own home one reads what residents do."""
    if not (user.is_office and user.is_resident):
        return user.is_office
    return Case.objects.visible_at_work(user).filter(pk=case.pk).exists()


def read_whole(user: User, cases: Iterable[Case]) -> set[int]:
    """The same of many cases that the person sees, in one statement at most: the keys of those read as staff."""
    keys = {case.pk for case in cases}
    if not (user.is_office and user.is_resident):
        return keys if user.is_office else set()
    return set(Case.objects.visible_at_work(user).filter(pk__in=keys).values_list("pk", flat=True))


def leads(user: User, case: Case) -> bool:
    """Supervisors and managers of the project, and the head of the case's department."""
    if user.has_role(case.project_id, Role.SUPERVISOR, Role.GM):
        return True
    return case.department_id is not None and any(
        m.role == Role.HEAD and m.department_id == case.department_id for m in user.active_memberships
    )
