"""Taking a payment back: the receipt's number stays, the money is booked the other way, the bills are owed again.

On the day of the receipt whoever took the money does it alone; after it, a second person has to approve. The receipt of
a deposit needs a second person on every day.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
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
from billing.actions.posting import mirrored, post, reverse
from billing.models import Bill, DoorVisit, Payment, PaymentLine, Posting, Receipt
from billing.permissions import can_reverse, require_second
from billing.queries.credit_uses import Undoing, refund_since, undoing
from billing.queries.dayclose import is_day_closed
from billing.queries.owed import credit_of
from billing.queries.paper import deposit_of
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
        NotNow: it was reversed already, what it left as credit was given back since, some of the deposit that it is of
            was given back or kept, or the same waits already.
        Invalid: no reason is given.
    """
    _require_may(receipt, by)
    stands = Receipt.objects.select_related("payment__project", "payment__unit").get(pk=receipt.pk)
    payment = stands.payment
    _require_standing(stands)
    deposit = deposit_of(payment)
    if deposit is None:
        _require_covered(payment, undoing(payment, credit_of(payment.unit, payment.household_id)))
    else:
        require_whole(deposit)
    data = {"receipt": stands.number, "amount": str(payment.amount), "unit": payment.unit.number}
    return ask(project=payment.project, kind=KIND, subject=stands.number, data=data, reason=reason, by=by, at=at)


@transaction.atomic
def reverse_receipt(*, receipt: Receipt, reason: str, by: User, at: datetime) -> Receipt:
    """Take a receipt back on the day on which it was given, with the reason.

    The receipt keeps its number and reads as reversed; its bills are owed again; what went to credit leaves it, and
    what was settled from that since is owed again too.

    Raises:
        NotAllowed: neither the cashier who took the money nor a supervisor.
        NotNow: it was reversed already, its day is over, what it left as credit was given back since, or the month is
            closed.
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
        NotNow: it was reversed already, what it left as credit was given back since, or the month is closed.
    """
    require_second(by, receipt.payment.project, asked_by)
    return _reverse(receipt, reason_of(reason), asked_by=asked_by, by=by, at=at)


def _require_may(receipt: Receipt, by: User) -> None:
    if not can_reverse(by, receipt):
        raise NotAllowed(_("Only the cashier who took the money, or a supervisor, reverses a receipt."))


def _reverse(receipt: Receipt, reason: str, *, asked_by: User | None, by: User, at: datetime) -> Receipt:
    look_again(receipt.payment.project, at=at)  # first, as the day's round holds it before cases and units
    visit = _lock_visit(receipt)
    back = _planned(receipt.payment)
    cases = lock_cases(list(back.bills.values()), also=back.settled_in())
    lock_units({receipt.payment.unit_id, *(bill.unit_id for bill in back.bills.values())})
    locked = Receipt.objects.select_for_update(of=("self",)).select_related("payment__project", "payment__unit")
    receipt = locked.get(pk=receipt.pk)
    _require_standing(receipt)
    uses = _take_rest_back(receipt, back)
    parts = back.parts(uses)
    _owe_again(parts)
    _book_uses_back(receipt, uses, reason, by=asked_by or by, at=at)
    _tell_cases(cases, parts, by=by, at=at)
    for moment, bills in back.moments(uses):
        owed_again(moment, bills, cases=cases, by=by, at=at)
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
    let_off_again(cases, list(back.bills.values()), people={by, asked_by or by}, by=by, at=at)
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


