"""What households paid in advance (预存款): kept for them, and used for what they owe."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.settling import settled as collected
from billing.actions.paying import add_credit, lock_bills, lock_cases, lock_credit, settle, tell_cases
from billing.actions.posting import Line, post
from billing.models import Credit
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
    collected(locked, paid=settled, cases=cases, by=by, at=at)
    lines = [
        Line(debit=Book.CREDIT, credit=Book.RECEIVABLE, amount=part, unit=unit.pk, household=household, bill=pk)
        for pk, part in settled.items()
        if part
    ]
    day = at.astimezone(unit.project.tz).date()
    post(project=unit.project, kind=EntryKind.CREDIT_USED, day=day, lines=lines, by=by, at=at)
    audit(at=at, by=by, project=unit.project, action="credit.used", target=unit.number, data={"amount": str(used)})
    return used


def add_credits(project: int, amounts: Mapping[tuple[int, int | None], Decimal]) -> None:
    """Keep what households paid in advance, many at once: by the keys of unit and household, the units locked."""
    if not amounts:
        return
    rows = Credit.objects.select_for_update().filter(unit__in={unit for unit, _household in amounts}).order_by("pk")
    known = {(row.unit_id, row.household_id): row for row in rows}
    for key in amounts.keys() & known.keys():
        known[key].amount += amounts[key]
    Credit.objects.bulk_update(known.values(), ["amount"], batch_size=1000)
    Credit.objects.bulk_create(
        [
            Credit(unit_id=unit, household_id=household, project_id=project, amount=amount)
            for (unit, household), amount in amounts.items()
            if (unit, household) not in known
        ]
    )
