"""Who settles what nobody knows, and who tries a channel."""

from accounts.models import User
from accounts.states import Role
from notifications.models import OVERSEERS, Channel, Message


def can_oversee(user: User, project_id: int | None) -> bool:
    """Say whether the person sees what everybody in the project was told."""
    return user.is_superuser or user.has_role(project_id, *OVERSEERS)


def can_settle(user: User, message: Message) -> bool:
    """Say whether the person may say what became of a message, or have it sent again."""
    return can_oversee(user, message.project_id)


def can_try(user: User, channel: Channel) -> bool:
    """Say whether the person may send a test over a channel: whoever administers it."""
    return user.is_superuser or user.has_role(channel.project_id, Role.ADMIN)
