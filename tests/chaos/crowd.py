"""An installation whose clock can be set while it runs, with more workers and beats than one needs."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.chaos.clock import ServerClock
from tests.chaos.site import Site, make_site
from tools.run import Watch
from tools.supervise import Child, Program


@dataclass
class Crowd:
    """The installation with its clock; `wait` also looks after the scheduler's heart, as `make run` does."""

    site: Site
    clock: ServerClock
    restarted: int = 0
    _watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self._watch = Watch(self, self.site.env, None, every=4.0)

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
