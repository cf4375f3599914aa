"""Reads of the residents' pages: the matters of the own home, in words for people who are not staff."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Project, User
from accounts.states import Role
from billing.queries.tariffs import Published, published
from cases.models import Case, CaseQuerySet
from cases.registry import kind_of, kinds_for_residents, told_state
from estate.models import HouseholdMember, Unit
from sla.queries import ladder
from sla.states import ClockState

MOST = 50
# The promises of `sla.states.TO_RESIDENTS`, as the house says them.
PROMISES: dict[str, str | Promise] = {
    "ticket.feedback": _("We will get back to you"),
    "ticket.arrive": _("Somebody will be at your door"),
    "ticket.complete": _("The work will be finished"),
    "contact.promise": _("You will have our answer"),
    "contact.answer": _("You will have our answer"),
}


@dataclass(frozen=True)
class Matter:
    """One matter in a resident's list."""

    number: str
    title: str
    kind: str
    state: str
    phase: str
    unit: str
    opened_at: datetime


@dataclass(frozen=True)
class Said:
    """A promise in words, and by when. `late` where it was not kept in time."""

    words: str | Promise
    due_at: datetime
    kept_at: datetime | None
    late: bool
    paused: bool


def homes_of(user: User) -> list[Unit]:
    """The units in which the person is of a household now."""
    places = HouseholdMember.objects.current().filter(person__user=user).select_related("household__unit")
    return [place.household.unit for place in places.order_by("household__unit__number")]


def own_cases(user: User) -> CaseQuerySet:
    """Cases of the households that the person is in now, of the kinds that residents see."""
    homes = HouseholdMember.objects.current().filter(person__user=user).values("household_id")
    seen = Case.objects.visible_to(user)
    return seen.filter(household_id__in=homes, kind__in=kinds_for_residents()).select_related("unit", "project")


def matters(user: User) -> list[Matter]:
    """The own home's matters: what is open first, then the newest."""
    return [matter_of(case) for case in own_cases(user).open_first()[:MOST]]


def matter_of(case: Case) -> Matter:
    """The case in a resident's words."""
    kind = kind_of(case.kind)
    return Matter(
        number=case.number,
        title=case.title,
        kind=str(kind.label),
        state=str(kind.states[told_state(case.kind, case.state)]),
        phase=case.phase,
        unit=case.unit.number if case.unit else case.place,
        opened_at=case.opened_at,
    )


def promises(case: Case, user: User) -> list[Said]:
    """What the house promised the resident for this case, the latest cycle of each promise, by due time."""
    latest = {rung.key: rung for rung in sorted(ladder(case, user), key=lambda rung: rung.cycle) if not rung.number}
    shown = [rung for key, rung in latest.items() if key in PROMISES and rung.state != ClockState.CANCELLED]
    return [
        Said(
            words=PROMISES[rung.key],
            due_at=rung.due_at,
            kept_at=rung.met_at,
            late=rung.breached_at is not None,
            paused=rung.state == ClockState.PAUSED,
        )
        for rung in sorted(shown, key=lambda rung: rung.due_at)
    ]


def manager_of(project: Project) -> User | None:
    """The project's general manager; none where nobody is."""
    found = (
        Membership.objects.staff_of([project.pk], [Role.GM]).select_related("user").order_by("project", "pk").first()
    )
    return found.user if found else None


def prices_for(user: User, project: Project, homes: list[Unit], today: date) -> list[Published]:
    """The prices that hold or are announced in a project, worked out for the own homes that bear them."""
    return [charge for charge in published(project, user, today=today, own=homes) if charge.current]
