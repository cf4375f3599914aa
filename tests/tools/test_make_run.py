"""`make run` for real, in a data folder of its own: it serves, survives a kill, and goes without a trace."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.tree import ROOT

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="always embedded: the suite on SQLite tries it"),
]
STARTED = "Ctrl-C"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(found: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found():
            return True
        time.sleep(0.1)
    return False


class Desk:
    """A running desk: its address, what it printed, and its processes."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.said = folder / "said"
        given = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        given |= {"PORT": str(self.port), "VAR_DIR": str(folder / "var"), "DJANGO_SETTINGS_MODULE": ""}
        with self.said.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tools.run"], cwd=ROOT, env=given, stdout=output, stderr=output
            )

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def family(self) -> set[int]:
        """Every living process that carries this desk's port in its environment, found in /proc."""
        found = set()
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                mine = f"PORT={self.port}".encode() in (entry / "environ").read_bytes().split(b"\0")
                if mine and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                    found.add(int(entry.name))
        return found

    def jobs(self) -> set[int]:
        """Those of them that are Celery's: the worker and the scheduler inside it."""
        return {pid for pid in self.family() if b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes()}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    running = Desk(tmp_path)
    try:
        yield running
    finally:
        for pid in running.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        running.process.wait()


def test_it_serves_comes_back_from_a_kill_and_leaves_nobody_behind(desk: Desk) -> None:
    assert eventually(lambda: STARTED in desk.said.read_text(), 120), desk.said.read_text()
    assert f"http://localhost:{desk.port}/" in desk.said.read_text()
    assert "frontdesk" in desk.said.read_text()
    assert desk.get("/healthz")[0] == 200
    assert eventually(lambda: desk.get("/readyz")[0] == 200, 60), desk.get("/readyz")
    ready = json.loads(desk.get("/readyz")[1])
    assert ready.pop("set_aside") == 0
    assert set(ready.values()) == {"ok"}

    before = desk.jobs()
    assert len(before) == 2, "one worker and the scheduler in it"
    os.kill(min(before), signal.SIGKILL)
    assert eventually(lambda: len(desk.jobs()) == 2 and not desk.jobs() & before, 60), desk.said.read_text()

    desk.process.send_signal(signal.SIGTERM)
    assert desk.process.wait(30) == 0
    assert desk.family() == set()
