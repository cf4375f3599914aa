"""Which of many alike have their turn: all of them on SQLite; on a server, where they take minutes, a third a day."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime


def today() -> int:
    """A number that is another tomorrow, so that short forms come round to everything."""
    return datetime.now(tz=UTC).toordinal()


def todays(names: Iterable[str]) -> list[str]:
    """The names that are tried today."""
    every = list(names)
    return every[today() % 3 :: 3] if "DATABASE_URL" in os.environ else every
