"""Copying every row of some matters, set-wise, under keys, numbers, homes and moments of their own (PostgreSQL)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Max, Min

from accounts.models import Project
from cases.models import Case, CaseAccess, Event
from cases.states import Phase
from notifications.models import Message
from records.models import SearchToken
from servicedesk.seeding.bare import bare
from sla.models import Clock, ClockEvent, FiredStep
from tickets.models import Job, Ticket
from visits.models import Callback

STEP_BACK = timedelta(minutes=11)  # a copy's life lies so much before that of the copy made before it


@dataclass(frozen=True)
class Table:
    """How one table is copied: where its rows name their case, which keys move along, what else is new in a copy.

    `beside` is what it is read beside, `only` which rows of it are meant.
    """

    model: type[models.Model]
    case: str
    along: Mapping[str, type[models.Model]] = field(default_factory=dict)
    new: Mapping[str, str] = field(default_factory=dict)
    beside: str = ""
    only: Mapping[str, str] = field(default_factory=dict)

    def keys(self, between: tuple[int, int], without: Collection[int] = ()) -> "models.QuerySet[Any, Any]":
        """The keys of the rows of the cases between two, some cases left out."""
        meant = {f"{self.case}__gte": between[0], f"{self.case}__lte": between[1]}
        found = self.model._default_manager.filter(**meant, **self.only)  # noqa: SLF001
        return found.exclude(**{f"{self.case}__in": without}).order_by().values("pk")


def _tables() -> list[Table]:
    """The tables in the order of their keys."""
    of_case = {"case_id": Case}
    return [
        Table(Case, "pk", {"parent_id": Case}, NEW_OF_CASE, HOMES),
        Table(Ticket, "case_id", of_case),
        Table(Job, "ticket__case_id", {"ticket_id": Ticket}),
        Table(Callback, "case_id", of_case),
        Table(CaseAccess, "case_id", of_case),
        Table(Event, "case_id", of_case),
        Table(Clock, "case_id", of_case),
        Table(ClockEvent, "clock__case_id", {"clock_id": Clock}),
        Table(FiredStep, "clock__case_id", {"clock_id": Clock}),
        Table(Message, "case_id", of_case, {"key": "t.key || ':' || n", "to_plan": "false"}),
        Table(SearchToken, "object_id", {"object_id": Case}, only={"kind": "case"}),
    ]


NEW_OF_CASE = {
    "number": "split_part(t.number, '-', 1) || '-19990101-' || (t.id + n * {span})",
    "reference": "''",
    "unit_id": "coalesce(home.id, t.unit_id)",
    "building_id": "coalesce(home.building_id, t.building_id)",
    "household_id": "NULL",
}
# Homes in turn, so that copies of one matter lie in different ones.
HOMES = """
    LEFT JOIN (
        SELECT id, building_id, project_id, row_number() OVER (PARTITION BY project_id ORDER BY id) - 1 AS place
        FROM estate_unit
    ) home ON home.project_id = t.project_id AND home.place = (t.id + n * {span}) * 7 %% {homes}
"""
# Every copy lies further back; what is still to come in an open case is spread over the month ahead.
BACK = "{column} - n * interval '{seconds} seconds'"
AHEAD = "greatest({column}, now()) + (n * 37 %% 720 + 1) * interval '1 hour'"
IS_AHEAD = {"due_at", "next_at", "next_attempt_at"}

# All rows of the patterns in their order, then all of them again: so the copies' keys go up as they are written.
COPY = """
    WITH pattern AS MATERIALIZED (SELECT * FROM "{table}" t WHERE t.id IN ({chosen}) ORDER BY t.id)
    INSERT INTO "{table}" ({names})
    SELECT {values}
    FROM generate_series(%s, %s) n CROSS JOIN LATERAL (SELECT * FROM pattern WHERE n > 0 OFFSET 0) t {beside}
"""


@dataclass(frozen=True)
class Patterns:
    """What is copied: the cases between two keys, of which `waiting` are open or belong to an open one."""

    between: tuple[int, int]
    waiting: frozenset[int]
    open_cases: tuple[int, ...]
    spans: Mapping[type[models.Model], int]
    homes: int

    @classmethod
    def after(cls, first: int, project: Project) -> "Patterns":
        """Read what the patterns are."""
        every = Case.objects.filter(pk__gt=first)
        between = (first + 1, every.aggregate(last=Max("pk"))["last"])
        still_open = tuple(every.exclude(phase=Phase.CLOSED).values_list("pk", flat=True))
        children = every.filter(parent__in=still_open).values_list("pk", flat=True)
        spans = {table.model: _span(table, between) for table in _tables()}
        return cls(between, frozenset([*still_open, *children]), still_open, spans, project.units.count())

    @property
    def all(self) -> int:
        """How many cases a whole copy has."""
        return self.spans[Case]

    @property
    def past(self) -> int:
        """How many cases a copy has that leaves out what is open."""
        return self.all - len(self.waiting)


def copy(patterns: Patterns, *, whole: int, past: int) -> None:
    """Copy everything of the patterns `whole` times, and then `past` times without what is open. One transaction."""
    tables = _tables()
    names = [table.model._meta.db_table for table in tables]  # noqa: SLF001
    with transaction.atomic(), connection.cursor() as cursor, bare(cursor, names):
        for table in tables:
            for numbers, without in (((1, whole), ()), ((whole + 1, whole + past), patterns.waiting)):
                statement, parameters = _insert(table, patterns, without)
                cursor.execute(statement, [*parameters, *numbers])
            _go_on(cursor, table.model)


def _span(table: Table, between: tuple[int, int]) -> int:
    found = table.keys(between).aggregate(low=Min("pk"), high=Max("pk"))
    return (found["high"] - found["low"] + 1) if found["high"] else 1


def _insert(table: Table, patterns: Patterns, without: Collection[int]) -> tuple[str, list[Any]]:
    """The statement that copies a table's rows, but for how often."""
    options = table.model._meta  # noqa: SLF001
    chosen, parameters = table.keys(patterns.between, without).query.sql_with_params()
    columns = [column for column in options.concrete_fields if column.column is not None]
    statement = COPY.format(
        table=options.db_table,
        names=", ".join(f'"{column.column}"' for column in columns),
        values=", ".join(_value(table, column, patterns) for column in columns),
        chosen=chosen,
        beside=table.beside.format(span=patterns.spans[table.model], homes=patterns.homes),
    )
    return statement, list(parameters)


def _value(table: Table, column: "models.Field[Any, Any]", patterns: Patterns) -> str:
    name = str(column.column)
    span = patterns.spans[table.model]
    if name == "id":
        return f"t.id + n * {span}"
    if name in table.along:
        return f't."{name}" + n * {patterns.spans[table.along[name]]}'
    if name in table.new:
        return table.new[name].format(span=span)
    if not isinstance(column, models.DateTimeField):
        return f't."{name}"'
    back = BACK.format(column=f't."{name}"', seconds=int(STEP_BACK.total_seconds()))
    owner = {Case: "t.id", Clock: "t.case_id", Callback: "t.case_id"}.get(table.model)
    if owner is None or name not in IS_AHEAD:
        return back
    ahead = AHEAD.format(column=f't."{name}"')
    return (
        f'CASE WHEN t."{name}" IS NOT NULL AND {owner} = ANY(ARRAY{list(patterns.open_cases)}::bigint[]) '
        f"THEN {ahead} ELSE {back} END"
    )


def _go_on(cursor: Any, model: type[models.Model]) -> None:
    table = model._meta.db_table  # noqa: SLF001
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))")  # noqa: S608
