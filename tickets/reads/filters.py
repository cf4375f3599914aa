"""What the list's filters offer, each choice with its address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Department, Project, User
from cases.states import Urgency
from core.kept import kept
from estate.models import Building
from tickets.models import Category
from tickets.reads.listing import VIEWS, Filters
from tickets.reads.people import Sendable
from tickets.states import State

OFFERED_SECONDS = 60
Words = str | Promise


@dataclass(frozen=True)
class Option:
    """One choice of a filter, or a saved view."""

    label: Words
    url: str
    active: bool
    count: int | None = None


@dataclass(frozen=True)
class Chip:
    """A filter: its words (what is chosen, where something is), and its choices."""

    label: Words
    active: bool
    choices: list[Option]


def address(filters: Filters, **more: object) -> str:
    """The list's address for these filters."""
    query = {name: str(value) for name, value in more.items() if value}
    return "?" + urlencode({**filters.as_dict(), **query})


def saved_views(filters: Filters) -> list[Option]:
    """The views at the head of the list; the filters stay when one changes the view."""
    return [
        Option(label=label, url=address(replace(filters, view=key)), active=key == filters.view)
        for key, label in VIEWS.items()
    ]


@dataclass(frozen=True)
class Offered:
    """What there is to choose from in a project: three statements, kept for a while in each language."""

    categories: Mapping[str, str]
    departments: Mapping[int, str]
    buildings: Mapping[int, str]

    @classmethod
    def of(cls, project: Project) -> "Offered":
        """What the project offers now, or offered a moment ago."""
        key = f"ticket_filters:{project.pk}:{get_language()}"
        return kept(key, partial(cls._read, project), seconds=OFFERED_SECONDS)

    @classmethod
    def _read(cls, project: Project) -> "Offered":
        departments = Department.objects.filter(project=project).order_by("pk")
        buildings = Building.objects.filter(project=project).order_by("code")
        return cls(
            categories={row.code: row.name for row in Category.objects.filter(active=True)},
            departments={row.pk: row.name for row in departments},
            buildings={row.pk: row.name or row.code for row in buildings},
        )


def chips(filters: Filters, *, project: Project, people: Iterable[Sendable], user: User) -> list[Chip]:
    """The filters as a line of menus."""
    offered = Offered.of(project)
    handlers = {person.pk: person.name for person in people} | {user.pk: _("Myself")}
    menus: tuple[tuple[str, Words, Mapping[Any, Words]], ...] = (
        ("state", gettext_lazy("State"), dict(State.choices)),
        ("category", gettext_lazy("Category"), offered.categories),
        ("handler", gettext_lazy("Handler"), handlers),
        ("department", gettext_lazy("Department"), offered.departments),
        ("building", gettext_lazy("Building"), offered.buildings),
        ("urgency", gettext_lazy("Urgency"), dict(Urgency.choices)),
    )
    return [_chip(filters, name, label, choices) for name, label, choices in menus if choices]


def _chip(filters: Filters, name: str, label: Words, choices: Mapping[Any, Words]) -> Chip:
    chosen = getattr(filters, name)
    # What the choices of a menu share is written once: a menu may have a hundred of them.
    others = urlencode({key: value for key, value in filters.as_dict().items() if key != name})
    start = f"?{others}&" if others else "?"
    options = [
        Option(label=words, url=f"{start}{urlencode({name: value})}", active=value == chosen)
        for value, words in choices.items()
    ]
    if chosen:
        options.insert(0, Option(label=_("All"), url=f"?{others}", active=False))
    words = choices.get(chosen)
    return Chip(label=f"{label}: {words}" if words else label, active=bool(chosen), choices=options)
