"""Tables whose rows are never changed: triggers refuse it on both databases, whoever asks.

The one way past them is `records.actions.unlock_append_only`, which writes an audit entry.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import migrations

# The name tells what may be changed: nothing at all, or what `protect_but` leaves free.
WHOLLY, PARTLY = "append_only_refuse", "append_only_refuse_part"
FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$
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
        FUNCTION.format(name=WHOLLY),
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


def protect_but(table: str, *, never: Sequence[str], once: Mapping[str, Sequence[str]]) -> migrations.RunPython:
    """Return the migration step that lets rows of a table be neither removed nor changed but where they must be.

    `never`: the columns that stay as they were written. `once`: those written later, and never again, by the column
    that is empty until they are.
    """
    columns = {"kept": (never, ""), **{key: (names, f"OLD.{key} IS NOT NULL") for key, names in once.items()}}

    def install(apps: Any, editor: Any) -> None:
        make = _partly_postgresql if editor.connection.vendor == "postgresql" else _partly_sqlite
        for statement in make(table, columns):
            editor.execute(statement, params=None)

    def remove(apps: Any, editor: Any) -> None:
        on = f' ON "{table}"' if editor.connection.vendor == "postgresql" else ""
        for name in ("delete", "truncate", *columns):
            if on or name != "truncate":
                editor.execute(f'DROP TRIGGER IF EXISTS "{table}_{name}"{on};', params=None)

    return migrations.RunPython(install, remove)


Columns = Mapping[str, tuple[Sequence[str], str]]


def _partly_postgresql(table: str, columns: Columns) -> list[str]:
    refuse = f"EXECUTE FUNCTION {PARTLY}();"
    return [
        FUNCTION.format(name=PARTLY),
        f'CREATE TRIGGER "{table}_delete" BEFORE DELETE ON "{table}" FOR EACH ROW {refuse}',
        f'CREATE TRIGGER "{table}_truncate" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT {refuse}',
        *(
            f'CREATE TRIGGER "{table}_{name}" BEFORE UPDATE OF {", ".join(changed)} ON "{table}" FOR EACH ROW '
            + (f"WHEN ({when}) {refuse}" if when else refuse)
            for name, (changed, when) in columns.items()
        ),
    ]


def _partly_sqlite(table: str, columns: Columns) -> list[str]:
    verbs = {"delete": ("DELETE", "")}
    verbs |= {name: (f"UPDATE OF {', '.join(changed)}", when) for name, (changed, when) in columns.items()}
    return [
        f'CREATE TRIGGER "{table}_{name}" BEFORE {verb} ON "{table}" WHEN append_only_unlocked() = 0'
        f"{f' AND {when}' if when else ''} "
        f"BEGIN SELECT RAISE(ABORT, 'append-only: {verb.split()[0]} on {table} is refused'); END;"
        for name, (verb, when) in verbs.items()
    ]
