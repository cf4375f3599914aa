"""Sentences about a case: a format string in the reader's language, filled from an event's data."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from cases.registry import Label, sentence_of
from core.moments import day_of_deadline, ends_day
from records.masking import masked_phone

# What can happen to a case of any kind.
COMMON: dict[str, Label] = {
    "clock.breached": _("“%(promise)s” passed its due time."),
    "clock.told": _("Told of “%(promise)s”: %(names)s."),
    "clock.moved": _("“%(promise)s” follows a changed rule and is due %(to)s."),
    "clock.extended": _("“%(promise)s” extended to %(to)s."),
    "case.photo": _("Added a photo."),
    "case.noted": _("Made a note."),
}


def moment_words(raw: str, *, beside: datetime | None = None, ends: bool = False) -> str:
    """Write an ISO moment in the active zone: 11月23日 14:30. What is no moment comes back as it is.

    `ends`: something has to be done until then, and midnight is the end of a day: 11月23日 24:00.

    With `beside`, the moment that stands next to it, the year is written too where it is another one.
    """
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return raw
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    if ends and ends_day(local):
        day = formats.date_format(day_of_deadline(local), pgettext("date format", "j N"))
        return f"{day} 24:00"
    if beside is not None and timezone.localtime(beside).year != local.year:
        return formats.date_format(local, pgettext("date format", "j N Y H:i"))
    return formats.date_format(local, pgettext("date format", "j N H:i"))


def day_words(raw: str) -> str:
    """Write an ISO day as people say it: 2026年11月23日. What is no day comes back as it is."""
    try:
        return formats.date_format(date.fromisoformat(raw), "DATE_FORMAT")
    except ValueError:
        return raw


def readable(value: Any) -> Any:
    """Turn stored data into words, in the reader's language.

    `{"zh", "en"}` as its text, `{"at"}` as a moment, `{"by"}` as a deadline, `{"on"}` as a day, `{"from", "to"}` as a
    span, lists as a row.
    """
    if isinstance(value, Mapping):
        return _put(value)
    if isinstance(value, list | tuple):
        return pgettext("between names", ", ").join(str(readable(inner)) for inner in value)
    return "" if value is None else value


def _put(value: Mapping[str, Any]) -> Any:
    if "zh" in value:
        english = (get_language() or "").startswith("en") and value.get("en")
        return str(value["en"] if english else value["zh"])
    if set(value) == {"at"}:
        return moment_words(str(value["at"]))
    if set(value) == {"by"}:
        return moment_words(str(value["by"]), ends=True)
    if set(value) == {"on"}:
        return day_words(str(value["on"]))
    if set(value) == {"from", "to"}:
        return str(_("%(from)s to %(to)s")) % {name: readable(inner) for name, inner in value.items()}
    return {name: readable(inner) for name, inner in value.items()}


def sentence(kind: str, data: Mapping[str, Any]) -> str:
    """The sentence of an event in the active language. Missing data leaves a dash; it never raises.

    `worded` in the data names the sentence where the same step is called otherwise: an answer is no work finished.
    """
    pattern = str(COMMON.get(kind) or sentence_of(str(data.get("worded") or kind)))
    try:
        return pattern % _Gaps(readable(data))
    except (ValueError, TypeError):
        return pattern


class _Gaps(dict[str, Any]):
    """Data in which what is not there reads as a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


def was_words(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What stood there and what stands there now, for each thing that differs; numbers with their stars."""
    shown = {"contact_phone": masked_phone}
    pairs = [
        [shown.get(name, str)(value or "") or "—" for value in (before[name], after[name])]
        for name in after
        if before[name] != after[name]
    ]
    return "；".join(f"{was} → {now}" for was, now in pairs)
