"""What the ledger says: balances as of a day, the trial balance, the proof that bills and receipts agree with it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Right

from accounts.models import Project
from billing.models import (
    Account,
    ArrearsBill,
    Bill,
    ClosedMonth,
    Credit,
    Deposit,
    DoorVisit,
    HandIn,
    OfficeCost,
    OnlineRefund,
    PaymentLine,
    Posting,
    PreparedReceipt,
    Receipt,
    ReceiptSeries,
)
from billing.queries.differing import Differing, differing_bills, differing_receipts, of_payments
from billing.queries.sums import MoneySum
from billing.rules.exact import NOTHING
from billing.rules.numbers import format_number
from billing.states import TAKING_BOOKS, Book, DoorState, EntryKind, Method, OfficeState, Proven, Series, Side
from estate.models import Household, Unit

DIGITS = 6


def is_closed(project: Project, day: date) -> bool:
    """Say whether the month of a day is closed in the project's ledger."""
    return ClosedMonth.objects.filter(project=project, month=day.replace(day=1)).exists()


def balance(
    account: str,
    project: Project,
    *,
    as_of: date | None = None,
    unit: Unit | None = None,
    household: Household | None = None,
) -> Decimal:
    """What an account holds at the end of a day, in yuan, positive on the side where it grows.

    `account` is its code; `household` has what was paid in advance. Raises `Account.DoesNotExist`.
    """
    side = Account.objects.values_list("side", flat=True).get(code=account)
    rows = Posting.objects.filter(Q(debit=account) | Q(credit=account), project=project)
    if as_of is not None:
        rows = rows.filter(day__lte=as_of)
    if unit is not None:
        rows = rows.filter(unit=unit)
    if household is not None:
        rows = rows.filter(household=household)
    moved = rows.aggregate(
        into=MoneySum("amount", filter=Q(debit=account), default=NOTHING),
        out_of=MoneySum("amount", filter=Q(credit=account), default=NOTHING),
    )
    return _grown(side, moved["into"], moved["out_of"])


def _grown(side: str, debited: Decimal, credited: Decimal) -> Decimal:
    return debited - credited if side in (Side.ASSET, Side.EXPENSE) else credited - debited


@dataclass(frozen=True)
class Standing:
    """An account in a trial balance: what was debited and credited up to the day, and what it holds."""

    code: str
    name: str
    side: str
    debited: Decimal
    credited: Decimal

    @property
    def balance(self) -> Decimal:
        """What it holds, positive on the side where it grows."""
        return _grown(self.side, self.debited, self.credited)


def trial_balance(project: Project, as_of: date | None = None) -> list[Standing]:
    """Every account of a project at the end of a day, or as it stands, by code; debits and credits come to the same."""
    into: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    out_of: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    rows = Posting.objects.filter(project=project).order_by()
    if as_of is not None:
        rows = rows.filter(day__lte=as_of)
    for debit, credit, amount in rows.values_list("debit", "credit").annotate(MoneySum("amount")):
        into[debit] += amount
        out_of[credit] += amount
    return [
        Standing(account.code, account.name, account.side, into[account.pk], out_of[account.pk])
        for account in Account.objects.all()
    ]


@dataclass(frozen=True)
class Check:
    """One thing that must agree with the ledger: what it is, what stands there, and what the ledger says.

    In yuan; of a series of numbers, how many are accounted for and how many were drawn. `name`: the number of the bill,
    room, receipt or deposit, the last of a series, or the way of paying; empty for the other sums.
    """

    about: Proven
    stands: Decimal
    ledger: Decimal
    name: str = ""

    @property
    def what(self) -> str:
        """What it is, in words or by its number."""
        if self.about == Proven.METHOD:
            return str(Method(self.name).label)
        return self.name or str(self.about.label)

    @property
    def holds(self) -> bool:
        """Say whether both are the same to the cent."""
        return self.stands == self.ledger


def proof(project: Project) -> list[Check]:
    """Prove what is owed, held, under way and to be paid against the ledger: sums first, then what differs.

    A proof whose checks all hold is that of books in order.
    """
    books = {row.code: row.balance for row in trial_balance(project)}
    stands = Bill.objects.filter(project=project).aggregate(
        owed=MoneySum("outstanding", default=NOTHING), waived=MoneySum("waived", default=NOTHING)
    )
    kept = Credit.objects.filter(project=project).aggregate(sum=MoneySum("amount", default=NOTHING))["sum"]
    bills = differing_bills(project)
    return [
        Check(Proven.RECEIVABLE, stands["owed"], books[Book.RECEIVABLE]),
        Check(Proven.CREDIT, kept, books[Book.CREDIT]),
        *_differing(Proven.BILL, bills, 0),
        Check(Proven.WAIVED, stands["waived"], books[Book.WAIVED]),
        *_differing(Proven.BILL_WAIVED, bills, 1),
        *_credits(project),
        *_receipts(project),
        *_differing(Proven.RECEIPT, differing_receipts(project), 0),
        *_lines(project),
        Check(Proven.DEPOSITS, _held(project), books[Book.DEPOSIT]),
        *_deposits(project),
        *_door(project, books),
        Check(Proven.REFUNDING, _to_be_given_back(project), books[Book.REFUNDING]),
        *_numbers(project),
        *_receipt_numbers(project),
        *_office_costs(project, books),
        _collected(project),
    ]


