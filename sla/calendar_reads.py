"""Reads of calendars for their pages: whose there are, what waits, and what would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from accounts.models import Project, User
from accounts.states import Role
from sla.models import Calendar, CalendarVersion, Clock, Policy, PolicyVersion
from sla.models.proposals import IN_FORCE, PEOPLE, WAITING
from sla.permissions import can_read_calendar, can_read_rules
from sla.queries import versions_in_force
from sla.rules import due_time

DAY = timedelta(days=1)
MORNING = time(10)


@dataclass(frozen=True)
class Kept:
    """Whose calendar it is, what is in force, whether that is its own, and what waits for a leader."""

    project: Project | None
    current: CalendarVersion | None
    is_own: bool
    waiting: CalendarVersion | None

    @property
    def place(self) -> int:
        """How addresses name it: the project's key, 0 for the company."""
        return self.project.pk if self.project is not None else 0


def readable_projects(user: User) -> list[Project]:
    """The projects whose calendars the person reads, by code."""
    return [project for project in user.projects if can_read_calendar(user, project)]


def kept_for(user: User) -> list[Kept]:
    """The company's calendar and that of each project the person reads; one statement."""
    projects = readable_projects(user)
    return _kept([None, *projects] if can_read_rules(user) else list(projects))


def kept_of(project: Project | None) -> Kept:
    """One project's, or the company's for None."""
    return _kept([project])[0]


def _kept(projects: Sequence[Project | None]) -> list[Kept]:
    known = [project.pk for project in projects if project is not None]
    concerned = Q(calendar__project=None) | Q(calendar__project__in=known)
    rows = CalendarVersion.objects.filter(concerned, IN_FORCE | WAITING)
    current: dict[int | None, CalendarVersion] = {}
    waiting: dict[int | None, CalendarVersion] = {}
    for version in rows.select_related("calendar__project", "created_by"):
        if version.approved_at is None:
            waiting[version.calendar.project_id] = version
        elif not version.follows_company:
            current[version.calendar.project_id] = version
    pks = [None if project is None else project.pk for project in projects]
    return [
        Kept(project, current.get(pk) or current.get(None), pk in current, waiting.get(pk))
        for project, pk in zip(projects, pks, strict=True)
    ]


def versions_of(project: Project | None) -> list[CalendarVersion]:
    """All versions of a calendar, the newest first; none where the project never had its own."""
    found = CalendarVersion.objects.filter(calendar__project=project).select_related("calendar__project", *PEOPLE)
    return list(found.order_by("-number"))


def before(version: CalendarVersion) -> CalendarVersion | None:
    """What was followed before a version: what it was approved in the place of, or what is in force while it waits."""
    calendar = version.calendar
    earlier = CalendarVersion.objects.filter(calendar=calendar, number__lt=version.number, approved_at__isnull=False)
    found = earlier.select_related("calendar__project").order_by("-number").first()
    if found is not None and not found.follows_company:
        return found
    return company_version() if calendar.project_id is not None else None


def company_version() -> CalendarVersion | None:
    """The company's calendar in force."""
    return CalendarVersion.objects.counted_on().filter(calendar__project=None).select_related("calendar").first()


def said_by(version: CalendarVersion) -> CalendarVersion:
    """What is counted on where a version holds: itself, or the company's where it gives up its own."""
    return (company_version() if version.follows_company else None) or version


def running_on(project: Project | None) -> int:
    """How many running promises are counted in working time where the calendar holds; they keep what they began on."""
    found = Clock.objects.live().filter(calendar__isnull=False)
    if project is not None:
        return found.filter(case__project=project).count()
    own = Calendar.objects.filter(project__isnull=False, versions__in=CalendarVersion.objects.counted_on())
    return found.exclude(case__project__in=own.values("project")).count()


@dataclass(frozen=True)
class Effect:
    """A rule in working time: when a promise begun at a moment is due before and after the change."""

    policy: Policy
    begins: datetime
    before: datetime | None
    after: datetime | None

    @property
    def differs(self) -> bool:
        """Say whether the change moves it."""
        return self.before != self.after


def counting_rules() -> list[PolicyVersion]:
    """The rules in force that count working time or working days."""
    return [version for version in versions_in_force() if version.goal_spec.wants_calendar]


def effects(project: Project | None, old: CalendarVersion | None, new: CalendarVersion, at: datetime) -> list[Effect]:
    """What the change does to the rules that count on it: to what begins now, else before the first changed day."""
    zone = project.tz if project is not None else ZoneInfo(settings.TIME_ZONE)
    moments = [at, *_before_the_change(old, new, zone, at)]
    found = []
    for rule in counting_rules():
        tried = [
            Effect(rule.policy, begins, _due(rule, old, begins, zone), _due(rule, new, begins, zone))
            for begins in moments
        ]
        found.append(next((one for one in tried if one.differs), tried[0]))
    return found


def _due(rule: PolicyVersion, version: CalendarVersion | None, begins: datetime, zone: ZoneInfo) -> datetime | None:
    counted = version.working_time(zone) if version is not None and version.week else None
    return due_time(rule.goal_spec, start=begins, zone=zone, calendar=counted)


def _before_the_change(
    old: CalendarVersion | None, new: CalendarVersion, zone: ZoneInfo, at: datetime
) -> list[datetime]:
    """Ten in the morning of the day before the first single day to come that is made different."""
    was, today = old.days if old is not None else {}, at.astimezone(zone).date()
    changed = (date.fromisoformat(iso) for iso in sorted({*was, *new.days}) if was.get(iso) != new.days.get(iso))
    first = next((day for day in changed if day - DAY > today), None)
    return [datetime.combine(first - DAY, MORNING, zone)] if first is not None else []


def waiting_calendars(user: User) -> int:
    """How many proposed calendars wait for the leader."""
    mine = Q(calendar__project=None) | Q(calendar__project__in=user.projects_as(Role.GM))
    return CalendarVersion.objects.waiting().filter(mine).count()
