"""Several people at the same moment: threads or processes that start together, each with a connection of its own."""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(count: int, act: Callable[[int], T], *, patience: float = 60) -> list[T | Exception]:
    """Run `act(0)` … `act(count - 1)` at the same moment; what each returned, or the error it met.

    `patience`: for how many seconds each is waited for.
    """
    barrier = threading.Barrier(count)
    results: list[T | Exception] = [RuntimeError("did not finish")] * count

    def run(index: int) -> None:
        try:
            barrier.wait(timeout=30)
            results[index] = act(index)
        except Exception as problem:
            results[index] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,), daemon=True) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=patience)
    return results
