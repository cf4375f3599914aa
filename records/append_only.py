"""Tables whose rows are never changed: triggers refuse it on both databases, whoever asks.

The one way past them is `records.actions.unlock_append_only`, which writes an audit entry.
"""

from collections.abc import Sequence
from typing import Any

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION append_only_refuse() RETURNS trigger AS $$
BEGIN
    IF current_setting('servicedesk.unlocked', true) = 'on' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        IF TG_OP = 'TRUNCATE' THEN RETURN NULL; END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END;
$$ LANGUAGE plpgsql;
"""


def _postgresql(table: str) -> list[str]:
    return [
        FUNCTION,
        f'CREATE TRIGGER "{table}_rows" BEFORE UPDATE OR DELETE ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION append_only_refuse();",
        f'CREATE TRIGGER "{table}_truncate" BEFORE TRUNCATE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse();",
    ]


def _sqlite(table: str) -> list[str]:
    return [
        f'CREATE TRIGGER "{table}_{verb.lower()}" BEFORE {verb} ON "{table}" WHEN append_only_unlocked() = 0 '
        f"BEGIN SELECT RAISE(ABORT, 'append-only: {verb} on {table} is refused'); END;"
        for verb in ("UPDATE", "DELETE")
    ]


def protect_again(tables: Sequence[str]) -> migrations.RunPython:
    """Return the migration step after a change of append-only `tables`: SQLite makes them anew, without triggers."""

    def install(apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "postgresql":
            return
        for table in tables:
            for statement in _sqlite(table):
                editor.execute(statement.replace("CREATE TRIGGER", "CREATE TRIGGER IF NOT EXISTS", 1), params=None)

    return migrations.RunPython(install, install)


def protect(tables: Sequence[str]) -> migrations.RunPython:
    """Return the migration step that makes `tables` append-only."""

    def install(apps: Any, editor: Any) -> None:
        make = _postgresql if editor.connection.vendor == "postgresql" else _sqlite
        for table in tables:
            for statement in make(table):
                editor.execute(statement, params=None)

    def remove(apps: Any, editor: Any) -> None:
        names = ("rows", "truncate") if editor.connection.vendor == "postgresql" else ("update", "delete")
        for table in tables:
            for name in names:
                on = f' ON "{table}"' if editor.connection.vendor == "postgresql" else ""
                editor.execute(f'DROP TRIGGER IF EXISTS "{table}_{name}"{on};', params=None)

    return migrations.RunPython(install, remove)
