"""A million past matters for trying speed: a few hundred real ones, taken through the actions, then copied set-wise.

Every copy keeps the shape of its pattern (ticket, jobs, callback, events, clocks, search words) under keys, numbers,
homes and moments of its own. PostgreSQL only: the copying is one `INSERT … SELECT` per table.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle, islice, product
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Max, Min

from accounts.models import Project, User
from cases.models import Case, CaseAccess, Event
from cases.states import Phase
from core.errors import NotNow
from estate.models import Unit
from notifications.models import Message
from records.models import SearchToken
from sla.models import Clock, ClockEvent, FiredStep
from tickets.actions import NewTicket, accept, arrive, complete, dispatch, open_ticket
from tickets.models import Job, Ticket
from visits.actions import Outcome, record
from visits.models import Callback
from visits.states import Result

PLACES = ("厨房", "卫生间", "阳台", "客厅", "主卧", "次卧", "楼道", "玄关", "书房", "储物间")
THINGS = ("水管", "地漏", "水龙头", "插座", "吊灯", "门锁", "窗户", "墙面", "暖气片", "对讲机")
FAULTS = ("漏水", "堵塞", "松动", "不亮", "有异响", "关不严", "打不开", "渗水", "跳闸", "脱落")
PATTERNS = 300
OPEN_EVERY = 25  # one pattern in so many stays open: what a busy project has at any time
STEP_BACK = timedelta(minutes=11)  # a copy's life lies so much before that of the copy made before it
HOUR = timedelta(hours=1)


def texts() -> Iterator[str]:
    """What people say, without end, in an order that mixes the words."""
    for number, (fault, thing, place) in enumerate(cycle(product(FAULTS, THINGS, PLACES))):
        yield f"{place}{thing}{fault}，已经{number % 9 + 1}天了"


@dataclass(frozen=True)
class Table:
    """How one table is copied: which rows, which keys move along, what else is new in a copy."""

    model: type[models.Model]
    rows: Mapping[str, Any]
    along: Mapping[str, type[models.Model]] = field(default_factory=dict)
    new: Mapping[str, str] = field(default_factory=dict)


def seed(
    *,
    project: Project,
    desk: User,
    supervisor: User,
    technician: User,
    count: int,
    at: datetime,
    patterns: int = PATTERNS,
) -> int:
    """Bring the project to at least `count` cases. Returns how many there are then.

    Raises `NotNow` on a database that is not PostgreSQL.
    """
    if connection.vendor != "postgresql":
        raise NotNow("Copies are made by PostgreSQL only.")
    have = Case.objects.filter(project=project).count()
    if have >= count:
        return have
    first = Case.objects.aggregate(last=Max("pk"))["last"] or 0
    units = list(Unit.objects.filter(project=project).order_by("pk"))
    with transaction.atomic():
        for number, said in enumerate(islice(texts(), patterns)):
            _pattern(number, said, units[number * 7 % len(units)], desk, supervisor, technician, at)
    span = Case.objects.filter(pk__gt=first).count()
    copies = -(-(count - have - span) // span)
    if copies > 0:
        _copy(project, first, copies)
    return Case.objects.filter(project=project).count()


def _pattern(number: int, said: str, unit: Unit, desk: User, supervisor: User, technician: User, at: datetime) -> None:
    """One ticket, as far as its number says: most are over and called back, some wait at every stage."""
    stays_open = number % OPEN_EVERY == 0
    opened = at - (timedelta(minutes=number) if stays_open else timedelta(days=9, minutes=number))
    new = NewTicket(
        project=unit.project, unit=unit, description=said, contact_name="王芳", contact_phone=_phone(number)
    )
    ticket = open_ticket(new=new, by=desk, at=opened)
    if stays_open and number % (2 * OPEN_EVERY):
        return
    ticket = dispatch(ticket=ticket, technician=technician, by=supervisor, at=opened).ticket
    ticket = accept(ticket=ticket, by=technician, at=opened)
    if stays_open:
        return
    _finish(ticket, desk, technician, opened)


def _finish(ticket: Ticket, desk: User, technician: User, opened: datetime) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(charge="free")
    ticket = arrive(ticket=Ticket.objects.get(pk=ticket.pk), by=technician, at=opened + HOUR)
    complete(ticket=ticket, report="已修好", by=technician, at=opened + 2 * HOUR)
    callback = Callback.objects.filter(case__parent=ticket.case).first()
    if callback is not None:
        content = Outcome(result=Result.SATISFIED, score=5, text="满意")
        record(callback=callback, outcome=content, by=desk, at=opened + 24 * HOUR)


def _phone(number: int) -> str:
    return f"139{number * 104729 % 100_000_000:08d}"


def _tables(first: int) -> list[Table]:
    """The tables in the order of their keys."""
    case, ticket = {"case_id__gt": first}, {"ticket__case_id__gt": first}
    clock = {"clock__case_id__gt": first}
    return [
        Table(Case, {"pk__gt": first}, {"parent_id": Case}, {"number": NUMBER, "reference": "''"}),
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


NUMBER = "split_part(t.number, '-', 1) || '-19990101-' || (t.id + n * {span})"
# Every copy lies further back; what is still to come in an open case is spread over the month ahead.
BACK = "{column} - n * interval '{seconds} seconds'"
AHEAD = "greatest({column}, now()) + (n * 37 %% 720 + 1) * interval '1 hour'"
IS_AHEAD = {"due_at", "next_at", "next_attempt_at"}


def _copy(project: Project, first: int, copies: int) -> None:
    tables = _tables(first)
    spans = {table.model: _span(table) for table in tables}
    units = Unit.objects.filter(project=project).aggregate(low=Min("pk"), high=Max("pk"))
    open_cases = list(Case.objects.filter(pk__gt=first).exclude(phase=Phase.CLOSED).values_list("pk", flat=True))
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(*_insert(table, spans, open_cases, copies))
            _go_on(cursor, table.model)
        cursor.execute(SPREAD, [units["low"], units["high"] - units["low"] + 1, first])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


SPREAD = """
    UPDATE cases_case c SET unit_id = u.id, building_id = u.building_id, household_id = NULL
    FROM estate_unit u
    WHERE u.id = %s + c.id * 7 %% %s AND c.id > %s AND c.number LIKE '%%-19990101-%%'
