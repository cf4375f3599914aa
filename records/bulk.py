"""Many rows at once, where a model's own object for each would cost more than the row."""

import csv
import gc
import io
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Value
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]
# From so many rows on they are copied in: cheaper for each, but nothing for a few.
MANY = 200
# One after the other, so that nobody else is given the same; SQLite has one writer at a time.
KEYS = {
    # The sequence is looked up once, not for each key.
    "postgresql": "SELECT nextval(found) FROM (SELECT pg_get_serial_sequence('{table}', 'id')::regclass AS found "
    "OFFSET 0) sequence, generate_series(1, %s)",
    "sqlite": "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0)",
}


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Make many thousands of objects that stay for now, without having Python look through them for garbage each time.

    As a decorator too. What is no cycle goes as ever when nothing names it any more.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def new_keys(model: type[models.Model], count: int) -> list[int]:
    """Give out so many keys for new rows, in a transaction that writes them: what names them needs no reading back."""
    if not count:
        return []
    statement = KEYS[connection.vendor].format(table=model._meta.db_table)  # noqa: SLF001
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(statement, [count])
            return [key for (key,) in cursor.fetchall()]
        cursor.execute(statement)
        (last,) = cursor.fetchone()
    return list(range(last + 1, last + 1 + count))


def among(keys: Iterable[int]) -> RawSQL:
    """Keys for `…__in`, sent as one value: as many literals would cost more than what they find.

    The database joins them to what is asked; where it takes that for next to nothing, `one_of` reads by an index still.
    """
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [_as_one(keys)])
    return RawSQL("SELECT value FROM json_each(%s)", [_as_one(keys)])


class _OneOf(Func):
    template, arg_joiner = "%(expressions)s))", " IN (SELECT value FROM json_each("
    output_field = models.BooleanField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="%(expressions)s::bigint[])", arg_joiner=" = ANY (", **extra)


def one_of(name: str, keys: Iterable[int]) -> Func:
    """A condition for `filter`: what the model calls so is one of some keys, sent as one value.

    For a column that begins an index: it is read key by key, whatever is known yet of how much there is. Not for what
    is joined to something else.
    """
    return _OneOf(F(name), Value(_as_one(keys), output_field=models.TextField()))


def _as_one(keys: Iterable[int]) -> str:
    written = json.dumps(list(keys))
    return f"{{{written[1:-1]}}}" if connection.vendor == "postgresql" else written


def insert(model: type[models.Model], names: Sequence[str], rows: Collection[Row], *, known_stay: bool = False) -> None:
    """Write rows of the named columns in one statement; other columns take the model's defaults.

    Many rows of plain values are copied in. The key is written where it is named (`new_keys`). With `known_stay`, a
    row whose key is there already is left as it is.
    """
    if not rows:
        return
    if connection.vendor != "postgresql":
        made = [model(**dict(zip(names, row, strict=True))) for row in rows]
        model._default_manager.bulk_create(made, ignore_conflicts=known_stay)  # noqa: SLF001
        return
    columns = [column for column in _columns(model) if not column.primary_key or column.attname in names]
    usual = {column.attname: column.get_default() for column in columns if column.attname not in names}
    if len(rows) >= MANY and not known_stay and all(_is_plain(column) for column in columns):
        _copy(model, [*names, *usual], rows, tuple(usual.values()))
        return
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


def _is_plain(column: Any) -> bool:
    """Whether a value reads back as it is written down; an empty text is told from none where none is refused."""
    return not isinstance(column, models.JSONField | models.BinaryField) and not (
        column.null and isinstance(column, models.CharField | models.TextField)
    )


def _copy(model: type[models.Model], names: Sequence[str], rows: Iterable[Row], usual: Row) -> None:
    table, by_name = model._meta.db_table, {column.attname: column for column in _columns(model)}  # noqa: SLF001
    into = ", ".join(f'"{by_name[name].column}"' for name in names)
    never = ", ".join(f'"{by_name[name].column}"' for name in names if not by_name[name].null)
    given = io.StringIO()
    csv.writer(given).writerows(row + usual for row in rows)
    given.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({into}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({never}))', given)


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
        cursor.execute(statement, [json.dumps(document, ensure_ascii=False, default=str)])
