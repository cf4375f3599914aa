"""What was written down is not rewritten, whoever asks; the one way past it is on the record."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from cases.models import Event
from core.errors import Invalid
from records.actions import audit, unlock_append_only
from records.models import AuditEntry
from sla.actions import happen, sweep_clocks
from sla.models import ClockEvent, FiredStep
from tests.cast import NOON, Cast
from tests.sla.trial import make_case, make_version, occur, trial_kind

GUARDED = ["cases_event", "sla_clockevent", "sla_firedstep", "records_auditentry"]
MODELS: list[type[Model]] = [Event, ClockEvent, FiredStep, AuditEntry]
pytestmark = pytest.mark.django_db


@pytest.fixture
def written(cast: Cast) -> Any:
    """One row at least in every guarded table."""
    with trial_kind():
        make_version(goal_seconds=0)
        case = make_case(cast.project)
        occur(case, "trial.asked", NOON)
        sweep_clocks(at=NOON.replace(hour=5))
        audit(at=NOON, by=cast.supervisor, action="contact.revealed", project=cast.project, target=case.number)
        yield case


def refused(statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.req("SEC-2", "SLA-4")
@pytest.mark.parametrize("model", MODELS, ids=GUARDED)
def test_a_row_can_neither_be_changed_nor_removed(written: Any, model: type[Model]) -> None:
    table = model._meta.db_table
    before = list(model._default_manager.order_by("pk").values())
    assert before
    refused(f"UPDATE {table} SET id = id")
    refused(f"DELETE FROM {table}")
    assert list(model._default_manager.order_by("pk").values()) == before


@pytest.mark.req("SEC-2")
def test_the_models_own_ways_are_refused_too(written: Any) -> None:
    entry = AuditEntry.objects.get(action="contact.revealed")
    ways: list[Callable[[], Any]] = [
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(reason="nothing happened"),
        lambda: AuditEntry.objects.bulk_update([entry], ["reason"]),
        lambda: AuditEntry.objects.bulk_create(
            [entry], update_conflicts=True, unique_fields=["id"], update_fields=["reason"]
        ),
    ]
    entry.reason = "nothing happened"
    for way in ways:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            way()
    entry.refresh_from_db()
    assert entry.reason == ""


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize("table", GUARDED)
def test_a_table_cannot_be_emptied_or_a_row_replaced(written: Any, table: str) -> None:
    if connection.vendor == "postgresql":
        connection.check_constraints()  # settles what is pending, so that the refusal is the trigger's own
        refused(f"TRUNCATE {table} CASCADE")
    else:
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.req("SEC-2")
def test_every_table_that_records_what_happened_is_guarded(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE NOT t.tgisinternal AND t.tgname IN (c.relname || '_rows', c.relname || '_truncate')"
            )
        else:
            cursor.execute("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'")
        guards = [row[0] for row in cursor.fetchall()]
    assert {table: guards.count(table) for table in GUARDED} == dict.fromkeys(GUARDED, 2)


@pytest.mark.req("SEC-2")
def test_the_one_way_past_leaves_an_entry_with_its_reason(cast: Cast, written: Any) -> None:
    with unlock_append_only(at=NOON, by=cast.admin, reason="redaction asked by the resident"):
        Event.objects.filter(case=written).update(text="")
    entry = AuditEntry.objects.get(action="append_only.unlocked")
    assert (entry.by, entry.reason) == (cast.admin, "redaction asked by the resident")
    refused("UPDATE cases_event SET id = id")


def test_without_a_reason_there_is_no_way_past(cast: Cast, written: Any) -> None:
    with pytest.raises(Invalid), unlock_append_only(at=NOON, by=cast.admin, reason=" "):
        pytest.fail("unlocked without a reason")
    refused("UPDATE cases_event SET id = id")


def test_what_fails_inside_takes_its_entry_back_and_locks_again(cast: Cast, written: Any) -> None:
    entries = AuditEntry.objects.count()

    def fail_half_way() -> None:
        with unlock_append_only(at=NOON, by=cast.admin, reason="purge"):
            Event.objects.filter(case=written).update(text="gone")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert AuditEntry.objects.count() == entries
    assert not Event.objects.filter(text="gone").exists()
    refused("UPDATE cases_event SET id = id")


def test_a_database_error_inside_is_the_error_one_hears_of(cast: Cast, written: Any) -> None:
    with (
        pytest.raises(DatabaseError, match="no_such_table"),
        unlock_append_only(at=NOON, by=cast.admin, reason="purge"),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM no_such_table")
    refused("UPDATE cases_event SET id = id")


def test_events_go_on_being_appended(cast: Cast, written: Any) -> None:
    count = Event.objects.count()
    written.refresh_from_db()
    happen(case=written, kind="trial.noted", at=NOON, by=cast.frontdesk)
    assert Event.objects.count() == count + 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="about a file that other programs can open")
def test_another_program_that_opens_the_file_is_refused(cast: Cast, written: Any, tmp_path: Path) -> None:
    copy = sqlite3.connect(tmp_path / "copy.sqlite3")
    connection.connection.backup(copy) if not connection.in_atomic_block else _dump(copy)
    with pytest.raises(sqlite3.Error, match="append"):
        copy.execute("UPDATE cases_event SET text = 'nothing happened'")
    copy.close()


def _dump(copy: sqlite3.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name = 'cases_event'")
        for (sql,) in cursor.fetchall():
            copy.execute(sql)
        cursor.execute("SELECT * FROM cases_event")
        rows = cursor.fetchall()
    copy.executemany(f"INSERT INTO cases_event VALUES ({', '.join('?' * len(rows[0]))})", rows)
