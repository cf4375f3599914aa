"""A figure, and how time and statements are taken."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

ROUNDS = 25
WARM = 4


@dataclass(frozen=True)
class Figure:
    """What was measured at a size: milliseconds, beside a floor where there is one, and its aim."""

    name: str
    cases: int
    ms: float
    floor_ms: float | None = None
    statements: int | None = None
    aim: str = ""

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
            "aim": self.aim,
        }
        return {name: value for name, value in found.items() if value not in (None, "")}


def milliseconds(work: Callable[[], object], *, rounds: int = ROUNDS, warm: int = WARM) -> float:
    """The median over some rounds, after some that do not count."""
    for _ in range(warm):
        work()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent meanwhile, without those that only mark transactions."""
    sent: list[str] = []

    def watch(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            sent.append(statement)
        return execute(statement, *rest)

    with connection.execute_wrapper(watch):
        yield sent


def statements(work: Callable[[], object]) -> int:
    """How many statements the work sends once it is warm."""
    work()
    with counted() as sent:
        work()
    return len(sent)
