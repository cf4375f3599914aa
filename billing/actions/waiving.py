"""Letting somebody off a part of a bill, or all of it (减免): one person asks, another one decides."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.settling import settled
from billing.actions.paying import lock_cases, lock_units
from billing.actions.posting import Line, post
from billing.models import Bill
from billing.permissions import can_ask_for_waiver, require_second
from billing.states import Book, EntryKind
from cases.models import Case
from core.errors import Invalid, NotAllowed, NotNow
from core.money import require_cents, to_cents
from core.words import reason_of
from records.actions import audit
from records.approvals import ask
from records.models import Approval
from sla.actions import happen

KIND = "bill.waive"


def ask_to_waive(*, bill: Bill, amount: Decimal, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to waive `amount` yuan of a bill; nothing is booked yet.

    No lock is taken: the decision checks again, and a question that waits holds up no payment.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        Invalid: an amount that is none or more than is owed; no reason.
        NotNow: nothing is owed of the bill, or the same bill waits for such a decision already.
    """
    if not can_ask_for_waiver(by, bill.project):
        raise NotAllowed(_("Only cashiers and supervisors ask for a waiver."))
    stands = Bill.objects.select_related("project", "unit").get(pk=bill.pk)
    if not stands.outstanding:
        raise NotNow(_("Nothing is owed of %(bill)s any more.") % {"bill": stands.number}, code="not_owed")
    require_cents(amount)
    if amount > stands.outstanding:
        most = _("At most ¥%(owed)s: that is what is still owed.") % {"owed": stands.outstanding}
        raise Invalid(_("More than is owed cannot be waived."), fields={"amount": most})
    data = {"bill": stands.number, "unit": stands.unit.number, "amount": str(to_cents(amount))}
    return ask(project=stands.project, kind=KIND, subject=stands.number, data=data, reason=reason, by=by, at=at)


@transaction.atomic
def waive(*, bill: Bill, amount: Decimal, reason: str, asked_by: User, by: User, at: datetime) -> Bill:
    """Waive what was asked for and `by` approved, booked on the local day of `at`.

    Raises:
        NotAllowed: `by` asked for it, or neither supervises nor leads the project.
        NotNow: less is owed than was asked for, or the month is closed: nothing is booked.
    """
    reason = reason_of(reason)
    require_second(by, bill.project, asked_by)
    cases = lock_cases([bill])
    lock_units([bill.unit_id])
    bill = Bill.objects.select_for_update(of=("self",)).select_related("project").get(pk=bill.pk)
    if bill.outstanding < amount:
        raise NotNow(_changed(bill), code="not_owed")
    told = {"asked_by": asked_by.username}
    return book_waiver(bill, amount, reason=reason, cases=cases, by=by, at=at, told=told)


def book_waiver(
    bill: Bill,
    amount: Decimal,
    *,
    reason: str,
    cases: Mapping[int, Case],
    by: User,
    at: datetime,
    told: Mapping[str, str] | None = None,
) -> Bill:
    """Waive `amount` of what is owed of a locked bill, whose cases are locked; `told` goes into the audit trail too."""
    bill.outstanding -= amount
    bill.waived += amount
    bill.version += 1
    bill.save(update_fields=["outstanding", "waived", "version"])
    settled([bill], cases=cases, by=by, at=at)
    if bill.case_id is not None:
        data = {"bill": bill.number, "amount": str(amount)}
        happen(case=cases[bill.case_id], kind="bill.waived", at=at, by=by, data=data, for_resident=True)
    line = Line(debit=Book.WAIVED, credit=Book.RECEIVABLE, amount=amount, unit=bill.unit_id, bill=bill.pk)
    day = at.astimezone(bill.project.tz).date()
    post(project=bill.project, kind=EntryKind.WAIVED, day=day, lines=[line], by=by, at=at, text=reason)
    said = {"amount": str(amount), **(told or {})}
    audit(at=at, by=by, project=bill.project, action="bill.waived", target=bill.number, reason=reason, data=said)
    return bill


def _changed(bill: Bill) -> str:
    """Why what was asked for cannot be waived any more, and what to do."""
    if bill.voided_at is not None:
        return _("%(bill)s was made void meanwhile. Refuse this.") % {"bill": bill.number}
    words = _("%(bill)s was paid meanwhile: ¥%(owed)s is still owed. Refuse this; less can be asked for anew.")
    return words % {"bill": bill.number, "owed": bill.outstanding}