@dataclass(frozen=True)
class _Back:
    """What is owed again once a payment is taken back: what it settled, and what was settled from its credit."""

    payment: Payment
    lines: Sequence[PaymentLine]
    uses: Sequence[Posting]

    @property
    def bills(self) -> dict[int, Bill]:
        """The bills by key."""
        return {bill.pk: bill for bill, _amount in self.parts(self.uses)}

    def parts(self, uses: Sequence[Posting]) -> list[tuple[Bill, Decimal]]:
        """How much of which bill is owed again, in yuan; one that was paid and settled from credit is there twice."""
        used = [(use.bill, use.amount) for use in uses if use.bill is not None]
        return [*((line.bill, line.amount) for line in self.lines), *used]

    def moments(self, uses: Sequence[Posting]) -> list[tuple[datetime, list[Bill]]]:
        """When which bills were settled: by the payment, and by each use of what became credit of it."""
        used = [(use.entry.at, [use.bill]) for use in uses if use.bill is not None]
        return [(self.payment.at, [line.bill for line in self.lines]), *used]

    def settled_in(self) -> list[int]:
        """Keys of the cases that the settling ended: they are locked along."""
        return [key for moment, bills in self.moments(self.uses) for key in settled_at(moment, bills)]


def _planned(payment: Payment) -> _Back:
    """What will be owed again, as it stands before anything is locked."""
    lines = list(PaymentLine.objects.filter(payment=payment).select_related("bill"))
    if deposit_of(payment) is not None:
        return _Back(payment, lines, ())
    return _Back(payment, lines, undoing(payment, credit_of(payment.unit, payment.household_id)).uses)


def _owe_again(parts: Sequence[tuple[Bill, Decimal]]) -> None:
    """Lock the bills by key and let them be owed again."""
    paid: dict[int, Decimal] = defaultdict(Decimal)
    for bill, amount in parts:
        paid[bill.pk] += amount
    bills = list(Bill.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(paid)).order_by("pk"))
    for bill in bills:
        bill.outstanding += paid[bill.pk]
        bill.version += 1
    if bills:
        Bill.objects.bulk_update(bills, ["outstanding", "version"])


def _take_rest_back(receipt: Receipt, back: _Back) -> Sequence[Posting]:
    """Take back what settled no bill: all of a deposit, which is held no longer, or what became credit.

    Returns the uses of that credit that go back with it. Raises `NotNow` where they do not cover it.
    """
    payment = receipt.payment
    deposit = deposit_of(payment)
    if deposit is not None:
        whole = lock_whole(deposit)
        whole.held = Decimal(0)
        whole.save(update_fields=["held"])
        return ()
    found = undoing(payment, lock_credit(payment.unit, payment.household_id))
    _require_covered(payment, found)
    if {use.bill_id for use in found.uses} - set(back.bills):
        raise NotNow(_("Money moved meanwhile. Look at the receipt again, and try once more."), code="moved")
    if found.kept != found.regained:
        add_credit(payment.unit, payment.household_id, found.regained - found.kept)
    return found.uses


def _require_covered(payment: Payment, found: Undoing) -> None:
    """Raise `NotNow` where what became credit was given back meanwhile: that is to be taken back first."""
    if not found.missing:
        return
    words = _("¥%(kept)s of this receipt went to credit, and ¥%(missing)s of that was given back since.")
    said = words % {"kept": found.kept, "missing": found.missing}
    refund = refund_since(payment)
    if refund is not None:
        said = f"{said} {_('Take refund %(refund)s back first.') % {'refund': refund.number}}"
    raise NotNow(said, code="credit_used")


def _book_uses_back(receipt: Receipt, uses: Sequence[Posting], reason: str, *, by: User, at: datetime) -> None:
    """Book what was settled from the receipt's credit the other way: its bills are open again."""
    if not uses:
        return
    project = receipt.payment.project
    day = at.astimezone(project.tz).date()
    post(project=project, kind=EntryKind.REVERSED, day=day, lines=mirrored(uses), by=by, at=at, text=reason)
    data = {"receipt": receipt.number, "amount": str(sum((use.amount for use in uses), Decimal(0)))}
    unit = receipt.payment.unit.number
    audit(at=at, by=by, project=project, action="credit.use_reversed", target=unit, reason=reason, data=data)


def _tell_cases(cases: dict[int, Case], parts: Sequence[tuple[Bill, Decimal]], *, by: User, at: datetime) -> None:
    for bill, amount in parts:
        if bill.case_id is None:
            continue
        data = {"bill": bill.number, "amount": str(amount)}
        happen(case=cases[bill.case_id], kind="bill.payment_reversed", at=at, by=by, data=data, for_resident=True)
