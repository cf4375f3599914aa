"""Passing a complaint on, speaking with the resident, keeping them told, calling others in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from cases.actions import grant, revoke
from cases.rules import LONGEST
from cases.words import words_of
from complaints.actions.turns import Turn, begin
from complaints.models import Complaint, Escalation
from complaints.permissions import can_handle, can_refer, can_tell
from complaints.queries import was_referred
from complaints.states import Rung, State
from core.errors import Invalid, NotNow
from core.words import reason_of
from sla.states import Audience


@transaction.atomic
def refer(
    *,
    complaint: Complaint,
    department: Department,
    person: User | None = None,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """Hand it to the department's head and, where named, to the person directly responsible there; both are told.

    Handing over stops the hour; the person's first talk with the resident has a clock of its own. Somebody else of the
    same department has what is left of it: only another department begins anew. Never to whom it is about.
    Source: 三(6)⑤ (转呈部门主管); 三(6)⑥② (迅速传达到相关部门,相关部门直接责任人).
    """
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_refer(by, turn.complaint), _("Only the desk, and who leads, hands a complaint to a department."))
    stays = turn.case.department == department and was_referred(turn.case, since=turn.begun)
    step = turn.step("hand_on" if stays else "refer")
    _check_referral(turn, department, person)
    _check_change(turn, department, person)
    _let_go(turn, department, person)
    if not turn.case.reserved_for:
        grant(case=turn.case, department=department, at=at)
    if person is not None:
        grant(case=turn.case, user=person, at=at)
    named = {"zh": department.name_zh, "en": department.name_en or department.name_zh}
    event = turn.happen(
        step,
        data={"department": named} | ({"person": str(person)} if person else {"worded": "complaint.referred_to_all"}),
        for_resident=True,
        changes={"department": department, "handler": person},
    )
    told = [*turn.people(Audience.HEAD), *([person] if person else [])]
    turn.tell("complaint.referred_to_you", f"complaint.referred:{event.pk}", told, level="warning")
    return turn.complaint


def _check_referral(turn: Turn, department: Department, person: User | None) -> None:
    if department.project_id != turn.case.project_id:
        raise Invalid(_("Choose a department of this project."), fields={"department": _("Not in this project.")})
    if person is None:
        return
    if person.pk == turn.complaint.about_person_id:
        refusal = _("The complaint is about this colleague: choose somebody else.")
        raise Invalid(refusal, fields={"person": refusal})
    if turn.case.is_own_of(person):
        refusal = _("It is a matter of this colleague's own home: choose somebody else.")
        raise Invalid(refusal, fields={"person": refusal})
    if not any(m.department_id == department.pk for m in person.active_memberships):
        raise Invalid(_("Choose somebody of that department."), fields={"person": _("Not in that department.")})


def _check_change(turn: Turn, department: Department, person: User | None) -> None:
    """Raise `NotNow` for a referral that changes nothing: it would only give who has it their hours anew."""
    case = turn.case
    same = case.department == department and person in (None, case.handler)
    if not same or case.state not in (State.REFERRED, State.HANDLING):
        return
    if was_referred(case):
        raise NotNow(_("It is with them already."))


def _let_go(turn: Turn, department: Department, person: User | None) -> None:
    """Whoever had it before and has no more to do with it sees it no longer."""
    before, had = turn.case.department, turn.case.handler
    if before is not None and before != department:
        revoke(case=turn.case, department=before, at=turn.at)
    if had is not None and had != person and had.pk != turn.case.taken_by_id:
        revoke(case=turn.case, user=had, at=turn.at)


@transaction.atomic
def accept(
    *, complaint: Complaint, by: User, at: datetime, expected: int | None = None, claimed_at: datetime | None = None
) -> Complaint:
    """The department takes it on; where nobody there was named, whoever accepts it handles it."""
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_handle(by, turn.complaint), _("Only the department's head or the person named takes it on."))
    step = turn.step("accept")
    changes = {} if turn.case.handler else {"handler": by}
    turn.happen(step, data={"who": str(by)}, changes=changes)
    return turn.complaint


@transaction.atomic
def contact_resident(
    *,
    complaint: Complaint,
    text: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """The person directly responsible has spoken with the resident; what was said.

    Source: 三(6)⑥② (相关部门直接责任人第一时间与客户取得联系).
    """
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_handle(by, turn.complaint), _("Only the person responsible, or who leads, does this."))
    step = turn.step("contact_resident")
    words = words_of(text, _("Write down what was said."), field="text", longest=LONGEST)
    if turn.complaint.contacted_at is None:
        turn.complaint.contacted_at = at
        turn.complaint.save(update_fields=["contacted_at"])
    changes = {} if turn.case.handler else {"handler": by}
    turn.happen(step, data={"who": str(by)}, text=words, for_resident=True, changes=changes)
    return turn.complaint


def _say(
    verb: str,
    sentence: object,
    *,
    complaint: Complaint,
    text: str,
    by: User,
    at: datetime,
    expected: int | None,
    claimed_at: datetime | None,
) -> Turn:
    """Write down something that the resident was told."""
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_tell(by, turn.complaint), _("Only who handles the complaint or the desk writes in it."))
    step = turn.step(verb)
    turn.happen(step, text=words_of(text, sentence, field="text", longest=LONGEST), for_resident=True)
    return turn


@transaction.atomic
def progress(
    *,
    complaint: Complaint,
    text: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """Tell the resident how it stands. Source: 二.2 (向业主反馈最新进展)."""
    sentence = _("Write down what the resident was told.")
    given: dict[str, Any] = {"text": text, "by": by, "at": at, "expected": expected, "claimed_at": claimed_at}
    return _say("progress", sentence, complaint=complaint, **given).complaint


@transaction.atomic
def answer(
    *,
    complaint: Complaint,
    text: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """Give the resident the clear answer that a major complaint is owed. Source: 三(6)⑤ (2天内给住户明确答复)."""
    sentence = _("Write down the answer.")
    given: dict[str, Any] = {"text": text, "by": by, "at": at, "expected": expected, "claimed_at": claimed_at}
    turn = _say("answer", sentence, complaint=complaint, **given)
    if turn.complaint.answered_at is None:
        turn.complaint.answered_at = at
        turn.complaint.save(update_fields=["answered_at"])
    return turn.complaint


@transaction.atomic
def explain_delay(
    *,
    complaint: Complaint,
    text: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """What cannot be solved at once: the reason told to the resident, and reported upward in the same step.

    Source: 三(6)④ (不能马上处理的,应向住户说明原因,并及时向上级汇报).
    """
    sentence = _("Write down the reason that the resident was given.")
    given: dict[str, Any] = {"text": text, "by": by, "at": at, "expected": expected, "claimed_at": claimed_at}
    turn = _say("explain_delay", sentence, complaint=complaint, **given)
    key = f"complaint.delayed:{turn.case.number}:{turn.case.version}"
    above = turn.people(Audience.HEAD, Audience.SUPERVISOR)
    if all(user == by for user in above):  # who explains it is who it would be reported to
        above = turn.people(Audience.GM)
    turn.tell("complaint.delayed", key, above, level="warning", text=text)
    return turn.complaint


@transaction.atomic
def call_heads(
    *,
    complaint: Complaint,
    departments: Sequence[Department],
    place: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """Call the heads of all departments concerned to the place. Source: 三(6)② (通知各相关部门负责人到现场)."""
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_tell(by, turn.complaint), _("Only who handles the complaint or the desk writes in it."))
    step = turn.step("call_heads")
    where = reason_of(place, _("Say where to."), field="place")
    if not departments or any(one.project_id != turn.case.project_id for one in departments):
        raise Invalid(_("Choose departments of this project."), fields={"departments": _("Not in this project.")})
    heads: dict[int, User] = {}
    for department in departments:
        if not turn.case.reserved_for:
            grant(case=turn.case, department=department, at=at)
        heads |= {user.pk: user for user in _heads_of(turn, department)}
    names = [{"zh": one.name_zh, "en": one.name_en or one.name_zh} for one in departments]
    event = turn.happen(step, data={"departments": names, "place": where})
    turn.tell("complaint.come", f"complaint.come:{event.pk}", heads.values(), level="warning", place=where, names=names)
    return turn.complaint


def _heads_of(turn: Turn, department: Department) -> list[User]:
    """The department's head, or who stands above where it has none."""
    case, own = turn.case, turn.case.department
    case.department = department
    try:
        return turn.people(Audience.HEAD)
    finally:
        case.department = own


