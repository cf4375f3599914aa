"""Pure rules of the arrears ladder: when a bill is breached, what age is counted as, which rung one goes back to."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.states import ArrearsState

# Ages of what is owed, in whole months since it was breached: from, and up to but not with. Source: ARR-1.
AGES: tuple[tuple[str, int, int | None], ...] = (
    ("0–3", 0, 3),
    ("3–6", 3, 6),
    ("6–12", 6, 12),
    ("12–36", 12, 36),
    (">36", 36, None),
)


def breached_at(due_on: date, zone: ZoneInfo) -> datetime:
    """The moment from which a bill is unpaid: local midnight that ends the day on which it was due."""
    next_day = due_on + timedelta(days=1)
    return datetime(next_day.year, next_day.month, next_day.day, tzinfo=zone)


def began_at(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day begins there: from it a demand delivered on that day counts, at whatever hour it came.

    The whole day counts against us, so that nobody is warned a day too late. Source: 民法典 195.
    """
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def ends_at(last_day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a promise to pay by a day is over: local midnight that ends it."""
    return breached_at(last_day, zone)


def overdue_before(today: date, grace_days: int) -> date:
    """A bill due before this day is overdue, the days of grace given."""
    return today - timedelta(days=grace_days)


def months_between(first: date, second: date) -> int:
    """Whole calendar months from one day to a later one; a month is whole on the same day of it, or on its last."""
    months = (second.year - first.year) * 12 + second.month - first.month
    is_last = (second + timedelta(days=1)).month != second.month
    if second.day < first.day and not is_last:
        months -= 1
    return max(months, 0)


def age_of(due_on: date, today: date) -> str:
    """Which of `AGES` a bill due on a day belongs to."""
    months = months_between(due_on, today)
    return next(name for name, since, until in AGES if months >= since and (until is None or months < until))


def rung_after(*, notified: bool, lettered: bool, delivered: bool, filed: bool) -> str:
    """Where a case stands on the ladder by what has happened in it, once nothing pauses it."""
    if filed:
        return ArrearsState.FILED
    if lettered:
        return ArrearsState.LETTERED
    if delivered:
        return ArrearsState.DELIVERED
    return ArrearsState.NOTIFIED if notified else ArrearsState.TO_REMIND


def is_letter_due(state: str, first: datetime | None, at: datetime) -> bool:
    """Say whether a letter may go now; `first` is when the first wait after a phone notice ends, None without one.

    After a delivered letter another one goes for what fell due later and was told of. Source: 三(4)④.
    """
    if state == ArrearsState.DELIVERED:
        return first is not None and first <= at
    return state == ArrearsState.NOTIFIED and (first is None or first <= at)


def title(total: Decimal, count: int) -> str:
    """What a case is called when it is opened; data, in the language of the register."""
    return f"欠费 {total:,.2f} 元（{count} 笔）"
