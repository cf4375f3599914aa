"""The one way in which the database adds up money: whole cents, whatever the database keeps them in."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Sum
from django.db.models.sql.compiler import SQLCompiler

from core.money import to_cents

# Numeric is exact. SQLite keeps amounts in binary fractions, and adding many of those up strays by and by.
CENTS = "sum(CAST(round(({amount}) * 100) AS INTEGER))"


def sum_of(amount: str, vendor: str) -> str:
    """SQL that adds up an expression in yuan, exact to the cent, for a statement that is written by hand."""
    return f"({CENTS.format(amount=amount)} / 100.0)" if vendor == "sqlite" else f"sum({amount})"


class _Yuan(DecimalField):  # type: ignore[type-arg]  # the class takes none when it runs
    """A sum as it is read: two places, as numeric has them by itself."""

    def get_internal_type(self) -> str:
        return "DecimalField"

    def get_db_converters(self, connection: Any) -> list[Callable[..., Any]]:
        found: list[Callable[..., Any]] = super().get_db_converters(connection)
        return [*found, _read] if connection.vendor == "sqlite" else found


def _read(value: Decimal | None, expression: Any, connection: Any) -> Decimal | None:
    return None if value is None else to_cents(value)


class MoneySum(Sum):
    """Adds up amounts in yuan, exact to the cent; Django's own `Sum` is not on SQLite, and used for no money."""

    def __init__(self, expression: Any, **more: Any) -> None:
        more.setdefault("output_field", _Yuan(max_digits=18, decimal_places=2))
        super().__init__(expression, **more)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **more: Any) -> tuple[str, Any]:
        """Add up whole cents."""
        in_cents = self.copy()
        in_cents.template = CENTS.format(amount="%(expressions)s")
        sql, given = in_cents.as_sql(compiler, connection, **more)
        return f"({sql} / 100.0)", given
