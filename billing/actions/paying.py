"""Taking money: one transaction from the locked bills to the receipt's number. Using what was paid in advance."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions.arrears.settling import collecting, is_collected
from billing.actions.arrears.settling import settled as collected
from billing.actions.credit import add_credit
from billing.actions.dayclose import require_day_open
from billing.actions.posting import Line, post
from billing.actions.receipting import issue_receipt
from billing.actions.ways import require_counter
from billing.models import Bill, Payment, PaymentLine, PreparedReceipt, Receipt
from billing.permissions import require_taker
from billing.queries.owed import Liable, liable_in, owner_liable
from billing.rules.allocation import allocate
from billing.rules.exact import LARGEST
from billing.states import METHOD_BOOKS, Book, EntryKind, Method
from cases.actions import next_number
from cases.family import lock_lines
from cases.models import Case
from cases.rules import check_claim
from core.errors import Invalid, NotAllowed, NotNow
from core.money import require_cents
from estate.models import Household, Person, Unit
from records.actions import audit
from sla.actions import happen

PREFIX = "JF"
LONGEST = 100
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
    household: Household | None = None,
    by: User | None,
    at: datetime,
    claimed_at: datetime | None = None,
    prepared: PreparedReceipt | None = None,
) -> Receipt:
    """Take money for bills, the oldest first, and give a receipt for it. All of it, or nothing.

    The bills are those of one household of the unit; where one person owes for several rooms, all of theirs.

    Less than the bills come to is a part payment; what is more, or all of it where no bill is named, is the credit of
    the household of the unit that owes them, or else of `household`, or of the owner. `claimed_at` is when somebody
    out of signal says that it was taken. `by` nobody: it was paid online, the caller has the provider's word for it,
    and it is in nobody's till. `prepared`: the receipt that was carried to the door; the caller has seen to who
    collects, and the money is in nobody's till until it is handed in.

    Raises:
        NotAllowed: no cashier of the project, or nobody and not online.
        Invalid: an amount that is none, an unknown way of paying, bills that two people owe, or another project's.
        NotNow: one of the bills was paid or made void meanwhile, or the cashier's day or the month is closed.
    """
    if prepared is None:
        _require_taken(by, project, method)
    _check(project, unit, bills, amount, method, is_online=by is None)
    check_claim(claimed_at, at=at)
    cases = lock_cases(bills)
    locked = lock_bills(unit, bills)
    owes = liable(unit, locked, otherwise=household)
    settled, rest = allocate(amount, [(bill.pk, bill.outstanding) for bill in locked])
    settle(locked, settled)
    if rest:
        add_credit(unit, owes.household, rest)
    tell_cases(cases, locked, settled, METHOD_WORDS[Method(method)], by=by, at=at)
    collected(locked, paid=settled, cases=cases, by=by, at=at)
    payment = make_payment(
        project,
        unit,
        owes,
        amount=amount,
        method=method,
        reference=reference,
        payer=payer.strip() or _debtor_of(unit, locked),
        by=by,
        at=at,
        claimed_at=claimed_at,
    )
    PaymentLine.objects.bulk_create(
        [PaymentLine(payment=payment, bill_id=pk, amount=part) for pk, part in settled.items()]
    )
    _book(payment, locked, settled, rest, at_door=prepared is not None)
    return _receipt_of(payment, prepared)


def _receipt_of(payment: Payment, prepared: PreparedReceipt | None) -> Receipt:
    """Write down that the money was taken, and give its receipt, where the till that it goes into is open."""
    project, by, data = payment.project, payment.by, {"amount": str(payment.amount)}
    audit(at=payment.at, by=by, project=project, action="payment.taken", target=payment.number, data=data)
    if by is not None and prepared is None:
        require_day_open(project=project, cashier=by, day=payment.day)
    return issue_receipt(payment, prepared)


def _require_taken(by: User | None, project: Project, method: str) -> None:
    if by is not None:
        require_taker(by, project)
    elif method != Method.ONLINE:
        raise NotAllowed(_("Only cashiers take money."))


def _check(
    project: Project, unit: Unit, bills: Sequence[Bill], amount: Decimal, method: str, *, is_online: bool
) -> None:
    if unit.project_id != project.pk:
        raise Invalid(_("This unit belongs to another project."), fields={"unit": _("Not in this project.")})
    require_cents(amount, most=LARGEST)
    if not is_online:
        require_counter(method, _("Choose how it is paid."))
    if any(bill.project_id != project.pk for bill in bills):
        raise Invalid(_("One of these bills is not this project's."), fields={"bills": _("No such bill.")})
    if not _owed_by_one(unit, bills):
        sentence = _("These bills are owed by different people. Each gets a receipt of their own.")
        raise Invalid(sentence, fields={"bills": sentence})


def _owed_by_one(unit: Unit, bills: Sequence[Bill]) -> bool:
    """Say whether the bills are all of one household of the unit, or of who is liable there, for several rooms."""
    if all(bill.unit_id == unit.pk for bill in bills):
        return len({bill.household_id for bill in bills}) <= 1
    person = liable(unit, bills).person
    return person is not None and all(bill.debtor_id == person for bill in bills)


def lock_cases(bills: Sequence[Bill], also: Iterable[int] = ()) -> dict[int, Case]:
    """The cases that the bills were raised for, or are collected in, locked before anything of money is.

    `also`: keys of others that are to be locked with them.
    """
    wanted = {bill.case_id for bill in bills if bill.case_id is not None} | set(collecting(bills))
    wanted |= set(also)
    if not wanted:
        return {}
    return {case.pk: case for case in lock_lines(*Case.objects.filter(pk__in=wanted))}


def lock_bills(unit: Unit, bills: Sequence[Bill]) -> list[Bill]:
    """Lock the unit and those of the bills, then the bills, all by key; return them as they stand, the oldest first.

    Raises `NotNow` where nothing is owed of one any more: whoever looks at the till sees an older state.
    """
    lock_units({unit.pk, *(bill.unit_id for bill in bills)})
    rows = Bill.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[bill.pk for bill in bills])
    locked = list(rows.select_related("debtor").annotate(is_collected=is_collected()).order_by("pk"))
    for bill in locked:
        if not bill.outstanding:
            raise NotNow(
                _("%(bill)s is paid already or void. Look at what is owed now.") % {"bill": bill.number},
                code="not_owed",
            )
    return sorted(locked, key=lambda bill: (bill.due_on, bill.pk))


def lock_units(keys: Collection[int]) -> None:
    """Lock units by key: nobody else moves money of their households meanwhile."""
    list(Unit.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


def settle(bills: Sequence[Bill], settled: Mapping[int, Decimal]) -> None:
    """Take what is paid of locked bills, by key, off what is owed of them."""
    paid = [bill for bill in bills if settled.get(bill.pk)]
    for bill in paid:
        bill.outstanding -= settled[bill.pk]
        bill.version += 1
    if paid:
        Bill.objects.bulk_update(paid, ["outstanding", "version"])


def liable(unit: Unit, bills: Sequence[Bill], otherwise: Household | None = None) -> Liable:
    """Who owes those of the bills that are of the unit, all of one household; where there are none, its owner.

    `otherwise` is the household of the unit that takes the owner's place.
    """
    own = next((bill for bill in bills if bill.unit_id == unit.pk), None)
    if own is not None:
        return Liable(own.household_id, own.debtor_id)
    if otherwise is not None:
        return liable_in(otherwise)
    return owner_liable(unit)


def tell_cases(
    cases: Mapping[int, Case],
    bills: Sequence[Bill],
    settled: Mapping[int, Decimal],
    how: Mapping[str, str],
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Tell the cases that the bills were raised for, locked already, how much was paid of which."""
    for bill in bills:
        if bill.case_id is None or not settled.get(bill.pk):
            continue
        data = {"bill": bill.number, "amount": str(settled[bill.pk]), "how": dict(how)}
        happen(case=cases[bill.case_id], kind="bill.paid", at=at, by=by, data=data, for_resident=True)


