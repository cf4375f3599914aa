"""Reads of deadlines: policies in force, who is to be told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Q, QuerySet

from accounts.models import Membership, Project, User
from accounts.states import Role
from cases.models import HEADS_READ, READERS, WIDE_ROLES, Case
from cases.registry import readers_of
from notifications.rosters import Roster
from notifications.rules import with_on_call
from sla.calendars import is_working
from sla.models import Calendar, CalendarVersion, Clock, ClockEvent, Policy, PolicyVersion
from sla.models.proposals import IN_FORCE, WAITING
from sla.states import Audience, ClockEventKind

AUDIENCES = frozenset(Audience.values)
ROLE_OF = {
    Audience.SUPERVISOR: Role.SUPERVISOR,
    Audience.GM: Role.GM,
    Audience.QUALITY: Role.QUALITY,
    Audience.DESK: Role.FRONTDESK,
    Audience.FREE_COLLEAGUE: Role.FRONTDESK,
    Audience.CASHIER: Role.CASHIER,
}
# A warning to nobody is no warning: where an audience is empty, the next one up is told.
NEXT_UP = {
    Audience.HANDLER: Audience.HEAD,
    Audience.CALLER: Audience.DESK,
    Audience.TAKER: Audience.DESK,
    Audience.FREE_COLLEAGUE: Audience.SUPERVISOR,
    Audience.DESK: Audience.SUPERVISOR,
    Audience.CASHIER: Audience.SUPERVISOR,
    Audience.HEAD: Audience.SUPERVISOR,
    Audience.SUPERVISOR: Audience.GM,
    Audience.GM: Audience.QUALITY,
}


def versions_in_force() -> list[PolicyVersion]:
    """The policy versions that new clocks follow."""
    return list(PolicyVersion.objects.in_force().select_related("policy"))


def calendar_for(project: Project | None) -> CalendarVersion | None:
    """The calendar that new clocks of the project are counted on: its own, else the company's (for None too)."""
    rows = CalendarVersion.objects.counted_on().filter(Q(calendar__project=project) | Q(calendar__project=None))
    return rows.order_by(F("calendar__project").asc(nulls_last=True)).first()


def keepers_of(calendar: Calendar, role: str) -> dict[User, Project]:
    """People with the role in the calendar's project, or anywhere where it is the company's, each with a project."""
    rows = Membership.objects.active().filter(role=role, user__is_active=True).select_related("user", "project")
    if calendar.project_id is not None:
        rows = rows.filter(Q(project_id=calendar.project_id) | Q(project=None))
    whole = calendar.project or Project.objects.order_by("code").first()
    return {one.user: project for one in rows.order_by("pk") if (project := one.project or whole) is not None}


def clocks_of(case: Case, clocks: QuerySet[Clock]) -> list[Clock]:
    """Those of the clocks that are the case's, with what their rules and their calendars ask for."""
    found = list(clocks.filter(case=case).select_related("version__policy", "calendar"))
    for clock in found:
        clock.case = case
    return found


@dataclass
class Duty:
    """Who is on call in the projects at hand, and when people work there; read as far as it is asked for."""

    project_ids: frozenset[int] = frozenset()
    case_ids: frozenset[int] = frozenset()
    _rosters: dict[datetime, Roster] = field(default_factory=dict)
    _hours: dict[int, CalendarVersion | None] = field(default_factory=dict)
    _projects: dict[int, Project] = field(default_factory=dict)
    _seen: dict[int, set[int]] = field(default_factory=dict)

    def heard(self, everyone: Sequence[User], case: Case, *, audience: str, at: datetime) -> list[User]:
        """Who of an audience is told at a moment: outside working hours who is on call for it, beside or instead.

        Somebody on call who may not see the case is passed by. Where the project has no working hours the roster
        alone says when somebody is on call.
        """
        roster = self._roster(at)
        on_call = [user for user in self._posted(roster, case, audience) if user in everyone or self._sees(user, case)]
        if not on_call:
            return list(everyone)
        instead = roster.instead(case.project_id)
        return with_on_call(everyone, on_call, at_work=self._at_work(case.project_id, at), instead=instead)

    def _roster(self, at: datetime) -> Roster:
        if at not in self._rosters:
            self._rosters[at] = Roster.at(at, self.project_ids)
        return self._rosters[at]

    def _posted(self, roster: Roster, case: Case, audience: str) -> list[User]:
        if audience == Audience.HEAD:
            return roster.of_department(case.department_id)
        role = ROLE_OF.get(Audience(audience))
        people = roster.of_role(case.project_id, role) if role else []
        return [user for user in people if audience != Audience.FREE_COLLEAGUE or user.pk != case.handler_id]

    def _at_work(self, project_id: int, at: datetime) -> bool:
        if project_id not in self._projects:
            project = self._projects[project_id] = Project.objects.get(pk=project_id)
            self._hours[project_id] = calendar_for(project)
        calendar = self._hours[project_id]
        return calendar is not None and is_working(calendar.working_time(self._projects[project_id].tz), at)

    def sees_at_work(self, user: User, case: Case) -> bool:
        """Say whether somebody sees a case as staff."""
        return Case.objects.visible_at_work(user).filter(pk=case.pk).exists()

    def _sees(self, user: User, case: Case) -> bool:
        if user.pk not in self._seen:
            found = Case.objects.visible_to(user).filter(pk__in=self.case_ids | {case.pk})
            self._seen[user.pk] = set(found.values_list("pk", flat=True))
        return case.pk in self._seen[user.pk]


