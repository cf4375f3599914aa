"""The sweep with nothing due, and with ten thousand clocks due at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection, models
from django.db.models import Max

from cases.models import Event
from notifications.models import Message
from sla.actions import BATCH, sweep_clocks
from sla.models import Clock, ClockEvent, FiredStep
from tools.bench.clients import taken_back
from tools.bench.figures import Figure, Time, counted, median, milliseconds, resident_mb, statements, took

DUE = 10_000
TURNS = 3
# What the sweep writes. A second copy of a row needs another value where one must be its own.
WRITTEN: tuple[tuple[type[models.Model], dict[str, str]], ...] = (
    (FiredStep, {"due_at": "due_at + interval '1 second'"}),
    (ClockEvent, {}),
    (Event, {}),
    (Message, {"key": "key || '+'"}),
)


def sweeping(size: int, at: datetime) -> Iterator[Figure]:
    """Both, and the memory of this process over several large sweeps."""
    none_due = lambda: sweep_clocks(at=at)  # noqa: E731
    yield Figure("sweep, none due", size, milliseconds(none_due), None, statements(none_due), "< 5 ms")
    taken: list[tuple[Time, Time]] = []
    held = [resident_mb()]
    for _ in range(TURNS):
        ours, floor, sent, swept = _sweep_many(at)
        taken.append((ours, floor))
        held.append(resident_mb())
    batches = -(-swept["clocks"] // BATCH)
    more = {
        "clocks": swept["clocks"],
        "messages": swept["messages"],
        "statements_per_batch": round(sent / batches, 1),
        "memory_mb": [round(mb, 1) for mb in held],
    }
    ours, floor = (median(column) for column in zip(*taken, strict=True))
    aim = "constant statements a batch, memory flat, ≤ 5 × one UPDATE and INSERT … SELECT of the same rows"
    yield Figure(f"sweep of {DUE} due", size, ours, floor, sent, aim, more)


def _sweep_many(at: datetime) -> tuple[Time, Time, int, dict[str, int]]:
    with taken_back():
        live = Clock.objects.filter(next_at__isnull=False, ended_at=None).order_by("pk").values_list("pk", flat=True)
        pks = list(live[:DUE])
        Clock.objects.filter(pk__in=pks).update(next_at=at - timedelta(seconds=1), due_at=at - timedelta(seconds=1))
        last = {model: model._default_manager.aggregate(last=Max("pk"))["last"] or 0 for model, _ in WRITTEN}  # noqa: SLF001
        swept: dict[str, int] = {}
        with counted() as sent:
            ours = took(lambda: swept.update(sweep_clocks(at=at)))
        floor = took(lambda: _same_rows(pks, last))
    return ours, floor, sent[0], swept


def _same_rows(pks: list[int], last: dict[type[models.Model], int]) -> None:
    """One statement for the clocks, and one for each table that copies what the sweep wrote there."""
    moved = (
        "UPDATE sla_clock SET state = state, breached_at = due_at, breach_found_at = due_at, next_at = next_at, "
        "steps_done = steps_done WHERE id = ANY(%s) RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(moved, [pks])
        for model, changed in WRITTEN:
            options = model._meta  # noqa: SLF001
            columns = [str(column.column) for column in options.concrete_fields if column.column != "id"]
            values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
            names = ", ".join(f'"{name}"' for name in columns)
            table = options.db_table
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE id > %s", [last[model]])  # noqa: S608
