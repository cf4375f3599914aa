"""What came in and what is owed in a project, by charge item: for a day or a month, from the ledger alone.

Source: BIL-8 (每月收费结算工作).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Case, DecimalField, F, Q, QuerySet, When
from django.utils.translation import gettext as _

from accounts.models import Project
from billing.models import Account, ChargeItem, Posting
from billing.queries.dayclose import open_days
from billing.queries.doors import UnderWay, under_way
from billing.queries.ledger import is_closed
from billing.queries.sums import MoneySum
from billing.rules.exact import NOTHING
from billing.rules.periods import Period
from billing.rules.statements import Asked, column_of
from billing.states import TAKING_BOOKS, Book, Column, EntryKind, Method, Spell

Sums = Mapping[str, Decimal]


@dataclass(frozen=True)
class Income:
    """What came in for one thing, less what was given back, in yuan by way of paying."""

    name: str
    by_method: Sums

    @property
    def total(self) -> Decimal:
        """All ways together."""
        return sum(self.by_method.values(), NOTHING)


@dataclass
class Owing:
    """What is owed for one charge item: before, what changed it by column, and after. In yuan."""

    name: str
    before: Decimal = NOTHING
    columns: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(Column.values, NOTHING))

    @property
    def cells(self) -> list[Decimal]:
        """The columns in their order, each as a positive amount."""
        return [self.columns[name] if name == Column.RAISED else -self.columns[name] for name in Column.values]

    @property
    def named(self) -> list[tuple[str, Decimal]]:
        """The columns with their names."""
        return [(str(Column(name).label), cell) for name, cell in zip(Column.values, self.cells, strict=True)]

    @property
    def after(self) -> Decimal:
        """What is owed at the end."""
        return self.before + sum(self.columns.values(), NOTHING)

    def add(self, other: "Owing") -> None:
        """Take another row into a sum."""
        self.before += other.before
        for name, amount in other.columns.items():
            self.columns[name] += amount


@dataclass(frozen=True)
class Statement:
    """A project's statement: income by thing and way of paying, and what is owed by charge item."""

    project: Project
    asked: Asked
    methods: tuple[Method, ...]
    income: tuple[Income, ...]
    owing: tuple[Owing, ...]

    @property
    def income_rows(self) -> list[tuple[str, list[Decimal], Decimal]]:
        """Each thing with its amounts in the order of `methods`, and their sum."""
        return [(row.name, [row.by_method.get(m, NOTHING) for m in self.methods], row.total) for row in self.income]

    @property
    def income_named(self) -> list[tuple[str, list[tuple[str, Decimal]], Decimal]]:
        """Each thing with its amounts, each beside its way of paying; their sum."""
        names = [str(method.label) for method in self.methods]
        return [(name, list(zip(names, cells, strict=True)), total) for name, cells, total in self.income_rows]

    @property
    def income_sums(self) -> tuple[list[Decimal], Decimal]:
        """The sum of each way of paying, and of all."""
        sums = [sum((row.by_method.get(m, NOTHING) for row in self.income), NOTHING) for m in self.methods]
        return sums, sum(sums, NOTHING)

    @property
    def income_sums_named(self) -> list[tuple[str, Decimal]]:
        """The sum of each way of paying, beside its name."""
        return [(str(method.label), cell) for method, cell in zip(self.methods, self.income_sums[0], strict=True)]

    @property
    def owing_sum(self) -> Owing:
        """All charge items together."""
        found = Owing(_("Together"))
        for row in self.owing:
            found.add(row)
        return found

    @property
    def count(self) -> int:
        """How many rows it has."""
        return len(self.income) + len(self.owing)


@dataclass(frozen=True)
class MonthEnd:
    """Whether a month is closed, or may be: which days keep it open, and what cash from the door is not handed in."""

    closed: bool
    over: bool
    open_days: int
    under_way: tuple[UnderWay, ...] = ()


def month_end(project: Project, asked: Asked, *, today: date) -> MonthEnd | None:
    """How far the month of a statement is from being closed; None for the statement of a day."""
    if asked.spell == Spell.DAY:
        return None
    period = asked.period
    closed = is_closed(project, period.start)
    left = 0 if closed else len(open_days(project, period.start, period.end))
    cash = () if closed or left else tuple(under_way(project, until=period.end))
    return MonthEnd(closed=closed, over=period.end < today, open_days=left, under_way=cash)


def statement_of(project: Project, asked: Asked) -> Statement:
    """Read a statement: six statements of SQL, whatever its size."""
    names = dict(ChargeItem.objects.filter(project=project).values_list("pk", "name"))
    income = _income(project, asked.period, names)
    used = {method for row in income for method, amount in row.by_method.items() if amount}
    return Statement(
        project=project,
        asked=asked,
        methods=tuple(method for method in Method if method in used),
        income=income,
        owing=_owing(project, asked.period, names),
    )


def _income(project: Project, period: Period, names: Mapping[int, str]) -> tuple[Income, ...]:
    """What moved between the till and anything else, by what it was for; cash from the door when it was taken there."""
    books = {account.pk: account.name for account in Account.objects.all()}
    found: dict[tuple[int, str], dict[str, Decimal]] = defaultdict(dict)
    moves = Posting.objects.filter(project=project, day__range=(period.start, period.end)).order_by()
    rows = moves.exclude(entry__kind__in=(EntryKind.HANDED_IN, EntryKind.ONLINE_REFUNDED))
    for till, other, sign in (("debit", "credit", 1), ("credit", "debit", -1)):
        moved = rows.filter(**{f"{till}__in": TAKING_BOOKS}).values_list(till, other, "bill__item")
        for book, counter, item, amount in moved.annotate(MoneySum("amount")):
            name = names[item] if counter == Book.RECEIVABLE and item is not None else books[counter]
            sums = found[0 if item is not None else 1, name]
            method = TAKING_BOOKS[book]
            sums[method] = sums.get(method, NOTHING) + sign * amount
    return tuple(Income(name, found[order, name]) for order, name in sorted(found))


def owed_by() -> MoneySum:
    """What postings add to what is owed, as an aggregate: what takes off it counts against."""
    return MoneySum(
        Case(When(debit=Book.RECEIVABLE, then=F("amount")), default=-F("amount")),
        output_field=DecimalField(max_digits=18, decimal_places=2),
    )


def receivable(project: Project) -> QuerySet[Posting]:
    """Every posting that changes what is owed in a project."""
    moving = Q(debit=Book.RECEIVABLE) | Q(credit=Book.RECEIVABLE)
    return Posting.objects.filter(moving, project=project).order_by()


def _owing(project: Project, period: Period, names: Mapping[int, str]) -> tuple[Owing, ...]:
    found: dict[str, Owing] = {}
    rows = receivable(project)
    before = rows.filter(day__lt=period.start).values_list("bill__item").annotate(owed=owed_by())
    for item, amount in before:
        _row(found, names, item).before = amount
    inside = rows.filter(day__range=(period.start, period.end))
    kinds = inside.values_list("bill__item", "entry__kind", "reverses__entry__kind").annotate(owed=owed_by())
    for item, kind, taken_back, amount in kinds:
        _row(found, names, item).columns[column_of(kind, taken_back)] += amount
    return tuple(row for _name, row in sorted(found.items()) if row.before or any(row.columns.values()))


def _row(found: dict[str, Owing], names: Mapping[int, str], item: int | None) -> Owing:
    name = names[item] if item is not None else _("Without a bill")
    return found.setdefault(name, Owing(name))
