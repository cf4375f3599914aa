"""What waits, as small numbers beside the navigation: one cheap statement each."""

from accounts.models import Project, User
from cases.models import Case
from tickets.models import Job
from tickets.reads.listing import TO_SEND
from tickets.states import WORK_KINDS


def to_dispatch(user: User, project: Project) -> int:
    """Tickets that nobody has been sent to."""
    waiting = Case.objects.visible_to(user).open().filter(project=project, kind__in=WORK_KINDS, state__in=TO_SEND)
    return waiting.count()


def my_open_jobs(user: User, project: Project) -> int:
    """Jobs that the person still has to do."""
    return Job.objects.open().filter(technician=user, ticket__case__project=project).count()
