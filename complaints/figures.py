"""Complaints in figures, for a month, a quarter or a year of a project: rate, causes, departments, repeats, trend.

Counted from what the reader sees, by the day of reception. The page says so, always alike: how many pass the reader by
would tell them that somebody complained past them.
Source: 三.5 (对投诉数据进行统计和分析); 4.2 (客户投诉率不超过6%).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import Department, Project, User
from complaints.filters import NONE, Filters
from complaints.models import Complaint, Responsibility, Topic
from complaints.rules import TARGET_RATE, months_before, rate_of
from complaints.states import Grade, Outcome, Party
from core.moments import midnight
from estate.models import Building, Household

MOST = 8
FIRST_YEAR, LAST_YEAR = 2000, 2999
_KEY = re.compile(r"(\d{4})(?:-Q([1-4])|-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True)
class Period:
    """A month, a quarter or a year: its first day, and the first one after it."""

    kind: str
    first: date
    end: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)

    @property
    def key(self) -> str:
        """As it stands in an address: 2026-11, 2026-Q4, 2026."""
        year = self.first.year
        if self.kind == "quarter":
            return f"{year}-Q{(self.first.month + 2) // 3}"
        return f"{year}-{self.first.month:02}" if self.kind == "month" else f"{year}"

    @property
    def words(self) -> str:
        """As people say it."""
        named = {"year": self.first.year, "month": self.first.month, "quarter": (self.first.month + 2) // 3}
        patterns = {"month": _("%(year)s-%(month)s"), "quarter": _("Quarter %(quarter)s of %(year)s")}
        return patterns.get(self.kind, _("Year %(year)s")) % named


_LENGTHS = {"month": 1, "quarter": 3, "year": 12}


def period_of(kind: str, day: date) -> Period:
    """The month, quarter or year that the day is in."""
    length = _LENGTHS[kind]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    return Period(kind, first, months_before(first, -length))


def asked_period(raw: str, *, today: date) -> Period:
    """The period that an address names; the current quarter where it names none that is reckoned with."""
    found = _KEY.fullmatch(raw)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return period_of("quarter", today)
    year, quarter, month = int(found[1]), found[2], found[3]
    if quarter:
        return period_of("quarter", date(year, int(quarter) * 3, 1))
    return period_of("month", date(year, int(month), 1)) if month else period_of("year", date(year, 1, 1))


@dataclass(frozen=True)
class Bar:
    """One line of a figure: what, how many, how long its bar is (0 to 100 of the longest), and the list behind it."""

    label: str
    count: int
    share: int
    filters: Filters


@dataclass(frozen=True)
class Rate:
    """Complaints for every hundred homes that are lived in; none where nobody lives there."""

    period: Period
    complaints: int
    homes: int
    as_of: date

    @property
    def percent(self) -> Decimal | None:
        """The rate in percent, to two places."""
        return rate_of(self.complaints, self.homes)

    @property
    def over(self) -> bool:
        """Say whether it is above what the standard allows for a quarter."""
        return self.is_measured and self.percent is not None and self.percent > TARGET_RATE

    @property
    def is_measured(self) -> bool:
        """Say whether the target, which is one for a quarter, stands beside it."""
        return self.period.kind == "quarter"


@dataclass(frozen=True)
class Row:
    """What is counted of one complaint."""

    pk: int
    received_at: datetime
    topic: str
    grade: str
    department: int | None
    household: int | None
    unit: str | None
    building: int | None
    place: str
    outcome: str


@dataclass(frozen=True)
class Figures:
    """Everything on the page."""

    period: Period
    rate: Rate
    unfounded: int
    open: int
    topics: list[Bar]
    grades: list[Bar]
    departments: list[Bar]
    responsible: list[Bar]
    outcomes: list[Bar]
    households: list[Bar]
    places: list[Bar]
    causes: list[Bar]
    months: list[Bar]
    quarters: list[Rate]


_FIELDS = (
    "pk", "received_at", "case__category", "case__grade", "case__department_id", "case__household_id",
    "case__unit__number", "case__building_id", "case__place", "outcome",
)  # fmt: skip


def _rows(user: User, project: Project, since: date, end: date) -> list[Row]:
    seen = Complaint.objects.visible_to(user).filter(case__project=project)
    between = seen.filter(received_at__gte=midnight(since, project.tz), received_at__lt=midnight(end, project.tz))
    return [Row(*row) for row in between.values_list(*_FIELDS)]


def bars(counted: Counter[Any], label: Callable[[Any], str], narrow: Callable[[Any], Filters]) -> list[Bar]:
    """The counts as lines, the most first."""
    longest = max(counted.values(), default=0)
    found = [Bar(label(key), n, round(n * 100 / longest), narrow(key)) for key, n in counted.items() if n]
    return sorted(found, key=lambda bar: (-bar.count, bar.label))


def figures(*, user: User, project: Project, period: Period, at: datetime) -> Figures:
    """Count the period's complaints, in a constant number of statements."""
    trend_from = min(months_before(period.end, 12), period.first)
    rows = _rows(user, project, trend_from, period.end)
    mine = [row for row in rows if _day_of(row, project) >= period.first]
    behind = Filters(view="all", since=period.first, until=period.last)
    today = at.astimezone(project.tz).date()
    rates = _rates(rows, project, period, today)
    topics = {topic.code: topic.name for topic in Topic.objects.all()}
    return Figures(
        period=period,
        rate=rates[0],
        unfounded=sum(row.outcome == Outcome.UNFOUNDED for row in mine),
        open=sum(not row.outcome for row in mine),
        topics=_by_topic(mine, topics, behind),
        grades=bars(
            Counter(row.grade for row in mine),
            lambda key: str(Grade(key).label) if key in Grade.values else _("Not graded"),
            lambda key: replace(behind, grade=key),
        ),
        departments=_by_department(mine, project, behind),
        responsible=_by_party(mine, behind),
        outcomes=_by_outcome(mine, behind),
        households=_by_home(mine, behind),
        places=_by_place(mine, project, behind),
        causes=_same_again(mine, topics, behind),
        months=_by_month(rows, project, period),
        quarters=rates[1:],
    )


