"""What moved through whose till on which day, what was closed of it, and who has not closed yet.

Money belongs to the till of whoever took it or gave it back; a refund to that of whoever asked for it and pays it out.
An office cost leaves the till of whoever paid it; taken back, it comes into that of whoever asked to take it back, and
so does a refund, or what was given back of a deposit.
A receipt taken back on its own day leaves the till of whoever took it, even where a supervisor does it for them. What
was paid online is in nobody's till, taken back or not: nobody has it in hand to count. What was collected at the door
is in nobody's either: its cash comes into the till of whoever receives it when it is handed in, the rest is compared
there. Such cash that is given back afterwards leaves the till of whoever gives it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Case, F, IntegerField, Q, QuerySet, When

from accounts.models import Project, User
from billing.models import DayClose, DayCloseLine, HandIn, Payment, Posting, Receipt
from billing.queries.sums import MoneySum
from billing.rules.exact import NOTHING
from billing.states import METHOD_BOOKS, Book, EntryKind, Method

METHOD_OF = {book: method for method, book in METHOD_BOOKS.items()}
SHOWN = 300
# So many days back somebody is reminded of a day that they did not close.
BACK = 62
# What became of a deposit names its payment too; taken back, it is in the till of whoever asked.
_OF_A_RECEIPT = Q(entry__reverses__kind__in=(EntryKind.PAID, EntryKind.DEPOSIT_TAKEN))
_SAME_DAY_REVERSAL = _OF_A_RECEIPT & Q(entry__kind=EntryKind.REVERSED, entry__payment__day=F("day"))
_AT_DOOR = Q(entry__payment__door_visit__isnull=False)
_NOBODYS = Q(entry__payment__isnull=False, entry__payment__by=None) | _AT_DOOR
_GIVEN_BACK = _AT_DOOR & Q(entry__kind=EntryKind.REVERSED, credit=Book.CASH)
_TILL = Case(
    When(_GIVEN_BACK, then=F("entry__by_id")),
    When(_NOBODYS, then=None),
    When(_SAME_DAY_REVERSAL, then=F("entry__payment__by_id")),
    When(entry__kind=EntryKind.REFUNDED, then=F("entry__refund__asked_by_id")),
    default=F("entry__by_id"),
    output_field=IntegerField(),
)
Moved = dict[str, Decimal]


def standing_close(project: Project, cashier: int, day: date) -> DayClose | None:
    """The close of somebody's day in a project; None while it is open, or open again."""
    return DayClose.objects.standing().of(project, cashier, day).select_related("cashier").first()


def is_day_closed(payment: Payment) -> bool:
    """Say whether the cashier who took a payment has closed the day on which it was taken; no till, no close."""
    if hasattr(payment, "door_visit"):
        return False
    return payment.by_id is not None and standing_close(payment.project, payment.by_id, payment.day) is not None


def movements(
    project: Project, first: date, last: date, *, cashier: int | None = None
) -> dict[tuple[date, int], Moved]:
    """What came in less what went out, in yuan, by day and person, then by way of paying: two statements."""
    found: dict[tuple[date, int], Moved] = defaultdict(dict)
    rows = Posting.objects.filter(project=project, day__range=(first, last)).annotate(till=_TILL).exclude(till=None)
    if cashier is not None:
        rows = rows.filter(till=cashier)
    for side, sign in (("debit", 1), ("credit", -1)):
        moved = rows.filter(**{f"{side}__in": METHOD_OF}).order_by().values_list("day", "till", side)
        for day, till, book, amount in moved.annotate(MoneySum("amount")):
            sums = found[day, till]
            sums[METHOD_OF[book]] = sums.get(METHOD_OF[book], NOTHING) + sign * amount
    return dict(found)


def recorded(project: Project, cashier: int, day: date) -> Moved:
    """What is recorded of somebody's day, by way of paying, in the order of the till; empty where nothing moved."""
    moved = movements(project, day, day, cashier=cashier).get((day, cashier), {})
    return {method: moved[method] for method in Method.values if method in moved}


def who_moved(project: Project, cashier: int, day: date) -> User | None:
    """The person through whose till money moved on a day, by their key; None where nothing did."""
    if not recorded(project, cashier, day) and not DayClose.objects.of(project, cashier, day).exists():
        return None
    return User.objects.get(pk=cashier)


