"""Many rows at once, where a model's own object for each would cost more than the row."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
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
    columns = [column for column in _columns(model) if not column.primary_key]
    usual = {column.attname: column.get_default() for column in columns if column.attname not in names}
    into = ", ".join(f'"{column.column}"' for column in columns)
    statement = f'INSERT INTO "{model._meta.db_table}" ({into}) {_select(columns)}'  # noqa: SLF001
    document = [usual | dict(zip(names, row, strict=True)) for row in rows]
    _send(statement + (" ON CONFLICT DO NOTHING" if known_stay else ""), document)


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
    new = ", ".join(f'"{column.column}" = new."{column.column}"' for column in columns if not column.primary_key)
    table = model._meta.db_table  # noqa: SLF001
    statement = f'UPDATE "{table}" SET {new} FROM ({_select(columns)}) AS new WHERE "{table}".id = new.id'  # noqa: S608
    _send(statement, [{column.attname: getattr(row, column.attname) for column in columns} for row in rows])


def _columns(model: type[models.Model]) -> list[Any]:
    return [column for column in model._meta.concrete_fields if column.column is not None]  # noqa: SLF001


def _select(columns: Sequence[Any]) -> str:
    """The rows of one JSON document: the server reads it many times as fast as as many literals."""
    names = ", ".join(f'"{column.column}"' for column in columns)
    shape = ", ".join(f'"{column.column}" {_read_as(column)}' for column in columns)
    return f"SELECT {names} FROM json_to_recordset(%s) AS given({shape})"  # noqa: S608


def _read_as(column: Any) -> str:
    # As `varchar(40)` a longer text would be cut off silently; as text it is refused where it is written.
    return "text" if isinstance(column, models.CharField) else str(column.db_type(connection))


def _send(statement: str, document: list[dict[str, Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(document, ensure_ascii=False, default=datetime.isoformat)])
