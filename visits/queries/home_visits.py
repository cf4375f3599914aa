"""Reads of home visits: the list and what narrows it, one on its page, what is planned for a case, who goes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Project, User
from cases.models import Case
from cases.queries import Due, Line, Photo, came_from, due_of, photos, photos_of, timeline
from cases.registry import kind_of
from cases.sentences import day_words
from cases.states import PhotoLabel
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
    seen = HomeVisit.objects.visible_to(user).filter(case__project=project)
    rows = {
        "planned": seen.planned(),
        "late": seen.planned().filter(on__lt=today),
        "done": seen.filter(case__state=VisitState.DONE),
        "cancelled": seen.filter(case__state=VisitState.CANCELLED),
    }[filters.view]
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


def planned_visit_of(case: Case) -> HomeVisit | None:
    """The home visit that is planned for a case, None where there is none. For actions: sees every case."""
    planned = HomeVisit.objects.planned().filter(case__parent=case)
    return planned.select_related("case__project", "case__handler", "case__unit").first()


@dataclass(frozen=True)
class ParentVisit:
    """A visit on the page of what it is for, with its photo where the reader gets it."""

    visit: HomeVisit
    photo: Photo | None


def visits_for(parent: Case, reader: User) -> list[ParentVisit]:
    """The home visits for a case that the reader sees, the newest first; two statements."""
    rows = HomeVisit.objects.visible_to(reader).filter(case__parent=parent)
    visits = list(rows.select_related("case__handler").order_by("-case__opened_at", "-pk"))
    shown = photos_of([visit.case for visit in visits], reader, [PhotoLabel.VISIT]) if visits else {}
    return [ParentVisit(visit, next(iter(shown.get(visit.case_id, ())), None)) for visit in visits]


def visitors_of(parent: Case) -> list[User]:
    """Whoever may be sent for a case: the roles that its kind names, by name."""
    rows = Membership.objects.staff_of([parent.project_id], kind_of(parent.kind).visited_by).select_related("user")
    return sorted({row.user for row in rows if row.user.is_active}, key=lambda user: (str(user), user.pk))
