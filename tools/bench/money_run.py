"""A billing run from its preparation to its last bill, and again, beside statements that write the very same rows."""

from collections.abc import Iterator
from datetime import date

from django.db import connection, models
from django.db.models import Max

from accounts.models import Project, User
from billing.actions.running import prepare_run, raise_run
from billing.models import Bill, BillingRun, BillLine, Entry, Posting
from billing.queries.ledger import proof
from billing.queries.proofs import trial_balance_on
from billing.rules.periods import DAY, Period, month_of
from records.models import LongWork
from records.work import run_waiting
from tools.bench.clients import taken_back
from tools.bench.figures import Figure, Time, counted, milliseconds, resident_mb, took
from tools.bench.money_rows import CASHIER, SINCE, Values, now

# What a run writes. A second copy of a row has the number, the month and the owner's keys of its own where it must.
WRITTEN: tuple[tuple[type[models.Model], Values], ...] = (
    (Bill, {"number": "number || '+'", "period_start": "period_start - 36500"}),
    (BillLine, {"bill_id": "bill_id + (SELECT max(id) FROM billing_bill) - {bills}"}),
    (Entry, {}),
    (Posting, {"bill_id": "bill_id + (SELECT max(id) FROM billing_bill) - {bills}"}),
)


def running(project: Project) -> Iterator[Figure]:
    """The first month that was not billed, beside its floor; the same month again; the books afterwards."""
    units = project.units.count()
    month = _next_month(project)
    last = {model: _last(model) for model, _changed in WRITTEN}
    held = resident_mb()
    with counted() as sent:
        looked, raised = _run(project, month)
    with counted() as sent_again:
        looked_again, raised_again = _run(project, month)
    more = {
        name: model._default_manager.filter(pk__gt=last[model]).count()  # noqa: SLF001
        for (model, _changed), name in zip(WRITTEN, ROWS, strict=True)
    }
    floor = _same_rows(last)
    shown = {**_parts(looked, raised), **more, "memory_mb": [round(held, 1), round(resident_mb(), 1)]}
    yield Figure("billing run", units, _both(looked, raised), floor, sent[0], "≤ 2 × the same rows", shown, of="units")
    shown = {**_parts(looked_again, raised_again), "bills": _added(project, month)}
    again = _both(looked_again, raised_again)
    yield Figure("the same run again", units, again, floor, sent_again[0], "≤ 1.5 ×, no bills", shown, of="units")
    yield from _books(project, units)


ROWS = ("bills", "lines", "entries", "postings")


def _next_month(project: Project) -> Period:
    billed = BillingRun.objects.filter(project=project).aggregate(last=Max("period_end"))["last"]
    return month_of(billed + DAY if billed else SINCE)


def _last(model: type[models.Model]) -> int:
    return model._default_manager.aggregate(last=Max("pk"))["last"] or 0  # noqa: SLF001


def _run(project: Project, month: Period) -> tuple[Time, Time]:
    """Prepare it, let the worker reckon it, have it raised by the worker: how long the two took.

    Every batch is committed, as at work.
    """
    cashier = User.objects.get(username=CASHIER)
    due: date = month.end
    made: list[BillingRun] = []

    def look() -> None:
        items = list(project.charge_items.all())
        made.append(
            prepare_run(
                project=project, items=items, start=month.start, end=month.end, due_on=due, by=cashier, at=now()
            )
        )
        run_waiting(now())

    def write() -> None:
        raise_run(run=made[0], by=cashier, at=now())
        run_waiting(now())

    looked, raised = took(look), took(write)
    work = LongWork.objects.get(pk=BillingRun.objects.values_list("work", flat=True).get(pk=made[0].pk))
    if work.state != LongWork.State.DONE:
        raise RuntimeError(work.error)
    return looked, raised


def _added(project: Project, month: Period) -> int:
    """How many bills the newest run of a month added."""
    newest = BillingRun.objects.filter(project=project, period_start=month.start).latest("pk")
    return newest.bills.count()


def _same_rows(last: dict[type[models.Model], int]) -> Time:
    """One statement for each table that copies what the run wrote there; references are checked as at a commit."""
    with taken_back(), connection.cursor() as cursor:
        until = {model: _last(model) for model in last}

        def write() -> None:
            for model, changed in WRITTEN:
                cursor.execute(_copying(model, changed, bills=until[Bill]), [last[model], until[model]])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

        return took(write)


def _copying(model: type[models.Model], changed: Values, *, bills: int) -> str:
    options = model._meta  # noqa: SLF001
    columns = [str(column.column) for column in options.concrete_fields if column.column != "id"]
    values = ", ".join(changed.get(name, f'"{name}"').format(bills=bills) for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    table = options.db_table
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE id > %s AND id <= %s ORDER BY id"  # noqa: S608


def _both(looked: Time, raised: Time) -> Time:
    return Time(looked.wall + raised.wall, looked.cpu + raised.cpu)


def _parts(looked: Time, raised: Time) -> dict[str, float]:
    return {"preview_ms": round(looked.wall, 2), "raise_ms": round(raised.wall, 2)}


def _books(project: Project, units: int) -> Iterator[Figure]:
    """The trial balance and the proof of what was billed; the proof has to hold."""
    bills = Bill.objects.filter(project=project).count()
    today = now().astimezone(project.tz).date()

    def prove() -> None:
        wrong = [check for check in proof(project) if not check.holds]
        if wrong:
            message = f"The books do not agree: {wrong[:3]}"
            raise RuntimeError(message)

    for name, work in (("trial balance", lambda: trial_balance_on(project, today)), ("proof of the books", prove)):
        with counted() as sent:
            work()
        yield Figure(
            name, units, milliseconds(work, rounds=3, warm=1), None, sent[0], more={"bills": bills}, of="units"
        )
