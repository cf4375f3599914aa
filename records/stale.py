"""Somebody saved meanwhile: what one typed beside what stands now, field by field, with who and when."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


@dataclass(frozen=True)
class Pair:
    """One field in two people's words."""

    label: object
    yours: str
    now: str


@dataclass(frozen=True)
class Missed:
    """What somebody missed while a form was open; `templates/parts/stale.html` shows it above what was typed.

    `over` says where to go on instead, where nothing can be saved here any more.
    """

    pairs: Sequence[Pair]
    who: str = ""
    at: datetime | None = None
    lines: Sequence[object] = ()
    over: str = ""


def missed_since(
    form: forms.BaseForm,
    sent: QueryDict,
    *,
    stands: Mapping[str, Any],
    stamp: str,
    last_edit: Callable[[], tuple[str, datetime | None]],
) -> Missed | None:
    """What was typed beside what stands, where a form was shown with another `stamp`. Pressed again, it is written.

    `last_edit`: who saved last, and when; asked for only where somebody did.
    """
    if sent.get("stamp", "") in ("", stamp):
        return None
    again = sent.copy()
    again["stamp"] = stamp
    form.data = again
    who, at = last_edit()
    return Missed(pairs=pairs(form, stands), who=who, at=at)


def pairs(form: forms.BaseForm, now: Mapping[str, Any]) -> list[Pair]:
    """The fields of a form as typed that stand otherwise `now`, in the form's order and words."""
    found = []
    for name, field in form.fields.items():
        if name in now:
            yours, theirs = _words(field, form[name].value()), _words(field, now[name])
            if yours != theirs:
                found.append(Pair(label=field.label or name, yours=yours, now=theirs))
    return found


def _words(field: forms.Field, value: Any) -> str:
    """A value as a person reads it: a choice by its label, a moment as it is said."""
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        raw = str(getattr(value, "pk", value) if value is not None else "")
        choices: Any = field.choices
        return next((str(label) for key, label in _flat(choices) if str(key) == raw), raw)
    if isinstance(field, forms.BooleanField):
        return _("yes") if field.to_python(value) else _("no")
    if isinstance(field, forms.DateTimeField):
        return _moment(field, value)
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    """Choices without their groups."""
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield key, label


def _moment(field: forms.DateTimeField, value: Any) -> str:
    try:
        moment = field.clean(value) if not isinstance(value, datetime) else value
    except forms.ValidationError:
        return str(value)
    if moment is None:
        return ""
    return formats.date_format(timezone.localtime(moment), pgettext("date format", "j N H:i"))
