"""What residents write themselves: a complaint, past whom it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files import File
from django.db import transaction

from accounts.models import Project, User
from cases.pictures import attach_sent
from cases.states import Channel
from complaints.actions import NewComplaint, register
from complaints.models import Complaint
from estate.models import Unit
from portal.queries import manager_of
from portal.states import About


@dataclass(frozen=True, kw_only=True)
class Told:
    """A complaint as a resident tells it."""

    unit: Unit
    description: str
    about: str = About.MATTER
    about_words: str = ""
    demand: str = ""
    reachable: str = ""


@transaction.atomic
def complain(
    *, told: Told, by: User, at: datetime, photos: Sequence[str] = (), uploads: Sequence["File[bytes]"] = ()
) -> Complaint:
    """Take a resident's complaint.

    One about the service goes past the whole desk to the management, one about the manager to the quality department.
    Raises what `complaints.actions.register` raises. Source: 六.2 (建立客户投诉监督机制,接受客户监督).
    """
    project = told.unit.project
    new = NewComplaint(
        project=project,
        unit=told.unit,
        description=told.description,
        demand=told.demand,
        reachable=told.reachable,
        about_words=told.about_words,
        about_service=told.about != About.MATTER,
        about_person=_manager(project, told),
        channel=Channel.ONLINE,
    )
    complaint = register(new=new, by=by, at=at)
    attach_sent(case=complaint.case, photos=photos, uploads=uploads, by=by, at=at)
    return complaint


def _manager(project: Project, told: Told) -> User | None:
    return manager_of(project) if told.about == About.MANAGER else None
