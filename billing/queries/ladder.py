"""The page of collecting: the ladder as columns, why it is not paid, how old it is; a constant number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, DecimalField, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from accounts.models import Project, User
from billing.models import Arrears, ArrearsBill, ArrearsLetter, ArrearsNotice, Bill
from billing.models.arrears import ArrearsQuerySet
from billing.queries.arrears import LETTER_CLOCK, missing_for_legal, missing_words, owed_of, total_of
from billing.queries.paper import period_words
from billing.queries.rungs import (
    VISIT_PLANNED,
    WAITS_FOR_LETTER,
    WHERE,
    Column,
    Totals,
    going_on,
    sees_all,
    totals_of,
)
from billing.queries.sums import MoneySum
from billing.rules.arrears import AGES, age_of, is_letter_due
from billing.rules.exact import NOTHING
from billing.states import KIND, ArrearsState, Cause
from cases.models import Case
from cases.queries import Due, Line, Photo, photos, timeline
from cases.states import Phase, PhotoLabel
from estate.models import Household
from sla.models import Clock
from sla.queries import Rung, ladder
from visits.models import HomeVisit
from visits.queries.home_visits import ParentVisit, visits_for

IN_COLUMN = 6
PAGE = 100
# A list beside the columns.
EXCUSED = "excused"


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


def collected(user: User, project: Project, *, excused: bool = False) -> ArrearsQuerySet:
    """Arrears of a project that the person sees, with what is owed and whether a letter is waited for.

    Those that go on; or those that were excused, and are owed still.
    """
    live = ArrearsBill.objects.filter(arrears=OuterRef("pk"), ended_at=None).order_by().values("arrears")
    owed = live.annotate(sum=MoneySum("bill__outstanding")).values("sum")
    if excused:
        rows = Arrears.objects.visible_to(user).filter(case__project=project, case__state=ArrearsState.EXCUSED)
    else:
        rows = going_on(user, project, whole=False)
    money = DecimalField(max_digits=14, decimal_places=2)
    return rows.annotate(
        owed=Coalesce(Subquery(owed), Value(NOTHING), output_field=money),
        waits_for_letter=WAITS_FOR_LETTER,
        visit_planned=VISIT_PLANNED,
    )


def demands(rows: Iterable[LadderRow]) -> dict[int, Decimal]:
    """What a letter sent now would demand in each case, by its key: bills that they were told of. One statement."""
    told = ArrearsBill.objects.filter(
        arrears__in=[row.arrears.pk for row in rows], ended_at=None, told_at__isnull=False
    )
    sums = told.order_by().values("arrears").annotate(sum=MoneySum("bill__outstanding"))
    return dict(sums.values_list("arrears", "sum"))


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
            first.setdefault(clock.case_id, clock.due_at - timedelta(days=clock.version.goal_more_days))
    return [
        LadderRow(
            arrears=row,
            owed=getattr(row, "owed", NOTHING),
            due=_due(dues.get(row.case_id)) if row.case.phase == Phase.OPEN else None,
            letter_due=not row.visit_planned  # type: ignore[attr-defined]  # `collected` says it
            and is_letter_due(row.case.state, first.get(row.case_id), at),
        )
        for row in rows
    ]


def _due(clock: Clock | None) -> Due | None:
    if clock is None:
        return None
    return Due(started_at=clock.started_at, due_at=clock.due_at, state=clock.state)


JOINED = ("case__project", "unit", "debtor")


@dataclass(frozen=True)
class Board:
    """The page of collecting: the columns, why it is not paid (with the value that filters by it), how old it is."""

    columns: Sequence[Rungs]
    causes: Sequence[tuple[str, Bar]]
    ages: Sequence[Bar]


def board(user: User, project: Project, at: datetime) -> Board:
    """Everything that the page of collecting shows: four statements, and one for each column that is not empty."""
    whole = sees_all(user, project)
    totals = totals_of(going_on(user, project, whole=whole), project)
    today = at.astimezone(project.tz).date()
    return Board(_columns(user, project, totals, at), _causes(totals), _ages(user, project, today, whole=whole))


def _columns(user: User, project: Project, totals: Totals, at: datetime) -> list[Rungs]:
    """Each column with its first rows, the next due first."""
    # Said of the cases too, so that an index of the open ones gives the first without looking at the rest.
    found = collected(user, project).filter(case__kind=KIND).exclude(case__phase=Phase.CLOSED).select_related(*JOINED)
    firsts: dict[Column, list[Arrears]] = {}
    for column, where in WHERE.items():
        some = found.filter(where) if totals.count[column] else Arrears.objects.none()
        firsts[column] = list(some.order_by(F("case__due_at").asc(nulls_last=True), "pk")[:IN_COLUMN])
    known = {row.arrears.pk: row for row in rows_of([one for some in firsts.values() for one in some], at)}
    return [
        Rungs(column, totals.count[column], totals.owed[column], tuple(known[one.pk] for one in firsts[column]))
        for column in Column
    ]


def listed(user: User, project: Project, *, column: str, cause: str) -> ArrearsQuerySet:
    """A column, who is excused, or a reason as a list: whose letter or next step is due first."""
    found = collected(user, project, excused=column == EXCUSED).select_related(*JOINED)
    if column and column != EXCUSED:
        found = found.filter(WHERE[Column(column)])
    if cause:
        found = found.filter(cause="" if cause == "none" else cause)
    return found.order_by(F("case__due_at").asc(nulls_last=True), "pk")


def _causes(totals: Totals) -> list[tuple[str, Bar]]:
    """Why it is not paid: how many cases by reason, the most first."""
    counted = sorted(totals.causes.items(), key=lambda row: -row[1])
    most = max(totals.causes.values(), default=1)
    return [
        (cause or "none", Bar(str(Cause(cause).label) if cause else gettext("not known yet"), n, None, 100 * n // most))
        for cause, n in counted
    ]


def ages(user: User, project: Project, today: date) -> list[Bar]:
    """How old what is owed is, in months since it was due; two statements."""
    return _ages(user, project, today, whole=sees_all(user, project))


def _ages(user: User, project: Project, today: date, *, whole: bool) -> list[Bar]:
    counts: dict[str, int] = defaultdict(int)
    sums: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    for due_on, n, owed in _by_day(user, project, whole=whole):
        age = age_of(due_on, today)
        counts[age] += n
        sums[age] += owed
    most = max(sums.values(), default=NOTHING) or Decimal(1)
    return [
        Bar(gettext("%(age)s months") % {"age": age}, counts[age], sums[age], int(100 * sums[age] / most))
        for age, _since, _until in AGES
    ]


def _by_day(user: User, project: Project, *, whole: bool) -> Iterable[tuple[date, int, Decimal]]:
    """What is collected in cases that the person sees, by the day on which it was due: how many bills, how much."""
    bills = Bill.objects.filter(project=project, collected_in__isnull=False)
    # Who sees every case asks one index of the bills alone, however many there are.
    if not whole:
        seen = going_on(user, project, whole=False)
        bills = bills.filter(pk__in=ArrearsBill.objects.filter(arrears__in=seen, ended_at=None).values("bill_id"))
    return bills.order_by().values_list("due_on").annotate(n=Count("*"), owed=MoneySum("outstanding"))


def to_remind(user: User, project: Project) -> int:
    """How many cases wait for a phone notice: the number beside the entry."""
    return Case.objects.visible_to(user).filter(project=project, kind=KIND, state=ArrearsState.TO_REMIND).count()


@dataclass(frozen=True)
class Beside:
    """Another case of who is liable for the same home: what is with the legal channel, and what takes up the rest."""

    number: str
    state: str

    @property
    def state_word(self) -> str:
        """Where it stands, in words."""
        return str(ArrearsState(self.state).label)


def beside(arrears: Arrears, user: User) -> list[Beside]:
    """Those that go on or are excused beside a case, as far as the person sees them, the newest first."""
    rows = Arrears.objects.visible_to(user).alike(arrears).exclude(pk=arrears.pk)
    found = rows.filter(Q(ended_at=None) | Q(case__state=ArrearsState.EXCUSED)).order_by("-pk")
    return [Beside(*row) for row in found.values_list("case__number", "case__state")]


def living(arrears: Arrears) -> str:
    """Whether who owes lives there: who decides a visit asks that. Source: 三(4)④ (长期居住在小区的业主)."""
    household = arrears.household
    if household is None:
        return gettext("nobody is registered")
    if household.ended_on is not None:
        return gettext("moved out %(day)s") % {"day": household.ended_on.isoformat()}
    if household.lives_here:
        return gettext("lives here") if household.is_owner else gettext("lives here, as tenant")
    is_let = Household.objects.filter(unit=arrears.unit_id, ended_on=None, is_owner=False, lives_here=True).exists()
    return gettext("lives elsewhere, let to tenants") if is_let else gettext("lives elsewhere")


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
    to_homes: tuple[ParentVisit, ...]
    photos: tuple[Photo, ...]
    beside: tuple["Beside", ...]
    living: str
    missing: str

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
    def letter_waits(self) -> bool:
        """Whether they were told of something that no letter has demanded yet, after a delivered one too."""
        return self.case.state == ArrearsState.DELIVERED and any(rung.key == LETTER_CLOCK for rung in self.running)

    @property
    def waits_for_proof(self) -> bool:
        """Whether a letter is on its way."""
        return any(letter.is_on_its_way for letter in self.letters)

    @property
    def next_clock(self) -> Rung | None:
        """What falls due first."""
        return self.running[0] if self.running else None

    @property
    def planned(self) -> HomeVisit | None:
        """The visit that somebody is still to make, where the reader sees one."""
        return next((one.visit for one in self.to_homes if one.visit.is_planned), None)

    @property
    def visits(self) -> Sequence[ParentVisit]:
        """Those that were made, the newest first."""
        return [one for one in self.to_homes if one.visit.made_at is not None]

    @property
    def proofs(self) -> Sequence[Photo]:
        """Courier's slips."""
        return [photo for photo in self.photos if photo.label == PhotoLabel.PROOF]


def _missing_words(arrears: Arrears, at: datetime) -> str:
    """What is missing for the legal channel, where a case stands before it."""
    if arrears.case.state != ArrearsState.DELIVERED:
        return ""
    return missing_words(missing_for_legal(arrears, at))


def page_of(arrears: Arrears, user: User, at: datetime) -> ArrearsPage:
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
        to_homes=tuple(visits_for(case, user)),
        photos=tuple(photos(case, user)),
        beside=tuple(beside(arrears, user)),
        living=living(arrears),
        missing=_missing_words(arrears, at),
    )
