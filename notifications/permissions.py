"""Who settles what nobody knows."""

from accounts.models import User
from notifications.models import OVERSEERS, Message


def can_oversee(user: User, project_id: int | None) -> bool:
    """Say whether the person sees what everybody in the project was told."""
    return user.is_superuser or user.has_role(project_id, *OVERSEERS)


def can_settle(user: User, message: Message) -> bool:
    """Say whether the person may say what became of a message, or have it sent again."""
    return can_oversee(user, message.project_id)
