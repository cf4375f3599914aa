"""Who may call back."""

from accounts.models import User
from accounts.states import Role
from cases.models import Case


def can_record(user: User, case: Case) -> bool:
    """The front desk, supervisors and managers of the project, and whoever the callback was given to.

    Source: 四(1); the technician who did the work does not ask whether it was good.
    """
    return user.has_role(case.project_id, Role.FRONTDESK, Role.SUPERVISOR, Role.GM) or case.handler_id == user.pk
