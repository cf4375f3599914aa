"""Long work speaks to whoever asked for it: their language, their project's time."""

import gc
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import get_language

from core.errors import NotNow
from core.watch import Watch
from records.models import AuditEntry, LongWork
from records.tasks import long_work
from records.work import LEASE, finish, register_work, report, run_waiting, start, stop
from tests.cast import NOON, Cast

pytestmark = pytest.mark.django_db
heard: list[tuple[str | None, str]] = []


def listen(work: LongWork, watch: Watch) -> None:
    heard.append((get_language(), timezone.get_current_timezone_name()))
    finish(work, result={}, at=watch.now)


@pytest.mark.parametrize(("chosen", "spoken"), [("", "zh-hans"), ("en", "en")])
def test_work_runs_in_the_persons_language_and_the_projects_time(cast: Cast, chosen: str, spoken: str) -> None:
    cast.project.time_zone = "America/New_York"
    cast.project.save()
    cast.admin.language = chosen
    cast.admin.save()
    heard.clear()
    register_work("test.listen", listen)
    start(kind="test.listen", project=cast.project, by=cast.admin, at=NOON, payload={})
    assert run_waiting(NOON + timedelta(seconds=5)) == {"done": 1, "failed": 0}
    assert heard == [(spoken, "America/New_York")]


def test_who_lost_the_claim_can_neither_go_on_nor_finish_nor_fail_it(cast: Cast) -> None:
    """The first worker is slow; the second takes the work over when the lease has run out, and finishes it."""

    def slow(work: LongWork, watch: Watch) -> None:
        if not heard:
            heard.append((None, "first"))
            assert run_waiting(NOON + LEASE + timedelta(seconds=1)) == {"done": 1, "failed": 0}
            with pytest.raises(NotNow):
                report(work, done=1, total=2, at=watch.now)
        finish(work, result={"by": len(heard)}, at=watch.now)

    heard.clear()
    register_work("test.slow", slow)
    work = start(kind="test.slow", project=cast.project, by=cast.admin, at=NOON, payload={})
    assert run_waiting(NOON) == {"done": 0, "failed": 1}
    work.refresh_from_db()
    assert (work.state, work.error, work.result) == (LongWork.State.DONE, "", {"by": 1})


def test_a_report_keeps_the_claim(cast: Cast) -> None:
    def busy(work: LongWork, watch: Watch) -> None:
        report(work, done=1, total=2, at=NOON + LEASE)
        assert run_waiting(NOON + LEASE + timedelta(seconds=1)) == {"done": 0, "failed": 0}, "nobody else takes it"
        finish(work, result={}, at=watch.now)

    register_work("test.busy", busy)
    start(kind="test.busy", project=cast.project, by=cast.admin, at=NOON, payload={})
    assert run_waiting(NOON) == {"done": 1, "failed": 0}


def test_rubbish_is_looked_for_everywhere_again_once_work_is_over(cast: Cast) -> None:
    def looked(work: LongWork, watch: Watch) -> None:
        set_aside.append(gc.get_freeze_count())
        raise ZeroDivisionError

    set_aside: list[int] = []
    register_work("test.looked", looked)
    start(kind="test.looked", project=cast.project, by=cast.admin, at=NOON, payload={})
    assert run_waiting(NOON) == {"done": 0, "failed": 1}
    assert set_aside[0], "not in what was there before"
    assert gc.get_freeze_count() == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="nobody can take an SQLite file's connection away")
def test_work_whose_database_went_away_is_taken_up_again(real_transactions: None, cast: Cast) -> None:
    """It has not failed; whoever finds its lease over carries it out."""

    def cut_off(work: LongWork, watch: Watch) -> None:
        if not heard:
            heard.append((None, "first"))
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        finish(work, result={}, at=watch.now)

    heard.clear()
    register_work("test.cut_off", cut_off)
    work = start(kind="test.cut_off", project=cast.project, by=cast.admin, at=NOON, payload={})
    with pytest.raises(OperationalError):
        run_waiting(NOON)
    connection.close()
    work.refresh_from_db()
    assert (work.state, work.error) == (LongWork.State.RUNNING, "")
    assert run_waiting(NOON + LEASE + timedelta(seconds=1)) == {"done": 1, "failed": 0}


def test_running_work_that_is_asked_to_stop_stops_between_batches_and_says_so(cast: Cast) -> None:
    def batches(work: LongWork, watch: Watch) -> None:
        heard.append((None, "first"))
        report(work, done=1, total=2, at=watch.now)
        assert stop(LongWork.objects.get(pk=work.pk), at=NOON)
        report(work, done=2, total=2, at=watch.now)
        heard.append((None, "second"))

    heard.clear()
    register_work("test.batches", batches)
    work = start(kind="test.batches", project=cast.project, by=cast.admin, at=NOON, payload={})
    assert run_waiting(NOON) == {"done": 0, "failed": 1}
    work.refresh_from_db()
    assert (work.state, heard) == (LongWork.State.CANCELLED, [(None, "first")])
    assert work.error
    assert work.finished_at is not None
    assert not stop(work, at=NOON), "what has ended is not stopped"


def test_work_that_was_to_stop_when_its_worker_died_is_not_begun_anew(cast: Cast) -> None:
    def writes(work: LongWork, watch: Watch) -> None:
        with transaction.atomic():
            AuditEntry.objects.create(at=NOON, by=work.by, action="test.written")
            finish(work, result={}, at=watch.now)

    register_work("test.writes", writes)
    work = start(kind="test.writes", project=cast.project, by=cast.admin, at=NOON, payload={})
    LongWork.objects.filter(pk=work.pk).update(state=LongWork.State.RUNNING, leased_until=NOON, cancel_asked=True)
    assert run_waiting(NOON + timedelta(seconds=1)) == {"done": 0, "failed": 1}
    work.refresh_from_db()
    assert work.state == LongWork.State.CANCELLED
    assert not AuditEntry.objects.filter(action="test.written").exists()


def test_a_stop_within_the_last_transaction_rolls_it_back(cast: Cast) -> None:
    def writes(work: LongWork, watch: Watch) -> None:
        with transaction.atomic():
            AuditEntry.objects.create(at=NOON, by=work.by, action="test.written")
            LongWork.objects.filter(pk=work.pk).update(cancel_asked=True)
            finish(work, result={}, at=watch.now)

    register_work("test.writes", writes)
    start(kind="test.writes", project=cast.project, by=cast.admin, at=NOON, payload={})
    assert run_waiting(NOON) == {"done": 0, "failed": 1}
    assert not AuditEntry.objects.filter(action="test.written").exists()


def test_two_wake_ups_at_once_leave_a_thread_to_the_deadlines(cast: Cast) -> None:
    """While one thread is at long work, a second wake-up goes home: all threads of the one worker would be taken."""

    def wake_again(work: LongWork, watch: Watch) -> None:
        start(kind="test.second", project=cast.project, by=cast.admin, at=watch.now, payload={})
        long_work()
        assert LongWork.objects.get(kind="test.second").state == LongWork.State.WAITING
        heard.append(("first", ""))
        finish(work, result={}, at=watch.now)

    heard.clear()
    register_work("test.first", wake_again)
    register_work("test.second", listen)
    start(kind="test.first", project=cast.project, by=cast.admin, at=timezone.now(), payload={})
    long_work()
    assert [name for name, _ in heard] == ["first", "zh-hans"], "what came meanwhile is done after it"
