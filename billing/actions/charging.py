"""Charging something once, and making an unpaid bill void."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions.arrears.settling import settled
from billing.actions.paying import lock_cases
from billing.actions.posting import Line, mirrored, post
from billing.models import Bill, BillLine, ChargeItem, Posting
from billing.models.bills import STATES
from billing.permissions import can_bill
from billing.queries.owed import Liable, liable_for, liable_in
from billing.states import BillState, Book, EntryKind
from cases.actions import next_number
from cases.models import Case
from core.errors import Invalid, NotAllowed, NotNow
from core.money import require_cents
from core.words import reason_of
from estate.models import Household, Unit
from records.actions import audit
from sla.actions import happen

PREFIX = "ZD"
LARGEST = Decimal("9999999.99")
LONGEST_WORDS = 200


def standing_item(project: Project, name: str, account: str = Book.OTHER) -> ChargeItem:
    """The charge item that a room of ours books its own charges under, made where it is missing."""
    item, _made = ChargeItem.objects.get_or_create(project=project, name=name, defaults={"account_id": account})
    return item


@transaction.atomic
def charge_once(
    *,
    project: Project,
    unit: Unit,
    item: ChargeItem,
    amount: Decimal,
    words: str,
    due_on: date,
    by: User | None,
    at: datetime,
    case: Case | None = None,
    household: Household | None = None,
) -> Bill:
    """Raise one bill that belongs to no period: paid work, a service, debris removal.

    `household` is who ordered it; without one the owner of the unit owes it. `words` say what for. The caller's own
    action decides who may. Raises `Invalid` for a unit or charge of another project, or an amount that is none.
    Source: REP-5 (有偿服务).
    """
    if unit.project_id != project.pk or item.project_id != project.pk:
        raise Invalid(_("This unit belongs to another project."), fields={"unit": _("Not in this project.")})
    require_cents(amount, most=LARGEST)
    owes = liable_in(household) if household is not None else liable_for([unit.pk]).get(unit.pk, Liable())
    day = at.astimezone(project.tz).date()
    bill = Bill.objects.create(
        number=next_number(prefix=PREFIX, day=day),
        project=project,
        unit=unit,
        household_id=owes.household,
        debtor_id=owes.person,
        item=item,
        case=case,
        words=words[:LONGEST_WORDS],
        amount=amount,
        outstanding=amount,
        due_on=due_on,
        issued_at=at,
    )
    BillLine.objects.create(bill=bill, quantity=1, unit_price=amount, amount=amount, words=bill.words)
    line = Line(debit=Book.RECEIVABLE, credit=item.books_to, amount=amount, unit=unit.pk, bill=bill.pk)
    post(project=project, kind=EntryKind.CHARGED_ONCE, day=day, lines=[line], by=by, at=at, text=bill.number)
    return bill


@transaction.atomic
def void(*, bill: Bill, reason: str, by: User, at: datetime) -> Bill:
    """Make a bill void of which nothing was paid: its booking is taken back, its number stays.

    What was waived of it is taken back with it. A case that it was raised for is told.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        NotNow: something of it was paid, or it is void already.
    """
    if not can_bill(by, bill.project):
        raise NotAllowed(_("Only cashiers and supervisors make a bill void."))
    case = lock_cases([bill]).get(bill.case_id or 0)
    Unit.objects.select_for_update(no_key=True).get(pk=bill.unit_id)
    locked = Bill.objects.select_for_update(of=("self",)).select_related("project").get(pk=bill.pk)
    if locked.voided_at is not None:
        raise NotNow(_("This bill is void already."))
    take_back([locked], reason=reason, by=by, at=at)
    if case is not None:
        happen(case=case, kind="bill.voided", at=at, by=by, data={"bill": locked.number}, for_resident=True)
    audit(at=at, by=by, project=locked.project, action="bill.voided", target=locked.number, reason=reason.strip())
    return locked


def take_back(bills: Sequence[Bill], *, reason: str, by: User | None, at: datetime) -> None:
    """Make locked bills of one project void in one entry, whatever their number: eight statements.

    What was waived of them is taken back too: whoever owes nothing is let off nothing.

    Raises `NotNow` where something of one was paid.
    """
    reason = reason_of(reason)
    for bill in bills:
        if bill.is_partly_paid:
            raise NotNow(
                _("Something of %(bill)s was paid. Reverse the receipt first.") % {"bill": bill.number}, code="paid"
            )
    booked = Posting.objects.filter(bill__in=bills, reversed_by=None, reverses=None)
    project, day = bills[0].project, at.astimezone(bills[0].project.tz).date()
    post(project=project, kind=EntryKind.VOIDED, day=day, lines=mirrored(booked), by=by, at=at, text=reason)
    for bill in bills:
        bill.outstanding, bill.waived, bill.voided_at, bill.voided_reason = Decimal(0), Decimal(0), at, reason
        bill.version += 1
    Bill.objects.bulk_update(bills, ["outstanding", "waived", "voided_at", "voided_reason", "version"], batch_size=1000)
    settled(bills, by=by, at=at)


def withdraw(*, case: Case, reason: str, by: User | None, at: datetime) -> list[Bill]:
    """Make the bills of a case void of which nothing was paid; returns them. The caller has locked the case."""
    unpaid = Bill.objects.filter(STATES[BillState.UNPAID] | STATES[BillState.WAIVED], case=case)
    units = list(unpaid.order_by("unit").values_list("unit", flat=True).distinct())
    if not units:
        return []
    list(Unit.objects.select_for_update(no_key=True).filter(pk__in=units).order_by("pk"))
    bills = list(unpaid.select_for_update(of=("self",)).select_related("project").order_by("pk"))
    if bills:
        take_back(bills, reason=reason, by=by, at=at)
    return bills
