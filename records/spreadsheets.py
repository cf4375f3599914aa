"""What every file for a spreadsheet has in common. Pure."""

import re

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# What the format cannot hold; openpyxl refuses the whole file for one of them.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def safe_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula, and that every one can hold; what is no text stays as it is."""
    if not isinstance(value, str):
        return value
    text = UNWRITABLE.sub("", value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
