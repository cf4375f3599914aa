"""Who keeps projects, and who says that somebody is away."""

from accounts.models import User
from accounts.states import Role


def can_open_projects(user: User) -> bool:
    """Say whether the person may take on a new project: administrators of the whole company."""
    return user.is_superuser or user.has_role(None, Role.ADMIN)


def can_keep_project(user: User, project_id: int | None) -> bool:
    """Say whether the person may change what is said of a project."""
    return user.is_superuser or user.has_role(project_id, Role.ADMIN)


LEADERS = (Role.SUPERVISOR, Role.GM, Role.ADMIN)


def can_keep_absences(by: User, project_id: int | None) -> bool:
    """Say whether the person enters absences of everybody who works in the project."""
    return by.is_superuser or by.has_role(project_id, *LEADERS)


def can_declare_absence(by: User, user: User) -> bool:
    """Say whether the person may say that `user` is away: staff of themselves, leaders of their people."""
    if by == user:
        return by.is_office
    if not user.is_office:
        return False
    return any(can_keep_absences(by, m.project_id) for m in user.active_memberships if m.role != Role.RESIDENT)
