"""Reads of complaints: what the words suggest, one complaint with everything about it, the list."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Department, Membership, Project, User
from accounts.states import STAFF_ROLES
from cases.family import heard_of
from cases.models import Case, Event
from cases.queries import Line, Photo, photos, timeline
from cases.registry import kind_of
from cases.states import PhotoLabel
from complaints.filters import NONE, Filters, is_mine
from complaints.models import Complaint, GradeGuide, Remedy, Responsibility, Topic
from complaints.rules import Suggested, suggest_grade
from complaints.states import KIND, TRANSITIONS, Outcome, Party
from core.transitions import allowed
from estate.models import Building
from sla.queries import Rung, ladder
from tickets.states import WORK_KINDS


def guides() -> list[GradeGuide]:
    """The grades with their definitions, the gravest first."""
    return list(GradeGuide.objects.all())


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
    members = Membership.objects.staff_of([project.pk], STAFF_ROLES).filter(user__is_active=True)
    return sorted({m.user for m in members.select_related("user")}, key=str)


def repairs_among(kin: Iterable[Case]) -> list[Case]:
    """Repairs and services among what was opened for a complaint or is waited for (`cases.family.heard_of`)."""
    return [one for one in kin if one.kind in WORK_KINDS]


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
    )


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
