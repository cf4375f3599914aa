"""One ticket and the rows around it that every page of it needs, in one statement."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, FilteredRelation

from accounts.models import User
from cases.lookups import Few
from cases.models import Case, Event
from cases.registry import kinds_within_parents
from tickets.models import Job, Ticket
from visits.models import Callback

JOINED = ("unit", "department", "parent", "ticket__category", "callback", "visit__technician")


@dataclass(frozen=True)
class Kin:
    """A ticket with its visits, the callbacks owed for it, those of the same matter, and what it came from.

    What it came from only where the reader sees it: a private complaint's number is its readers'.
    """

    ticket: Ticket
    jobs: tuple[Job, ...]  # the newest first
    callbacks: tuple[Callback, ...]  # the newest first
    duplicates: tuple[Ticket, ...]
    came_from: Case | None

    @property
    def case(self) -> Case:
        """The ticket's case."""
        return self.ticket.case

    @property
    def family(self) -> list[Case]:
        """The case and those that are part of it."""
        return [self.case, *(callback.case for callback in self.callbacks)]


def kin_of(user: User, number: str) -> Kin:
    """One visible ticket with its kin. Raises `Ticket.DoesNotExist` for one that is not there or not theirs.

    A ticket with several visits comes as several rows, one for each. The people are left to `meet`: a join for each
    would cost more than all the rest.
    """
    seen = Case.objects.visible_to(user)
    itself = seen.filter(number=number, ticket__isnull=False).values("pk")
    parts = seen.filter(parent__number=number, kind__in=kinds_within_parents()).values("pk")
    above = seen.filter(children__number=number).values("pk")
    joined = Ticket.objects.filter(joined_to__case__number=number).values("case_id")
    original = Ticket.objects.filter(duplicates__case__number=number).values("case_id")
    found = Case.objects.filter(Few(F("pk"), itself.union(parts, above, joined, original, all=True)))
    rows = found.annotate(visit=FilteredRelation("ticket__jobs")).select_related(*JOINED).order_by("pk")
    return _sorted(list(rows), number, user)


def _sorted(rows: list[Case], number: str, user: User) -> Kin:
    mine = [case for case in rows if case.number == number]
    if not mine:
        raise Ticket.DoesNotExist
    case, ticket = mine[0], mine[0].ticket
    theirs = {project.pk: project for project in user.projects}
    if case.project_id in theirs:
        case.project = theirs[case.project_id]
    jobs = [row.visit for row in mine if hasattr(row, "visit")]
    others = {row.pk: row for row in rows if row.number != number}.values()
    tickets = [other.ticket for other in others if hasattr(other, "ticket")]
    ticket.joined_to = next((other for other in tickets if other.pk == ticket.joined_to_id), None)
    return Kin(
        ticket=ticket,
        jobs=tuple(sorted(jobs, key=lambda job: -job.number)),
        callbacks=tuple(reversed([other.callback for other in others if hasattr(other, "callback")])),
        duplicates=tuple(sorted((t for t in tickets if t.joined_to_id == ticket.pk), key=lambda other: other.pk)),
        came_from=next((other for other in others if other.pk == case.parent_id), None),
    )


def meet(kin: Kin, events: Iterable[Event]) -> None:
    """Put the people of the events where the ticket names them: whoever took, sent or decided did so in one.

    Anybody else is read when the page asks for them.
    """
    known = {event.by_id: event.by for event in events} | {job.technician_id: job.technician for job in kin.jobs}
    holders = [
        (kin.case, ("taken_by", "handler")),
        (kin.ticket, ("charge_overridden_by",)),
        *((job, ("dispatched_by",)) for job in kin.jobs),
        *((callback, ("caller",)) for callback in kin.callbacks),
    ]
    for holder, names in holders:
        for name in names:
            person = known.get(getattr(holder, f"{name}_id"))
            if person is not None:
                setattr(holder, name, person)
