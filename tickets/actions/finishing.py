"""The end of the work: completed, leak test, closed; opened again, cancelled. Every finished repair owes a callback."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.actions import attach_photo
from cases.family import tell_parent
from cases.models import Attachment, Case
from cases.rules import check_claim
from cases.states import PhotoLabel
from core.errors import Invalid, NotNow
from core.words import reason_of
from sla.states import Audience
from tickets.actions.billing import bill_work, take_bills_back
from tickets.actions.pricing import Line, put_as_quoted, put_lines, require_price
from tickets.actions.turns import Turn, begin
from tickets.models import Ticket
from tickets.permissions import (
    can_add_photo,
    can_cancel,
    can_close,
    can_complete,
    can_end_leak_test,
    can_reopen,
    can_tell_resident,
)
from tickets.queries import last_job, open_job, was_worked_on, why_not_closed
from tickets.rules import callback_category
from tickets.states import ANSWERED_KINDS, WORK_KINDS, Charge, JobState, State
from visits.actions import cancel_owed, owe_callback
from visits.models import Callback
from visits.states import Result

LONGEST_TEXT = 5000
LONGEST_RESULT = 500
MOST_HOURS = Decimal(999)


@transaction.atomic
def feedback(
    *,
    ticket: Ticket,
    text: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Ticket:
    """Write down what the resident was told; the first word back keeps its promise. Source: 岗位职责 4."""
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_tell_resident(by, turn.case, turn.job), _("Only who works on it or the desk tells the resident."))
    step = turn.step("feedback")
    turn.happen(step, text=_text_of(text, _("Write down what the resident was told."), field="text"))
    return turn.ticket


@transaction.atomic
def complete(
    *,
    ticket: Ticket,
    report: str,
    parts: Sequence[Line] | None = None,
    hours: Decimal | None = None,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Ticket:
    """Finish the work with what was done; an enquiry or suggestion with its answer, which goes to who took it.

    A leak's test begins; any other repair or service owes its callback. `parts` None on a paid job: as quoted.
    Raises `NotNow` while nobody decided who pays, or a paid job's quote is not accepted. Source: 三(3)④, 四(1).
    """
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(
        can_complete(by, turn.case, turn.job), _("Only the technician who has the job, or a supervisor, does this.")
    )
    step = turn.step("complete")
    if turn.job is not None:
        check_claim(claimed_at, at=at, since=turn.job.dispatched_at)
    report = _text_of(report, _("Write down what was done."), field="report")
    if hours is not None and not 0 <= hours <= MOST_HOURS:
        raise Invalid(_("The hours are out of range."), fields={"hours": _("From 0 to 999.")})
    if turn.case.kind in WORK_KINDS:
        require_price(turn)
        _write_lines(turn, parts, hours)
    _finish(turn, report, hours)
    answered = turn.case.kind in ANSWERED_KINDS
    turn.happen(step, text=report, data=turn.acting() | ({"worded": "ticket.answered"} if answered else {}))
    tell_parent(child=turn.case, event=step.event, at=at, by=by)
    bill_work(turn)
    _what_follows(turn)
    if answered:
        _pass_on_answer(turn, report)
    return turn.ticket


def _pass_on_answer(turn: Turn, answer: str) -> None:
    """Whoever took the question hears the answer, and tells who asked. Source: 三、服务流程 2 (及时反馈)."""
    if turn.case.taken_by is not None and turn.case.taker is None:  # who asked online reads it there
        return
    told = [user for user in turn.people(Audience.TAKER) if user != turn.by]
    key = f"answered:{turn.case.number}:{turn.case.version}"
    turn.tell("ticket.answered", key, told, who=turn.case.contact_name or "—", text=answer[:200])


def _write_lines(turn: Turn, parts: Sequence[Line] | None, hours: Decimal | None) -> None:
    nothing_yet = not turn.ticket.lines.done().exists()
    if parts is None and nothing_yet and turn.ticket.charge == Charge.PAID:
        put_as_quoted(turn)
    else:
        put_lines(turn, parts or (), hours)


def _finish(turn: Turn, report: str, hours: Decimal | None) -> None:
    ticket, job = turn.ticket, turn.job
    ticket.report, ticket.completed_at = report, turn.at
    if hours is not None:
        ticket.hours = hours
    ticket.save(update_fields=["report", "completed_at", "hours"])
    if job is not None:
        job.state, job.finished_at = JobState.FINISHED, turn.at
        job.save(update_fields=["state", "finished_at"])


def _what_follows(turn: Turn) -> None:
    """The leak test, or the callback. What was taken over from a former system owes nothing."""
    if not _owes_callbacks(turn):
        return
    if turn.ticket.category is not None and turn.ticket.category.is_leak:
        turn.ticket.leak_test_begun_at, turn.ticket.leak_test_ended_at = turn.at, None
        turn.ticket.save(update_fields=["leak_test_begun_at", "leak_test_ended_at"])
        turn.happen(turn.step("begin_leak_test"))
    else:
        _owe(turn)


def _owes_callbacks(turn: Turn) -> bool:
    return turn.case.kind in WORK_KINDS and not turn.case.is_history


def _owe(turn: Turn) -> None:
    category = turn.ticket.category
    owed = callback_category(
        is_safety=category is not None and category.is_safety, is_leak=turn.ticket.leak_test_begun_at is not None
    )
    owe_callback(parent=turn.case, category=owed, at=turn.at, by=turn.by)


@transaction.atomic
def end_leak_test(
    *,
    ticket: Ticket,
    result: str = "",
    leaks: bool = False,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Ticket:
    """End the leak test: it stays dry, and the three days of the callback run from here.

    Where it still `leaks`, say what was seen: the ticket is opened again and no callback is owed yet.
    Source: 四(1) 试漏后3天内回访.
    """
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(
        can_end_leak_test(by, turn.case, last_job(turn.ticket)),
        _("Only the technician who did the work, or a supervisor, ends the leak test."),
    )
    step = turn.step("end_leak_test")
    if not turn.ticket.leak_test_runs:
        raise NotNow(_("No leak test is running."))
    result = result.strip()
    if len(result) > LONGEST_RESULT:
        raise Invalid(_("Keep it within 500 characters."), fields={"result": _("Too long.")})
    if leaks and not result:
        raise Invalid(_("Write down what the test showed."), fields={"result": _("Required.")})
    turn.ticket.leak_test_ended_at = at
    turn.ticket.save(update_fields=["leak_test_ended_at"])
    turn.happen(step, text=result, data={"leaks": leaks})
    if leaks:
        _reopen(turn, result)
    else:
        _owe(turn)
    return turn.ticket


@transaction.atomic
def sign(
    *,
    ticket: Ticket,
    upload: "File[bytes]",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Attachment:
    """Keep the customer's signature with the ticket. Raises `Invalid` for what is no image."""
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    job = turn.job or last_job(turn.ticket)
    turn.allow(can_add_photo(by, turn.case, job), _("Only who works on it or takes it in adds photos."))
    step = turn.step("sign")
    kept = attach_photo(case=turn.case, upload=upload, label=PhotoLabel.SIGNATURE, by=by, at=at)
    turn.case.refresh_from_db(fields=["version"])
    turn.happen(step)
    return kept