def make_payment(
    project: Project, unit: Unit, owes: Liable, *, payer: str, by: User | None, at: datetime, **given: object
) -> Payment:
    """The row of money that was taken, in the name of whoever owes what it is for."""
    day = at.astimezone(project.tz).date()
    return Payment.objects.create(
        number=next_number(prefix=PREFIX, day=day),
        project=project,
        unit=unit,
        household_id=owes.household,
        person_id=owes.person,
        payer=(payer.strip() or _name_of(owes))[:LONGEST],
        at=at,
        day=day,
        by=by,
        **given,
    )


def _debtor_of(unit: Unit, bills: Sequence[Bill]) -> str:
    """The name that stands on the unit's bills, which were read with it; empty where there is none."""
    return next((bill.debtor.name for bill in bills if bill.unit_id == unit.pk and bill.debtor), "")


def _name_of(owes: Liable) -> str:
    if owes.person is None:
        return ""
    return Person.objects.values_list("name", flat=True).get(pk=owes.person)


def _book(
    payment: Payment, bills: Sequence[Bill], settled: Mapping[int, Decimal], rest: Decimal, *, at_door: bool
) -> None:
    under_way = at_door and payment.method == Method.CASH
    book = Book.DOOR if under_way else METHOD_BOOKS[payment.method]
    lines = [
        Line(debit=book, credit=Book.RECEIVABLE, amount=settled[bill.pk], unit=bill.unit_id, bill=bill.pk)
        for bill in bills
        if settled.get(bill.pk)
    ]
    if rest:
        kept = {"unit": payment.unit_id, "household": payment.household_id}
        lines.append(Line(debit=book, credit=Book.CREDIT, amount=rest, **kept))
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
