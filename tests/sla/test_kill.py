"""`kill -9` in the middle of a sweep: every escalation exactly once, none missed, whoever does the sweeping afterwards.

Real processes; a process is killed at the moment it holds a write transaction open.
"""

import time
from typing import Any

import pytest

from tests.sla.stage import BROKER, PATIENCE, SERVER, Stage


def exactly_once(found: dict[str, Any], cases: int, kills: int) -> None:
    """Nothing twice, nothing missing; outside, at most one message a kill may be in doubt."""
    outside = dict(found.pop("outside"))
    assert found == {
        "clocks": cases,
        "breached": cases,
        "at the true moment": cases,
        "still due": 0,
        "parked": 0,
        "fired": cases,
        "skipped": cases,
        "most events of a kind": 1,
        "breach events": cases,
        "on the timeline": cases,
        "in the inbox": cases,
    }
    assert sum(outside.values()) == cases
    assert outside.get("sent", 0) >= cases - kills
    assert set(outside) <= {"sent", "sending", "unknown"}


def settled(stage: Stage, seconds: float) -> None:
    """Wait until nothing is due and nothing waits to be sent."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        found = stage.count()
        if not found["still due"] and "pending" not in found["outside"]:
            return
        time.sleep(0.5)


@pytest.mark.req("SLA-3")
def test_a_sweep_killed_in_the_middle_leaves_the_next_ones_the_whole_work(stage: Stage) -> None:
    """Two sweeps at once, one killed while it writes; then two more at once."""
    cases = 60
    stage.make(cases)
    first, second = stage.sweep(), stage.sweep()
    caught = stage.wait_for_the_middle(first, second)
    stage.kill(first)
    for process in (second, stage.sweep(), stage.sweep()):
        assert process.wait(timeout=PATIENCE) in (0, 1)
    stage.run("manage.py", "sweep")
    assert caught, "the sweep was over before it could be killed"
    exactly_once(stage.count(), cases, kills=1)
    assert max(stage.sent().values()) == 1


@pytest.mark.req("SLA-3")
@pytest.mark.skipif(not (SERVER and BROKER), reason="two workers on one spool of files lose wake-ups; Redis only")
def test_a_worker_killed_in_the_middle_then_two_workers_and_two_beats(stage: Stage) -> None:
    cases = 100
    stage.make(cases)
    worker = stage.celery("worker", "--beat", "--concurrency", "2", "--schedule", str(stage.folder / "beat"))
    caught = stage.wait_for_the_middle(worker)
    stage.kill(worker)
    for number in (1, 2):
        stage.celery("worker", "--concurrency", "2", "--hostname", f"w{number}@here", "--without-mingle")
        stage.celery("beat", "--pidfile=")
    settled(stage, PATIENCE)
    stage.make(30)  # they go on: what falls due now is found too
    settled(stage, PATIENCE)
    stage.clear()
    stage.run("manage.py", "sweep")
    assert caught, "the sweep was over before it could be killed"
    exactly_once(stage.count(), cases + 30, kills=3)
    assert max(stage.sent().values()) == 1


@pytest.mark.slow
@pytest.mark.req("SLA-3")
def test_killed_again_and_again_over_many_rounds(stage: Stage) -> None:
    """Each round makes work, starts what sweeps, and kills it in the middle; in the end every fact stands once."""
    rounds, each, caught = 12, 200, 0
    for _ in range(rounds):
        stage.make(each)
        if BROKER:
            running = [stage.celery("worker", "--beat", "--concurrency", "2", "--pidfile=") for _ in range(2)]
        else:
            running = [stage.celery("worker", "--beat", "--pool", "threads", "--concurrency", "2", "--pidfile=")]
        caught += stage.wait_for_the_middle(*running)
        for process in running:
            stage.kill(process)
    stage.run("manage.py", "sweep")
    assert caught >= rounds // 2
    exactly_once(stage.count(), rounds * each, kills=rounds * 4)
    assert max(stage.sent().values()) == 1