@transaction.atomic
def close(
    *, ticket: Ticket, by: User, at: datetime, expected: int | None = None, claimed_at: datetime | None = None
) -> Ticket:
    """Close what is completed. Raises `NotNow` while a callback is owed or a leak test runs: the callback closes it."""
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_close(by, turn.case), _("Only the desk and supervisors close tickets."))
    turn.step("close")
    waits = why_not_closed(turn.ticket)
    if waits == "leak_test":
        raise NotNow(_("The leak test is still running. End it first."), code="leak_test_runs")
    if waits:
        raise NotNow(_("The callback is still owed. It closes the ticket."), code="callback_owed")
    _close(turn)
    return turn.ticket


def _close(turn: Turn) -> None:
    step = turn.step("close")
    turn.happen(step)
    tell_parent(child=turn.case, event=step.event, at=turn.at, by=turn.by)


@transaction.atomic
def reopen(
    *,
    ticket: Ticket,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Ticket:
    """Open it again with the reason: it waits for a new job, what happened stays, a callback is owed anew once mended.

    Source: 回访中发现问题及时通知维修人员整改 (REP-7).
    """
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    turn.allow(can_reopen(by, turn.case), _("Only the desk and supervisors open tickets again."))
    turn.step("reopen")
    reason = reason_of(reason, _("Say why it is opened again."))
    cancel_owed(parent=turn.case, at=at, by=by, reason=reason)
    _reopen(turn, reason)
    return turn.ticket


def _reopen(turn: Turn, reason: str, *, verb: str = "reopen", **data: str) -> None:
    step = turn.step(verb)
    ticket = turn.ticket
    ticket.completed_at = ticket.leak_test_begun_at = ticket.leak_test_ended_at = None
    ticket.save(update_fields=["completed_at", "leak_test_begun_at", "leak_test_ended_at"])
    turn.happen(step, text=reason, data=data, changes={"handler": None})
    told = turn.people(Audience.HEAD)
    key = f"reopened:{turn.case.number}:{turn.case.version}"
    turn.tell("ticket.reopened", key, told, level="warning", reason=reason)
    tell_parent(child=turn.case, event=step.event, at=turn.at, by=turn.by)


@transaction.atomic
def cancel(
    *,
    ticket: Ticket,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Ticket:
    """Cancel what is not needed any more. Once work was begun, only a supervisor may: a callback is owed for it.

    An answered question owes none, nor does what was taken over from a former system. Source: 四(1) 回访处理率达100%.
    """
    turn = begin(ticket, by=by, at=at, expected=expected, claimed_at=claimed_at)
    worked_on = was_worked_on(turn.ticket)
    sentence = (
        _("Work was begun on it already: only a supervisor may cancel it.")
        if worked_on
        else _("Only the desk and supervisors cancel tickets.")
    )
    turn.allow(can_cancel(by, turn.case, worked_on_before=worked_on), sentence)
    step = turn.step("cancel")
    reason = reason_of(reason, _("Say why it is cancelled."))
    technician = turn.job.technician if turn.job else None
    turn.end_job(reason)
    turn.happen(step, text=reason)
    take_bills_back(turn, reason)
    if worked_on and _owes_callbacks(turn):
        _owe(turn)
    if technician is not None:
        turn.tell("ticket.cancelled", f"cancelled:{turn.case.number}", [technician], reason=reason)
    tell_parent(child=turn.case, event=step.event, at=at, by=by)
    return turn.ticket


def after_callback(*, case: Case, callback: Callback, at: datetime, by: User) -> None:
    """What a callback that reached the resident means for its ticket: content closes it, not content opens it again.

    What was cancelled after work stays cancelled where they are content, and is taken up again where they are not.
    Called by the kind of case with the ticket's case locked; the callback was allowed already.
    """
    ticket = Ticket.objects.select_related("category").get(case=case)
    ticket.case = case
    turn = Turn(ticket=ticket, case=case, job=open_job(ticket), by=by, at=at)
    is_cancelled = case.state == State.CANCELLED
    if callback.result == Result.DISSATISFIED:
        verb = "take_up_again" if is_cancelled else "reopen"
        _reopen(turn, callback.text[:500], verb=verb, callback=callback.case.number)
    elif not is_cancelled:
        _close(turn)


def _text_of(text: str, sentence: object, *, field: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(sentence, fields={field: _("Required.")})
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("Keep it within 5,000 characters."), fields={field: _("Too long.")})
    return text
