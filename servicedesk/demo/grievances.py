"""Complaints of the demonstration, one of each grade, brought as far as a busy week brings them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import Department, Project, User
from accounts.states import DepartmentKind
from complaints.actions import (
    NewComplaint,
    NewMeasure,
    Responsible,
    acknowledge,
    close,
    contact_resident,
    establish,
    inform,
    plan,
    progress,
    propose_remedy,
    refer,
    resolve,
)
from complaints.models import Complaint
from estate.models import Unit
from reception.actions import take_complaint

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def make_complaints(project: Project, users: Mapping[str, User], now: datetime) -> None:
    """A minor one that is over, a major one on its way, and an important one that just came in."""
    minor = _minor(project, users, now - 4 * DAY)
    _improve(minor, "进门服务统一穿鞋套，班前检查工具包", users, at=now - 3 * DAY, days=2)
    _improve(minor, "入户服务礼仪培训，全体维修人员签到", users, at=now - 2 * DAY, days=14)
    _major(project, users, now - DAY)
    _taken(project, users, now - 20 * MINUTE, "3-1-402", "报修单元门三次了，一直没人来，互相推诿", "important")


def _taken(project: Project, users: Mapping[str, User], at: datetime, unit: str, words: str, grade: str) -> Complaint:
    home = Unit.objects.get(project=project, number=unit)
    new = NewComplaint(project=project, unit=home, description=words, grade=grade, demand="尽快处理并给个说法")
    return take_complaint(new=new, by=users["frontdesk"], at=at)


def _referred(complaint: Complaint, users: Mapping[str, User], at: datetime) -> User:
    """Hand it to maintenance, and to who is responsible there."""
    project = complaint.case.project
    department = Department.objects.get(project=project, kind=DepartmentKind.MAINTENANCE)
    person = users["head"]
    refer(complaint=complaint, department=department, person=person, by=users["frontdesk"], at=at)
    contact_resident(complaint=complaint, text="已电话致歉并了解情况", by=person, at=at + 30 * MINUTE)
    cause = Responsible(party="company", department=department)
    establish(
        complaint=complaint,
        responsible=[cause],
        cause="派单后无人跟进",
        apologised=True,
        by=person,
        at=at + 40 * MINUTE,
    )
    return person


def _improve(complaint: Complaint, what: str, users: Mapping[str, User], *, at: datetime, days: int) -> None:
    """Plan what is changed because of it, to be done within so many days."""
    project = complaint.case.project
    due_on = (at.astimezone(project.tz) + days * DAY).date()
    new = NewMeasure(project=project, what=what, handler=users["head"], due_on=due_on, complaints=[complaint])
    plan(new=new, by=users["supervisor"], at=at)


def _minor(project: Project, users: Mapping[str, User], at: datetime) -> Complaint:
    complaint = _taken(project, users, at, "2-1-501", "维修师傅进门没穿鞋套，地板踩脏了", "minor")
    person = _referred(complaint, users, at + 20 * MINUTE)
    propose_remedy(complaint=complaint, text="上门清洁并致歉", cost=Decimal(0), by=person, at=at + HOUR)
    resolve(complaint=complaint, outcome="solved", result="已上门清洁致歉", agreed=True, by=person, at=at + 5 * HOUR)
    inform(complaint=complaint, how="phone", by=users["frontdesk"], at=at + 5 * HOUR + 10 * MINUTE)
    close(complaint=complaint, confirmed=True, by=users["frontdesk"], at=at + 5 * HOUR + 12 * MINUTE)
    return complaint


def _major(project: Project, users: Mapping[str, User], at: datetime) -> None:
    complaint = _taken(project, users, at, "3-2-902", "电梯困人四十分钟，老人身体不适，要求追究", "major")
    acknowledge(complaint=complaint, by=users["gm"], at=at + 15 * MINUTE)
    _referred(complaint, users, at + 30 * MINUTE)
    progress(complaint=complaint, text="电梯公司已到场排查，今天出报告", by=users["frontdesk"], at=at + 5 * HOUR)
