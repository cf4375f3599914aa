"""Who may call back or visit, and who has the lists of that."""

from django.db.models import Q

from accounts.models import User
from accounts.states import Role
from cases.models import Case
from cases.registry import kind_of, visitors
from cases.states import Phase, Reserved
from visits.states import KIND


def can_record(user: User, case: Case) -> bool:
    """The front desk, supervisors and managers of the project, and whoever the callback was given to.

    The quality department calls back where the matter passes the manager by.
    Source: 四(1); the technician who did the work does not ask whether it was good.
    """
    if case.reserved_for == Reserved.QUALITY:
        return user.has_role(case.project_id, Role.QUALITY)
    return _calls(user, case.project_id) or case.handler_id == user.pk


def can_list(user: User, project_id: int) -> bool:
    """Whoever may record callbacks in the project: by role, or because one was given to them."""
    if _calls(user, project_id):
        return True
    given = Q(handler=user)
    if user.has_role(project_id, Role.QUALITY):
        given |= Q(reserved_for=Reserved.QUALITY)
    return Case.objects.filter(given, kind=KIND, project_id=project_id).exists()


def _calls(user: User, project_id: int) -> bool:
    return user.has_role(project_id, Role.FRONTDESK, Role.SUPERVISOR, Role.GM)


def can_visit(user: User, parent: Case) -> bool:
    """Say whether the person plans and makes home visits for a case: its kind names the roles. Source: ARR-4."""
    return user.has_role(parent.project_id, *kind_of(parent.kind).visited_by)


def can_go(user: User, parent: Case) -> bool:
    """Say whether the person can be sent for a case: who visits for it, and works here still."""
    return user.is_active and can_visit(user, parent)


def can_make(user: User, case: Case) -> bool:
    """Say whether the person moves, reports and cancels this home visit."""
    return case.parent is not None and can_visit(user, case.parent)


def can_dial(user: User, case: Case) -> bool:
    """Say whether the person dials the household of this home visit: who makes it, until it is over."""
    return case.phase != Phase.CLOSED and can_make(user, case)


def can_list_visits(user: User, project_id: int) -> bool:
    """Whoever makes home visits of any kind in the project."""
    return user.has_role(project_id, *visitors())
