"""Texts that show nothing: whoever reads them takes them for empty, and so does the desk."""

import unicodedata
from typing import Any

# Letters and marks that show nothing, beside the controls and joiners that Unicode names as such.
UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
UNSEEN_KINDS = frozenset({"Cc", "Cf"})


def is_blank(text: str) -> bool:
    """Say whether a text shows nothing: blanks, characters of no width (U+200B …), fillers. A NUL is not such a one."""
    return "\0" not in text and all(map(_is_unseen, text))


def _is_unseen(char: str) -> bool:
    is_selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return char.isspace() or char in UNSEEN or is_selector or unicodedata.category(char) in UNSEEN_KINDS


def seen(found: Any) -> Any:
    """What came in, whatever its shape, with nothing in the place of each text that shows nothing."""
    if isinstance(found, str):
        return "" if is_blank(found) else found
    if isinstance(found, dict):
        return {name: seen(value) for name, value in found.items()}
    return [seen(value) for value in found] if isinstance(found, list) else found
