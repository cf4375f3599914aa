"""Words that somebody typed: whether they say anything, and a reason."""

from django.utils.translation import gettext as _

from core.errors import Invalid

LONGEST_REASON = 500


def says_nothing(text: str) -> bool:
    """Say whether a text has neither letter nor digit: dots and blanks tell nobody why."""
    return not any(char.isalnum() for char in text)


def reason_of(text: str, sentence: object = None, *, field: str = "reason") -> str:
    """The reason as kept. Raises `Invalid` with the sentence where there is none, or for one beyond 500 characters."""
    reason = text.strip()
    if says_nothing(reason):
        raise Invalid(sentence or _("Say why."), fields={field: _("Required.")})
    if len(reason) > LONGEST_REASON:
        raise Invalid(_("Keep the reason within 500 characters."), fields={field: _("Too long.")})
    return reason
