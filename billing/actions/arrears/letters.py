"""Demand letters (催缴函): numbered, sent by courier, one by one or a hundred in one go, their delivery proved."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.pausing import only_collectors
from billing.actions.arrears.turns import Turn, begin, words_of
from billing.models import Arrears, ArrearsBatch, ArrearsLetter, ArrearsLetterBill
from billing.permissions import can_collect, leads_collection
from billing.queries.arrears import total_of
from billing.states import ArrearsState
from cases.actions import attach_photo, lock_rows, next_number
from cases.states import PhotoLabel
from core.errors import DomainError, Invalid, NotNow
from records.actions import store_bytes
from sla.models import Clock

PREFIX = "CJ"
LETTER_CLOCK = "arrears.letter"
LONGEST_TRACKING = 60
MOST = 300
Render = Callable[[Sequence[ArrearsLetter]], bytes]


def earliest(arrears: Arrears) -> datetime | None:
    """From when a letter may be sent: the wait after the notice, pauses left out. None where nothing is waited for."""
    clock = Clock.objects.live().filter(case=arrears.case_id, key=LETTER_CLOCK).select_related("version").first()
    return None if clock is None else clock.due_at - timedelta(days=clock.version.goal_more_days)


@transaction.atomic
def letter(
    *,
    arrears: Arrears,
    tracking_number: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> ArrearsLetter:
    """Send a formal demand letter by courier, with what is owed now, bill by bill.

    Three months after the phone notice; before that only supervisor and general manager send one. Raises
    `NotAllowed`, `NotNow`, `Invalid`. Source: 三(4)④ (电话通知后三个月内仍未缴纳的业主…正式催缴函).
    """
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    return _letter(turn, _tracking(tracking_number), by)


def _tracking(number: str) -> str:
    found = number.strip()
    if len(found) > LONGEST_TRACKING:
        too_long = _("Keep it within %(count)s characters.") % {"count": LONGEST_TRACKING}
        raise Invalid(too_long, fields={"tracking_number": too_long})
    return found


def _letter(turn: Turn, tracking: str, by: User) -> ArrearsLetter:
    step = turn.step("letter")
    first = earliest(turn.arrears)
    early = (turn.case.state == ArrearsState.DELIVERED) if first is None else turn.at < first
    if early and not leads_collection(by, turn.case):
        raise NotNow(_not_yet(turn, first), code="too_early")
    bills = turn.bills
    try:
        with transaction.atomic():
            made = ArrearsLetter.objects.create(
                number=next_number(prefix=PREFIX, day=turn.today),
                arrears=turn.arrears,
                recipient=turn.arrears.debtor.name if turn.arrears.debtor else "",
                amount=total_of(bills),
                pay_by=turn.terms.pay_by(turn.today),
                tracking_number=tracking,
                sent_at=turn.at,
                sent_by=by,
            )
    except IntegrityError as error:
        raise _taken() from error
    lines = [ArrearsLetterBill(letter=made, bill=bill, amount=bill.outstanding) for bill in bills]
    ArrearsLetterBill.objects.bulk_create(lines)
    data = {"letter": made.number, "tracking": tracking or "—", "amount": f"{made.amount:.2f}"}
    turn.happen(step.event, state=step.target, data=data)
    return made


def _taken() -> Invalid:
    taken = _("Another letter has this courier's number.")
    return Invalid(taken, fields={"tracking_number": taken})


def _not_yet(turn: Turn, first: datetime | None) -> str:
    if first is None:
        return _("A letter was delivered already. What follows, the supervisor decides.")
    day = first.astimezone(turn.case.project.tz).date()
    return _("The letter goes three months after the phone notice: from %(day)s on.") % {"day": day.isoformat()}


@transaction.atomic
def letters(
    *, arrears: Sequence[Arrears], tracking: Mapping[str, str], render: Render, by: User, at: datetime
) -> ArrearsBatch:
    """Send letters to many in one go, all or none, and print them as one file. `tracking`: by the case's number.

    `render` sets the letters as PDF. Raises `Invalid` for none or too many, and like `letter`, naming the case.
    """
    if not 0 < len(arrears) <= MOST or len({one.case.project_id for one in arrears}) != 1:
        raise Invalid(_("Choose from 1 to %(most)s cases of one project.") % {"most": MOST})
    lock_rows(one.case_id for one in arrears)  # all of them before the first takes a number
    made = [_one_of_many(one, tracking, by, at) for one in sorted(arrears, key=lambda one: one.case_id)]
    made.sort(key=lambda one: one.number)
    project = arrears[0].case.project
    name = f"{made[0].number}-{len(made)}.pdf"
    content = render(made)
    stored = store_bytes(content=content, name=name, content_type="application/pdf", project=project, by=by, at=at)
    batch = ArrearsBatch.objects.create(project=project, made_at=at, made_by=by, file=stored, count=len(made))
    ArrearsLetter.objects.filter(pk__in=[one.pk for one in made]).update(batch=batch)
    return batch


def _one_of_many(arrears: Arrears, tracking: Mapping[str, str], by: User, at: datetime) -> ArrearsLetter:
    number = arrears.case.number
    turn = begin(arrears, by=by, at=at, may=can_collect, sentence=only_collectors())
    try:
        return _letter(turn, _tracking(tracking.get(number, "")), by)
    except DomainError as error:
        raise NotNow(_("%(number)s: %(why)s") % {"number": number, "why": error}) from error


@transaction.atomic
def deliver(
    *,
    arrears: Arrears,
    on: date | None = None,
    proof: "File[bytes] | None" = None,
    tracking_number: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> ArrearsLetter:
    """Write down that the letter was delivered, on which day, with the courier's slip as proof where there is one.

    With the courier's number or slip it is a proven demand: limitation of the bills it names counts anew.
    Raises `NotAllowed`, `NotNow`, `Invalid` for a day before the letter went or after today. Source: 民法典 195.
    """
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    step = turn.step("deliver")
    found = _on_its_way(turn)
    day = on or turn.today
    if not found.sent_at.astimezone(turn.case.project.tz).date() <= day <= turn.today:
        wrong = _("Name a day from the one on which it went until today.")
        raise Invalid(wrong, fields={"on": wrong})
    found.delivered_on = day
    found.tracking_number = _tracking(tracking_number) or found.tracking_number
    if proof is not None:
        label = PhotoLabel.PROOF
        found.proof = attach_photo(case=turn.case, upload=proof, label=label, by=by, at=at, for_resident=False)
        turn.case.refresh_from_db(fields=["version"])
    try:
        with transaction.atomic():
            found.save(update_fields=["delivered_on", "tracking_number", "proof"])
    except IntegrityError as error:
        raise _taken() from error
    turn.save(delivered_at=at)
    data = {"letter": found.number, "day": {"on": day.isoformat()}}
    turn.happen(step.event, state=step.target, data=data)
    demanded = set(found.lines.values_list("bill_id", flat=True))
    numbers = [bill.number for bill in turn.bills if bill.pk in demanded]
    if numbers and (found.proof is not None or found.tracking_number):
        turn.happen("arrears.demand_proven", subjects=numbers, data={"count": len(numbers)})
    return found


def _on_its_way(turn: Turn) -> ArrearsLetter:
    return ArrearsLetter.objects.get(arrears=turn.arrears, delivered_on=None, returned_at=None)


@transaction.atomic
def return_letter(
    *,
    arrears: Arrears,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> ArrearsLetter:
    """Write down that the letter came back undelivered, and why; another one may go at once. Raises like `deliver`."""
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    step = turn.step("return_letter")
    found = _on_its_way(turn)
    found.returned_at = at
    found.returned_reason = words_of(reason, _("Write down why it came back."), field="reason")
    found.save(update_fields=["returned_at", "returned_reason"])
    turn.happen(step.event, state=turn.rung, data={"letter": found.number}, text=found.returned_reason)
    return found
