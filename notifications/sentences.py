"""What messages say: a format string per template, filled from the message's data in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.sentences import readable

_SENTENCES: dict[str, str | Promise] = {
    "clock.warning": _("%(case)s: “%(promise)s” is due soon (%(due)s)."),
    "clock.breach": _("%(case)s: “%(promise)s” was due %(due)s and is overdue."),
    "case.assigned": _("%(case)s was given to you: %(title)s"),
    "test.message": _("Test message."),
}


_PAGES: dict[str, str] = {}


def register_sentences(sentences: Mapping[str, str | Promise], *, page: str = "") -> None:
    """Add an app's sentences; called from `AppConfig.ready`.

    `page` names the address where a message leads that is about no case.
    """
    _SENTENCES.update(sentences)
    if page:
        _PAGES.update(dict.fromkeys(sentences, page))


def page_of(template: str) -> str:
    """The name of the address where a message without a case leads: the inbox where nothing else was said."""
    return _PAGES.get(template, "inbox")


def render(template: str, data: Mapping[str, Any]) -> str:
    """The sentence of a message in the active language. Unknown templates and missing data show, never raise."""
    try:
        return str(str(_SENTENCES[template]) % readable(data))
    except (KeyError, ValueError, TypeError):
        return f"{template} {dict(data)}"