def _day_of(row: Row, project: Project) -> date:
    return row.received_at.astimezone(project.tz).date()


def _by_topic(rows: Iterable[Row], names: dict[str, str], behind: Filters) -> list[Bar]:
    return bars(
        Counter(row.topic for row in rows),
        lambda key: names.get(key, key) or _("Not sorted"),
        lambda key: replace(behind, topic=key or NONE),
    )


def _by_department(rows: Iterable[Row], project: Project, behind: Filters) -> list[Bar]:
    names = {one.pk: one.name for one in Department.objects.filter(project=project)}
    return bars(
        Counter(row.department for row in rows),
        lambda key: names.get(key, "—") if key else _("No department yet"),
        lambda key: replace(behind, department=str(key or NONE)),
    )


def _by_party(rows: list[Row], behind: Filters) -> list[Bar]:
    """By who is responsible, as far as that was established; where several are, each counts."""
    held = Responsibility.objects.filter(complaint__in=[row.pk for row in rows], ended_at=None)
    found = Counter(party for party, _pk in held.order_by().values_list("party", "complaint").distinct())
    return bars(found, lambda key: str(Party(key).label), lambda key: replace(behind, party=key))


def _by_outcome(rows: Iterable[Row], behind: Filters) -> list[Bar]:
    return bars(
        Counter(row.outcome for row in rows),
        lambda key: str(Outcome(key).label) if key else _("No result yet"),
        lambda key: replace(behind, outcome=key or NONE),
    )


# --- repeats ---------------------------------------------------------------------------------------------------------
def _repeats(counted: Counter[Any], label: Callable[[Any], str], narrow: Callable[[Any], Filters]) -> list[Bar]:
    again = Counter({key: n for key, n in counted.items() if n > 1})
    return bars(again, label, narrow)[:MOST]


def _by_home(rows: Iterable[Row], behind: Filters) -> list[Bar]:
    """The same home more than once."""
    found = Counter(row.unit for row in rows if row.unit)
    return _repeats(found, str, lambda unit: replace(behind, unit=unit))


def _by_place(rows: Iterable[Row], project: Project, behind: Filters) -> list[Bar]:
    """The same building, or the same place by its name, more than once."""
    names = {one.pk: str(one) for one in Building.objects.filter(project=project)}
    found: Counter[tuple[int | None, str]] = Counter()
    for row in rows:
        found.update([(row.building, "")] if row.building else [])
        found.update([(None, row.place)] if row.place else [])
    return _repeats(
        found,
        lambda key: key[1] or names.get(key[0], "—"),
        lambda key: replace(behind, building=key[0], place=key[1]),
    )


def _same_again(rows: Iterable[Row], names: dict[str, str], behind: Filters) -> list[Bar]:
    """The same topic from the same home more than once: what was mended did not hold."""
    found = Counter((row.unit, row.topic) for row in rows if row.unit)
    return _repeats(
        found,
        lambda key: f"{key[0]} · {names.get(key[1], key[1]) or _('Not sorted')}",
        lambda key: replace(behind, unit=key[0], topic=key[1] or NONE),
    )


# --- over time -------------------------------------------------------------------------------------------------------
def _by_month(rows: Iterable[Row], project: Project, period: Period) -> list[Bar]:
    """The twelve months up to the period's end, empty ones too, oldest first."""
    counted = Counter(_day_of(row, project).replace(day=1) for row in rows)
    months = [period_of("month", months_before(period.end, back)) for back in range(12, 0, -1)]
    longest = max((counted[month.first] for month in months), default=0) or 1
    return [
        Bar(
            month.words,
            counted[month.first],
            round(counted[month.first] * 100 / longest),
            Filters(view="all", since=month.first, until=month.last),
        )
        for month in months
    ]


def _rates(rows: list[Row], project: Project, period: Period, today: date) -> list[Rate]:
    """The period's rate; then its last quarter's and those of the three before, as far as they end by its end.

    Oldest first. One statement.
    """
    last = period_of("quarter", period.last)
    quarters = [period_of("quarter", months_before(last.first, back)) for back in (9, 6, 3, 0)]
    asked = [period, *(one for one in quarters if one.end <= period.end)]
    days = [min(one.last, today) for one in asked]
    homes = homes_lived_in(project, days)
    return [
        Rate(one, sum(one.first <= _day_of(row, project) < one.end for row in rows), homes[day], day)
        for one, day in zip(asked, days, strict=True)
    ]


def homes_lived_in(project: Project, days: Iterable[date]) -> dict[date, int]:
    """How many homes somebody lived in on each of the days. One statement."""
    wanted = {f"on_{day.toordinal()}": day for day in days}
    lived_in = Household.objects.filter(project=project, lives_here=True)
    counts = {
        name: Count(
            "unit",
            filter=(Q(started_on=None) | Q(started_on__lte=day)) & (Q(ended_on=None) | Q(ended_on__gt=day)),
            distinct=True,
        )
        for name, day in wanted.items()
    }
    found = lived_in.aggregate(**counts)
    return {day: found[name] for name, day in wanted.items()}
