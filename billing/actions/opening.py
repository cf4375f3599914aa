"""Taking over what was owed and paid in a former system (期初余额), and taking that back.

What is still owed becomes a bill of that amount, booked from the account of opening balances: it was income in the
former system and is none of ours. What was paid there becomes a bill of which nothing is owed and that books nothing:
it says that the days are billed, so that no run bills them again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import Project, User
from billing.actions.cancelling import require_as_asked
from billing.actions.charging import PREFIX
from billing.actions.paying import lock_cases, lock_units
from billing.actions.posting import Line, post
from billing.actions.voiding import take_back
from billing.models import Bill, BillLine, ChargeItem, Posting
from billing.queries.owed import Liable, liable_for
from billing.rules.periods import Period
from billing.states import Book, EntryKind
from cases.actions import next_numbers
from estate.models import Unit, Vehicle
from records.actions import audit
from records.models import Approval

BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a unit owed for a charge and a time, and what of it was paid in the former system, in yuan.

    `vehicle`: for which vehicle, with the space on which it stands. `words`: what else the former system knew.
    """

    unit: Unit
    item: ChargeItem
    period: Period
    due_on: date
    due: Decimal
    paid: Decimal
    vehicle: Vehicle | None = None
    words: str = ""

    @property
    def owed(self) -> Decimal:
        """What is still owed."""
        return max(self.due - self.paid, Decimal(0))

    @property
    def amount(self) -> Decimal:
        """What its bill comes to: what is still owed, or what was paid where nothing is."""
        return self.owed or self.due or self.paid


def take_over(
    openings: Sequence[Opening],
    *,
    project: Project,
    by: User | None,
    at: datetime,
    text: str,
    between: Callable[[], None] = lambda: None,
) -> None:
    """Write the bills and book what is owed, in the transaction of an import that has locked the project.

    The owner of now is liable. Whoever may take a register over may do this. `between` is called before each batch.
    Raises `NotNow` where the month of `at` is closed.
    """
    rest = iter(openings)
    while batch := list(islice(rest, BATCH)):
        between()
        _write(batch, project, by, at, text)
    said = {"count": len(openings), "total": str(sum((one.owed for one in openings), Decimal(0)))}
    audit(at=at, by=by, project=project, action="opening.taken_over", target=text, data=said)


def _write(batch: Sequence[Opening], project: Project, by: User | None, at: datetime, text: str) -> None:
    owes = liable_for({one.unit.pk for one in batch})
    day = at.astimezone(project.tz).date()
    numbers = next_numbers(prefix=PREFIX, day=day, count=len(batch))
    new = [
        _bill(project, one, owes.get(one.unit.pk, Liable()), number, at)
        for one, number in zip(batch, numbers, strict=True)
    ]
    bills = Bill.objects.bulk_create(new, batch_size=BATCH)
    BillLine.objects.bulk_create([_line(bill, one) for bill, one in zip(bills, batch, strict=True)])
    owed = [
        Line(debit=Book.RECEIVABLE, credit=Book.OPENING, amount=bill.outstanding, unit=bill.unit_id, bill=bill.pk)
        for bill in bills
        if bill.outstanding
    ]
    if owed:
        post(project=project, kind=EntryKind.OPENING, day=day, lines=owed, by=by, at=at, text=text)


def _bill(project: Project, one: Opening, owes: Liable, number: str, at: datetime) -> Bill:
    return Bill(
        number=number,
        project=project,
        unit=one.unit,
        household_id=owes.household,
        debtor_id=owes.person,
        item=one.item,
        vehicle=one.vehicle,
        space_id=one.vehicle.space_id if one.vehicle else None,
        words=one.vehicle.plate if one.vehicle else "",
        period_start=one.period.start,
        period_end=one.period.end,
        amount=one.amount,
        outstanding=one.owed,
        due_on=one.due_on,
        issued_at=at,
    )


def _line(bill: Bill, one: Opening) -> BillLine:
    return BillLine(
        bill=bill,
        period_start=one.period.start,
        period_end=one.period.end,
        quantity=1,
        unit_price=one.amount,
        amount=one.amount,
        words=" · ".join(filter(None, (bill.words, f"{one.due:.2f} − {one.paid:.2f}", one.words)))[:300],
    )


def taken_over(project: Project, at: datetime) -> QuerySet[Bill]:
    """The standing bills that an import took over at a moment."""
    return Bill.objects.opening().standing().filter(project=project, issued_at=at)


def to_give_up(project: Project, at: datetime) -> QuerySet[Bill]:
    """Of what an import took over, what `give_up` makes void: of which nothing was paid or waived, or ever owed."""
    booked = Exists(Posting.objects.filter(bill=OuterRef("pk")))
    return taken_over(project, at).filter(Q(outstanding=F("amount")) | ~booked)


def give_up(
    *,
    project: Project,
    taken_over_at: datetime,
    reason: str,
    by: User | None,
    at: datetime,
    approval: Approval | None = None,
) -> tuple[list[Bill], list[Bill]]:
    """Make void what was taken over at a moment, in the transaction of whoever takes the import back.

    Returns what is void now, and what stays because something was paid or waived of it since. Raises `NotNow` where
    others would become void than the question was about that a second person approves.
    """
    rows = taken_over(project, taken_over_at)
    lock_cases(list(rows))
    lock_units(list(rows.order_by().values_list("unit", flat=True).distinct()))
    bills = list(rows.select_for_update(of=("self",)).select_related("project").order_by("pk"))
    if approval is not None:
        require_as_asked(approval, to_give_up(project, taken_over_at))
    untouched = [bill for bill in bills if bill.outstanding == bill.amount]
    booked = set(rows.filter(postings__isnull=False).values_list("pk", flat=True))
    marks = [bill for bill in bills if bill.pk not in booked]
    for part in _parts(untouched):
        take_back(part, reason=reason, by=by, at=at)
    for bill in marks:
        bill.voided_at, bill.voided_reason, bill.version = at, reason, bill.version + 1
    Bill.objects.bulk_update(marks, ["voided_at", "voided_reason", "version"], batch_size=BATCH)
    gone = {bill.pk for bill in (*untouched, *marks)}
    return [bill for bill in bills if bill.pk in gone], [bill for bill in bills if bill.pk not in gone]


def _parts(bills: Sequence[Bill]) -> Iterator[Sequence[Bill]]:
    for start in range(0, len(bills), BATCH):
        yield bills[start : start + BATCH]
