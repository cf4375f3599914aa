"""What the desk is told while a matter is being typed: its category, who pays and why, what it may double."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Project, User
from cases.queries import Due
from cases.states import Urgency
from estate.models import Building, Unit
from reception.queries.found import state_label
from reception.wishes import Wish, wished
from tickets.models import Category, Ticket
from tickets.queries import charge_verdict, likely_duplicates
from tickets.rules import suggest_category, suggest_urgency
from tickets.sentences import why
from tickets.states import ANSWERED_KINDS, Charge, Kind


@dataclass(frozen=True)
class Twin:
    """An open ticket that may be the same matter."""

    ticket: Ticket
    state: str
    due: Due | None
    same_room: bool

    @property
    def where(self) -> str:
        """The unit, else the place."""
        return where_of(self.ticket)


@dataclass(frozen=True)
class Suggestion:
    """What the words suggest."""

    category: Category | None
    words: tuple[str, ...]
    urgent: bool
    charge: str
    reason: str
    twins: list[Twin]
    wish: Wish | None

    @property
    def here(self) -> list[Twin]:
        """Those of the caller's own room: one key joins the first."""
        return [twin for twin in self.twins if twin.same_room]

    @property
    def elsewhere(self) -> list[Twin]:
        """Those of another room or of the common parts: whoever joins one is asked first."""
        return [twin for twin in self.twins if not twin.same_room]


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in the form so far; `category` and `urgent` only where the clerk chose them.

    `said_at` is when the words were said, where they were written down in a contact before.
    """

    text: str
    unit: Unit | None = None
    place: str = ""
    building: Building | None = None
    category: Category | None = None
    urgent: bool | None = None
    said_at: datetime | None = None


def suggestion(typed: Typed, *, categories: list[Category], user: User, project: Project, at: datetime) -> Suggestion:
    """Category and urgency by the words unless the clerk chose, the warranty's verdict, likely duplicates, a time.

    One statement beside the categories. Source: 三(3)② 根据客户报修内容及保修期限.
    """
    found = suggest_category(typed.text, categories)
    category = typed.category or found.category
    urgent = suggest_urgency(typed.text, category) == Urgency.URGENT if typed.urgent is None else typed.urgent
    verdict = charge_verdict(
        kind=category.kind if category else Kind.REPAIR, category=category, unit=typed.unit, project=project, at=at
    )
    known = category is not None and (typed.unit is not None or bool(typed.place.strip()))
    twins = (
        likely_duplicates(
            user=user,
            project=project,
            text=typed.text,
            at=at,
            unit=typed.unit,
            building=typed.building,
            category=category,
        )
        if typed.text.strip()
        else []
    )
    return Suggestion(
        category=category,
        words=() if typed.category else found.words,
        urgent=urgent,
        charge=str(Charge(verdict.charge).label) if known else "",
        reason=why(verdict.as_data()) if known else "",
        twins=[_twin(ticket, typed.unit) for ticket in twins],
        wish=_wish(typed, category, project, at),
    )


def _wish(typed: Typed, category: Category | None, project: Project, at: datetime) -> Wish | None:
    """When somebody may come, by the words; to what is only answered nobody comes."""
    if category is not None and category.kind in ANSWERED_KINDS:
        return None
    return wished(typed.text, at=at, tz=project.tz, said_at=typed.said_at)


def where_of(ticket: Ticket) -> str:
    """Where a ticket's fault is: the unit, else the place."""
    return ticket.case.unit.number if ticket.case.unit else ticket.case.place


def is_same_room(ticket: Ticket, unit: Unit | None) -> bool:
    """Say whether a ticket is of the caller's own room; without a room nobody can tell."""
    return unit is not None and ticket.case.unit_id == unit.pk


def _twin(ticket: Ticket, unit: Unit | None) -> Twin:
    case = ticket.case
    due = Due(started_at=case.opened_at, due_at=case.due_at) if case.due_at else None
    return Twin(ticket=ticket, state=state_label(case), due=due, same_room=is_same_room(ticket, unit))
