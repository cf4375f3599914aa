"""Who may call back, and who has the list of calls."""

from accounts.models import User
from accounts.states import Role
from cases.models import Case
from visits.states import KIND


def can_record(user: User, case: Case) -> bool:
    """The front desk, supervisors and managers of the project, and whoever the callback was given to.

    Source: 四(1); the technician who did the work does not ask whether it was good.
    """
    return _calls(user, case.project_id) or case.handler_id == user.pk


def can_list(user: User, project_id: int) -> bool:
    """Whoever may record callbacks in the project: by role, or because one was given to them."""
    return _calls(user, project_id) or Case.objects.filter(kind=KIND, project_id=project_id, handler=user).exists()


def _calls(user: User, project_id: int) -> bool:
    return user.has_role(project_id, Role.FRONTDESK, Role.SUPERVISOR, Role.GM)