def _differing(about: Proven, found: Iterable[Differing], nth: int) -> Iterator[Check]:
    """A check of each thing of which the nth sum is another one."""
    for one in found:
        stands, ledger = one.sums[nth]
        if stands != ledger:
            yield Check(about, stands, ledger, one.number)


def _moved(project: Project, account: str, key: str) -> dict[int, Decimal]:
    """Debits less credits of an account, by bill or payment."""
    rows = Posting.objects.filter(project=project, **{f"{key}__isnull": False})
    return defaultdict(lambda: NOTHING, {pk: amount for (pk,), amount in _sums(rows, account, key).items()})


def _sums(rows: QuerySet[Posting], account: str, *keys: str) -> dict[tuple[Any, ...], Decimal]:
    """Debits less credits of an account in some postings, by the keys named."""
    found: dict[tuple[Any, ...], Decimal] = defaultdict(lambda: NOTHING)
    for field, sign in (("debit", 1), ("credit", -1)):
        for *key, amount in rows.order_by().filter(**{field: account}).values_list(*keys).annotate(MoneySum("amount")):
            found[tuple(key)] += sign * amount
    return found


def _collected(project: Project) -> Check:
    """What bills say is collected, as the ladder adds it up, is what the cases that go on collect of them.

    What says that it is collected in another case than its own counts for neither.
    """
    elsewhere = ArrearsBill.objects.filter(bill=OuterRef("pk"), ended_at=None).exclude(arrears=OuterRef("collected_in"))
    bills = Bill.objects.filter(~Exists(elsewhere), project=project, collected_in__isnull=False)
    owed = bills.aggregate(sum=MoneySum("outstanding", default=NOTHING))
    links = ArrearsBill.objects.filter(bill__project=project, ended_at=None, arrears__ended_at=None)
    collecting = links.aggregate(sum=MoneySum("bill__outstanding", default=NOTHING))
    return Check(Proven.COLLECTED, owed["sum"], collecting["sum"])


def _credits(project: Project) -> list[Check]:
    """Per household: what it has paid in advance is what the ledger holds for it. Only those that differ."""
    ledger = _sums(Posting.objects.filter(project=project), Book.CREDIT, "unit", "household")
    rows = Credit.objects.filter(project=project).values_list("unit_id", "household_id", "amount")
    kept = {(unit, household): amount for unit, household, amount in rows}
    differing = [key for key in {*kept, *ledger} if kept.get(key, NOTHING) != -ledger.get(key, NOTHING)]
    names = dict(Unit.objects.filter(pk__in=[unit for unit, _household in differing]).values_list("pk", "number"))
    return [
        Check(Proven.UNIT, kept.get(key, NOTHING), -ledger.get(key, NOTHING), names.get(key[0], "—"))
        for key in differing
    ]


def _receipts(project: Project) -> list[Check]:
    """Per way of paying: the receipts that stand are what was booked as paid, less what was reversed.

    Cash from the door is cash, whether it was handed in or not.
    """
    standing = Receipt.objects.filter(payment__project=project, reversed_at=None).order_by()
    by_method = dict(standing.values_list("payment__method").annotate(MoneySum("payment__amount")))
    booked: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    moved = of_payments(project).values_list("entry__kind", "debit", "credit").annotate(MoneySum("amount"))
    for kind, debit, credit, amount in moved:
        if kind == EntryKind.REVERSED:
            booked[credit] -= amount
        else:
            booked[debit] += amount
    return [
        Check(
            Proven.METHOD,
            by_method.get(method, NOTHING),
            sum((booked[book] for book in books), NOTHING),
            method,
        )
        for method, books in _books_by_method().items()
    ]


def _books_by_method() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for book, method in TAKING_BOOKS.items():
        found[method].append(book)
    return found


def _lines(project: Project) -> list[Check]:
    """What payments say they settled on bills is what the ledger took off the receivables for them."""
    lines = PaymentLine.objects.filter(payment__project=project)
    settled = lines.aggregate(sum=MoneySum("amount", default=NOTHING))["sum"]
    rows = Posting.objects.filter(project=project, entry__kind=EntryKind.PAID, credit=Book.RECEIVABLE)
    return [Check(Proven.LINES, settled, rows.aggregate(sum=MoneySum("amount", default=NOTHING))["sum"])]


def _held(project: Project) -> Decimal:
    rows = Deposit.objects.filter(project=project)
    return Decimal(rows.aggregate(sum=MoneySum("held", default=NOTHING))["sum"])


