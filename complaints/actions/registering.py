"""Registering a complaint, the general manager's acknowledgement, and the immediate action against harm."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, Project, User
from cases.actions import NewCase, open_case
from cases.family import lock_given, tell_parent
from cases.models import Case
from cases.permissions import brings
from cases.rules import LONGEST, title_of
from cases.states import Channel, Urgency
from cases.words import too_long, words_of
from complaints.actions.aiming import Aim, aim, let_see
from complaints.actions.turns import begin
from complaints.models import Complaint
from complaints.permissions import can_acknowledge, can_tell
from complaints.queries import suggested_grade, suggested_topic
from complaints.states import KIND, Grade, State
from core.errors import Invalid, NotAllowed
from estate.models import Building, Household, Unit
from estate.queries import asking_for, household_for, whom_to_ask
from estate.search import cannot_be_dialled
from notifications.actions import Notice, tell
from records.ahead import too_far
from sla.actions import happen
from sla.queries import Staff
from sla.states import Audience


@dataclass(frozen=True, kw_only=True)
class NewComplaint:
    """What somebody complains of. Words are enough; grade and topic left out are suggested from them.

    `contact` is the contact it came from: its time is the moment of reception, from which every deadline counts.
    `about_service`: it is about the service itself, and passes the whole desk by where nobody is named.
    """

    project: Project
    description: str = ""
    title: str = ""
    grade: str = ""
    topic: str = ""
    unit: Unit | None = None
    building: Building | None = None
    place: str = ""
    occurred_at: datetime | None = None
    about_department: Department | None = None
    about_person: User | None = None
    about_words: str = ""
    about_service: bool = False
    demand: str = ""
    wanted_by: datetime | None = None
    reachable: str = ""
    harm_ongoing: bool = False
    replier: User | None = None
    contact_name: str = ""
    contact_phone: str = ""
    channel: str = Channel.PHONE
    parent: Case | None = None
    contact: Case | None = None


@transaction.atomic
def register(*, new: NewComplaint, by: User, at: datetime) -> Complaint:
    """Take a complaint by any channel: number it, grade it, start its clocks from reception, say who will reply.

    One about a colleague is seen by those above them only, and by who took it. Raises `Invalid` with the fields that
    do not fit, `NotAllowed`. Source: 三(6)①; 三(6)⑥⑤ (信函参照来电、来访).
    """
    if not brings(by, new.project, new.unit):
        raise NotAllowed(_("You may not take complaints in this project."))
    _check(new, at)
    aimed = aim(new.project, person=new.about_person, words=new.about_words, about_service=new.about_service)
    parents = lock_given(new.parent, new.contact)
    received_at = min(new.contact.opened_at, at) if new.contact else at
    case = open_case(new=_new_case(new, by, parents, aimed), at=at, by=by)
    complaint = _write(new, case, received_at, aimed)
    let_see(complaint, aimed, at)
    happen(
        case=case,
        kind="complaint.registered",
        at=at,
        since=received_at,
        by=by,
        for_resident=True,
        data={"title": case.title, "grade": case.grade, "replier": _who_replies(complaint)},
    )
    if complaint.replier is None:
        _call_in(complaint, at)
    for parent in parents:
        case.parent = parent
        tell_parent(child=case, event="complaint.registered", at=at, by=by)
    case.parent = parents[0] if parents else None
    return complaint


def _check(new: NewComplaint, at: datetime) -> None:
    wrong = _wrong_words(new) | _wrong_times(new, at) | _wrong_links(new)
    if wrong:
        raise Invalid(_("The complaint cannot be taken like this."), fields=wrong)


def _wrong_words(new: NewComplaint) -> dict[str, object]:
    wrong: dict[str, object] = {}
    if not new.description.strip() and not new.title.strip():
        wrong["description"] = _("Write down what happened.")
    for name, text in (("description", new.description), ("demand", new.demand)):
        if len(text) > LONGEST:
            wrong[name] = too_long(LONGEST)
    for name, value, known in (("grade", new.grade, ["", *Grade.values]), ("channel", new.channel, Channel.values)):
        if value not in known:
            wrong[name] = _("Unknown.")
    if cannot_be_dialled(new.contact_phone):
        wrong["contact_phone"] = _("Nobody can be called at this number. Type its digits.")
    return wrong


def _wrong_times(new: NewComplaint, at: datetime) -> dict[str, object]:
    wrong: dict[str, object] = {}
    if new.occurred_at and new.occurred_at > at:
        wrong["occurred_at"] = _("This is in the future.")
    if new.wanted_by and new.wanted_by <= at:
        wrong["wanted_by"] = _("This has passed already.")
    elif words := too_far(new.wanted_by, at):
        wrong["wanted_by"] = words
    return wrong


def _wrong_links(new: NewComplaint) -> dict[str, object]:
    links = (
        ("building", new.building),
        ("parent", new.parent),
        ("contact", new.contact),
        ("about_department", new.about_department),
    )
    return {
        name: _("Not in this project.")
        for name, other in links
        if other is not None and other.project_id != new.project.pk
    }


def _graded(new: NewComplaint, words: str, *, by_resident: bool) -> str:
    """The grade that was chosen, or that the words suggest; a resident's own is never lighter than these.

    Grading is the company's: somebody hurt stays a major complaint, whatever a resident's program sends.
    """
    suggested = suggested_grade(words, harm_ongoing=new.harm_ongoing).grade
    if new.grade and by_resident:
        return min(new.grade, suggested, key=Grade.values.index)
    return new.grade or suggested


def _new_case(new: NewComplaint, by: User, parents: list[Case], aimed: Aim) -> NewCase:
    words = f"{new.title} {new.description}"
    topic = new.topic or suggested_topic(words)
    asking = asking_for(new.unit, by)
    grade = _graded(new, words, by_resident=asking is not None)
    household = asking.household if asking else _household(new)
    name, phone = whom_to_ask(household, name=new.contact_name, phone=new.contact_phone, asking=asking)
    return NewCase(
        kind=KIND,
        state=State.RECEIVED,
        project=new.project,
        title=new.title.strip() or title_of(new.description),
        unit=new.unit,
        building=new.building,
        household=household,
        place=new.place.strip()[:200],
        contact_name=name,
        contact_phone=phone,
        channel=new.channel,
        urgency=Urgency.URGENT if new.harm_ongoing else Urgency.NORMAL,
        category=topic,
        grade=grade,
        department=new.about_department,
        parent=parents[0] if parents else None,
        promised_at=new.wanted_by,
        reserved_for=aimed.reserved_for,
    )


def _household(new: NewComplaint) -> Household | None:
    return household_for(new.unit, new.contact_phone) if new.unit else None


def _write(new: NewComplaint, case: Case, received_at: datetime, aimed: Aim) -> Complaint:
    return Complaint.objects.create(
        case=case,
        received_at=received_at,
        description=new.description.strip() or case.title,
        occurred_at=new.occurred_at,
        about_department=new.about_department,
        about_person=aimed.person,
        about_words=new.about_words.strip()[:100],
        demand=new.demand.strip(),
        wanted_by=new.wanted_by,
        reachable=new.reachable.strip()[:100],
        replier=new.replier or (case.taker if case.taker and case.taker.pk not in aimed.meant else None),
        harm_ongoing=new.harm_ongoing,
    )


CENTRE = {"zh": "物业服务中心", "en": "the service centre"}
MANAGEMENT = {"zh": "项目管理层", "en": "the management"}


def _who_replies(complaint: Complaint) -> str | dict[str, str]:
    """Who the resident hears from: who took it, else those who read it. Source: CMP-1."""
    if complaint.replier is not None:
        return str(complaint.replier)
    return MANAGEMENT if complaint.case.reserved_for else CENTRE


def _call_in(complaint: Complaint, at: datetime) -> None:
    """Nobody was there when it came: the desk is told, or those above it whom it is reserved for."""
    case = complaint.case
    told = [user for user in Staff.of([case.project_id]).told(case, [Audience.DESK]) if user != complaint.about_person]
    tell([Notice(key=f"complaint.online:{case.number}", template="complaint.online", case=case, to=tuple(told))], at=at)


@transaction.atomic
def stop_harm(
    *,
    complaint: Complaint,
    action: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """Record the immediate action that stopped the harm; before it nothing else may be done.

    Source: 三(6)⑥③ (应先立即采取措施停止或挽救伤害,再处理).
    """
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_tell(by, turn.complaint), _("Only who handles the complaint or the desk writes in it."))
    step = turn.step("stop_harm")
    if not turn.complaint.harm_goes_on:
        raise Invalid(_("No harm is going on."))
    words = words_of(action, _("Write down what was done to stop the harm."), field="action", longest=LONGEST)
    turn.complaint.harm_stopped_at = at
    turn.complaint.save(update_fields=["harm_stopped_at"])
    turn.happen(step, text=words, for_resident=True)
    return turn.complaint


@transaction.atomic
def acknowledge(
    *, complaint: Complaint, by: User, at: datetime, expected: int | None = None, claimed_at: datetime | None = None
) -> Complaint:
    """The general manager takes note of a major complaint, which stops the clock of the same day. Source: 三(6)⑤."""
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_acknowledge(by, turn.complaint), _("Only the general manager acknowledges a major complaint."))
    step = turn.step("acknowledge")
    if turn.case.grade != Grade.MAJOR:
        raise Invalid(_("Only major complaints are acknowledged by the general manager."))
    if turn.complaint.acknowledged_at is not None:
        return turn.complaint
    turn.complaint.acknowledged_at, turn.complaint.acknowledged_by = at, by
    turn.complaint.save(update_fields=["acknowledged_at", "acknowledged_by"])
    turn.happen(step, data={"who": str(by)})
    return turn.complaint
