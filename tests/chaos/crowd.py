"""An installation whose clock can be set while it runs, with more workers and beats than one needs.

The clock is set from outside, as somebody who sets a server's clock would: nothing in our code knows.
"""

import json
import mmap
import shutil
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.chaos.site import Site, make_site
from tools.run import Watch
from tools.supervise import Child, Program

SOURCE = Path(__file__).with_name("clock.c")
CAN_SET_CLOCKS = bool(shutil.which("gcc"))


class ServerClock:
    """The time of day that every process of the installation reads; the test's own goes on as it is."""

    def __init__(self, folder: Path, start: datetime) -> None:
        self.library, file = folder / "clock.so", folder / "clock"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", self.library, SOURCE], check=True)
        file.write_bytes(bytes(8))
        with file.open("r+b") as opened:
            self._page = mmap.mmap(opened.fileno(), 8)
        self.environment = {"LD_PRELOAD": str(self.library), "SERVER_CLOCK": str(file)}
        self.ahead = timedelta(0)
        self.set(start - datetime.now(start.tzinfo))

    def set(self, by: timedelta) -> None:
        """Set it forward, or back, for all processes at once and without telling them."""
        self.ahead += by
        self._page[:] = struct.pack("=q", round(self.ahead.total_seconds()))


@dataclass
class Crowd:
    """The installation with its clock; `wait` also looks after the scheduler's heart, as `make run` does."""

    site: Site
    clock: ServerClock
    restarted: int = 0
    _watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self._watch = Watch(self, self.site.env, None, every=2.0)

    def restart(self, name: str) -> None:
        """End what is silent; the next tick starts it again."""
        self.restarted += 1
        for child in self.site.children.values():
            if child.program.name.startswith(name):
                child.signal_group(9)

    def wait(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Go on for that long, or until something is so; say whether it was. Asked once a second."""
        for _ in range(round(seconds)):
            if until():
                return True
            self.site.wait(1, each=self._watch)
        return until()

    def count(self) -> dict[str, Any]:
        """What is there now, and what is wrong with it."""
        found: dict[str, Any] = json.loads(self.site.run("-m", "tests.chaos.scene", "check"))
        return found


def add(site: Site, name: str, like: str) -> None:
    """One more process of a kind."""
    command = list(site.children[like].program.command)
    if like == "worker":
        command += ["--hostname", f"{name}@%h"]
    site.children[name] = Child(Program(name, command), site.env)


def make_crowd(folder: Path, start: datetime, *, own_cluster: bool, workers: int = 3, beats: int = 2) -> Crowd:
    """PostgreSQL, Redis, the web, and so many workers and beats, all of them at that moment."""
    clock = ServerClock(folder, start)
    site = make_site(folder, server=True, own_cluster=own_cluster, more=clock.environment)
    for kind, count in (("worker", workers), ("beat", beats)):
        for number in range(2, count + 1):
            add(site, f"{kind} {number}", kind)
    return Crowd(site, clock)
