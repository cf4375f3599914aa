"""Who may touch deadlines, and the rules that make them."""

from collections.abc import Collection

from accounts.models import Project, User
from accounts.states import Role
from cases.models import Case
from cases.states import Reserved
from sla.models import Clock
from sla.states import Audience, ClockState, Source

READ_RULES = (Role.SUPERVISOR, Role.GM, Role.QUALITY, Role.ADMIN)


def can_extend(user: User, case: Case, warned: Collection[str] = ()) -> bool:
    """Supervisors and managers; no department gives itself more time, and nobody below gives the manager more.

    `warned`: who is warned before the deadline, as it is theirs to keep. The quality department where the matter
    passes the manager by. Source: SLA-4.
    """
    if case.reserved_for == Reserved.QUALITY:
        return user.has_role(case.project_id, Role.QUALITY)
    if set(warned) == {Audience.GM}:
        return user.has_role(case.project_id, Role.GM)
    return user.has_role(case.project_id, Role.SUPERVISOR, Role.GM)


def can_extend_this(user: User, clock: Clock) -> bool:
    """Whoever may extend a deadline of the case that the same people are warned of."""
    warned = {audience for step in clock.version.step_specs if step.is_warning for audience in step.to}
    return can_extend(user, clock.case, warned)


def offers_extension(user: User, clock: Clock) -> bool:
    """Whether the person may extend the deadline as it stands: it runs, and it is none of the law's."""
    is_running = clock.ended_at is None and clock.state != ClockState.PAUSED
    return is_running and clock.version.policy.source != Source.LAW and can_extend_this(user, clock)


def _is(user: User, *roles: str) -> bool:
    return any(membership.role in roles for membership in user.active_memberships)


def can_read_rules(user: User) -> bool:
    """Whoever supervises, leads, checks quality or administers reads what is promised and why."""
    return user.is_superuser or _is(user, *READ_RULES)


def can_propose_rules(user: User) -> bool:
    """Administrators propose how rules and calendars are to change, and move running deadlines to a changed rule."""
    return user.is_superuser or _is(user, Role.ADMIN)


def can_approve_rules(user: User) -> bool:
    """A leader of the company puts proposed rules and calendars in force; a superuser is no leader by that.

    Source: 物业客服部规章制度 八.1 (经物业公司领导审批后执行).
    """
    return _is(user, Role.GM)


def can_read_calendar(user: User, project: Project | None) -> bool:
    """Whoever reads rules reads the company's calendar; a project's own only with such a role there."""
    if project is None or user.is_superuser:
        return can_read_rules(user)
    return user.has_role(project.pk, *READ_RULES)


def can_propose_calendar(user: User, project: Project | None) -> bool:
    """Administrators propose; a project's own calendar in that project only."""
    if project is None or user.is_superuser:
        return can_propose_rules(user)
    return user.has_role(project.pk, Role.ADMIN)


def can_approve_calendar(user: User, project: Project | None) -> bool:
    """Leaders approve; a project's own calendar in that project only."""
    return can_approve_rules(user) and (project is None or user.has_role(project.pk, Role.GM))
