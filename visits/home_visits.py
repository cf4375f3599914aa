"""Reads of home visits: the list and what narrows it, one of them as its page shows it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from cases.models import Case
from cases.queries import Due, Line, Photo, came_from, due_of, photos, timeline
from cases.registry import kind_of
from cases.sentences import day_words
from cases.states import Phase, PhotoLabel
from core.numbers import whole_number
from sla.queries import Rung, ladder
from visits.models import HomeVisit, HomeVisitQuerySet
from visits.states import HOME_VISIT, VisitState

PAGE = 50
ME = "me"
VIEWS: dict[str, Any] = {
    "planned": gettext_lazy("Planned"),
    "late": gettext_lazy("Late"),
    "done": gettext_lazy("Made"),
    "cancelled": gettext_lazy("Cancelled"),
}


@dataclass(frozen=True)
class Filters:
    """What is asked of the list: a view, a local day, who goes (a key, or `me`). It lives in the address."""

    view: str = "planned"
    day: str = ""
    who: str = ""

    @classmethod
    def asked(cls, given: Mapping[str, str]) -> "Filters":
        """As an address asks; what means nothing is passed over."""
        view, day, who = (given.get(name, "") for name in ("view", "day", "who"))
        return cls(
            view=view if view in VIEWS else "planned",
            day=day[:10] if _day(day) else "",
            who=who if who == ME or whole_number(who) is not None else "",
        )

    def address(self, **more: str) -> str:
        """The address of the list with these filters, some of them changed."""
        asked = {name: value for name, value in asdict(replace(self, **more)).items() if value}
        if asked["view"] == "planned":
            del asked["view"]
        return f"{reverse('home_visits')}?{urlencode(asked)}" if asked else reverse("home_visits")

    @property
    def is_narrowed(self) -> bool:
        """Say whether a day or a person is asked for."""
        return bool(self.day or self.who)


def _day(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def listed(filters: Filters, *, user: User, project: Project, at: datetime) -> HomeVisitQuerySet:
    """Home visits of the project that the person sees: what is planned by its day, what is over the newest first."""
    today = at.astimezone(project.tz).date()
    planned = ~Q(case__phase=Phase.CLOSED)
    wanted = {
        "planned": planned,
        "late": planned & Q(on__lt=today),
        "done": Q(case__state=VisitState.DONE),
        "cancelled": Q(case__state=VisitState.CANCELLED),
    }[filters.view]
    rows = HomeVisit.objects.visible_to(user).filter(wanted, case__project=project)
    if filters.day:
        rows = rows.filter(on=filters.day)
    if filters.who:
        rows = rows.filter(case__handler=user.pk if filters.who == ME else int(filters.who))
    order = ("on", "pk") if filters.view in ("planned", "late") else ("-on", "-pk")
    return rows.select_related("case__project", "case__unit", "case__handler").order_by(*order)


@dataclass(frozen=True)
class VisitRow:
    """A visit in the list."""

    visit: HomeVisit
    clock: Due | None

    @property
    def case(self) -> Case:
        """Its case."""
        return self.visit.case

    @property
    def state_word(self) -> str:
        """Where it stands, in words."""
        return _state_word(self.case)


def rows_of(visits: list[HomeVisit]) -> list[VisitRow]:
    """The visits as the list shows them."""
    return [VisitRow(visit, due_of(visit.case)) for visit in visits]


def _state_word(case: Case) -> str:
    return str(kind_of(case.kind).states[case.state])


@dataclass(frozen=True)
class Chip:
    """A filter that can be pressed, or a menu of choices."""

    label: str | Promise
    url: str
    active: bool
    choices: "tuple[Chip, ...]" = ()


def chips_of(filters: Filters, *, user: User, project: Project, at: datetime) -> list[Chip]:
    """What narrows the list: today, tomorrow, the day asked for, and who goes. One statement."""
    today = at.astimezone(project.tz).date()
    days = {today.isoformat(): _("Today"), (today + timedelta(days=1)).isoformat(): _("Tomorrow")}
    if filters.day:
        days.setdefault(filters.day, day_words(filters.day))
    shown = [
        Chip(label, filters.address(day="" if filters.day == day else day), filters.day == day)
        for day, label in days.items()
    ]
    going = User.objects.filter(handled_cases__kind=HOME_VISIT, handled_cases__project=project).exclude(pk=user.pk)
    people = {ME: _("I go"), **{str(one.pk): str(one) for one in going.distinct().order_by("name", "pk")}}
    choices = [Chip(label, filters.address(who=pk), filters.who == pk) for pk, label in people.items()]
    label = people.get(filters.who, _("Whoever goes"))
    everybody = Chip(_("Whoever goes"), filters.address(who=""), not filters.who)
    return [*shown, Chip(label, filters.address(), bool(filters.who), choices=(everybody, *choices))]


@dataclass(frozen=True)
class VisitPage:
    """One visit as its page shows it."""

    visit: HomeVisit
    parent: Case | None
    state_word: str
    events: list[Line]
    running: list[Rung]
    past: list[Rung]
    photos: list[Photo]

    @property
    def case(self) -> Case:
        """The visit's case."""
        return self.visit.case

    @property
    def next_clock(self) -> Rung | None:
        """When it is due."""
        return self.running[0] if self.running else None


def visit_page_of(visit: HomeVisit, user: User) -> VisitPage:
    """Everything that the page shows; of what it is for, no more than the person sees."""
    case = visit.case
    rungs = ladder(case, user)
    return VisitPage(
        visit=visit,
        parent=came_from(case, user),
        state_word=_state_word(case),
        events=timeline(case, user),
        running=[rung for rung in rungs if rung.ended_at is None],
        past=[rung for rung in rungs if rung.ended_at is not None],
        photos=photos(case, user, [PhotoLabel.VISIT]),
    )