def receipts_of(project: Project, cashier: int, day: date) -> QuerySet[Receipt]:
    """The receipts that somebody gave at the counter on a day, the first first; no more than a page holds."""
    counter = Receipt.objects.filter(payment__project=project, payment__by=cashier, payment__door_visit=None)
    rows = counter.filter(payment__day=day)
    return rows.select_related("payment__unit").order_by("pk")[:SHOWN]


def handed_in_to(project: Project, cashier: int, day: date) -> list[HandIn]:
    """What was handed in to somebody from the door on a day, the first first."""
    rows = HandIn.objects.filter(project=project, received_by=cashier, day=day)
    return list(rows.select_related("collector").order_by("pk"))


def unclosed_days(project: Project, user: User, *, before: date) -> list[date]:
    """Days before a day of the last two months on which somebody moved money and that they have not closed."""
    since = date.fromordinal(before.toordinal() - BACK)
    days = {day for day, _till in movements(project, since, date.fromordinal(before.toordinal() - 1), cashier=user.pk)}
    closed = DayClose.objects.standing().filter(project=project, cashier=user, day__in=days)
    return sorted(days - set(closed.values_list("day", flat=True)))


@dataclass
class DayRow:
    """One person's day in the leaders' list: what is recorded now, and the close that stands, if any."""

    project: Project
    day: date
    cashier: User
    recorded: Moved
    close: DayClose | None = None
    earlier: list[DayClose] = field(default_factory=list)
    is_late: bool = False

    @property
    def total(self) -> Decimal:
        """What is recorded now, all ways together, in yuan."""
        return sum(self.recorded.values(), NOTHING)

    @property
    def lines(self) -> Sequence[DayCloseLine]:
        """The lines of the close, ways without a difference too."""
        return list(self.close.lines.all()) if self.close else ()

    @property
    def difference(self) -> Decimal:
        """Counted less recorded at the time of the close, in yuan."""
        return sum((line.counted - line.recorded for line in self.lines), NOTHING)

    @property
    def is_uneven(self) -> bool:
        """Say whether any way of paying differs, even where the sum does not."""
        return any(line.counted != line.recorded for line in self.lines)

    @property
    def since(self) -> Decimal:
        """What moved after the close: receipts taken back with approval."""
        return self.total - sum((line.recorded for line in self.lines), NOTHING) if self.close else NOTHING


def days_of(project: Project, first: date, last: date, *, today: date) -> list[DayRow]:
    """Every day on which somebody moved money, the newest first, with its close: five statements, whatever the days."""
    moved = movements(project, first, last)
    closes = DayClose.objects.filter(project=project, day__range=(first, last)).order_by("nth")
    by_day: dict[tuple[date, int], list[DayClose]] = defaultdict(list)
    for close in closes.select_related("cashier", "closed_by", "reopened__by").prefetch_related("lines"):
        by_day[close.day, close.cashier_id].append(close)
    people = User.objects.in_bulk({till for _day, till in {*moved, *by_day}})
    rows = []
    for day, till in sorted({*moved, *by_day}, key=lambda key: (-key[0].toordinal(), key[1])):
        row = DayRow(project=project, day=day, cashier=people[till], recorded=moved.get((day, till), {}))
        for close in by_day.get((day, till), ()):
            if close.reopening is not None:
                row.earlier.append(close)
            else:
                row.close = close
        row.is_late = row.close is None and day < today
        rows.append(row)
    return rows


def open_days(project: Project, first: date, last: date) -> list[DayRow]:
    """Days on which money moved and that nobody closed."""
    return [row for row in days_of(project, first, last, today=last) if row.close is None and row.recorded]


def remark_words(close: DayClose) -> dict[str, list[tuple[str, str]]]:
    """What was said of single receipts, by way of paying: number and words."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for remark in close.remarks.select_related("receipt__payment"):
        found[remark.receipt.payment.method].append((remark.receipt.number, remark.words))
    return dict(found)


def summed(amounts: Iterable[Decimal]) -> Decimal:
    """The sum in yuan; two decimals even of nothing."""
    return sum(amounts, NOTHING)
