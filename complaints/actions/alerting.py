"""That a major complaint came in: told to the general manager in the same moment, whatever its clock says later."""

from datetime import datetime

from accounts.models import User
from complaints.models import Complaint
from complaints.states import Grade
from notifications.actions import Notice, tell
from notifications.states import Level
from sla.queries import Staff
from sla.states import Audience


def alert(complaint: Complaint, *, by: User | None, at: datetime) -> None:
    """Tell who takes note of a major complaint, with its title; once, however often it is graded.

    Never whom it is about, nor who graded it. Source: 三(6)⑤ (当天通知项目总进入处理程序).
    """
    case = complaint.case
    if case.grade != Grade.MAJOR:
        return
    passed_by = {complaint.about_person_id, by.pk if by else None}
    told = [user for user in Staff.of([case.project_id]).told(case, [Audience.GM]) if user.pk not in passed_by]
    key = f"complaint.major:{case.number}"
    tell([Notice(key=key, template="complaint.major", case=case, to=tuple(told), level=Level.WARNING)], at=at)
