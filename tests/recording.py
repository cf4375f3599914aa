"""Rows written once and laid down again for every test that wants them: some statements instead of hundreds."""

import pickle
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.apps import apps
from django.db import connection, transaction

MIGRATED = {"django_content_type", "auth_permission", "django_migrations", "django_site"}  # never empty


@dataclass(frozen=True)
class Laying:
    """One statement that fills a table."""

    sql: str
    values: list[Any]


def tables() -> list[str]:
    """Every table of ours, referred-to tables first as far as models are declared in that order."""
    models = apps.get_models(include_auto_created=True)
    named = dict.fromkeys(model._meta.db_table for model in models if not model._meta.proxy)
    return [name for name in named if name not in MIGRATED]


def is_empty() -> bool:
    """Say whether nothing but what migrations leave is there."""
    with connection.cursor() as cursor:
        union = " OR ".join(f"EXISTS (SELECT 1 FROM {name})" for name in map(quote, tables()))
        cursor.execute(f"SELECT {union}")
        return not cursor.fetchone()[0]


def quote(name: str) -> str:
    """The name as a statement wants it."""
    return connection.ops.quote_name(name)


Objects = TypeVar("Objects")


class Recording(Generic[Objects]):
    """What a database held at one moment, and the objects that go with it."""

    def __init__(self, objects: Objects) -> None:
        self.objects = pickle.dumps(objects)
        self.layings = [laying for name in tables() if (laying := self._read(name))]

    @staticmethod
    def _read(table: str) -> Laying | None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {quote(table)}")
            columns = ", ".join(quote(column[0]) for column in cursor.description)
            rows = cursor.fetchall()
        if not rows:
            return None
        row = f"({', '.join(['%s'] * len(rows[0]))})"
        sql = f"INSERT INTO {quote(table)} ({columns}) VALUES {', '.join([row] * len(rows))}"
        return Laying(sql, [value for each in rows for value in each])

    def lay(self) -> Objects:
        """Write the rows again and return objects of one's own."""
        with transaction.atomic(), connection.cursor() as cursor:  # foreign keys are checked at its end
            for laying in self.layings:
                cursor.execute(laying.sql, laying.values)
        return cast(Objects, pickle.loads(self.objects))
