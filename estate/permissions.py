"""Who may read, change and unmask the register."""

from accounts.models import User
from accounts.states import Role
from estate.models import REGISTER_ROLES

# Cashier, managers and quality read it; the desk, its supervisors and administrators keep it.
KEEPERS = (Role.FRONTDESK, Role.SUPERVISOR, Role.ADMIN)


def can_read_register(user: User, project_id: int | None) -> bool:
    """Say whether the person works with the project's register."""
    return user.is_superuser or user.has_role(project_id, *REGISTER_ROLES)


def can_keep_register(user: User, project_id: int | None) -> bool:
    """Say whether the person may change units, people and vehicles of the project."""
    return user.is_superuser or user.has_role(project_id, *KEEPERS)


def can_reveal(user: User, project_id: int | None) -> bool:
    """Say whether the person may see a phone or ID number in clear; every time leaves a reason on the record."""
    return can_read_register(user, project_id)
