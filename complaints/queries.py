"""Reads of complaints: what the words suggest, one complaint with everything about it, the list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Department, Membership, Project, User
from accounts.states import STAFF_ROLES
from cases.family import heard_of
from cases.models import Case, Event
from cases.queries import Line, Photo, came_from, photos, timeline
from cases.registry import kind_of
from cases.states import Phase, PhotoLabel
from complaints.filters import NONE, Filters, is_mine
from complaints.models import Complaint, GradeGuide, Remedy, Responsibility, StandardPhrase, Topic
from complaints.rules import Suggested, suggest_grade
from complaints.states import KIND, TRANSITIONS, Grade, Outcome, Party
from core.transitions import allowed
from estate.models import Building
from sla.models import Clock, PolicyVersion
from sla.queries import Rung, ladder
from sla.wording import goal_words
from tickets.states import WORK_KINDS
from tickets.states import State as TicketState


def guides() -> list[GradeGuide]:
    """The grades with their definitions, the gravest first."""
    return list(GradeGuide.objects.all())


def deadlines_by_grade() -> dict[str, list[str]]:
    """What is promised for each grade under the rules in force, in words: a leader may have changed the standard's."""
    found: dict[str, list[PolicyVersion]] = {}
    for version in PolicyVersion.objects.in_force().select_related("policy"):
        for grade in Grade.values:
            if graded(grade) in version.case_kinds:
                found.setdefault(grade, []).append(version)
    return {grade: _in_words(versions) for grade, versions in found.items()}


def _deadlines_of(case: Case) -> list[str]:
    """The same of one complaint: under the versions that its own clocks of that grade follow."""
    rows = Clock.objects.filter(case=case).select_related("version__policy").order_by("pk")
    latest = {clock.key: clock.version for clock in rows if graded(case.grade) in clock.version.case_kinds}
    return _in_words(latest.values())


def graded(grade: str) -> str:
    """How rules of deadlines name complaints of a grade."""
    return f"{KIND}:{grade}"


def _in_words(versions: Iterable[PolicyVersion]) -> list[str]:
    """What falls due first stands first."""
    rows = sorted(versions, key=lambda version: (version.goal_seconds, version.policy.key))
    return [_("%(promise)s: %(when)s") % {"promise": one.policy.name, "when": goal_words(one)} for one in rows]


def suggested_grade(text: str, *, harm_ongoing: bool) -> Suggested:
    """The grade that the words suggest, and which of them."""
    return suggest_grade(text, harm_ongoing=harm_ongoing, guides=[guide.rule for guide in guides()])


def suggested_topic(text: str) -> str:
    """The code of the topic with most of its words in the text; the last without words where none has any."""
    best, most = "", 0
    for topic in Topic.objects.filter(active=True):
        found = sum(len(word) for word in topic.words if word and word in text)
        if found > most or (not topic.words and not most):
            best, most = topic.code, found
    return best


# What a contact leaves on its record with the words of whoever came: taken down at first, and added to while it lasted.
SAID = ("contact.queued", "contact.served", "case.noted")


def said_at(contact: Case) -> str:
    """What was said at a contact, as it was last written down; empty where nobody took down anything."""
    noted = Event.objects.filter(case=contact, kind__in=SAID).exclude(text="").order_by("-at", "-pk")
    return noted.values_list("text", flat=True).first() or ""


def departments_of(project: Project) -> list[Department]:
    """The project's departments, in the order in which they were set up."""
    return list(Department.objects.filter(project=project).order_by("pk"))


def people_of(project: Project) -> list[User]:
    """Who belongs to a department of the project, by name."""
    members = Membership.objects.active().filter(department__project=project, user__is_active=True)
    return sorted({m.user for m in members.select_related("user")}, key=str)


def staff_of(project: Project) -> list[User]:
    """Whoever works for the project in any role, by name."""
    return sorted(roles_of_staff(project), key=str)


def roles_of_staff(project: Project) -> dict[User, frozenset[str]]:
    """Whoever works for the project, with the roles that they hold there; one statement."""
    members = Membership.objects.staff_of([project.pk], STAFF_ROLES).filter(user__is_active=True)
    found: dict[User, set[str]] = {}
    for member in members.select_related("user").order_by("pk"):
        found.setdefault(member.user, set()).add(member.role)
    return {user: frozenset(roles) for user, roles in found.items()}


def was_referred(case: Case, *, since: datetime | None = None) -> bool:
    """Say whether a complaint was ever handed to a department, or since a moment."""
    handed = Event.objects.filter(case=case, kind=TRANSITIONS["refer"].event)
    return (handed.filter(at__gte=since) if since is not None else handed).exists()


def passed_over_talk(complaint: Complaint) -> bool:
    """Say whether a result was written down though nobody it was handed to had spoken with the resident.

    Source: 三(6)⑥② (相关部门直接责任人第一时间与客户取得联系).
    """
    return bool(complaint.outcome) and complaint.contacted_at is None and was_referred(complaint.case)


