"""One household on one page, and who it is that calls."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Project, User
from cases.actions import SEARCH_KIND
from cases.models import Case
from cases.queries import Due
from cases.registry import kind_of
from cases.states import Channel, Phase
from estate.models import HouseholdMember, Person, Unit
from estate.queries import Hit, Home, households_of_phone, people_of_phone
from estate.search import plain_phone
from reception.queries.found import kind_label, state_label
from reception.states import Outcome
from records.queries import find
from sla.models import Clock
from sla.states import ClockState

MOST_CASES = 200
BECAME = (Outcome.TICKET, Outcome.ASKED, Outcome.COMPLAINT)  # these stand in the list by themselves
LATELY = 5
ICONS = {
    "contact": "phone-incoming",
    "callback": "phone-outgoing",
    "home_visit": "footprints",
    "complaint": "megaphone",
    "task": "clipboard-list",
}


@dataclass(frozen=True)
class Matter:
    """A case as a household's page lists it."""

    case: Case
    kind: str
    state: str
    reason: str = ""
    due: Due | None = None
    words: str = ""

    @property
    def icon(self) -> str:
        """The picture of its kind."""
        return ICONS.get(self.case.kind, "wrench")


@dataclass(frozen=True)
class Moment:
    """One thing in a household's timeline: a matter, or somebody coming or going."""

    at: datetime | date
    icon: str
    sentence: str
    matter: Matter | None = None


@dataclass(frozen=True)
class Caller:
    """Whoever calls from a number: their homes, matters that are open, and what is known of a stranger."""

    number: str
    hits: list[Hit] = field(default_factory=list)
    former: list[Person] = field(default_factory=list)
    matters: list[Matter] = field(default_factory=list)
    recent: list[Matter] = field(default_factory=list)

    @property
    def name(self) -> str:
        """How to greet them; of a stranger, the name given the last time."""
        if self.hits:
            return self.hits[0].name
        known = (m.case.contact_name for m in [*self.matters, *self.recent] if m.case.contact_name)
        return next(known, "")


def who_calls(number: str, user: User, project: Project, *, unit: Unit | None = None) -> Caller:
    """Recognise a caller: their homes, and what is open there or was opened from that number.

    Source: 三(1) 来访接待 (能正确识别来宾是否为本物业区域内业主).
    """
    plain = plain_phone(number)
    hits = households_of_phone(number=plain, user=user, projects=[project.pk])
    former = [] if hits else people_of_phone(number=plain, user=user, projects=[project.pk])
    by_phone = find(query=plain, projects=[project.pk], kind=SEARCH_KIND) if len(plain) >= 5 else []
    homes = [hit.unit.pk for hit in hits if unit is None or hit.unit.pk == unit.pk]
    concerned = Q(unit_id__in=homes) | (Q(pk__in=by_phone) if unit is None else Q(pk__in=by_phone, unit=None))
    return Caller(
        number=plain,
        hits=hits,
        former=former,
        matters=open_matters(user, concerned, project),
        recent=lately(user, concerned, project),
    )


def lately(user: User, concerned: Q, project: Project) -> list[Matter]:
    """The last few matters that are over, newest first. One statement."""
    over = Case.objects.visible_to(user).filter(concerned, project=project, phase=Phase.CLOSED)
    own = over.exclude(kind="contact", parent__isnull=False).exclude(contact__outcome__in=BECAME)
    cases = own.select_related("contact", "unit", "handler", "project")
    return [_told(case) for case in cases.order_by("-opened_at", "-pk")[:LATELY]]


def open_matters(user: User, concerned: Q, project: Project) -> list[Matter]:
    """Open matters, next due first, each with the promise that falls due first. Two statements."""
    seen = (
        Case.objects.visible_to(user)
        .open()
        .filter(concerned, project=project)
        .exclude(kind="contact", parent__isnull=False)
    )
    cases = list(seen.select_related("unit", "handler", "project").order_by("due_at", "-opened_at")[:30])
    clocks = _first_clocks(cases)
    found = [_matter(case, clocks.get(case.pk)) for case in cases]
    return sorted(found, key=lambda m: (m.case.kind == "contact", m.due is None))


def open_matters_of(unit: Unit, user: User) -> list[Matter]:
    """What is open in a unit. Two statements."""
    return open_matters(user, Q(unit=unit), unit.project)


def _first_clocks(cases: Sequence[Case]) -> dict[int, Clock]:
    if not cases:
        return {}
    live = Clock.objects.live().exclude(state=ClockState.PAUSED).filter(case__in=[case.pk for case in cases])
    found: dict[int, Clock] = {}
    for clock in live.select_related("version__policy").order_by("due_at"):
        found.setdefault(clock.case_id, clock)
    return found


def _matter(case: Case, clock: Clock | None) -> Matter:
    due = Due(state=clock.state, started_at=clock.started_at, due_at=clock.due_at) if clock else None
    reason = clock.version.policy.name if clock else ""
    return Matter(case=case, kind=kind_label(case), state=state_label(case), reason=reason, due=due)


# --- everything over time --------------------------------------------------------------------------------------------
def past(unit: Unit, user: User, home: Home, *, before: datetime | None = None, most: int = MOST_CASES) -> list[Moment]:
    """Everything that happened in the unit, newest first: matters of every kind, people coming and going, handover.

    One statement beside what `home` holds already.
    """
    rows = Case.objects.visible_to(user).filter(unit=unit)
    if before is not None:
        rows = rows.filter(opened_at__lt=before)
    cases = rows.select_related("contact", "handler").order_by("-opened_at", "-pk")[:most]
    moments = [_of_case(case) for case in cases]
    if before is None:
        moments += [*_of_people(home), *_of_unit(unit)]
    zone = unit.project.tz
    return sorted(
        moments, key=lambda m: m.at.astimezone(zone).date() if isinstance(m.at, datetime) else m.at, reverse=True
    )


def _told(case: Case) -> Matter:
    contact = getattr(case, "contact", None)
    if contact is None:
        return Matter(case=case, kind=kind_label(case), state=state_label(case))
    ended = str(contact.get_outcome_display()) if case.phase == Phase.CLOSED else state_label(case)
    return Matter(case=case, kind=kind_label(case), state=ended or state_label(case), words=contact.done)


def _of_case(case: Case) -> Moment:
    matter = _told(case)
    channel = str(Channel(case.channel).label) if case.kind == "contact" else str(kind_of(case.kind).label)
    return Moment(at=case.opened_at, icon=matter.icon, sentence=channel, matter=matter)


def _of_people(home: Home) -> list[Moment]:
    found = []
    for household in [*home.households, *home.former]:
        for place in household.members.all():
            found += _came_and_went(place)
    return found


def _came_and_went(place: HouseholdMember) -> list[Moment]:
    who = {"name": place.person.name, "relation": place.get_relation_display()}
    found = []
    came, left = place.started_on or place.household.started_on, place.ended_on or place.household.ended_on
    if came:
        found.append(Moment(at=came, icon="log-in", sentence=_("%(name)s (%(relation)s) moved in") % who))
    if left:
        found.append(Moment(at=left, icon="log-out", sentence=_("%(name)s (%(relation)s) moved out") % who))
    return found


def _of_unit(unit: Unit) -> list[Moment]:
    found = []
    if unit.handed_over_on:
        found.append(Moment(at=unit.handed_over_on, icon="key-round", sentence=_("Handed over to the owner")))
    if unit.completed_on:
        found.append(Moment(at=unit.completed_on, icon="badge-check", sentence=_("Completion accepted")))
    return found
