"""Whom a complaint is about, and so past whom it goes; when it is taken, and when that is put right later."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Department, Project, User
from cases.actions import grant
from cases.models import Case, CaseAccess
from complaints.actions.turns import Turn
from complaints.models import Complaint
from complaints.naming import Colleague, meant_by
from complaints.queries import roles_of_staff
from complaints.rules import narrowest, reserved_for
from complaints.states import MEASURE, State
from notifications.actions import keep_back

CONTACT = "contact"


@dataclass(frozen=True)
class Aim:
    """The colleague it is about, where it is a single one; everybody who may be meant; who may read it."""

    person: User | None
    meant: frozenset[int]
    reserved_for: str


def aim(project: Project, *, person: User | None, words: str, about_service: bool) -> Aim:
    """Past whom a complaint goes: the colleague chosen, else whomever the words may mean.

    Of several who are meant it goes past all of them; about one it is only where that is clear, the one past whom the
    fewest read it. Source: 六.2 (建立客户投诉监督机制,接受客户监督).
    """
    if person is not None:
        roles = [m.role for m in person.active_memberships if m.project_id in (None, project.pk)]
        level = reserved_for(concerned=roles, about_service=about_service)
        return Aim(person, frozenset({person.pk}), level)
    staff = roles_of_staff(project) if words.strip() else {}
    meant = meant_by(words, [Colleague(one, str(one), one.username, roles) for one, roles in staff.items()])
    if not meant:
        return Aim(None, frozenset(), reserved_for(concerned=None, about_service=about_service))
    levels: dict[str, list[User]] = {}
    for one in meant:
        levels.setdefault(reserved_for(concerned=staff[one], about_service=about_service), []).append(one)
    level = narrowest(levels)
    nearest = levels[level]
    return Aim(nearest[0] if len(nearest) == 1 else None, frozenset(one.pk for one in meant), level)


def let_see(complaint: Complaint, aimed: Aim, at: datetime) -> None:
    """The department hears of it unless it passes it by; who took it follows it, unless they may be meant."""
    case = complaint.case
    if case.department is not None and not case.reserved_for:
        grant(case=case, department=case.department, at=at)
    if case.taker is not None and case.taker.pk not in aimed.meant:
        grant(case=case, user=case.taker, at=at)


@dataclass(frozen=True, kw_only=True)
class About:
    """Whom it is about, put right: a colleague or words; None of a department or of `service` stays as it is."""

    person: User | None = None
    words: str = ""
    department: Department | None = None
    service: bool | None = None
    # Only the department or `service` is given.
    whom_stays: bool = False


def aim_anew(turn: Turn, about: About) -> tuple[Aim, dict[str, object]]:
    """Derive anew who may read a locked complaint, and let go of whoever may be meant.

    Returns the aim and what changes in the case. What was said to be about the service stays so unless told otherwise.
    """
    kept, case = turn.complaint, turn.case
    unnamed = bool(case.reserved_for) and kept.about_person is None
    service = unnamed if about.service is None else about.service
    person, words = about.person, about.words.strip()
    if about.whom_stays:
        person, words = kept.about_person, kept.about_words
    aimed = aim(case.project, person=person, words=words, about_service=service)
    before = case.reserved_for
    kept.about_person, kept.about_words = aimed.person, words if about.whom_stays or not about.person else ""
    if about.department is not None:
        kept.about_department = about.department
    if kept.replier_id in aimed.meant:
        kept.replier = None
    kept.save(update_fields=["about_person", "about_words", "about_department", "replier"])
    changes: dict[str, object] = {"reserved_for": aimed.reserved_for}
    if case.handler_id in aimed.meant:
        changes["handler"] = None
    if about.department is not None and case.state == State.RECEIVED:
        changes["department"] = about.department
    _let_go(case, aimed, before, turn.at)
    return aimed, changes


def _let_go(case: Case, aimed: Aim, before: str, at: datetime) -> None:
    """Take sight of it from whoever may be meant, and of what is part of it; what was drawn from it narrows along."""
    above = Case.objects.filter(pk__in=[pk for pk in (case.parent_id,) if pk is not None], kind=CONTACT)
    near = Case.objects.with_parts([case.pk]).exclude(pk=case.pk) | above
    keys = list(near.filter(reserved_for=before).order_by("pk").values_list("pk", flat=True))
    Case.objects.filter(pk__in=keys).update(reserved_for=aimed.reserved_for)
    for measure in Case.objects.filter(kind=MEASURE, measure__complaints__case=case).order_by("pk"):
        measure.reserved_for = narrowest([measure.reserved_for, aimed.reserved_for])
        measure.save(update_fields=["reserved_for"])
    rights = CaseAccess.objects.filter(case__in=[case.pk, *keys], ended_at=None)
    rights.filter(user__in=aimed.meant).update(ended_at=at)
    keep_back(case=case, user_ids=aimed.meant)
    if aimed.reserved_for:
        rights.filter(department__isnull=False).update(ended_at=at)