@transaction.atomic
def escalate(
    *,
    complaint: Complaint,
    to: str,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Escalation:
    """Take somebody upset to the private room, or pass on whom they ask for; supervisor or manager are told at once.

    Where that is whom it is about, or who passes it on, the next above hears of it.
    Source: 三(6)③ (请其到独立洽谈室个别接待); 服务标准 (要求直接面见经理).
    """
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_tell(by, turn.complaint), _("Only who handles the complaint or the desk writes in it."))
    step = turn.step("escalate")
    if to not in Rung.values:
        raise Invalid(_("Say where to, or to whom."), fields={"to": _("Unknown.")})
    words = reason_of(reason, _("Say why."))
    row = Escalation.objects.create(complaint=turn.complaint, to=to, reason=words, at=at, by=by)
    called = turn.others(Audience.GM if to == Rung.MANAGER else Audience.SUPERVISOR)
    named = RUNGS[to]
    turn.happen(step, data={"asked": named}, text=words)
    turn.tell("complaint.escalated", f"complaint.escalated:{row.pk}", called, level="warning", asked=named)
    return row


RUNGS: dict[str, dict[str, str]] = {
    Rung.PRIVATE_ROOM: {"zh": "独立洽谈室", "en": "the private room"},
    Rung.SUPERVISOR: {"zh": "客服主管", "en": "the supervisor"},
    Rung.MANAGER: {"zh": "项目总经理", "en": "the manager"},
}
