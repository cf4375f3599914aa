"""Using what a household paid in advance (预存款) for what it owes."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions.arrears.settling import settled as collected
from billing.actions.credit import add_credit, lock_credit
from billing.actions.paying import lock_bills, lock_cases, settle, tell_cases
from billing.actions.posting import Line, post
from billing.models import Bill
from billing.permissions import require_taker
from billing.queries.owed import credits_owing, open_bills
from billing.rules.allocation import allocate
from billing.rules.exact import NOTHING
from billing.states import Book, EntryKind
from core.errors import NotNow
from estate.models import Unit
from records.actions import audit

WORDS = {"zh": "预存款", "en": "what was paid in advance"}


@transaction.atomic
def use_credit(*, unit: Unit, household: int | None, by: User, at: datetime) -> Decimal:
    """Settle what a household owes for a unit from what it paid in advance, the oldest first; returns how much.

    Raises:
        NotAllowed: no cashier of the project.
        NotNow: it paid nothing in advance, or owes nothing.
    """
    require_taker(by, unit.project)
    owed = [bill for bill in open_bills(unit) if bill.household_id == household]
    used = _use(unit, household, owed, by=by, at=at)
    if not used:
        raise NotNow(_("There is nothing paid in advance to use, or nothing owed."))
    return used


def settle_overdue(project: Project, *, before: date, at: datetime) -> int:
    """Settle what was due before a day from what its household paid in advance, the oldest first; how many homes.

    Nobody is asked and nobody is told to pay what we hold already; the calendar did it, which acknowledges no debt.
    Each home is a transaction of its own. One whose bills somebody pays at that moment is left for the next pass.
    """
    homes = 0
    for credit in credits_owing(project, before):
        owed = [
            bill
            for bill in open_bills(credit.unit)
            if bill.household_id == credit.household_id and bill.due_on < before
        ]
        try:
            with transaction.atomic():
                homes += bool(_use(credit.unit, credit.household_id, owed, by=None, at=at))
        except NotNow:
            continue
    return homes


def _use(unit: Unit, household: int | None, owed: Sequence[Bill], *, by: User | None, at: datetime) -> Decimal:
    """Settle bills of a home, the oldest first, from what its household paid in advance; returns how much, maybe none.

    Within the caller's transaction. Raises `NotNow` where one of them is owed no longer.
    """
    cases = lock_cases(owed)
    locked = lock_bills(unit, owed)
    credit = lock_credit(unit, household)
    if not credit or not locked:
        return NOTHING
    settled, rest = allocate(credit, [(bill.pk, bill.outstanding) for bill in locked])
    used = credit - rest
    settle(locked, settled)
    add_credit(unit, household, -used)
    tell_cases(cases, locked, settled, WORDS, by=by, at=at)
    collected(locked, paid=settled, cases=cases, by_debtor=False, by=by, at=at)
    lines = [
        Line(debit=Book.CREDIT, credit=Book.RECEIVABLE, amount=part, unit=unit.pk, household=household, bill=pk)
        for pk, part in settled.items()
        if part
    ]
    day = at.astimezone(unit.project.tz).date()
    post(project=unit.project, kind=EntryKind.CREDIT_USED, day=day, lines=lines, by=by, at=at)
    told = {"amount": str(used), **({} if by is not None else {"because": "overdue"})}
    audit(at=at, by=by, project=unit.project, action="credit.used", target=unit.number, data=told)
    return used