def repairs_among(kin: Iterable[Case]) -> list[Case]:
    """Repairs and services among what was opened for a complaint or is waited for (`cases.family.heard_of`)."""
    return [one for one in kin if one.kind in WORK_KINDS]


def unfinished_repairs(case: Case) -> list[Case]:
    """Repairs and services opened for a complaint, or waited for, that are neither finished nor cancelled."""
    heard = Case.objects.filter(heard_of(case)).exclude(phase=Phase.CLOSED).exclude(state=TicketState.COMPLETED)
    return repairs_among(heard.order_by("pk"))


@dataclass(frozen=True)
class ComplaintPage:
    """One complaint as its page shows it."""

    complaint: Complaint
    state_word: str
    guide: GradeGuide | None
    topic: str
    events: tuple[Line, ...]
    running: tuple[Rung, ...]
    past: tuple[Rung, ...]
    responsibilities: tuple[Responsibility, ...]
    remedies: tuple[Remedy, ...]
    children: tuple[Case, ...]
    photos: tuple[Photo, ...]
    # A result without a word of the person responsible with the resident.
    unspoken: bool
    # What the complaint's own rules promise for its grade, in words.
    promised: tuple[str, ...]
    came_from: Case | None

    @property
    def case(self) -> Case:
        """The complaint's case."""
        return self.complaint.case

    @property
    def pictures(self) -> list[Photo]:
        """Photos of the place, letters that came."""
        return [photo for photo in self.photos if photo.is_image and photo.label != PhotoLabel.PAPER]

    @property
    def papers(self) -> list[Photo]:
        """Records that were printed."""
        return [photo for photo in self.photos if photo.label == PhotoLabel.PAPER]

    @property
    def takes_photos(self) -> bool:
        """Say whether photos may still be added."""
        return not self.complaint.harm_goes_on and allowed(TRANSITIONS, "add_photo", self.case.state)

    @property
    def repairs(self) -> list[tuple[Case, str]]:
        """Repairs and services opened for it or waited for, each with its state in words."""
        return [(one, str(kind_of(one.kind).states[one.state])) for one in repairs_among(self.children)]

    @property
    def others(self) -> list[Case]:
        """What else was opened for it: callbacks, enquiries."""
        return [one for one in self.children if one.kind not in WORK_KINDS]

    @property
    def next_clock(self) -> Rung | None:
        """What falls due first."""
        return self.running[0] if self.running else None


def page_of(complaint: Complaint, user: User) -> ComplaintPage:
    """Everything that a complaint's page shows, in a constant number of statements."""
    case = complaint.case
    rungs = ladder(case, user)
    topic = Topic.objects.filter(code=case.category).first() if case.category else None
    kin = Case.objects.visible_to(user).filter(heard_of(case)).select_related("handler").order_by("pk")
    return ComplaintPage(
        complaint=complaint,
        state_word=str(kind_of(case.kind).states[case.state]),
        guide=GradeGuide.objects.filter(grade=case.grade).first(),
        topic=topic.name if topic else "",
        events=tuple(timeline(case, user)),
        running=tuple(rung for rung in rungs if rung.ended_at is None),
        past=tuple(rung for rung in rungs if rung.ended_at is not None),
        responsibilities=tuple(complaint.responsibilities.filter(ended_at=None).select_related("department")),
        remedies=tuple(complaint.remedies.order_by("pk")),
        children=tuple(kin),
        photos=tuple(photos(case, user)),
        promised=tuple(_deadlines_of(case)),
        unspoken=passed_over_talk(complaint),
        came_from=came_from(case, user),
    )


def phrases_at_hand() -> dict[str, list[str]]:
    """The standard phrases in use, in the speaker's language, by the step that writes them down."""
    found: dict[str, list[str]] = {}
    for phrase in StandardPhrase.objects.filter(active=True):
        found.setdefault(phrase.spoken, []).append(phrase.words)
    return found


# --- what waits -------------------------------------------------------------------------------------------------------
def my_open(user: User, project: Project) -> int:
    """How many open complaints the person has taken or handles, or is to take note of."""
    return Case.objects.visible_to(user).open().filter(is_mine(user, project), project=project, kind=KIND).count()


def named_by(filters: Filters, project: Project) -> dict[str, str]:
    """What a list is narrowed by beside view, grade and days, in words: by the name of the filter."""
    found: dict[str, str] = {}
    if filters.topic:
        topic = Topic.objects.filter(code=filters.topic).first()
        found["topic"] = topic.name if topic else _("Not sorted")
    if filters.department:
        pk = None if filters.department == NONE else filters.department
        department = Department.objects.filter(project=project, pk=pk).first() if pk else None
        found["department"] = department.name if department else _("No department yet")
    if filters.party:
        found["party"] = str(Party(filters.party).label)
    if filters.outcome:
        found["outcome"] = _("No result yet") if filters.outcome == NONE else str(Outcome(filters.outcome).label)
    if filters.building:
        found["building"] = str(Building.objects.filter(project=project, pk=filters.building).first() or "—")
    return found | {name: getattr(filters, name) for name in ("unit", "place") if getattr(filters, name)}
