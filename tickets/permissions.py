"""Who may do what to a ticket. Buttons and actions ask the same questions; seeing it is asked before."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.states import Role
from cases.models import Case, Event
from cases.permissions import brings, leads
from core.errors import NotAllowed
from estate.models import Unit
from tickets.models import Job
from tickets.states import ANSWERED_KINDS


def at_the_desk(user: User, case: Case) -> bool:
    """The front desk, and whoever leads."""
    return user.has_role(case.project_id, Role.FRONTDESK) or leads(user, case)


def has_the_job(user: User, job: Job | None) -> bool:
    """The technician of the open job."""
    return job is not None and job.technician_id == user.pk


def can_open(user: User, project: Project, unit: Unit | None) -> bool:
    """Whoever may bring a matter."""
    return brings(user, project, unit)


def can_dispatch(user: User, case: Case) -> bool:
    """Desk, supervisors and heads give out jobs."""
    return at_the_desk(user, case)


def can_work(user: User, case: Case, job: Job | None) -> bool:
    """The technician who has the job; a supervisor or head may act in their place, which is recorded."""
    return has_the_job(user, job) or leads(user, case)


def can_complete(user: User, case: Case, job: Job | None) -> bool:
    """Who works; an enquiry or suggestion may also be answered by the desk."""
    return can_work(user, case, job) or (case.kind in ANSWERED_KINDS and at_the_desk(user, case))


def can_hold(user: User, case: Case, job: Job | None) -> bool:
    """Who works, and the desk, which hears from the resident."""
    return can_work(user, case, job) or at_the_desk(user, case)


def can_tell_resident(user: User, case: Case, job: Job | None) -> bool:
    """Who works, and the desk."""
    return can_work(user, case, job) or at_the_desk(user, case)


def can_price(user: User, case: Case, job: Job | None) -> bool:
    """Quote, and write down that the resident accepted: who works, and the desk."""
    return can_work(user, case, job) or at_the_desk(user, case)


def can_add_photo(user: User, case: Case, job: Job | None) -> bool:
    """Who works, the desk, and who reported it."""
    return can_work(user, case, job) or at_the_desk(user, case) or case.taken_by_id == user.pk


def can_print(user: User, case: Case, jobs: Iterable[Job]) -> bool:
    """Who works at the desk or leads, and the technicians who were sent: the form shows the contact's whole number.

    Whoever only reads the ticket sees that there is a form. Source: 物业客服人员行为规范 一.4 (保守客户信息秘密).
    """
    if at_the_desk(user, case) or user.has_role(case.project_id, Role.ADMIN):
        return True
    return any(has_the_job(user, job) for job in jobs)


def require_print(user: User, case: Case, jobs: Iterable[Job]) -> None:
    """Raise `NotAllowed` for somebody who reads the ticket and is not to have its form."""
    if not can_print(user, case, jobs):
        refusal = _(
            "The form shows the contact's number: it is for the desk, whoever leads and the technician who was sent."
        )
        raise NotAllowed(refusal)


def can_end_leak_test(user: User, case: Case, last: Job | None) -> bool:
    """The technician who did the last job, and whoever leads."""
    return has_the_job(user, last) or leads(user, case)


def can_close(user: User, case: Case) -> bool:
    """Desk, supervisors and heads."""
    return at_the_desk(user, case)


def can_reopen(user: User, case: Case) -> bool:
    """Desk, supervisors and heads."""
    return at_the_desk(user, case)


def can_cancel(user: User, case: Case, *, worked_on_before: bool) -> bool:
    """Desk, supervisors and heads; once work was begun, supervisors and managers only."""
    if worked_on_before:
        return user.has_role(case.project_id, Role.SUPERVISOR, Role.GM)
    return at_the_desk(user, case)


def can_override_charge(user: User, case: Case) -> bool:
    """Supervisors only. Source: REP-2 (a supervisor may override with a reason)."""
    return user.has_role(case.project_id, Role.SUPERVISOR)


def can_undo(user: User, case: Case, job: Job | None, event: Event) -> bool:
    """Whoever did it, as long as they may still do such a thing, and supervisors.

    Whether such a thing can be undone at all is asked afterwards.
    """
    if user.has_role(case.project_id, Role.SUPERVISOR):
        return True
    may = {
        "ticket.dispatched": can_dispatch(user, case),
        "ticket.held": can_hold(user, case, job),
        "ticket.recategorised": can_price(user, case, job),
    }
    return event.by_id == user.pk and may.get(event.kind, True)
