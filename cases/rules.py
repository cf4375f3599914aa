"""Pure rules of cases."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from core.errors import Invalid
from records.search import code_tokens, name_tokens, phone_tokens, prefixes, text_tokens

# How far a phone's clock may run ahead of ours, and how long a phone may have been out of signal.
MOST_AHEAD, MOST_BEHIND = timedelta(minutes=5), timedelta(days=7)
# How long after the last sign somebody still counts as filling in a form. Ours (小李正在填写).
PRESENT_FOR = timedelta(seconds=30)
TITLE_LENGTH = 40
# So many characters of what somebody writes are kept with a case.
LONGEST = 5000


def check_claim(claimed: datetime | None, *, at: datetime, since: datetime | None = None) -> None:
    """Raise `Invalid` for a moment that a phone claims and that cannot be, seen from `at`, the time of receipt.

    `since` is when what happened to came to be; a phone's clock may run behind by as much as it may run ahead.
    """
    if claimed is None:
        return
    if since is not None and claimed < since - MOST_AHEAD:
        too_early = _("It cannot have happened then: that is before the matter began. Check the clock.")
        raise Invalid(too_early, fields={"happened_at": too_early})
    if not at - MOST_BEHIND <= claimed <= at + MOST_AHEAD:
        unlikely = _("It cannot have happened then: at most seven days ago, and not in time to come. Check the clock.")
        raise Invalid(unlikely, fields={"happened_at": unlikely})


def format_number(prefix: str, day: date, count: int) -> str:
    """A case number such as `BX-20261123-0001`; past 9,999 a day it grows a digit."""
    return f"{prefix}-{day:%Y%m%d}-{count:04d}"


def number_tokens(number: str) -> set[str]:
    """What a case number is looked up by: the number as far as it names a day at least, the day, the last digits.

    And the day with the count, without the letters before it, as people read a number out.

    Shorter beginnings are on every case of the month or year: rows in millions by which nobody finds anything.
    """
    day, _hyphen, tail = number.lower().rpartition("-")
    bare = number.lower().replace("-", "")
    whole = prefixes(number.lower(), shortest=len(day)) | prefixes(bare, shortest=len(day.replace("-", "")))
    date = day.rpartition("-")[2]
    return whole | {date, f"{date}-{tail}", f"{date}{tail}", tail, bare[-4:], bare[-5:]}


def case_tokens(
    *, number: str, title: str, contact_name: str, contact_phone: str, unit_number: str, place: str
) -> set[str]:
    """Everything a case is found by."""
    return (
        number_tokens(number)
        | text_tokens(title)
        | text_tokens(place)
        | name_tokens(contact_name)
        | phone_tokens(contact_phone)
        | (code_tokens(unit_number) if unit_number else set())
    )


def title_of(description: str) -> str:
    """The first words of a description, as the title of a matter that was given none."""
    first = next((line.strip() for line in description.splitlines() if line.strip()), "")
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1].rstrip() + "…"
