"""Charging something once."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions.posting import Line, post
from billing.models import Bill, BillLine, ChargeItem
from billing.queries.owed import liable_in, owner_liable
from billing.rules.exact import LARGEST
from billing.states import Book, EntryKind
from cases.actions import next_number
from cases.models import Case
from core.errors import Invalid
from core.money import require_cents
from estate.models import Household, Unit

PREFIX = "ZD"
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
    owes = liable_in(household) if household is not None else owner_liable(unit)
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
