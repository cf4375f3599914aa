"""Who can be sent: people who go out, with their trades and what they have to do."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.db.models import Count
from django.utils.translation import get_language

from accounts.models import Membership, Project
from cases.models import Case
from core.kept import kept
from tickets.models import Job, TechnicianSkill
from tickets.queries import booked_of, open_jobs, who_goes
from tickets.rules_dispatch import Candidate

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

    def candidate_for(self, case: Case) -> Candidate:
        """What the ranking for a case needs of the person: its own job is no clash."""
        booked = tuple(booked_of(job) for job in self.jobs if job.ticket.case_id != case.pk)
        return Candidate(pk=self.pk, name=self.name, skills=self.skills, booked=booked)


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
    held = Job.objects.open().filter(technician_id__in=list(found))
    loads = dict(held.values_list("technician").annotate(Count("pk")).order_by())
    return [
        Sendable(pk=pk, name=str(m.user), trades=" ".join(trades[pk]), load=loads.get(pk, 0)) for pk, m in found.items()
    ]


def _who_goes(project: Project, case: Case | None = None) -> dict[int, Membership]:
    members = who_goes(project, case).select_related("user", "department")
    return {m.user_id: m for m in members.order_by("department__pk", "user__name", "user__pk")}


def people_to_send(project: Project, case: Case | None = None) -> list[Person]:
    """Who can be sent, or sent to one case, by department and name, with trades and all open jobs they have."""
    found = _who_goes(project, case)
    trades, skills = _trades(found)
    jobs = open_jobs(found)
    return [
        Person(
            pk=pk,
            name=str(m.user),
            department=str(m.department) if m.department else "",
            department_id=m.department_id,
            trades=" ".join(trades[pk]),
            skills=frozenset(skills[pk]),
            jobs=tuple(jobs.get(pk, ())),
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
