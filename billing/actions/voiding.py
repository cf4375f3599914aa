"""Making bills void of which no money was taken: what was booked is taken back, the numbers stay.

On the day on which a bill was issued one person does it alone; after that, or once somebody was told of it in arrears,
it lets somebody off, and a second person has to approve, as of a waiver. So it is with many bills at once
(`billing.actions.cancelling`).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions.arrears.settling import settled
from billing.actions.credit import add_credits
from billing.actions.paying import lock_cases, lock_units
from billing.actions.posting import mirrored, post
from billing.models import Bill, PaymentLine, Posting
from billing.permissions import can_bill, require_second
from billing.queries.owed import without_money
from billing.queries.second import needs_two
from billing.states import Book, EntryKind
from core.errors import NotAllowed, NotNow
from core.words import reason_of
from records.actions import audit
from records.approvals import ask
from records.models import Approval
from sla.actions import happen

KIND = "bill.void"


def void_or_ask(*, bill: Bill, reason: str, by: User, at: datetime) -> Bill | Approval:
    """Make a bill void on the day it was issued; later, ask a second person to. Which it was, the answer says.

    Raises like `void` and `ask_to_void`.
    """
    if needs_second_person(bill, at):
        return ask_to_void(bill=bill, reason=reason, by=by, at=at)
    return void(bill=bill, reason=reason, by=by, at=at)


def needs_second_person(bill: Bill, at: datetime) -> bool:
    """Say whether the local day on which a bill was issued is over at `at`, or somebody was told of it in arrears."""
    return needs_two(Bill.objects.filter(pk=bill.pk), bill.project, at)


def ask_to_void(*, bill: Bill, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to make a bill void; nothing is booked yet, and the decision checks again.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        NotNow: money was taken for it, it is void already, or the same waits for a decision.
        Invalid: no reason is given.
    """
    _require_may(bill, by)
    stands = Bill.objects.select_related("project", "unit").get(pk=bill.pk)
    _require_standing([stands])
    return ask_for(stands, reason, by=by, at=at)


def ask_for(bill: Bill, reason: str, *, by: User, at: datetime) -> Approval:
    """Ask a second person to make a bill void, in the name of who decided that nothing is owed; unit is read."""
    data = {"bill": bill.number, "unit": bill.unit.number, "amount": str(bill.amount)}
    return ask(project=bill.project, kind=KIND, subject=bill.number, data=data, reason=reason, by=by, at=at)


@transaction.atomic
def void(*, bill: Bill, reason: str, by: User, at: datetime) -> Bill:
    """Make a bill void, on the day it was issued, for which no money was taken: its booking is taken back.

    Its number stays. What was waived of it, or settled from what was paid in advance, is taken back with it. A case
    that it was raised for is told.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        NotNow: money was taken for it, it is void already, or its day is over.
        Invalid: no reason is given.
    """
    _require_may(bill, by)
    if needs_second_person(bill, at):
        words = _("This bill is of an earlier day, or somebody was told of it: making it void needs a second person.")
        raise NotNow(words, code="day")
    return _void(bill, reason, by=by, at=at)


@transaction.atomic
def void_approved(*, bill: Bill, reason: str, asked_by: User, by: User, at: datetime) -> Bill:
    """Make a bill void as `asked_by` asked and `by` approved, booked on the day of the decision.

    Raises:
        NotAllowed: `by` asked for it, or neither supervises nor leads the project.
        NotNow: money was taken for it, or it is void already.
    """
    require_second(by, bill.project, asked_by)
    return _void(bill, reason, by=by, at=at, asked_by=asked_by)


def _require_may(bill: Bill, by: User) -> None:
    if not can_bill(by, bill.project):
        raise NotAllowed(_("Only cashiers and supervisors make a bill void."))


def _void(bill: Bill, reason: str, *, by: User, at: datetime, asked_by: User | None = None) -> Bill:
    case = lock_cases([bill]).get(bill.case_id or 0)
    lock_units([bill.unit_id])
    locked = Bill.objects.select_for_update(of=("self",)).select_related("project").get(pk=bill.pk)
    take_back([locked], reason=reason, by=by, at=at)
    if case is not None:
        happen(case=case, kind="bill.voided", at=at, by=by, data={"bill": locked.number}, for_resident=True)
    audit(
        at=at,
        by=by,
        project=locked.project,
        action="bill.voided",
        target=locked.number,
        reason=reason.strip(),
        data={"asked_by": asked_by.username} if asked_by else {},
    )
    return locked


def take_back(bills: Sequence[Bill], *, reason: str, by: User | None, at: datetime) -> None:
    """Make locked bills of one project, whose units are locked, void in one entry: twelve statements for any number.

    What was waived of them is taken back too, as whoever owes nothing is let off nothing; and what was settled from
    what a household paid in advance is that household's again.

    Raises `NotNow` where money was taken for one, or one is void already.
    """
    reason = reason_of(reason)
    _require_standing(bills)
    booked = list(Posting.objects.filter(bill__in=bills, reversed_by=None, reverses=None))
    project, day = bills[0].project, at.astimezone(bills[0].project.tz).date()
    if booked:  # a bill that comes to nothing was never booked
        post(project=project, kind=EntryKind.VOIDED, day=day, lines=mirrored(booked), by=by, at=at, text=reason)
        _give_credit_back(project, booked)
    for bill in bills:
        bill.outstanding, bill.waived, bill.voided_at, bill.voided_reason = Decimal(0), Decimal(0), at, reason
        bill.version += 1
    Bill.objects.bulk_update(bills, ["outstanding", "waived", "voided_at", "voided_reason", "version"], batch_size=1000)
    settled(bills, by=by, at=at)


def _require_standing(bills: Sequence[Bill]) -> None:
    if any(bill.voided_at is not None for bill in bills):
        raise NotNow(_("This bill is void already."))
    taken = PaymentLine.objects.filter(bill__in=bills, payment__receipt__reversed_at=None)
    number = taken.values_list("bill__number", flat=True).first()
    if number is not None:
        raise NotNow(_("Something of %(bill)s was paid. Reverse the receipt first.") % {"bill": number}, code="paid")


def _give_credit_back(project: Project, booked: Sequence[Posting]) -> None:
    used: dict[tuple[int, int | None], Decimal] = defaultdict(Decimal)
    for posting in booked:
        if posting.debit_id == Book.CREDIT and posting.unit_id is not None:
            used[posting.unit_id, posting.household_id] += posting.amount
    add_credits(project.pk, used)


def lock_with_cases(keys: Sequence[int]) -> list[Bill]:
    """Lock bills as `lock_to_take_back` does, the cases first in which they are collected: each of those is told."""
    lock_cases(list(Bill.objects.filter(pk__in=keys).only("pk", "case_id")))
    return lock_to_take_back(keys)


def lock_to_take_back(keys: Sequence[int]) -> list[Bill]:
    """Lock the units of bills, then the bills, all by key; those that no money was taken for meanwhile."""
    lock_units(list(Bill.objects.filter(pk__in=keys).order_by().values_list("unit", flat=True).distinct()))
    rows = without_money(Bill.objects.filter(pk__in=keys))
    return list(rows.select_for_update(of=("self",)).select_related("project").order_by("pk"))
