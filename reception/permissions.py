"""Who may work at the desk."""

from datetime import datetime, timedelta

from accounts.models import User
from accounts.states import STAFF_ROLES, Role
from cases.models import Case

# How long whoever took a contact may put it right alone, once it is over.
OWN_MISTAKES = timedelta(days=3)
DESK_ROLES = (Role.FRONTDESK, Role.SUPERVISOR, Role.ADMIN)


def can_receive(user: User, project_id: int | None) -> bool:
    """Say whether the person takes calls and visitors in the project."""
    return user.has_role(project_id, *DESK_ROLES)


def can_serve(user: User, case: Case) -> bool:
    """Say whether the person takes calls and visitors where this contact came in."""
    return can_receive(user, case.project_id)


def can_correct(user: User, case: Case, at: datetime) -> bool:
    """Say whether the person may put right what was written down of a contact that is over.

    Whoever took it, for a few days; supervisors always.
    """
    if user.has_role(case.project_id, Role.SUPERVISOR):
        return True
    fresh = case.closed_at is not None and at - case.closed_at <= OWN_MISTAKES
    return fresh and case.taken_by_id == user.pk and can_serve(user, case)


def can_reply(user: User, case: Case) -> bool:
    """Say whether the person may give a promised reply: the specialist, or whoever works at the desk."""
    return case.handler_id == user.pk or can_serve(user, case)


def is_colleague(user: User, project_id: int) -> bool:
    """Say whether the person works in the project, so that something can be handed to them."""
    return user.is_active and user.has_role(project_id, *STAFF_ROLES)
