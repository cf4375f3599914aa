"""How receipts are numbered."""


def format_number(code: str, year: int, count: int) -> str:
    """A receipt's number such as `SJ-DEMO-2026-000001`; past 999,999 a year it grows a digit."""
    return f"SJ-{code.upper()}-{year}-{count:06d}"
