"""A figure, and how time, statements and memory are taken."""

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection

ROUNDS = 15
WARM = 4
# Python keeps its calls in pieces of 16 KB. A loop that begins where one ends takes a piece and gives it back at each
# call, and is slower by a third for no reason of its own: each round begins about 1 KB further on, so that the median
# is of all places.
FRAMES = 8
PAGE_BYTES = 4096


@dataclass(frozen=True)
class Figure:
    """What was measured at a size (so many of `of`): milliseconds, beside a floor where there is one, and its aim."""

    name: str
    cases: int
    time: "Time"
    floor: "Time | None" = None
    statements: int | None = None
    aim: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    of: str = "cases"

    @property
    def ratio(self) -> float | None:
        """How many times the floor, by the clock."""
        return round(self.time.wall / self.floor.wall, 2) if self.floor else None

    @property
    def work(self) -> float | None:
        """How many times the floor, by the processors' work."""
        return round(self.time.cpu / self.floor.cpu, 2) if self.floor else None

    @property
    def shown(self) -> dict[str, Any]:
        """The figure as it is printed."""
        found = {
            "figure": self.name,
            self.of: self.cases,
            "ms": round(self.time.wall, 2),
            "cpu_ms": round(self.time.cpu, 2),
            "floor_ms": round(self.floor.wall, 2) if self.floor else None,
            "floor_cpu_ms": round(self.floor.cpu, 2) if self.floor else None,
            "ratio": self.ratio,
            "cpu_ratio": self.work,
            "statements": self.statements,
            **self.more,
            "aim": self.aim,
        }
        return {name: value for name, value in found.items() if value not in (None, "")}


@dataclass(frozen=True)
class Time:
    """How long something took in milliseconds, and how long the processors worked for it, ours and the database's."""

    wall: float
    cpu: float


def took(work: Callable[[], object]) -> Time:
    """How long it takes."""
    began, worked = time.perf_counter(), _worked()
    work()
    return Time((time.perf_counter() - began) * 1000, (_worked() - worked) * 1000)


def _worked() -> float:
    """Seconds that this process and its server process of the database have been on a processor.

    Other programs do not add to them. A database on another machine adds nothing.
    """
    raw: Any = connection.connection
    schedule = Path(f"/proc/{raw.info.backend_pid}/schedstat")
    server = int(schedule.read_text(encoding="ascii").split()[0]) / 1e9 if schedule.exists() else 0.0
    return time.process_time() + server


def median(times: Iterable[Time]) -> Time:
    """The medians."""
    found = list(times)
    return Time(statistics.median(t.wall for t in found), statistics.median(t.cpu for t in found))


def milliseconds(work: Callable[[], object], *, rounds: int = ROUNDS, warm: int = WARM) -> Time:
    """The median over some rounds, after some that do not count."""
    return beside(work, lambda: None, rounds=rounds, warm=warm)[0]


def beside(
    work: Callable[[], object], floor: Callable[[], object], *, rounds: int = ROUNDS, warm: int = WARM
) -> tuple[Time, Time]:
    """The medians of both, taken in turns: whatever else the machine does meanwhile slows both alike."""
    turns = [turn * FRAMES for turn in range(warm + rounds)]
    taken = [(took(_deeper(work, depth)), took(_deeper(floor, depth))) for depth in turns][warm:]
    return median(mine for mine, _ in taken), median(bare for _, bare in taken)


def _deeper(work: Callable[[], object], depth: int) -> Callable[[], object]:
    """The work, so many calls further down the stack."""
    for _ in range(depth):
        work = partial(_call, work)
    return work


def _call(work: Callable[[], object]) -> object:
    return work()


@contextmanager
def counted() -> Iterator[list[int]]:
    """How many statements are sent meanwhile, without those that only mark transactions: the list's only item."""
    sent = [0]

    def watch(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        sent[0] += not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
        return execute(statement, *rest)

    with connection.execute_wrapper(watch):
        yield sent


def statements(work: Callable[[], object]) -> int:
    """How many statements the work sends once it is warm: the fewest of three, as what is kept for seconds may end."""
    work()
    fewest = []
    for _ in range(3):
        with counted() as sent:
            work()
        fewest.append(sent[0])
    return min(fewest)


def resident_mb() -> float:
    """The memory that this process holds now."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * PAGE_BYTES / 1024 / 1024
