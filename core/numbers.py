"""Whole numbers that somebody else wrote: into an address, a form, a header."""


def whole_number(raw: str, *, digits: int = 15) -> int | None:
    """The number, None for anything but `digits` plain digits at most: `²` is a digit to Python, but no number."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= digits else None


def at_most(count: int, most: int) -> str:
    """A count in words that does not pretend: beyond `most` nobody went on counting."""
    return f"{most:,}+" if count > most else str(count)
