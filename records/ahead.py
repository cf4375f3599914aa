"""How far ahead something is promised, wished for or due: one bound for all of it."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from core.errors import Invalid

# What is promised, wished for or due later than this is a slip in the year.
MOST_YEARS = 3


def too_far(when: date | None, at: datetime) -> str:
    """What is wrong with a day or a moment more than `MOST_YEARS` after `at`; empty where nothing is."""
    if when is None:
        return ""
    ahead = when - at if isinstance(when, datetime) else when - at.date()
    if ahead <= timedelta(days=366 * MOST_YEARS):
        return ""
    return _("This is too far ahead. Choose a time no later than %(years)s years from now.") % {"years": MOST_YEARS}


def require_near(when: date | None, at: datetime, field: str) -> None:
    """Raise `Invalid` for a day or a moment that is `too_far`."""
    if words := too_far(when, at):
        raise Invalid(words, fields={field: words})
