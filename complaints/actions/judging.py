"""Grading anew, who is responsible and why, and the remedies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Department, User
from cases.models import Event
from cases.rules import LONGEST
from cases.sentences import moment_words
from cases.words import words_of
from complaints.actions.turns import Turn, begin
from complaints.models import Complaint, Remedy, Responsibility
from complaints.permissions import can_handle, can_regrade, can_tell
from complaints.states import Grade, Party, RemedyState, State
from core.errors import Invalid, NotNow
from core.money import to_cents
from core.words import reason_of
from notifications.states import Level
from sla.models import Clock
from sla.states import Audience


@transaction.atomic
def regrade(
    *,
    complaint: Complaint,
    grade: str,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """Grade it anew: clocks of the new grade count from reception, those of the old one end and stay on record.

    Whoever has it in hand and the department's head hear of the grade and of what is due now.
    Of a complaint that was opened again they count from there: what was answered or noted before is owed anew.
    Raises `Invalid` without a reason or for the same grade, `NotAllowed`, `NotNow`. Source: CMP-2.
    """
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_regrade(by, turn.complaint), _("Only a supervisor or manager grades a complaint anew."))
    step = turn.step("regrade")
    if grade not in Grade.values:
        raise Invalid(_("Choose a grade."), fields={"grade": _("Unknown.")})
    if grade == turn.case.grade:
        raise Invalid(_("It has this grade already."), fields={"grade": _("Choose another one.")})
    words = reason_of(reason, _("Say why the grade changes."))
    before, begun = turn.case.grade, turn.begun
    data: dict[str, Any] = {"before": GRADES[before], "after": GRADES[grade]}
    event = turn.happen(step, since=begun, data=data, text=words, changes={"grade": grade})
    if grade == Grade.MAJOR:
        _note_anew(turn.complaint, begun)
    told: list[User] = []
    if before == Grade.MAJOR and turn.complaint.acknowledged_at is None:
        # What the manager has not taken note of does not become smaller behind their back.
        told = turn.people(Audience.GM)
        turn.tell("told.complaint.regraded", f"complaint.graded_down:{event.pk}", told, text=words, **data)
    _tell_whose_work_it_is(turn, event, told, reason=words, grade=data["after"])
    return turn.complaint


def _tell_whose_work_it_is(
    turn: Turn, event: Event, told: Sequence[User], *, reason: str, grade: dict[str, str]
) -> None:
    """Tell whoever handles it and the head of the department what is due now; not who has heard of it already."""
    heard = {user.pk for user in [*turn.receivers(State.HANDLING), *told]}
    held = [(Audience.HANDLER, turn.case.handler_id), (Audience.HEAD, turn.case.department_id)]
    concerned = turn.people(*(audience for audience, key in held if key is not None))
    others = [user for user in concerned if user.pk not in heard]
    due = [
        {language: _due_words(clock, code) for language, code in (("zh", "zh-hans"), ("en", "en"))}
        for clock in turn.case.clocks.live().select_related("version__policy").order_by("due_at", "pk")
    ]
    turn.tell(
        "complaint.graded",
        f"complaint.graded:{event.pk}",
        others,
        level=Level.WARNING,
        grade=grade,
        due=due,
        text=reason,
    )


def _due_words(clock: Clock, language: str) -> str:
    """A promise and when it is due, in one language, in the project's time."""
    with translation.override(language), timezone.override(clock.case.project.tz):
        return f"{clock.version.policy.name} {moment_words(clock.due_at.isoformat(), ends=True)}"


def _note_anew(complaint: Complaint, begun: datetime) -> None:
    """What the manager took note of before that is to be noted once more; that they did stays in the record."""
    if complaint.acknowledged_at is not None and complaint.acknowledged_at < begun:
        complaint.acknowledged_at = complaint.acknowledged_by = None
        complaint.save(update_fields=["acknowledged_at", "acknowledged_by"])


GRADES: dict[str, dict[str, str]] = {
    Grade.MAJOR: {"zh": "重大", "en": "major"},
    Grade.IMPORTANT: {"zh": "重要", "en": "important"},
    Grade.MINOR: {"zh": "轻微", "en": "minor"},
}


@dataclass(frozen=True, kw_only=True)
class Responsible:
    """Somebody responsible: the company (by a department), the resident, a neighbour, somebody else."""

    party: str
    department: Department | None = None
    note: str = ""


