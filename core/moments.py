"""Days and moments that somebody else wrote: into an address, a form, a body. And the midnight that ends a day."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime

# Beyond these a change of zone leaves the calendar; nothing here happened or is due so far away.
FIRST_YEAR, LAST_YEAR = 1900, 2999


def is_reckoned(day: date) -> bool:
    """Say whether a day or a moment is of the years that are reckoned with."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def read_moment(raw: str) -> datetime | None:
    """An ISO moment with its zone out of an address, where `+` may have become a blank; None for what is none."""
    try:
        found = parse_datetime(raw.replace(" ", "+"))
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None and is_reckoned(found) else None


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def ends_day(moment: datetime) -> bool:
    """Say whether a local moment is the midnight at which a day ends."""
    return moment.time() == time.min


def day_of_deadline(moment: datetime) -> datetime:
    """A local moment on the day that it is the end of: midnight is that of the day before, everything else itself."""
    return moment - timedelta(days=1) if ends_day(moment) else moment
