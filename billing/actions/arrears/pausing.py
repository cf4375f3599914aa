"""What pauses the ladder: a promise to pay, a dispute; and how it goes on."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.turns import Turn, begin, go_on_visiting
from billing.models import Arrears
from billing.permissions import can_collect
from billing.queries.arrears import DECISION_CLOCK, total_of
from billing.rules.arrears import ends_at
from billing.states import ArrearsState, Cause
from cases.actions import lock
from cases.words import kept, words_of
from core.errors import Invalid
from notifications.actions import Notice, tell
from notifications.states import Level
from sla.models import Clock
from sla.queries import Staff
from sla.states import Audience
from visits.actions import call_off
from visits.queries.home_visits import planned_visit_of

BROKEN = "arrears.promise_broken"
LONGEST_PROMISE = timedelta(days=366)
BATCH = 100


def only_collectors() -> str:
    """The sentence for who does not collect."""
    return _("Only cashiers and supervisors collect what is owed.")


@transaction.atomic
def promise(
    *,
    arrears: Arrears,
    until: date,
    note: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Arrears:
    """Write down that all is paid by the end of a day: the ladder rests until then, and the debt is acknowledged.

    Limitation counts anew from the acknowledgement. Raises `NotAllowed`, `NotNow`, `Invalid` for a day gone by or more
    than a year ahead. Source: 民法典 195.
    """
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    step = turn.step("promise")
    if not turn.today <= until <= turn.today + LONGEST_PROMISE:
        wrong = _("Name a day from today on, within a year.")
        raise Invalid(wrong, fields={"until": wrong})
    text = kept(note, field="note")
    end = ends_at(until, turn.case.project.tz)
    turn.save(promise_ends_at=end, dispute_reason="")
    data = {"day": {"on": until.isoformat()}}
    turn.happen(step.event, state=step.target, data=data, text=text, changes={"promised_at": end})
    acknowledge(turn)
    call_off(parent=turn.case, why={"zh": "已承诺缴费", "en": "payment was promised"}, at=at, by=by)
    turn.hush()
    return turn.arrears


def acknowledge(turn: Turn) -> None:
    """The debt was acknowledged: limitation of all that is owed counts anew."""
    numbers = [bill.number for bill in turn.bills]
    if numbers:
        turn.happen("arrears.debt_acknowledged", subjects=numbers, data={"count": len(numbers)})


def end_promises(*, at: datetime, most: int = BATCH) -> int:
    """Let the ladder go on where a promise ran out unpaid. Returns how many; run twice it finds nothing."""
    due = Arrears.objects.open().filter(promise_ends_at__lte=at).order_by("promise_ends_at")
    return sum(_end_promise(pk, at) for pk in list(due.values_list("pk", flat=True)[:most]))


@transaction.atomic
def _end_promise(pk: int, at: datetime) -> int:
    found = Arrears.objects.select_related("case").get(pk=pk)
    case = lock(found.case)
    fresh = Arrears.objects.open().filter(pk=pk, promise_ends_at__lte=at).select_related("unit", "debtor").first()
    if fresh is None:
        return 0
    fresh.case = case
    turn = Turn(fresh, case, None, at)
    step = turn.step("end_promise")
    ended = fresh.promise_ends_at
    turn.save(promise_ends_at=None)
    turn.happen(step.event, state=turn.rung, changes={"promised_at": None})
    _go_on(turn)
    if ended is not None:
        _tell_broken(turn, ended)
    return 1


def _tell_broken(turn: Turn, ended: datetime) -> None:
    """Whoever collects hears that a promise was not kept: once, over each promise."""
    case = turn.case
    last_day = (ended - timedelta(seconds=1)).astimezone(case.project.tz).date()
    data = {
        "room": turn.arrears.unit.number,
        "amount": f"{total_of(turn.bills):.2f}",
        "day": {"on": last_day.isoformat()},
    }
    people = Staff.of([case.project_id]).told(case, [Audience.CASHIER])
    key = f"arrears:{case.number}:promise:{ended:%Y%m%d}:{case.version}"
    notice = Notice(key=key, template=BROKEN, case=case, to=tuple(people), data=data, level=Level.WARNING)
    tell([notice], at=turn.at)


def _go_on(turn: Turn) -> None:
    """The ladder goes on: what it waits for that came while the case rested begins now."""
    go_on_visiting(turn)
    _owe_a_notice(turn)
    decided = Clock.objects.live().filter(case=turn.case, key=DECISION_CLOCK).exists()
    if turn.case.state == ArrearsState.DELIVERED and planned_visit_of(turn.case) is None and not decided:
        turn.happen("arrears.decision_owed")


def _owe_a_notice(turn: Turn) -> None:
    """What became overdue while the case rested is still to be told of."""
    unheard = set(turn.arrears.links.filter(ended_at=None, told_at=None).values_list("bill_id", flat=True))
    if turn.arrears.notified_at is not None and turn.arrears.filed_at is None and unheard:
        bills = [bill for bill in turn.bills if bill.pk in unheard]
        turn.happen("arrears.bills_added", data={"count": len(bills), "amount": f"{total_of(bills):.2f}"})


@transaction.atomic
def dispute(
    *,
    arrears: Arrears,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Arrears:
    """Write down what the household disputes: the ladder rests until that is settled. Limitation does not.

    Raises `NotAllowed`, `NotNow`, `Invalid` without a reason.
    """
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    step = turn.step("dispute")
    words = words_of(reason, _("Write down what is disputed."), field="reason")
    cause = {} if turn.arrears.cause else {"cause": Cause.AMOUNT}
    turn.save(dispute_reason=words, promise_ends_at=None, **cause)
    turn.happen(step.event, state=step.target, text=words, changes={"promised_at": None})
    call_off(parent=turn.case, why={"zh": "欠费有争议", "en": "it is disputed"}, at=at, by=by)
    turn.hush()
    return turn.arrears


@transaction.atomic
def settle_dispute(
    *,
    arrears: Arrears,
    finding: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Arrears:
    """Write down what came of a dispute: the ladder goes on where it stood. Raises like `dispute`."""
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    step = turn.step("settle_dispute")
    words = words_of(finding, _("Write down what was found."), field="finding")
    turn.save(dispute_reason="")
    turn.happen(step.event, state=turn.rung, text=words)
    _go_on(turn)
    return turn.arrears
