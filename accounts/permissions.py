"""Who keeps projects."""

from accounts.models import User
from accounts.states import Role


def can_open_projects(user: User) -> bool:
    """Say whether the person may take on a new project: administrators of the whole company."""
    return user.is_superuser or user.has_role(None, Role.ADMIN)


def can_keep_project(user: User, project_id: int | None) -> bool:
    """Say whether the person may change what is said of a project."""
    return user.is_superuser or user.has_role(project_id, Role.ADMIN)
