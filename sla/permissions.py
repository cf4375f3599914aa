"""Who may touch deadlines."""

from accounts.models import Project, User
from accounts.states import Role
from cases.models import Case
from cases.permissions import leads


def can_extend(user: User, case: Case) -> bool:
    """Whoever leads the work on the case may extend its deadlines."""
    return leads(user, case)


def can_propose_rules(user: User) -> bool:
    """Administrators prepare what the rules shall be; it holds once a leader approved it."""
    return any(one.role == Role.ADMIN for one in user.active_memberships)


def can_approve_rules(user: User) -> bool:
    """Leaders decide on rules (规章制度 八.1, 经物业公司领导审批后执行), never on their own proposals."""
    return any(one.role == Role.GM for one in user.active_memberships)


def can_propose_calendar(user: User, project: Project | None) -> bool:
    """The same, of a project's own calendar in that project only."""
    return can_propose_rules(user) and (project is None or user.has_role(project.pk, Role.ADMIN))


def can_approve_calendar(user: User, project: Project | None) -> bool:
    """The same, of a project's own calendar in that project only."""
    return can_approve_rules(user) and (project is None or user.has_role(project.pk, Role.GM))
