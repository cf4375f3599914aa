"""What a form brought, in the words of its page, where nothing but the request is at hand: no view, no database."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django import forms
from django.conf import settings


def in_words(posted: Iterable[tuple[str, str]], room: str = "") -> list[tuple[str, str]]:
    """Label and value of what somebody typed or chose, in the form's order; choices that only a database knows are
    passed over, and so is everything where no form of ours has these fields. `room` is the app that was asked: of
    forms that fit alike it is one of its own.
    """
    typed = {name: value.strip() for name, value in posted if value.strip()}
    fitting = max(_forms(forms.BaseForm), key=lambda one: _fit(one, typed, room), default=None)
    if fitting is None:
        return []
    told = [(str(field.label or ""), _said(field, typed[name])) for name, field in _shown(fitting, typed)]
    return [(label, value) for label, value in told if label and value]


def _forms(kind: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    """Every form of ours that is loaded: a request that brings fields does not say which form they are of."""
    for one in kind.__subclasses__():
        if _room_of(one) in settings.OURS:
            yield one
        yield from _forms(one)


def _room_of(form: type[forms.BaseForm]) -> str:
    return form.__module__.partition(".")[0]


def _fit(form: type[forms.BaseForm], typed: dict[str, str], room: str) -> tuple[int, bool, int]:
    """How well a form fits: by how many of its fields came along, then whose it is, then by how few did not."""
    names = set(getattr(form, "base_fields", {}))
    return len(names & set(typed)), _room_of(form) == room, -len(names - set(typed))


def _shown(form: type[forms.BaseForm], typed: dict[str, str]) -> list[tuple[str, forms.Field]]:
    fields: dict[str, forms.Field] = getattr(form, "base_fields", {})
    return [(name, field) for name, field in fields.items() if name in typed and not field.widget.is_hidden]


def _said(field: forms.Field, value: str) -> str:
    """The value as the page shows it; nothing for a tick and for what the page alone can name."""
    if isinstance(field, forms.BooleanField | forms.ModelChoiceField):
        return ""
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        pairs = chain.from_iterable(
            label if isinstance(label, list | tuple) else [(key, label)] for key, label in choices
        )
        return next((str(label) for key, label in pairs if key and str(key) == value), "")
    return value.replace("T", " ") if isinstance(field, forms.DateTimeField) else value