@dataclass
class Staff:
    """Who holds which role in the projects at hand; read once for a whole batch of cases."""

    memberships: list[Membership] = field(default_factory=list)
    duty: Duty = field(default_factory=Duty)

    @classmethod
    def of(cls, project_ids: Iterable[int], case_ids: Iterable[int] = ()) -> "Staff":
        """Read the staff of the projects in one statement; of the cases one learns who of those on call sees them."""
        here = frozenset(project_ids)
        roles = {Role.HEAD, Role.SUPERVISOR, Role.GM, Role.QUALITY, Role.FRONTDESK, Role.ADMIN, Role.CASHIER}
        rows = Membership.objects.staff_of(here, roles).select_related("user")
        return cls(list(rows), Duty(here, frozenset(case_ids)))

    def with_role(self, case: Case, role: str) -> list[User]:
        """People with the role in the case's project, where the role sees the case."""
        if role in WIDE_ROLES and role != Role.ADMIN and role not in READERS[case.reserved_for]:
            return []
        if role not in WIDE_ROLES and role not in readers_of(case.kind):
            return []
        return [m.user for m in self.memberships if m.role == role and m.project_id in (None, case.project_id)]

    def heads(self, case: Case) -> list[User]:
        """Heads of the case's department; none where it is not known, or where the case passes them by."""
        if case.reserved_for not in HEADS_READ:
            return []
        return [
            m.user
            for m in self.memberships
            if m.role == Role.HEAD and m.department_id is not None and m.department_id == case.department_id
        ]

    def told(self, case: Case, audiences: Iterable[str], *, at: datetime | None = None) -> list[User]:
        """Everybody to tell, each once, climbing up where an audience is empty.

        With `at`, who is on call at that moment hears what concerns their role or department.
        """
        found: dict[int, User] = {}
        for audience in audiences:
            for user in self._climb(case, audience, at):
                found[user.pk] = user
        return list(found.values())

    def _climb(self, case: Case, audience: str, at: datetime | None) -> list[User]:
        people: list[User] = []
        # A word that nobody knows in a policy must not silence it.
        here: str | None = audience if audience in AUDIENCES else Audience.SUPERVISOR
        while here is not None and not people:
            people = self._of_audience(case, here)
            if at is not None:
                people = self.duty.heard(people, case, audience=here, at=at)
            here = NEXT_UP.get(Audience(here))
        if not people and audience == Audience.QUALITY:  # nobody stands above it: who manages the project hears of it
            people = self.with_role(case, Role.GM)
        return people or self.with_role(case, Role.ADMIN)

    def _taker(self, case: Case) -> list[User]:
        """Who took it, as far as they see it as staff: neither a resident who wrote it nor whom it passes by."""
        taker = case.taker
        if taker is None or not taker.is_active:
            return []
        holds = any(m.user_id == taker.pk and m.project_id in (None, case.project_id) for m in self.memberships)
        return [taker] if (holds and not case.reserved_for) or self.duty.sees_at_work(taker, case) else []

    def _of_audience(self, case: Case, audience: str) -> list[User]:
        if audience in (Audience.HANDLER, Audience.CALLER):
            return [case.handler] if case.handler and case.handler.is_active else []
        if audience == Audience.TAKER:
            return self._taker(case)
        if audience == Audience.HEAD:
            return self.heads(case)
        people = self.with_role(case, ROLE_OF[Audience(audience)])
        if audience == Audience.FREE_COLLEAGUE:
            people = [user for user in people if user.pk != case.handler_id]
        return people


