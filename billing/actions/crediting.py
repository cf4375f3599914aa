"""Using what a household paid in advance (预存款) for what it owes."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.settling import settled as collected
from billing.actions.credit import add_credit, lock_credit
from billing.actions.paying import lock_bills, lock_cases, settle, tell_cases
from billing.actions.posting import Line, post
from billing.permissions import require_taker
from billing.queries.owed import open_bills
from billing.rules.allocation import allocate
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
    cases = lock_cases(owed)
    locked = lock_bills(unit, owed)
    credit = lock_credit(unit, household)
    if not credit or not locked:
        raise NotNow(_("There is nothing paid in advance to use, or nothing owed."))
    settled, rest = allocate(credit, [(bill.pk, bill.outstanding) for bill in locked])
    settle(locked, settled)
    used = credit - rest
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
    audit(at=at, by=by, project=unit.project, action="credit.used", target=unit.number, data={"amount": str(used)})
    return used
