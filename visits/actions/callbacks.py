"""Writes of callbacks: owe one, cancel it, record how it went."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.states import DepartmentKind
from cases.actions import NewCase, grant, lock, open_case
from cases.family import lock_line, tell_parent
from cases.models import Case
from cases.registry import kind_of
from cases.sentences import was_words
from cases.states import Channel, Phase
from core.errors import Invalid, NotAllowed, NotNow
from core.transitions import require
from estate.search import cannot_be_dialled, plain_phone
from notifications.actions import Notice, tell
from notifications.states import Level
from sla.actions import happen
from sla.queries import Staff
from sla.states import Audience
from visits.models import Callback
from visits.permissions import can_record
from visits.queries.callbacks import open_callback_of
from visits.rules import next_attempt, score_fits
from visits.states import KIND, TRANSITIONS, How, Result, State


@transaction.atomic
def owe_callback(*, parent: Case, category: str, at: datetime, by: User) -> Callback:
    """Owe the resident a callback for finished work; its clock runs from `at`. `parent` is locked by the caller.

    One at a time: where one is still owed for the same work, that one is returned. What passes a colleague by does so
    in its callback too. Source: 四(1); 六.2.
    """
    owed = open_callback_of(parent)
    if owed is not None:
        return owed
    service = Department.objects.filter(project=parent.project, kind=DepartmentKind.SERVICE).first()
    case = open_case(
        new=NewCase(
            kind=KIND,
            state=State.OWED,
            project=parent.project,
            title=parent.title,
            unit=parent.unit,
            building=parent.building,
            household=parent.household,
            place=parent.place,
            contact_name=parent.contact_name,
            contact_phone=parent.contact_phone,
            channel=Channel.PHONE,
            category=category,
            department=service,
            parent=parent,
            reserved_for=parent.reserved_for,
        ),
        at=at,
        by=by,
    )
    callback = Callback.objects.create(case=case)
    if service is not None and not parent.reserved_for:
        grant(case=case, department=service, at=at)
    happen(case=case, kind="callback.owed", at=at, by=by, data={"parent": parent.number, "category": category})
    return callback


@transaction.atomic
def cancel_owed(*, parent: Case, at: datetime, by: User, reason: str = "") -> Callback | None:
    """Cancel the callback still owed for work that turned out not to be finished. `parent` is locked by the caller."""
    owed = open_callback_of(parent)
    if owed is None:
        return None
    case = lock(owed.case)
    step = require(TRANSITIONS, "cancel", case.state, labels=kind_of(case.kind).states)
    owed.next_attempt_at = None
    owed.save(update_fields=["next_attempt_at"])
    happen(case=case, kind=step.event, state=step.target, at=at, by=by, text=reason)
    owed.case = case
    return owed


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a call or visit went."""

    result: str
    score: int | None = None
    text: str = ""
    how: str = How.PHONE


