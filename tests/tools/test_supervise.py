"""The supervisor, with real processes: what dies comes back, and nothing outlives the run."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools import supervise

ROOT = Path(supervise.__file__).resolve().parent.parent
# A program that writes its pid, starts a child of its own, and waits.
FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()} {child.pid}\\n")
time.sleep(600)
"""
STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "a").write(f"{__import__('os').getpid()} 0\\n")
time.sleep(600)
"""
RUN = """
import sys
from tools.supervise import Program, Supervisor
import tools.supervise as s
s.PATIENCE = 1.0
boss = Supervisor([Program("family", [sys.executable, "-c", sys.argv[1], sys.argv[2]])], {})
boss.listen()
boss.run(lambda now: None)
"""


def is_alive(pid: int) -> bool:
    """A zombie that nobody has reaped yet counts as dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(found: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found():
            return True
        time.sleep(0.05)
    return False


class Run:
    """A supervisor in a process of its own, and the pids that its program wrote down."""

    def __init__(self, folder: Path, program: str) -> None:
        self.notes = folder / "pids"
        self.notes.touch()
        self.process = subprocess.Popen([sys.executable, "-c", RUN, program, str(self.notes)], cwd=ROOT)

    def families(self) -> list[list[int]]:
        return [[int(pid) for pid in line.split()] for line in self.notes.read_text().splitlines()]

    def wait_for(self, count: int) -> list[int]:
        assert eventually(lambda: len(self.families()) >= count)
        return self.families()[count - 1]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Run]]:
    runs: list[Run] = []

    def begin(program: str) -> Run:
        runs.append(Run(tmp_path, program))
        return runs[-1]

    yield begin
    for run in runs:
        run.process.kill()
        run.process.wait()
        for pid in itertools.chain.from_iterable(run.families()):
            if pid and is_alive(pid):
                os.kill(pid, signal.SIGKILL)


pytestmark = [pytest.mark.pure, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]


def test_a_program_that_dies_is_started_again(start: Callable[[str], Run]) -> None:
    run = start(FAMILY)
    first, _child = run.wait_for(1)
    os.kill(first, signal.SIGKILL)
    second, _child = run.wait_for(2)
    assert second != first
    assert is_alive(second)


def test_the_child_of_a_killed_program_goes_with_it(start: Callable[[str], Run]) -> None:
    run = start(FAMILY)
    parent, child = run.wait_for(1)
    os.kill(parent, signal.SIGKILL)
    assert eventually(lambda: not is_alive(child))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_leaves_nobody_behind(start: Callable[[str], Run], number: int) -> None:
    run = start(FAMILY)
    parent, child = run.wait_for(1)
    run.process.send_signal(number)
    assert run.process.wait(10) == 0
    assert not is_alive(parent)
    assert eventually(lambda: not is_alive(child))


def test_a_program_that_will_not_stop_is_killed(start: Callable[[str], Run]) -> None:
    run = start(STUBBORN)
    stubborn, _none = run.wait_for(1)
    run.process.terminate()
    assert run.process.wait(10) == 0
    assert not is_alive(stubborn)


def test_killing_the_supervisor_stops_its_program(start: Callable[[str], Run]) -> None:
    run = start(FAMILY)
    parent, _child = run.wait_for(1)
    run.process.kill()
    assert eventually(lambda: not is_alive(parent))


def test_pauses_grow_and_have_an_end() -> None:
    assert [supervise.pause_after(n) for n in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]


def test_a_program_that_ran_steadily_is_forgiven_its_past(monkeypatch: pytest.MonkeyPatch) -> None:
    child = supervise.Child(supervise.Program("short", [sys.executable, "-c", ""]), {})
    child.failures = 5
    child.start(now=0.0)
    assert child.process is not None
    child.process.wait()
    child.tend(now=supervise.STEADY)
    assert child.failures == 1
    assert child.start_at == supervise.STEADY + 1
