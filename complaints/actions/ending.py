"""The result, telling it the same day, closing with the resident's word, and opening again."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from cases.models import Case, Event
from cases.rules import LONGEST
from cases.words import words_of
from complaints.actions.turns import Turn, begin, turn_on
from complaints.models import Complaint
from complaints.permissions import can_close, can_close_unconfirmed, can_handle, can_inform, can_reopen
from complaints.queries import passed_over_talk, unfinished_repairs, was_referred
from complaints.states import Grade, Outcome, State, Told
from core.errors import Invalid, NotNow
from core.words import reason_of
from sla.states import Audience
from visits.actions import cancel_owed, owe_callback
from visits.models import Callback
from visits.states import Category, Result


@transaction.atomic
def resolve(
    *,
    complaint: Complaint,
    outcome: str,
    result: str,
    agreed: bool | None = None,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """Write down what it came to; the resident is owed word of it the same day. An unfounded one too, with the reason.

    Where nobody it was handed to spoke with the resident first, the head of the department and the supervisor hear so.
    Raises `Invalid` without words, `NotAllowed`, `NotNow`; that also for one solved by a repair that is not finished.
    Source: 三(6)⑥② (在当天将投诉处理结果通报); ④ (无效投诉).
    """
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_handle(by, turn.complaint), _("Only who handles the complaint, or who leads, decides on it."))
    step = turn.step("resolve")
    if outcome not in Outcome.values:
        raise Invalid(_("Say what it came to."), fields={"outcome": _("Unknown.")})
    words = words_of(
        result, _("Write down the result; of an unfounded complaint, why it is."), field="result", longest=LONGEST
    )
    if outcome == Outcome.SOLVED:
        _require_repaired(turn.case)
    kept = turn.complaint
    kept.outcome, kept.result, kept.agreed, kept.resolved_at = outcome, words, agreed, at
    kept.informed_at, kept.informed_how = None, ""
    kept.save(update_fields=["outcome", "result", "agreed", "resolved_at", "informed_at", "informed_how"])
    data: dict[str, Any] = {"outcome": OUTCOMES[outcome]}
    event = turn.happen(step, data=data, text=words)
    if passed_over_talk(kept):
        above = turn.people(Audience.HEAD, Audience.SUPERVISOR)
        turn.tell("complaint.unspoken", f"complaint.unspoken:{event.pk}", above, level="warning", text=words, **data)
    if turn.case.grade != Grade.MINOR and not was_referred(turn.case):
        # Solved before it was handed on; the head of the department hears of it all the same. Source: 三(6)⑤.
        key = f"complaint.resolved_unreferred:{event.pk}"
        turn.tell("told.complaint.resolved", key, turn.people(Audience.HEAD), text=words, **data)
    return kept


def _require_repaired(case: Case) -> None:
    """Raise `NotNow`, with their numbers, while repairs opened for it are under way. Source: CMP-8."""
    numbers = pgettext("between names", ", ").join(repair.number for repair in unfinished_repairs(case))
    if numbers:
        raise NotNow(_("It is not solved while this repair goes on: %(numbers)s.") % {"numbers": numbers})


OUTCOMES = {
    Outcome.SOLVED.value: {"zh": "已解决", "en": "solved"},
    Outcome.EXPLAINED.value: {"zh": "已说明，非我方能解决", "en": "explained, not ours to solve"},
    Outcome.UNFOUNDED.value: {"zh": "无效投诉", "en": "unfounded"},
}


@transaction.atomic
def inform(
    *,
    complaint: Complaint,
    how: str,
    text: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """Who took it tells the resident the result, by phone or in person; not who handled it or decided it.

    Source: 三(6)⑥② (由投诉接待人…将投诉处理结果通报; 通报可采用电话或上门当面告知的方式).
    """
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    refusal = _("Whoever took the complaint, the desk, or who leads tells the result; not who handled or decided it.")
    turn.allow(can_inform(by, turn.complaint), refusal)
    step = turn.step("inform")
    if how not in Told.values:
        raise Invalid(_("Say whether it was by phone or in person."), fields={"how": _("Unknown way.")})
    kept = turn.complaint
    kept.informed_at, kept.informed_how = at, how
    kept.answered_at = kept.answered_at or at
    kept.save(update_fields=["informed_at", "informed_how", "answered_at"])
    words = {"zh": "电话", "en": "by phone"} if how == Told.PHONE else {"zh": "当面", "en": "in person"}
    turn.happen(step, data={"how": words}, text=text.strip()[:LONGEST], for_resident=True)
    return kept


@transaction.atomic
def close(
    *,
    complaint: Complaint,
    confirmed: bool | None = None,
    reason: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """Close it on the resident's word, or by who leads with a recorded reason; either way a callback is owed.

    `confirmed` left open is the resident's word, unless they did not agree with the result. Closed without it,
    supervisors and managers hear of that. Raises `Invalid` without a reason, `NotAllowed`, and `NotNow` for one that
    came to nothing yet or whose resident waits for word of it, or a major one of which the general manager has not
    taken note. Source: 四.4 (确认问题是否得到解决); 三 (做好投诉回访工作).
    """
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    if confirmed is None:
        confirmed = turn.complaint.agreed is not False
    words = _close_words(turn, by, confirmed=confirmed, reason=reason)
    step = turn.step("close" if confirmed else "close_untold")
    _require_closable(turn)
    turn.complaint.confirmed, turn.complaint.close_reason = confirmed, words
    turn.complaint.save(update_fields=["confirmed", "close_reason"])
    said = {"words": CONFIRMED if confirmed else UNCONFIRMED}
    event = turn.happen(step, data=said, text=words, for_resident=confirmed)
    if not confirmed:
        above = turn.people(Audience.SUPERVISOR, Audience.GM)
        key = f"complaint.closed_untold:{event.pk}"
        turn.tell("told.complaint.closed", key, above, level="warning", text=words, **said)
    owe_callback(parent=turn.case, category=Category.COMPLAINT, at=at, by=by)
    return turn.complaint


CONFIRMED = {"zh": "住户已确认", "en": "the resident confirmed"}
UNCONFIRMED = {"zh": "未经住户确认", "en": "unconfirmed"}


def _close_words(turn: Turn, by: User, *, confirmed: bool, reason: str) -> str:
    if confirmed:
        turn.allow(can_close(by, turn.complaint), _("Only who took it, the desk, or who leads closes a complaint."))
        return ""
    refusal = _("Without the resident's word only a supervisor or manager closes a complaint.")
    turn.allow(can_close_unconfirmed(by, turn.complaint), refusal)
    return reason_of(reason, _("Say why it is closed without the resident's word."))


def _require_closable(turn: Turn) -> None:
    """Raise `NotNow` where something comes first. Source: 三(6)⑤ (当天通知项目总); 三(6)④ (无效投诉…解释)."""
    complaint = turn.complaint
    if turn.case.grade == Grade.MAJOR and complaint.acknowledged_at is None:
        raise NotNow(_("The general manager has not taken note of this complaint yet."))
    waits = complaint.outcome == Outcome.UNFOUNDED and complaint.informed_at is None
    if waits and turn.case.contact_phone:
        raise NotNow(_("An unfounded complaint is answered all the same: first tell the resident why it is."))


@transaction.atomic
def reopen(
    *,
    complaint: Complaint,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Complaint:
    """Open it again: its deadlines begin anew, the old ones stay as they were; talk, answer and note are owed anew.

    A result that the resident was not told yet is taken back instead: its deadlines go on as if there had been none, so
    that nobody gains time by it. The supervisor hears of either, of a major one the general manager too.
    Raises `Invalid` without a reason, `NotAllowed`, `NotNow`.
    """
    turn = begin(complaint, by=by, at=at, expected=expected, claimed_at=claimed_at)
    refusal = _("Only the desk, who took it, or who leads opens a complaint again whose result was told.")
    turn.allow(can_reopen(by, turn.complaint), refusal)
    words = reason_of(reason, _("Say why it is opened again."))
    cancel_owed(parent=turn.case, at=at, by=by, reason=words)
    result = turn.last("resolve")
    if turn.complaint.informed_at is None and result is not None and turn.case.state in UNTOLD:
        _take_back(turn, result, words)
    else:
        _open_again(turn, words)
    return turn.complaint


# A result without the resident's knowing of it: it stands there, or was closed like that.
UNTOLD = (State.RESOLVED, State.CLOSED)


def _take_back(turn: Turn, result: Event, words: str) -> None:
    """Undo a result, and before that the closing that it came to: what these did to the clocks is turned round."""
    if turn.case.state == State.CLOSED:
        turn.happen(turn.step("take_back_closing"), for_resident=True, takes_back=turn.last("close"))
    step = turn.step("take_back")
    _forget_result(turn.complaint)
    event = turn.happen(step, text=words, takes_back=result)
    _tell_of_it(turn, "complaint.taken_back", event, words)


def _open_again(turn: Turn, words: str) -> None:
    step = turn.step("reopen")
    kept = turn.complaint
    _forget_result(kept)
    kept.contacted_at = kept.answered_at = kept.acknowledged_at = kept.acknowledged_by = None
    kept.save(update_fields=["contacted_at", "answered_at", "acknowledged_at", "acknowledged_by"])
    event = turn.happen(step, text=words, for_resident=True)
    _tell_of_it(turn, "complaint.reopened", event, words)


def _forget_result(kept: Complaint) -> None:
    """What it came to counts no more; that it did stays in its events."""
    kept.outcome, kept.result, kept.resolved_at, kept.agreed = "", "", None, None
    kept.informed_at, kept.informed_how, kept.confirmed, kept.close_reason = None, "", None, ""
    kept.save()


def _tell_of_it(turn: Turn, template: str, event: Event, words: str) -> None:
    above = (Audience.GM,) if turn.case.grade == Grade.MAJOR else ()
    told = turn.people(Audience.HANDLER, Audience.SUPERVISOR, *above)
    turn.tell(template, f"{template}:{event.pk}", told, level="warning", text=words)


def after_callback(*, case: Case, callback: Callback, at: datetime, by: User) -> None:
    """Not content: the complaint opens again and its supervisor hears of it. The case is locked. Source: CBK-4."""
    if callback.result == Result.DISSATISFIED and case.state == State.CLOSED:
        _open_again(turn_on(case, by=by, at=at), callback.text)
