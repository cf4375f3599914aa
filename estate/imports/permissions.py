"""Who takes registers over."""

from accounts.models import Project, User
from accounts.states import Role


def can_import(user: User, project: Project) -> bool:
    """Administrators and supervisors of the project; the same people may take its register out as a file."""
    return user.is_superuser or user.has_role(project.pk, Role.ADMIN, Role.SUPERVISOR)
