"""Taking money: one transaction from the locked bills to the receipt's number. Using what was paid in advance."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Round
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions.arrears.settling import collecting, is_collected
from billing.actions.arrears.settling import settled as collected
from billing.actions.dayclose import require_day_open
from billing.actions.posting import Line, post
from billing.actions.receipting import issue_receipt
from billing.models import Bill, Credit, Payment, PaymentLine, Receipt
from billing.permissions import require_taker
from billing.queries.owed import Liable, liable_for, open_bills
from billing.rules.allocation import allocate
from billing.states import METHOD_BOOKS, Book, EntryKind, Method
from cases.actions import next_number
from cases.family import lock_lines
from cases.models import Case
from cases.rules import check_claim
from core.errors import Invalid, NotAllowed, NotNow
from core.money import require_cents
from estate.models import Person, Unit
from records.actions import audit
from sla.actions import happen

PREFIX = "JF"
LARGEST = Decimal("9999999.99")
LONGEST = 100
CREDIT_WORDS = {"zh": "预存款", "en": "what was paid in advance"}
METHOD_WORDS = {
    Method.CASH: {"zh": "现金", "en": "cash"},
    Method.TRANSFER: {"zh": "转账", "en": "bank transfer"},
    Method.WECHAT: {"zh": "微信", "en": "WeChat"},
    Method.ALIPAY: {"zh": "支付宝", "en": "Alipay"},
    Method.CARD: {"zh": "刷卡", "en": "card"},
    Method.ONLINE: {"zh": "线上支付", "en": "online"},
}


@transaction.atomic
def take_payment(
    *,
    project: Project,
    unit: Unit,
    bills: Sequence[Bill],
    amount: Decimal,
    method: str,
    reference: str = "",
    payer: str = "",
    by: User | None,
    at: datetime,
    claimed_at: datetime | None = None,
) -> Receipt:
    """Take money for the bills of a unit, the oldest first, and give a receipt for it. All of it, or nothing.

    Less than the bills come to is a part payment; what is more, or all of it where no bill is named, is the
    household's credit. `claimed_at` is when somebody out of signal says it was taken. `by` nobody: it was paid online,
    the caller has the provider's word for it, and it is in nobody's till.

    Raises:
        NotAllowed: no cashier of the project, or nobody and not online.
        Invalid: an amount that is none, an unknown way of paying, a bill of another unit.
        NotNow: one of the bills was paid or made void meanwhile, or the cashier's day or the month is closed.
    """
    _require_taken(by, project, method)
    _check(project, unit, bills, amount, method)
    check_claim(claimed_at, at=at)
    cases = lock_cases(bills)
    locked = lock_bills(unit, bills)
    settled, rest = allocate(amount, [(bill.pk, bill.outstanding) for bill in locked])
    _settle(locked, settled)
    if rest:
        add_credit(unit, rest)
    _tell_cases(cases, locked, settled, METHOD_WORDS[Method(method)], by=by, at=at)
    collected(locked, paid=settled, cases=cases, by=by, at=at)
    payment = make_payment(
        project,
        unit,
        locked,
        amount=amount,
        method=method,
        reference=reference,
        payer=payer,
        by=by,
        at=at,
        claimed_at=claimed_at,
    )
    PaymentLine.objects.bulk_create(
        [PaymentLine(payment=payment, bill_id=pk, amount=part) for pk, part in settled.items()]
    )
    _book(payment, settled, rest)
    audit(at=at, by=by, project=project, action="payment.taken", target=payment.number, data={"amount": str(amount)})
    if by is not None:
        require_day_open(project=project, cashier=by, day=payment.day)
    return issue_receipt(payment)


def _require_taken(by: User | None, project: Project, method: str) -> None:
    if by is not None:
        require_taker(by, project)
    elif method != Method.ONLINE:
        raise NotAllowed(_("Only cashiers take money."))


def _check(project: Project, unit: Unit, bills: Sequence[Bill], amount: Decimal, method: str) -> None:
    if unit.project_id != project.pk:
        raise Invalid(_("This unit belongs to another project."), fields={"unit": _("Not in this project.")})
    require_cents(amount, most=LARGEST)
    if method not in METHOD_BOOKS:
        raise Invalid(_("Choose how it is paid."), fields={"method": _("Unknown way.")})
    if any(bill.unit_id != unit.pk for bill in bills):
        raise Invalid(_("One of these bills is not this unit's."), fields={"bills": _("No such bill.")})


def lock_cases(bills: Sequence[Bill]) -> dict[int, Case]:
    """The cases that the bills were raised for, or are collected in, locked before anything of money is."""
    wanted = {bill.case_id for bill in bills if bill.case_id is not None} | set(collecting(bills) if bills else ())
    if not wanted:
        return {}
    return {case.pk: case for case in lock_lines(*Case.objects.filter(pk__in=wanted))}


def lock_bills(unit: Unit, bills: Sequence[Bill]) -> list[Bill]:
    """Lock the unit, then its bills by key; return them as they stand now, the oldest first.

    Raises `NotNow` where nothing is owed of one any more: whoever looks at the till sees an older state.
    """
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    rows = Bill.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[bill.pk for bill in bills])
    locked = list(rows.select_related("debtor").annotate(is_collected=is_collected()).order_by("pk"))
    for bill in locked:
        if not bill.outstanding:
            raise NotNow(
                _("%(bill)s is paid already or void. Look at what is owed now.") % {"bill": bill.number},
                code="not_owed",
            )
    return sorted(locked, key=lambda bill: (bill.due_on, bill.pk))


def _settle(bills: Sequence[Bill], settled: Mapping[int, Decimal]) -> None:
    paid = [bill for bill in bills if settled.get(bill.pk)]
    for bill in paid:
        bill.outstanding -= settled[bill.pk]
        bill.version += 1
    if paid:
        Bill.objects.bulk_update(paid, ["outstanding", "version"])


def add_credit(unit: Unit, amount: Decimal) -> None:
    """Keep what a household, whose unit is locked, paid in advance; a negative amount uses it up.

    Rounded where it is reckoned: SQLite adds in binary fractions.
    """
    if not Credit.objects.filter(unit=unit).update(amount=Round(F("amount") + amount, precision=2)):
        Credit.objects.create(unit=unit, project_id=unit.project_id, amount=amount)


def _tell_cases(
    cases: Mapping[int, Case],
    bills: Sequence[Bill],
    settled: Mapping[int, Decimal],
    how: Mapping[str, str],
    *,
    by: User | None,
    at: datetime,
) -> None:
    for bill in bills:
        if bill.case_id is None or not settled.get(bill.pk):
            continue
        data = {"bill": bill.number, "amount": str(settled[bill.pk]), "how": dict(how)}
        happen(case=cases[bill.case_id], kind="bill.paid", at=at, by=by, data=data, for_resident=True)


def make_payment(
    project: Project, unit: Unit, bills: Sequence[Bill], *, payer: str, by: User | None, at: datetime, **given: object
) -> Payment:
    """The row of money that was taken, in the name of whoever owes the bills, or else owns the unit.

    The bills come with who owes them.
    """
    first = next(iter(bills), None)
    owes = Liable(first.household_id, first.debtor_id) if first else liable_for([unit.pk]).get(unit.pk, Liable())
    debtor = first.debtor if first else None
    name = payer.strip() or (debtor.name if debtor else _name_of(owes))
    day = at.astimezone(project.tz).date()
    return Payment.objects.create(
        number=next_number(prefix=PREFIX, day=day),
        project=project,
        unit=unit,
        household_id=owes.household,
        person_id=owes.person,
        payer=name[:LONGEST],
        at=at,
        day=day,
        by=by,
        **given,
    )


def _name_of(owes: Liable) -> str:
    if owes.person is None:
        return ""
    return Person.objects.values_list("name", flat=True).get(pk=owes.person)


def _book(payment: Payment, settled: Mapping[int, Decimal], rest: Decimal) -> None:
    book, unit = METHOD_BOOKS[payment.method], payment.unit_id
    lines = [
        Line(debit=book, credit=Book.RECEIVABLE, amount=part, unit=unit, bill=pk)
        for pk, part in settled.items()
        if part
    ]
    if rest:
        lines.append(Line(debit=book, credit=Book.CREDIT, amount=rest, unit=unit))
    post(
        project=payment.project,
        kind=EntryKind.PAID,
        day=payment.day,
        lines=lines,
        by=payment.by,
        at=payment.at,
        text=payment.number,
        payment=payment,
    )


@transaction.atomic
def use_credit(*, unit: Unit, by: User, at: datetime) -> Decimal:
    """Settle what a unit owes from what its household paid in advance, the oldest first; returns how much was used.

    Raises:
        NotAllowed: no cashier of the project.
        NotNow: nothing was paid in advance, or nothing is owed.
    """
    require_taker(by, unit.project)
    owed = open_bills(unit)
    cases = lock_cases(owed)
    locked = lock_bills(unit, owed)
    credit = Credit.objects.select_for_update().filter(unit=unit).first()
    if credit is None or not credit.amount or not locked:
        raise NotNow(_("There is nothing paid in advance to use, or nothing owed."))
    settled, rest = allocate(credit.amount, [(bill.pk, bill.outstanding) for bill in locked])
    _settle(locked, settled)
    used = credit.amount - rest
    add_credit(unit, -used)
    _tell_cases(cases, locked, settled, CREDIT_WORDS, by=by, at=at)
    collected(locked, paid=settled, cases=cases, by=by, at=at)
    lines = [
        Line(debit=Book.CREDIT, credit=Book.RECEIVABLE, amount=part, unit=unit.pk, bill=pk)
        for pk, part in settled.items()
        if part
    ]
    post(
        project=unit.project,
        kind=EntryKind.CREDIT_USED,
        day=at.astimezone(unit.project.tz).date(),
        lines=lines,
        by=by,
        at=at,
    )
    return used
