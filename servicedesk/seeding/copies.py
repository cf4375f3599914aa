"""Copying every row of some matters, set-wise, under keys, numbers, homes and moments of their own (PostgreSQL)."""

from collections.abc import Mapping
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
    """How one table is copied: its rows, the keys that move along, what else is new in a copy, what is read beside."""

    model: type[models.Model]
    rows: Mapping[str, Any]
    along: Mapping[str, type[models.Model]] = field(default_factory=dict)
    new: Mapping[str, str] = field(default_factory=dict)
    beside: str = ""


def _tables(first: int) -> list[Table]:
    """The tables in the order of their keys."""
    case, ticket = {"case_id__gt": first}, {"ticket__case_id__gt": first}
    clock = {"clock__case_id__gt": first}
    return [
        Table(Case, {"pk__gt": first}, {"parent_id": Case}, NEW_OF_CASE, HOMES),
        Table(Ticket, case, {"case_id": Case}),
        Table(Job, ticket, {"ticket_id": Ticket}),
        Table(Callback, case, {"case_id": Case}),
        Table(CaseAccess, case, {"case_id": Case}),
        Table(Event, case, {"case_id": Case}),
        Table(Clock, case, {"case_id": Case}),
        Table(ClockEvent, clock, {"clock_id": Clock}),
        Table(FiredStep, clock, {"clock_id": Clock}),
        Table(Message, case, {"case_id": Case}, {"key": "t.key || ':' || n"}),
        Table(SearchToken, {"kind": "case", "object_id__gt": first}, {"object_id": Case}),
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
    FROM generate_series(1, %s) n CROSS JOIN LATERAL (SELECT * FROM pattern WHERE n > 0 OFFSET 0) t {beside}
"""


@dataclass(frozen=True)
class Copies:
    """What all tables of one copying share."""

    spans: Mapping[type[models.Model], int]
    open_cases: list[int]
    homes: int


def copy(*, project: Project, first: int, copies: int) -> None:
    """Copy everything of the cases after `first` so many times, in one transaction."""
    tables = _tables(first)
    shared = Copies(
        spans={table.model: _span(table) for table in tables},
        open_cases=list(Case.objects.filter(pk__gt=first).exclude(phase=Phase.CLOSED).values_list("pk", flat=True)),
        homes=project.units.count(),
    )
    names = [table.model._meta.db_table for table in tables]  # noqa: SLF001
    with transaction.atomic(), connection.cursor() as cursor, bare(cursor, names):
        for table in tables:
            statement, parameters = _insert(table, shared)
            cursor.execute(statement, [*parameters, copies])
            _go_on(cursor, table.model)


def _span(table: Table) -> int:
    found = table.model._default_manager.filter(**table.rows).aggregate(low=Min("pk"), high=Max("pk"))  # noqa: SLF001
    return (found["high"] - found["low"] + 1) if found["high"] else 1


def _insert(table: Table, shared: Copies) -> tuple[str, list[Any]]:
    """The statement that copies a table's rows, but for how often."""
    options = table.model._meta  # noqa: SLF001
    rows = table.model._default_manager.filter(**table.rows).values("pk")  # noqa: SLF001
    chosen, parameters = rows.order_by().query.sql_with_params()
    columns = [column for column in options.concrete_fields if column.column is not None]
    statement = COPY.format(
        table=options.db_table,
        names=", ".join(f'"{column.column}"' for column in columns),
        values=", ".join(_value(table, column, shared) for column in columns),
        chosen=chosen,
        beside=table.beside.format(span=shared.spans[table.model], homes=shared.homes),
    )
    return statement, list(parameters)


def _value(table: Table, column: "models.Field[Any, Any]", shared: Copies) -> str:
    name = str(column.column)
    if name == "id":
        return f"t.id + n * {shared.spans[table.model]}"
    if name in table.along:
        return f't."{name}" + n * {shared.spans[table.along[name]]}'
    if name in table.new:
        return table.new[name].format(span=shared.spans[table.model])
    if not isinstance(column, models.DateTimeField):
        return f't."{name}"'
    back = BACK.format(column=f't."{name}"', seconds=int(STEP_BACK.total_seconds()))
    owner = {Case: "t.id", Clock: "t.case_id", Callback: "t.case_id"}.get(table.model)
    if owner is None or name not in IS_AHEAD:
        return back
    ahead = AHEAD.format(column=f't."{name}"')
    return f"CASE WHEN {owner} = ANY(ARRAY{shared.open_cases}::bigint[]) THEN {ahead} ELSE {back} END"


def _go_on(cursor: Any, model: type[models.Model]) -> None:
    table = model._meta.db_table  # noqa: SLF001
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))")  # noqa: S608
