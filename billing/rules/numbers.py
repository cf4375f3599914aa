"""How receipts are numbered."""


def format_number(code: str, year: int, count: int, *, door: bool = False) -> str:
    """A receipt's number such as `SJ-DEMO-2026-000001`; past 999,999 a year it grows a digit.

    One that was prepared for the door carries an M (上门): `SJ-DEMO-2026-M000001`.
    """
    return f"SJ-{code.upper()}-{year}-{'M' if door else ''}{count:06d}"
