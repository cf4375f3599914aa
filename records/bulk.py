"""Many rows at once, where a model's own object for each would cost more than the row."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, models

Row = tuple[Any, ...]


def insert(model: type[models.Model], names: Sequence[str], rows: Collection[Row], *, known_stay: bool = False) -> None:
    """Write rows of the named columns in one statement; other columns take the model's defaults.

    With `known_stay`, a row whose key is there already is left as it is.
    """
    if not rows:
        return
    if connection.vendor != "postgresql":
        made = [model(**dict(zip(names, row, strict=True))) for row in rows]
        model._default_manager.bulk_create(made, ignore_conflicts=known_stay)  # noqa: SLF001
        return
    given = {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    columns = [column for column in _columns(model) if not column.primary_key]
    for column in columns:
        if column.attname not in given:
            given[column.attname] = [column.get_default()] * len(rows)
    into = ", ".join(f'"{column.column}"' for column in columns)
    statement = f'INSERT INTO "{model._meta.db_table}" ({into}) {_select(columns)}'  # noqa: SLF001
    _send(statement + (" ON CONFLICT DO NOTHING" if known_stay else ""), columns, given)


def update(model: type[models.Model], names: Sequence[str], rows: Collection[models.Model]) -> None:
    """Write the named columns of objects as they stand now, in one statement whose cost grows with their number alone.

    `bulk_update` would send a CASE over all of them for every column.
    """
    if not rows:
        return
    if connection.vendor != "postgresql":
        kept: Any = model._default_manager  # noqa: SLF001
        kept.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=names)
        return
    columns = [column for column in _columns(model) if column.primary_key or column.name in names]
    given = {column.attname: [getattr(row, column.attname) for row in rows] for column in columns}
    new = ", ".join(f'"{column.column}" = new."{column.column}"' for column in columns if not column.primary_key)
    named = ", ".join(f'"{column.column}"' for column in columns)
    table = model._meta.db_table  # noqa: SLF001
    statement = f'UPDATE "{table}" SET {new} FROM ({_select(columns)}) AS new({named}) WHERE "{table}".id = new.id'  # noqa: S608
    _send(statement, columns, given)


def _columns(model: type[models.Model]) -> list[Any]:
    return [column for column in model._meta.concrete_fields if column.column is not None]  # noqa: SLF001


def _select(columns: Sequence[Any]) -> str:
    """Rows from one array for each column."""
    arrays = ", ".join(f"%s::{_sent_as(column)}[]" for column in columns)
    names = ", ".join(f"c{number}" for number in range(len(columns)))
    values = ", ".join(
        f"c{number}::jsonb" if _is_json(column) else f"c{number}" for number, column in enumerate(columns)
    )
    return f"SELECT {values} FROM unnest({arrays}) AS given({names})"  # noqa: S608


def _is_json(column: Any) -> bool:
    return isinstance(column, models.JSONField)


def _sent_as(column: Any) -> str:
    # As `varchar(40)` a longer text would be cut off silently; as text it is refused where it is written.
    is_text = isinstance(column, models.JSONField | models.CharField)
    return "text" if is_text else str(column.db_type(connection))


def _send(statement: str, columns: Sequence[Any], given: dict[str, list[Any]]) -> None:
    values = [_as_json(given[c.attname]) if _is_json(c) else given[c.attname] for c in columns]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _as_json(values: list[Any]) -> list[str]:
    """Each value as JSON; one that stands in many rows is written once."""
    written: dict[int, str] = {}
    for value in values:
        if id(value) not in written:
            written[id(value)] = json.dumps(value)
    return [written[id(value)] for value in values]
