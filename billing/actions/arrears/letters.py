"""Demand letters (催缴函): numbered, sent by courier, one by one or a hundred in one go, their delivery proved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.pausing import only_collectors
from billing.actions.arrears.turns import Turn, begin
from billing.models import Arrears, ArrearsBatch, ArrearsLetter, ArrearsLetterBill, Bill
from billing.models.arrears import ON_ITS_WAY
from billing.permissions import can_collect, leads_collection
from billing.queries.arrears import LETTER_CLOCK, LIMITATION_CLOCK, total_of
from billing.rules.arrears import began_at
from billing.states import ArrearsState, Delivered, Undelivered
from cases.actions import attach_photo, lock_rows, next_number
from cases.states import Phase, PhotoLabel
from cases.words import kept, words_of
from core.errors import DomainError, Invalid, NotNow
from records.actions import store_bytes
from sla.models import Clock

PREFIX = "CJ"
LONGEST_TRACKING, LONGEST_STATUS, LONGEST_WITNESS = 60, 300, 100
MOST = 300
Render = Callable[[Sequence[ArrearsLetter]], bytes]


def earliest(arrears: Arrears) -> datetime | None:
    """From when a letter may be sent: the first wait after a notice, pauses left out. None where none is waited for."""
    clocks = Clock.objects.live().filter(case=arrears.case_id, key=LETTER_CLOCK).select_related("version")
    return min((one.due_at - timedelta(days=one.version.goal_more_days) for one in clocks), default=None)


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
    """Send a formal demand letter by courier, with what is owed now of what they were told of, bill by bill.

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
    bills = _heard(turn)
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


def _heard(turn: Turn) -> list[Bill]:
    """What a letter demands: bills that they were told of. Raises `NotNow` where nothing of that is owed."""
    told = turn.arrears.links.filter(ended_at=None, told_at__isnull=False)
    heard = set(told.values_list("bill_id", flat=True))
    bills = [bill for bill in turn.bills if bill.pk in heard]
    if not bills:
        raise NotNow(_("Nothing is owed that they were told of by phone. Call them first."), code="not_told")
    return bills


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


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What shows that a letter came: of a courier the number with the slip or the courier's words, by hand a witness
    or the signature.
    """

    how: str = Delivered.COURIER
    tracking_number: str = ""
    carrier_status: str = ""
    witness: str = ""
    file: "File[bytes] | None" = None


@transaction.atomic
def deliver(
    *,
    arrears: Arrears,
    on: date | None = None,
    proof: Proof,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> ArrearsLetter:
    """Write down that the letter was delivered, on which day and how, with what shows it.

    It is a proven demand: limitation of the bills it names counts anew. Raises `NotAllowed`, `NotNow`, `Invalid` for a
    day before the letter went or after today, and without proof. Source: 三(4)④ (特快专递); 民法典 195.
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
    _keep_proof(turn, found, proof, by)
    turn.save(delivered_at=turn.at)
    data = {"letter": found.number, "day": {"on": day.isoformat()}}
    if turn.case.phase == Phase.OPEN:
        turn.happen(step.event, state=step.target, data=data)
    else:  # what follows is decided about once collecting goes on
        turn.happen("arrears.delivered_at_rest", data=data)
    _prove(turn, found, day)
    return found


def _keep_proof(turn: Turn, found: ArrearsLetter, proof: Proof, by: User) -> None:
    """Put what shows the delivery beside it. Raises `Invalid` where that shows nothing."""
    if proof.how not in Delivered.values:
        raise Invalid(_("Say how it was delivered."), fields={"how": _("Unknown way.")})
    found.delivered_how = proof.how
    found.tracking_number = _tracking(proof.tracking_number) or found.tracking_number
    found.carrier_status = kept(proof.carrier_status, field="carrier_status", longest=LONGEST_STATUS)
    found.witness = kept(proof.witness, field="witness", longest=LONGEST_WITNESS)
    _require_proof(found, has_file=proof.file is not None)
    if proof.file is not None:
        label = PhotoLabel.SIGNATURE if proof.how == Delivered.HAND else PhotoLabel.PROOF
        found.proof = attach_photo(
            case=turn.case, upload=proof.file, label=label, by=by, at=turn.at, for_resident=False
        )
        turn.case.refresh_from_db(fields=["version"])
    try:
        with transaction.atomic():
            found.save(
                update_fields=["delivered_on", "delivered_how", "tracking_number", "carrier_status", "witness", "proof"]
            )
    except IntegrityError as error:
        raise _taken() from error


def _require_proof(found: ArrearsLetter, *, has_file: bool) -> None:
    if found.delivered_how == Delivered.HAND:
        if not has_file and not found.witness:
            sentence = _("Handed over in person: name who saw it, or photograph the signature.")
            raise Invalid(sentence, fields={"witness": sentence})
        return
    if not found.tracking_number:
        sentence = _("A letter counts as delivered only with the courier's number.")
        raise Invalid(sentence, fields={"tracking_number": sentence})
    if not has_file and not found.carrier_status:
        sentence = _("Add a photo of the courier's slip, or what the courier says of the delivery.")
        raise Invalid(sentence, fields={"proof": sentence})


def _prove(turn: Turn, found: ArrearsLetter, day: date) -> None:
    """Limitation of what the letter names counts anew from the day of its delivery, whenever that was written down.

    What counts from a later day already (they acknowledged it meanwhile) is left as it is.
    """
    since = began_at(day, turn.case.project.tz)
    later = Clock.objects.live().filter(case=turn.case, key=LIMITATION_CLOCK, started_at__gte=since)
    left = set(later.values_list("subject", flat=True))
    demanded = set(found.lines.values_list("bill_id", flat=True))
    numbers = [bill.number for bill in turn.bills if bill.pk in demanded and bill.number not in left]
    if numbers:
        turn.happen("arrears.demand_proven", subjects=numbers, data={"count": len(numbers)}, since=since)


def _on_its_way(turn: Turn) -> ArrearsLetter:
    found = ArrearsLetter.objects.filter(ON_ITS_WAY, arrears=turn.arrears).first()
    if found is None:
        raise NotNow(_("No letter is on its way."), code="no_letter")
    return found


@transaction.atomic
def return_letter(
    *,
    arrears: Arrears,
    reason: str,
    how: str = Undelivered.RETURNED,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> ArrearsLetter:
    """Write down that the letter came back, or that they refused to take it; another one may go at once.

    Neither is a delivery. Raises like `deliver`.
    """
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    step = turn.step("return_letter")
    found = _on_its_way(turn)
    if how not in Undelivered.values:
        raise Invalid(_("Say whether it came back or was refused."), fields={"how": _("Unknown outcome.")})
    found.returned_at, found.returned_how = at, how
    found.returned_reason = words_of(reason, _("Write down why it came back."), field="reason")
    found.save(update_fields=["returned_at", "returned_how", "returned_reason"])
    data = {"letter": found.number}
    if how == Undelivered.REFUSED:
        data["worded"] = "arrears.letter_refused"
    turn.happen(step.event, state=turn.standing, data=data, text=found.returned_reason)
    return found
