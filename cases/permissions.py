"""Who leads the work on a case and who reads all of it, whatever its kind."""

from accounts.models import User
from accounts.states import Role
from cases.models import Case


def reads_all(user: User, case: Case) -> bool:
    """Say whether a person who sees the case reads it as staff; of one's own home one reads what residents do."""
    if not (user.is_office and user.is_resident):
        return user.is_office
    return Case.objects.visible_at_work(user).filter(pk=case.pk).exists()


def leads(user: User, case: Case) -> bool:
    """Supervisors and managers of the project, and the head of the case's department."""
    if user.has_role(case.project_id, Role.SUPERVISOR, Role.GM):
        return True
    return case.department_id is not None and any(
        m.role == Role.HEAD and m.department_id == case.department_id for m in user.active_memberships
    )