@transaction.atomic
def establish(
    *,
    complaint: Complaint,
    responsible: Sequence[Responsible],
    cause: str,
    apologised: bool,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """Write down who is responsible, several where several are, the root cause, and whether an apology was made.

    Source: 三(6)② (物业公司存在过错;住户或邻居的责任;各方都有责任); 5 (找出问题根源).
    """
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_handle(by, turn.complaint), _("Only who handles the complaint, or who leads, decides on it."))
    step = turn.step("establish")
    if not responsible:
        raise Invalid(_("Say who is responsible."), fields={"responsible": _("Required.")})
    for one in responsible:
        _check_responsible(one, turn.case.project_id)
    words = words_of(cause, _("Write down the root cause."), field="cause", longest=LONGEST)
    turn.complaint.responsibilities.filter(ended_at=None).update(ended_at=at)
    rows = [
        Responsibility(
            complaint=turn.complaint,
            party=one.party,
            department=one.department,
            note=one.note.strip()[:200],
            set_at=at,
        )
        for one in responsible
    ]
    Responsibility.objects.bulk_create(rows)
    turn.complaint.cause, turn.complaint.apologised = words, apologised
    turn.complaint.save(update_fields=["cause", "apologised"])
    turn.happen(step, data={"parties": [_party(row) for row in rows]}, text=words)
    return turn.complaint


def _check_responsible(one: Responsible, project_id: int) -> None:
    if one.party not in Party.values:
        raise Invalid(_("Say who is responsible."), fields={"responsible": _("Unknown.")})
    if one.department is not None and one.department.project_id != project_id:
        raise Invalid(_("Choose a department of this project."), fields={"responsible": _("Not in this project.")})


PARTIES: dict[str, tuple[str, str]] = {
    Party.COMPANY: ("物业公司", "the company"),
    Party.RESIDENT: ("住户", "the resident"),
    Party.NEIGHBOUR: ("邻居", "a neighbour"),
    Party.OTHER: ("其他方", "others"),
}


def _party(row: Responsibility) -> dict[str, str]:
    """Who is responsible, in both languages: events are read in either."""
    zh, en = PARTIES[row.party]
    if row.department is None:
        return {"zh": zh, "en": en}
    return {"zh": f"{zh}{row.department.name_zh}", "en": f"{en} ({row.department.name_en or row.department.name_zh})"}


@transaction.atomic
def propose_remedy(
    *,
    complaint: Complaint,
    text: str,
    cost: Decimal | None = None,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Remedy:
    """Add one way to make it good, with its cost in yuan. Source: 三(6)④ (一个或几个补救方案,包括结算费用)."""
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_handle(by, turn.complaint), _("Only who handles the complaint, or who leads, decides on it."))
    step = turn.step("propose_remedy")
    words = words_of(text, _("Write down how it is made good."), field="text", longest=LONGEST)
    if cost is not None and not 0 <= cost < Decimal(10) ** 10:
        raise Invalid(_("The cost cannot be this."), fields={"cost": _("Out of range.")})
    remedy = Remedy.objects.create(
        complaint=turn.complaint,
        text=words,
        cost=None if cost is None else to_cents(cost),
        proposed_at=at,
        proposed_by=by,
    )
    unpriced = {"worded": "complaint.remedy_unpriced"}
    turn.happen(step, data=unpriced if remedy.cost is None else {"cost": f"{remedy.cost:,.2f}"}, text=words)
    return remedy


@transaction.atomic
def settle_remedy(
    *,
    remedy: Remedy,
    agreed: bool,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Remedy:
    """Write down whether the resident agreed to a remedy. Source: 三(6)② (取得谅解…协商处理方法)."""
    turn = begin(remedy.complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_tell(by, turn.complaint), _("Only who handles the complaint or the desk writes in it."))
    step = turn.step("settle_remedy")
    remedy = turn.complaint.remedies.get(pk=remedy.pk)
    if remedy.state != RemedyState.PROPOSED:
        raise NotNow(_("The resident has answered to this remedy already."))
    remedy.state, remedy.settled_at = (RemedyState.AGREED if agreed else RemedyState.DECLINED), at
    remedy.save(update_fields=["state", "settled_at"])
    words = {"zh": "同意", "en": "agreed"} if agreed else {"zh": "不同意", "en": "did not agree"}
    turn.happen(step, data={"words": words, "remedy": remedy.text[:100]}, for_resident=True)
    return remedy
