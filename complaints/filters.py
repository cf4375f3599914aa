"""Which complaints a list is asked for: view, grade, what a figure was counted by. It lives in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case as ComputedCase
from django.db.models import F, IntegerField, Q, Value, When
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from accounts.states import Role
from cases.models import Case, CaseQuerySet
from cases.states import Phase
from complaints.permissions import to_acknowledge
from complaints.states import KIND, Grade, Outcome, Party, State
from core.moments import is_reckoned, midnight
from core.numbers import whole_number

VIEWS: dict[str, Any] = {
    "open": gettext_lazy("Open"),
    "mine": gettext_lazy("Mine"),
    "overdue": gettext_lazy("Overdue"),
    "to_tell": gettext_lazy("Result to be told"),
    "all": gettext_lazy("All"),
}
PAGE = 50
NONE = "none"  # what has no topic, no department, no outcome yet


@dataclass(frozen=True)
class Filters:
    """What is asked of the list; empty means everything. `since` and `until` are days, both counted."""

    view: str = "open"
    grade: str = ""
    topic: str = ""
    department: str = ""
    party: str = ""
    outcome: str = ""
    unit: str = ""
    building: int | None = None
    place: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def asked(cls, given: Mapping[str, str]) -> "Filters":
        """As an address asks; what means nothing is passed over, and the open ones are shown where no view is named."""
        grade, party, outcome = (given.get(name, "") for name in ("grade", "party", "outcome"))
        department = given.get("department", "")
        known = department == NONE or whole_number(department) is not None
        return cls(
            view=given["view"] if given.get("view") in VIEWS else "open",
            grade=grade if grade in Grade.values else "",
            topic=given.get("topic", "")[:40],
            department=department if known else "",
            party=party if party in Party.values else "",
            outcome=outcome if outcome in (NONE, *Outcome.values) else "",
            unit=given.get("unit", "")[:60],
            building=whole_number(given.get("building", "")),
            place=given.get("place", "")[:200],
            since=_day(given.get("since", "")),
            until=_day(given.get("until", "")),
        )

    @property
    def address(self) -> str:
        """The filters as they stand in an address."""
        asked = {one.name: getattr(self, one.name) for one in fields(self)}
        return urlencode({name: value for name, value in asked.items() if value and (name, value) != ("view", "open")})

    @property
    def newest_first(self) -> bool:
        """Say whether the newest comes first, rather than what falls due first."""
        return self.view == "all"

    @property
    def narrowed(self) -> bool:
        """Say whether more is asked than a view and a grade."""
        return any(getattr(self, one.name) for one in fields(self) if one.name not in ("view", "grade"))


def _day(raw: str) -> date | None:
    try:
        found = date.fromisoformat(raw[:10])
    except ValueError:
        return None
    return found if is_reckoned(found) else None


def _or_none(name: str, value: str, **no: Any) -> Q:
    return Q(**(no if value == NONE else {name: value}))


def is_mine(user: User, project: Project) -> Q:
    """What the person has taken, handles, or is to take note of as general manager."""
    return Q(handler=user) | Q(taken_by=user) | to_acknowledge(user, project.pk)


def _of_view(view: str, user: User, project: Project, at: datetime) -> Q:
    is_open = ~Q(phase=Phase.CLOSED)
    return {
        "open": is_open,
        "mine": is_open & is_mine(user, project),
        "overdue": is_open & Q(due_at__lt=at),
        "to_tell": is_open & Q(state=State.RESOLVED),
        "all": Q(),
    }[view]


def _counted_by(filters: Filters) -> Q:
    """What a figure was counted by."""
    found = Q()
    if filters.topic:
        found &= _or_none("category", filters.topic, category="")
    if filters.department:
        found &= _or_none("department", filters.department, department=None)
    if filters.party:
        held = {"complaint__responsibilities__party": filters.party}
        found &= Q(**held, complaint__responsibilities__ended_at=None)
    if filters.outcome:
        found &= _or_none("complaint__outcome", filters.outcome, complaint__outcome="")
    for name, value in (("unit__number", filters.unit), ("building", filters.building), ("place", filters.place)):
        if value:
            found &= Q(**{name: value})
    return found


def _received(filters: Filters, project: Project) -> Q:
    """In which days it came in."""
    found = Q()
    if filters.since:
        found &= Q(complaint__received_at__gte=midnight(filters.since, project.tz))
    if filters.until:
        found &= Q(complaint__received_at__lt=midnight(filters.until + timedelta(days=1), project.tz))
    return found


def listed(*, project: Project, user: User, filters: Filters, at: datetime) -> CaseQuerySet:
    """The project's complaints that the person sees and that fit."""
    wanted = _of_view(filters.view, user, project, at) & _counted_by(filters) & _received(filters, project)
    rows = Case.objects.visible_to(user).filter(project=project, kind=KIND).filter(wanted)
    if filters.grade:
        rows = rows.filter(grade=filters.grade)
    if filters.party:
        rows = rows.distinct()
    return rows.for_lists().order_by(*_order(filters, user, project))


def _order(filters: Filters, user: User, project: Project) -> tuple[Any, ...]:
    """The newest of everything, else what falls due first; of one's own what waits to be taken note of before it."""
    if filters.newest_first:
        return ("-opened_at", "-pk")
    by_due = (F("due_at").asc(nulls_last=True), "pk")
    if filters.view != "mine" or not user.has_role(project.pk, Role.GM, Role.QUALITY):
        return by_due
    first = When(to_acknowledge(user, project.pk), then=Value(0))
    return (ComputedCase(first, default=Value(1), output_field=IntegerField()), *by_due)
