"""Filling tables while they have no indexes, keys or references, which are then made at once for all rows (PostgreSQL).

Keeping an index while millions of rows come in costs many times what sorting them once does; a reference is checked
row by row, or once for the table.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.errors import NotNow

# Keys and references of the tables, and references to them from anywhere. The first of each pair to go is the last to
# come back: a reference needs the key that it names.
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE contype IN ('p', 'u', 'f')
      AND (conrelid = ANY(%(tables)s::regclass[]) OR confrelid = ANY(%(tables)s::regclass[]))
    ORDER BY contype = 'f' DESC, conrelid::regclass::text, conname
"""
# An index on "one of these states" would come back spelled otherwise; it is on few rows, and stays.
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE indrelid = ANY(%(tables)s::regclass[]) AND pg_get_indexdef(indexrelid) NOT LIKE '%% ANY (%%'
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
    ORDER BY 1
"""
# Everything that migrations put around the rows of any table; triggers of references carry numbers for names.
AROUND = """
    SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) || ' ' || convalidated::text
    FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
    UNION ALL
    SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) || ' ' || tgenabled::text
    FROM pg_trigger WHERE NOT tgisinternal
"""
# What waits to be checked is checked now. The rest is for this transaction alone: a crash loses what is made again.
SETTINGS = """
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    SET LOCAL synchronous_commit = off;
    SET LOCAL maintenance_work_mem = '1GB';
    SET LOCAL work_mem = '256MB';
"""


@dataclass(frozen=True)
class Constraint:
    """A key or a reference."""

    table: str
    name: str
    definition: str


def around(cursor: Any) -> set[tuple[str, ...]]:
    """Every index, constraint and trigger of the database as it stands."""
    cursor.execute(AROUND)
    return set(cursor.fetchall())


@contextmanager
def bare(cursor: Any, tables: Iterable[str]) -> Iterator[None]:
    """Take indexes, keys and references off the tables, and put the same ones back after the block.

    In the transaction of the caller, so that a failure leaves everything as it was. Raises `NotNow` where what is put
    back is not what was there.
    """
    before = around(cursor)
    named = {"tables": list(tables)}
    cursor.execute(SETTINGS)
    cursor.execute(CONSTRAINTS, named)
    constraints = [Constraint(*row) for row in cursor.fetchall()]
    for gone in constraints:
        cursor.execute(f'ALTER TABLE {gone.table} DROP CONSTRAINT "{gone.name}"')
    cursor.execute(INDEXES, named)
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    references = [one for one in constraints if one.definition.startswith("FOREIGN")]
    for key in constraints:
        if key not in references:
            cursor.execute(f'ALTER TABLE {key.table} ADD CONSTRAINT "{key.name}" {key.definition}')
    for _name, definition in indexes:
        cursor.execute(definition)
    for reference in references:
        cursor.execute(f'ALTER TABLE {reference.table} ADD CONSTRAINT "{reference.name}" {reference.definition}')
    if around(cursor) != before:
        raise NotNow("The tables are not as they were.")
