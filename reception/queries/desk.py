"""The desk at a glance: who waits, what became of a contact, to whom something can be handed."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Membership, Project, User
from accounts.states import STAFF_ROLES, Role
from cases.models import Case
from cases.queries import Due, due_of
from cases.registry import kind_of
from cases.states import Phase, Urgency
from reception.models import Contact
from reception.states import State
from tickets.states import ANSWERED_KINDS


@dataclass(frozen=True)
class Waiting:
    """Somebody in line, on hold or being served."""

    contact: Contact
    since: datetime
    minutes: int
    flagged: bool

    @property
    def case(self) -> Case:
        """The contact's case."""
        return self.contact.case

    @property
    def urgent(self) -> bool:
        """Say whether it cannot wait at all."""
        return self.case.urgency == Urgency.URGENT


@dataclass(frozen=True)
class Line:
    """The waiting line: who waits, urgent ones first and then by arrival; who is spoken with."""

    waiting: list[Waiting]
    serving: list[Waiting]


def line(user: User, project: Project, *, at: datetime) -> Line:
    """Everybody at the desk now, in one statement.

    Source: 工作繁忙接待标准 (事情紧急或已等待3分钟…安排其他人员接待).
    """
    rows = (
        Contact.objects.visible_to(user)
        .filter(case__project=project, case__kind="contact", case__phase=Phase.OPEN)
        .filter(case__state__in=[State.QUEUED, State.SERVING, State.ON_HOLD])
        .select_related("case__unit", "case__handler", "case__project")
        .order_by("case__opened_at", "pk")
    )
    shown = [_waiting(contact, at) for contact in rows]
    waiting = [one for one in shown if one.case.state == State.QUEUED]
    return Line(
        waiting=sorted(waiting, key=lambda one: not one.urgent),
        serving=[one for one in shown if one.case.state != State.QUEUED],
    )


def _waiting(contact: Contact, at: datetime) -> Waiting:
    case = contact.case
    since = contact.held_at or contact.queued_at or case.opened_at
    passed = case.due_at is not None and at > case.due_at
    flagged = case.state in (State.QUEUED, State.ON_HOLD) and (passed or case.urgency == Urgency.URGENT)
    return Waiting(
        contact=contact, since=since, minutes=max(int((at - since).total_seconds() // 60), 0), flagged=flagged
    )


def waiting_count(user: User, project: Project) -> int:
    """How many stand in line: the number beside the desk in the navigation."""
    return (
        Case.objects.visible_to(user)
        .filter(project=project, kind="contact", phase=Phase.OPEN, state=State.QUEUED)
        .count()
    )


# --- what became of it -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Became:
    """What a contact became, how it stands, and of a question the answer."""

    case: Case
    state: str
    due: Due | None
    answer: str

    @property
    def number(self) -> str:
        """Its number."""
        return self.case.number


def _became(case: Case) -> Became:
    ticket = getattr(case, "ticket", None)
    answer = ticket.report if ticket is not None and case.kind in ANSWERED_KINDS else ""
    state = str(kind_of(case.kind).states[case.state])
    return Became(case=case, state=state, due=due_of(case) if case.phase == Phase.OPEN else None, answer=answer)


def became_of(case: Case, user: User) -> list[Became]:
    """What the contact became, newest first. One statement."""
    rows = Case.objects.visible_to(user).filter(parent=case).select_related("handler", "department", "ticket")
    return [_became(one) for one in rows.order_by("-opened_at", "-pk")]


# --- colleagues -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Colleague:
    """Somebody to whom something can be handed, and what they do here: nobody has to know everybody by name."""

    user: User
    duty: str

    def __str__(self) -> str:
        return f"{self.user} · {self.duty}"


def colleagues(project: Project, *, but: User | None = None) -> list[Colleague]:
    """Staff of the project to whom something can be handed: the desk first, then by name. One statement."""
    rows = Membership.objects.staff_of([project.pk], STAFF_ROLES).select_related("user", "department")
    turns = {Role.FRONTDESK: 0, Role.SUPERVISOR: 1, Role.HEAD: 2}
    best: dict[int, tuple[int, str, Colleague]] = {}
    for row in rows:
        mine = (turns.get(Role(row.role), 3), str(row.user), Colleague(row.user, _duty(row)))
        best[row.user_id] = min(best.get(row.user_id, mine), mine, key=lambda one: one[:2])
    found = sorted(best.values(), key=lambda one: one[:2])
    return [one for _turn, _name, one in found if but is None or one.user.pk != but.pk]


def _duty(membership: Membership) -> str:
    """The department's name; of who leads, and where there is none, the role."""
    if membership.department is None or membership.role in (Role.HEAD, Role.SUPERVISOR):
        where = f"{membership.department} " if membership.department else ""
        return where + str(membership.get_role_display())
    return str(membership.department)
