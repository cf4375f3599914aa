"""New bills written and booked, many at once: settled from what was paid in advance as far as that goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter

from accounts.models import Project, User
from billing.actions.posting import Line, post
from billing.models import Bill, BillingRun, Credit
from billing.queries.owed import owed_before
from billing.rules.allocation import allocate
from billing.rules.exact import NOTHING
from billing.states import Book, EntryKind
from records.bulk import insert, new_keys


@dataclass(slots=True, kw_only=True)
class NewBill:
    """A bill that is not written yet, by the names of its columns; of many thousands a model's object costs too much.

    `id` and `outstanding` are known once it is raised.
    """

    number: str
    unit_id: int
    household_id: int | None
    debtor_id: int | None
    item_id: int
    period_start: date | None
    period_end: date | None
    amount: Decimal
    tariff_id: int | None = None
    charge_id: int | None = None
    vehicle_id: int | None = None
    space_id: int | None = None
    words: str = ""
    outstanding: Decimal = Decimal(0)
    id: int = 0


OWN = tuple(field.name for field in fields(NewBill))
# What all of them have alike.
ALIKE = ("project_id", "run_id", "due_on", "issued_at")
_row_of = attrgetter(*OWN)


def raise_new(
    bills: Sequence[NewBill],
    *,
    project: Project,
    books: Mapping[int, str],
    due_on: date,
    by: User,
    day: date,
    at: datetime,
    run: BillingRun | None = None,
    text: str = "",
) -> None:
    """Write new bills of a project and book them, as many statements for one as for thousands; each is told its key.

    `books`: the account that each charge item's bills are credited to. The caller wraps it in a transaction and keeps
    others from billing the same.
    """
    for bill, key in zip(bills, new_keys(Bill, len(bills)), strict=True):
        bill.id, bill.outstanding = key, bill.amount
    used = _use_credits(bills, project)
    alike = (project.pk, run.pk if run else None, due_on, at)
    insert(Bill, (*OWN, *ALIKE), [_row_of(bill) + alike for bill in bills])
    _book(bills, used, project=project, books=books, by=by, day=day, at=at, run=run, text=text)


def _use_credits(bills: Sequence[NewBill], project: Project) -> dict[str, Decimal]:
    """Settle new bills from what their households paid in advance; how much of each, by its number.

    What older bills of a home still need is left for those.
    """
    units, kept = {bill.unit_id for bill in bills}, Credit.objects.filter(project=project, amount__gt=0)
    wanted = [pk for pk, unit in kept.values_list("pk", "unit_id") if unit in units]
    if not wanted:
        return {}
    rows = Credit.objects.select_for_update().filter(pk__in=wanted, amount__gt=0).order_by("pk")
    credits = {(credit.unit_id, credit.household_id): credit for credit in rows}
    older = owed_before({unit for unit, _household in credits})
    used: dict[str, Decimal] = {}
    for bill in bills:
        home = (bill.unit_id, bill.household_id)
        credit = credits.get(home)
        spare = credit.amount - older.get(home, NOTHING) if credit is not None else NOTHING
        if credit is None or spare <= 0:
            continue
        settled, _rest = allocate(spare, [(bill.number, bill.outstanding)])
        credit.amount -= settled[bill.number]
        bill.outstanding -= settled[bill.number]
        used |= settled
    Credit.objects.bulk_update(credits.values(), ["amount"])
    return used


def _book(
    bills: Sequence[NewBill],
    used: Mapping[str, Decimal],
    *,
    project: Project,
    books: Mapping[int, str],
    by: User,
    day: date,
    at: datetime,
    run: BillingRun | None,
    text: str,
) -> None:
    billed = [
        Line(debit=Book.RECEIVABLE, credit=books[bill.item_id], amount=bill.amount, unit=bill.unit_id, bill=bill.id)
        for bill in bills
    ]
    settled = [
        Line(
            debit=Book.CREDIT,
            credit=Book.RECEIVABLE,
            amount=used[bill.number],
            unit=bill.unit_id,
            household=bill.household_id,
            bill=bill.id,
        )
        for bill in bills
        if used.get(bill.number)
    ]
    for kind, lines in ((EntryKind.BILLED, billed), (EntryKind.CREDIT_USED, settled)):
        if lines:
            post(project=project, kind=kind, day=day, lines=lines, by=by, at=at, run=run, text=text)
