"""Which of many alike have their turn today: half on SQLite, a third on a server; the proof tries the others."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

DAYS = 3 if "DATABASE_URL" in os.environ else 2


def today() -> int:
    """A number that is another tomorrow, so that short forms come round to everything."""
    return datetime.now(tz=UTC).toordinal()


def in_turn(names: Iterable[str]) -> list[Any]:
    """Every name as a parameter; those that are not tried today are slow."""
    return [
        pytest.param(name, marks=() if (place - today()) % DAYS == 0 else pytest.mark.slow)
        for place, name in enumerate(names)
    ]
