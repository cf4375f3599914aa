"""New bills written and booked, many at once: settled from what was paid in advance as far as that goes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from accounts.models import Project, User
from billing.actions.posting import Line, post
from billing.models import Bill, BillingRun, Credit
from billing.rules.allocation import allocate
from billing.states import Book, EntryKind

AT_ONCE = 2000


def raise_new(
    bills: Sequence[Bill],
    *,
    project: Project,
    books: Mapping[int, str],
    by: User,
    day: date,
    at: datetime,
    run: BillingRun | None = None,
    text: str = "",
) -> list[Bill]:
    """Write unsaved bills of a project and book them; as many statements for one as for thousands.

    `books`: the account that each charge item's bills are credited to. The caller wraps it in a transaction and keeps
    others from billing the same.
    """
    units = {bill.unit_id for bill in bills}
    rows = Credit.objects.select_for_update().filter(unit__in=units, amount__gt=0).order_by("pk")
    used = _use_credits(bills, {(credit.unit_id, credit.household_id): credit for credit in rows})
    written = Bill.objects.bulk_create(bills, batch_size=AT_ONCE)
    _book(written, used, project=project, books=books, by=by, day=day, at=at, run=run, text=text)
    return written


def _use_credits(bills: Sequence[Bill], credits: dict[tuple[int, int | None], Credit]) -> dict[str, Decimal]:
    """Settle new bills from what their households paid in advance; how much of each, by its number."""
    used: dict[str, Decimal] = {}
    for bill in bills:
        credit = credits.get((bill.unit_id, bill.household_id))
        if credit is None or not credit.amount:
            continue
        settled, credit.amount = allocate(credit.amount, [(bill.number, bill.outstanding)])
        bill.outstanding -= settled[bill.number]
        used |= settled
    Credit.objects.bulk_update(credits.values(), ["amount"])
    return used


def _book(
    bills: Sequence[Bill],
    used: dict[str, Decimal],
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
        Line(debit=Book.RECEIVABLE, credit=books[bill.item_id], amount=bill.amount, unit=bill.unit_id, bill=bill.pk)
        for bill in bills
    ]
    settled = [
        Line(
            debit=Book.CREDIT,
            credit=Book.RECEIVABLE,
            amount=used[bill.number],
            unit=bill.unit_id,
            household=bill.household_id,
            bill=bill.pk,
        )
        for bill in bills
        if used.get(bill.number)
    ]
    for kind, lines in ((EntryKind.BILLED, billed), (EntryKind.CREDIT_USED, settled)):
        if lines:
            post(project=project, kind=kind, day=day, lines=lines, by=by, at=at, run=run, text=text)
