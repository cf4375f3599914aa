"""A figure, and how time, statements and memory are taken."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

ROUNDS = 15
WARM = 4
PAGE_BYTES = 4096


@dataclass(frozen=True)
class Figure:
    """What was measured at a size: milliseconds, beside a floor where there is one, and its aim."""

    name: str
    cases: int
    ms: float
    floor_ms: float | None = None
    statements: int | None = None
    aim: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How many times the floor."""
        return round(self.ms / self.floor_ms, 2) if self.floor_ms else None

    @property
    def shown(self) -> dict[str, Any]:
        """The figure as it is printed."""
        found = {
            "figure": self.name,
            "cases": self.cases,
            "ms": round(self.ms, 2),
            "floor_ms": round(self.floor_ms, 2) if self.floor_ms else None,
            "ratio": self.ratio,
            "statements": self.statements,
            **self.more,
            "aim": self.aim,
        }
        return {name: value for name, value in found.items() if value not in (None, "")}


def took(work: Callable[[], object]) -> float:
    """How long it takes, in milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def milliseconds(work: Callable[[], object], *, rounds: int = ROUNDS) -> float:
    """The median over some rounds, after some that do not count."""
    return beside(work, lambda: None, rounds=rounds)[0]


def beside(work: Callable[[], object], floor: Callable[[], object], *, rounds: int = ROUNDS) -> tuple[float, float]:
    """The medians of both, taken in turns: whatever else the machine does meanwhile slows both alike."""
    taken = [(took(work), took(floor)) for _ in range(WARM + rounds)][WARM:]
    return statistics.median(mine for mine, _ in taken), statistics.median(bare for _, bare in taken)


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
    """How many statements the work sends once it is warm."""
    work()
    with counted() as sent:
        work()
    return sent[0]


def resident_mb() -> float:
    """The memory that this process holds now."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * PAGE_BYTES / 1024 / 1024
