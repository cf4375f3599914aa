"""Who may do what to a complaint. Buttons and actions ask the same questions; seeing it is asked before."""

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.states import STAFF_ROLES, Role
from cases.models import Case
from cases.permissions import leads
from cases.states import Reserved
from complaints.models import Complaint
from complaints.states import Grade, State
from core.errors import NotAllowed, NotNow


def can_read_figures(user: User, project_id: int) -> bool:
    """Supervisors, the general manager, the quality department. Source: CMP-12."""
    return user.has_role(project_id, Role.SUPERVISOR, Role.GM, Role.QUALITY)


def can_plan(user: User, project_id: int) -> bool:
    """Whoever reads the figures plans what follows from them, and may put it off or drop it."""
    return can_read_figures(user, project_id)


def can_finish(user: User, case: Case) -> bool:
    """Report a measure as done: whoever it was given to, who leads their department, and who plans measures."""
    return case.handler_id == user.pk or leads(user, case) or can_plan(user, case.project_id)


def is_concerned(user: User, complaint: Complaint) -> bool:
    """Whom the complaint is about, and who brings it of their own home: it never passes through their hands.

    Also of a colleague who lives here the staff's steps are others': of the own complaint one is the resident.
    """
    return complaint.about_person_id == user.pk or complaint.case.is_own_of(user)


def at_the_desk(user: User, case: Case) -> bool:
    """The front desk, the colleague who took it, and whoever leads or stands above; no resident."""
    return user.has_role(case.project_id, Role.FRONTDESK) or _took(user, case) or is_above(user, case)


def _took(user: User, case: Case) -> bool:
    """Who took it and still works for the project; not the resident who wrote it."""
    return case.taken_by_id == user.pk and user.has_role(case.project_id, *STAFF_ROLES) and case.taker is not None


def is_above(user: User, case: Case) -> bool:
    """Whoever leads the work on it; of a complaint about the general manager the quality department."""
    return leads(user, case) or _for_the_manager(user, case)


def _for_the_manager(user: User, case: Case) -> bool:
    """The quality department, where a complaint passes the general manager by: only one about the manager does."""
    return case.reserved_for == Reserved.QUALITY and user.has_role(case.project_id, Role.QUALITY)


def can_handle(user: User, complaint: Complaint) -> bool:
    """Who is directly responsible, and whoever leads."""
    case = complaint.case
    return not is_concerned(user, complaint) and (case.handler_id == user.pk or is_above(user, case))


def can_tell(user: User, complaint: Complaint) -> bool:
    """Speak with the resident: who handles it, who took it, and the desk."""
    allowed = can_handle(user, complaint) or at_the_desk(user, complaint.case)
    return allowed and not is_concerned(user, complaint)


def can_add_photo(user: User, complaint: Complaint) -> bool:
    """Who handles it, who took it, the desk, the resident who wrote it: a photo of the place, the letter that came."""
    wrote = complaint.case.taken_by_id == user.pk and complaint.case.is_own_of(user)
    return can_tell(user, complaint) or wrote


def can_print(user: User, complaint: Complaint) -> bool:
    """Its record shows the contact's whole number: who handles it, who took it, the desk and whoever leads.

    Source: 物业客服人员行为规范 一.4 (保守客户信息秘密).
    """
    if is_concerned(user, complaint):
        return False
    return can_tell(user, complaint) or user.has_role(complaint.case.project_id, Role.ADMIN)


def require_print(user: User, case: Case) -> None:
    """Raise `NotAllowed` for somebody who reads the complaint and is not to have its record on paper."""
    if not can_print(user, Complaint.objects.get(case=case)):
        refusal = _("The record shows the contact's number: it is for the desk, who handles it and whoever leads.")
        raise NotAllowed(refusal)


