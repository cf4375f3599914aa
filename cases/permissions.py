"""Who leads the work on a case, whatever its kind."""

from accounts.models import User
from accounts.states import Role
from cases.models import Case


def leads(user: User, case: Case) -> bool:
    """Supervisors and managers of the project, and the head of the case's department."""
    if user.has_role(case.project_id, Role.SUPERVISOR, Role.GM):
        return True
    return case.department_id is not None and any(
        m.role == Role.HEAD and m.department_id == case.department_id for m in user.active_memberships
    )
