"""Which stretches of days a billing run charges for."""

from collections.abc import Iterator
from datetime import date, timedelta

from billing.rules.periods import Period, step

DAY = timedelta(days=1)


def stretches(since: date, every: int, run: Period) -> Iterator[Period]:
    """The stretches of `every` whole months that begin in the months of a run, oldest first.

    They are counted from the month of `since`, when the charge began: a quarter that began in February begins again
    in May. The run is of whole months. Raises `Invalid` beyond the calendar.
    """
    first = since.replace(day=1)
    past = (run.start.year - first.year) * 12 + run.start.month - first.month
    number = max(0, -(-past // every))
    while (start := step(first, number * every)) <= run.end:
        number += 1
        yield Period(start, step(first, number * every) - DAY)


def borne(stretch: Period, since: date, until: date | None) -> Period | None:
    """The days of a stretch on which something holds that began at `since` and ended at `until`; None for none."""
    if until is not None and until < since:
        return None
    return stretch.common(Period(since, until or max(since, stretch.end)))
