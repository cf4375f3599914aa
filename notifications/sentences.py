"""What messages say: a format string per template, filled from the message's data in the reader's language."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.sentences import readable

_SENTENCES: dict[str, str | Promise] = {
    "clock.news": _("%(case)s: %(title)s. “%(promise)s” by %(due)s."),
    "clock.warning": _("%(case)s: “%(promise)s” is due soon (%(due)s)."),
    "clock.breach": _("%(case)s: “%(promise)s” was due %(due)s and is overdue."),
    "clock.warning_unheard": _(
        "%(case)s: “%(promise)s” is due %(due)s. You were to hear of it at %(meant)s; the message did not go out then."
    ),
    "clock.breach_unheard": _(
        "%(case)s: “%(promise)s” was due %(due)s and is overdue. You were to hear of it at %(meant)s; the message did "
        "not go out then."
    ),
    "clock.extended": _("%(case)s: %(by)s extended “%(promise)s” to %(to)s: %(reason)s"),
    "case.assigned": _("%(case)s was given to you: %(title)s"),
    "test.message": _("Test message."),
}


def register_sentences(sentences: Mapping[str, str | Promise]) -> None:
    """Add an app's sentences; called from `AppConfig.ready`."""
    _SENTENCES.update(sentences)


_WAITED_FOR: set[str] = set()


def register_waited_for(templates: Iterable[str]) -> None:
    """Name the messages for whose reader somebody stands waiting; called from `AppConfig.ready`."""
    _WAITED_FOR.update(templates)


def is_waited_for(template: str) -> bool:
    """Say whether somebody stands waiting for the reader of such a message: it goes at night as well."""
    return template in _WAITED_FOR


def render(template: str, data: Mapping[str, Any]) -> str:
    """The sentence of a message in the active language. Unknown templates and missing data show, never raise."""
    try:
        return str(str(_SENTENCES[template]) % readable(data))
    except (KeyError, ValueError, TypeError):
        return f"{template} {dict(data)}"


# What every message offers to a template, beside what its own sentence names.
ALWAYS = ("case", "title", "person", "project")
_PATTERN = re.compile(r"%\((\w+)\)s")


def known_sentences() -> list[tuple[str, str]]:
    """Every message that there is, with its built-in sentence in the active language, written as a template."""
    return sorted((key, _PATTERN.sub(r"{\1}", str(words))) for key, words in _SENTENCES.items())


def offered(template: str) -> list[str]:
    """The placeholders that a template for this message may use."""
    return list(dict.fromkeys([*_PATTERN.findall(str(_SENTENCES.get(template, ""))), *ALWAYS]))


def values_of(data: Mapping[str, Any]) -> dict[str, str]:
    """What a message puts into placeholders, as words in the reader's language."""
    return {name: str(value) for name, value in readable(data).items()}