def require_harm_stopped(complaint: Complaint) -> None:
    """Raise `NotNow` while harm is going on: the action against it comes before anything else.

    Source: 三(6)⑥③ (应先立即采取措施停止或挽救伤害,再处理).
    """
    if complaint.harm_goes_on:
        raise NotNow(_("Harm is going on: first record what was done to stop it."))


def can_open_repair(user: User, complaint: Complaint) -> bool:
    """Open a repair for it: who takes repairs at the desk and writes in the complaint, and the manager.

    Of one that passes the desk by nobody else is left to do it; of one about the manager the quality department does.
    Source: CMP-8.
    """
    case = complaint.case
    opens = user.has_role(case.project_id, Role.FRONTDESK, Role.SUPERVISOR) or can_stand_in(user, case)
    return opens and can_tell(user, complaint)


def can_refer(user: User, complaint: Complaint) -> bool:
    """Hand it to a department: the desk, who took it, and whoever leads."""
    return at_the_desk(user, complaint.case) and not is_concerned(user, complaint)


def can_regrade(user: User, complaint: Complaint) -> bool:
    """Supervisors and managers only. Source: CMP-2 (re-grading by a supervisor)."""
    return _leads_all(user, complaint.case) and not is_concerned(user, complaint)


def _leads_all(user: User, case: Case) -> bool:
    """Supervisors and managers, and who stands in for the manager; no head of a department."""
    return user.has_role(case.project_id, Role.SUPERVISOR, Role.GM) or _for_the_manager(user, case)


def can_acknowledge(user: User, complaint: Complaint) -> bool:
    """The project's general manager; of a complaint about them the quality department. Source: 三(6)⑤."""
    return can_stand_in(user, complaint.case) and not is_concerned(user, complaint)


def to_acknowledge(user: User, project_id: int) -> Q:
    """The complaints of a project that wait for the person to take note of them, as far as they see them."""
    found = Q(grade=Grade.MAJOR, complaint__acknowledged_at=None) & ~Q(complaint__about_person=user)
    if user.has_role(project_id, Role.GM):
        return found
    return found & Q(reserved_for=Reserved.QUALITY) if user.has_role(project_id, Role.QUALITY) else Q(pk__in=[])


def can_stand_in(user: User, case: Case) -> bool:
    """The general manager, or the quality department where a complaint passes the manager by."""
    return user.has_role(case.project_id, Role.GM) or _for_the_manager(user, case)


def can_inform(user: User, complaint: Complaint) -> bool:
    """Tell the result: who took it, the desk, and whoever leads; not who handled it or decided what it came to.

    Who took it tells it in any case, as does the one level that is left where it passes all others by.
    Source: 三(6)⑥② (由投诉接待人…通报).
    """
    case = complaint.case
    if is_concerned(user, complaint) or not at_the_desk(user, case):
        return False
    if _took(user, case) or case.reserved_for in LEFT_ALONE:
        return True
    return user.pk not in (case.handler_id, complaint.decided_by)


# Past the desk and the supervisors: of such a complaint one level alone leads the work, and no colleague beside it.
LEFT_ALONE = (Reserved.MANAGERS, Reserved.MANAGER, Reserved.QUALITY)


def can_close(user: User, complaint: Complaint) -> bool:
    """Who took it, the desk, and whoever leads, once the resident has confirmed."""
    return at_the_desk(user, complaint.case) and not is_concerned(user, complaint)


def can_close_unconfirmed(user: User, complaint: Complaint) -> bool:
    """Supervisors and managers, with a recorded reason: no department judges what is said of itself. Source: CMP-9."""
    return _leads_all(user, complaint.case) and not is_concerned(user, complaint)


def can_reopen(user: User, complaint: Complaint) -> bool:
    """Take back a result that was not told yet: whoever writes here. Of what was told, or closed, not who handled it.

    The desk, who took it, and whoever leads hear that the resident is not content.
    """
    if complaint.case.state == State.RESOLVED:
        return can_tell(user, complaint)
    return at_the_desk(user, complaint.case) and not is_concerned(user, complaint)
