"""The one search: homes, then matters by number, name, phone or words; what is open beside each."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from accounts.models import Project, User
from cases.actions import SEARCH_KIND
from cases.models import Case
from cases.registry import kind_of
from estate.queries import Hit, find_households
from estate.search import typed
from records.queries import find

IN_BOX = 8
HOMES_IN_BOX = 6
ON_PAGE = 50


@dataclass(frozen=True)
class HomeHit:
    """A home that was found, with how many matters are open there."""

    hit: Hit
    open_count: int = 0


@dataclass(frozen=True)
class Found:
    """What a search found."""

    homes: list[HomeHit] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    more: bool = False

    @property
    def nothing(self) -> bool:
        """Say whether nothing was found at all."""
        return not self.homes and not self.cases

    @property
    def only_home(self) -> HomeHit | None:
        """The home meant without doubt: the room typed in full, or the only one, with nothing found elsewhere."""
        exact = [home for home in self.homes if home.hit.exact]
        if len(exact) == 1:
            return exact[0]
        if len(self.homes) != 1:
            return None
        unit = self.homes[0].hit.unit
        return self.homes[0] if all(case.unit_id == unit.pk for case in self.cases) else None


def search(*, query: str, user: User, projects: Iterable[Project], limit: int) -> Found:
    """Homes and matters that carry every word of `query`: at most ten statements, whatever the size.

    Technicians and guards, to whom the register is closed, find the matters that were given to them.
    """
    pks = [project.pk for project in projects]
    homes = find_households(query=query, user=user, projects=pks, limit=limit + 1)
    cases = list(matching_cases(query, user, pks)[: limit + 1])
    shown = cases[: max(limit - min(len(homes), HOMES_IN_BOX), 2)] if limit <= IN_BOX else cases[:limit]
    kept = homes[: limit - len(shown)] if limit <= IN_BOX else homes[:limit]
    counts = open_counts(user, [hit.unit.pk for hit in kept])
    return Found(
        homes=[HomeHit(hit, counts.get(hit.unit.pk, 0)) for hit in kept],
        cases=shown,
        more=len(shown) < len(cases) or len(kept) < len(homes),
    )


def matching_cases(query: str, user: User, projects: list[int]) -> QuerySet[Case]:
    """Matters one may see that carry every word, open ones first, then the newest."""
    words = typed(query)
    seen = Case.objects.visible_to(user)
    ids = find(query=words, projects=projects, kind=SEARCH_KIND, among=seen) if words else []
    if words != query.strip().lower():  # typed in a form of its own: a number of a former system, say
        ids += find(query=query, projects=projects, kind=SEARCH_KIND, among=seen)
    return seen.filter(pk__in=ids).select_related("unit", "project").open_first()


def exact_case(query: str, user: User) -> Case | None:
    """The matter whose whole number was typed."""
    number = query.strip().upper()
    return Case.objects.visible_to(user).filter(number=number).first() if len(number) <= 30 else None


def open_counts(user: User, units: list[int]) -> dict[int, int]:
    """How many matters are open per unit. One statement; none for no units."""
    if not units:
        return {}
    rows = Case.objects.visible_to(user).open().filter(unit_id__in=units)
    return dict(rows.values("unit_id").annotate(n=Count("pk")).values_list("unit_id", "n"))


def state_label(case: Case) -> str:
    """The state of a case in its kind's words."""
    return str(kind_of(case.kind).states.get(case.state, case.state))


def kind_label(case: Case) -> str:
    """The kind of a case in words."""
    return str(kind_of(case.kind).label)
