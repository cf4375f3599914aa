"""What somebody typed about a case, as it is kept: within its length, and saying something where it has to."""

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.words import LONGEST_REASON, says_nothing


def words_of(text: str, sentence: object, *, field: str, longest: int = LONGEST_REASON) -> str:
    """What was typed. Raises `Invalid` with the sentence for nothing to read, or for too much."""
    words = text.strip()
    if says_nothing(words):
        raise Invalid(sentence, fields={field: _("Required.")})
    return kept(words, field=field, longest=longest)


def kept(text: str, *, field: str, longest: int = LONGEST_REASON) -> str:
    """What may be left empty. Raises `Invalid` for too much."""
    words = text.strip()
    if len(words) > longest:
        raise Invalid(too_long(longest), fields={field: too_long(longest)})
    return words


def too_long(longest: int) -> str:
    """What is said of more than so many characters."""
    return _("Keep it within %(count)s characters.") % {"count": f"{longest:,}"}