"""


def _span(table: Table) -> int:
    found = table.model._default_manager.filter(**table.rows).aggregate(low=Min("pk"), high=Max("pk"))  # noqa: SLF001
    return (found["high"] - found["low"] + 1) if found["high"] else 1


def _insert(
    table: Table, spans: Mapping[type[models.Model], int], open_cases: list[int], copies: int
) -> tuple[str, list[Any]]:
    """The statement that copies a table's rows."""
    options = table.model._meta  # noqa: SLF001
    rows = table.model._default_manager.filter(**table.rows).values("pk")  # noqa: SLF001
    chosen, parameters = rows.order_by().query.sql_with_params()
    columns = [column for column in options.concrete_fields if column.column is not None]
    values = ", ".join(_value(table, column, spans, open_cases) for column in columns)
    names = ", ".join(f'"{column.column}"' for column in columns)
    sql = (
        f'INSERT INTO "{options.db_table}" ({names}) SELECT {values} FROM "{options.db_table}" t, '  # noqa: S608
        f"generate_series(1, %s) n WHERE t.id IN ({chosen}) ORDER BY n, t.id"
    )
    return sql, [copies, *parameters]


def _value(
    table: Table, column: "models.Field[Any, Any]", spans: Mapping[type[models.Model], int], open_cases: list[int]
) -> str:
    name = str(column.column)
    if name == "id":
        return f"t.id + n * {spans[table.model]}"
    if name in table.along:
        return f't."{name}" + n * {spans[table.along[name]]}'
    if name in table.new:
        return table.new[name].format(span=spans[table.model])
    if not isinstance(column, models.DateTimeField):
        return f't."{name}"'
    back = BACK.format(column=f't."{name}"', seconds=int(STEP_BACK.total_seconds()))
    owner = {Case: "t.id", Clock: "t.case_id", Callback: "t.case_id"}.get(table.model)
    if owner is None or name not in IS_AHEAD:
        return back
    ahead = AHEAD.format(column=f't."{name}"')
    return f"CASE WHEN {owner} = ANY(ARRAY{open_cases}::bigint[]) THEN {ahead} ELSE {back} END"


def _go_on(cursor: Any, model: type[models.Model]) -> None:
    table = model._meta.db_table  # noqa: SLF001
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))")  # noqa: S608
