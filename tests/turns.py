"""What has its turn today, where trying everything every time takes too long; the proof tries the rest.

Of many alike half on SQLite and a third on a server. Of what asks the database nothing of its own (pages, wording,
people, messages), and of what starts programs, each file is tried on SQLite one day and on a server the next. In the
browser two files of three, and every day what its pages are measured by.
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
# What starts programs and kills them takes a minute each.
OF_PROCESSES = {"test_crowd.py", "test_kill.py", "test_kill_everything.py", "test_numbers.py"}
BROWSER = ROOT / "tests" / "browser"
EVERY_DAY = {"test_flow.py", "test_frame.py", "test_measure.py", "test_policy.py"}


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
    """Mark as slow what is not tried here today."""
    files = sorted({item.path for item in items if _takes_turns(item)})
    not_here = {path for place, path in enumerate(files) if (place + today() + ON_A_SERVER) % 2}
    shown = sorted({item.path for item in items if _in_browser(item)} - {BROWSER / name for name in EVERY_DAY})
    not_here |= {path for place, path in enumerate(shown) if (place - today()) % 3 == 0}
    for item in items:
        if item.path in not_here and (_takes_turns(item) or _in_browser(item)):
            item.add_marker(pytest.mark.slow)


def _in_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("browser") is not None


def _takes_turns(item: pytest.Item) -> bool:
    room, name = item.path.relative_to(ROOT / "tests").parts[0], item.path.name
    if _in_browser(item) or item.get_closest_marker("pure"):
        return False
    return room not in ALWAYS or name.startswith("test_page_") or name in OF_PROCESSES
