"""Who can be sent: people who go out, with their trades and what they have to do."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.db.models import Count, Q
from django.utils.translation import get_language

from accounts.models import Membership, Project
from accounts.states import STAFF_ROLES, DepartmentKind, Role
from core.kept import kept
from tickets.models import Job, TechnicianSkill
from tickets.queries import window_of
from tickets.rules_dispatch import Booked, Candidate

# How much somebody has to do may lag by so much in a list; the board and a dispatch read it anew.
SENDABLE_SECONDS = 20


@dataclass(frozen=True)
class Person:
    """Somebody who can be sent to a ticket, as lists name them."""

    pk: int
    name: str
    department: str
    department_id: int | None
    trades: str
    skills: frozenset[str]
    jobs: tuple[Job, ...]

    @property
    def load(self) -> int:
        """How many jobs the person has open."""
        return len(self.jobs)

    @property
    def candidate(self) -> Candidate:
        """What the ranking needs of the person."""
        return Candidate(pk=self.pk, name=self.name, skills=self.skills, booked=tuple(map(booked_of, self.jobs)))


def booked_of(job: Job) -> Booked:
    """The job as the ranking sees it."""
    case = job.ticket.case
    return Booked(window=window_of(job), number=case.number, building_id=case.building_id)


@dataclass(frozen=True)
class Sendable:
    """Somebody who can be sent, as a list of names says it."""

    pk: int
    name: str
    trades: str
    load: int


def sendable(project: Project) -> list[Sendable]:
    """Whom the list of tickets offers, with how much they have to do; kept for some seconds in each language."""
    key = f"sendable:{project.pk}:{get_language()}"
    return kept(key, partial(_sendable, project), seconds=SENDABLE_SECONDS)


def _sendable(project: Project) -> list[Sendable]:
    found = _who_goes(project)
    trades, _skills = _trades(found)
    open_jobs = Job.objects.open().filter(technician_id__in=list(found), ticket__case__project=project)
    loads = dict(open_jobs.values_list("technician").annotate(Count("pk")).order_by())
    return [
        Sendable(pk=pk, name=str(m.user), trades=" ".join(trades[pk]), load=loads.get(pk, 0)) for pk, m in found.items()
    ]


def _who_goes(project: Project) -> dict[int, Membership]:
    """Technicians and contractors of the project by department and name."""
    members = (
        Membership.objects.staff_of([project.pk], STAFF_ROLES)
        .filter(Q(role=Role.TECHNICIAN) | Q(department__kind=DepartmentKind.CONTRACTOR))
        .select_related("user", "department")
        .order_by("department__pk", "user__name", "user__pk")
    )
    return {m.user_id: m for m in members}


def people_to_send(project: Project) -> list[Person]:
    """Technicians and contractors of the project by department and name, with trades and open jobs."""
    found = _who_goes(project)
    trades, skills = _trades(found)
    jobs = _open_jobs(found, project)
    return [
        Person(
            pk=pk,
            name=str(m.user),
            department=str(m.department) if m.department else "",
            department_id=m.department_id,
            trades=" ".join(trades[pk]),
            skills=frozenset(skills[pk]),
            jobs=tuple(jobs[pk]),
        )
        for pk, m in found.items()
    ]


def _trades(users: Iterable[int]) -> tuple[dict[int, list[str]], dict[int, set[str]]]:
    names: dict[int, list[str]] = defaultdict(list)
    codes: dict[int, set[str]] = defaultdict(set)
    rows = TechnicianSkill.objects.filter(user_id__in=list(users)).select_related("category")
    for skill in rows.order_by("category__order", "category__pk"):
        names[skill.user_id].append(skill.category.name)
        codes[skill.user_id].add(skill.category.code)
    return names, codes


def _open_jobs(users: Iterable[int], project: Project) -> dict[int, list[Job]]:
    found: dict[int, list[Job]] = defaultdict(list)
    rows = Job.objects.open().filter(technician_id__in=list(users), ticket__case__project=project)
    for job in rows.select_related("ticket__case__unit", "ticket__category").order_by("window_from", "pk"):
        found[job.technician_id].append(job)
    return found
