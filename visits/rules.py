"""Pure rules of callbacks and home visits: when to try again, which score goes with which answer, which day fits."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.moments import midnight
from visits.states import Half

FIRST_WAIT = timedelta(hours=2)
EARLIEST = time(9)
LATEST = time(20)
LOW_SCORES = frozenset({1, 2})
HIGH_SCORES = frozenset({4, 5})
MORNING = time(10)
EVENING = time(18, 30)
# So far ahead a home visit is planned at most: somebody goes within the month.
FURTHEST = 30
AFTERNOON_FROM, EVENING_FROM = time(12), time(18)


def next_attempt(*, attempts: int, at: datetime, zone: ZoneInfo) -> datetime:
    """When to try again after the `attempts`-th call was not answered.

    First after two hours, but not before 9 or after 20 o'clock local time; later ones the next day, in the morning and
    in the evening by turns, because who is out in the morning may be in at night. Source: ours; the standard asks for
    100 %, so that nobody is given up.
    """
    local = at.astimezone(zone)
    if attempts <= 1:
        soon = (at + FIRST_WAIT).astimezone(zone)
        if soon.date() == local.date() and soon.time() <= LATEST:
            return max(soon, _at(soon.date(), EARLIEST, zone))
    hour = EVENING if attempts > 1 and attempts % 2 else MORNING
    return _at(local.date() + timedelta(days=1), hour, zone)


def score_fits(*, score: int | None, satisfied: bool) -> bool:
    """Whether a score goes with the answer: 1 and 2 are not satisfied, 4 and 5 are; 3 and no score go with either.

    Source: ours; a bad score that closes the ticket would hide what 四(1) wants mended.
    """
    return score not in (LOW_SCORES if satisfied else HIGH_SCORES)


def day_fits(on: date, today: date) -> bool:
    """Whether a home visit may be planned for a day: not one gone by, nor more than 30 days ahead. Source: ours."""
    return 0 <= (on - today).days <= FURTHEST


def half_of(local: datetime) -> Half:
    """When on its day something happened that nobody had planned."""
    if local.time() < AFTERNOON_FROM:
        return Half.MORNING
    return Half.AFTERNOON if local.time() < EVENING_FROM else Half.EVENING


def next_day(on: date, half: str, local: datetime) -> date:
    """When somebody goes who was to go on a day: not at a time of the day that has begun. Source: ours."""
    if on > local.date():
        return on
    begins = {Half.AFTERNOON: AFTERNOON_FROM, Half.EVENING: EVENING_FROM}.get(Half(half), time.min)
    return local.date() if local.time() < begins else local.date() + timedelta(days=1)


def day_ends(on: date, zone: ZoneInfo) -> datetime:
    """The moment by which a visit of a day is made: the local midnight that ends it."""
    return midnight(on + timedelta(days=1), zone)


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, hour, tzinfo=zone)
