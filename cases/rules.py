"""Pure rules of cases."""

from datetime import date

from records.search import code_tokens, name_tokens, phone_tokens, text_tokens


def format_number(prefix: str, day: date, count: int) -> str:
    """A case number such as `BX-20261123-0001`; past 9,999 a day it grows a digit."""
    return f"{prefix}-{day:%Y%m%d}-{count:04d}"


def case_tokens(
    *, number: str, title: str, contact_name: str, contact_phone: str, unit_number: str, place: str
) -> set[str]:
    """Everything a case is found by."""
    tail = number.rpartition("-")[2]
    return (
        code_tokens(number)
        | {tail}
        | text_tokens(title)
        | text_tokens(place)
        | name_tokens(contact_name)
        | phone_tokens(contact_phone)
        | (code_tokens(unit_number) if unit_number else set())
    )
