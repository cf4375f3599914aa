"""Who hears of a home visit: whoever goes, or went until now; the supervisor where nobody does."""

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from cases.models import Event
from notifications.actions import Notice, tell
from notifications.states import Level
from sla.queries import Staff
from sla.states import Audience
from visits.models import HomeVisit
from visits.states import HALF_WORDS


def tell_of_plan(visit: HomeVisit, event: Event, *, former: User | None = None) -> None:
    """Whoever goes hears where and when, whoever went until now that somebody else does; not who wrote it down."""
    goes = visit.case.handler
    if former is not None and former != goes:
        _tell(visit, "home_visit.not_yours", event, _but(event.by, former), who=str(goes))
    _tell(visit, "home_visit.yours", event, _but(event.by, goes), **_when(visit))


def tell_of_end(visit: HomeVisit, event: Event, why: object) -> None:
    """Whoever was to go hears that they do not, and why; not who wrote it down."""
    _tell(visit, "home_visit.off", event, _but(event.by, visit.case.handler), why=why)


def tell_of_rest(visit: HomeVisit, event: Event, why: object) -> None:
    """Whoever was to go hears that they do not, where it came of their own doing too."""
    _tell(visit, "home_visit.off", event, _but(None, visit.case.handler), why=why)


def tell_of_going_on(visit: HomeVisit, event: Event) -> None:
    """Whoever goes hears that they do after all, of their own doing too."""
    _tell(visit, "home_visit.yours", event, _but(None, visit.case.handler), **_when(visit))


def tell_of_nobody(visit: HomeVisit, event: Event) -> None:
    """The supervisors hear that somebody has to decide who goes."""
    case = visit.case
    people = Staff.of([case.project_id]).told(case, [Audience.SUPERVISOR])
    _tell(visit, "home_visit.nobody", event, people, level=Level.WARNING, who=str(case.handler))


def _when(visit: HomeVisit) -> dict[str, Any]:
    return {"day": {"on": visit.on.isoformat()}, "half": HALF_WORDS[visit.half]}


def _but(by: User | None, person: User | None) -> list[User]:
    return [] if person is None or person == by else [person]


def _tell(
    visit: HomeVisit, template: str, event: Event, to: Iterable[User], *, level: str = Level.INFO, **data: object
) -> None:
    case = visit.case
    said = {"where": case.unit.number if case.unit else case.place, **data}
    key = f"{template}:{event.pk}"
    tell([Notice(key=key, template=template, case=case, to=tuple(to), data=said, level=level)], at=event.at)