def _deposits(project: Project) -> list[Check]:
    """Per deposit: what is held is what the ledger holds of its payment. Only those that differ."""
    ledger = _moved(project, Book.DEPOSIT, "entry__payment")
    held = Deposit.objects.filter(project=project).values_list("payment_id", "number", "held")
    checks = [Check(Proven.DEPOSIT, amount, -ledger[pk], number) for pk, number, amount in held.iterator()]
    return [check for check in checks if not check.holds]


def _door(project: Project, books: Mapping[str, Decimal]) -> list[Check]:
    """Cash that was taken at the door is under way until it is handed in, and what was handed in was booked."""
    owing = DoorVisit.objects.owing_cash().filter(project=project)
    out = owing.aggregate(sum=MoneySum("payment__amount", default=NOTHING))["sum"]
    given = HandIn.objects.filter(project=project).aggregate(sum=MoneySum("recorded", default=NOTHING))["sum"]
    moved = Posting.objects.filter(project=project, entry__kind=EntryKind.HANDED_IN, debit=Book.CASH, credit=Book.DOOR)
    return [
        Check(Proven.DOOR, out, books[Book.DOOR]),
        Check(Proven.HANDED_IN, given, moved.aggregate(sum=MoneySum("amount", default=NOTHING))["sum"]),
    ]


def _to_be_given_back(project: Project) -> Decimal:
    """What providers are asked to give back and have neither given back nor refused."""
    rows = OnlineRefund.objects.filter(project=project, ended_at=None)
    return Decimal(rows.aggregate(sum=MoneySum("amount", default=NOTHING))["sum"])


def _numbers(project: Project) -> list[Check]:
    """Per year: each number drawn for the door is a receipt's, or void, or on a paper that somebody carries now."""
    drawn = ReceiptSeries.objects.filter(project=project, kind=Series.DOOR).order_by("year")
    papers = PreparedReceipt.objects.filter(series__in=drawn, nth__range=(1, F("series__last"))).filter(
        Q(used_payment__receipt__number=F("number"))
        | Q(voided_at__isnull=False)
        | Q(used_payment=None, visit__state=DoorState.PREPARED)
    )
    known = dict(papers.order_by().values_list("series").annotate(Count("pk")))
    return [
        Check(
            Proven.NUMBERS,
            Decimal(known.get(one.pk, 0)),
            Decimal(one.last),
            format_number(project.code, one.year, one.last, door=True),
        )
        for one in drawn
    ]


def _receipt_numbers(project: Project) -> list[Check]:
    """Per year: each number drawn at the counter is a receipt's, reversed or not."""
    drawn = list(ReceiptSeries.objects.filter(project=project, kind=Series.DESK).order_by("year"))
    if not drawn:
        return []
    counter = Receipt.objects.filter(payment__project=project, payment__prepared=None).order_by()
    known: dict[int, int] = dict(
        counter.annotate(end=Right("number", DIGITS))
        .filter(reduce(or_, (_numbered(one) for one in drawn)))
        .values_list("payment__day__year")
        .annotate(Count("pk"))
    )
    return [
        Check(
            Proven.RECEIPT_NUMBERS,
            Decimal(known.get(one.year, 0)),
            Decimal(one.last),
            format_number(project.code, one.year, one.last),
        )
        for one in drawn
    ]


def _numbered(series: ReceiptSeries) -> Q:
    """Receipts of a series whose numbers were drawn; whose end alone is looked at, for a project may be renamed."""
    of_year = Q(payment__day__year=series.year)
    # Numbers with a digit more begin anew at the end.
    return of_year & Q(end__range=("000001", f"{series.last:06d}")) if series.last < 10**DIGITS else of_year


def _office_costs(project: Project, books: Mapping[str, Decimal]) -> list[Check]:
    """What was approved and is not paid is what the ledger holds as payable; each cost that differs after the sums."""
    costs = OfficeCost.objects.filter(project=project)
    unpaid = dict(costs.in_state(OfficeState.APPROVED).values_list("pk", "amount"))
    borne = costs.filter(booking__isnull=False, reversal=None).aggregate(sum=MoneySum("amount", default=NOTHING))["sum"]
    rows = Posting.objects.filter(project=project).annotate(
        cost=Coalesce(
            "entry__office_booking__cost",
            "entry__office_payment__cost",
            "entry__office_unbooked__cost",
            "entry__office_unpaid__cost",
        )
    )
    ledger = {pk: -amount for (pk,), amount in _sums(rows.exclude(cost=None), Book.PAYABLE, "cost").items()}
    differing = [pk for pk in {*unpaid, *ledger} if unpaid.get(pk, NOTHING) != ledger.get(pk, NOTHING)]
    numbers = dict(costs.filter(pk__in=differing).values_list("pk", "number"))
    return [
        Check(Proven.PAYABLE, sum(unpaid.values(), NOTHING), books[Book.PAYABLE]),
        Check(Proven.OFFICE_COSTS, borne, books[Book.OFFICE]),
        *(
            Check(Proven.OFFICE, unpaid.get(pk, NOTHING), ledger.get(pk, NOTHING), numbers.get(pk, "—"))
            for pk in differing
        ),
    ]
