"""The one writer of the ledger: entries of balanced transfers, and their reversal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.models import BillingRun, ClosedMonth, Entry, Payment, Posting
from billing.permissions import require_closer
from billing.queries.ledger import is_closed
from billing.states import EntryKind
from core.errors import Invalid, NotNow
from core.money import to_cents
from core.words import LONGEST_REASON, reason_of
from records.bulk import insert

POSTED = (
    "entry_id",
    "project_id",
    "day",
    "debit_id",
    "credit_id",
    "amount",
    "unit_id",
    "household_id",
    "bill_id",
    "reverses_id",
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A transfer of `amount` yuan from the account `credit` to the account `debit`, both by their codes.

    `unit`, `household` and `bill` are keys: which home, whose it is that is paid in advance, and which bill it
    concerns. `reverses`: the transfer taken back.
    """

    debit: str
    credit: str
    amount: Decimal
    unit: int | None = None
    household: int | None = None
    bill: int | None = None
    reverses: int | None = None


def post(
    *,
    project: Project,
    kind: EntryKind,
    day: date,
    lines: Sequence[Line],
    by: User | None,
    at: datetime,
    text: str = "",
    run: BillingRun | None = None,
    payment: Payment | None = None,
    reverses: Entry | None = None,
) -> Entry:
    """Book one entry with its transfers on a local day of the project; three statements, whatever their number.

    In the transaction of the deed that it books, which is whole or not at all.

    Raises:
        Invalid: nothing to book, an amount that is not a positive number of cents, an account booked against itself.
        NotNow: the month of that day is closed.
    """
    _check(lines)
    if is_closed(project, day):
        raise NotNow(
            _("%(month)s is closed: nothing is booked into it any more. Book it on a day that is still open.")
            % {"month": date_format(day, "YEAR_MONTH_FORMAT")},
            code="month_closed",
        )
    entry = Entry.objects.create(
        project=project,
        kind=kind,
        at=at,
        day=day,
        by=by,
        text=text[:LONGEST_REASON],
        run=run,
        payment=payment,
        reverses=reverses,
    )
    of = (entry.pk, project.pk, day)
    insert(
        Posting,
        POSTED,
        [
            (*of, line.debit, line.credit, line.amount, line.unit, line.household, line.bill, line.reverses)
            for line in lines
        ],
    )
    return entry


def _check(lines: Sequence[Line]) -> None:
    if not lines:
        raise Invalid(_("There is nothing to book."))
    for line in lines:
        if line.amount <= 0 or line.amount != to_cents(line.amount):
            raise Invalid(_("An amount that is booked is a positive number of cents."))
        if line.debit == line.credit:
            raise Invalid(_("An account is not booked against itself."))


@transaction.atomic
def reverse(
    *, entry: Entry, by: User | None, at: datetime, reason: str, moved: Mapping[str, str] | None = None
) -> Entry:
    """Take an entry back by one that moves the same amounts the other way, on the local day of `at`.

    What stood is left standing. The caller puts right what the entry had changed on bills and credit. `moved`: where
    what was booked to an account has gone since, by their codes; it comes back from there.

    Raises:
        Invalid: no reason is given.
        NotNow: it was taken back already, all of it or a part, or is a reversal itself; or the month of `at` is closed.
    """
    reason = reason_of(reason)
    if entry.reverses_id is not None:
        raise NotNow(_("A reversal is not reversed. Book it anew instead."))
    postings = list(entry.postings.order_by("pk"))
    if Posting.objects.filter(reverses__in=postings).exists():
        raise NotNow(_("This was reversed already."), code="reversed")
    return post(
        project=entry.project,
        kind=EntryKind.REVERSED,
        day=at.astimezone(entry.project.tz).date(),
        lines=mirrored(postings, moved),
        by=by,
        at=at,
        text=reason,
        payment=entry.payment,
        reverses=entry,
    )


def mirrored(postings: Iterable[Posting], moved: Mapping[str, str] | None = None) -> list[Line]:
    """The transfers the other way, each naming the one that it takes back, out of where the money was moved since."""
    gone = moved or {}
    return [
        Line(
            debit=posting.credit_id,
            credit=gone.get(posting.debit_id, posting.debit_id),
            amount=posting.amount,
            unit=posting.unit_id,
            household=posting.household_id,
            bill=posting.bill_id,
            reverses=posting.pk,
        )
        for posting in postings
    ]


@transaction.atomic
def close_month(*, project: Project, month: date, by: User, at: datetime) -> ClosedMonth:
    """Close a month that is over: nothing is booked into it any more.

    Raises:
        NotAllowed: not a supervisor or the general manager of the project.
        NotNow: the month is not over, or closed already.
    """
    require_closer(by, project)
    first = month.replace(day=1)
    if at.astimezone(project.tz).date().replace(day=1) <= first:
        raise NotNow(_("This month is not over yet."))
    closed, made = ClosedMonth.objects.get_or_create(
        project=project, month=first, defaults={"closed_at": at, "closed_by": by}
    )
    if not made:
        raise NotNow(_("This month is closed already."))
    return closed