@dataclass(frozen=True)
class Rung:
    """One promise of a case as its page shows it, with what a deadline badge needs."""

    clock_id: int
    key: str
    label: str
    clause: str
    number: str
    cycle: int
    state: str
    started_at: datetime
    due_at: datetime
    met_at: datetime | None
    breached_at: datetime | None
    ended_at: datetime | None
    in_working_time: bool = False
    subject: str = ""


def ladder(case: Case, reader: User) -> list[Rung]:
    """What is promised for the case and for what is part of it (its callbacks): what still runs first, by due time."""
    concerned = Case.objects.visible_to(reader).with_parts([case.pk])
    return _rungs(Clock.objects.filter(case__in=concerned).select_related("version__policy", "case"), case)


def ladder_of(family: Iterable[Case], case: Case) -> list[Rung]:
    """The same of cases that the reader is known to see."""
    known = {one.pk: one for one in family}
    rows = list(Clock.objects.filter(case_id__in=known).select_related("version__policy"))
    for clock in rows:
        clock.case = known[clock.case_id]
    return _rungs(rows, case)


def _rungs(clocks: Iterable[Clock], case: Case) -> list[Rung]:
    rungs = [
        Rung(
            clock_id=clock.pk,
            key=clock.key,
            label=clock.version.policy.name,
            clause=clock.version.policy.clause,
            number="" if clock.case_id == case.pk else clock.case.number,
            cycle=clock.cycle,
            state=clock.state,
            started_at=clock.started_at,
            due_at=clock.due_at,
            met_at=clock.met_at,
            breached_at=clock.breached_at,
            ended_at=clock.ended_at,
            in_working_time=clock.calendar_id is not None,
            subject=clock.subject,
        )
        for clock in clocks
    ]
    return sorted(rungs, key=lambda rung: (rung.ended_at is not None, rung.due_at))


def extensions_of(rungs: Iterable[Rung]) -> dict[int, list[ClockEvent]]:
    """When which promise was given more time, by whom and why, by the clock; one statement."""
    concerned = [rung.clock_id for rung in rungs]
    rows = ClockEvent.objects.filter(clock__in=concerned, kind=ClockEventKind.EXTENDED).select_related("by")
    found: dict[int, list[ClockEvent]] = {}
    for event in rows.order_by("pk"):
        found.setdefault(event.clock_id, []).append(event)
    return found


@dataclass(frozen=True)
class Held:
    """Which roles somebody holds in a project, the whole company's among them."""

    project: str
    roles: frozenset[str]


def roles_held() -> list[Held]:
    """For every project the roles that somebody has who can sign in."""
    rows = Membership.objects.active().filter(user__is_active=True).values_list("project_id", "role").distinct()
    found: dict[int | None, set[str]] = {}
    for project_id, role in rows.order_by():
        found.setdefault(project_id, set()).add(role)
    everywhere = found.get(None, set())
    return [
        Held(project.name, frozenset(found.get(project.pk, set()) | everywhere)) for project in Project.objects.all()
    ]


def leaders() -> list[User]:
    """Everybody who may put rules in force, whatever the project."""
    at_the_head = Membership.objects.active().filter(role=Role.GM, user__is_active=True).values("user")
    return list(User.objects.filter(pk__in=at_the_head).order_by("pk"))


def home_of(user: User) -> Project | None:
    """The project in whose time somebody is told what concerns the whole company; None for whoever has left."""
    return next(iter(user.projects), None)


def set_aside() -> int:
    """How many live clocks could not be carried out when they were last tried."""
    return Clock.objects.set_aside().count()


def waiting_proposals() -> int:
    """How many proposed rules wait for a leader."""
    return PolicyVersion.objects.waiting().count()


def all_rules() -> list[tuple[Policy, PolicyVersion | None, PolicyVersion | None]]:
    """Every policy with its version in force and its proposal that waits, by key; two statements."""
    policies = {policy.pk: policy for policy in Policy.objects.order_by("key")}
    current: dict[int, PolicyVersion] = {}
    waiting: dict[int, PolicyVersion] = {}
    for version in PolicyVersion.objects.filter(IN_FORCE | WAITING):
        version.policy = policies[version.policy_id]
        (current if version.approved_at else waiting)[version.policy_id] = version
    return [(policy, current.get(pk), waiting.get(pk)) for pk, policy in policies.items()]
