"""Taking a payment back: the receipt's number stays, the money is booked the other way, the bills are owed again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.settling import look_again
from billing.actions.paying import add_credit, lock_cases
from billing.actions.posting import reason_of, reverse
from billing.models import Bill, Credit, PaymentLine, Receipt
from billing.permissions import can_reverse
from billing.states import EntryKind
from cases.models import Case
from core.errors import NotAllowed, NotNow
from estate.models import Unit
from records.actions import audit
from sla.actions import happen


@transaction.atomic
def reverse_receipt(*, receipt: Receipt, reason: str, by: User, at: datetime) -> Receipt:
    """Take a receipt back on the day on which it was given, with the reason.

    The receipt keeps its number and reads as reversed; its bills are owed again; what went to credit leaves it.

    Raises:
        NotAllowed: neither the cashier who took the money nor a supervisor.
        NotNow: it was reversed already, its day is over, what it left as credit was used since, or the month is closed.
        Invalid: no reason is given.
    """
    reason = reason_of(reason)
    if not can_reverse(by, receipt):
        raise NotAllowed(_("Only the cashier who took the money, or a supervisor, reverses a receipt."))
    lines = list(PaymentLine.objects.filter(payment=receipt.payment_id).select_related("bill"))
    cases = lock_cases([line.bill for line in lines])
    Unit.objects.select_for_update(no_key=True).get(pk=receipt.payment.unit_id)
    locked = Receipt.objects.select_for_update(of=("self",)).select_related("payment__project", "payment__unit")
    receipt = locked.get(pk=receipt.pk)
    _require_open(receipt, at)
    _owe_again(lines)
    look_again(receipt.payment.project, at=at)
    _take_credit_back(receipt, lines)
    _tell_cases(cases, lines, by=by, at=at)
    entry = receipt.payment.entries.get(kind=EntryKind.PAID)
    receipt.reversed_entry = reverse(entry=entry, by=by, at=at, reason=reason)
    receipt.reversed_at, receipt.reversed_by, receipt.reversed_reason = at, by, reason
    receipt.save(update_fields=["reversed_at", "reversed_by", "reversed_reason", "reversed_entry"])
    audit(
        at=at, by=by, project=receipt.payment.project, action="receipt.reversed", target=receipt.number, reason=reason
    )
    return receipt


def _require_open(receipt: Receipt, at: datetime) -> None:
    if receipt.reversed_at is not None:
        raise NotNow(_("This receipt was reversed already."), code="reversed")
    if at.astimezone(receipt.payment.project.tz).date() != receipt.payment.day:
        raise NotNow(
            _("The day of this receipt is over: taking it back needs a second person's approval."), code="day_over"
        )


def _owe_again(lines: list[PaymentLine]) -> None:
    """Lock the bills by key and let them be owed again."""
    paid = {line.bill_id: line.amount for line in lines}
    bills = list(Bill.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=paid).order_by("pk"))
    for bill in bills:
        bill.outstanding += paid[bill.pk]
        bill.version += 1
    if bills:
        Bill.objects.bulk_update(bills, ["outstanding", "version"])


def _take_credit_back(receipt: Receipt, lines: list[PaymentLine]) -> None:
    kept = receipt.payment.amount - sum(line.amount for line in lines)
    if not kept:
        return
    credit = Credit.objects.select_for_update().get(unit=receipt.payment.unit)
    if credit.amount < kept:
        raise NotNow(
            _("¥%(kept)s of this receipt went to credit, and of that only ¥%(left)s is left: the rest was used since.")
            % {"kept": kept, "left": credit.amount},
            code="credit_used",
        )
    add_credit(receipt.payment.unit, -kept)


def _tell_cases(cases: dict[int, Case], lines: list[PaymentLine], *, by: User, at: datetime) -> None:
    for line in lines:
        if line.bill.case_id is None:
            continue
        data = {"bill": line.bill.number, "amount": str(line.amount)}
        happen(case=cases[line.bill.case_id], kind="bill.payment_reversed", at=at, by=by, data=data, for_resident=True)