@transaction.atomic
def record(
    *,
    callback: Callback,
    outcome: Outcome,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Callback:
    """Write down an attempt. Not reached: it stays owed and is tried again, and its clock goes on. Reached: it is done.

    The work hears of it: content closes it, not content opens it again, and the supervisors are told.
    Raises `Invalid`, `NotAllowed`, `NotNow`, `Stale`.
    Source: 四(1) 回访中发现问题及时通知维修人员整改; 四(4) 报客户服务中心主管.
    """
    case = lock_line(callback.case, expected=expected)
    callback = Callback.objects.get(pk=callback.pk)
    callback.case = case
    if not can_record(by, case):
        raise NotAllowed(_("Callbacks are made by the front desk and supervisors."))
    _check(outcome)
    verb = "attempt" if outcome.result == Result.UNREACHABLE else "reach"
    require(TRANSITIONS, verb, case.state, labels=kind_of(case.kind).states)
    callback.attempts += 1
    callback.result, callback.caller, callback.how = outcome.result, by, outcome.how
    if verb == "attempt":
        _not_reached(callback, outcome, by, at, claimed_at)
    else:
        _reached(callback, outcome, by, at, claimed_at)
    return callback


@transaction.atomic
def amend_contact(
    *,
    callback: Callback,
    phone: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Callback:
    """Put right the number to call while the callback is owed, also of work that is over. The record keeps the old one.

    Raises `Invalid` for a number that no phone dials, `NotAllowed`, `NotNow`, `Stale`. Source: 四(1).
    """
    case = lock_line(callback.case, expected=expected)
    callback = Callback.objects.get(pk=callback.pk)
    callback.case = case
    if not can_record(by, case):
        raise NotAllowed(_("Callbacks are made by the front desk and supervisors."))
    if case.phase == Phase.CLOSED:
        raise NotNow(_("This callback is over."))
    number = plain_phone(phone)
    if not number or cannot_be_dialled(phone):
        unknown = _("Nobody can be called at this number. Type its digits.")
        raise Invalid(unknown, fields={"phone": unknown})
    if number == case.contact_phone:
        raise Invalid(_("Nothing is different from what stands there."))
    said = was_words({"contact_phone": case.contact_phone}, {"contact_phone": number})
    changes = {"contact_phone": number}
    kind = "callback.contact_amended"
    happen(case=case, kind=kind, at=at, by=by, text=said, claimed_at=claimed_at, changes=changes)
    return callback


def _check(outcome: Outcome) -> None:
    if outcome.result not in Result.values:
        raise Invalid(_("Say how the callback went."), fields={"result": _("Unknown result.")})
    if outcome.how not in How.values:
        raise Invalid(_("Say whether it was by phone or in person."), fields={"how": _("Unknown way.")})
    if outcome.score is not None and not 1 <= outcome.score <= 5:
        raise Invalid(_("The score goes from 1 to 5."), fields={"score": _("From 1 to 5.")})
    if outcome.result == Result.SATISFIED and not score_fits(score=outcome.score, satisfied=True):
        problem = _("A score of 1 or 2 means not satisfied: choose “Not satisfied” and write down what is not good.")
        raise Invalid(problem, fields={"score": problem})
    if outcome.result == Result.DISSATISFIED and not score_fits(score=outcome.score, satisfied=False):
        problem = _("A score of 4 or 5 means satisfied: choose a lower score or “Satisfied”.")
        raise Invalid(problem, fields={"score": problem})
    if outcome.result == Result.DISSATISFIED and not outcome.text.strip():
        raise Invalid(_("Write down what is not good, so that it can be mended."), fields={"text": _("Required.")})


def _not_reached(callback: Callback, outcome: Outcome, by: User, at: datetime, claimed_at: datetime | None) -> None:
    case = callback.case
    again = next_attempt(attempts=callback.attempts, at=at, zone=case.project.tz)
    callback.next_attempt_at = again
    callback.save()
    happen(
        case=case,
        kind="callback.attempted",
        state=State.RETRY,
        at=at,
        by=by,
        claimed_at=claimed_at,
        text=outcome.text.strip(),
        data={"attempt": callback.attempts, "next": {"at": again.isoformat()}},
    )


def _reached(callback: Callback, outcome: Outcome, by: User, at: datetime, claimed_at: datetime | None) -> None:
    case = callback.case
    callback.score, callback.text = outcome.score, outcome.text.strip()
    callback.next_attempt_at, callback.done_at = None, at
    callback.save()
    happen(
        case=case,
        kind="callback.reached",
        state=State.DONE,
        at=at,
        by=by,
        claimed_at=claimed_at,
        text=callback.text,
        for_resident=True,
        data={
            "result": outcome.result,
            "words": _words(outcome.result),
            "score": outcome.score,
            "how": outcome.how,
            "attempt": callback.attempts,
        },
    )
    if outcome.result == Result.DISSATISFIED:
        _tell_supervisors(callback, at)
    tell_parent(child=case, event="callback.reached", at=at, by=by)


def _words(result: str) -> dict[str, str]:
    """A result in both languages: events are read in either."""
    return {"zh": "满意", "en": "satisfied"} if result == Result.SATISFIED else {"zh": "不满意", "en": "dissatisfied"}


def _tell_supervisors(callback: Callback, at: datetime) -> None:
    case = callback.case
    people = Staff.of([case.project_id]).told(case, [Audience.SUPERVISOR])
    notice = Notice(
        key=f"callback.dissatisfied:{case.number}",
        template="callback.dissatisfied",
        case=case,
        to=tuple(people),
        data={"parent": case.parent.number if case.parent else "", "text": callback.text},
        level=Level.WARNING,
    )
    tell([notice], at=at)
