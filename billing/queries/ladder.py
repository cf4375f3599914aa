"""The page of collecting: the ladder as columns, why it is not paid, how old it is; a constant number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, OuterRef, Q, Subquery, Sum, TextChoices, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models import Arrears, ArrearsBill, ArrearsLetter, ArrearsNotice, ArrearsVisit, Bill
from billing.models.arrears import ArrearsQuerySet
from billing.queries.arrears import owed_of, total_of
from billing.queries.paper import period_words
from billing.rules.arrears import AGES, age_of
from billing.rules.exact import NOTHING
from billing.states import KIND, ArrearsState, Cause
from cases.models import Case
from cases.queries import Due, Line, Photo, photos, timeline
from cases.states import Phase, PhotoLabel
from sla.models import Clock
from sla.queries import Rung, ladder

IN_COLUMN = 6
PAGE = 100
LETTER_CLOCK = "arrears.letter"


class Column(TextChoices):
    """The columns of the ladder."""

    PHONE = "phone", _("Phone notice")
    LETTER = "letter", _("Demand letter")
    VISIT = "visit", _("Visit")
    LEGAL = "legal", _("Legal channel")
    PAUSED = "paused", _("Paused")


PAUSED = Q(case__state__in=[ArrearsState.PROMISED, ArrearsState.DISPUTED])
TO_VISIT = ~PAUSED & Q(visit_decided_at__isnull=False)
CLIMBING = ~PAUSED & Q(visit_decided_at=None)
# Which cases stand in a column: what pauses them comes first, then a visit that was decided.
WHERE: dict[Column, Q] = {
    Column.PHONE: CLIMBING & Q(case__state=ArrearsState.TO_REMIND),
    Column.LETTER: CLIMBING & Q(case__state__in=[ArrearsState.NOTIFIED, ArrearsState.LETTERED]),
    Column.VISIT: TO_VISIT,
    Column.LEGAL: CLIMBING & Q(case__state__in=[ArrearsState.DELIVERED, ArrearsState.FILED]),
    Column.PAUSED: PAUSED,
}


@dataclass(frozen=True)
class LadderRow:
    """A case on the ladder: how much is owed, what falls due next, and whether its letter may go now."""

    arrears: Arrears
    owed: Decimal
    due: Due | None
    letter_due: bool

    @property
    def case(self) -> Case:
        """Its case."""
        return self.arrears.case

    @property
    def promise_day(self) -> date | None:
        """The last day on which it is to be paid, where that was promised."""
        return promise_day(self.arrears)

    @property
    def state_word(self) -> str:
        """Where it stands, in words."""
        return str(ArrearsState(self.case.state).label)

    @property
    def cause_word(self) -> str:
        """Why it is not paid, in words."""
        return str(Cause(self.arrears.cause).label) if self.arrears.cause else ""


@dataclass(frozen=True)
class Rungs:
    """A column: how many cases, how much they owe, the first of them."""

    column: Column
    count: int
    owed: Decimal
    rows: tuple[LadderRow, ...]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.rows)


@dataclass(frozen=True)
class Bar:
    """A line of a chart: its words, a number, and its share of the longest, in percent."""

    label: str
    count: int
    amount: Decimal | None
    share: int


def promise_day(arrears: Arrears) -> date | None:
    """The local day that a promise to pay names; its end is the midnight after it."""
    end = arrears.promise_ends_at
    return None if end is None else (end - timedelta(seconds=1)).astimezone(arrears.case.project.tz).date()


def collected(user: User, project: Project) -> ArrearsQuerySet:
    """Arrears of a project that go on and that the person sees, each with what is owed."""
    live = ArrearsBill.objects.filter(arrears=OuterRef("pk"), ended_at=None).order_by().values("arrears")
    owed = live.annotate(sum=Sum("bill__outstanding")).values("sum")
    rows = Arrears.objects.visible_to(user).open().filter(case__project=project)
    money = DecimalField(max_digits=14, decimal_places=2)
    return rows.annotate(owed=Coalesce(Subquery(owed), Value(NOTHING), output_field=money))


def rows_of(found: Iterable[Arrears], at: datetime) -> list[LadderRow]:
    """The cases as lists show them, with what their letter waits for: one statement beside them."""
    rows = list(found)
    clocks = Clock.objects.live().filter(case__in=[row.case_id for row in rows]).select_related("version")
    first: dict[int, datetime] = {}
    dues: dict[int, Clock] = {}
    for clock in clocks.order_by("due_at", "pk"):
        if clock.paused_at is None:
            dues.setdefault(clock.case_id, clock)
        if clock.key == LETTER_CLOCK:
            first[clock.case_id] = clock.due_at - timedelta(days=clock.version.goal_more_days)
    return [
        LadderRow(
            arrears=row,
            owed=getattr(row, "owed", NOTHING),
            due=_due(dues.get(row.case_id)) if row.case.phase == Phase.OPEN else None,
            letter_due=row.case.state == ArrearsState.NOTIFIED
            and row.visit_decided_at is None
            and first.get(row.case_id, at) <= at,
        )
        for row in rows
    ]


def _due(clock: Clock | None) -> Due | None:
    if clock is None:
        return None
    return Due(started_at=clock.started_at, due_at=clock.due_at, state=clock.state)


JOINED = ("case__project", "unit", "debtor")


def columns(user: User, project: Project, at: datetime) -> list[Rungs]:
    """The ladder: each column with its first rows, the next due first."""
    found = collected(user, project)
    asked: dict[str, Any] = {f"n_{column.value}": Count("pk", filter=where) for column, where in WHERE.items()}
    asked |= {f"owed_{column.value}": Sum("owed", filter=where) for column, where in WHERE.items()}
    totals = found.order_by().aggregate(**asked)
    firsts: dict[Column, list[Arrears]] = {}
    for column, where in WHERE.items():
        some = found.filter(where).select_related(*JOINED) if totals[f"n_{column.value}"] else Arrears.objects.none()
        firsts[column] = list(some.order_by(F("case__due_at").asc(nulls_last=True), "pk")[:IN_COLUMN])
    known = {row.arrears.pk: row for row in rows_of([one for some in firsts.values() for one in some], at)}
    return [
        Rungs(
            column,
            totals[f"n_{column.value}"],
            totals[f"owed_{column.value}"] or NOTHING,
            tuple(known[one.pk] for one in firsts[column]),
        )
        for column in Column
    ]


def listed(user: User, project: Project, *, column: str, cause: str) -> ArrearsQuerySet:
    """A column or a reason as a list: whose letter or next step is due first."""
    found = collected(user, project).select_related(*JOINED)
    if column:
        found = found.filter(WHERE[Column(column)])
    if cause:
        found = found.filter(cause="" if cause == "none" else cause)
    return found.order_by(F("case__due_at").asc(nulls_last=True), "pk")


def causes(user: User, project: Project) -> list[tuple[str, Bar]]:
    """Why it is not paid: how many cases by reason, the most first; each with the value that filters by it."""
    rows = collected(user, project).order_by().values("cause").annotate(n=Count("pk")).values_list("cause", "n")
    counted = sorted(rows, key=lambda row: -row[1])
    most = max((n for _cause, n in counted), default=1)
    return [
        (cause or "none", Bar(str(Cause(cause).label) if cause else gettext("not known yet"), n, None, 100 * n // most))
        for cause, n in counted
    ]


def ages(user: User, project: Project, today: date) -> list[Bar]:
    """How old what is owed is, in months since it was due."""
    seen = Arrears.objects.visible_to(user).open().filter(case__project=project)
    live = ArrearsBill.objects.filter(arrears__in=seen, ended_at=None)
    rows = live.order_by().values("bill__due_on").annotate(n=Count("pk"), owed=Sum("bill__outstanding"))
    counts: dict[str, int] = defaultdict(int)
    sums: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    for row in rows:
        age = age_of(row["bill__due_on"], today)
        counts[age] += row["n"]
        sums[age] += row["owed"]
    most = max(sums.values(), default=NOTHING) or Decimal(1)
    return [
        Bar(gettext("%(age)s months") % {"age": age}, counts[age], sums[age], int(100 * sums[age] / most))
        for age, _since, _until in AGES
    ]


def to_remind(user: User, project: Project) -> int:
    """How many cases wait for a phone notice: the number beside the entry."""
    return Case.objects.visible_to(user).filter(project=project, kind=KIND, state=ArrearsState.TO_REMIND).count()


@dataclass(frozen=True)
class ArrearsPage:
    """One case as its page shows it."""

    arrears: Arrears
    bills: tuple[tuple[Bill, str], ...]
    total: Decimal
    events: tuple[Line, ...]
    running: tuple[Rung, ...]
    past: tuple[Rung, ...]
    notices: tuple[ArrearsNotice, ...]
    letters: tuple[ArrearsLetter, ...]
    visits: tuple[ArrearsVisit, ...]
    photos: tuple[Photo, ...]

    @property
    def case(self) -> Case:
        """Its case."""
        return self.arrears.case

    @property
    def state_word(self) -> str:
        """Where it stands, in words."""
        return str(ArrearsState(self.case.state).label)

    @property
    def cause_word(self) -> str:
        """Why it is not paid, in words."""
        return str(Cause(self.arrears.cause).label) if self.arrears.cause else ""

    @property
    def promise_day(self) -> date | None:
        """The last day on which it is to be paid, where that was promised."""
        return promise_day(self.arrears)

    @property
    def next_clock(self) -> Rung | None:
        """What falls due first."""
        return self.running[0] if self.running else None

    @property
    def proofs(self) -> Sequence[Photo]:
        """Courier's slips."""
        return [photo for photo in self.photos if photo.label == PhotoLabel.PROOF]


def page_of(arrears: Arrears, user: User) -> ArrearsPage:
    """Everything that the page of a case shows, in a constant number of statements."""
    case, bills = arrears.case, owed_of(arrears)
    rungs = ladder(case, user)
    return ArrearsPage(
        arrears=arrears,
        bills=tuple((bill, period_words(bill)) for bill in bills),
        total=total_of(bills),
        events=tuple(timeline(case, user)),
        running=tuple(rung for rung in rungs if rung.ended_at is None),
        past=tuple(rung for rung in rungs if rung.ended_at is not None),
        notices=tuple(arrears.notices.select_related("by").order_by("-pk")),
        letters=tuple(arrears.letters.select_related("batch").order_by("-pk")),
        visits=tuple(arrears.visits.select_related("by").order_by("-pk")),
        photos=tuple(photos(case, user)),
    )
