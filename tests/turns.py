"""What has its turn today, where trying everything every time takes too long; the proof tries the rest.

Of many alike half on SQLite and a third on a server; of the tests of pages all on SQLite and half on a server.
"""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

ON_A_SERVER = "DATABASE_URL" in os.environ


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


def let_pages_take_turns(items: list[pytest.Item]) -> None:
    """On a server mark the tests of those pages as slow that are not tried there today."""
    if not ON_A_SERVER:
        return
    pages = sorted({item.path for item in items if item.path.name.startswith("test_page_")})
    not_today = {path for place, path in enumerate(pages) if (place - today()) % 2}
    for item in items:
        if item.path in not_today:
            item.add_marker(pytest.mark.slow)
