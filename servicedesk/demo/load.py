"""Put the demonstration together on an empty database."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project
from core.errors import NotNow
from estate.actions import reindex_register
from servicedesk.demo.grievances import make_complaints
from servicedesk.demo.homes import make_homes, make_second_project
from servicedesk.demo.money import make_money
from servicedesk.demo.rules import make_calendar_proposal, make_proposal
from servicedesk.demo.staff import make_projects, make_staff
from servicedesk.demo.telling import make_telling
from servicedesk.demo.work import make_work


@transaction.atomic
def load(*, at: datetime) -> None:
    """Make both projects with their people, homes, work and money. Raises `NotNow` where a project exists already."""
    if Project.objects.exists():
        raise NotNow(_("There are projects already; the demonstration is loaded on an empty database only."))
    projects = make_projects()
    users = make_staff(projects)
    make_homes(projects["demo"], users, at)
    make_second_project(projects["demo2"], at)
    for project in projects.values():
        reindex_register(project=project)
    make_work(projects["demo"], users, at)
    make_complaints(projects["demo"], users, at)
    make_money(projects["demo"], users, at)
    make_proposal(users, at)
    make_calendar_proposal(projects["demo"], users, at)
    make_telling(projects["demo2"], users, at)
    for project in projects.values():
        reindex_register(project=project)
