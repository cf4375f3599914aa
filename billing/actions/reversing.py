"""Taking a payment back: the receipt's number stays, the money is booked the other way, the bills are owed again.

On the day of the receipt whoever took the money does it alone; after it, a second person has to approve.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.settling import look_again
from billing.actions.credit import add_credit, lock_credit
from billing.actions.dayclose import refuse_deposit, require_day_open
from billing.actions.paying import lock_cases, lock_units
from billing.actions.posting import reverse
from billing.models import Bill, PaymentLine, Receipt
from billing.permissions import can_reverse, require_second
from billing.queries.dayclose import is_day_closed
from billing.queries.owed import credit_of
from billing.states import EntryKind
from cases.models import Case
from core.errors import NotAllowed, NotNow
from core.words import reason_of
from records.actions import audit
from records.approvals import ask
from records.models import Approval
from sla.actions import happen

KIND = "receipt.reverse"


def needs_second_person(receipt: Receipt, at: datetime) -> bool:
    """Say whether the day of a receipt is over at `at`, or closed by its cashier; payment and project are read."""
    payment = receipt.payment
    return at.astimezone(payment.project.tz).date() != payment.day or is_day_closed(payment)


def reverse_or_ask(*, receipt: Receipt, reason: str, by: User, at: datetime) -> Receipt | Approval:
    """Take a receipt back on its day; once that is over, ask a second person to. Which it was, the answer says.

    Raises like `reverse_receipt` and `ask_to_reverse`.
    """
    if needs_second_person(receipt, at):
        return ask_to_reverse(receipt=receipt, reason=reason, by=by, at=at)
    return reverse_receipt(receipt=receipt, reason=reason, by=by, at=at)


def ask_to_reverse(*, receipt: Receipt, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to take a receipt back; nothing is booked yet, and the decision checks again.

    Raises:
        NotAllowed: neither the cashier who took the money nor a supervisor.
        NotNow: it was reversed already, what it left as credit was used since, or the same waits already.
        Invalid: no reason is given.
    """
    _require_may(receipt, by)
    stands = Receipt.objects.select_related("payment__project", "payment__unit").get(pk=receipt.pk)
    payment = stands.payment
    _require_standing(stands)
    _require_credit(stands, credit_of(payment.unit, payment.household_id))
    data = {"receipt": stands.number, "amount": str(payment.amount), "unit": payment.unit.number}
    return ask(project=payment.project, kind=KIND, subject=stands.number, data=data, reason=reason, by=by, at=at)


@transaction.atomic
def reverse_receipt(*, receipt: Receipt, reason: str, by: User, at: datetime) -> Receipt:
    """Take a receipt back on the day on which it was given, with the reason.

    The receipt keeps its number and reads as reversed; its bills are owed again; what went to credit leaves it.

    Raises:
        NotAllowed: neither the cashier who took the money nor a supervisor.
        NotNow: it was reversed already, its day is over, what it left as credit was used since, or the month is closed.
        Invalid: no reason is given.
    """
    _require_may(receipt, by)
    if needs_second_person(receipt, at):
        raise NotNow(
            _("The day of this receipt is over: taking it back needs a second person's approval."), code="day_over"
        )
    return _reverse(receipt, reason_of(reason), asked_by=None, by=by, at=at)


@transaction.atomic
def reverse_approved(*, receipt: Receipt, reason: str, asked_by: User, by: User, at: datetime) -> Receipt:
    """Take a receipt back as `asked_by` asked and `by` approved, booked on the day of the decision.

    Raises:
        NotAllowed: `by` asked for it, or neither supervises nor leads the project.
        NotNow: it was reversed already, what it left as credit was used since, or the month is closed.
    """
    require_second(by, receipt.payment.project, asked_by)
    return _reverse(receipt, reason_of(reason), asked_by=asked_by, by=by, at=at)


def _require_may(receipt: Receipt, by: User) -> None:
    if not can_reverse(by, receipt):
        raise NotAllowed(_("Only the cashier who took the money, or a supervisor, reverses a receipt."))


def _reverse(receipt: Receipt, reason: str, *, asked_by: User | None, by: User, at: datetime) -> Receipt:
    look_again(receipt.payment.project, at=at)  # first, as the day's round holds it before cases and units
    lines = list(PaymentLine.objects.filter(payment=receipt.payment_id).select_related("bill"))
    cases = lock_cases([line.bill for line in lines])
    lock_units({receipt.payment.unit_id, *(line.bill.unit_id for line in lines)})
    locked = Receipt.objects.select_for_update(of=("self",)).select_related("payment__project", "payment__unit")
    receipt = locked.get(pk=receipt.pk)
    _require_standing(receipt)
    _owe_again(lines)
    _take_credit_back(receipt)
    _tell_cases(cases, lines, by=by, at=at)
    entry = receipt.payment.entries.get(kind=EntryKind.PAID)
    # The money goes back out of the till of whoever asked; who approved stands on the receipt.
    receipt.reversed_entry = reverse(entry=entry, by=asked_by or by, at=at, reason=reason)
    receipt.reversed_at, receipt.reversed_by, receipt.reversed_reason = at, by, reason
    receipt.save(update_fields=["reversed_at", "reversed_by", "reversed_reason", "reversed_entry"])
    audit(
        at=at,
        by=by,
        project=receipt.payment.project,
        action="receipt.reversed",
        target=receipt.number,
        reason=reason,
        data={"asked_by": asked_by.username} if asked_by else {},
    )
    cashier = receipt.payment.by
    # Approved by two it is booked on whatever day, and the leaders' list says so.
    if asked_by is None and cashier is not None:
        require_day_open(project=receipt.payment.project, cashier=cashier, day=receipt.payment.day)
    return receipt


def _require_standing(receipt: Receipt) -> None:
    if receipt.reversed_at is not None:
        raise NotNow(_("This receipt was reversed already."), code="reversed")
    refuse_deposit(receipt.payment)


def _owe_again(lines: list[PaymentLine]) -> None:
    """Lock the bills by key and let them be owed again."""
    paid = {line.bill_id: line.amount for line in lines}
    bills = list(Bill.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=paid).order_by("pk"))
    for bill in bills:
        bill.outstanding += paid[bill.pk]
        bill.version += 1
    if bills:
        Bill.objects.bulk_update(bills, ["outstanding", "version"])


def _take_credit_back(receipt: Receipt) -> None:
    payment = receipt.payment
    kept = _require_credit(receipt, lock_credit(payment.unit, payment.household_id))
    if kept:
        add_credit(payment.unit, payment.household_id, -kept)


def _require_credit(receipt: Receipt, left: Decimal) -> Decimal:
    """What of a receipt went to credit, in yuan. Raises `NotNow` where less is left of it."""
    settled = receipt.payment.lines.aggregate(sum=Sum("amount", default=Decimal(0)))["sum"]
    kept: Decimal = receipt.payment.amount - settled
    if left < kept:
        raise NotNow(
            _("¥%(kept)s of this receipt went to credit, and of that only ¥%(left)s is left: the rest was used since.")
            % {"kept": kept, "left": left},
            code="credit_used",
        )
    return kept


def _tell_cases(cases: dict[int, Case], lines: list[PaymentLine], *, by: User, at: datetime) -> None:
    for line in lines:
        if line.bill.case_id is None:
            continue
        data = {"bill": line.bill.number, "amount": str(line.amount)}
        happen(case=cases[line.bill.case_id], kind="bill.payment_reversed", at=at, by=by, data=data, for_resident=True)
