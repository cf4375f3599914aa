"""A condition for rows whose keys a subquery is known to find in handfuls."""

from typing import Any

from django.db.models.lookups import In


class Few(In):
    """`filter(Few(F("pk"), subquery))`: like `pk__in=subquery`, but PostgreSQL finds the keys before it joins.

    Beyond eight joined tables it plans the joins before it looks at what an `IN` asks, and joins every row there is;
    beside another condition, in an `OR`, it reads every row of the table; and it takes the first twelve of a list for
    half of it.
    """

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        """Say `= ANY(ARRAY(…))` where that is known."""
        return f"= ANY(ARRAY{rhs})" if connection.vendor == "postgresql" else str(super().get_rhs_op(connection, rhs))
