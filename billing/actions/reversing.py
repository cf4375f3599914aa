"""Taking a payment back: the receipt's number stays, the money is booked the other way, the bills are owed again.

On the day of the receipt whoever took the money does it alone; after it, a second person has to approve. The receipt of
a deposit needs a second person on every day.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.settling import look_again
from billing.actions.arrears.unsettling import owed_again, settled_at
from billing.actions.credit import add_credit, lock_credit
from billing.actions.dayclose import require_day_open
from billing.actions.deposits import lock_whole, require_whole
from billing.actions.letting_off import let_off_again
from billing.actions.online_refunds import of_provider, owe_back
from billing.actions.paying import lock_cases, lock_units
from billing.actions.posting import reverse
from billing.models import Bill, DoorVisit, Payment, PaymentLine, Receipt
from billing.permissions import can_reverse, require_second
from billing.queries.dayclose import is_day_closed
from billing.queries.owed import credit_of
from billing.queries.paper import deposit_of
from billing.queries.sums import MoneySum
from billing.states import Book, EntryKind, Method
from cases.models import Case
from core.errors import NotAllowed, NotNow
from core.words import reason_of
from records.actions import audit
from records.approvals import ask
from records.models import Approval
from sla.actions import happen

KIND = "receipt.reverse"


def needs_second_person(receipt: Receipt, at: datetime) -> bool:
    """Say whether a receipt's day is over at `at` or closed, or it is of a deposit; payment and project are read."""
    payment = receipt.payment
    return (
        deposit_of(payment) is not None
        or at.astimezone(payment.project.tz).date() != payment.day
        or is_day_closed(payment)
    )


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
        NotNow: it was reversed already, what it left as credit was used since, some of the deposit that it is of was
            given back or kept, or the same waits already.
        Invalid: no reason is given.
    """
    _require_may(receipt, by)
    stands = Receipt.objects.select_related("payment__project", "payment__unit").get(pk=receipt.pk)
    payment = stands.payment
    _require_standing(stands)
    deposit = deposit_of(payment)
    if deposit is None:
        _require_credit(stands, credit_of(payment.unit, payment.household_id))
    else:
        require_whole(deposit)
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
    if deposit_of(receipt.payment) is not None:
        raise NotNow(_("Taking the receipt of a deposit back needs a second person's approval."), code="deposit")
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
    visit = _lock_visit(receipt)
    lines = list(PaymentLine.objects.filter(payment=receipt.payment_id).select_related("bill"))
    bills = [line.bill for line in lines]
    cases = lock_cases(bills, also=settled_at(receipt.payment.at, bills))
    lock_units({receipt.payment.unit_id, *(line.bill.unit_id for line in lines)})
    locked = Receipt.objects.select_for_update(of=("self",)).select_related("payment__project", "payment__unit")
    receipt = locked.get(pk=receipt.pk)
    _require_standing(receipt)
    _owe_again(lines)
    _take_rest_back(receipt)
    _tell_cases(cases, lines, by=by, at=at)
    owed_again(receipt.payment.at, bills, cases=cases, by=by, at=at)
    entry = receipt.payment.entries.get(kind__in=(EntryKind.PAID, EntryKind.DEPOSIT_TAKEN))
    # The money goes back out of the till of whoever asked; who approved stands on the receipt.
    gone = {Book.DOOR.value: Book.CASH.value} if visit is not None and visit.hand_in_id is not None else {}
    online = of_provider(receipt.payment)
    if online is not None:  # it stands at the provider until that has given it back
        gone = {Book.ONLINE.value: Book.REFUNDING.value}
        owe_back(online, receipt.payment, by=asked_by or by, at=at)
    receipt.reversed_entry = reverse(entry=entry, by=asked_by or by, at=at, reason=reason, moved=gone)
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
    let_off_again(cases, bills, people={by, asked_by or by}, by=by, at=at)
    # Approved by two it is booked on whatever day, and the leaders' list says so.
    if asked_by is None:
        _require_till_open(receipt.payment, visit, by)
    return receipt


def _lock_visit(receipt: Receipt) -> DoorVisit | None:
    """The visit on which the money was taken at the door, locked: whether it was handed in says where it is now."""
    visits = DoorVisit.objects.select_for_update(of=("self",), no_key=True)
    return visits.filter(payment=receipt.payment_id).first()


def _require_till_open(payment: Payment, visit: DoorVisit | None, by: User) -> None:
    """Raise `NotNow` where the till that the money leaves is closed. What is still under way is in nobody's."""
    if visit is None:
        cashier = payment.by
    else:
        cashier = by if visit.hand_in_id is not None and payment.method == Method.CASH else None
    if cashier is not None:
        require_day_open(project=payment.project, cashier=cashier, day=payment.day)


def _require_standing(receipt: Receipt) -> None:
    if receipt.reversed_at is not None:
        raise NotNow(_("This receipt was reversed already."), code="reversed")


def _owe_again(lines: list[PaymentLine]) -> None:
    """Lock the bills by key and let them be owed again."""
    paid = {line.bill_id: line.amount for line in lines}
    bills = list(Bill.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=paid).order_by("pk"))
    for bill in bills:
        bill.outstanding += paid[bill.pk]
        bill.version += 1
    if bills:
        Bill.objects.bulk_update(bills, ["outstanding", "version"])


def _take_rest_back(receipt: Receipt) -> None:
    """Take back what settled no bill: all of a deposit, which is held no longer, or what became credit."""
    payment = receipt.payment
    deposit = deposit_of(payment)
    if deposit is not None:
        whole = lock_whole(deposit)
        whole.held = Decimal(0)
        whole.save(update_fields=["held"])
        return
    kept = _require_credit(receipt, lock_credit(payment.unit, payment.household_id))
    if kept:
        add_credit(payment.unit, payment.household_id, -kept)


def _require_credit(receipt: Receipt, left: Decimal) -> Decimal:
    """What of a receipt went to credit, in yuan. Raises `NotNow` where less is left of it."""
    settled = receipt.payment.lines.aggregate(sum=MoneySum("amount", default=Decimal(0)))["sum"]
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
