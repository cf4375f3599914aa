"""Pure rules of telling: quiet hours, who is on call, what fits into an SMS, placeholders of a template."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

Person = TypeVar("Person")
QUIET_FROM, QUIET_UNTIL = time(22, 0), time(8, 0)
# When those who live here are written to; ours, the standard names no hours.
DECENT_FROM, DECENT_UNTIL = time(9, 0), time(20, 0)


def is_quiet(moment: datetime, *, zone: ZoneInfo, since: time, until: time) -> bool:
    """Say whether the wall clock of the zone stands in the quiet hours; `since` belongs to them, `until` does not.

    They may go over midnight. The same time twice means that there are none.
    """
    wall = moment.astimezone(zone).time()
    if since <= until:
        return since <= wall < until
    return wall >= since or wall < until


def after_quiet(moment: datetime, *, zone: ZoneInfo, since: time, until: time) -> datetime:
    """The moment itself, or the end of the quiet hours that it lies in.

    Where the clocks change in that night the end is still the wall time `until`: one that is left out counts by the
    clock before the change, one that comes twice ends them the first time round.
    """
    if not is_quiet(moment, zone=zone, since=since, until=until):
        return moment
    local = moment.astimezone(zone)
    day = local.date() if local.time() < until else local.date() + timedelta(days=1)
    end = datetime.combine(day, until, zone).astimezone(moment.tzinfo)
    # In the second round of an hour that comes twice the end has gone by: nothing is left to wait for.
    return max(end, moment)


def in_decent_hours(moment: datetime, *, zone: ZoneInfo, since: time, until: time) -> datetime:
    """The moment itself, or the beginning of the next decent hours: `since` belongs to them, `until` does not.

    The same time twice means the whole day.
    """
    return after_quiet(moment, zone=zone, since=until, until=since)


# --- on call ---------------------------------------------------------------------------------------------------------
def with_on_call(
    everyone: Sequence[Person], on_call: Sequence[Person], *, at_work: bool, instead: bool
) -> list[Person]:
    """Who hears what is told to a role: everyone in it; outside working hours who is on call as well, or `instead`.

    Nobody on call: everyone, whatever was decided. Each person once.
    """
    if at_work or not on_call:
        return list(dict.fromkeys(everyone))
    return list(dict.fromkeys(on_call if instead else [*everyone, *on_call]))


@dataclass(frozen=True)
class Span:
    """A time that somebody is on call: the first instant belongs to it, the last does not."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, other: "Span") -> bool:
        """Say whether both have an instant in common."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def repeated(span: Span, *, every: int, until: date | None, zone: ZoneInfo) -> list[Span]:
    """The span, and the same wall times every so many days as long as it begins on `until` or before.

    Wall times stay what they are where the clocks change; `every` 0 is once.
    """
    first, last = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    end = until if every and until is not None else first.date()
    days = range(0, max((end - first.date()).days, 0) + 1, every or 1)
    spans = [Span(_days_on(first, day, zone), _days_on(last, day, zone)) for day in days]
    # A span within an hour that the clocks leave out is none.
    return [one for one in spans if one.starts_at < one.ends_at] or [span]


def _days_on(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same wall time some days later, in UTC."""
    return datetime.combine(moment.date() + timedelta(days=days), moment.time(), zone).astimezone(UTC)


# --- SMS -------------------------------------------------------------------------------------------------------------
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")


@dataclass(frozen=True)
class SmsLength:
    """How long a text is as an SMS: characters as the network counts them, and the parts that it is billed as."""

    characters: int
    parts: int


def sms_length(text: str) -> SmsLength:
    """Count a text for the network: 160 or 7-bit parts of 153; with Chinese in it 70, or parts of 67.

    Source: 3GPP TS 23.038, 23.040. A character outside the basic plane counts twice.
    """
    if all(one in _GSM or one in _GSM_TWICE for one in text):
        length, whole, part = sum(2 if one in _GSM_TWICE else 1 for one in text), 160, 153
    else:
        length, whole, part = len(text.encode("utf-16-be")) // 2, 70, 67
    return SmsLength(length, 1 if length <= whole else math.ceil(length / part))


_PHONE = re.compile(r"\+?\d(?:[ -]?\d){4,18}")


def is_phone(text: str) -> bool:
    """Say whether a text is a number that an SMS may go to."""
    return _PHONE.fullmatch(text) is not None


# --- templates -------------------------------------------------------------------------------------------------------
_BRACES = re.compile(r"\{([^{}]*)\}")


class Unfilled(Exception):
    """A placeholder for which a message has nothing."""


def placeholders(text: str) -> list[str]:
    """What stands in braces, each once, in the order of the text."""
    return list(dict.fromkeys(_BRACES.findall(text)))


def unknown_placeholders(text: str, offered: Iterable[str]) -> list[str]:
    """What stands in braces and is not among what a message offers."""
    known = set(offered)
    return [name for name in placeholders(text) if name not in known]


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Put values into their placeholders; names only, so that no text reaches into an object.

    Raises `Unfilled` where a value is missing.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in values:
            raise Unfilled(name)
        return str(values[name])

    return _BRACES.sub(value, text)
