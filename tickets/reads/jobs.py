"""A technician's day: the jobs of today in building order, later ones, leak tests to end."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, Subquery

from accounts.models import Project, User
from cases.models import Case
from cases.queries import Due, due_of
from cases.registry import kind_of, kinds_among_jobs
from cases.states import Urgency
from sla.rules import end_of_day
from tickets.models import Job, Ticket
from tickets.queries import jobs_of
from tickets.states import State


@dataclass(frozen=True)
class Card:
    """One job in a technician's list."""

    number: str
    version: int
    where: str
    title: str
    building: str
    state_word: str
    phase: str
    is_urgent: bool
    window_from: datetime | None
    window_to: datetime | None
    clock: Due | None


@dataclass(frozen=True)
class Matter:
    """What was handed to somebody and is no job: a complaint, a measure."""

    number: str
    kind_word: str
    where: str
    title: str
    state_word: str
    phase: str
    clock: Due | None


@dataclass(frozen=True)
class MyJobs:
    """What a technician has to do."""

    today: list[Card]
    later: list[Card]
    tests: list[Card]


def my_jobs(user: User, project: Project, *, at: datetime) -> MyJobs:
    """The person's open jobs in the project; what is on hold or agreed for another day comes later."""
    ends = end_of_day(at, project.tz)
    due = [job for job in jobs_of(technician=user, day_end=ends) if job.ticket.case.project_id == project.pk]
    held = [job for job in due if job.ticket.case.state == State.ON_HOLD]
    after = Job.objects.open().filter(technician=user, window_from__gte=ends, ticket__case__project=project)
    after = after.select_related("ticket__case__project", "ticket__case__unit", "ticket__case__building")
    return MyJobs(
        today=[_card(job) for job in due if job not in held],
        later=[_card(job) for job in [*held, *after.order_by("window_from", "pk")]],
        tests=[_card(job) for job in _leak_tests(user, project)],
    )


def my_matters(user: User, project: Project) -> list[Matter]:
    """Open complaints and the like that were handed to the person, the next due first."""
    mine = Case.objects.visible_to(user).open().filter(handler=user, project=project, kind__in=kinds_among_jobs())
    return [_matter(case) for case in mine.select_related("unit").order_by(F("due_at").asc(nulls_last=True), "pk")]


def _matter(case: Case) -> Matter:
    kind = kind_of(case.kind)
    return Matter(
        number=case.number,
        kind_word=str(kind.label),
        where=case.unit.number if case.unit else case.place,
        title=case.title,
        state_word=str(kind.states[case.state]),
        phase=case.phase,
        clock=due_of(case),
    )


def _leak_tests(user: User, project: Project) -> list[Job]:
    last = Job.objects.filter(ticket=OuterRef("ticket")).order_by("-number").values("pk")[:1]
    running = Job.objects.filter(
        technician=user,
        pk=Subquery(last),
        ticket__case__project=project,
        ticket__leak_test_begun_at__isnull=False,
        ticket__leak_test_ended_at=None,
    )
    related = running.select_related("ticket__case__project", "ticket__case__unit", "ticket__case__building")
    return list(related.order_by("ticket__leak_test_begun_at"))


def _card(job: Job) -> Card:
    case = job.ticket.case
    building = case.building
    return Card(
        number=case.number,
        version=case.version,
        where=case.unit.number if case.unit else case.place,
        title=case.title,
        building=str(building) if building else "",
        state_word=str(kind_of(case.kind).states[case.state]),
        phase=case.phase,
        is_urgent=case.urgency == Urgency.URGENT,
        window_from=job.window_from,
        window_to=job.window_to,
        clock=due_of(case),
    )


def my_last_job(ticket: Ticket, user: User) -> Job | None:
    """The newest job of the ticket where it is the person's; None where it is or was somebody else's."""
    newest = max(ticket.jobs.all(), key=lambda job: job.number, default=None)
    return newest if newest is not None and newest.technician_id == user.pk else None
