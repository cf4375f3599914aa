"""What has its turn today, where trying everything every time takes too long; the proof tries the rest.

Of many alike half on SQLite and a third on a server. Of what asks the database nothing of its own (pages, wording,
people, messages) each file is tried on SQLite one day and on a server the next.
"""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from tools.tree import ROOT

ON_A_SERVER = "DATABASE_URL" in os.environ
# Tried on both every time: money, deadlines, what is kept and found, and who sees what.
ALWAYS = {"billing", "cases", "chaos", "matrix", "records", "sla", "tools"}


def today() -> int:
    """A number that is another tomorrow, so that short forms come round to everything."""
    return datetime.now(tz=UTC).toordinal()


def in_turn(names: Iterable[str]) -> list[Any]:
    """Every name as a parameter; those that are not tried today are slow."""
    days = 3 if ON_A_SERVER else 2
    return [
        pytest.param(name, marks=() if (place - today()) % days == 0 else pytest.mark.slow)
        for place, name in enumerate(names)
    ]


def let_files_take_turns(items: list[pytest.Item]) -> None:
    """Mark as slow what the other database tries today."""
    files = sorted({item.path for item in items if _takes_turns(item)})
    not_here = {path for place, path in enumerate(files) if (place + today() + ON_A_SERVER) % 2}
    for item in items:
        if item.path in not_here and _takes_turns(item):
            item.add_marker(pytest.mark.slow)


def _takes_turns(item: pytest.Item) -> bool:
    room = item.path.relative_to(ROOT / "tests").parts[0]
    if item.get_closest_marker("browser") or item.get_closest_marker("pure"):
        return False
    return room not in ALWAYS or item.path.name.startswith("test_page_")
