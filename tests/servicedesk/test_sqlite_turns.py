"""Many write to one SQLite file: each has a turn, in order, and nobody is refused."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from servicedesk.sqlite.turns import Line
from tests.threads import at_once
from tools.tree import ROOT

pytestmark = pytest.mark.req("BIL-4")


def test_whoever_came_first_is_first() -> None:
    line, order = Line(), []
    assert line.enter(1)

    def wait(name: int) -> None:
        assert line.enter(20)
        order.append(name)
        line.leave()

    threads = []
    for name in range(20):
        threads.append(threading.Thread(target=wait, args=(name,)))
        threads[-1].start()
        while len(line._waiting) <= name:
            time.sleep(0.001)
    line.leave()
    for thread in threads:
        thread.join(20)
    assert order == list(range(20))
    assert line.enter(0)


def test_who_waited_too_long_goes_and_the_line_goes_on() -> None:
    line = Line()
    assert line.enter(1)
    assert not line.enter(0.01)
    assert not line._waiting
    line.leave()
    assert line.enter(0)


def test_no_two_have_it_at_once_though_some_give_up() -> None:
    line, inside, most = Line(), [0], [0]

    def act(_: int) -> int:
        had = 0
        for _number in range(200):
            if line.enter(0.0005):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1
                had += 1
                line.leave()
        return had

    assert sum(had for had in at_once(8, act) if isinstance(had, int)) > 0
    assert most == [1]
    assert line.enter(0)


def write_together(folder: Path, programs: int, threads: int, count: int) -> tuple[int, list[dict[str, Any]]]:
    """Programs that write to one new file; how far it counted, and what each of them says."""
    file = folder / "desk.sqlite3"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE writes (last integer)")
        database.execute("INSERT INTO writes VALUES (0)")
    env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    env |= {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "servicedesk.settings", "PLAIN_HTTP": "1", "DEMO": "1"}
    command = [sys.executable, "-m", "tests.servicedesk.writers", str(threads), str(count)]
    running = [subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE) for _ in range(programs)]
    said = [json.loads(process.communicate(timeout=900)[0]) for process in running]
    with sqlite3.connect(file) as database:
        (last,) = database.execute("SELECT last FROM writes").fetchone()
    return last, said


@pytest.mark.parametrize(
    ("programs", "threads", "count"),
    [(3, 4, 9), pytest.param(50, 1, 60, marks=pytest.mark.slow), pytest.param(4, 16, 60, marks=pytest.mark.slow)],
)
def test_nobody_is_refused_because_somebody_else_writes(
    tmp_path: Path, record_property: Any, programs: int, threads: int, count: int
) -> None:
    last, said = write_together(tmp_path, programs, threads, count)
    assert [one["refused"] for one in said] == [[]] * programs
    assert sum(one["count"] for one in said) == programs * threads * count
    assert last == programs * threads * count * 2 // 3
    record_property("longest", max(one["longest"] for one in said))
