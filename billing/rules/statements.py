"""Which column of a statement a movement of what is owed belongs to, and the spans that statements are made for."""

from dataclasses import dataclass
from datetime import date, timedelta

from billing.rules.periods import Period, month_of
from billing.states import Column, EntryKind, Spell

RAISING = {EntryKind.BILLED, EntryKind.CHARGED_ONCE, EntryKind.OPENING}
COLUMNS: dict[str, Column] = {
    **dict.fromkeys(RAISING, Column.RAISED),
    EntryKind.VOIDED: Column.VOIDED,
    EntryKind.PAID: Column.RECEIVED,
    EntryKind.REFUNDED: Column.RECEIVED,
    EntryKind.CREDIT_USED: Column.USED,
    EntryKind.WAIVED: Column.WAIVED,
}


def column_of(kind: str, taken_back: str | None) -> Column:
    """The column of a movement; what takes another one back stands in the column of that one, with the other sign.

    `taken_back` is the kind of what it reverses. Raised bills that were made void have a column of their own.
    """
    if kind == EntryKind.REVERSED and taken_back is not None:
        return COLUMNS.get(taken_back, Column.RAISED)
    return COLUMNS.get(kind, Column.RAISED)


@dataclass(frozen=True)
class Asked:
    """A statement that somebody wants: of a day, or of a calendar month, by a day of it."""

    spell: Spell
    on: date

    @property
    def period(self) -> Period:
        """Its days, both ends included."""
        return Period(self.on, self.on) if self.spell == Spell.DAY else month_of(self.on)

    @property
    def before(self) -> "Asked | None":
        """The one before; None where there is none."""
        start = self.period.start
        return Asked(self.spell, start - timedelta(days=1)) if start > date.min else None

    @property
    def after(self) -> "Asked | None":
        """The one behind; None where there is none."""
        end = self.period.end
        return Asked(self.spell, end + timedelta(days=1)) if end < date.max else None

    @property
    def name(self) -> str:
        """Its days in figures: `2026-11-23` or `2026-11`."""
        return f"{self.on:%Y-%m-%d}" if self.spell == Spell.DAY else f"{self.on:%Y-%m}"
